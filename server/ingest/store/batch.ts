import type { Alert } from '#lib/alert/alert.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { ipixOf } from '#lib/astro/healpix.ts';
import { eclipticFromIcrs, galacticFromIcrs } from '#lib/astro/sphere.ts';
import {
	readCarried,
	readClosedNights,
	readCoverage,
	readKnownAlerts,
	readKnownDeadLetters,
	readKnownPoints,
	readPointVersions,
	type CoveredRange,
	type PointVersionRow,
	type Watermark,
} from '#clickhouse/read/ingest.ts';
import type { BatchStamp, DeliveryRow, PhotometryRow, StoredAlertRow } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';
import {
	insertAlerts,
	insertCutouts,
	insertDeadLetters,
	insertDeliveries,
	insertPhotometry,
	insertPublished,
} from '#clickhouse/write/batch.ts';
import { classify } from '../enrich/classify.ts';
import type { Boundary } from './boundary.ts';
import { differingMeasurement, measurementsOf, type KnownAlert } from './identity.ts';
import {
	choosePoints,
	comparePackets,
	hasLaterAlert,
	type CarriedAlert,
	type KnownPoints,
	type Reaffirmed,
} from './points.ts';
import { deadRecord, type DeadRecord, type Place, type PreparedBatch, type ReadAlert } from './prepared.ts';

/** CPU and wall time of the parts of a batch are measured by the bench through this hook. */
export type Timing = (part: 'identity' | 'points' | 'write', wallMs: number) => void;

/** What a batch did. */
export interface BatchOutcome {
	readonly received: number;
	readonly stored: number;
	readonly duplicates: number;
	readonly redelivered: number;
	readonly dead: readonly DeadRecord[];
	/** Nights of surveys that got alerts, as [survey, origin, night]. */
	readonly nights: readonly (readonly [string, Alert['origin'], number])[];
	readonly cutoutBytes: number;
}

/** How each record of a batch ended. */
interface Sorted {
	readonly fresh: readonly ReadAlert[];
	readonly dead: readonly DeadRecord[];
	/** Deliveries by `source\0partition`. */
	readonly tallies: Map<
		string,
		{ received: number; stored: number; duplicates: number; deadLetters: number; redelivered: number }
	>;
}

function groupBySurvey(alerts: readonly ReadAlert[]): Map<string, ReadAlert[]> {
	const groups = new Map<string, ReadAlert[]>();
	for (const entry of alerts) {
		const group = groups.get(entry.alert.survey);
		if (group === undefined) groups.set(entry.alert.survey, [entry]);
		else group.push(entry);
	}
	return groups;
}

const placeKey = (place: Place): string => `${place.source}\0${place.partition}`;

function isCovered(covered: Map<string, CoveredRange[]>, place: Place): boolean {
	return (covered.get(`${place.source} ${place.partition}`) ?? []).some(
		(range) => place.offset >= range.first && place.offset <= range.last,
	);
}

