import type { Readable } from 'node:stream';
import { CLASSES } from '#lib/alert/class.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import type { SkyColumns } from '#lib/alert/skyColumns.ts';
import type { QueryOptions, Store } from '../store.ts';
import skyColumnsSql from '../queries/sky_columns.sql?raw';
import skyDensitySql from '../queries/sky_density.sql?raw';
import skyIdsSql from '../queries/sky_ids.sql?raw';
import { allOf, conditionsOf, type Condition } from './conditions.ts';
import { render } from './render.ts';
import type { Watermark } from './watermark.ts';

const ROW_BYTES = 4 + 4 + 4 + 1 + 1 + 1 + 4;

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
	}: { query: SearchQuery; watermark: Watermark; referenceMjd: number; limit: number },
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
		options,
	);
	const bytes = await collect(stream);
	const count = Math.floor(bytes.length / ROW_BYTES);
	const columns: SkyColumns = {
		count,
		ra: new Float32Array(count),
		dec: new Float32Array(count),
		age: new Float32Array(count),
		mag: new Float32Array(count),
		band: new Uint8Array(count),
		class: new Uint8Array(count),
		survey: new Uint8Array(count),
	};
	for (let row = 0, at = 0; row < count; row++, at += ROW_BYTES) {
		columns.ra[row] = bytes.readFloatLE(at);
		columns.dec[row] = bytes.readFloatLE(at + 4);
		columns.age[row] = bytes.readFloatLE(at + 8);
		columns.band[row] = bytes.readUInt8(at + 12);
		columns.class[row] = bytes.readUInt8(at + 13);
		columns.survey[row] = bytes.readUInt8(at + 14);
		columns.mag[row] = bytes.readFloatLE(at + 15);
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

/** Alerts per HEALPix pixel of order 6 (nested) between two nights, for the map when it is wide. */
export async function readDensity(
	store: Store,
	scope: AccessScope,
	{
		from,
		to,
		surveys,
		classes,
	}: { from: string; to: string; surveys?: readonly string[]; classes?: readonly string[] },
	options: QueryOptions = {},
): Promise<{ order: 6; ipix: number[]; alerts: number[] }> {
	const conditions: Condition[] = [];
	if (surveys !== undefined) conditions.push({ sql: 'survey IN {surveys:Array(String)}', params: { surveys } });
	if (classes !== undefined) {
		const stored = classes.map((key) => (key === 'none' ? '' : key));
		conditions.push({ sql: 'class IN {classes:Array(String)}', params: { classes: stored } });
	}
	const where = allOf(conditions);
	const rows = await store.query<{ ipix: number; alerts: string }>(
		render(skyDensitySql, scope, { where: where.sql }),
		{ from, to, ...where.params },
		options,
	);
	return { order: 6, ipix: rows.map((row) => row.ipix), alerts: rows.map((row) => Number(row.alerts)) };
}
