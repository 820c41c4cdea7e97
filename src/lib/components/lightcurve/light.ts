import { bandOf } from '#lib/alert/band.ts';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import { type Flux, magFromFlux, seenMag } from '#lib/astro/photometry.ts';

/** Whose light is shown: of the difference image, of the science image (what ZTF calls DC or apparent), or of the template. */
export type Light = 'difference' | 'science' | 'template';

/** What is not seen is shown as a limit of so many sigma, as a forced point is (design rule 4). */
const LIMIT_SIGMA = 5;

/** A point that keeps its place in the list and shows nothing. */
export function dark(point: ShownPoint): ShownPoint {
	return { ...point, psfFlux: null, psfFluxErr: null, mag: null, magErr: null, limitMag: null, positive: null };
}

/** A point's light; a template that was borrowed shows nothing of the point itself. */
function fluxIn({ images }: ShownPoint, light: 'science' | 'template'): Flux | null {
	if (images === undefined || (light === 'template' && images.borrowed)) return null;
	return images[light];
}

/** A point as the chosen light shows it, nJy and AB (Vega in J, H); without flux and magnitude where the packets do not say. */
function inLight(point: ShownPoint, light: 'science' | 'template'): ShownPoint {
	const found = fluxIn(point, light);
	if (found === null) return dark(point);
	const { flux, err } = found;
	const shift = -bandOf(point.band).abOffset;
	const seen = seenMag(found);
	return {
		...point,
		psfFlux: flux,
		psfFluxErr: err,
		mag: seen === null ? null : seen.mag + shift,
		magErr: seen === null ? null : seen.magErr,
		limitMag: err > 0 ? magFromFlux(LIMIT_SIGMA * err) + shift : null,
		positive: flux > 0,
	};
}

/** The same points, in the same places, in the chosen light. */
export function pointsIn(points: readonly ShownPoint[], light: Light): readonly ShownPoint[] {
	return light === 'difference' ? points : points.map((point) => inLight(point, light));
}

/** How many measured points a light shows, how many it cannot, and how many rest on another alert's template. */
export function lightCounts(
	points: readonly ShownPoint[],
	light: 'science' | 'template',
): { shown: number; without: number; borrowed: number } {
	let [shown, without, borrowed] = [0, 0, 0];
	for (const point of points) {
		if (point.kind === 'upperLimit') continue;
		if (fluxIn(point, light) === null) without += 1;
		else {
			shown += 1;
			if (point.images?.borrowed === true) borrowed += 1;
		}
	}
	return { shown, without, borrowed };
}
