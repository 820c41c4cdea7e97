import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import { fitHarmonics, harmonicsAt } from '#lib/astro/harmonics.ts';
import { bandSeries, type Measurement } from '#lib/astro/periodogram.ts';
import type { FittedCurve } from './fits.ts';

/** What a period is looked for in: signed flux (nJy) of detections and forced photometry, for a magnitude of |flux| would fold the dips over. */
export function measurementsOf(points: readonly ShownPoint[]): Measurement[] {
	return points.flatMap(({ kind, survey, band, mjd, psfFlux, psfFluxErr }) =>
		kind !== 'upperLimit' && psfFlux !== null && psfFluxErr !== null && psfFluxErr > 0
			? [{ mjd, band: `${survey} ${band}`, value: psfFlux, err: psfFluxErr }]
			: [],
	);
}

/** The waves that the periodogram fits at one period, as the folded plot draws them: `times` are phases from 0 to 2. */
export interface FoldedModel {
	readonly curves: readonly FittedCurve[];
	/** Share in [0, 1] of the scatter of all bands about their means that the waves take away. */
	readonly power: number;
}

/** Steps of a curve from one phase to the next. */
const STEPS = 120;
const phases = Array.from({ length: 2 * STEPS + 1 }, (_, i) => i / STEPS);

/** The wave of each survey and band at `period` (days) with phase 0 at `epoch` (MJD); null where no band has points enough. */
export function foldedModel(
	points: readonly ShownPoint[],
	{ period, epoch, harmonics }: { readonly period: number; readonly epoch: number; readonly harmonics: 1 | 2 },
): FoldedModel | null {
	const series = bandSeries(measurementsOf(points), { harmonics });
	if (series.length === 0) return null;
	let [taken, all] = [0, 0];
	const curves = series.map((one) => {
		const fit = fitHarmonics(one, 1 / period, epoch);
		taken += fit.power * one.chiSquare;
		all += one.chiSquare;
		const band = one.band.slice(one.band.lastIndexOf(' ') + 1);
		return { key: `wave ${one.band}`, band, times: phases, fluxes: phases.map((phase) => harmonicsAt(fit, phase)) };
	});
	return { curves, power: taken / all };
}
