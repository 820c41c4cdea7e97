import type { CurvePoint } from '#lib/alert/enriched.ts';
import { featureBand } from '#lib/alert/features.ts';

/** Points closer than this are one exposure, days (0.9 s). */
const SAME_EXPOSURE = 1e-5;

/** A forced flux counts as seen from this many sigma on. */
const SEEN_SIGMA = 3;

/** The points of one band as columns, in time order; times in days after the alert (so 0 or below). */
export interface BandPoints {
	/** Positive points: time, magnitude, its error. */
	readonly time: number[];
	readonly mag: number[];
	readonly magErr: number[];
	/** Flux points, nJy, signed. */
	readonly fluxTime: number[];
	readonly flux: number[];
	readonly fluxErr: number[];
	/** Upper limits and forced points that are not seen. */
	readonly limitTime: number[];
	readonly limit: number[];
	nNegative: number;
}

const isSeen = (point: CurvePoint): boolean =>
	point.kind === 'detection'
		? point.positive === true
		: point.kind === 'forcedPhotometry' && point.psfFlux >= SEEN_SIGMA * point.psfFluxErr && point.psfFluxErr > 0;

function add(to: BandPoints, point: CurvePoint, time: number): void {
	if (
		point.kind !== 'upperLimit' &&
		Number.isFinite(point.psfFlux) &&
		point.psfFluxErr > 0 &&
		point.psfFluxErr < Infinity
	) {
		to.fluxTime.push(time);
		to.flux.push(point.psfFlux);
		to.fluxErr.push(point.psfFluxErr);
	}
	if (point.kind === 'detection' && point.positive === false) to.nNegative += 1;
	if (isSeen(point)) {
		if (!Number.isFinite(point.mag)) return;
		to.time.push(time);
		to.mag.push(point.mag);
		to.magErr.push(point.magErr);
	} else if (point.kind !== 'detection' && Number.isFinite(point.limitMag)) {
		to.limitTime.push(time);
		to.limit.push(point.limitMag);
	}
}

const none = (): BandPoints => ({
	time: [],
	mag: [],
	magErr: [],
	fluxTime: [],
	flux: [],
	fluxErr: [],
	limitTime: [],
	limit: [],
	nNegative: 0,
});

/**
 * Splits a light curve into bands, in time order whatever order it comes in. Of several points of one band and exposure one
 * counts: a detection before forced photometry before an upper limit.
 */
export function pointsByBand(curve: readonly CurvePoint[], alertMjd: number): Map<string, BandPoints> {
	let ordered = curve;
	for (let i = 1; i < curve.length; i += 1) {
		if (!((curve[i]?.mjd ?? 0) >= (curve[i - 1]?.mjd ?? 0))) {
			ordered = curve.filter(({ mjd }) => Number.isFinite(mjd)).sort((a, b) => a.mjd - b.mjd);
			break;
		}
	}
	const bands = new Map<string, BandPoints>();
	const open = new Map<string, { readonly points: BandPoints; pending: CurvePoint }>();
	for (const point of ordered) {
		if (!Number.isFinite(point.mjd)) continue;
		const name = featureBand(point.band);
		const band = open.get(name);
		if (band === undefined) {
			const points = none();
			bands.set(name, points);
			open.set(name, { points, pending: point });
		} else if (point.mjd - band.pending.mjd < SAME_EXPOSURE) {
			if (RANK[point.kind] < RANK[band.pending.kind]) band.pending = point;
		} else {
			add(band.points, band.pending, band.pending.mjd - alertMjd);
			band.pending = point;
		}
	}
	for (const { points, pending } of open.values()) add(points, pending, pending.mjd - alertMjd);
	return bands;
}

const RANK: Readonly<Record<CurvePoint['kind'], number>> = { detection: 0, forcedPhotometry: 1, upperLimit: 2 };
