import { pointNote, type PointNote } from '#lib/alert/images.ts';
import { CUTOUT_KINDS, type CutoutKind } from '#lib/alert/cutout.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { featurePlacesOf, FEATURES } from '#lib/alert/features.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import type { AlertDetail, AlertRow, SearchQuery, ShownScore } from '#lib/alert/views.ts';
import type { QueryOptions, Store } from '../store.ts';
import alertSql from '../queries/alert.sql?raw';
import countAlertsSql from '../queries/count_alerts.sql?raw';
import countNightlySql from '../queries/count_nightly.sql?raw';
import countUnpublishedSql from '../queries/count_unpublished.sql?raw';
import cutoutKindsSql from '../queries/cutout_kinds.sql?raw';
import fewAlertsSql from '../queries/few_alerts.sql?raw';
import findAlertsSql from '../queries/find_alerts.sql?raw';
import newAlertsSql from '../queries/new_alerts.sql?raw';
import objectAlertsSql from '../queries/object_alerts.sql?raw';
import searchAlertsSql from '../queries/search_alerts.sql?raw';
import { fieldLayout, type FieldPlace } from '#lib/alert/fieldPlaces.ts';
import { alertRow, isoTime, readAlertRows, type AlertKey, type StoredRow } from './alertRows.ts';
import { readAlertFeatures } from './features.ts';
import { storedField } from './fields.ts';
import { pageOf, type KeysetPage } from './keysetPage.ts';
import { chooseColumns, CORE_COLUMNS, ROW_COLUMNS, rowList, type Column } from './columns.ts';
import { columnName } from '#lib/alert/fields.ts';
import {
	afterKeyset,
	allOf,
	asksForFew,
	pixelsFirst,
	conditionsOf,
	knownBy,
	nightlyCanCount,
	type Condition,
	type Keyset,
} from './conditions.ts';
import { render } from './render.ts';
import { sortingOf } from './sorting.ts';
import { readScores } from './scores.ts';
import { publishedBy, readWatermark, unpublishedBy, type Watermark } from './watermark.ts';

/** Alerts of one object that a read answers, the newest. */
const MOST_ALERTS = 10_000;

type Value = number | string | boolean | null;
type StoredAlert = Record<string, Value> & { watermark: Record<string, string> };

/** Columns of the row that are no fields. */
const ORIGIN_COLUMNS = [
	'alert_id_text',
	'feature_version',
	'cutout_chunk',
	'cutout_kinds',
	'source',
	'partition',
	'source_offset',
	'received_at',
	'writer',
	'number',
	'watermark',
	'known_at',
];
const detailColumns = new Map<string, string>();

/** Where the survey's own fields stand. */
function fieldPlacesOf(name: string): readonly FieldPlace[] {
	const survey = findSurvey(name);
	return survey === undefined ? [] : fieldLayout(survey).places;
}

/** SELECT list of everything an alert of a survey can have: other surveys' columns are empty in its row. */
function columnsOf(survey: string): string {
	let list = detailColumns.get(survey);
	if (list === undefined) {
		const names = new Set([
			...CORE_COLUMNS.map(({ name }) => columnName(name)),
			...fieldPlacesOf(survey).map(({ column, array }) => (array === '' ? column : array)),
			...featurePlacesOf(survey).flatMap((place) => {
				const feature = FEATURES[place];
				return feature === undefined ? [] : [feature.array === '' ? feature.column : feature.array];
			}),
			...ORIGIN_COLUMNS,
		]);
		list = [...names].map((name) => `\`${name}\``).join(', ');
		detailColumns.set(survey, list);
	}
	return list;
}

const ROW_NAMES: ReadonlySet<string> = new Set(ROW_COLUMNS.map((column) => column.name));

/** The kinds whose bit is set: 1 science, 2 template, 4 difference. */
function kindsOf(bits: number): CutoutKind[] {
	return CUTOUT_KINDS.filter((_, place) => (bits & (1 << place)) !== 0);
}

