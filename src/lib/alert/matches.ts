import type { CatalogCrossmatch, ObjectMatch } from './views.ts';

/** A source of a catalogue at an object. */
export type ShownMatch = ObjectMatch & Pick<CatalogCrossmatch, 'catalog' | 'release'>;

/** Every catalogue that was tried, and all sources found, nearest first. */
export interface ObjectMatches {
	readonly runs: readonly CatalogCrossmatch[];
	readonly matches: readonly ShownMatch[];
}

/** All sources of all catalogues in one list, nearest first. */
export function nearestFirst(runs: readonly CatalogCrossmatch[]): ShownMatch[] {
	return runs
		.flatMap(({ catalog, release, matches }) => matches.map((match) => ({ ...match, catalog, release })))
		.sort((a, b) => a.sepArcsec - b.sepArcsec);
}

/** Redshifts at which nothing of interest stands: stars of the Galaxy are in some catalogues with a velocity. */
const LEAST_REDSHIFT = 0.0005;

/** The match whose redshift is taken for the object's: the nearest one with a redshift that can be one; null where none has. */
export function redshiftMatch(matches: readonly ShownMatch[]): (ShownMatch & { readonly redshift: number }) | null {
	for (const match of matches) {
		if (match.redshift !== null && match.redshift > LEAST_REDSHIFT) return { ...match, redshift: match.redshift };
	}
	return null;
}

/** A name of a source that a reader knows, else its id in the catalogue. */
export function nameOf(match: ShownMatch): string {
	for (const key of ['name', 'Name', 'NAME', 'objname', 'common_name', 'Common names']) {
		const text = match.columns[key];
		if (typeof text === 'string' && text !== '') return text;
	}
	return match.sourceId;
}
