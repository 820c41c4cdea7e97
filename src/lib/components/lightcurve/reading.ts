import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import { fixed } from '#lib/format/text.ts';
import { sourceLabel } from './marks.ts';

const WORDS = { detection: 'detection', forcedPhotometry: 'forced photometry', upperLimit: 'upper limit' } as const;

/** Flux over its 1 sigma error, negative where the flux is; null where either is unknown. */
function signalToNoise({ psfFlux, psfFluxErr }: Pick<ShownPoint, 'psfFlux' | 'psfFluxErr'>): number | null {
	return psfFlux === null || psfFluxErr === null || !(psfFluxErr > 0) ? null : psfFlux / psfFluxErr;
}

/**
 * One point in a line: `when`, band, magnitude, absolute magnitude where a distance `modulus` is given, flux in µJy, signal to noise,
 * and where it comes from; `members` is how many points it is the mean of.
 */
export function readingOf(
	point: ShownPoint,
	{ when, modulus, members }: { readonly when: string; readonly modulus: number | null; readonly members: number },
): string {
	const seen = point.kind !== 'upperLimit';
	const value =
		point.mag === null && point.limitMag === null
			? 'nothing to show'
			: !seen || point.mag === null
				? `fainter than ${fixed(point.limitMag, 2)} (5σ)`
				: `${fixed(point.mag, 2)} ± ${fixed(point.magErr, 2)}`;
	const ratio = signalToNoise(point);
	return [
		when,
		point.band,
		value + (modulus !== null && point.mag !== null ? ` · absolute ${fixed(point.mag - modulus, 2)}` : ''),
		...(point.psfFlux === null
			? []
			: [`${fixed(point.psfFlux / 1000, 2)} ± ${fixed((point.psfFluxErr ?? NaN) / 1000, 2)} µJy`]),
		...(ratio === null ? [] : [`S/N ${fixed(ratio, 1)}`]),
		`${sourceLabel(point.survey)} ${WORDS[point.kind]}`,
		...(seen && point.positive === false ? ['negative'] : []),
		...(members > 1 ? [`mean of ${members}`] : []),
	].join(' · ');
}