/** One alert with every field, its cutouts and where it came from; null when the reader can see no such alert, or it has no features of the version asked for. */
export async function readAlert(
	store: Store,
	scope: AccessScope,
	survey: string,
	alertId: bigint,
	{
		featureVersion,
		pixel,
		scores,
		...given
	}: QueryOptions & {
		featureVersion?: string;
		/** Its hpx29, where that is known. */
		pixel?: bigint;
		/** Its scores, where they are known. */
		scores?: readonly ShownScore[];
	} = {},
): Promise<AlertDetail | null> {
	const options = { ...given, lookUp: true };
	const where = pixel === undefined ? '1 = 1' : 'hpx29 = {pixel:UInt64}';
	const [stored] = await store.query<StoredAlert>(
		render(alertSql, scope, { columns: columnsOf(survey), where }),
		{ survey, alertId, ...(pixel === undefined ? {} : { pixel }) },
		options,
	);
	if (stored === undefined) return null;
	const had = Number(stored['cutout_kinds']);
	const objectId = String(stored['object_id']);
	const [features, [kept], shownScores] = await Promise.all([
		readAlertFeatures(store, scope, { survey, alertId, row: stored }, featureVersion, options),
		had === 0
			? []
			: store.query<{ kinds: number }>(
					render(cutoutKindsSql, scope),
					{ survey, alertId, chunk: Number(stored['cutout_chunk']) },
					options,
				),
		scores ?? readScores(store, scope, { survey, objectId }, { ...options, alertId }),
	]);
	if (features === null) return null;
	const value = (name: string): Value => stored[columnName(name)] ?? null;
	const core = Object.fromEntries(
		CORE_COLUMNS.filter((column) => !ROW_NAMES.has(column.name)).map((column) => [
			column.name,
			column.kind === 'time' ? isoTime(String(value(column.name))) : value(column.name),
		]),
	);
	const row = Object.fromEntries(ROW_COLUMNS.map((column) => [column.name, value(column.name)])) as unknown as AlertRow;
	const cutouts = kindsOf(had & (kept?.kinds ?? 0));
	const text = (column: string): string => String(stored[column] ?? '');
	return {
		...row,
		knownAt: isoTime(text('known_at')),
		core: { ...core, alertIdText: text('alert_id_text'), featureVersion: features.version },
		fields: Object.fromEntries(
			fieldPlacesOf(survey).map((place): [string, Value] => [place.field.name, storedField(stored, place) as Value]),
		),
		features: features.values,
		featureVersions: features.versions,
		cutouts,
		scores: shownScores,
		cutoutsDropped: kindsOf(had).filter((kind) => !cutouts.includes(kind)),
		provenance: {
			source: text('source'),
			partition: shownPartition(text('partition')),
			sourceOffset: text('source_offset'),
			writer: text('writer'),
			number: text('number'),
			receivedAt: isoTime(text('received_at')),
			knownAt: isoTime(text('known_at')),
			watermark: stored.watermark,
		},
	};
}

/** A partition as readers see it: of a path on the operator's disk only the name of the file. */
function shownPartition(partition: string): string {
	return /^(?:\/|[A-Za-z]:\\)/.test(partition) ? partition.replace(/^.*[\\/]/, '') : partition;
}

/** The surveys that have an alert of that id, with its object. */
export async function findAlerts(
	store: Store,
	scope: AccessScope,
	alertId: bigint,
): Promise<{ survey: string; alertId: string; objectId: string }[]> {
	return store.query(render(findAlertsSql, scope), { alertId }, { lookUp: true });
}

/** Alerts of one object, newest first; `asOf` leaves out what was published later, `known` (UTC, ISO 8601) what became known later. */
export async function readObjectAlerts(
	store: Store,
	scope: AccessScope,
	survey: string,
	objectId: string,
	{
		limit = MOST_ALERTS,
		asOf,
		known,
		...options
	}: QueryOptions & { limit?: number; asOf?: Watermark; known?: string } = {},
): Promise<AlertRow[]> {
	const where = allOf([...(asOf === undefined ? [] : [publishedBy(asOf)]), knownBy(known)]);
	const sql = render(objectAlertsSql, scope, { columns: rowList(ROW_COLUMNS), where: where.sql });
	const rows = await store.query<StoredRow>(
		sql,
		{ survey, objectId, limit, ...where.params },
		{ ...options, lookUp: true },
	);
	return rows.map(alertRow);
}

/** The same rows, and of each what its own fields say of its point. */
export async function readObjectAlertsWithNotes(
	store: Store,
	scope: AccessScope,
	survey: string,
	objectId: string,
	{ known, ...options }: QueryOptions & { known?: string } = {},
): Promise<{ rows: AlertRow[]; notes: PointNote[] }> {
	const names = findSurvey(survey)?.point?.names ?? [];
	const { columns } = chooseColumns(names.map((name) => `${survey}.${name}`).join(','));
	const own = names.length === 0 ? [] : columns;
	const where = knownBy(known);
	const sql = render(objectAlertsSql, scope, { columns: rowList([...ROW_COLUMNS, ...own]), where: where.sql });
	const params = { survey, objectId, limit: MOST_ALERTS, ...where.params };
	const stored = await store.query<StoredRow & Record<string, Value>>(sql, params, options);
	const notes: PointNote[] = [];
	const rows = stored.map((all) => {
		const [row, fields] = apart(all, own);
		const note = pointNote(row, fields);
		if (note !== null) notes.push(note);
		return alertRow(row);
	});
	return { rows, notes };
}

/** An alert row without columns of its survey, and those under the names of their fields. */
function apart(all: StoredRow & Record<string, Value>, own: readonly Column[]): [StoredRow, Record<string, Value>] {
	const fields = Object.fromEntries(own.map(({ name, field }) => [field?.name ?? name, all[name] ?? null]));
	const row = Object.fromEntries(Object.entries(all).filter(([name]) => !own.some((column) => column.name === name)));
	return [row as unknown as StoredRow, fields];
}

