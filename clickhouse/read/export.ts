import type { Readable } from 'node:stream';
import { AB_ZERO_POINT, SEEN_SIGMA } from '#lib/astro/photometry.ts';
import { CORE_FIELDS } from '#lib/alert/fields.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import type { Param, QueryOptions, Store } from '../store.ts';
import countPointsSql from '../queries/count_points.sql?raw';
import exportAlertsSql from '../queries/export_alerts.sql?raw';
import exportLightCurveSql from '../queries/export_light_curve.sql?raw';
import exportObjectsSql from '../queries/export_objects.sql?raw';
import { csvHeader, csvLineList, documentList, typedList, type Column } from './columns.ts';
import type { SortKey } from '#lib/alert/views.ts';
import { conditionsOf, type Condition, SEPARATION_ARCSEC, separationSql } from './conditions.ts';
import { knownAsOf, type AsOf } from './lightCurve.ts';
import { scoreColumnName, type MoreColumns, type ScoreColumn } from './moreColumns.ts';
import type { ObjectKey } from './objects.ts';
import { asksForAll } from './searchObjects.ts';
import { imageLightOf } from './imageLight.ts';
import { render } from './render.ts';
import { scoredBy, scoreSql } from './scored.ts';
import { addedColumn, scoreKey, sortingOf } from './sorting.ts';
import { VOTABLE_END, votableHeader, votableRowList } from './votable.ts';
import type { Watermark } from './watermark.ts';

/** Formats that hold every row of an answer. */
export type FileFormat = 'csv' | 'ndjson' | 'parquet' | 'arrow' | 'votable';

/** A table as a stream of bytes; `header` goes before it, `trailer` after it. */
export interface TableStream {
	readonly header: string;
	readonly body: Readable;
	readonly trailer: string;
}

type VotableNames = Parameters<typeof votableHeader>[1];

/** Reads a table of one format: `sql` makes the query from a SELECT list. */
export async function streamTable(
	store: Store,
	columns: readonly Column[],
	format: FileFormat,
	query: { sql: (list: string) => string; params: Readonly<Record<string, Param>>; votable?: VotableNames },
	options: QueryOptions,
): Promise<TableStream> {
	const read = (list: string, storeFormat: string): Promise<Readable> =>
		store.stream(query.sql(list), storeFormat, query.params, { ...options, class: 'export' });
	switch (format) {
		case 'csv':
			// whole lines made in the store: no format of its own writes absent cells empty and guards texts
			return { header: csvHeader(columns), body: await read(csvLineList(columns), 'TSVRaw'), trailer: '' };
		case 'votable':
			return {
				header: votableHeader(columns, query.votable ?? { name: 'nightjar' }),
				body: await read(votableRowList(columns), 'TSVRaw'),
				trailer: VOTABLE_END,
			};
		case 'ndjson':
			return { header: '', body: await read(documentList(columns), 'JSONEachRow'), trailer: '' };
		case 'parquet':
			return { header: '', body: await read(typedList(columns), 'Parquet'), trailer: '' };
		case 'arrow':
			return { header: '', body: await read(typedList(columns), 'Arrow'), trailer: '' };
	}
}

const OWN_MEANINGS: Readonly<Record<string, Column['like']>> = {
	sepArcsec: {
		type: 'float64',
		unit: 'arcsec',
		meaning: 'Distance from the centre of the search',
		ucd: 'pos.angDistance',
	},
	nAlerts: { type: 'int', unit: '', meaning: 'Alerts of the object that the reader may see', ucd: 'meta.number' },
	magMin: { type: 'float32', unit: 'mag', meaning: 'Brightest magnitude of its alerts', ucd: 'phot.mag;stat.min' },
	kind: { type: 'text', unit: '', meaning: 'detection, forcedPhotometry or upperLimit' },
	flags: { type: 'text', unit: '', meaning: "Flags in the survey's words" },
	sourceId: { type: 'id', unit: '', meaning: "The survey's id of the measurement" },
	templateFlux: {
		type: 'float64',
		unit: 'nJy',
		meaning: 'Flux of the source on the template; empty where the packets do not say',
		ucd: 'phot.flux.density',
	},
	templateFluxErr: {
		type: 'float64',
		unit: 'nJy',
		meaning: '1 sigma error of templateFlux',
		ucd: 'stat.error;phot.flux.density',
	},
	templateBorrowed: {
		type: 'truth',
		unit: '',
		meaning: 'The template is of the alert nearest in time in the same band: the point has no alert of its own',
	},
	scienceFlux: {
		type: 'float64',
		unit: 'nJy',
		meaning:
			'Flux of the source on the science image: as the survey measured it, else template and difference together; empty where the packets do not say',
		ucd: 'phot.flux.density',
	},
	scienceFluxErr: {
		type: 'float64',
		unit: 'nJy',
		meaning: '1 sigma error of scienceFlux, of template and difference in quadrature where they were added',
		ucd: 'stat.error;phot.flux.density',
	},
	scienceMag: {
		type: 'float64',
		unit: 'mag',
		meaning: 'Apparent AB magnitude on the science image; empty below 3 sigma',
		ucd: 'phot.mag',
	},
	scienceMagErr: {
		type: 'float64',
		unit: 'mag',
		meaning: '1 sigma error of scienceMag',
		ucd: 'stat.error;phot.mag',
	},
};

