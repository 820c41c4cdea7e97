import { positionAngleDeg } from '#lib/astro/sphere.ts';
import type { AccessScope, ObjectSummary } from '#lib/alert/object.ts';
import type { Origin } from '#lib/alert/survey.ts';
import type { AlertRow, Neighbour, SearchQuery, SortKey } from '#lib/alert/views.ts';
import type { Answer, QueryOptions, Store } from '../store.ts';
import countObjectsSql from '../queries/count_objects.sql?raw';
import countObjectsAllSql from '../queries/count_objects_all.sql?raw';
import findObjectsSql from '../queries/find_objects.sql?raw';
import neighboursSql from '../queries/neighbours.sql?raw';
import objectSummariesSql from '../queries/object_summaries.sql?raw';
import objectSummarySql from '../queries/object_summary.sql?raw';
import objectTotalsSql from '../queries/object_totals.sql?raw';
import newestAlertsSql from '../queries/newest_alerts.sql?raw';
import searchObjectsSql from '../queries/search_objects.sql?raw';
import searchObjectsAllSql from '../queries/search_objects_all.sql?raw';
import { readAlertRows, type AlertKey } from './alertRows.ts';
import type { KeysetPage } from './alerts.ts';
import {
	afterKeyset,
	allOf,
	asksForFew,
	conditionsOf,
	inCone,
	knownBy,
	SEPARATION_ARCSEC,
	objectSortExpression,
	type Condition,
	type Keyset,
} from './conditions.ts';
import { render } from './render.ts';
import { withSeparation } from './separation.ts';
import { publishedBy, readWatermark, unpublishedBy, type Watermark } from './watermark.ts';

/** So many objects are looked up by one thread. */
const FEW_OBJECTS = 200;

/** What names an object. */
export interface ObjectKey {
	readonly survey: string;
	readonly objectId: string;
}

interface Totals extends ObjectKey {
	readonly firstMjd: number;
	readonly lastMjd: number;
	readonly nAlerts: string;
	readonly nDetections: number;
	readonly magMin: number | null;
}

const keyOf = (object: ObjectKey): string => `${object.survey}/${object.objectId}`;

/**
 * A summary from the newest alert that counts and the totals over all of the object's alerts in scope. Of a search that
 * asks for some alerts (`matched`), detections and age are those that its alert tells, as everything a list is sorted by.
 */
function summaryOf(newest: AlertRow, totals: Totals | undefined, matched = false): ObjectSummary {
	const told = matched || totals === undefined;
	return {
		survey: newest.survey,
		objectId: newest.objectId,
		origin: newest.origin,
		ra: newest.ra,
		dec: newest.dec,
		firstMjd: told ? (newest.firstMjd ?? newest.mjd) : totals.firstMjd,
		lastMjd: newest.mjd,
		nAlerts: Number(totals?.nAlerts ?? 1),
		nDetections: told ? newest.nDetections : totals.nDetections === 0 ? null : totals.nDetections,
		magMin: totals?.magMin ?? newest.mag,
		lastAlertId: newest.alertId,
		lastBand: newest.band,
		lastMag: newest.mag,
		lastMagErr: newest.magErr,
		lastPositive: newest.positive,
		lastNight: newest.night,
		reliability: newest.reliability,
		starScore: newest.starScore,
		ssoName: newest.ssoName,
		class: newest.class,
		classScore: newest.classScore,
		classModel: newest.classModel,
	};
}

async function readTotals(
	store: Store,
	scope: AccessScope,
	objects: readonly ObjectKey[],
	options: QueryOptions,
): Promise<Map<string, Totals>> {
	if (objects.length === 0) return new Map();
	const rows = await store.query<Totals>(
		render(objectTotalsSql, scope),
		{
			surveys: [...new Set(objects.map((object) => object.survey))],
			ids: objects.map((object) => object.objectId),
		},
		{ lookUp: objects.length <= FEW_OBJECTS, ...options },
	);
	return new Map(rows.map((row) => [keyOf(row), row]));
}