/** Tells new alerts from known ones and conflicts, and counts every record once (design rules 1 and 10). */
async function sortRecords(store: Store, prepared: PreparedBatch, watermark: Watermark): Promise<Sorted> {
	const known = new Map<string, KnownAlert>();
	for (const [survey, group] of groupBySurvey(prepared.alerts)) {
		const ids = [...new Set(group.map(({ alert }) => alert.alertId))];
		for (const [id, alert] of await readKnownAlerts(store, survey, ids, watermark)) known.set(`${survey} ${id}`, alert);
	}
	const fresh: ReadAlert[] = [];
	const again: Place[] = [];
	const dead: DeadRecord[] = [...prepared.dead];
	for (const entry of prepared.alerts) {
		const { alert } = entry;
		const key = `${alert.survey} ${alert.alertId}`;
		const earlier = known.get(key);
		if (earlier === undefined) {
			known.set(key, measurementsOf(alert));
			fresh.push(entry);
			continue;
		}
		const difference = differingMeasurement(alert, earlier);
		if (difference === null) again.push(entry.place);
		else {
			const reason = `Another alert ${alert.alertId} of ${alert.survey} is stored already and differs in ${difference}; the first one stays.`;
			dead.push(deadRecord(entry.place, 'conflict', reason, entry.bytes, alert));
		}
	}

	const partitions = [...new Set([...again, ...dead.map(({ place }) => place)].map((place) => place.partition))];
	const covered =
		partitions.length > 0 ? await readCoverage(store, partitions, watermark) : new Map<string, CoveredRange[]>();
	const knownDead = dead.length > 0 ? await readKnownDeadLetters(store, partitions, watermark) : new Set<string>();

	const tallies: Sorted['tallies'] = new Map();
	const tally = (place: Place) => {
		const key = placeKey(place);
		const entry = tallies.get(key) ?? { received: 0, stored: 0, duplicates: 0, deadLetters: 0, redelivered: 0 };
		tallies.set(key, entry);
		return entry;
	};
	for (const { place } of fresh) {
		const entry = tally(place);
		entry.received += 1;
		entry.stored += 1;
	}
	for (const place of again) {
		const entry = tally(place);
		if (isCovered(covered, place)) entry.redelivered += 1;
		else {
			entry.received += 1;
			entry.duplicates += 1;
		}
	}
	const newDead = dead.filter((record) => {
		const { place } = record;
		const sha256 = Buffer.from(record.sha256).toString('hex');
		const entry = tally(place);
		if (knownDead.has(`${place.source} ${place.partition} ${place.offset} ${sha256}`)) {
			entry.redelivered += 1;
			return false;
		}
		entry.received += 1;
		entry.deadLetters += 1;
		return true;
	});
	return { fresh, dead: newDead, tallies };
}

async function readPointsOf(
	store: Store,
	survey: string,
	objects: string[],
	watermark: Watermark,
): Promise<Map<string, KnownPoints>> {
	const byObject = new Map<string, KnownPoints>();
	for (const columns of await readKnownPoints(store, survey, objects, watermark)) {
		const points: KnownPoints = new Map();
		for (let i = 0; i < columns.key.length; i += 1) {
			const version = {
				value: columns.value[i] ?? 0,
				own: columns.own[i] ?? false,
				alertMjd: columns.alertMjd[i] ?? 0,
				alertId: columns.alertId[i] ?? 0n,
			};
			const key = columns.key[i] ?? 0;
			const versions = points.get(key);
			if (versions === undefined) points.set(key, [version]);
			else versions.push(version);
		}
		byObject.set(columns.objectId, points);
	}
	return byObject;
}

async function readLater(
	store: Store,
	survey: string,
	objects: string[],
	watermark: Watermark,
): Promise<Map<string, CarriedAlert[]>> {
	const later = new Map<string, CarriedAlert[]>();
	if (objects.length === 0) return later;
	for (const row of await readCarried(store, survey, objects, watermark)) {
		later.set(row.objectId, [...(later.get(row.objectId) ?? []), row]);
	}
	return later;
}

interface ChosenPoints {
	readonly photometry: PhotometryRow[];
	/** Traces per alert, in the order of the alerts given. */
	readonly carried: Map<ReadAlert, number[]>;
}

