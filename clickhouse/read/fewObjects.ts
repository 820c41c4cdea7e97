import { positionAngleDeg } from '#lib/astro/sphere.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { AlertRow, Neighbour, SearchQuery } from '#lib/alert/views.ts';
import type { Answer, QueryOptions, Store } from '../store.ts';
import fewObjectsSql from '../queries/few_objects.sql?raw';
import { alertRow, type StoredRow } from './alertRows.ts';
import { ROW_COLUMNS, rowList } from './columns.ts';
import { allOf, inCone, knownBy, pixelsFirst, SEPARATION_ARCSEC, type Condition } from './conditions.ts';
import { keyOf, summariesOf, summaryOf, type ObjectKey } from './objects.ts';
import { render } from './render.ts';

/** An object by its newest alert that matches; nAlerts is how many match where that was asked for, else 0. */
export type FoundRow = ObjectKey & {
	readonly row: AlertRow;
	readonly sortKey: number | string;
	readonly nAlerts: number;
};

/** The alerts of what was found, in order. */
export const rowsOf = (found: readonly FoundRow[]): AlertRow[] => found.map(({ row }) => row);

/** One page of objects with an alert that matches, where few alerts do: one read of them answers all. */
export async function findFew(
	store: Store,
	scope: AccessScope,
	ask: {
		readonly key: string;
		readonly where: Condition;
		/** What `where` narrows to most of all. */
		readonly cone?: SearchQuery['cone'];
		readonly after?: Condition;
		readonly descending: boolean;
		readonly limit: number;
		readonly counted?: boolean;
	},
	options: QueryOptions,
): Promise<Answer<FoundRow>> {
	const after = ask.after ?? allOf([]);
	const sql = render(fewObjectsSql, scope, {
		columns: rowList(ROW_COLUMNS),
		key: ask.key,
		counted:
			ask.counted === true
				? ', uniqExact(alerts.alert_id) OVER (PARTITION BY survey, alerts.object_id) AS nAlerts'
				: '',
		first: pixelsFirst(ask.cone),
		where: ask.where.sql,
		after: after.sql,
		direction: ask.descending ? 'DESC' : 'ASC',
	});
	const answer = await store.ask<StoredRow & { sortKey: number | string; nAlerts?: string }>(
		sql,
		{ ...ask.where.params, ...after.params, limit: ask.limit },
		// the older analyser loses columns beside a window
		{ ...options, lookUp: ask.counted !== true },
	);
	const rows = answer.rows.map(({ sortKey, nAlerts = '0', ...stored }): FoundRow => {
		const row = alertRow(stored);
		return { survey: row.survey, objectId: row.objectId, row, sortKey, nAlerts: Number(nAlerts) };
	});
	return { ...answer, rows };
}

/** Other objects within a radius of a place, nearest first, with the direction to each; with `known`, as they were known then, by their alerts near the place. */
export async function readNeighbours(
	store: Store,
	scope: AccessScope,
	place: { ra: number; dec: number; radiusArcsec: number; except?: ObjectKey; limit?: number; known?: string },
	options: QueryOptions = {},
): Promise<Neighbour[]> {
	const { known } = place;
	const cone = allOf([inCone(place), knownBy(known)]);
	const others = `NOT (survey = {exceptSurvey:String} AND object_id = {exceptObject:String})`;
	const where = allOf(
		place.except === undefined
			? [cone]
			: [cone, { sql: others, params: { exceptSurvey: place.except.survey, exceptObject: place.except.objectId } }],
	);
	const ask = {
		key: SEPARATION_ARCSEC,
		where,
		cone: place,
		descending: false,
		limit: place.limit ?? 50,
		counted: known !== undefined,
	};
	const { rows: found } = await findFew(store, scope, ask, options);
	const objects =
		known === undefined
			? await summariesOf(store, scope, found, rowsOf(found), options)
			: found.map(({ row, nAlerts }) => ({ ...summaryOf(row, undefined, true), nAlerts }));
	const separations = new Map(found.map((entry) => [keyOf(entry), Number(entry.sortKey)]));
	return objects.map((object) => ({
		object,
		sepArcsec: separations.get(keyOf(object)) ?? Number.NaN,
		paDeg: positionAngleDeg(place.ra, place.dec, object.ra, object.dec),
	}));
}