/** A column of ours; `as` names the core field whose unit, meaning and UCD it has. */
const plain = (name: string, sql: string, kind: Column['kind'], as?: string): Column => {
	const like = OWN_MEANINGS[name] ?? CORE_FIELDS.find((field) => field.name === as);
	return like === undefined ? { name, sql, kind } : { name, sql, kind, like };
};

/** Distance of an alert from the centre of the cone. */
export const SEPARATION_COLUMN = plain('sepArcsec', SEPARATION_ARCSEC, 'number');

/** A table to stream: what of it, in which columns and format. */
export interface ExportRequest {
	readonly columns: readonly Column[];
	readonly format: FileFormat;
	readonly watermark: Watermark;
	/** Columns of alerts that a reader adds to these. */
	readonly added?: MoreColumns;
	/** Name, remarks and UCDs of a VOTable. */
	readonly votable?: VotableNames;
	/** Sorted as the query says, else in sky order, which needs no memory. */
	readonly sorted: boolean;
}

/** Columns of scores that are joined, in their order. */
function scoreColumns(scores: readonly ScoreColumn[]): Column[] {
	return scores.map((score, i) => ({
		name: scoreColumnName(score),
		sql: scoreSql(i),
		kind: 'number',
		like: {
			type: 'float32',
			unit: '',
			meaning: `Score of the model ${score.model} for ${score.label}, its newest number`,
			ucd: 'stat.likelihood',
		},
	}));
}

/** The scores to join: those that are shown, and that which a file is sorted by; and the key of the latter, null where it is no score. */
function joinedScores(
	query: SearchQuery,
	shown: readonly ScoreColumn[],
	sorted: boolean,
): { readonly scores: readonly ScoreColumn[]; readonly key: string | null } {
	const by = sorted && typeof query.sort !== 'string' ? addedColumn(query.sort) : null;
	if (by === null || 'sql' in by) return { scores: shown, key: null };
	const there = shown.findIndex(({ key }) => key === by.key);
	const place = there === -1 ? shown.length : there;
	return { scores: there === -1 ? [...shown, by] : shown, key: scoreKey(place, query.descending) };
}

/** Every alert that matches, once. */
export async function exportAlerts(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ columns, format, watermark, sorted, votable, added }: ExportRequest,
	options: QueryOptions = {},
): Promise<TableStream> {
	const where = conditionsOf(query, watermark);
	const numbers = joinedScores(query, added?.scores ?? [], sorted);
	const scored = scoredBy(numbers.scores, 'alerts.survey', 'alerts.alert_id');
	const fields = (added?.fields ?? []).filter(({ name }) => !columns.some((column) => column.name === name));
	const key = `${numbers.key ?? sortingOf(query).key} ${query.descending ? 'DESC' : 'ASC'}`;
	const order = `${sorted ? `${key}, ` : 'alerts.hpx29, '}alerts.survey, alerts.alert_id`;
	const sql = (list: string): string =>
		render(exportAlertsSql, scope, {
			columns: list,
			scored: scored.join(scope, where.sql),
			where: where.sql,
			order,
		});
	const all = [...columns, ...fields, ...scoreColumns(added?.scores ?? [])];
	const shown = query.cone === undefined ? all : [...all, SEPARATION_COLUMN];
	return streamTable(
		store,
		shown,
		format,
		{ sql, params: { ...where.params, ...scored.params }, ...(votable === undefined ? {} : { votable }) },
		options,
	);
}

