import type { SurveyName } from './schedule/visit.ts';

/** Families of simulated objects, for reports of truth. */
export type Group = 'SN' | 'AGN' | 'VS' | 'SSO' | 'BOGUS' | 'OTHER';

/** A galaxy under or beside an object: position relative to it, half-light radius and shape. */
export interface Host {
	/** Offset of the nucleus from the object, arcsec east and north. */
	readonly east: number;
	readonly north: number;
	/** Half-light radius, arcsec, along the major axis. */
	readonly radius: number;
	/** Minor over major axis. */
	readonly axisRatio: number;
	/** Radians, north to east. */
	readonly angle: number;
	/** AB, u g r i z y. */
	readonly mag: readonly number[];
	/** Concentrated like an elliptical (true) or exponential. */
	readonly early: boolean;
}

/** What a moving object looks like at one moment; rates in degrees per day on the sky. */
export interface Motion {
	readonly name: string | null;
	readonly ra: number;
	readonly dec: number;
	readonly rateRa: number;
	readonly rateDec: number;
	readonly magV: number;
	readonly helioAu: number;
	readonly topoAu: number;
	readonly phaseDeg: number;
	readonly elements: readonly number[];
	/** Offset of the measured position from the ephemeris, arcsec. */
	readonly ephemerisOffset: number;
}

/** Kinds of detection that are no source on the sky. */
export type BogusKind = 'star' | 'dipole' | 'cosmic' | 'noise' | 'edge' | 'ghost' | 'spike' | 'template' | 'hotpixel';

/** One simulated source: where it is and how much brighter than its reference image, at any time. */
export interface SimObject {
	/** Key of all its draws. */
	readonly key: number;
	/** Unique within the simulation, 0 to 26^7 - 1: the letters of its name. */
	readonly serial: number;
	/** Year in its name. */
	readonly year: number;
	readonly kind: string;
	readonly group: Group;
	/** Survey whose depth it was drawn for. */
	readonly depth: SurveyName;
	readonly ra: number;
	readonly dec: number;
	readonly ebv: number;
	/** NaN for objects of our Galaxy. */
	readonly z: number;
	/** MJD TAI between which it can differ from its reference. */
	readonly from: number;
	readonly until: number;
	/** Reference time of the light curve (peak, outburst, phase zero), MJD TAI. */
	readonly t0: number;
	/** Existed when the surveys began. */
	readonly persistent: boolean;
	/** AB magnitudes (u g r i z y) of the point source in the reference image at the object's place; NaN for none. */
	readonly referenceMag: readonly number[];
	readonly host: Host | null;
	readonly parameters: Readonly<Record<string, number | string>>;
	readonly bogus: BogusKind | null;
	readonly motion: Motion | null;
	/** True difference flux in nJy in a band (0 to 5) at MJD TAI; `visitId` only matters to bogus sources. */
	readonly flux: (band: number, mjd: number, visitId: number) => number;
}

/** What a population needs to make its n-th object. */
export interface Birth {
	readonly seed: number;
	readonly key: number;
	readonly serial: number;
	readonly year: number;
	readonly depth: SurveyName;
	/** MJD TAI of the start of the day of birth; for persistent objects the start of the simulation's memory. */
	readonly day: number;
}

/** No reference source in any band. */
export const EMPTY: readonly number[] = [Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN];

/** Flux in nJy of an AB magnitude. */
export function nanojansky(mag: number): number {
	return 10 ** (0.4 * (31.4 - mag));
}
