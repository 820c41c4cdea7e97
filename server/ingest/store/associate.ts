import type { Origin } from '#lib/alert/survey.ts';
import { nearPixels } from '#lib/astro/healpix.ts';
import {
	NEAR_OBJECTS_ORDER,
	pairKey,
	readKnownPairs,
	readNearObjects,
	readSurveysOfOrigins,
	type PlacedAlert,
	type PlacedObject,
} from '#clickhouse/read/associations.ts';
import type { AssociationRow } from '#clickhouse/crossmatchRecords.ts';
import type { Watermark } from '#clickhouse/read/ingest.ts';
import type { Store } from '#clickhouse/store.ts';
import { ASSOCIATION_ARCSEC, PlaceIndex, type Ranked } from '../enrich/crossmatch/pairs.ts';

/** What stands at the places of alerts. */
export interface Associated {
	/** For each alert in order: objects of other surveys, nearest first. */
	readonly near: readonly (readonly Ranked<PlacedObject>[])[];
	/** Each alert with each object near it: what a filter that runs on the archive must see again. */
	readonly rows: readonly AssociationRow[];
	/** Pairs of objects that nobody has written yet: those of `rows`, and the same from the other's side. */
	readonly missing: readonly AssociationRow[];
}

const RADIUS_DEG = (ASSOCIATION_ARCSEC * 1.000001) / 3600;

function pixelsAround(places: readonly { readonly ra: number; readonly dec: number }[]): bigint[] {
	const pixels = new Set<bigint>();
	for (const { ra, dec } of places)
		for (const pixel of nearPixels(NEAR_OBJECTS_ORDER, ra, dec, RADIUS_DEG)) pixels.add(pixel);
	return [...pixels];
}

const objectKey = (object: Pick<PlacedObject, 'survey' | 'objectId' | 'programme'>): string =>
	`${object.survey} ${object.objectId} ${object.programme}`;

/** What moves is nowhere long enough to be the same as anything. */
const stands = (alert: PlacedAlert): boolean => alert.ssoName === null;

/** Newest places of the objects that the alerts belong to. */
function objectsOf(alerts: readonly PlacedAlert[]): Map<string, PlacedAlert> {
	const newest = new Map<string, PlacedAlert>();
	for (const alert of alerts) {
		const known = newest.get(objectKey(alert));
		if (known === undefined || alert.mjd > known.mjd || (alert.mjd === known.mjd && alert.alertId > known.alertId)) {
			newest.set(objectKey(alert), alert);
		}
	}
	return newest;
}

/**
 * Finds objects of other surveys at the places of alerts of one batch (design rules 6, 8, 9): those known at the watermark and
 * those of the batch, of the same origin only. Asked again at the same watermark it gives the same.
 */
export async function associate(
	store: Store,
	alerts: readonly PlacedAlert[],
	watermark: Watermark,
): Promise<Associated> {
	const near: (readonly Ranked<PlacedObject>[])[] = alerts.map(() => []);
	const rows: AssociationRow[] = [];
	const missing: AssociationRow[] = [];
	const surveys = await readSurveysOfOrigins(store);
	for (const origin of new Set(alerts.map((alert) => alert.origin))) {
		const indices = alerts.flatMap((alert, index) => (alert.origin === origin && stands(alert) ? [index] : []));
		const own = indices.flatMap((index) => alerts[index] ?? []);
		const present = new Set([...(surveys.get(origin) ?? []), ...own.map(({ survey }) => survey)]);
		if (present.size < 2) continue;
		const found = await associateOrigin(store, own, origin, watermark);
		indices.forEach((index, i) => (near[index] = found.near[i] ?? []));
		rows.push(...found.rows);
		missing.push(...found.missing);
	}
	return { near, rows, missing };
}

async function associateOrigin(
	store: Store,
	alerts: readonly PlacedAlert[],
	origin: Origin,
	watermark: Watermark,
): Promise<Associated> {
	const known = new Map<string, PlacedObject>();
	for (const survey of new Set(alerts.map((alert) => alert.survey))) {
		const pixels = pixelsAround(alerts.filter((alert) => alert.survey === survey));
		for (const object of await readNearObjects(store, { origin, survey, same: false, pixels }, watermark)) {
			known.set(objectKey(object), object);
		}
	}
	// the batch's own alerts are newer than what is known
	for (const [key, alert] of objectsOf(alerts)) known.set(key, alert);
	const index = new PlaceIndex(known.values());
	const near = alerts.map((alert) => index.around(alert));
	return { near, ...(await pairsOf(store, alerts, near, origin, watermark)) };
}

/** Rows of alerts with what is near them, and those of pairs that are not known yet, from the alert's side and from the other's. */
async function pairsOf(
	store: Store,
	alerts: readonly PlacedAlert[],
	near: readonly (readonly Ranked<PlacedObject>[])[],
	origin: Origin,
	watermark: Watermark,
): Promise<Omit<Associated, 'near'>> {
	const paired = alerts.filter((_, i) => (near[i] ?? []).length > 0);
	const others = near.flat().map(({ other }) => other);
	const written = await readKnownPairs(store, [...paired, ...others], watermark);
	const rows: AssociationRow[] = [];
	const missing: AssociationRow[] = [];
	const unranked: { one: PlacedAlert; other: PlacedObject; sepArcsec: number }[] = [];
	const rowOf = (
		alertId: bigint,
		one: Omit<PlacedObject, 'ra' | 'dec'>,
		{ other, sepArcsec, rank }: Ranked<Omit<PlacedObject, 'ra' | 'dec'>>,
	): AssociationRow => ({
		survey: one.survey,
		objectId: one.objectId,
		otherSurvey: other.survey,
		otherObjectId: other.objectId,
		programme: one.programme,
		otherProgramme: other.programme,
		origin,
		sepArcsec,
		rank,
		alertId,
	});
	/** Notes a pair that nobody has written. */
	const note = (row: AssociationRow, key: string): void => {
		if (written.has(key)) return;
		written.add(key);
		missing.push(row);
	};
	alerts.forEach((one, i) => {
		for (const ranked of near[i] ?? []) {
			const row = rowOf(one.alertId, one, ranked);
			rows.push(row);
			note(row, pairKey(origin, one, ranked.other));
			if (!written.has(pairKey(origin, ranked.other, one))) unranked.push({ one, ...ranked });
		}
	});
	for (const survey of new Set(unranked.map(({ one }) => one.survey))) {
		const pairs = unranked.filter(({ one }) => one.survey === survey);
		const places = pairs.map(({ other }) => other);
		const where = { origin, survey, same: true, pixels: pixelsAround(places) };
		const there = new Map(
			(await readNearObjects(store, where, watermark)).map((object) => [objectKey(object), object]),
		);
		for (const [key, alert] of objectsOf(alerts.filter((alert) => alert.survey === survey))) there.set(key, alert);
		const index = new PlaceIndex<PlacedObject>(there.values());
		for (const { one, other, sepArcsec } of pairs) {
			const rank = index.around(other).find((entry) => objectKey(entry.other) === objectKey(one))?.rank ?? 1;
			note(rowOf(one.alertId, other, { other: one, sepArcsec, rank }), pairKey(origin, other, one));
		}
	}
	return { rows, missing };
}