/** Columns of a table of objects, under the names of `ObjectSummary`. */
export const OBJECT_COLUMNS: readonly Column[] = [
	plain('survey', 'found.survey', 'text', 'survey'),
	plain('objectId', 'found.object_id', 'text', 'objectId'),
	plain('origin', 'found.origin', 'text', 'origin'),
	plain('ra', 'newest.1', 'number', 'ra'),
	plain('dec', 'newest.2', 'number', 'dec'),
	plain('firstMjd', 'totals.first_mjd', 'number', 'firstMjd'),
	plain('lastMjd', 'newest.14', 'number', 'mjd'),
	plain('nAlerts', 'totals.n_alerts', 'integer'),
	plain('nDetections', 'nullIf(totals.n_detections, 0)', 'integer', 'nDetections'),
	plain('magMin', 'totals.mag_min', 'number'),
	plain('lastAlertId', 'newest.3', 'id', 'alertId'),
	plain('lastBand', 'newest.4', 'text', 'band'),
	plain('lastMag', 'newest.5', 'number', 'mag'),
	plain('lastMagErr', 'newest.6', 'number', 'magErr'),
	plain('lastPositive', 'newest.7', 'truth', 'positive'),
	plain('lastNight', 'newest.8', 'date', 'night'),
	plain('reliability', 'newest.9', 'number', 'reliability'),
	plain('starScore', 'newest.10', 'number', 'starScore'),
	plain('ssoName', 'newest.11', 'text', 'ssoName'),
	plain('class', 'newest.12', 'text', 'class'),
	plain('classScore', 'newest.13', 'number', 'classScore'),
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
function objectOrder({ sort, descending }: SearchQuery, columns: readonly Column[], added: string): string {
	const direction = `${descending ? 'DESC' : 'ASC'}, found.survey, found.object_id`;
	if (typeof sort !== 'string') return `${added} ${direction}`;
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
	const value = `toFloat64(ifNull(${keys[sort]}, nan))`;
	const absent = descending ? '-1e300' : '1e300';
	return `if(isNaN(${value}), ${absent}, ${value}) ${direction}`;
}

/** Every object that has an alert which matches, once; in no order unless sorted. */
export async function exportObjects(
	store: Store,
	scope: AccessScope,
	query: SearchQuery,
	{ columns, format, watermark, sorted, votable, added }: ExportRequest,
	options: QueryOptions = {},
): Promise<TableStream> {
	const where = conditionsOf(query, watermark);
	const numbers = joinedScores(query, added?.scores ?? [], sorted);
	const scored = scoredBy(numbers.scores, 'found.survey', 'newest.3');
	const own = objectColumns(query, columns);
	const fields = (added?.fields ?? []).filter(({ name }) => !own.some((column) => column.name === name));
	// what is added stands after the tuple's own 16, and after it the key of an added column
	const shown = [
		...own,
		...fields.map((column, i) => ({ ...column, sql: `newest.${17 + i}` })),
		...scoreColumns(added?.scores ?? []),
	];
	const isKeyed = sorted && typeof query.sort !== 'string' && numbers.key === null;
	const key = numbers.key ?? `newest.${17 + fields.length}`;
	const order = sorted ? `ORDER BY ${objectOrder(query, shown, key)}` : '';
	const sql = (list: string): string =>
		render(exportObjectsSql, scope, {
			columns: list,
			more: [...fields.map(({ sql: value }) => value), ...(isKeyed ? [sortingOf(query).key] : [])]
				.map((value) => `, ${value}`)
				.join(''),
			scored: scored.join(scope, where.sql),
			where: where.sql,
			order,
		});
	return streamTable(
		store,
		shown,
		format,
		{ sql, params: { ...where.params, ...scored.params }, ...(votable === undefined ? {} : { votable }) },
		options,
	);
}

/** Columns of a light curve, under the names of `ShownPoint`. */
export const POINT_COLUMNS: readonly Column[] = [
	plain('survey', 'photometry.survey', 'text', 'survey'),
	plain('objectId', 'photometry.object_id', 'text', 'objectId'),
	plain('kind', 'photometry.kind', 'text'),
	plain('band', 'photometry.band', 'text', 'band'),
	plain('mjd', 'photometry.mjd', 'number', 'mjd'),
	plain('psfFlux', 'photometry.psf_flux', 'number', 'psfFlux'),
	plain('psfFluxErr', 'photometry.psf_flux_err', 'number', 'psfFluxErr'),
	plain('mag', 'photometry.mag', 'number', 'mag'),
	plain('magErr', 'photometry.mag_err', 'number', 'magErr'),
	plain('limitMag', 'photometry.limit_mag', 'number', 'limitMag'),
	plain('positive', 'photometry.positive', 'truth', 'positive'),
	plain('ra', 'photometry.ra', 'number', 'ra'),
	plain('dec', 'photometry.dec', 'number', 'dec'),
	plain('programme', 'photometry.programme', 'text', 'programme'),
	plain('alertId', 'if(photometry.own, photometry.alert_id, NULL)', 'id', 'alertId'),
	plain('sourceId', 'nullIf(photometry.source_id, 0)', 'id'),
	plain('timeReceived', 'photometry.time_received', 'number', 'timeReceived'),
	plain('exposureAssumed', 'photometry.exposure_assumed', 'truth', 'exposureAssumed'),
	plain('flags', 'photometry.flags', 'text'),
];

const SCIENCE_SEEN = `photometry.science_flux > 0 AND photometry.science_flux >= ${SEEN_SIGMA} * photometry.science_flux_err`;

/** Columns of the light of the images behind a point, in files: `ShownPoint.images`, flat. */
const IMAGE_COLUMNS: readonly Column[] = [
	plain('templateFlux', 'photometry.template_flux', 'number'),
	plain('templateFluxErr', 'photometry.template_flux_err', 'number'),
	plain('templateBorrowed', 'photometry.borrowed', 'truth'),
	plain('scienceFlux', 'photometry.science_flux', 'number'),
	plain('scienceFluxErr', 'photometry.science_flux_err', 'number'),
	plain('scienceMag', `if(${SCIENCE_SEEN}, ${AB_ZERO_POINT} - 2.5 * log10(photometry.science_flux), nan)`, 'number'),
	plain(
		'scienceMagErr',
		`if(${SCIENCE_SEEN}, 2.5 / ln(10) * photometry.science_flux_err / photometry.science_flux, nan)`,
		'number',
	),
];

/** Which objects a table of points is of. */
function amongObjects(objects: readonly ObjectKey[]): Condition {
	const [only, ...others] = objects;
	if (only !== undefined && others.length === 0) {
		return {
			sql: 'survey = {survey:String} AND object_id = {objectId:String}',
			params: { survey: only.survey, objectId: only.objectId },
		};
	}
	// the sets alone prune by the key; the pairs tell an id of one survey from that of another
	return {
		sql: 'survey IN {surveys:Array(String)} AND object_id IN {objectIds:Array(String)} AND (survey, object_id) IN arrayZip({pairSurveys:Array(String)}, {objectIds:Array(String)})',
		params: {
			surveys: [...new Set(objects.map(({ survey }) => survey))],
			pairSurveys: objects.map(({ survey }) => survey),
			objectIds: objects.map(({ objectId }) => objectId),
		},
	};
}

/** Every shown point of some objects, one object after the other, each in time order; of surveys that Nightjar reads. */
export async function exportLightCurves(
	store: Store,
	scope: AccessScope,
	objects: readonly ObjectKey[],
	{ format, asOf = {} }: { format: FileFormat; asOf?: AsOf },
	options: QueryOptions = {},
): Promise<TableStream> {
	const known = knownAsOf(asOf);
	const among = amongObjects(objects);
	const parts = {
		objects: among.sql,
		where: known.sql,
		alertsWhere: knownAsOf(asOf, 'alerts').sql,
		...imageLightOf(objects.map(({ survey }) => survey)),
	};
	const sql = (list: string): string => render(exportLightCurveSql, scope, { columns: list, ...parts });
	const params = { ...among.params, ...known.params };
	return streamTable(store, [...POINT_COLUMNS, ...IMAGE_COLUMNS], format, { sql, params }, options);
}

/** Every shown point of one object, in time order. */
export function exportLightCurve(
	store: Store,
	scope: AccessScope,
	object: ObjectKey,
	request: { format: FileFormat; asOf?: AsOf },
	options: QueryOptions = {},
): Promise<TableStream> {
	return exportLightCurves(store, scope, [object], request, options);
}

/** How many points are shown of each of some objects; those without any are left out. */
export async function countPoints(
	store: Store,
	scope: AccessScope,
	objects: readonly ObjectKey[],
	asOf: AsOf = {},
	options: QueryOptions = {},
): Promise<(ObjectKey & { readonly points: number })[]> {
	if (objects.length === 0) return [];
	const known = knownAsOf(asOf);
	const among = amongObjects(objects);
	const rows = await store.query<ObjectKey & { points: string }>(
		render(countPointsSql, scope, { objects: among.sql, where: known.sql }),
		{ ...among.params, ...known.params },
		{ ...options, light: true },
	);
	return rows.map(({ survey, objectId, points }) => ({ survey, objectId, points: Number(points) }));
}
