import type { AccessScope } from '#lib/alert/object.ts';
import type {
	ExpectedBand,
	FilterKind,
	FilterState,
	FilterVersion,
	StateChange,
	StoredFilter,
	Visibility,
} from '#lib/filter/stored.ts';
import bandsSql from '../queries/ingest/filter_bands.sql?raw';
import systemNamesSql from '../queries/filter_system_names.sql?raw';
import setAsideSql from '../queries/filter_set_aside.sql?raw';
import blockUsersSql from '../queries/filter_block_users.sql?raw';
import filterStatesSql from '../queries/filter_states.sql?raw';
import filterVersionsSql from '../queries/filter_versions.sql?raw';
import filtersSql from '../queries/filters.sql?raw';
import activeFiltersSql from '../queries/ingest/active_filters.sql?raw';
import dueNightsSql from '../queries/ingest/filter_due_nights.sql?raw';
import filterHeadsSql from '../queries/ingest/filter_heads.sql?raw';
import { patiently } from '../patience.ts';
import type { Param, QueryOptions, Store } from '../store.ts';
import { isoTime } from './alertRows.ts';
import { renderAny } from './render.ts';

/** Who looks at filters; null where nobody is signed in. */
export interface FilterReader {
	readonly id: string;
	readonly groups: readonly string[];
}

interface StateRow {
	readonly state: FilterState;
	readonly version: number;
	readonly reason: string;
	readonly by: string;
	readonly expectedLow: number | null;
	readonly expectedHigh: number | null;
	readonly expectedBy: ExpectedBand['by'];
	readonly at: string;
}

interface FilterRow extends StateRow {
	readonly id: string;
	readonly name: string;
	readonly topic: string;
	readonly meaning: string;
	readonly ownerId: string;
	readonly visibility: Visibility;
	readonly groupId: string;
	readonly block: boolean;
	readonly forkedFrom: string;
	readonly newest: number;
	readonly kind: FilterKind;
	readonly everLive: number | boolean;
}

type BandRow = Pick<StateRow, 'expectedLow' | 'expectedHigh' | 'expectedBy'>;

function bandOf({ expectedLow: low, expectedHigh: high, expectedBy: by }: BandRow): ExpectedBand | null {
	return low === null || high === null ? null : { low, high, by };
}

function stateOf({ at, ...row }: StateRow): StateChange {
	const { state, version, reason, by } = row;
	return { state, version, reason, by, expected: bandOf(row), at: isoTime(at) };
}

function filterOf(row: FilterRow): StoredFilter {
	const { id, name, meaning, ownerId, visibility, groupId, block, forkedFrom, newest, kind } = row;
	return {
		...{ id, name, meaning, ownerId, visibility, groupId, block, forkedFrom, newest, kind },
		topic: row.topic === '' ? null : row.topic,
		everLive: Boolean(row.everLive),
		...stateOf(row),
	};
}

/** What a reader may see: public filters, their own, and those of their groups; never another's private one. */
const VISIBLE = `s.state != 'deleted' AND (f.visibility = 'public' OR f.owner_id = {reader:String} OR (f.visibility = 'group' AND f.group_id IN {groups:Array(String)}))`;

function visibleTo(reader: FilterReader | null): Readonly<Record<string, Param>> {
	// no account has an empty id, and arrays of parameters must not be empty
	return { reader: reader?.id ?? '', groups: ['\u0000', ...(reader?.groups ?? [])] };
}

/** Filters that a reader may see, by name. */
export async function readFilters(
	store: Store,
	reader: FilterReader | null,
	options: QueryOptions = {},
): Promise<StoredFilter[]> {
	const where = reader === null ? VISIBLE.replace('OR f.owner_id = {reader:String}', '') : VISIBLE;
	const rows = await store.query<FilterRow>(renderAny(filtersSql, '', { where }), visibleTo(reader), options);
	return rows.map(filterOf);
}

/** One filter; null where there is none that the reader may see. */
export async function readFilter(
	store: Store,
	reader: FilterReader | null,
	id: string,
	options: QueryOptions = {},
): Promise<StoredFilter | null> {
	const visible = reader === null ? VISIBLE.replace('OR f.owner_id = {reader:String}', '') : VISIBLE;
	const where = `f.filter_id = {filterId:UUID} AND ${visible}`;
	const params = { ...visibleTo(reader), filterId: id };
	const [row] = await store.query<FilterRow>(renderAny(filtersSql, '', { where }), params, options);
	return row === undefined ? null : filterOf(row);
}

/** Whether a filter has that topic already, whoever's it is: topics are kept apart. */
export async function topicTaken(store: Store, topic: string): Promise<boolean> {
	const where = `f.topic = {topic:String} AND s.state != 'deleted'`;
	const rows = await store.query<FilterRow>(renderAny(filtersSql, '', { where }), { topic });
	return rows.length > 0;
}

/** Whether a block has that name already, whoever's it is: they are imported by their names. */
export async function blockNameTaken(store: Store, name: string): Promise<boolean> {
	const where = `f.block AND f.name = {blockName:String} AND s.state != 'deleted'`;
	const rows = await store.query<FilterRow>(renderAny(filtersSql, '', { where }), { blockName: name });
	return rows.length > 0;
}

