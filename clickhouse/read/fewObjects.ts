import { positionAngleDeg } from '#lib/astro/sphere.ts';
import type { AccessScope, ObjectSummary } from '#lib/alert/object.ts';
import type { AlertRow, Neighbour, SearchQuery } from '#lib/alert/views.ts';
import type { Answer, QueryOptions, Store } from '../store.ts';
import fewObjectsSql from '../queries/few_objects.sql?raw';
import { readAlertRows, type AlertKey } from './alertRows.ts';
import { allOf, inCone, knownBy, pixelsFirst, SEPARATION_ARCSEC, type Condition } from './conditions.ts';
import { keyOf, summarise, summaryOf, type FoundAlert, type ObjectKey } from './objects.ts';
import { render } from './render.ts';

/** An object by its newest alert that matches; nAlerts is how many match where that was asked for, else 0. */
export type Found = FoundAlert & {
	readonly sortKey: number | string;
	readonly nAlerts: number;
};

type StoredKey = AlertKey &
	ObjectKey &
	Pick<AlertRow, 'mjd' | 'firstMjd' | 'nDetections'> & { readonly sortKey: number | string; readonly nAlerts?: string };

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
): Promise<Answer<Found>> {
	const after = ask.after ?? allOf([]);
	const sql = render(fewObjectsSql, scope, {
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
	const answer = await store.ask<StoredKey>(
		sql,
		{ ...ask.where.params, ...after.params, limit: ask.limit },
		// the older analyser loses columns beside a window
		{ ...options, lookUp: ask.counted !== true, byPlace: ask.cone !== undefined },
	);
	const rows = answer.rows.map(({ sortKey, nAlerts = '0', mjd, firstMjd, nDetections, ...key }): Found => {
		return { ...key, told: { mjd, firstMjd, nDetections }, sortKey, nAlerts: Number(nAlerts) };
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
		known === undefined ? await summarise(store, scope, found, options) : await asKnown(store, scope, found, options);
	const separations = new Map(found.map((entry) => [keyOf(entry), Number(entry.sortKey)]));
	return objects.map((object) => ({
		object,
		sepArcsec: separations.get(keyOf(object)) ?? Number.NaN,
		paDeg: positionAngleDeg(place.ra, place.dec, object.ra, object.dec),
	}));
}

/** Objects by the alerts that were found of each: nothing that came later. */
async function asKnown(
	store: Store,
	scope: AccessScope,
	found: readonly Found[],
	options: QueryOptions,
): Promise<ObjectSummary[]> {
	const rows = await readAlertRows(store, scope, found, options);
	const nAlerts = new Map(found.map((one) => [keyOf(one), one.nAlerts]));
	return rows.map((row) => ({ ...summaryOf(row, undefined, true), nAlerts: nAlerts.get(keyOf(row)) ?? 1 }));
}
