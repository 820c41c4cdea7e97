import type { Flux } from '#lib/astro/photometry.ts';

/** The three kinds of point in a light curve; never one kind with a flag. */
export type PointKind = 'detection' | 'forcedPhotometry' | 'upperLimit';

/**
 * One photometric point as a packet gave it (design rules 1, 3, 4).
 * Absent numbers are NaN, absent ids 0n, absent truth null.
 */
export interface PhotometricPoint {
	readonly kind: PointKind;
	/** The survey's id of the measurement (ZTF candid, LSST diaSourceId or diaForcedSourceId); 0n where there is none. */
	readonly sourceId: bigint;
	readonly band: string;
	/** MJD, TAI, middle of the exposure. */
	readonly mjd: number;
	/** The time as received, in the packet's own scale; identity is built from it. */
	readonly timeReceived: number;
	/** The exposure time was absent or 0 and taken as 30 s. */
	readonly exposureAssumed: boolean;
	/** ICRS degrees; NaN where the point has no position of its own. */
	readonly ra: number;
	readonly dec: number;
	/** nJy, signed. */
	readonly psfFlux: number;
	readonly psfFluxErr: number;
	/** AB, of |psfFlux|; NaN for upper limits and for forced points below 3 sigma. */
	readonly mag: number;
	readonly magErr: number;
	/** 5 sigma limiting AB magnitude. */
	readonly limitMag: number;
	readonly positive: boolean | null;
	readonly programme: string;
	/** Flags in the survey's words (ZTF procstatus), '' for none. */
	readonly flags: string;
	/** Hash of the numbers and texts exactly as received: sameness is judged on it alone. 0 where a point is not told from others. */
	readonly valueHash: number;
}

/** A point as the portal shows it; ids are decimal strings. */
export interface ShownPoint {
	readonly survey: string;
	readonly objectId: string;
	readonly kind: PointKind;
	readonly band: string;
	readonly mjd: number;
	readonly psfFlux: number | null;
	readonly psfFluxErr: number | null;
	readonly mag: number | null;
	readonly magErr: number | null;
	readonly limitMag: number | null;
	readonly positive: boolean | null;
	readonly ra: number | null;
	readonly dec: number | null;
	/** The alert whose cutouts belong to this point; null when the detection came without an alert of its own. */
	readonly alertId: string | null;
	readonly exposureAssumed: boolean;
	readonly flags: string;
	/** Light of the two images behind the difference; absent where the packets do not say. */
	readonly images?: ImageLight;
}

/** A point with what files and other brokers' answers tell of where it came from, and no view of the portal does. */
export interface SourcedPoint extends ShownPoint {
	readonly programme: string;
	readonly sourceId: string | null;
	/** In the packet's own scale. */
	readonly timeReceived: number;
}

/** Light of the source on the template and on the science image, nJy. */
export interface ImageLight {
	readonly template: Flux | null;
	readonly science: Flux | null;
	/** The point has no alert of its own: the template is that of the alert nearest in time in the same band. */
	readonly borrowed: boolean;
}

/** Whether the survey set a flag on the point (ZTF writes 0 where a forced measurement went well). */
export function isFlagged(point: Pick<ShownPoint, 'flags'>): boolean {
	return point.flags !== '' && point.flags !== '0';
}
