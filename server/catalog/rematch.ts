import * as v from 'valibot';
import { mayMatch } from '#lib/alert/catalog.ts';
import { ORIGINS, type Origin } from '#lib/alert/survey.ts';
import { readMatchedCatalogs, type MatchedCatalog } from '#clickhouse/read/crossmatch.ts';
import { readSlot } from '#clickhouse/read/ingest.ts';
import { countAllObjects, readObjectPlaces, type ObjectPlaceKey } from '#clickhouse/read/objectPlaces.ts';
import type { BatchStamp } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertOpened, insertPublished } from '#clickhouse/write/batch.ts';
import { insertCrossmatches, matchPlaces, type AlertPlace } from '#server/ingest/store/crossmatch.ts';
import { CatalogError } from './error.ts';

/** The slot that re-matches of history are written under. */
export const REMATCH_SLOT = 'rematch';

const BATCH = 5000;

const keySchema = v.object({
	origin: v.picklist(ORIGINS),
	survey: v.string(),
	objectId: v.string(),
	programme: v.string(),
});
const boundarySchema = v.object({
	knownAtMs: v.number(),
	/** Name and release of each catalogue. */
	catalogs: v.array(v.tuple([v.string(), v.string()])),
	after: v.nullable(keySchema),
	/** Last object of the batch. */
	last: keySchema,
	done: v.number(),
	total: v.number(),
});
type Boundary = v.InferOutput<typeof boundarySchema>;

/** How far a re-match is. */
export interface RematchProgress {
	readonly done: number;
	readonly total: number;
	readonly matched: number;
	readonly seconds: number;
}

export interface RematchOptions {
	readonly codeVersion: string;
	/** Matched anew with these only; all where null. */
	readonly catalogs: readonly string[] | null;
	/** Where an earlier run of the same catalogues stopped is passed over unless told. */
	readonly restart?: boolean;
	readonly onProgress?: (progress: RematchProgress) => void;
	readonly signal: AbortSignal;
}

const sameCatalogs = (a: Boundary['catalogs'], b: Boundary['catalogs']): boolean =>
	JSON.stringify(a) === JSON.stringify(b);

/** The objects after a place, as what is matched: at their newest position, under no alert of their own. */
async function placesAfter(
	store: Store,
	after: ObjectPlaceKey | null,
	limit: number,
): Promise<{ key: ObjectPlaceKey; place: AlertPlace }[]> {
	const rows = await readObjectPlaces(store, after, limit);
	return rows.map((row) => ({
		key: { origin: row.origin, survey: row.survey, objectId: row.objectId, programme: row.programme },
		place: { ...row, alertId: 0n },
	}));
}

async function writeBatch(
	store: Store,
	batch: BatchStamp,
	catalogs: readonly MatchedCatalog[],
	places: readonly AlertPlace[],
	codeVersion: string,
): Promise<number> {
	let matched = 0;
	const all: AlertPlace[] = [];
	const results: Awaited<ReturnType<typeof matchPlaces>> = [];
	for (const origin of new Set(places.map((place): Origin => place.origin))) {
		const own = places.filter((place) => place.origin === origin);
		const wanted = catalogs.filter((catalog) => mayMatch(catalog.origin, origin));
		if (wanted.length === 0) continue;
		const found = await matchPlaces(store, wanted, own);
		all.push(...own);
		results.push(...found);
		matched += found.filter(({ matches }) => matches.length > 0).length;
	}
	await insertCrossmatches(store, batch, all, results);
	await insertPublished(store, batch, 0, Date.now(), codeVersion);
	return matched;
}

/** Finds the last recorded boundary of the slot, finished or not. */
async function lastBoundary(store: Store): Promise<Boundary | null> {
	const rows = await store.query<{ boundary: string }>(
		`SELECT boundary FROM ingest_log WHERE writer = {writer:String} AND state = 'opened' ORDER BY number DESC LIMIT 1`,
		{ writer: REMATCH_SLOT },
		{ class: 'ingest' },
	);
	const text = rows[0]?.boundary;
	const parsed = text === undefined ? null : v.safeParse(boundarySchema, JSON.parse(text));
	return parsed?.success === true ? parsed.output : null;
}

