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
	/** Whether a text looks like an object id of this survey, for the search box. */
	readonly objectIdPattern: RegExp;
	/** Cutout pixels per side that the survey usually sends, and arcsec per pixel. */
	readonly cutout: { readonly pixels: number; readonly arcsecPerPixel: number; readonly unit: string };
}