/** How many filters import blocks, by the blocks' names. */
export async function readBlockUsers(store: Store, options: QueryOptions = {}): Promise<ReadonlyMap<string, number>> {
	const rows = await store.query<{ name: string; users: string }>(renderAny(blockUsersSql, '', {}), {}, options);
	return new Map(rows.map(({ name, users }) => [name, Number(users)]));
}

/** A version with what it needs to run. */
export interface WholeVersion extends FilterVersion {
	/** JSON of a FrozenEnvironment. */
	readonly environment: string;
	readonly grants: AccessScope['grants'];
}

/** The versions of a filter, oldest first. */
export async function readVersions(store: Store, id: string, options: QueryOptions = {}): Promise<WholeVersion[]> {
	const rows = await store.query<WholeVersion>(renderAny(filterVersionsSql, '', {}), { filterId: id }, options);
	return rows.map((row) => ({ ...row, createdAt: isoTime(row.createdAt) }));
}

/** What became of a filter, newest first. */
export async function readStates(store: Store, id: string, options: QueryOptions = {}): Promise<StateChange[]> {
	const rows = await store.query<StateRow>(renderAny(filterStatesSql, '', {}), { filterId: id }, options);
	return rows.map(stateOf);
}

/** A version as workers run it. */
export interface ActiveVersion {
	readonly id: string;
	readonly version: number;
	readonly kind: FilterKind;
	readonly text: string;
	readonly environment: string;
	readonly grants: AccessScope['grants'];
	readonly name: string;
	/** '' where its hits go to no topic. */
	readonly topic: string;
	readonly ownerId: string;
	/** When it went live, Unix milliseconds. */
	readonly sinceMs: string;
	/** Hits of a night that are expected; null = not known. */
	readonly expected: StateChange['expected'];
}

/** Versions that run now, or those of `references` (`id@version`), in the order of their ids. */
export async function readActiveVersions(store: Store, references: readonly string[] = []): Promise<ActiveVersion[]> {
	const rows = await patiently(() =>
		store.query<Omit<ActiveVersion, 'expected'> & BandRow>(activeFiltersSql, { references }, { class: 'ingest' }),
	);
	return rows.map(({ expectedLow, expectedHigh, expectedBy, ...row }) => ({
		...row,
		expected: bandOf({ expectedLow, expectedHigh, expectedBy }),
	}));
}

/** Texts of the versions of blocks that a reader may see, by `name@version`; of retired ones too, so that filters that import them can be changed. */
export async function readBlocks(store: Store, reader: FilterReader | null): Promise<ReadonlyMap<string, string>> {
	const blocks = (await readFilters(store, reader)).filter(({ block }) => block);
	const texts = new Map<string, string>();
	for (const { id, name } of blocks) {
		for (const { version, text } of await readVersions(store, id)) texts.set(`${name}@${version}`, text);
	}
	return texts;
}

/** State and versions of the filters of one owner, by id. */
export async function readFilterHeads(
	store: Store,
	ownerId: string,
): Promise<ReadonlyMap<string, { readonly state: FilterState; readonly versions: readonly number[] }>> {
	const rows = await patiently(() =>
		store.query<{ id: string; state: FilterState; versions: number[] }>(
			filterHeadsSql,
			{ ownerId },
			{ class: 'ingest' },
		),
	);
	return new Map(rows.map(({ id, ...head }) => [id, head]));
}

/** A closed night that a filter is to be run on. */
export interface DueNight {
	readonly filterId: string;
	readonly survey: string;
	readonly night: string;
	readonly origin: AccessScope['origin'];
}

/** Nights that were closed since filters went live and that they were not run on yet, oldest first. */
export async function readDueNights(
	store: Store,
	filters: readonly Pick<ActiveVersion, 'id' | 'sinceMs'>[],
): Promise<DueNight[]> {
	if (filters.length === 0) return [];
	const params = { filterIds: filters.map(({ id }) => id), since: filters.map(({ sinceMs }) => BigInt(sinceMs)) };
	return patiently(() => store.query<DueNight>(dueNightsSql, params, { class: 'ingest' }));
}

/** A filter that was set aside, and why. */
export interface SetAside {
	readonly filterId: string;
	readonly version: number;
	readonly reason: string;
	/** Unix milliseconds. */
	readonly atMs: string;
	readonly name: string;
	readonly ownerId: string;
}

/** Filters that were set aside since a time (Unix milliseconds) and are still so. */
export function readSetAside(store: Store, since: number): Promise<SetAside[]> {
	return store.query(renderAny(setAsideSql, '', {}), { since });
}

/** A closed night of a live filter that expects a number of hits. */
export interface ExpectedNight {
	readonly filterId: string;
	readonly name: string;
	readonly ownerId: string;
	readonly low: number;
	readonly high: number;
	readonly night: string;
	readonly origin: AccessScope['origin'];
}

/** Nights closed since a time (Unix milliseconds), with the live filters that ran through them and expect something. */
export function readExpectedNights(store: Store, since: number): Promise<ExpectedNight[]> {
	return store.query(bandsSql, { since }, { class: 'ingest' });
}

/** What the names in filters that come with Nightjar stand for, each a FrozenEnvironment as JSON. */
export async function readSystemNames(store: Store): Promise<string[]> {
	const rows = await store.query<{ environment: string }>(renderAny(systemNamesSql, '', {}));
	return rows.map(({ environment }) => environment);
}
