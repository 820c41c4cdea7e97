import type { SourcedPoint } from '#lib/alert/lightCurve.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { Sparkline } from '#lib/alert/views.ts';
import type { QueryOptions, Store } from '../store.ts';
import lightCurveSql from '../queries/light_curve.sql?raw';
import sparklinesSql from '../queries/sparklines.sql?raw';
import { allOf, knownBy, type Condition } from './conditions.ts';
import type { ObjectKey } from './objects.ts';
import { render } from './render.ts';
import { publishedBy, type Watermark } from './watermark.ts';

/** What was known: by a watermark, by a moment (UTC, ISO 8601), and with points no later than an mjd (TAI). */
export interface AsOf {
	readonly watermark?: Watermark;
	readonly time?: string;
	readonly upToMjd?: number;
}

/** Conditions on photometry, or on the alerts of it, for a view of the past; all of it when nothing is asked. */
export function knownAsOf(asOf: AsOf, table: 'photometry' | 'alerts' = 'photometry'): Condition {
	const conditions: Condition[] = [];
	if (asOf.watermark !== undefined) conditions.push(publishedBy(asOf.watermark));
	if (asOf.time !== undefined) conditions.push(knownBy(asOf.time));
	if (asOf.upToMjd !== undefined) {
		conditions.push({ sql: `${table}.mjd <= {upToMjd:Float64}`, params: { upToMjd: asOf.upToMjd } });
	}
	return allOf(conditions);
}

type StoredPoint = Omit<SourcedPoint, 'alertId' | 'sourceId'> & {
	readonly own: boolean;
	readonly alertId: string;
	readonly sourceId: string;
};

/** Points of one object in time order, one measurement each (design rules 1 and 6), at most `limit` of them. */
export async function readLightCurve(
	store: Store,
	scope: AccessScope,
	object: ObjectKey,
	{ asOf = {}, limit = 100_000, ...options }: QueryOptions & { asOf?: AsOf; limit?: number } = {},
): Promise<SourcedPoint[]> {
	const known = knownAsOf(asOf);
	const rows = await store.query<StoredPoint>(
		render(lightCurveSql, scope, { where: known.sql }),
		{ survey: object.survey, objectId: object.objectId, limit, ...known.params },
		{ lookUp: true, ...options },
	);
	return rows.map(({ own, alertId, sourceId, ...point }) => ({
		...point,
		alertId: own ? alertId : null,
		sourceId: sourceId === '0' ? null : sourceId,
	}));
}

/** The newest points of several objects, in time order, in the order of the objects. */
export async function readSparklines(
	store: Store,
	scope: AccessScope,
	objects: readonly ObjectKey[],
	{ points = 60, ...options }: QueryOptions & { points?: number } = {},
): Promise<Sparkline[]> {
	if (objects.length === 0) return [];
	const rows = await store.query<ObjectKey & Sparkline['points'][number]>(
		render(sparklinesSql, scope),
		{
			surveys: [...new Set(objects.map((object) => object.survey))],
			ids: [...new Set(objects.map((object) => object.objectId))],
			points,
		},
		options,
	);
	const curves = new Map<string, Sparkline['points'][number][]>();
	for (const { survey, objectId, ...point } of rows) {
		const key = `${survey}/${objectId}`;
		const curve = curves.get(key) ?? [];
		curve.push(point);
		curves.set(key, curve);
	}
	return objects.map(({ survey, objectId }) => ({
		survey,
		objectId,
		points: (curves.get(`${survey}/${objectId}`) ?? []).reverse(),
	}));
}