/** How many published alerts match, each once: from the summary of the nights where that can tell. */
export async function countAlerts(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ watermark, ...options }: QueryOptions & { watermark?: Watermark } = {},
): Promise<number> {
	const known = watermark ?? (await readWatermark(store, options.signal));
	const ask = async (sql: string, where: Condition, parts: Record<string, string> = {}): Promise<number> => {
		const text = render(sql, scope, { where: where.sql, ...parts });
		const rows = await store.query<{ total: string }>(text, where.params, { ...options, light: true });
		return Number(rows[0]?.total ?? 0);
	};
	if (!nightlyCanCount(query)) return ask(countAlertsSql, conditionsOf(query, known));
	const where = conditionsOf(query, null);
	const missing = unpublishedBy(known);
	const [written, unpublished] = await Promise.all([
		ask(countNightlySql, where),
		ask(
			countUnpublishedSql,
			{ ...where, params: { ...where.params, ...missing.params } },
			{ unpublished: missing.sql },
		),
	]);
	return written - unpublished;
}

/** One page of alerts that match, sorted, with the exact total; a list that goes on keeps the watermark it began with. */
export async function searchAlerts(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ after, ...options }: QueryOptions & { after?: Keyset } = {},
): Promise<KeysetPage<AlertRow>> {
	const watermark = after?.watermark ?? (await readWatermark(store, options.signal));
	const sorting = sortingOf(query);
	const { key, keyType } = sorting;
	const matching = conditionsOf(query, watermark);
	const where =
		after === undefined
			? matching
			: allOf([matching, afterKeyset(after, query.descending, { key, keyType, id: 'alert_id', idType: 'UInt64' })]);
	const count = (): Promise<number> => countAlerts(store, scope, query, { ...options, watermark });
	const direction = query.descending ? 'DESC' : 'ASC';
	const params = { ...where.params, ...sorting.scored.params, limit: query.limit + 1 };
	// what a narrow cone or one object holds is on its first page, most likely: one read answers it, and it is counted only where it is not
	if (asksForFew(query) && !sorting.isJoined) {
		const columns = rowList(ROW_COLUMNS);
		const cone = query.objectId === undefined && query.alertId === undefined ? query.cone : undefined;
		const first = pixelsFirst(cone);
		const sql = render(fewAlertsSql, scope, { columns, key, first, where: where.sql, direction });
		const narrow = { ...options, lookUp: true, byPlace: cone !== undefined };
		const found = await store.ask<StoredRow & { sortKey: number | string }>(sql, params, narrow);
		const isAll = after === undefined && found.rows.length <= query.limit;
		const total = after?.total ?? (isAll ? found.rows.length : await count());
		const rows = found.rows.slice(0, query.limit).map(({ sortKey: _, ...stored }) => alertRow(stored));
		return pageOf(rows, found, { total, query, watermark, idOf: ({ alertId }) => alertId });
	}
	const [found, total] = await Promise.all([
		store.ask<AlertKey & { sortKey: number | string }>(
			render(searchAlertsSql, scope, {
				...{ key, where: where.sql, direction },
				joined: sorting.scored.join(scope, matching.sql),
			}),
			params,
			{ ...options, light: !sorting.isJoined },
		),
		after?.total ?? count(),
	]);
	const rows = await readAlertRows(store, scope, found.rows.slice(0, query.limit), options);
	return pageOf(rows, found, { total, query, watermark, idOf: ({ alertId }) => alertId });
}

/** Alerts published after `from` and up to `to`, at most `limit`; `reached` is the watermark that all of them are within. */
export async function readNewAlerts(
	store: Store,
	scope: AccessScope,
	{ from, to, limit = 2000 }: { from: Watermark; to: Watermark; limit?: number },
	options: QueryOptions = {},
): Promise<{ rows: AlertRow[]; reached: Watermark }> {
	const writers = Object.keys(to).filter((writer) => BigInt(to[writer] ?? 0) > BigInt(from[writer] ?? 0));
	if (writers.length === 0) return { rows: [], reached: to };
	const after = writers.map((writer) => BigInt(from[writer] ?? 0));
	const upTo = writers.map((writer) => BigInt(to[writer] ?? 0));
	const lowest = after.reduce((least, number) => (number < least ? number : least));
	const highest = upTo.reduce((most, number) => (number > most ? number : most));
	const found = await store.query<AlertKey & { writer: string; number: string }>(
		render(newAlertsSql, scope),
		{ writers, after, upTo, lowest, highest, limit: limit + 1 },
		{ ...options, light: true },
	);
	const cut = found[limit];
	if (cut === undefined) return { rows: await readAlertRows(store, scope, found, options), reached: to };
	// whole numbers only: everything below the number at which the limit fell
	const stop = BigInt(cut.number);
	const whole = found.filter((row) => BigInt(row.number) < stop);
	if (whole.length === 0) return readNewAlerts(store, scope, { from, to, limit: limit * 4 }, options);
	const reached = Object.fromEntries(
		Object.entries(to).map(([writer, number]) => {
			const past = BigInt(from[writer] ?? 0);
			const goal = BigInt(number) < stop ? BigInt(number) : stop - 1n;
			return [writer, String(goal > past ? goal : past)];
		}),
	);
	return { rows: await readAlertRows(store, scope, whole, options), reached };
}
