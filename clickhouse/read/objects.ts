import type { AccessScope, ObjectSummary } from '#lib/alert/object.ts';
import type { Origin } from '#lib/alert/survey.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import type { QueryOptions, Store } from '../store.ts';
import findObjectsSql from '../queries/find_objects.sql?raw';
import objectSummariesSql from '../queries/object_summaries.sql?raw';
import objectSummarySql from '../queries/object_summary.sql?raw';
import { readAlertRows, type AlertKey } from './alertRows.ts';
import { render } from './render.ts';

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

/** The key as one text. */
export const keyOf = (object: ObjectKey): string => `${object.survey}/${object.objectId}`;

/**
 * A summary from the newest alert that counts and the totals over all of the object's alerts in scope. Of a search that
 * asks for some alerts (`matched`), detections and age are those that its alert tells, as everything a list is sorted by.
 */
export function summaryOf(newest: AlertRow, totals: Totals | undefined, matched = false): ObjectSummary {
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

/** An object by one of its alerts, which a search found. */
export interface FoundAlert extends AlertKey, ObjectKey {
	/** What a summary of some alerts (`matched`) tells by that alert, where it was read with it. */
	readonly told?: Pick<AlertRow, 'mjd' | 'firstMjd' | 'nDetections'>;
}

/**
 * Summaries of objects by alerts of theirs, in their order: from the running summary where the alert is the newest of its object, else from
 * the row of the alert and the totals over all of the object's alerts in scope. Of a search that asks for some alerts (`matched`), detections
 * and age are those that its alert tells, as everything a list is sorted by.
 */
export async function summarise(
	store: Store,
	scope: AccessScope,
	found: readonly FoundAlert[],
	{ matched = false, ...options }: QueryOptions & { matched?: boolean } = {},
): Promise<ObjectSummary[]> {
	const rowOf = new Map<string, AlertRow>();
	const readRows = async (keys: readonly FoundAlert[]): Promise<void> => {
		for (const row of await readAlertRows(store, scope, keys, options)) rowOf.set(`${row.survey}/${row.alertId}`, row);
	};
	const [summaryRows] = await Promise.all([
		readSummaryRows(store, scope, found, { lookUp: found.length <= FEW_OBJECTS, ...options }),
		readRows(matched ? found.filter(({ told }) => told === undefined) : []),
	]);
	const isNewest = (one: FoundAlert): boolean => summaryRows.get(keyOf(one))?.alertId === one.alertId;
	await readRows(found.filter((one) => !isNewest(one) && !rowOf.has(`${one.survey}/${one.alertId}`)));
	return found.flatMap((one) => {
		const totals = summaryRows.get(keyOf(one));
		const row = rowOf.get(`${one.survey}/${one.alertId}`);
		if (row !== undefined) return [summaryOf(row, totals, matched)];
		if (totals === undefined || !isNewest(one)) return [];
		const summary = summaryOfRow(one, totals);
		const { told } = one;
		if (!matched || told === undefined) return [summary];
		return [{ ...summary, firstMjd: told.firstMjd ?? told.mjd, nDetections: told.nDetections }];
	});
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

async function readSummaryRows(
	store: Store,
	scope: AccessScope,
	objects: readonly ObjectKey[],
	options: QueryOptions,
): Promise<Map<string, SummaryRow & ObjectKey>> {
	const found = new Map<string, SummaryRow & ObjectKey>();
	for (let at = 0; at < objects.length; at += OBJECTS_AT_ONCE) {
		const some = objects.slice(at, at + OBJECTS_AT_ONCE);
		const rows = await store.query<SummaryRow & ObjectKey>(
			render(objectSummariesSql, scope),
			{ surveys: some.map(({ survey }) => survey), ids: some.map(({ objectId }) => objectId) },
			options,
		);
		for (const row of rows) found.set(keyOf(row), row);
	}
	return found;
}

/** Many objects, in the order of the keys; those of which the reader can see nothing are left out. */
export async function readObjects(
	store: Store,
	scope: AccessScope,
	objects: readonly ObjectKey[],
	options: QueryOptions = {},
): Promise<ObjectSummary[]> {
	const found = await readSummaryRows(store, scope, objects, options);
	return objects.flatMap((object) => {
		const row = found.get(keyOf(object));
		return row === undefined ? [] : [summaryOfRow(row, row)];
	});
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
