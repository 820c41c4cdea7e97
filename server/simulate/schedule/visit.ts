/** Bands by number: u g r i z y = 0 to 5. */
export const BAND_NAMES = ['u', 'g', 'r', 'i', 'z', 'y'] as const;

/** The two surveys that are simulated. */
export type SurveyName = 'ztf' | 'lsst';

/** One exposure of a field. */
export interface Visit {
	readonly survey: SurveyName;
	/** Days since 1970-01-01 (design rule 3). */
	readonly night: number;
	/** Position among the visits of the night, in time order. */
	readonly seq: number;
	/** Unique over surveys and nights: key of every draw of this exposure. */
	readonly id: number;
	readonly field: Field;
	/** Index into BAND_NAMES. */
	readonly band: number;
	/** MJD TAI, middle of the exposure. */
	readonly mjd: number;
	readonly exposureSeconds: number;
	/** 1 public, 2 partnership, 3 Caltech. */
	readonly programid: number;
	readonly airmass: number;
	/** Arcsec. */
	readonly fwhmArcsec: number;
	/** 5 sigma AB magnitude of the field as a whole. */
	readonly limitMag: number;
	readonly zeroPoint: number;
	/** Counts per pixel (ZTF) or nJy per pixel (LSST). */
	readonly sky: number;
	readonly cloudMag: number;
	/** Why LSST looked here. */
	readonly reason: string;
}

/** A pointing of a survey's grid; centre in ICRS degrees. */
export interface Field {
	readonly index: number;
	readonly ra: number;
	readonly dec: number;
	/** Neighbouring fields that are observed on the same nights. */
	readonly block: number;
	/** Phase of the block in the cadence. */
	readonly phase: number;
	readonly name: string;
}

/** Where an object falls in a field: detector or quadrant number and pixel position from 0. */
export interface Spot {
	readonly field: Field;
	readonly detector: number;
	readonly x: number;
	readonly y: number;
}

/** Gnomonic offset in degrees of a position from a centre; null on the far side of the sky. */
export function tangentOffset(
	centre: { ra: number; dec: number },
	ra: number,
	dec: number,
): { xi: number; eta: number } | null {
	const rad = Math.PI / 180;
	const dRa = (ra - centre.ra) * rad;
	const sinD = Math.sin(dec * rad);
	const cosD = Math.cos(dec * rad);
	const sin0 = Math.sin(centre.dec * rad);
	const cos0 = Math.cos(centre.dec * rad);
	const scale = sin0 * sinD + cos0 * cosD * Math.cos(dRa);
	if (scale < 0.5) return null;
	return { xi: (cosD * Math.sin(dRa)) / scale / rad, eta: (cos0 * sinD - sin0 * cosD * Math.cos(dRa)) / scale / rad };
}
