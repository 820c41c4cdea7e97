import { separationArcsec } from '#lib/astro/sphere.ts';
import { capCentre } from '#lib/astro/tangent.ts';
import type { MapPoint } from '#lib/astro/hammer.ts';
import { unproject } from '#lib/astro/hammer.ts';

const MOST_CORNERS = 80;
const REACH_ARCSEC = 80 * 3600;
/** Of the sky, within that reach of a place. */
const CAP_SHARE = (1 - Math.cos((80 * Math.PI) / 180)) / 2;

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

/** The longest side asked for, map units: a great circle leaves the straight line on the map by less than a degree over it. */
const LONGEST = 0.15;

/** The closed line with corners added along its long sides: those are straight on the map, and great circles where they are asked for. */
function subdivided(line: readonly MapPoint[]): MapPoint[] {
	const sides = line.map(([x, y], i) => {
		const [nextX, nextY] = line[(i + 1) % line.length] ?? [x, y];
		return { x, y, dx: nextX - x, dy: nextY - y };
	});
	const piecesOf = ({ dx, dy }: { dx: number; dy: number }, longest: number): number =>
		Math.max(1, Math.ceil(Math.hypot(dx, dy) / longest));
	let longest = LONGEST;
	while (sides.reduce((sum, side) => sum + piecesOf(side, longest), 0) > MOST_CORNERS + line.length) longest *= 1.3;
	return sides.flatMap((side) => {
		const pieces = piecesOf(side, longest);
		return Array.from({ length: pieces }, (_, k): MapPoint => [
			side.x + (side.dx * k) / pieces,
			side.y + (side.dy * k) / pieces,
		]);
	});
}

/** Share of the sky within a drawn line: the map is equal-area, and its ellipse of half axes 2 and 1 is the whole. */
function shareOf(line: readonly MapPoint[]): number {
	let twice = 0;
	for (const [i, [x, y]] of line.entries()) {
		const [nextX, nextY] = line[(i + 1) % line.length] ?? [x, y];
		twice += x * nextY - nextX * y;
	}
	return Math.abs(twice) / 2 / (2 * Math.PI);
}

/** What was drawn as corners on the sky (ICRS degrees), or why it cannot be asked for. */
export type Lasso =
	| { readonly kind: 'polygon'; readonly corners: readonly { readonly ra: number; readonly dec: number }[] }
	| { readonly kind: 'refused'; readonly why: string };

/** A closed line on the map as a polygon on the sky; the part outside the sky is left out. */
export function lassoOf(line: readonly MapPoint[], ra0: number, tolerance: number): Lasso {
	const drawn = simplified(line, tolerance);
	const within = subdivided(drawn).map(([x, y]): MapPoint => {
		// the rim of the map stands for what lies beyond it
		const over = Math.max(1, Math.sqrt((x * x) / 4 + y * y) / 0.999);
		return [x / over, y / over];
	});
	const corners = within.flatMap(([x, y]) => unproject(x, y, ra0) ?? []);
	if (drawn.length < 3) return { kind: 'refused', why: 'Draw around something: a line holds no alerts.' };
	const middle = capCentre(corners);
	// of a line around more than a cap of that reach all corners may lie near a centre outside it
	const wide =
		shareOf(within) > CAP_SHARE ||
		corners.some(({ ra, dec }) => separationArcsec(middle.ra, middle.dec, ra, dec) > REACH_ARCSEC);
	return wide
		? { kind: 'refused', why: 'That reaches more than 80° from its middle: draw around less, or select the view.' }
		: { kind: 'polygon', corners };
}

/** Corners as the API and the search page read them: `ra dec,ra dec,...`. */
export function polygonText(corners: readonly { readonly ra: number; readonly dec: number }[]): string {
	return corners.map(({ ra, dec }) => `${ra.toFixed(4)} ${dec.toFixed(4)}`).join(',');
}
