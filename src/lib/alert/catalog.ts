import type { Origin } from './survey.ts';

/** How far from an alert a source of a catalogue still counts as a match. */
export interface MatchRule {
	/** Sources without a redshift, and the least radius of those with one, arcsec. */
	readonly radiusArcsec: number;
	/** Projected distance for sources with a redshift, kpc at z = 0.05 and scaled as 1 / z from there; 0 = one radius for all. */
	readonly radiusKpc: number;
	/** Greatest radius, and the one of sources nearer than z = 0.01, arcsec; 0 = one radius for all. */
	readonly nearRadiusArcsec: number;
}

/** Redshift below which distances are too uncertain for the rule. */
const NEAR_REDSHIFT = 0.01;

/**
 * Radius in arcsec within which a source at this redshift (NaN or not positive = unknown) matches: kpc x 0.05 / z, the rule of BOOM and Babamul for
 * galaxies, never less than the catalogue's own radius nor more than its greatest.
 */
export function matchRadiusArcsec(rule: MatchRule, redshift: number): number {
	if (!(rule.radiusKpc > 0) || !(redshift > 0)) return rule.radiusArcsec;
	if (redshift < NEAR_REDSHIFT) return Math.max(rule.radiusArcsec, rule.nearRadiusArcsec);
	const scaled = (rule.radiusKpc * 0.05) / redshift;
	return Math.max(rule.radiusArcsec, Math.min(scaled, rule.nearRadiusArcsec));
}

/** The greatest radius in arcsec at which any source of the catalogue can match. */
export function widestRadiusArcsec(rule: MatchRule): number {
	return rule.radiusKpc > 0 ? Math.max(rule.radiusArcsec, rule.nearRadiusArcsec) : rule.radiusArcsec;
}

/** Whether a catalogue may match an alert (design rule 8): the real sky's match all, those of the simulator its own alerts only. */
export function mayMatch(catalog: Origin, alert: Origin): boolean {
	return catalog === 'real' || catalog === alert;
}

/** A column of a catalogue that is kept beside position, magnitude and redshift. */
export interface CatalogColumn {
	readonly name: string;
	readonly kind: 'number' | 'text';
	readonly unit: string;
	readonly meaning: string;
}

/** A catalogue as it is loaded now. */
export interface Catalog extends MatchRule {
	readonly name: string;
	readonly release: string;
	readonly origin: Origin;
	readonly description: string;
	readonly licence: string;
	/** What its users cite: a bibcode, a DOI or words; empty where nobody said. */
	readonly citation: string;
	readonly sourceUrl: string;
	readonly columns: readonly CatalogColumn[];
	readonly rows: number;
	readonly sha256: string;
	/** ISO 8601, UTC. */
	readonly addedAt: string;
}

/** One source of a catalogue; absent numbers NaN. */
export interface CatalogSource {
	readonly sourceId: string;
	/** ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
	readonly mag: number;
	readonly redshift: number;
	readonly numbers: Readonly<Record<string, number>>;
	readonly texts: Readonly<Record<string, string>>;
}

/** The catalogue that reports of transients are kept in: said to be not done where it is not loaded. */
export const TNS = 'TNS';

/** The catalogue of star/galaxy scores whose matches tell Rubin's alerts on stars, from 0 (galaxy) to 1 (star). */
export const LSPSC = 'lspsc';

/** What a catalogue may be called: it stands in filters, addresses and file names. */
export const CATALOG_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/;
