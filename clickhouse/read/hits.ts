import type { AccessScope } from '#lib/alert/object.ts';
import type { AlertRow, FilterPass } from '#lib/alert/views.ts';
import type { AnnotationValue } from '#lib/filter/index.ts';
import type { Answer, Param, QueryOptions, Store } from '../store.ts';
import countHitsSql from '../queries/count_filter_hits.sql?raw';
import exportHitsSql from '../queries/export_filter_hits.sql?raw';
import annotationsSql from '../queries/filter_annotations.sql?raw';
import costsSql from '../queries/filter_costs.sql?raw';
import namedHitsSql from '../queries/filter_hits_of_alerts.sql?raw';
import sourcesSql from '../queries/filter_hit_sources.sql?raw';
import hitsSql from '../queries/filter_hits.sql?raw';
import yieldsSql from '../queries/filter_yields.sql?raw';
import passesSql from '../queries/object_filter_passes.sql?raw';
import newHitsSql from '../queries/new_filter_hits.sql?raw';
import type { KeysetPage } from './keysetPage.ts';
import { isoTime, readAlertRows, type AlertKey } from './alertRows.ts';
import type { Column } from './columns.ts';
import { afterKeyset, allOf, knownBy, type Condition, type Keyset } from './conditions.ts';
import { streamTable, type FileFormat, type TableStream } from './export.ts';
import type { ObjectKey } from './objects.ts';
import { render } from './render.ts';
import { publishedBy, readWatermark, type Watermark } from './watermark.ts';

/** An alert that passed a filter, as readers see it. */
export interface HitView {
	readonly version: number;
	/** From 1 where the filter orders its hits, else 0. */
	readonly place: number;
	/** When the hit was recorded, ISO 8601 UTC. */
	readonly hitAt: string;
	readonly annotations: Readonly<Record<string, AnnotationValue>>;
	readonly alert: AlertRow;
}

/** Which hits of a filter are asked for. */
export interface HitQuery {
	readonly version?: number;
	readonly nightFrom?: string;
	readonly nightTo?: string;
	readonly survey?: string;
}

interface HitKey extends AlertKey {
	readonly objectId: string;
	readonly night: string;
	readonly sortKey: number;
	readonly version: number;
	readonly place: number;
	readonly numbers: Readonly<Record<string, number | null>>;
	readonly texts: Readonly<Record<string, string>>;
	readonly truths: Readonly<Record<string, boolean>>;
	readonly hitAt: string;
}

function conditionsOf({ version, nightFrom, nightTo, survey }: HitQuery, watermark: Watermark): Condition {
	const wanted: Condition[] = [publishedBy(watermark)];
	if (version !== undefined) wanted.push({ sql: 'version = {version:UInt32}', params: { version } });
	if (nightFrom !== undefined) wanted.push({ sql: 'night >= {nightFrom:Date}', params: { nightFrom } });
	if (nightTo !== undefined) wanted.push({ sql: 'night <= {nightTo:Date}', params: { nightTo } });
	if (survey !== undefined) wanted.push({ sql: 'survey = {survey:String}', params: { survey } });
	return allOf(wanted);
}

/** The hits with the rows of their alerts, in the order of the keys. */
async function withAlerts(
	store: Store,
	scope: AccessScope,
	keys: readonly HitKey[],
	options: QueryOptions,
): Promise<HitView[]> {
	const rows = await readAlertRows(store, scope, keys, options);
	const alerts = new Map(rows.map((row) => [`${row.survey}/${row.alertId}`, row]));
	return keys.flatMap(({ survey, alertId, version, place, numbers, texts, truths, hitAt }) => {
		const alert = alerts.get(`${survey}/${alertId}`);
		const annotations = { ...numbers, ...texts, ...truths };
		return alert === undefined ? [] : [{ version, place, hitAt: isoTime(hitAt), annotations, alert }];
	});
}

