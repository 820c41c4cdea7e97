import { matchRadiusArcsec, mayMatch, TNS, widestRadiusArcsec } from '#lib/alert/catalog.ts';
import type { CatalogMatch, CatalogRun } from '#lib/alert/enriched.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
import {
	findSources,
	readMatchedCatalogs,
	type FoundSource,
	type IsNear,
	type MatchedCatalog,
} from '#clickhouse/read/crossmatch.ts';
import type { MatchedAlert } from '#clickhouse/crossmatchRecords.ts';
import { patiently } from '#clickhouse/patience.ts';
import type { BatchStamp } from '#clickhouse/records.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import { insertMatches, insertRuns } from '#clickhouse/write/crossmatch.ts';
import { rankMatches } from '../enrich/crossmatch/rank.ts';

/** An alert with the place at which it is matched, ICRS degrees. */
export interface AlertPlace extends MatchedAlert {
	readonly ra: number;
	readonly dec: number;
}

/** What became of matching one alert. */
export interface Crossmatched {
	/** Nearest first, of all catalogues. */
	readonly matches: readonly CatalogMatch[];
	/** One for each catalogue that is loaded and may match the alert, and one for TNS where it is not loaded. */
	readonly runs: readonly CatalogRun[];
}

const NOT_LOADED: CatalogRun = {
	catalog: TNS,
	release: '',
	state: 'notDone',
	radiusArcsec: 0,
	reason: 'the TNS list is not loaded',
};

/** Places of one query: more are asked for in turn. */
const QUERY_PLACES = 5000;

/**
 * A batch is matched with what stood at the begin of the ten seconds before its own: the list is read once for them all, and
 * a batch that is finished after a crash is matched with the same.
 */
export const SETTLED_MS = 10_000;

function gone(run: Omit<CatalogRun, 'state' | 'reason'>): CatalogRun {
	return { ...run, state: 'notDone', reason: 'the release was replaced before the batch could be finished' };
}

/** The sources near some places, or why they could not be found. */
async function candidatesOf(
	store: Store,
	catalogs: readonly MatchedCatalog[],
	places: readonly AlertPlace[],
): Promise<FoundSource[][] | string> {
	const wanted = catalogs.map((catalog) => ({
		name: catalog.name,
		release: catalog.release,
		widestArcsec: widestRadiusArcsec(catalog),
	}));
	const rules = new Map(catalogs.map((catalog) => [catalog.name, catalog]));
	const isNear: IsNear = (place, name, source) => {
		const rule = rules.get(name);
		return (
			rule !== undefined &&
			separationArcsec(place.ra, place.dec, source.ra, source.dec) <= matchRadiusArcsec(rule, source.redshift)
		);
	};
	const found: FoundSource[][] = places.map(() => []);
	try {
		for (let first = 0; first < places.length; first += QUERY_PLACES) {
			const some = places.slice(first, first + QUERY_PLACES);
			const rows = await patiently(() => findSources(store, wanted, some, isNear, { class: 'ingest' }));
			for (const row of rows) found[first + row.place]?.push(row);
		}
		return found;
	} catch (error) {
		// without an answer the batch cannot go on anyway; a refused or too long query leaves the alerts unmatched
		if (!(error instanceof StoreError) || error.code === 0) throw error;
		return error.code === 159 ? 'the match took too long' : 'the store refused the match';
	}
}

interface CatalogsThen {
	readonly store: Store | null;
	readonly asOfMs: number;
	readonly list: readonly MatchedCatalog[];
}

/** Matches alerts with the catalogues as they stood when the batch began; results in the order of the places. */
export class Crossmatcher {
	#catalogs: CatalogsThen = { store: null, asOfMs: -1, list: [] };

