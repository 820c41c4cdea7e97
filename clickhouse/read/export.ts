import type { Readable } from 'node:stream';
import type { AccessScope } from '#lib/alert/object.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import type { Param, QueryOptions, Store } from '../store.ts';
import exportAlertsSql from '../queries/export_alerts.sql?raw';
import exportLightCurveSql from '../queries/export_light_curve.sql?raw';
import exportObjectsSql from '../queries/export_objects.sql?raw';
import { csvHeader, csvLineList, documentList, typedList, type Column } from './columns.ts';
import type { SortKey } from '#lib/alert/views.ts';
import { allOf, conditionsOf, SEPARATION_ARCSEC, separationSql, sortExpression } from './conditions.ts';
import { knownAsOf, type AsOf } from './lightCurve.ts';
import { asksForAll, type ObjectKey } from './objects.ts';
import { render } from './render.ts';
import type { Watermark } from './watermark.ts';

/** Formats that hold every row of an answer. */
export type FileFormat = 'csv' | 'ndjson' | 'parquet' | 'arrow';

/** A table as a stream of bytes; `header` goes before it. */
export interface TableStream {
	readonly header: string;
	readonly body: Readable;
}

/** Reads a table of one format: `sql` makes the query from a SELECT list. */
async function streamTable(
	store: Store,
	columns: readonly Column[],
	format: FileFormat,
	query: { sql: (list: string) => string; params: Readonly<Record<string, Param>> },
	options: QueryOptions,
): Promise<TableStream> {
	const read = (list: string, storeFormat: string): Promise<Readable> =>
		store.stream(query.sql(list), storeFormat, query.params, { ...options, class: 'export' });
	switch (format) {
		case 'csv':
			// whole lines made in the store: no format of its own writes absent cells empty and guards texts
			return { header: csvHeader(columns), body: await read(csvLineList(columns), 'TSVRaw') };
		case 'ndjson':
			return { header: '', body: await read(documentList(columns), 'JSONEachRow') };
		case 'parquet':
			return { header: '', body: await read(typedList(columns), 'Parquet') };
		case 'arrow':
			return { header: '', body: await read(typedList(columns), 'Arrow') };
	}
}

/** A table to stream: what of it, in which columns and format. */
export interface ExportRequest {
	readonly columns: readonly Column[];
	readonly format: FileFormat;
	readonly watermark: Watermark;
	/** Sorted as the query says, else in sky order, which needs no memory. */
	readonly sorted: boolean;
}

/** Every alert that matches, once. */
export async function exportAlerts(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ columns, format, watermark, sorted }: ExportRequest,
	options: QueryOptions = {},
): Promise<TableStream> {
	const where = conditionsOf(query, watermark);
	const key = `${sortExpression(query.sort, query.descending)} ${query.descending ? 'DESC' : 'ASC'}`;
	const order = `${sorted ? `${key}, ` : 'alerts.hpx29, '}alerts.survey, alerts.alert_id`;
	const sql = (list: string): string => render(exportAlertsSql, scope, { columns: list, where: where.sql, order });
	const shown = query.cone === undefined ? columns : [...columns, plain('sepArcsec', SEPARATION_ARCSEC, 'number')];
	return streamTable(store, shown, format, { sql, params: where.params }, options);
}

const plain = (name: string, sql: string, kind: Column['kind']): Column => ({ name, sql, kind });

/** Columns of a table of objects, under the names of `ObjectSummary`. */
export const OBJECT_COLUMNS: readonly Column[] = [
	plain('survey', 'found.survey', 'text'),
	plain('objectId', 'found.object_id', 'text'),
	plain('origin', 'found.origin', 'text'),
	plain('ra', 'newest.1', 'number'),
	plain('dec', 'newest.2', 'number'),
	plain('firstMjd', 'totals.first_mjd', 'number'),
	plain('lastMjd', 'newest.14', 'number'),
	plain('nAlerts', 'totals.n_alerts', 'integer'),
	plain('nDetections', 'nullIf(totals.n_detections, 0)', 'integer'),
	plain('magMin', 'totals.mag_min', 'number'),
	plain('lastAlertId', 'newest.3', 'id'),
	plain('lastBand', 'newest.4', 'text'),
	plain('lastMag', 'newest.5', 'number'),
	plain('lastMagErr', 'newest.6', 'number'),
	plain('lastPositive', 'newest.7', 'truth'),
	plain('lastNight', 'newest.8', 'date'),
	plain('reliability', 'newest.9', 'number'),
	plain('starScore', 'newest.10', 'number'),
	plain('ssoName', 'newest.11', 'text'),
	plain('class', 'newest.12', 'text'),
	plain('classScore', 'newest.13', 'number'),
];

