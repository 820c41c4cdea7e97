import type { Cutouts } from './cutout.ts';
import type { PhotometricPoint } from './lightCurve.ts';
import type { Origin } from './survey.ts';

/** A value of a survey's own field: NaN, null or absent as in the packet. */
export type FieldValue = number | bigint | string | boolean | null;

/**
 * One alert of any survey after normalisation: the only form the rest of Nightjar knows.
 * Absent floats are NaN, absent integers, texts and truth values null (design rule 5).
 */
export interface Alert {
	readonly survey: string;
	/** ZTF candid, LSST diaSourceId; a survey with text ids gives a 64-bit hash here. */
	readonly alertId: bigint;
	/** The text id of such a survey, else ''. */
	readonly alertIdText: string;
	readonly objectId: string;
	readonly programme: string;
	readonly origin: Origin;
	readonly schemaVersion: string;
	/** Days since 1970-01-01 of the night (design rule 3). */
	readonly night: number;
	/** MJD, TAI, middle of the exposure. */
	readonly mjd: number;
	readonly timeReceived: number;
	/** Seconds; NaN where absent. */
	readonly exposureSeconds: number;
	readonly exposureAssumed: boolean;
	/** ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
	readonly band: string;
	/** nJy, signed. */
	readonly psfFlux: number;
	readonly psfFluxErr: number;
	/** AB, of |psfFlux|. */
	readonly mag: number;
	readonly magErr: number;
	readonly limitMag: number;
	readonly snr: number;
	readonly positive: boolean | null;
	/** The survey's own real/bogus score in [0, 1] and what made it. */
	readonly reliability: number;
	readonly reliabilityModel: string;
	readonly starScore: number;
	readonly starSepArcsec: number;
	readonly nDetections: number | null;
	/** MJD, TAI, of the first detection the survey knows. */
	readonly firstMjd: number;
	readonly ssoName: string | null;
	/** Own fields in the order of the survey's declaration (`Survey.fields`). */
	readonly fields: readonly FieldValue[];
	/** The detection that triggered the alert. */
	readonly detection: PhotometricPoint;
	/** Earlier detections, upper limits and forced photometry that came along. */
	readonly history: readonly PhotometricPoint[];
	readonly cutouts: Cutouts;
}
