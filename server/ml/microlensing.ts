import { fluxFromMag } from '#lib/astro/photometry.ts';
import { fitLens, magnification, type FluxPoint } from '#lib/astro/microlensing.ts';
import type { CurvePoint } from '#lib/alert/enriched.ts';
import { type Subject, tooFew } from './subject.ts';

const DETECTIONS = 4;
const POINTS = 8;
/** Newest points that are fitted: a lens of a year fits in, and the cost stays bounded. */
const NEWEST = 120;

/** Fluxes of a curve: detections, forced photometry where there is no detection, upper limits as 0 with a fifth of the limit as error. */
function fluxesOf(curve: readonly CurvePoint[]): FluxPoint[] {
	const points: FluxPoint[] = [];
	const taken = new Set<string>();
	const place = ({ band, mjd }: CurvePoint): string => `${band} ${mjd.toFixed(4)}`;
	for (const kind of ['detection', 'forcedPhotometry', 'upperLimit'] as const) {
		for (const point of curve) {
			if (point.kind !== kind) continue;
			const limit = kind === 'upperLimit';
			const flux = limit ? 0 : point.psfFlux;
			const err = limit ? fluxFromMag(point.limitMag) / 5 : point.psfFluxErr;
			if (!Number.isFinite(flux) || !(err > 0) || taken.has(place(point))) continue;
			taken.add(place(point));
			points.push({ mjd: point.mjd, flux, err, band: point.band });
		}
	}
	return points.sort((a, b) => a.mjd - b.mjd);
}

/**
 * How well a light curve is that of one lensed star, 0 to 1: the share of the chi-square of a constant that one point lens (all bands
 * at once) takes away, times exp((1 - chi2 / freedom) / 2) where the fit is worse than its errors, times the same for the points of the
 * baseline, where the lens adds less than a tenth of its peak. 0 at once for what no lens does: a detection below the template, no star
 * at the place. A sentence where there are too few points.
 */
export function microlensing({ alert, curve }: Pick<Subject, 'alert' | 'curve'>): number | string {
	let detections = 0;
	let negative = alert.positive === false;
	for (const point of curve) {
		if (point.kind !== 'detection') continue;
		detections += 1;
		negative ||= point.positive === false;
	}
	if (detections < DETECTIONS) return tooFew(detections, 'detection', DETECTIONS);
	if (negative || alert.starScore < 0.5 || alert.starSepArcsec > 1.5) return 0;
	const points = fluxesOf(curve).slice(-NEWEST);
	if (points.length < POINTS) return tooFew(points.length, 'point', POINTS);
	const fit = fitLens(points);
	if (fit === null) return `${points.length} points are too few for their bands`;
	const peak = magnification(fit.u0) - 1;
	let chi2 = 0;
	let baseline = 0;
	for (const { mjd, flux, err, band } of points) {
		const added = magnification(Math.hypot(fit.u0, (mjd - fit.t0) / fit.tE)) - 1;
		if (added >= 0.1 * peak) continue;
		const { source = 0, constant = 0 } = fit.bands[band] ?? {};
		chi2 += ((flux - source * added - constant) / err) ** 2;
		baseline += 1;
	}
	const excess = (reduced: number): number => Math.exp(-0.5 * Math.max(0, reduced - 1));
	const gain = fit.chi2Constant > 0 ? Math.max(0, 1 - fit.chi2 / fit.chi2Constant) : 0;
	return gain * excess(fit.chi2 / fit.freedom) * excess(baseline > 1 ? chi2 / (baseline - 1) : 1);
}