/** Chooses what the new alerts of one survey add to the photometry; rows come in the order of objects and packets. */
async function choosePhotometry(
	store: Store,
	survey: string,
	alerts: readonly ReadAlert[],
	watermark: Watermark,
): Promise<ChosenPoints> {
	const objects = [...new Set(alerts.map(({ alert }) => alert.objectId))];
	const known = await readPointsOf(store, survey, objects, watermark);
	const ordered = [...alerts].sort((a, b) =>
		comparePackets(
			{ alertMjd: a.alert.mjd, alertId: a.alert.alertId },
			{ alertMjd: b.alert.mjd, alertId: b.alert.alertId },
		),
	);
	const overtaken = ordered.filter(({ alert }) =>
		hasLaterAlert(known.get(alert.objectId) ?? new Map<number, never[]>(), {
			alertMjd: alert.mjd,
			alertId: alert.alertId,
		}),
	);
	const later = await readLater(store, survey, [...new Set(overtaken.map(({ alert }) => alert.objectId))], watermark);
	const photometry: PhotometryRow[] = [];
	const carried = new Map<ReadAlert, number[]>();
	const reaffirmed: (Reaffirmed & { objectId: string })[] = [];
	for (const entry of ordered) {
		const { alert } = entry;
		const points = known.get(alert.objectId) ?? new Map<number, never[]>();
		known.set(alert.objectId, points);
		const choice = choosePoints(alert, points, later.get(alert.objectId) ?? []);
		carried.set(entry, choice.carried);
		const { origin, objectId } = alert;
		for (const { point, key, value, alertId, alertMjd, own } of choice.points) {
			photometry.push({ survey, objectId, origin, point, key, value, alertId, alertMjd, own });
		}
		for (const again of choice.reaffirmed) reaffirmed.push({ ...again, objectId });
	}
	const again = await reaffirmRows(store, survey, reaffirmed, photometry, watermark);
	return { photometry: photometry.concat(again), carried };
}

/** Rows that show a confirmed value again under the later packet that carried it. */
async function reaffirmRows(
	store: Store,
	survey: string,
	reaffirmed: readonly (Reaffirmed & { objectId: string })[],
	chosen: readonly PhotometryRow[],
	watermark: Watermark,
): Promise<PhotometryRow[]> {
	if (reaffirmed.length === 0) return [];
	const objects = [...new Set(reaffirmed.map(({ objectId }) => objectId))];
	const keys = [...new Set(reaffirmed.map(({ key }) => key))];
	const versions = new Map<string, PhotometryRow>();
	for (const row of chosen) versions.set(`${row.objectId} ${row.key} ${row.value}`, row);
	for (const row of await readPointVersions(store, survey, objects, keys, watermark)) {
		const version = versionRow(survey, row);
		versions.set(`${version.objectId} ${version.key} ${version.value}`, version);
	}
	const rows: PhotometryRow[] = [];
	for (const { objectId, key, value, alertId, alertMjd } of reaffirmed) {
		const version = versions.get(`${objectId} ${key} ${value}`);
		if (version !== undefined) rows.push({ ...version, alertId, alertMjd, own: false });
	}
	return rows;
}

function versionRow(survey: string, row: PointVersionRow): PhotometryRow {
	const absent = (value: number | null): number => value ?? Number.NaN;
	return {
		survey,
		objectId: row.object_id,
		origin: row.origin as PhotometryRow['origin'],
		point: {
			kind: row.kind as PhotometryRow['point']['kind'],
			sourceId: BigInt(row.source_id),
			band: row.band,
			mjd: row.mjd,
			timeReceived: row.time_received,
			exposureAssumed: row.exposure_assumed,
			ra: absent(row.ra),
			dec: absent(row.dec),
			psfFlux: absent(row.psf_flux),
			psfFluxErr: absent(row.psf_flux_err),
			mag: absent(row.mag),
			magErr: absent(row.mag_err),
			limitMag: absent(row.limit_mag),
			positive: row.positive,
			flags: row.flags,
			programme: row.programme,
		},
		key: Number(row.point_key),
		value: Number(row.value_hash),
		alertId: 0n,
		alertMjd: 0,
		own: false,
	};
}

function storedRow(
	entry: ReadAlert,
	carried: readonly number[],
	boundary: Boundary,
	closed: ReadonlySet<string>,
): StoredAlertRow {
	const { alert, place } = entry;
	const classification = classify(alert);
	return {
		alert,
		hpx29: ipixOf(29, alert.ra, alert.dec),
		galacticLat: galacticFromIcrs(alert.ra, alert.dec).lat,
		eclipticLat: eclipticFromIcrs(alert.ra, alert.dec).lat,
		class: classification.class,
		classScore: classification.score,
		classModel: classification.model,
		late: closed.has(`${alert.survey} ${alert.origin} ${alert.night}`),
		carried,
		source: place.source,
		partition: place.partition,
		offset: place.offset,
		cutoutChunk: chunkOf(alert, boundary),
		receivedAtMs: place.receivedAtMs,
		watermark: boundary.watermark,
	};
}

