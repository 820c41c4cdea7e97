import { TNS, type Catalog, type CatalogColumn } from './catalog.ts';
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

/** What catalogues say of their columns, by catalogue and release. */
export type DescribedColumns = readonly (Pick<Catalog, 'name' | 'release'> & {
	readonly columns: readonly CatalogColumn[];
})[];

/** Descriptions of the columns of those catalogues that gave a match, in the release that gave it: another release may mean another thing. */
export function describedColumns(runs: readonly CatalogCrossmatch[], loaded: readonly Catalog[]): DescribedColumns {
	return loaded
		.filter(({ name, release }) =>
			runs.some((run) => run.catalog === name && run.release === release && run.matches.length > 0),
		)
		.map(({ name, release, columns }) => ({ name, release, columns }));
}

/** One column of a match; unit and meaning '' where the catalogue does not say, value null where the source has none. */
export interface MatchColumn {
	readonly name: string;
	readonly unit: string;
	readonly meaning: string;
	readonly value: number | string | null;
}

/** Every column of a match beside its name, place, magnitude and redshift: those that its catalogue describes in their order, then the others. */
export function matchColumns(match: ShownMatch, described: DescribedColumns): MatchColumn[] {
	const own = described.find(({ name, release }) => name === match.catalog && release === match.release)?.columns ?? [];
	const names = new Set(own.map(({ name }) => name));
	const valueOf = (name: string): MatchColumn['value'] => {
		const value = match.columns[name];
		return value === undefined || value === '' ? null : value;
	};
	return [
		...own.map(({ name, unit, meaning }) => ({ name, unit, meaning, value: valueOf(name) })),
		...Object.keys(match.columns)
			.filter((name) => !names.has(name))
			.map((name) => ({ name, unit: '', meaning: '', value: valueOf(name) })),
	];
}

/** What the Transient Name Server calls a place: its nearest report there. */
export interface Transient {
	/** With the prefix where there is one: "SN 2023ixf". */
	readonly name: string;
	/** The name as its address has it, without the prefix; null where it cannot be told. */
	readonly bareName: string | null;
	/** Class of a classified transient; null where there is none yet. */
	readonly type: string | null;
	readonly redshift: number | null;
	readonly sepArcsec: number;
	/** Reports that matched besides. */
	readonly others: number;
}

const filled = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The nearest report of the TNS at an object; null where its list is not loaded, was not tried or has none. */
export function transientAt({ runs, matches }: ObjectMatches): Transient | null {
	if (!runs.some(({ catalog, loaded, state }) => catalog === TNS && loaded && state === 'matched')) return null;
	const reports = matches.filter(({ catalog }) => catalog === TNS).sort((a, b) => a.sepArcsec - b.sepArcsec);
	const [nearest] = reports;
	if (!nearest) return null;
	const name = nearest.sourceId;
	return {
		name,
		bareName: /^(?:[A-Za-z]+\s*)?(\d{4,8}[A-Za-z]+)$/.exec(name)?.[1] ?? null,
		type: filled(nearest.columns['type']),
		redshift: nearest.redshift,
		sepArcsec: nearest.sepArcsec,
		others: reports.length - 1,
	};
}
