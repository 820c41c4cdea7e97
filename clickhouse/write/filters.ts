import type { FilterIdentity, FilterVersion, StateChange } from '#lib/filter/stored.ts';
import type { Origin } from '#lib/alert/survey.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { AnnotationValue } from '#lib/filter/index.ts';
import type { BatchStamp } from '../records.ts';
import { rowEncoder, type CellValue, type Column } from '../rowEncoder.ts';
import type { Store } from '../store.ts';

const ORIGIN = "Enum8('real' = 1, 'test' = 2, 'simulated' = 3)";

/** Columns from lines `name type`. */
export const columnsOf = (list: string): Column[] =>
	list
		.split('\n')
		.map((line) => line.trim())
		.filter(Boolean)
		.map((line) => {
			const space = line.indexOf(' ');
			return { name: line.slice(0, space), type: line.slice(space + 1) };
		});

const FILTER = columnsOf(`
	filter_id UUID
	name String
	topic String
	meaning String
	owner_id String
	visibility Enum8('private' = 1, 'group' = 2, 'public' = 3)
	group_id String
	block Bool
	forked_from String
	changed_at DateTime64(3, 'UTC')`);

const STATE = columnsOf(`
	filter_id UUID
	state Enum8('draft' = 1, 'live' = 2, 'paused' = 3, 'retired' = 4, 'setAside' = 5, 'deleted' = 6)
	version UInt32
	reason String
	changed_by String
	expected_low Float64
	expected_high Float64
	expected_by Enum8('unknown' = 0, 'owner' = 1, 'computed' = 2)
	changed_at DateTime64(3, 'UTC')`);

const VERSION = columnsOf(`
	filter_id UUID
	version UInt32
	kind Enum8('live' = 1, 'afterNight' = 2, 'sampled' = 3)
	text String
	language_version String
	environment String
	blocks Array(String)
	grants Array(Tuple(survey String, programme String))
	changelog String
	author_id String
	must_pass Array(String)
	must_fail Array(String)
	created_at DateTime64(3, 'UTC')`);

const HIT = columnsOf(`
	filter_id UUID
	version UInt32
	survey String
	night Date
	alert_id UInt64
	object_id String
	programme String
	origin ${ORIGIN}
	hpx29 UInt64
	mjd Float64
	place UInt32
	numbers Map(String, Float64)
	texts Map(String, String)
	truths Map(String, Bool)
	writer String
	number UInt64
	known_at DateTime64(3, 'UTC')`);

const RUN = columnsOf(`
	filter_id UUID
	version UInt32
	survey String
	origin ${ORIGIN}
	night Date
	hits UInt32
	elapsed_ms Float64
	reason String
	writer String
	number UInt64
	known_at DateTime64(3, 'UTC')`);

const COST = columnsOf(`
	filter_id UUID
	version UInt32
	writer String
	at DateTime64(3, 'UTC')
	batches UInt32
	alerts UInt64
	hits UInt64
	elapsed_ms Float64
	slowest_ms Float64
	visited UInt64`);

/** Inserts rows of a small table. */
export async function insertCells(
	store: Store,
	table: string,
	of: readonly Column[],
	rows: readonly (readonly CellValue[])[],
	token: string,
): Promise<void> {
	if (rows.length === 0) return;
	const encoder = rowEncoder(of, rows.length * 512);
	for (const row of rows) encoder.row(row);
	await store.insert(table, encoder.names, encoder.finish(), token);
}

const filterRow = (filter: FilterIdentity, atMs: number): CellValue[] => {
	const { id, name, topic, meaning, ownerId, visibility, groupId, block, forkedFrom } = filter;
	return [id, name, topic ?? '', meaning, ownerId, visibility, groupId, block, forkedFrom, BigInt(atMs)];
};

/** Records what a filter is called and who may see it. */
export async function insertFilter(store: Store, filter: FilterIdentity, atMs: number): Promise<void> {
	await insertCells(store, 'filters', FILTER, [filterRow(filter, atMs)], `filter:${filter.id}:${atMs}`);
}

const stateRow = (id: string, change: Omit<StateChange, 'at'>, atMs: number): CellValue[] => {
	const { state, version, reason, by, expected } = change;
	const band = expected ?? { low: Number.NaN, high: Number.NaN, by: 'unknown' };
	return [id, state, version, reason, by, band.low, band.high, band.by, BigInt(atMs)];
};

/** Records what becomes of a filter. */
export async function insertState(
	store: Store,
	id: string,
	change: Omit<StateChange, 'at'>,
	atMs: number,
): Promise<void> {
	const token = `filter:${id}:state:${atMs}:${change.state}`;
	await insertCells(store, 'filter_states', STATE, [stateRow(id, change, atMs)], token);
}

/** A version to record, with what its names stand for and the scope that it runs in. */
export interface NewVersion extends Omit<FilterVersion, 'createdAt'> {
	/** JSON of a FrozenEnvironment. */
	readonly environment: string;
	readonly grants: AccessScope['grants'];
}

