import type { Flux } from '#lib/astro/photometry.ts';
import type { SurveyField } from './fields.ts';

/** Where a row comes from: the sky, a survey's own simulation, or ours (design rule 8). The three never mix. */
export type Origin = 'real' | 'test' | 'simulated';
export const ORIGINS: readonly Origin[] = ['real', 'test', 'simulated'];

/** An observatory: geodetic longitude (east positive) and latitude in degrees, elevation in metres. */
export interface Observatory {
	readonly name: string;
	readonly longitude: number;
	readonly latitude: number;
	readonly elevationM: number;
}

/** Who may see data of a programme: `public` or only readers with a grant. */
export interface Programme {
	readonly name: string;
	readonly label: string;
	readonly public: boolean;
}

/** An alert's own fields by name. */
export interface FieldValues {
	/** NaN where it is absent. */
	readonly number: (name: string) => number;
	/** False where it is absent. */
	readonly truth: (name: string) => boolean;
}

/** What an alert's own fields say of the point that it is. */
export interface PointFields {
	/** Names of the fields that the two functions read. */
	readonly names: readonly string[];
	/** Light of the source on the template and, where the survey measures it, on the science image, nJy. */
	readonly images: (values: FieldValues) => { readonly template: Flux | null; readonly science: Flux | null };
	/** Names of the flags that are set. */
	readonly flags: (values: FieldValues) => readonly string[];
}

/** What Nightjar needs to know of a survey before it has seen a packet of it. */
export interface Survey {
	/** Key in every table and URL: lower case. */
	readonly name: string;
	readonly label: string;
	/** Shape of its points in every plot. */
	readonly mark: 'circle' | 'square' | 'diamond';
	/** Hours subtracted from UTC before the date is taken (design rule 3). */
	readonly nightOffsetHours: number;
	readonly observatory: Observatory | null;
	readonly programmes: readonly Programme[];
	/** Origin that a packet of this survey has whatever the ids say (ELAsTiCC is always a test). */
	readonly fixedOrigin: Origin | null;
	/** 1 sigma position uncertainty, arcsec; sets association radii. */
	readonly positionErrArcsec: number;
	readonly bands: readonly string[];
	/** The survey's own columns of the alerts table: `ztf.drb`, column `ztf_drb`. */
	readonly fields: readonly SurveyField[];
	/** Absent where packets say nothing of the kind. */
	readonly point?: PointFields;
	/** Whether a text looks like an object id of this survey, for the search box. */
	readonly objectIdPattern: RegExp;
	/** Cutout pixels per side that the survey usually sends, and arcsec per pixel. */
	readonly cutout: { readonly pixels: number; readonly arcsecPerPixel: number; readonly unit: string };
}