/**
 * Matches every stored object again, at its newest position, with catalogues as they stand now: new rows beside the old, under a
 * slot and numbers of their own. What a run of the same catalogues and releases did before it was stopped is not done again.
 */
export async function rematch(store: Store, options: RematchOptions): Promise<RematchProgress> {
	const startedAt = performance.now();
	const now = await readMatchedCatalogs(store, Date.now());
	const missing = options.catalogs?.find((name) => !now.some((catalog) => catalog.name === name));
	if (missing !== undefined) {
		throw new CatalogError(`There is no catalogue "${missing}": nightjar catalog list shows those that are loaded.`);
	}
	const chosen = now.filter(({ name }) => options.catalogs?.includes(name) ?? true);
	if (chosen.length === 0) throw new CatalogError('No catalogue is loaded: nightjar catalog add FILE loads one.');
	const releases = chosen.map(({ name, release }): [string, string] => [name, release]);

	const state = await readSlot(store, REMATCH_SLOT);
	const earlier = await lastBoundary(store);
	let number = state.number;
	let after: ObjectPlaceKey | null = null;
	let progress: RematchProgress = { done: 0, total: await countAllObjects(store), matched: 0, seconds: 0 };
	if (state.unfinished !== null && earlier !== null) {
		// the batch that a crash left open, under its own number and with the releases it began with
		const then = now.filter(({ name, release }) => earlier.catalogs.some(([n, r]) => n === name && r === release));
		const places = (await placesAfter(store, earlier.after, BATCH)).filter(({ key }) => !isAfter(key, earlier.last));
		const batch = { writer: REMATCH_SLOT, number, knownAtMs: earlier.knownAtMs };
		await writeBatch(
			store,
			batch,
			then,
			places.map(({ place }) => place),
			options.codeVersion,
		);
	}
	if (
		earlier !== null &&
		options.restart !== true &&
		sameCatalogs(earlier.catalogs, releases) &&
		earlier.done < earlier.total
	) {
		after = earlier.last;
		progress = { ...progress, done: earlier.done };
	}
	while (!options.signal.aborted) {
		const places = await placesAfter(store, after, BATCH);
		const last = places.at(-1)?.key;
		if (last === undefined) break;
		number += 1n;
		const done = progress.done + places.length;
		const total = Math.max(progress.total, done);
		const knownAtMs = Date.now();
		const batch = { writer: REMATCH_SLOT, number, knownAtMs };
		// the last batch says that nothing is left, so that the next run begins anew
		const finished = places.length < BATCH;
		const boundary: Boundary = {
			knownAtMs,
			catalogs: releases,
			after,
			last,
			done: finished ? total : Math.min(done, total - 1),
			total,
		};
		await insertOpened(store, batch, JSON.stringify(boundary), options.codeVersion);
		const matched = await writeBatch(
			store,
			batch,
			chosen,
			places.map(({ place }) => place),
			options.codeVersion,
		);
		after = last;
		progress = { done, total, matched: progress.matched + matched, seconds: (performance.now() - startedAt) / 1000 };
		options.onProgress?.(progress);
		if (finished) break;
	}
	return { ...progress, seconds: (performance.now() - startedAt) / 1000 };
}

const sortKey = (key: ObjectPlaceKey): string[] => [key.survey, key.objectId, key.origin, key.programme];

function isAfter(a: ObjectPlaceKey, b: ObjectPlaceKey): boolean {
	const one = sortKey(a);
	const two = sortKey(b);
	for (let i = 0; i < one.length; i += 1) {
		const [x = '', y = ''] = [one[i], two[i]];
		if (x !== y) return x > y;
	}
	return false;
}