/** Summaries of objects whose newest alerts are known, in their order. */
export async function summarise(
	store: Store,
	scope: AccessScope,
	newest: readonly (AlertKey & ObjectKey)[],
	{ matched = false, ...options }: QueryOptions & { matched?: boolean } = {},
): Promise<ObjectSummary[]> {
	const [rows, totals] = await Promise.all([
		readAlertRows(store, scope, newest, options),
		readTotals(store, scope, newest, options),
	]);
	return rows.map((row) => summaryOf(row, totals.get(keyOf(row)), matched));
}

/** The surveys that know an object of that id. */
export async function findObjects(
	store: Store,
	scope: AccessScope,
	objectId: string,
	surveys: readonly string[],
): Promise<ObjectKey[]> {
	return store.query<ObjectKey>(render(findObjectsSql, scope), { objectId, surveys }, { lookUp: true });
}

interface SummaryRow extends Omit<Totals, 'survey' | 'objectId'> {
	readonly originName: Origin;
	readonly ra: number;
	readonly dec: number;
	readonly band: string;
	readonly mag: number | null;
	readonly magErr: number | null;
	readonly positive: boolean | null;
	readonly night: string;
	readonly reliability: number | null;
	readonly starScore: number | null;
	readonly ssoName: string | null;
	readonly class: string;
	readonly classScore: number | null;
	readonly classModel: string;
	readonly alertId: string;
}

/** One object over the alerts in scope; null when the reader can see none of it. */
export async function readObject(
	store: Store,
	scope: AccessScope,
	{ survey, objectId }: ObjectKey,
	options: QueryOptions = {},
): Promise<ObjectSummary | null> {
	const [row] = await store.query<SummaryRow>(
		render(objectSummarySql, scope),
		{ survey, objectId },
		{ ...options, lookUp: true },
	);
	return row === undefined ? null : summaryOfRow({ survey, objectId }, row);
}

function summaryOfRow({ survey, objectId }: ObjectKey, row: SummaryRow): ObjectSummary {
	return {
		survey,
		objectId,
		origin: row.originName,
		ra: row.ra,
		dec: row.dec,
		firstMjd: row.firstMjd,
		lastMjd: row.lastMjd,
		nAlerts: Number(row.nAlerts),
		nDetections: row.nDetections === 0 ? null : row.nDetections,
		magMin: row.magMin,
		lastAlertId: row.alertId,
		lastBand: row.band,
		lastMag: row.mag,
		lastMagErr: row.magErr,
		lastPositive: row.positive,
		lastNight: row.night,
		reliability: row.reliability,
		starScore: row.starScore,
		ssoName: row.ssoName,
		class: row.class,
		classScore: row.classScore,
		classModel: row.classModel,
	};
}

/** Most objects that are asked for in one query. */
const OBJECTS_AT_ONCE = 2000;

/** Many objects, in the order of the keys; those of which the reader can see nothing are left out. */
export async function readObjects(
	store: Store,
	scope: AccessScope,
	objects: readonly ObjectKey[],
	options: QueryOptions = {},
): Promise<ObjectSummary[]> {
	const found = new Map<string, ObjectSummary>();
	for (let at = 0; at < objects.length; at += OBJECTS_AT_ONCE) {
		const some = objects.slice(at, at + OBJECTS_AT_ONCE);
		const rows = await store.query<SummaryRow & ObjectKey>(
			render(objectSummariesSql, scope),
			{ surveys: some.map(({ survey }) => survey), ids: some.map(({ objectId }) => objectId) },
			options,
		);
		for (const row of rows) found.set(keyOf(row), summaryOfRow(row, row));
	}
	return objects.flatMap((object) => found.get(keyOf(object)) ?? []);
}

/** An object over the alerts given, newest first: all that was known of it at some time. Null without one. */
export function summaryOfAlerts(alerts: readonly AlertRow[]): ObjectSummary | null {
	const [newest] = alerts;
	if (newest === undefined) return null;
	const mags = alerts.flatMap(({ mag }) => (mag === null ? [] : [mag]));
	return summaryOf(newest, {
		survey: newest.survey,
		objectId: newest.objectId,
		firstMjd: alerts.reduce((least, { mjd, firstMjd }) => Math.min(least, firstMjd ?? mjd, mjd), newest.mjd),
		lastMjd: newest.mjd,
		nAlerts: String(alerts.length),
		nDetections: alerts.reduce((most, { nDetections }) => Math.max(most, nDetections ?? 0), 0),
		magMin: mags.length === 0 ? null : Math.min(...mags),
	});
}

