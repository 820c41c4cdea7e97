import type { Readable } from 'node:stream';
import { CLASSES } from '#lib/alert/class.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import type { SkyCells } from '#lib/alert/skyCells.ts';
import type { SkyColumns } from '#lib/alert/skyColumns.ts';
import type { QueryOptions, Store } from '../store.ts';
import skyColumnsSql from '../queries/sky_columns.sql?raw';
import skyCellsSql from '../queries/sky_cells.sql?raw';
import skyDensitySql from '../queries/sky_density.sql?raw';
import skyIdsSql from '../queries/sky_ids.sql?raw';
import skyTotalsSql from '../queries/sky_totals.sql?raw';
import skyMatchesSql from '../queries/sky_matches.sql?raw';
import { allOf, conditionsOf, inCone, type Condition } from './conditions.ts';
import { render } from './render.ts';
import type { Watermark } from './watermark.ts';

/** Rows that a page may ask for in its turn. */
const PAGE_ROWS = 50_000;
const ROW_BYTES = 4 + 4 + 4 + 1 + 1 + 1 + 4 + 4 + 8;

/** Names behind the small numbers of the sky columns; 0 is none of them, n is the n-th. */
export const SKY_LEGEND = {
	bands: [...new Set(SURVEYS.flatMap((survey) => survey.bands))],
	classes: CLASSES.map((entry) => entry.key).filter((key) => key !== 'none'),
	surveys: SURVEYS.map((survey) => survey.name),
} as const;

/** Joins fixed-width rows that chunks of a stream cut anywhere. */
async function collect(stream: Readable): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks);
}

/**
 * Alerts that match as columns for the sky map (typed arrays, no object per row), an even sample when more than `limit` match.
 * Ages are days before `referenceMjd`.
 */
export async function readSkyColumns(
	store: Store,
	scope: AccessScope,
	{
		query,
		watermark,
		referenceMjd,
		limit,
		ids = false,
	}: { query: SearchQuery; watermark: Watermark; referenceMjd: number; limit: number; ids?: boolean },
	options: QueryOptions = {},
): Promise<SkyColumns> {
	const where = conditionsOf(query, watermark);
	const stream = await store.stream(
		render(skyColumnsSql, scope, { where: where.sql }),
		'RowBinary',
		{
			...where.params,
			bands: SKY_LEGEND.bands,
			classes: SKY_LEGEND.classes,
			surveys: SKY_LEGEND.surveys,
			referenceMjd,
			limit,
		},
		// a map that waits is a page; the whole of a large night is a download
		{ class: limit <= PAGE_ROWS ? 'page' : 'export', ...options },
	);
	const bytes = await collect(stream);
	const count = Math.floor(bytes.length / ROW_BYTES);
	const columns: SkyColumns = {
		count,
		ra: new Float32Array(count),
		dec: new Float32Array(count),
		age: new Float32Array(count),
		mag: new Float32Array(count),
		score: new Float32Array(count),
		band: new Uint8Array(count),
		class: new Uint8Array(count),
		survey: new Uint8Array(count),
		...(ids ? { ids: new BigUint64Array(count) } : {}),
	};
	for (let row = 0, at = 0; row < count; row++, at += ROW_BYTES) {
		columns.ra[row] = bytes.readFloatLE(at);
		columns.dec[row] = bytes.readFloatLE(at + 4);
		columns.age[row] = bytes.readFloatLE(at + 8);
		columns.band[row] = bytes.readUInt8(at + 12);
		columns.class[row] = bytes.readUInt8(at + 13);
		columns.survey[row] = bytes.readUInt8(at + 14);
		columns.mag[row] = bytes.readFloatLE(at + 15);
		columns.score[row] = bytes.readFloatLE(at + 19);
		if (columns.ids) columns.ids[row] = bytes.readBigUInt64LE(at + 23);
	}
	return columns;
}

/** Alert ids (little-endian 64 bit) in the order of `readSkyColumns` with the same arguments. */
export async function readSkyIds(
	store: Store,
	scope: AccessScope,
	{ query, watermark, limit }: { query: SearchQuery; watermark: Watermark; limit: number },
	options: QueryOptions = {},
): Promise<Uint8Array> {
	const where = conditionsOf(query, watermark);
	const sql = render(skyIdsSql, scope, { where: where.sql });
	return collect(await store.stream(sql, 'RowBinary', { ...where.params, limit }, options));
}

