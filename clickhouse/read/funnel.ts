import type { AccessScope } from '#lib/alert/object.ts';
import type { NightFunnel } from '#lib/filter/nightFunnel.ts';
import { toColumnsSql, toFunnelSql, toSql, type Annotation, type CheckedFilter } from '#lib/filter/index.ts';
import type { Param, QueryOptions, Store } from '../store.ts';
import { render } from './render.ts';
import { publishedBy, type Watermark } from './watermark.ts';

const IN_NIGHT = 'night = {night:Date} AND cityHash64(survey, object_id) % {oneIn:UInt32} = 0';

/** Counts for the funnel of one night, as the alerts were known then. */
export async function readNightFunnel(
	store: Store,
	scope: AccessScope,
	filter: CheckedFilter,
	{
		night,
		watermark,
		oneIn,
		alone,
	}: { readonly night: string; readonly watermark: Watermark; readonly oneIn: number; readonly alone: boolean },
	options: QueryOptions = {},
): Promise<NightFunnel> {
	const published = publishedBy(watermark);
	const { sql, params } = toFunnelSql(filter, { where: `${IN_NIGHT} AND ${published.sql}` }, { alone });
	const { rows, rowsRead, elapsedMs } = await store.ask<Record<string, string>>(
		render(sql, scope),
		{ ...(params as Record<string, Param>), ...published.params, night, oneIn },
		options,
	);
	const count = (name: string): number => Number(rows[0]?.[name] ?? 0) * oneIn;
	const left = filter.conditions.map((_, i) => count(`left_${i}`));
	const total = count('total');
	return {
		...{ night, total, left, oneIn, rowsRead, elapsedMs },
		alone: alone ? filter.conditions.map((_, i) => count(`alone_${i}`)) : null,
		passes: filter.sample === null ? (left[left.length - 1] ?? total) : count('passes'),
	};
}

/** Values of one expression for alerts of some nights, absent ones null; of at most one object in `oneIn`. */
export async function readValues(
	store: Store,
	scope: AccessScope,
	node: Annotation['node'],
	{ from, watermark, oneIn }: { readonly from: string; readonly watermark: Watermark; readonly oneIn: number },
	options: QueryOptions = {},
): Promise<(number | string | boolean | null)[]> {
	const published = publishedBy(watermark);
	const where = `night >= {from:Date} AND cityHash64(survey, object_id) % {oneIn:UInt32} = 0 AND ${published.sql}`;
	const { sql, params } = toColumnsSql([node], { where });
	const rows = await store.query<{ c0: number | string | boolean | null }>(
		render(sql, scope),
		{ ...(params as Record<string, Param>), ...published.params, from, oneIn },
		options,
	);
	return rows.map(({ c0 }) => c0);
}

/** The query that a filter becomes for a reader, with its bound values: to read. */
export function shownSql(filter: CheckedFilter): {
	readonly sql: string;
	readonly params: Readonly<Record<string, unknown>>;
} {
	const { sql, params } = toSql(filter, { where: 'night >= {nightFrom:Date} AND night <= {nightTo:Date}' });
	return { sql, params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, asText(value)])) };
}

/** A bound value as JSON can carry it: whole numbers of 64 bits as texts. */
function asText(value: unknown): unknown {
	if (typeof value === 'bigint') return String(value);
	return Array.isArray(value) ? value.map(asText) : value;
}