/** What the columns of a search hold where only some alerts are asked for: as on the page, of the newest that matches. */
const OF_THE_ALERT: Readonly<Record<string, string>> = {
	firstMjd: 'if(isNaN(newest.16), newest.14, newest.16)',
	nDetections: 'newest.15',
};

/** Columns of a file of objects, the same values as the page shows. */
function objectColumns(query: SearchQuery, columns: readonly Column[]): Column[] {
	const all = asksForAll(query);
	const shown = columns.map((column) => {
		const sql = OF_THE_ALERT[column.name];
		return all || sql === undefined ? column : { ...column, sql };
	});
	return query.cone === undefined
		? shown
		: [...shown, plain('sepArcsec', separationSql('newest.1', 'newest.2'), 'number')];
}

/** Order of a file of objects: as the page, absent values last, then by survey and id. */
function objectOrder(query: SearchQuery, columns: readonly Column[]): string {
	const sqlOf = (name: string): string => columns.find((column) => column.name === name)?.sql ?? '0';
	const keys: Readonly<Record<SortKey, string>> = {
		mjd: sqlOf('lastMjd'),
		mag: sqlOf('lastMag'),
		reliability: sqlOf('reliability'),
		nDetections: sqlOf('nDetections'),
		age: `${sqlOf('lastMjd')} - ${sqlOf('firstMjd')}`,
		ra: sqlOf('ra'),
		dec: sqlOf('dec'),
		sep: sqlOf('sepArcsec'),
	};
	const value = `toFloat64(ifNull(${keys[query.sort]}, nan))`;
	const absent = query.descending ? '-1e300' : '1e300';
	return `if(isNaN(${value}), ${absent}, ${value}) ${query.descending ? 'DESC' : 'ASC'}, found.survey, found.object_id`;
}

/** Every object that has an alert which matches, once; in no order unless sorted. */
export async function exportObjects(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ columns, format, watermark, sorted }: ExportRequest,
	options: QueryOptions = {},
): Promise<TableStream> {
	const where = conditionsOf(query, watermark);
	const shown = objectColumns(query, columns);
	const order = sorted ? `ORDER BY ${objectOrder(query, shown)}` : '';
	const sql = (list: string): string => render(exportObjectsSql, scope, { columns: list, where: where.sql, order });
	return streamTable(store, shown, format, { sql, params: where.params }, options);
}

/** Columns of a light curve, under the names of `ShownPoint`. */
export const POINT_COLUMNS: readonly Column[] = [
	plain('survey', 'photometry.survey', 'text'),
	plain('objectId', 'photometry.object_id', 'text'),
	plain('kind', 'photometry.kind', 'text'),
	plain('band', 'photometry.band', 'text'),
	plain('mjd', 'photometry.mjd', 'number'),
	plain('psfFlux', 'photometry.psf_flux', 'number'),
	plain('psfFluxErr', 'photometry.psf_flux_err', 'number'),
	plain('mag', 'photometry.mag', 'number'),
	plain('magErr', 'photometry.mag_err', 'number'),
	plain('limitMag', 'photometry.limit_mag', 'number'),
	plain('positive', 'photometry.positive', 'truth'),
	plain('ra', 'photometry.ra', 'number'),
	plain('dec', 'photometry.dec', 'number'),
	plain('programme', 'photometry.programme', 'text'),
	plain('alertId', 'if(photometry.own, photometry.alert_id, NULL)', 'id'),
	plain('sourceId', 'nullIf(photometry.source_id, 0)', 'id'),
	plain('timeReceived', 'photometry.time_received', 'number'),
	plain('exposureAssumed', 'photometry.exposure_assumed', 'truth'),
	plain('flags', 'photometry.flags', 'text'),
];

/** Every shown point of one object, in time order. */
export async function exportLightCurve(
	store: Store,
	scope: AccessScope,
	object: ObjectKey,
	{ format, asOf = {} }: { format: FileFormat; asOf?: AsOf },
	options: QueryOptions = {},
): Promise<TableStream> {
	const known = allOf([knownAsOf(asOf)]);
	const sql = (list: string): string => render(exportLightCurveSql, scope, { columns: list, where: known.sql });
	const params = { survey: object.survey, objectId: object.objectId, ...known.params };
	return streamTable(store, POINT_COLUMNS, format, { sql, params }, options);
}
