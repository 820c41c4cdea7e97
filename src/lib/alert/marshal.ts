import type { ShownPoint } from './lightCurve.ts';

/** Kinds of marshal that can be linked. */
export type MarshalKind = 'skyportal' | 'tom';

/** A group of a marshal that its user may save to. */
export interface MarshalGroup {
	readonly id: number;
	readonly name: string;
	/** The marshal says that this user may not save there. */
	readonly locked: boolean;
}

/** A marshal as its user sees it here: never the secret. */
export interface MarshalLink {
	readonly id: string;
	readonly kind: MarshalKind;
	readonly name: string;
	readonly url: string;
	/** Name of the user there. */
	readonly username: string;
	readonly roles: readonly string[];
	/** What the token may do there, in the marshal's words; null where the marshal does not say. */
	readonly acls: readonly string[] | null;
	readonly groups: readonly MarshalGroup[];
	/** Groups that one key saves to. */
	readonly defaultGroups: readonly number[];
	/** Seconds of the Unix epoch. */
	readonly checkedAt: number;
	readonly lastError: string | null;
	readonly lastErrorAt: number | null;
}

export interface MarshalClassification {
	readonly id: number;
	readonly label: string;
	readonly probability: number | null;
	readonly ml: boolean;
	readonly author: string;
	/** As the marshal writes it: UTC, without zone. */
	readonly createdAt: string;
}

export interface MarshalAnnotation {
	readonly id: number;
	readonly origin: string;
	readonly values: readonly { readonly name: string; readonly value: string }[];
}

export interface MarshalSpectrum {
	readonly id: number;
	/** UTC, ISO 8601 without zone. */
	readonly observedAt: string;
	readonly instrument: string;
	readonly telescope: string;
	readonly type: string;
	/** '' where the marshal does not say. */
	readonly units: string;
	/** Ångström, in air or vacuum as the marshal keeps them. */
	readonly wavelengths: readonly number[];
	readonly fluxes: readonly (number | null)[];
}

/** What a marshal knows of one object, for the user who linked it. */
export interface MarshalRecord {
	/** Its id there: can differ from ours in case, or be another survey's name. */
	readonly id: string;
	/** Arcsec from our position; null where the marshal gives no position. */
	readonly sepArcsec: number | null;
	readonly pageUrl: string;
	readonly redshift: number | null;
	readonly redshiftErr: number | null;
	readonly savedTo: readonly {
		readonly id: number;
		readonly name: string;
		readonly by: string;
		readonly at: string;
		/** Asked for, not yet granted. */
		readonly requested: boolean;
	}[];
	readonly classifications: readonly MarshalClassification[];
	readonly annotations: readonly MarshalAnnotation[];
	/** Null where the marshal keeps none. */
	readonly commentCount: number | null;
	readonly spectra: readonly MarshalSpectrum[];
	/** Its points, as they are drawn in the light curve; `survey` names the marshal and the instrument. */
	readonly points: readonly ShownPoint[];
	/** Points left out: those of surveys that stand in our curve already, and those beyond the limit. */
	readonly pointsLeftOut: number;
	/** Parts that the marshal did not give, in words. */
	readonly missing: readonly string[];
}

/** What was sent to a marshal about an object. */
export interface MarshalDeed {
	readonly marshal: string;
	readonly kind: 'save' | 'comment' | 'annotate' | 'candidate';
	readonly groups: readonly number[];
	readonly done: boolean;
	readonly detail: string;
	/** Seconds of the Unix epoch. */
	readonly at: number;
}

/** What one linked marshal answers about an object. */
export type MarshalAnswer =
	| { readonly kind: 'known'; readonly record: MarshalRecord }
	| { readonly kind: 'unknown' }
	| { readonly kind: 'failed'; readonly message: string };

/** Prefix of `survey` in points that came from a marshal. */
const MARSHAL_SURVEY = 'marshal:';

/** Name under which a marshal's points of one instrument stand in a light curve. */
export function marshalSurvey(marshal: string, instrument: string): string {
	return `${MARSHAL_SURVEY}${marshal} · ${instrument}`;
}

/** The name for people of a point's source that came from a marshal; null for a survey. */
export function marshalSourceName(survey: string): string | null {
	return survey.startsWith(MARSHAL_SURVEY) ? survey.slice(MARSHAL_SURVEY.length) : null;
}
