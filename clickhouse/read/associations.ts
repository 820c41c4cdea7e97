import type { Origin } from '#lib/alert/survey.ts';
import { patiently } from '../patience.ts';
import alertsSql from '../queries/ingest/alerts_of_batches.sql?raw';
import knownSql from '../queries/ingest/known_associations.sql?raw';
import nearSql from '../queries/ingest/near_objects.sql?raw';
import publishedSql from '../queries/ingest/published_before.sql?raw';
import surveysSql from '../queries/ingest/surveys_of_origins.sql?raw';
import type { Param, Store } from '../store.ts';
import type { Watermark } from './ingest.ts';

/** HEALPix order of the pixels that near_objects.sql takes. */
export const NEAR_OBJECTS_ORDER = 14;

const ask = <Row>(store: Store, sql: string, params: Readonly<Record<string, Param>> = {}): Promise<Row[]> =>
	patiently(() => store.query<Row>(sql, params, { class: 'ingest', light: true }));

/** An empty map needs one entry for ClickHouse to know its type. */
const watermarkParam = (watermark: Watermark): Param => (Object.keys(watermark).length === 0 ? { '': 0n } : watermark);

/** An object with its newest known place in one programme, ICRS degrees. */
export interface PlacedObject {
	readonly survey: string;
	readonly objectId: string;
	readonly programme: string;
	readonly ra: number;
	readonly dec: number;
}

/** Objects of one survey (`same`) or of all others in pixels of order 14, as known at a watermark. */
export async function readNearObjects(
	store: Store,
	where: { origin: Origin; survey: string; same: boolean; pixels: readonly bigint[] },
	watermark: Watermark,
): Promise<PlacedObject[]> {
	if (where.pixels.length === 0) return [];
	const { origin, survey, same, pixels } = where;
	const params = { origin, survey, same, pixels, watermark: watermarkParam(watermark) };
	const rows = await ask<{
		survey: string;
		object_id: string;
		programme: string;
		newest_ra: number;
		newest_dec: number;
	}>(store, nearSql, params);
	return rows.map((row) => ({
		survey: row.survey,
		objectId: row.object_id,
		programme: row.programme,
		ra: row.newest_ra,
		dec: row.newest_dec,
	}));
}

/** A pair as text: two objects of two programmes in one origin. */
export function pairKey(
	origin: Origin,
	one: Omit<PlacedObject, 'ra' | 'dec'>,
	other: Omit<PlacedObject, 'ra' | 'dec'>,
): string {
	return [origin, one.survey, one.objectId, one.programme, other.survey, other.objectId, other.programme].join('\0');
}

/** Pairs of objects that are known at a watermark, as `pairKey`. */
export async function readKnownPairs(
	store: Store,
	objects: readonly { readonly survey: string; readonly objectId: string }[],
	watermark: Watermark,
): Promise<Set<string>> {
	if (objects.length === 0) return new Set();
	const rows = await ask<{
		survey: string;
		object_id: string;
		programme: string;
		other_survey: string;
		other_object_id: string;
		other_programme: string;
		origin: Origin;
	}>(store, knownSql, {
		surveys: [...new Set(objects.map(({ survey }) => survey))],
		objects: [...new Set(objects.map(({ objectId }) => objectId))],
		watermark: watermarkParam(watermark),
	});
	return new Set(
		rows.map((row) =>
			pairKey(
				row.origin,
				{ survey: row.survey, objectId: row.object_id, programme: row.programme },
				{ survey: row.other_survey, objectId: row.other_object_id, programme: row.other_programme },
			),
		),
	);
}

/** Surveys with alerts, by origin. */
export async function readSurveysOfOrigins(store: Store): Promise<Map<Origin, string[]>> {
	const rows = await ask<{ origin: Origin; surveys: string[] }>(store, surveysSql);
	return new Map(rows.map(({ origin, surveys }) => [origin, surveys]));
}

/** A stored alert as association sees it. */
export interface PlacedAlert extends PlacedObject {
	readonly alertId: bigint;
	readonly origin: Origin;
	readonly mjd: number;
	readonly ssoName: string | null;
}

/** Alerts of batches, in the order of objects and ids. */
export async function readAlertsOfBatches(
	store: Store,
	batches: readonly (readonly [writer: string, number: bigint])[],
): Promise<PlacedAlert[]> {
	if (batches.length === 0) return [];
	const rows = await ask<{
		survey: string;
		object_id: string;
		alert_id: string;
		programme: string;
		origin: Origin;
		mjd: number;
		ra: number;
		dec: number;
		sso_name: string | null;
	}>(store, alertsSql, {
		writers: batches.map(([writer]) => writer),
		numbers: batches.map(([, number]) => number),
	});
	return rows.map((row) => ({
		survey: row.survey,
		objectId: row.object_id,
		alertId: BigInt(row.alert_id),
		programme: row.programme,
		origin: row.origin,
		mjd: row.mjd,
		ra: row.ra,
		dec: row.dec,
		ssoName: row.sso_name,
	}));
}

/** What each writer had published by a time, Unix ms. */
export async function readPublishedBefore(store: Store, beforeMs: number): Promise<Watermark> {
	const rows = await ask<{ writer: string; number: string }>(store, publishedSql, { before: beforeMs });
	return Object.fromEntries(rows.map((row) => [row.writer, BigInt(row.number)]));
}
