import type { AccessScope, ObjectSummary } from '#lib/alert/object.ts';
import type { SearchQuery, SortKey } from '#lib/alert/views.ts';
import type { Answer, QueryOptions, Store } from '../store.ts';
import countObjectsSql from '../queries/count_objects.sql?raw';
import countObjectsAllSql from '../queries/count_objects_all.sql?raw';
import newestAlertsSql from '../queries/newest_alerts.sql?raw';
import searchObjectsSql from '../queries/search_objects.sql?raw';
import searchObjectsAllSql from '../queries/search_objects_all.sql?raw';
import type { AlertKey } from './alertRows.ts';
import { afterKeyset, allOf, asksForFew, conditionsOf, type Condition, type Keyset } from './conditions.ts';
import { findFew } from './fewObjects.ts';
import { pageOf, type KeysetPage } from './keysetPage.ts';
import { keyOf, summarise, type ObjectKey } from './objects.ts';
import { render } from './render.ts';
import { sortingOf, type Sorting } from './sorting.ts';
import { publishedBy, readWatermark, unpublishedBy, type Watermark } from './watermark.ts';

/** How many objects have a published alert that matches. */
export async function countObjects(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ watermark, ...options }: QueryOptions & { watermark?: Watermark } = {},
): Promise<number> {
	const known = watermark ?? (await readWatermark(store, options.signal));
	const all = asksForAll(query);
	const published = publishedBy(known);
	const missing = unpublishedBy(known);
	const where = conditionsOf(query, all ? null : known);
	const sql = render(all ? countObjectsAllSql : countObjectsSql, scope, {
		where: where.sql,
		published: published.sql,
		unpublished: missing.sql,
	});
	const params = { ...where.params, ...(all ? { ...published.params, ...missing.params } : {}) };
	const rows = await store.query<{ total: string }>(sql, params, { ...options, light: true });
	return Number(rows[0]?.total ?? 0);
}

/** Whether a search asks for all objects, or all of one survey: the running summary answers that without the alerts. */
export function asksForAll(query: SearchQuery): boolean {
	const free: ReadonlySet<string> = new Set(['kind', 'sort', 'descending', 'limit', 'cursor', 'survey']);
	return Object.entries(query).every(([name, value]) => value === undefined || free.has(name));
}

/** Sort expressions over the summary, absent values last; ages and detections need the alerts and are told by these too. */
function summarySort(sort: SortKey, descending: boolean): string {
	const last = descending ? '-1e300' : '1e300';
	const finite = (value: string): string => `if(isFinite(${value}), toFloat64(${value}), ${last})`;
	switch (sort) {
		case 'mjd':
			return 'max(last_mjd)';
		case 'mag':
			return finite('argMaxMerge(last).5');
		case 'reliability':
			return finite('argMaxMerge(last).9');
		case 'nDetections':
			return `if(max(n_detections) > 0, toFloat64(max(n_detections)), ${last})`;
		case 'age':
			return 'max(last_mjd) - min(first_mjd)';
		case 'ra':
			return 'argMaxMerge(last).2';
		case 'dec':
		case 'sep':
			return 'argMaxMerge(last).3';
	}
}

type Found = AlertKey & ObjectKey & { readonly sortKey: number | string };

interface FindOptions {
	readonly watermark: Watermark;
	readonly rest: Condition;
	readonly options: QueryOptions;
}

/** Keys of one page of all objects, and the newest published alert of each. */
async function findAmongAll(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ watermark, rest, options, sort }: FindOptions & { sort: SortKey },
): Promise<Answer<Found>> {
	const published = publishedBy(watermark);
	const missing = unpublishedBy(watermark);
	const where = conditionsOf(query, null);
	const sql = render(searchObjectsAllSql, scope, {
		key: summarySort(sort, query.descending),
		where: where.sql,
		after: rest.sql,
		published: published.sql,
		unpublished: missing.sql,
		direction: query.descending ? 'DESC' : 'ASC',
	});
	const found = await store.ask<ObjectKey & { sortKey: number }>(
		sql,
		{ ...where.params, ...rest.params, ...published.params, ...missing.params, limit: query.limit + 1 },
		options,
	);
	const newest = await store.ask<AlertKey & ObjectKey>(
		render(newestAlertsSql, scope, { published: published.sql }),
		{
			surveys: [...new Set(found.rows.map((row) => row.survey))],
			ids: found.rows.map((row) => row.objectId),
			...published.params,
		},
		options,
	);
	const alerts = new Map(newest.rows.map((row) => [keyOf(row), row]));
	return {
		rows: found.rows.flatMap((row) => {
			const alert = alerts.get(keyOf(row));
			return alert === undefined ? [] : [{ ...alert, sortKey: row.sortKey }];
		}),
		rowsRead: found.rowsRead + newest.rowsRead,
		elapsedMs: found.elapsedMs + newest.elapsedMs,
	};
}

