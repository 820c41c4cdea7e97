import type { PhotometricPoint, PointKind } from '#lib/alert/lightCurve.ts';
import { limitMagFromFluxErr, magErrFromFlux, magFromFlux } from '#lib/astro/photometry.ts';
import { errorOf } from './values.ts';

/** A point of a survey that gives fluxes. */
export interface FluxMeasurement {
	readonly kind: PointKind;
	readonly sourceId: bigint;
	readonly band: string;
	/** MJD, TAI, middle of the exposure. */
	readonly mjd: number;
	/** The time as received where that is another (a start in UTC). */
	readonly timeReceived?: number;
	/** The exposure time was absent and taken as 30 s. */
	readonly exposureAssumed?: boolean;
	/** 5 sigma limit as the survey states it; otherwise that of the flux error. */
	readonly limitMag?: number;
	readonly ra: number;
	readonly dec: number;
	/** nJy, signed, and its 1 sigma error. */
	readonly psfFlux: number;
	readonly psfFluxErr: number;
	readonly programme: string;
	readonly flags: string;
	readonly valueHash: number;
}

/** Below this signal to noise a forced measurement is a limit. */
const FORCED_SIGMA = 3;

/** The point with its magnitudes: none for upper limits and for forced points below 3 sigma. */
export function fluxPoint(measured: FluxMeasurement): PhotometricPoint {
	const { kind, psfFlux } = measured;
	const psfFluxErr = errorOf(measured.psfFluxErr);
	const shown = kind === 'detection' || (kind === 'forcedPhotometry' && Math.abs(psfFlux) >= FORCED_SIGMA * psfFluxErr);
	// written out: a spread costs 18 us a point, histories have hundreds
	return {
		kind,
		sourceId: measured.sourceId,
		band: measured.band,
		mjd: measured.mjd,
		timeReceived: measured.timeReceived ?? measured.mjd,
		exposureAssumed: measured.exposureAssumed ?? false,
		ra: measured.ra,
		dec: measured.dec,
		psfFlux,
		psfFluxErr,
		mag: shown ? magFromFlux(psfFlux) : Number.NaN,
		magErr: shown ? magErrFromFlux(psfFlux, psfFluxErr) : Number.NaN,
		limitMag: measured.limitMag ?? limitMagFromFluxErr(psfFluxErr),
		positive: Number.isNaN(psfFlux) ? null : psfFlux > 0,
		programme: measured.programme,
		flags: measured.flags,
		valueHash: measured.valueHash,
	};
}
