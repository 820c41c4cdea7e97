import { mix, normalOf, PURPOSE } from './random.ts';
import { lsstDetectorLimit } from './schedule/lsstDetector.ts';
import type { Visit } from './schedule/visit.ts';
import { ztfQuadrant } from './schedule/ztf.ts';

/** nJy of one count at a zero point. */
export function nanojanskyPerCount(zeroPoint: number): number {
	return 10 ** (0.4 * (31.4 - zeroPoint));
}

/**
 * Error of a ZTF difference flux in counts: s0 from the limit, F and reference flux in counts (formula fitted to
 * 1,599 points of real histories: sigma^2 = (0.92 s0)^2 + 1.42 (F + Fref) + (0.029 F)^2).
 */
export function ztfSigma(limitCounts: number, counts: number, referenceCounts: number): number {
	const s0 = limitCounts / 5;
	const bright = Math.max(0, Math.abs(counts));
	return Math.sqrt((0.92 * s0) ** 2 + 1.42 * (bright + Math.max(0, referenceCounts)) + (0.029 * bright) ** 2);
}

/** Error of an LSST difference flux in nJy from the 5 sigma flux (Ivezic et al. 2019, gamma 0.039, 0.5 % systematic). */
export function lsstSigma(limitFlux: number, flux: number, referenceFlux: number): number {
	const bright = Math.abs(flux);
	return Math.sqrt(
		0.039 * limitFlux ** 2 +
			0.001 * limitFlux * (bright + Math.max(0, referenceFlux)) +
			(0.005 * bright) ** 2 +
			(0.0015 * Math.max(0, referenceFlux)) ** 2,
	);
}

/** What a survey measures of a source in one exposure: pure function of seed, object and visit. */
export interface Measurement {
	/** Truth, nJy. */
	readonly trueFlux: number;
	/** Measured, nJy, signed. */
	readonly flux: number;
	readonly fluxErr: number;
	readonly snr: number;
	readonly trueSnr: number;
	readonly limitMag: number;
	readonly zeroPoint: number;
	readonly referenceFlux: number;
}

/** Measures a source of this true difference flux and reference flux (nJy) with a detector of a visit. */
export function measure(
	seed: number,
	visit: Visit,
	detector: number,
	objectKey: number,
	trueFlux: number,
	referenceFlux: number,
): Measurement {
	const noise = normalOf(seed, objectKey, visit.id, PURPOSE.noise);
	if (visit.survey === 'lsst') {
		const limitMag = lsstDetectorLimit(seed, visit, detector);
		const sigma =
			lsstSigma(10 ** (0.4 * (31.4 - limitMag)), trueFlux, referenceFlux) *
			10 ** (0.02 * normalOf(mix(seed, objectKey, visit.id), 3));
		const flux = trueFlux + sigma * noise;
		return {
			trueFlux,
			flux,
			fluxErr: sigma,
			snr: flux / sigma,
			trueSnr: trueFlux / sigma,
			limitMag,
			zeroPoint: 31.4,
			referenceFlux,
		};
	}
	const quadrant = ztfQuadrant(seed, visit, detector);
	const scale = nanojanskyPerCount(quadrant.zeroPoint);
	const limitCounts = 10 ** (0.4 * (quadrant.zeroPoint - quadrant.limitMag));
	const scatter = 10 ** (quadrant.errorDex + 0.06 * normalOf(mix(seed, objectKey, visit.id), 3));
	const sigma = ztfSigma(limitCounts, trueFlux / scale, referenceFlux / scale) * scatter * scale;
	const flux = trueFlux + sigma * noise;
	return {
		trueFlux,
		flux,
		fluxErr: sigma,
		snr: flux / sigma,
		trueSnr: trueFlux / sigma,
		limitMag: quadrant.limitMag,
		zeroPoint: quadrant.zeroPoint,
		referenceFlux,
	};
}
