import type { AccessScope } from '#lib/alert/object.ts';
import { toStatesSql, type CheckedFilter } from '#lib/filter/index.ts';
import type { ClassEfficiency } from '#lib/filter/efficiency.ts';
import efficiencySql from '../queries/filter_efficiency.sql?raw';
import foundSql from '../queries/filter_found.sql?raw';
import type { Param, QueryOptions, Store } from '../store.ts';
import type { AlertName } from './enrichedAlerts.ts';
import { render } from './render.ts';
import { publishedBy, type Watermark } from './watermark.ts';

/** Which nights are asked. */
export interface NightRange {
	readonly from: string;
	readonly to: string;
	readonly watermark: Watermark;
	/** One object in so many. */
	readonly oneIn: number;
}

function statesOf(
	scope: AccessScope,
	filter: CheckedFilter,
	{ from, to, watermark, oneIn }: NightRange,
): { readonly states: string; readonly params: Readonly<Record<string, Param>> } {
	const published = publishedBy(watermark);
	const where = `night >= {from:Date} AND night <= {to:Date} AND cityHash64(survey, object_id) % {oneIn:UInt32} = 0 AND ${published.sql}`;
	const { sql, params } = toStatesSql(filter, { where });
	return {
		states: render(sql, scope),
		params: { ...(params as Record<string, Param>), ...published.params, from, to, oneIn },
	};
}

/** An alert that passes a filter (failing -1), or that one condition alone keeps out (its place). */
export interface FoundAlert extends AlertName {
	readonly failing: number;
}

/** Alerts of some nights that pass a filter, and some that fail one condition only. */
export async function readFound(
	store: Store,
	scope: AccessScope,
	filter: CheckedFilter,
	range: NightRange & { readonly each: number },
	options: QueryOptions = {},
): Promise<FoundAlert[]> {
	const { states, params } = statesOf(scope, filter, range);
	const rows = await store.query<{ survey: string; alertId: string; failing: number }>(
		render(foundSql, scope, { states }),
		{ ...params, each: range.each },
		options,
	);
	return rows.map(({ survey, alertId, failing }) => ({ survey, alertId: BigInt(alertId), failing }));
}

/** What a filter finds of what was really there, class by class; nothing where no truth is known. */
export async function readEfficiency(
	store: Store,
	scope: AccessScope,
	filter: CheckedFilter,
	range: NightRange,
	options: QueryOptions = {},
): Promise<ClassEfficiency[]> {
	const { states, params } = statesOf(scope, filter, range);
	const rows = await store.query<Record<keyof ClassEfficiency, string | number | null>>(
		render(efficiencySql, scope, { states }),
		params,
		options,
	);
	return rows.map((row) => ({
		class: String(row.class),
		kind: String(row.kind),
		mag: row.mag === null ? null : Number(row.mag),
		alerts: Number(row.alerts),
		passes: Number(row.passes),
		objects: Number(row.objects),
		found: Number(row.found),
		days: row.days === null ? null : Number(row.days),
	}));
}