	/** Two queries for each origin, whatever the number of catalogues. */
	async match(store: Store, places: readonly AlertPlace[], batch: BatchStamp): Promise<Crossmatched[]> {
		if (places.length === 0) return [];
		const catalogs = await this.#catalogsAsOf(store, Math.floor(batch.knownAtMs / SETTLED_MS - 1) * SETTLED_MS);
		const results = new Array<Crossmatched>(places.length);
		for (const origin of new Set(places.map((place) => place.origin))) {
			const indices = places.flatMap((place, index) => (place.origin === origin ? [index] : []));
			const own = indices.flatMap((index) => places[index] ?? []);
			const found = await matchPlaces(
				store,
				catalogs.filter((catalog) => mayMatch(catalog.origin, origin)),
				own,
			);
			indices.forEach((index, i) => {
				const result = found[i];
				if (result !== undefined) results[index] = result;
			});
		}
		return results;
	}

	async #catalogsAsOf(store: Store, asOfMs: number): Promise<readonly MatchedCatalog[]> {
		if (this.#catalogs.store !== store || this.#catalogs.asOfMs !== asOfMs) {
			this.#catalogs = { store, asOfMs, list: await readMatchedCatalogs(store, asOfMs) };
		}
		return this.#catalogs.list;
	}

	/** Every catalogue that was known last and may match the origin, as not done for a reason. */
	failed(origin: Origin, reason: string): CatalogRun[] {
		return runMaker(this.#catalogs.list.filter((catalog) => mayMatch(catalog.origin, origin)))([], reason);
	}
}

/** Matches places with catalogues that may match them. */
export async function matchPlaces(
	store: Store,
	catalogs: readonly MatchedCatalog[],
	places: readonly AlertPlace[],
): Promise<Crossmatched[]> {
	const present = catalogs.filter((catalog) => !catalog.gone);
	const candidates = await candidatesOf(store, present, places);
	const rules = new Map(present.map((catalog) => [catalog.name, catalog]));
	const runsOf = runMaker(catalogs);
	return places.map((place, index) => {
		if (typeof candidates === 'string') return { matches: [], runs: runsOf([], candidates) };
		const matches = rankMatches(place, candidates[index] ?? [], rules);
		return { matches, runs: runsOf(matches, null) };
	});
}

/** Makes the states of all catalogues from what was found, or from why nothing could be. */
function runMaker(
	catalogs: readonly MatchedCatalog[],
): (matches: readonly CatalogMatch[], failure: string | null) => CatalogRun[] {
	const templates = catalogs.map((catalog) => {
		const run = { catalog: catalog.name, release: catalog.release, radiusArcsec: widestRadiusArcsec(catalog) };
		const none: CatalogRun = { ...run, state: 'none', reason: '' };
		const matched: CatalogRun = { ...run, state: 'matched', reason: '' };
		return catalog.gone ? { run, none: gone(run), matched: gone(run) } : { run, none, matched };
	});
	const tnsLoaded = catalogs.some(({ name }) => name === TNS);
	return (matches, failure) => {
		const runs = templates.map(({ run, none, matched }): CatalogRun => {
			if (failure !== null) return { ...run, state: 'notDone', reason: failure };
			return matches.some(({ catalog }) => catalog === run.catalog) ? matched : none;
		});
		return tnsLoaded ? runs : [...runs, NOT_LOADED];
	};
}

/** Writes what was found and every attempt. */
export async function insertCrossmatches(
	store: Store,
	batch: BatchStamp,
	places: readonly AlertPlace[],
	results: readonly Crossmatched[],
): Promise<void> {
	const matches: Parameters<typeof insertMatches>[2][number][] = [];
	const runs: Parameters<typeof insertRuns>[2][number][] = [];
	places.forEach((alert, index) => {
		const result = results[index];
		if (result === undefined) return;
		const counts = new Map<string, number>();
		for (const match of result.matches) {
			const rank = (counts.get(match.catalog) ?? 0) + 1;
			counts.set(match.catalog, rank);
			matches.push({ alert, match, rank });
		}
		for (const run of result.runs) {
			// what is not loaded is nobody's attempt
			if (run.release === '') continue;
			runs.push({ alert, run, nMatches: counts.get(run.catalog) ?? 0 });
		}
	});
	await insertMatches(store, batch, matches);
	await insertRuns(store, batch, runs);
}