interface DensityQuery {
	/** Inclusive nights, YYYY-MM-DD. */
	readonly from: string;
	readonly to: string;
	readonly surveys?: readonly string[];
	readonly classes?: readonly string[];
}

function densityConditions({ surveys, classes }: DensityQuery): Condition {
	const conditions: Condition[] = [];
	if (surveys !== undefined) conditions.push({ sql: 'survey IN {surveys:Array(String)}', params: { surveys } });
	if (classes !== undefined) {
		const stored = classes.map((key) => (key === 'none' ? '' : key));
		conditions.push({ sql: 'class IN {classes:Array(String)}', params: { classes: stored } });
	}
	return allOf(conditions);
}

/** Alerts per HEALPix pixel of order 6 (nested) between two nights. */
export async function readDensity(
	store: Store,
	scope: AccessScope,
	query: DensityQuery,
	options: QueryOptions = {},
): Promise<{ order: 6; ipix: number[]; alerts: number[] }> {
	const where = densityConditions(query);
	const rows = await store.query<{ ipix: number; alerts: string }>(
		render(skyDensitySql, scope, { where: where.sql }),
		{ from: query.from, to: query.to, ...where.params },
		options,
	);
	return { order: 6, ipix: rows.map((row) => row.ipix), alerts: rows.map((row) => Number(row.alerts)) };
}

const CELL_BYTES = 4 + 4 + 2 + 1 + 1;

/**
 * Alerts per HEALPix pixel of order 6 (nested) between two nights as columns, for the map when it is wide: by class and
 * survey, exact, or all together (class and survey 0), some times faster.
 */
export async function readCells(
	store: Store,
	scope: AccessScope,
	query: DensityQuery & { readonly together?: boolean },
	options: QueryOptions = {},
): Promise<SkyCells> {
	const where = densityConditions(query);
	const stream = await store.stream(
		render(query.together === true ? skyTotalsSql : skyCellsSql, scope, { where: where.sql }),
		'RowBinary',
		{
			from: query.from,
			to: query.to,
			legendClasses: SKY_LEGEND.classes,
			legendSurveys: SKY_LEGEND.surveys,
			...where.params,
		},
		{ class: 'page', ...options },
	);
	const bytes = await collect(stream);
	const count = Math.floor(bytes.length / CELL_BYTES);
	const cells: SkyCells = {
		count,
		ipix: new Uint32Array(count),
		alerts: new Uint32Array(count),
		night: new Uint16Array(count),
		class: new Uint8Array(count),
		survey: new Uint8Array(count),
	};
	for (let row = 0, at = 0; row < count; row++, at += CELL_BYTES) {
		cells.ipix[row] = bytes.readUInt32LE(at);
		cells.alerts[row] = bytes.readUInt32LE(at + 4);
		cells.night[row] = bytes.readUInt16LE(at + 8);
		cells.class[row] = bytes.readUInt8(at + 10);
		cells.survey[row] = bytes.readUInt8(at + 11);
	}
	return cells;
}

/** A catalogue source that an object of ours was matched to. */
export interface SkyMatch {
	readonly catalog: string;
	readonly release: string;
	readonly sourceId: string;
	readonly ra: number;
	readonly dec: number;
	readonly mag: number | null;
	readonly redshift: number | null;
	readonly survey: string;
	readonly objectId: string;
	readonly sepArcsec: number;
}

const OBJECTS_OF_A_REGION = 2000;

/** Catalogue sources matched to the objects in a cone, nearest to their object first. */
export async function readMatches(
	store: Store,
	scope: AccessScope,
	cone: { readonly ra: number; readonly dec: number; readonly radiusArcsec: number },
	{ limit, ...options }: QueryOptions & { limit: number },
): Promise<SkyMatch[]> {
	const where = inCone(cone);
	return store.query<SkyMatch>(
		render(skyMatchesSql, scope, { where: where.sql }),
		{ ...where.params, objects: OBJECTS_OF_A_REGION, limit },
		options,
	);
}