/** Other objects within a radius of a place, nearest first, with the direction to each; with `known`, as they were known then, by their alerts near the place. */
export async function readNeighbours(
	store: Store,
	scope: AccessScope,
	place: { ra: number; dec: number; radiusArcsec: number; except?: ObjectKey; limit?: number; known?: string },
	options: QueryOptions = {},
): Promise<Neighbour[]> {
	const cone = allOf([inCone(place), knownBy(place.known)]);
	const sql = render(neighboursSql, scope, { where: cone.sql, separation: SEPARATION_ARCSEC });
	const found = await store.query<AlertKey & ObjectKey & { sepArcsec: number; nAlerts: string }>(
		sql,
		{
			...cone.params,
			survey: place.except?.survey ?? '',
			objectId: place.except?.objectId ?? '',
			limit: place.limit ?? 50,
		},
		{ lookUp: true, ...options },
	);
	const objects =
		place.known === undefined
			? await summarise(store, scope, found, options)
			: (await readAlertRows(store, scope, found, options)).map((row) => summaryOf(row, undefined, true));
	const counts = new Map(found.map((row) => [keyOf(row), Number(row.nAlerts)]));
	const summaries = new Map(
		objects.map((object) => [
			keyOf(object),
			place.known === undefined ? object : { ...object, nAlerts: counts.get(keyOf(object)) ?? 1 },
		]),
	);
	return found.flatMap((entry) => {
		const object = summaries.get(keyOf(entry));
		if (object === undefined) return [];
		return [
			{ object, sepArcsec: entry.sepArcsec, paDeg: positionAngleDeg(place.ra, place.dec, object.ra, object.dec) },
		];
	});
}

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

type Found = AlertKey & ObjectKey & { readonly sortKey: number };

/** Keys of one page of all objects, and the newest published alert of each. */
async function findAmongAll(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ watermark, rest, options }: { watermark: Watermark; rest: Condition; options: QueryOptions },
): Promise<Answer<Found>> {
	const published = publishedBy(watermark);
	const missing = unpublishedBy(watermark);
	const where = conditionsOf(query, null);
	const sql = render(searchObjectsAllSql, scope, {
		key: summarySort(query.sort, query.descending),
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
	{ watermark, rest, options }: { watermark: Watermark; rest: Condition; options: QueryOptions },
): Promise<Answer<Found>> {
	const where = conditionsOf(query, watermark);
	const sql = render(searchObjectsSql, scope, {
		key: objectSortExpression(query.sort, query.descending),
		where: where.sql,
		after: rest.sql,
		direction: query.descending ? 'DESC' : 'ASC',
	});
	return store.ask<Found>(sql, { ...where.params, ...rest.params, limit: query.limit + 1 }, options);
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
	const isNarrow = asksForFew(query);
	const options = isNarrow ? { ...given, lookUp: true } : { ...given, light: true };
	const watermark = after?.watermark ?? (await readWatermark(store, options.signal));
	const rest =
		after === undefined
			? allOf([])
			: afterKeyset(after, query.descending, { key: 'sortKey', id: 'object_id', idType: 'String' });
	const all = asksForAll(query);
	const find = all ? findAmongAll : findMatching;
	const count = (): Promise<number> => countObjects(store, scope, query, { ...options, watermark });
	// what a narrow cone holds is on its first page, most likely: it is counted only where it is not
	const [found, counted] = await Promise.all([
		find(store, scope, query, { watermark, rest, options }),
		after?.total ?? (isNarrow ? null : count()),
	]);
	const keys = found.rows.slice(0, query.limit);
	const [rows, total] = await Promise.all([
		summarise(store, scope, keys, { ...options, matched: !all }),
		counted ?? (found.rows.length <= query.limit ? found.rows.length : count()),
	]);
	const last = keys.at(-1);
	return {
		rows: withSeparation(rows, query.cone),
		total,
		next:
			found.rows.length > query.limit && last !== undefined
				? { key: last.sortKey, survey: last.survey, id: last.objectId, watermark, total }
				: null,
		elapsedMs: found.elapsedMs,
		rowsRead: found.rowsRead,
	};
}