const versionRow = (id: string, version: NewVersion, atMs: number): CellValue[] => [
	...[id, version.version, version.kind, version.text, version.languageVersion, version.environment, version.blocks],
	version.grants.map(({ survey, programme }) => [survey, programme]),
	...[version.changelog, version.authorId, version.mustPass, version.mustFail, BigInt(atMs)],
];

/** Records a version; of several that are sent under one number only the first is stored: read back whose it is. */
export async function insertVersion(store: Store, id: string, version: NewVersion, atMs: number): Promise<void> {
	const token = `filter:${id}:version:${version.version}`;
	await insertCells(store, 'filter_versions', VERSION, [versionRow(id, version, atMs)], token);
}

/** A filter with a version and what becomes of it; null = what it does stays as it is. */
export interface NewFilter {
	readonly identity: FilterIdentity;
	readonly version: NewVersion;
	readonly state: Omit<StateChange, 'at'> | null;
}

/** Records many filters at once, what names them last: a filter that is seen is whole. */
export async function insertFilters(store: Store, filters: readonly NewFilter[], atMs: number): Promise<void> {
	const token = (what: string): string => `filters:${atMs}:${what}`;
	const versions = filters.map(({ identity, version }) => versionRow(identity.id, version, atMs));
	await insertCells(store, 'filter_versions', VERSION, versions, token('versions'));
	const states = filters.flatMap(({ identity, state }) => (state === null ? [] : [stateRow(identity.id, state, atMs)]));
	await insertCells(store, 'filter_states', STATE, states, token('states'));
	const names = filters.map(({ identity }) => filterRow(identity, atMs));
	await insertCells(store, 'filters', FILTER, names, token('names'));
}

/** An alert that passed a filter. */
export interface HitRow {
	readonly filterId: string;
	readonly version: number;
	readonly survey: string;
	/** Days since 1970-01-01. */
	readonly night: number;
	readonly alertId: bigint;
	readonly objectId: string;
	readonly programme: string;
	readonly origin: Origin;
	readonly hpx29: bigint;
	readonly mjd: number;
	/** From 1 where the filter orders its hits, else 0. */
	readonly place: number;
	readonly annotations: readonly { readonly name: string; readonly value: AnnotationValue }[];
}

function byKind<Kind extends AnnotationValue>(
	annotations: HitRow['annotations'],
	is: (value: AnnotationValue) => value is Kind,
): Map<string, Kind> {
	return new Map(annotations.flatMap(({ name, value }) => (is(value) ? [[name, value] as const] : [])));
}

/** Inserts the hits of a batch. */
export async function insertHits(store: Store, batch: BatchStamp, rows: readonly HitRow[]): Promise<void> {
	const encoded = rows.map((hit) => [
		hit.filterId,
		hit.version,
		hit.survey,
		hit.night,
		hit.alertId,
		hit.objectId,
		hit.programme,
		hit.origin,
		hit.hpx29,
		hit.mjd,
		hit.place,
		byKind(hit.annotations, (value) => typeof value === 'number'),
		byKind(hit.annotations, (value) => typeof value === 'string'),
		byKind(hit.annotations, (value) => typeof value === 'boolean'),
		batch.writer,
		batch.number,
		BigInt(batch.knownAtMs),
	]);
	await insertCells(store, 'filter_hits', HIT, encoded, `${batch.writer}:${batch.number}:hits`);
}

/** A night that a filter was run on after it closed. */
export interface RunRow {
	readonly filterId: string;
	readonly version: number;
	readonly survey: string;
	readonly origin: Origin;
	readonly night: number;
	readonly hits: number;
	readonly elapsedMs: number;
	/** '' where it ran. */
	readonly reason: string;
}

/** Records that filters were run on a night. */
export async function insertRuns(store: Store, batch: BatchStamp, rows: readonly RunRow[]): Promise<void> {
	const encoded = rows.map(({ filterId, version, survey, origin, night, hits, elapsedMs, reason }) => [
		...[filterId, version, survey, origin, night, hits, elapsedMs, reason],
		...[batch.writer, batch.number, BigInt(batch.knownAtMs)],
	]);
	await insertCells(store, 'filter_runs', RUN, encoded, `${batch.writer}:${batch.number}:runs`);
}

/** What a filter cost a worker since the last row. */
export interface CostRow {
	readonly filterId: string;
	readonly version: number;
	readonly batches: number;
	readonly alerts: number;
	readonly hits: number;
	readonly elapsedMs: number;
	readonly slowestMs: number;
	readonly visited: number;
}

/** Appends what filters cost a worker. */
export async function insertCosts(store: Store, writer: string, atMs: number, rows: readonly CostRow[]): Promise<void> {
	const encoded = rows.map(({ filterId, version, batches, alerts, hits, elapsedMs, slowestMs, visited }) => [
		...[filterId, version, writer, BigInt(atMs), batches, BigInt(alerts), BigInt(hits), elapsedMs, slowestMs],
		BigInt(visited),
	]);
	await insertCells(store, 'filter_costs', COST, encoded, `${writer}:costs:${atMs}`);
}
