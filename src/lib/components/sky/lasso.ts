import { separationArcsec } from '#lib/astro/sphere.ts';
import { middleOf } from '#lib/astro/tangent.ts';
import type { MapPoint } from '#lib/astro/hammer.ts';
import { unproject } from '#lib/astro/hammer.ts';

const MOST_CORNERS = 80;
const REACH_ARCSEC = 80 * 3600;

function away([px, py]: MapPoint, [ax, ay]: MapPoint, [bx, by]: MapPoint): number {
	const [dx, dy] = [bx - ax, by - ay];
	const length = dx * dx + dy * dy;
	const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / length));
	return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}

function reduced(line: readonly MapPoint[], tolerance: number): MapPoint[] {
	const [first, last] = [line[0], line.at(-1)];
	if (!first || !last || line.length < 3) return [...line];
	let [far, at] = [0, 0];
	for (let i = 1; i < line.length - 1; i += 1) {
		const distance = away(line[i] ?? first, first, last);
		if (distance > far) [far, at] = [distance, i];
	}
	if (far <= tolerance) return [first, last];
	return [...reduced(line.slice(0, at + 1), tolerance), ...reduced(line.slice(at), tolerance).slice(1)];
}

/** A drawn line with fewer corners, map units: no point moves by more than `tolerance`, and more where 80 corners do not do. */
export function simplified(line: readonly MapPoint[], tolerance: number): MapPoint[] {
	let corners = reduced(line, tolerance);
	for (let more = tolerance; corners.length > MOST_CORNERS;) corners = reduced(line, (more *= 1.6));
	return corners;
}

/** What was drawn as corners on the sky (ICRS degrees), or why it cannot be asked for. */
export type Lasso =
	| { readonly kind: 'polygon'; readonly corners: readonly { readonly ra: number; readonly dec: number }[] }
	| { readonly kind: 'refused'; readonly why: string };

/** A closed line on the map as a polygon on the sky; the part outside the sky is left out. */
export function lassoOf(line: readonly MapPoint[], ra0: number, tolerance: number): Lasso {
	const corners = simplified(line, tolerance).flatMap(([x, y]) => {
		// the rim of the map stands for what lies beyond it
		const over = Math.sqrt((x * x) / 4 + y * y);
		const position = over > 0.999 ? unproject((0.999 * x) / over, (0.999 * y) / over, ra0) : unproject(x, y, ra0);
		return position ? [position] : [];
	});
	if (corners.length < 3) return { kind: 'refused', why: 'Draw around something: a line holds no alerts.' };
	const middle = middleOf(corners);
	const wide = corners.some(({ ra, dec }) => separationArcsec(middle.ra, middle.dec, ra, dec) > REACH_ARCSEC);
	return wide
		? { kind: 'refused', why: 'That is more than half the sky: draw around less.' }
		: { kind: 'polygon', corners };
}

/** Corners as the API and the search page read them: `ra dec,ra dec,...`. */
export function polygonText(corners: readonly { readonly ra: number; readonly dec: number }[]): string {
	return corners.map(({ ra, dec }) => `${ra.toFixed(4)} ${dec.toFixed(4)}`).join(',');
}