function chunkOf(alert: Alert, boundary: Boundary): number {
	return alert.origin === 'simulated' ? boundary.simulatedChunk : boundary.cutoutChunk;
}

function cutoutBytesOf(alert: Alert): number {
	const { science, template, difference } = alert.cutouts;
	return (science?.length ?? 0) + (template?.length ?? 0) + (difference?.length ?? 0);
}

/**
 * Writes one numbered batch whose boundary is recorded already: looks up what is known at its watermark, inserts cutouts,
 * photometry, dead letters, then the alerts, then the accounting, and publishes the number. Called again with the same
 * boundary after a crash it writes the same rows under the same tokens, so nothing is doubled (design rule 6).
 */
export async function writeBatch(
	store: Store,
	batch: BatchStamp,
	boundary: Boundary,
	prepared: PreparedBatch,
	codeVersion: string,
	timing?: Timing,
): Promise<BatchOutcome> {
	let mark = performance.now();
	const lap = (part: Parameters<Timing>[0]): void => {
		const now = performance.now();
		timing?.(part, now - mark);
		mark = now;
	};
	const { watermark } = boundary;
	const { fresh, dead, tallies } = await sortRecords(store, prepared, watermark);
	lap('identity');
	const groups = groupBySurvey(fresh);
	let photometry: PhotometryRow[] = [];
	const carried = new Map<ReadAlert, number[]>();
	for (const [survey, group] of groups) {
		const chosen = await choosePhotometry(store, survey, group, watermark);
		photometry = photometry.concat(chosen.photometry);
		for (const [entry, traces] of chosen.carried) carried.set(entry, traces);
	}
	lap('points');

	const withCutouts = fresh.map(({ alert }) => alert).filter((alert) => cutoutBytesOf(alert) > 0);
	await insertCutouts(store, batch, withCutouts, (alert) => chunkOf(alert, boundary));
	await insertPhotometry(store, batch, photometry);
	await insertDeadLetters(
		store,
		batch,
		dead.map((record) => ({ ...record, ...record.place })),
	);
	const closed = fresh.length > 0 ? await readClosedNights(store, watermark) : new Set<string>();
	const nights = new Map<string, readonly [string, Alert['origin'], number]>();
	for (const [name, group] of groups) {
		const survey = findSurvey(name);
		if (survey === undefined) throw new Error(`An alert of the unknown survey ${name} reached the store.`);
		await insertAlerts(
			store,
			batch,
			survey,
			group.map((entry) => storedRow(entry, carried.get(entry) ?? [], boundary, closed)),
		);
		for (const { alert } of group)
			nights.set(`${name} ${alert.origin} ${alert.night}`, [name, alert.origin, alert.night]);
	}
	const deliveries: DeliveryRow[] = prepared.ranges.map((range) => ({
		...range,
		...(tallies.get(`${range.source}\0${range.partition}`) ?? {
			received: 0,
			stored: 0,
			duplicates: 0,
			deadLetters: 0,
			redelivered: 0,
		}),
	}));
	await insertDeliveries(store, batch, deliveries);
	await insertPublished(store, batch, fresh.length, Date.now(), codeVersion);
	lap('write');

	const total = (part: 'received' | 'duplicates' | 'redelivered'): number =>
		deliveries.reduce((sum, row) => sum + row[part], 0);
	return {
		received: total('received'),
		stored: fresh.length,
		duplicates: total('duplicates'),
		redelivered: total('redelivered'),
		dead,
		nights: [...nights.values()],
		cutoutBytes: withCutouts.reduce((sum, alert) => sum + cutoutBytesOf(alert), 0),
	};
}
