import type { Alert } from './alert.ts';
import type { PointKind } from './lightCurve.ts';

/** One point of a light curve as filters, features and models see it; absent numbers NaN, absent truth null. */
export interface CurvePoint {
	readonly kind: PointKind;
	readonly band: string;
	/** MJD, TAI, middle of the exposure. */
	readonly mjd: number;
	/** nJy, signed. */
	readonly psfFlux: number;
	readonly psfFluxErr: number;
	/** AB, of |psfFlux|; NaN for upper limits and forced points below 3 sigma. */
	readonly mag: number;
	readonly magErr: number;
	readonly limitMag: number;
	readonly positive: boolean | null;
	/** ICRS degrees, NaN where the point has none. */
	readonly ra: number;
	readonly dec: number;
	readonly programme: string;
}

/** One source of a static catalogue within the radius of an alert; nearest first in every list. */
export interface CatalogMatch {
	readonly catalog: string;
	readonly release: string;
	readonly sourceId: string;
	readonly sepArcsec: number;
	readonly ra: number;
	readonly dec: number;
	readonly mag: number;
	readonly redshift: number;
	/** The catalogue's other columns by name. */
	readonly numbers: Readonly<Record<string, number>>;
	readonly texts: Readonly<Record<string, string>>;
}

/** What became of matching an alert with one catalogue (design section 4: matched, none and not done are told apart). */
export interface CatalogRun {
	readonly catalog: string;
	readonly release: string;
	readonly state: 'matched' | 'none' | 'notDone';
	readonly radiusArcsec: number;
	/** Why it was not done; '' otherwise. */
	readonly reason: string;
}

/** An object of another survey at the same place, as it was known at the batch's watermark. */
export interface Association {
	readonly survey: string;
	readonly objectId: string;
	readonly programme: string;
	readonly sepArcsec: number;
	readonly ra: number;
	readonly dec: number;
	readonly nDetections: number;
	readonly firstMjd: number;
	readonly lastMjd: number;
	/** Its points up to the alert's time, in time order. */
	readonly curve: readonly CurvePoint[];
}

/** One number of one model on one alert; NaN with state notDone where the model was missing or failed. */
export interface ModelScore {
	readonly model: string;
	readonly version: string;
	readonly label: string;
	readonly score: number;
	readonly state: 'done' | 'notDone';
	readonly reason: string;
}

/** Class of an alert, its probability in [0, 1] (NaN when the rule gives none) and what made it. */
export interface Classification {
	readonly class: string;
	readonly score: number;
	readonly model: string;
}

/**
 * An alert with all that was known of it at its batch's watermark (design rule 6): what models, filters and the outgoing
 * stream see. Stages fill it in the order of its members.
 */
export interface EnrichedAlert {
	readonly alert: Alert;
	/** Shown points in time order: stored ones and those of its own batch, none later than the alert, of its programme and public ones only. */
	readonly curve: readonly CurvePoint[];
	/** Values of the features in the order of FEATURES (features.ts); absent NaN. */
	readonly features: Float64Array;
	/** Version of the formulas; '' where the features could not be computed, then with the reason. */
	readonly featureVersion: string;
	readonly featureReason: string;
	readonly matches: readonly CatalogMatch[];
	readonly runs: readonly CatalogRun[];
	readonly associations: readonly Association[];
	readonly scores: readonly ModelScore[];
	readonly classification: Classification;
}
