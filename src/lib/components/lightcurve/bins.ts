import { bandOf } from '#lib/alert/band.ts';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import type { BrightnessAxis } from './curve.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { magErrFromFlux, magFromFlux } from '#lib/astro/photometry.ts';
import { nightOf } from '#lib/astro/time.ts';

/** A point that stands for several: their weighted mean. `members` are their places in the list of points. */
export type BinnedPoint = ShownPoint & { readonly members: readonly number[] };

export type BinLength = 'night' | 'week';

/** Below so many sigma a mean is shown as a limit, as a forced point is (design rule 4). */
const SEEN_SIGMA = 3;
const LIMIT_SIGMA = 5;

function meanOf(members: readonly { readonly point: ShownPoint; readonly at: number }[]): BinnedPoint | null {
	const [first] = members;
	if (!first) return null;
	if (members.length === 1) return { ...first.point, members: [first.at] };
	let [weights, flux, mjd] = [0, 0, 0];
	for (const { point } of members) {
		const weight = 1 / (point.psfFluxErr ?? Infinity) ** 2;
		weights += weight;
		flux += weight * (point.psfFlux ?? 0);
		mjd += weight * point.mjd;
	}
	const psfFlux = flux / weights;
	const psfFluxErr = 1 / Math.sqrt(weights);
	const shift = -bandOf(first.point.band).abOffset;
	const seen = Math.abs(psfFlux) >= SEEN_SIGMA * psfFluxErr;
	return {
		...first.point,
		kind: members.some(({ point }) => point.kind === 'detection') ? 'detection' : 'forcedPhotometry',
		mjd: mjd / weights,
		psfFlux,
		psfFluxErr,
		mag: seen ? magFromFlux(psfFlux) + shift : null,
		magErr: seen ? magErrFromFlux(psfFlux, psfFluxErr) : null,
		limitMag: magFromFlux(LIMIT_SIGMA * psfFluxErr) + shift,
		positive: psfFlux > 0,
		alertId: null,
		flags: '',
		members: members.map(({ at }) => at),
	};
}

/**
 * Means of the measured points of each survey, band and night of the survey (or seven of them), weighted by 1/err² in flux
 * with the sign kept. Limits and points without a flux and its error stay as they are.
 */
export function binPoints(points: readonly ShownPoint[], length: BinLength): BinnedPoint[] {
	const groups = new Map<string, { point: ShownPoint; at: number }[]>();
	const out: BinnedPoint[] = [];
	points.forEach((point, at) => {
		const measured = point.kind !== 'upperLimit' && point.psfFlux !== null && (point.psfFluxErr ?? 0) > 0;
		if (!measured) {
			out.push({ ...point, members: [at] });
			return;
		}
		const night = nightOf(point.mjd, findSurvey(point.survey)?.nightOffsetHours ?? 0);
		const key = `${point.survey} ${point.band} ${length === 'night' ? night : Math.floor(night / 7)}`;
		const group = groups.get(key);
		if (group) group.push({ point, at });
		else groups.set(key, [{ point, at }]);
	});
	for (const group of groups.values()) {
		const mean = meanOf(group);
		if (mean) out.push(mean);
	}
	return out.sort((a, b) => a.mjd - b.mjd);
}

/** A flux in nJy as the axis shows it in a band: as it is, as its magnitude, or absolute with a distance modulus; null where it has none. */
export function onAxis(flux: number, band: string, axis: BrightnessAxis, modulus: number): number | null {
	if (axis === 'flux') return flux;
	if (!(flux > 0)) return null;
	return magFromFlux(flux) - bandOf(band).abOffset - (axis === 'absolute' ? modulus : 0);
}
