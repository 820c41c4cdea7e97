import type { Readable } from 'node:stream';
import type { AccessScope } from '#lib/alert/object.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import type { Param, QueryOptions, Store } from '../store.ts';
import exportAlertsSql from '../queries/export_alerts.sql?raw';
import exportLightCurveSql from '../queries/export_light_curve.sql?raw';
import exportObjectsSql from '../queries/export_objects.sql?raw';
import { csvHeader, csvLineList, documentList, typedList, type Column } from './columns.ts';
import { allOf, conditionsOf, sortExpression } from './conditions.ts';
import { knownAsOf, type AsOf } from './lightCurve.ts';
import type { ObjectKey } from './objects.ts';
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
	return streamTable(store, columns, format, { sql, params: where.params }, options);
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

/** Every object that has an alert which matches, in no order. */
export async function exportObjects(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ columns, format, watermark }: ExportRequest,
	options: QueryOptions = {},
): Promise<TableStream> {
	const where = conditionsOf(query, watermark);
	const sql = (list: string): string => render(exportObjectsSql, scope, { columns: list, where: where.sql });
	return streamTable(store, columns, format, { sql, params: where.params }, options);
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