/** How many alerts passed a filter. */
export async function countHits(
	store: Store,
	scope: AccessScope,
	filterId: string,
	query: HitQuery,
	{ watermark, ...options }: QueryOptions & { watermark: Watermark },
): Promise<number> {
	const where = conditionsOf(query, watermark);
	const sql = render(countHitsSql, scope, { where: where.sql });
	const [row] = await store.query<{ total: string }>(sql, { filterId, ...where.params }, options);
	return Number(row?.total ?? 0);
}

/** One page of a filter's hits, newest observed first; a list that goes on keeps the watermark it began with. */
export async function readHits(
	store: Store,
	scope: AccessScope,
	filterId: string,
	query: HitQuery,
	{ limit, after, ...options }: QueryOptions & { limit: number; after?: Keyset },
): Promise<KeysetPage<HitView>> {
	const watermark = after?.watermark ?? (await readWatermark(store, options.signal));
	const matching = conditionsOf(query, watermark);
	const where =
		after === undefined
			? matching
			: allOf([matching, afterKeyset(after, true, { key: 'mjd', id: 'alert_id', idType: 'UInt64' })]);
	const [found, total]: [Answer<HitKey>, number] = await Promise.all([
		store.ask<HitKey>(
			render(hitsSql, scope, { where: where.sql }),
			{ filterId, ...where.params, limit: limit + 1 },
			options,
		),
		after?.total ?? countHits(store, scope, filterId, query, { ...options, watermark }),
	]);
	const keys = found.rows.slice(0, limit);
	const last = keys.at(-1);
	const more = found.rows.length > limit && last !== undefined;
	return {
		rows: await withAlerts(store, scope, keys, options),
		total,
		next: more ? { key: last.sortKey, survey: last.survey, id: last.alertId, watermark, total } : null,
		elapsedMs: found.elapsedMs,
		rowsRead: found.rowsRead,
	};
}

/** Hits of a filter published after `from` and up to `to`, in the order of publication; `reached` is the watermark that all of them are within. */
export async function readNewHits(
	store: Store,
	scope: AccessScope,
	filterId: string,
	{ from, to, limit = 500 }: { from: Watermark; to: Watermark; limit?: number },
	options: QueryOptions = {},
): Promise<{ rows: HitView[]; reached: Watermark }> {
	const writers = Object.keys(to).filter((writer) => BigInt(to[writer] ?? 0) > BigInt(from[writer] ?? 0));
	if (writers.length === 0) return { rows: [], reached: to };
	const after = writers.map((writer) => BigInt(from[writer] ?? 0));
	const upTo = writers.map((writer) => BigInt(to[writer] ?? 0));
	const least = (numbers: readonly bigint[]): bigint => numbers.reduce((a, b) => (b < a ? b : a));
	const highest = upTo.reduce((a, b) => (b > a ? b : a));
	const params = { filterId, writers, after, upTo, lowest: least(after), highest, limit: limit + 1 };
	const found = await store.query<HitKey & { writer: string; number: string }>(
		render(newHitsSql, scope),
		params,
		options,
	);
	const cut = found[limit];
	if (cut === undefined) return { rows: await withAlerts(store, scope, found, options), reached: to };
	// whole numbers only: everything below the number at which the limit fell
	const stop = BigInt(cut.number);
	const whole = found.filter(({ number }) => BigInt(number) < stop);
	if (whole.length === 0) return readNewHits(store, scope, filterId, { from, to, limit: limit * 4 }, options);
	const reached = Object.fromEntries(
		Object.entries(to).map(([writer, number]) => {
			const past = BigInt(from[writer] ?? 0);
			const goal = BigInt(number) < stop ? BigInt(number) : stop - 1n;
			return [writer, String(goal > past ? goal : past)];
		}),
	);
	return { rows: await withAlerts(store, scope, whole, options), reached };
}

