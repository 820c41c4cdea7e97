import { bandOf } from '#lib/alert/band.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import { fluxErrFromMag, fluxFromMag } from '#lib/astro/photometry.ts';
import { mjdFromJd, taiFromUtcMjd } from '#lib/astro/time.ts';
import { valueHash } from '#lib/alert/pointHash.ts';
import { errorOf, isPlausibleMjd } from './values.ts';

/** Exposure taken where the packet names none, seconds (design rule 3). */
const ASSUMED_EXPOSURE_S = 30;
const DAY_S = 86_400;

/** Middle of the exposure, MJD TAI, of one that starts at an MJD in UTC; NaN where that cannot be a time. */
export function midOfStart(startMjdUtc: number, exposureSeconds: number): { mjd: number; assumed: boolean } {
	const exposure = errorOf(exposureSeconds);
	const assumed = Number.isNaN(exposure);
	const mjdUtc = startMjdUtc + (assumed ? ASSUMED_EXPOSURE_S : exposure) / 2 / DAY_S;
	return { mjd: isPlausibleMjd(mjdUtc) ? taiFromUtcMjd(mjdUtc) : Number.NaN, assumed };
}

/** A measurement of a survey that gives magnitudes of |flux| and a sign, and the start of the exposure as JD in UTC. */
export interface MagMeasurement {
	readonly sourceId: bigint;
	readonly band: string;
	readonly jd: number;
	/** Seconds; NaN where absent. */
	readonly exposureSeconds: number;
	readonly ra: number;
	readonly dec: number;
	/** In the system of the band; NaN for an upper limit. */
	readonly mag: number;
	readonly magErr: number;
	readonly limitMag: number;
	readonly positive: boolean | null;
	readonly programme: string;
}

/** The point: a detection where there is a magnitude, else an upper limit. Fluxes are nJy whatever the band's system. */
export function magPoint(measured: MagMeasurement): PhotometricPoint {
	const { jd, band, mag, limitMag, programme, positive } = measured;
	const { mjd, assumed } = midOfStart(mjdFromJd(jd), measured.exposureSeconds);
	const magErr = errorOf(measured.magErr);
	const ab = mag + bandOf(band).abOffset;
	const flux = fluxFromMag(ab);
	const detected = !Number.isNaN(mag);
	return {
		kind: detected ? 'detection' : 'upperLimit',
		sourceId: detected ? measured.sourceId : 0n,
		band,
		mjd,
		timeReceived: jd,
		exposureAssumed: assumed,
		ra: detected ? measured.ra : Number.NaN,
		dec: detected ? measured.dec : Number.NaN,
		psfFlux: positive === false ? -flux : flux,
		psfFluxErr: detected ? fluxErrFromMag(ab, magErr) : Number.NaN,
		mag,
		magErr: detected ? magErr : Number.NaN,
		limitMag,
		positive: detected ? positive : null,
		programme,
		flags: '',
		valueHash: valueHash(
			detected
				? [jd, band, programme, measured.ra, measured.dec, mag, measured.magErr, positive, limitMag]
				: [jd, band, programme, limitMag],
		),
	};
}