/** Keys of one page of objects with an alert that matches, and the newest such alert of each. */
async function findMatching(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ watermark, rest, options, sorting }: FindOptions & { sorting: Sorting },
): Promise<Answer<Found>> {
	const where = conditionsOf(query, watermark);
	const sql = render(searchObjectsSql, scope, {
		key: sorting.key,
		joined: sorting.scored.join(scope, where.sql),
		where: where.sql,
		after: rest.sql,
		direction: query.descending ? 'DESC' : 'ASC',
	});
	const params = { ...where.params, ...rest.params, ...sorting.scored.params, limit: query.limit + 1 };
	return store.ask<Found>(sql, params, { ...options, light: !sorting.isJoined });
}

/**
 * One page of objects that have an alert which matches. Position and last measurement are those of the newest matching alert,
 * so that what is sorted is what is shown, and so are its detections and its age unless all objects are asked for; number of
 * alerts and brightest magnitude are over all its alerts.
 */
export async function searchObjects(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ after, ...given }: QueryOptions & { after?: Keyset } = {},
): Promise<KeysetPage<ObjectSummary & { sepArcsec?: number }>> {
	const watermark = after?.watermark ?? (await readWatermark(store, given.signal));
	const sorting = sortingOf(query);
	return asksForFew(query) && !sorting.isJoined
		? searchFew(store, scope, query, watermark, { after, sorting, options: given })
		: searchMany(store, scope, query, watermark, { after, sorting, options: { ...given, light: true } });
}

type Search = { readonly after: Keyset | undefined; readonly sorting: Sorting; readonly options: QueryOptions };

const keysetOf = (
	after: Keyset | undefined,
	{ descending }: SearchQuery,
	{ keyType }: Sorting,
	id: string,
): Condition =>
	after === undefined ? allOf([]) : afterKeyset(after, descending, { key: 'sortKey', keyType, id, idType: 'String' });

/** What a narrow search holds is on its first page, most likely: it is counted only where it is not. */
async function searchFew(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	watermark: Watermark,
	{ after, sorting, options }: Search,
): Promise<KeysetPage<ObjectSummary & { sepArcsec?: number }>> {
	const found = await findFew(
		store,
		scope,
		{
			key: sorting.key,
			where: conditionsOf(query, watermark),
			cone: query.objectId === undefined && query.alertId === undefined ? query.cone : undefined,
			after: keysetOf(after, query, sorting, 'objectId'),
			descending: query.descending,
			limit: query.limit + 1,
		},
		options,
	);
	const keys = found.rows.slice(0, query.limit);
	const isAll = after === undefined && found.rows.length <= query.limit;
	const [rows, total] = await Promise.all([
		summarise(store, scope, keys, { ...options, matched: true }),
		after?.total ?? (isAll ? found.rows.length : countObjects(store, scope, query, { ...options, watermark })),
	]);
	return pageOf(rows, found, { total, query, watermark, idOf: ({ objectId }) => objectId });
}

async function searchMany(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	watermark: Watermark,
	{ after, sorting, options }: Search,
): Promise<KeysetPage<ObjectSummary & { sepArcsec?: number }>> {
	const rest = keysetOf(after, query, sorting, 'object_id');
	const all = asksForAll(query);
	// the summary has no column but the usual ones
	const find =
		all && typeof query.sort === 'string'
			? findAmongAll(store, scope, query, { watermark, rest, options, sort: query.sort })
			: findMatching(store, scope, query, { watermark, rest, options, sorting });
	const [found, total] = await Promise.all([
		find,
		after?.total ?? countObjects(store, scope, query, { ...options, watermark }),
	]);
	const keys = found.rows.slice(0, query.limit);
	const rows = await summarise(store, scope, keys, { ...options, matched: !all });
	return pageOf(rows, found, { total, query, watermark, idOf: ({ objectId }) => objectId });
}