/** Hits of a filter on alerts named survey:alertId, oldest observed first; those that the scope does not see are left out. */
export async function readHitsOf(
	store: Store,
	scope: AccessScope,
	filterId: string,
	names: readonly string[],
	options: QueryOptions = {},
): Promise<HitView[]> {
	if (names.length === 0) return [];
	const where = publishedBy(await readWatermark(store, options.signal));
	const alertIds = names.map((name) => BigInt(name.slice(name.indexOf(':') + 1)));
	const keys = await store.query<HitKey>(
		render(namedHitsSql, scope, { where: where.sql }),
		{ filterId, alertIds, names, limit: names.length, ...where.params },
		options,
	);
	return withAlerts(store, scope, keys, options);
}

/** Which versions of some filters alerts of an object passed, with the first and how many, oldest first. */
export async function readPasses(
	store: Store,
	scope: AccessScope,
	{ survey, objectId }: ObjectKey,
	{
		filterIds,
		nights,
		known,
		...options
	}: QueryOptions & {
		readonly filterIds: readonly string[];
		/** Nights of the object's alerts. */
		readonly nights: readonly string[];
		/** UTC, ISO 8601: leaves out what became known later. */
		readonly known?: string;
	},
): Promise<Omit<FilterPass, 'name'>[]> {
	if (filterIds.length === 0 || nights.length === 0) return [];
	const where = knownBy(known);
	const rows = await store.query<Omit<FilterPass, 'name' | 'alerts'> & { readonly alerts: string }>(
		render(passesSql, scope, { where: where.sql }),
		{ survey, objectId, filterIds, nights, ...where.params },
		options,
	);
	return rows.map((row) => ({ ...row, alerts: Number(row.alerts), knownAt: isoTime(row.knownAt) }));
}

/** Hits of a night. */
export interface NightYield {
	readonly night: string;
	readonly survey: string;
	readonly hits: number;
	readonly objects: number;
	/** Newest mid-exposure, MJD TAI. */
	readonly newestMjd: number;
}

/** Hits by night of filters since a night, newest night first. */
export async function readYields(
	store: Store,
	scope: AccessScope,
	filterIds: readonly string[],
	from: string,
	{ version, ...options }: QueryOptions & { readonly version?: number } = {},
): Promise<ReadonlyMap<string, readonly NightYield[]>> {
	if (filterIds.length === 0) return new Map();
	const where = conditionsOf(version === undefined ? {} : { version }, await readWatermark(store, options.signal));
	const rows = await store.query<{
		filterId: string;
		night: string;
		survey: string;
		hits: string;
		objects: string;
		newest: number;
	}>(render(yieldsSql, scope, { where: where.sql }), { filterIds, from, ...where.params }, options);
	const yields = new Map<string, NightYield[]>();
	for (const { filterId, night, survey, hits, objects, newest } of rows) {
		const of = yields.get(filterId) ?? [];
		of.push({ night, survey, hits: Number(hits), objects: Number(objects), newestMjd: newest });
		yields.set(filterId, of);
	}
	return yields;
}

/** What a version cost the workers in the last day. */
export interface FilterCost {
	readonly version: number;
	readonly alerts: number;
	readonly hits: number;
	readonly elapsedMs: number;
	/** Of one batch. */
	readonly slowestMs: number;
	readonly visited: number;
	/** Last record, ISO 8601 UTC. */
	readonly at: string;
}

/** What filters cost in the last day, by id. */
export async function readCosts(
	store: Store,
	filterIds: readonly string[],
	options: QueryOptions = {},
): Promise<ReadonlyMap<string, readonly FilterCost[]>> {
	if (filterIds.length === 0) return new Map();
	const rows = await store.query<
		Record<'filterId' | 'alerts' | 'hits' | 'visited' | 'at', string> &
			Record<'version' | 'elapsedMs' | 'slowestMs', number>
	>(render(costsSql, { origin: 'real', grants: [] }), { filterIds }, options);
	const costs = new Map<string, FilterCost[]>();
	for (const { filterId, version, alerts, hits, elapsedMs, slowestMs, visited, at } of rows) {
		const of = costs.get(filterId) ?? [];
		const counts = { alerts: Number(alerts), hits: Number(hits), visited: Number(visited) };
		of.push({ version, ...counts, elapsedMs, slowestMs, at: isoTime(at) });
		costs.set(filterId, of);
	}
	return costs;
}

/** A catalogue's release or a model's version that was asked about hits. */
export interface HitSource {
	readonly kind: 'catalog' | 'model';
	readonly name: string;
	readonly version: string;
	/** Hits that it was asked about. */
	readonly alerts: number;
}

/** Releases of catalogues and versions of models that the hits of a filter were seen with. */
export async function readHitSources(
	store: Store,
	scope: AccessScope,
	filterId: string,
	query: HitQuery,
	{ watermark, ...options }: QueryOptions & { watermark: Watermark },
): Promise<HitSource[]> {
	const where = conditionsOf(query, watermark);
	const rows = await store.query<Omit<HitSource, 'alerts'> & { alerts: string }>(
		render(sourcesSql, scope, { where: where.sql }),
		{ filterId, ...where.params },
		options,
	);
	return rows.map((row) => ({ ...row, alerts: Number(row.alerts) }));
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** Columns of the annotations that the hits carry; their names are bound, never written into the query. */
async function annotationColumns(
	store: Store,
	scope: AccessScope,
	where: Condition,
	params: Readonly<Record<string, Param>>,
	taken: ReadonlySet<string>,
	options: QueryOptions,
): Promise<{ columns: Column[]; params: Record<string, Param> }> {
	const sql = render(annotationsSql, scope, { where: where.sql });
	const [found] = await store.query<Record<'numbers' | 'texts' | 'truths', string[]>>(sql, params, options);
	const kinds = { numbers: 'number', texts: 'text', truths: 'truth' } as const;
	const columns: Column[] = [];
	const bound: Record<string, Param> = {};
	for (const map of ['numbers', 'texts', 'truths'] as const) {
		for (const name of [...(found?.[map] ?? [])].sort()) {
			if (!NAME.test(name)) continue;
			const key = `annotation${columns.length}`;
			bound[key] = name;
			const has = `mapContains(hits.${map}, {${key}:String})`;
			const value = `hits.${map}[{${key}:String}]`;
			columns.push({
				name: taken.has(name) ? `annotation_${name}` : name,
				sql: map === 'numbers' ? `if(${has}, ${value}, nan)` : `if(${has}, ${value}, NULL)`,
				kind: kinds[map],
				like: {
					type: map === 'numbers' ? 'float64' : map === 'texts' ? 'text' : 'truth',
					unit: '',
					meaning: 'Annotation of the filter',
				},
			});
		}
	}
	return { columns, params: bound };
}

const OWN: readonly Column[] = [
	{
		name: 'filterVersion',
		sql: 'hits.version',
		kind: 'integer',
		like: { type: 'int', unit: '', meaning: 'Version of the filter that it passed' },
	},
	{
		name: 'filterPlace',
		sql: 'nullIf(hits.place, 0)',
		kind: 'integer',
		like: { type: 'int', unit: '', meaning: 'Place in the order of its night, from 1' },
	},
	{
		name: 'hitAt',
		sql: 'hits.hit_at',
		kind: 'time',
		like: { type: 'text', unit: '', meaning: 'When the hit was recorded, UTC' },
	},
];

/** Every hit of a filter with columns of its alert and its annotations, newest observed first. */
export async function exportHits(
	store: Store,
	scope: AccessScope,
	filterId: string,
	query: HitQuery,
	{ columns, format, watermark }: { columns: readonly Column[]; format: FileFormat; watermark: Watermark },
	options: QueryOptions = {},
): Promise<TableStream> {
	const where = conditionsOf(query, watermark);
	const params = { filterId, ...where.params };
	const taken = new Set([...columns, ...OWN].map(({ name }) => name));
	const annotations = await annotationColumns(store, scope, where, params, taken, options);
	const all = [...columns, ...OWN, ...annotations.columns];
	const sql = (list: string): string => render(exportHitsSql, scope, { columns: list, where: where.sql });
	return streamTable(store, all, format, { sql, params: { ...params, ...annotations.params } }, options);
}
