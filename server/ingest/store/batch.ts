import type { Alert } from '#lib/alert/alert.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { ipixOf } from '#lib/astro/healpix.ts';
import { eclipticFromIcrs, galacticFromIcrs } from '#lib/astro/sphere.ts';
import {
	readCarried,
	readClosedNights,
	readKnownPoints,
	readPointVersions,
	type PointColumns,
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
	insertReplays,
} from '#clickhouse/write/batch.ts';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import type { FilterHit } from '#lib/filter/hit.ts';
import type { Boundary } from './boundary.ts';
import { ObjectPoints } from './curves.ts';
import { enrichBatch, type StageFailure } from './enrichBatch.ts';
import {
	choosePoints,
	comparePackets,
	hasLaterAlert,
	type CarriedAlert,
	type KnownPoints,
	type Reaffirmed,
} from './points.ts';
import type { DeadRecord, PreparedBatch, ReadAlert } from './prepared.ts';
import { groupBySurvey, partitionKey, recount, sortRecords } from './sortRecords.ts';
import type { Filters, Stage } from './stage.ts';
import { STAGES } from './stages.ts';

/** CPU and wall time of the parts of a batch are measured by the bench through this hook. */
export type Timing = (part: 'identity' | 'points' | 'enrich' | 'filter' | 'rows' | 'write', wallMs: number) => void;

/** What a batch did. */
export interface BatchOutcome {
	readonly received: number;
	readonly stored: number;
	readonly duplicates: number;
	readonly redelivered: number;
	readonly dead: readonly DeadRecord[];
	/** Records that had been set aside at the same place and can be read now. */
	readonly revived: number;
	/** Records that ended as dead letters, also those that had before. */
	readonly refused: number;
	/** Nights of surveys that got alerts, as [survey, origin, night]. */
	readonly nights: readonly (readonly [string, Alert['origin'], number])[];
	readonly cutoutBytes: number;
	/** Nights that were closed at the watermark, as `survey origin days`. */
	readonly closed: ReadonlySet<string>;
	/** What was stored, with all that was known of it then. */
	readonly enriched: readonly EnrichedAlert[];
	readonly failures: readonly StageFailure[];
	/** What passed filters; `row` is the place in `enriched`. */
	readonly hits: readonly FilterHit[];
}

/** How a batch is written. */
export interface WriteOptions {
	readonly codeVersion: string;
	readonly timing?: Timing;
	/** Stages of the enrichment; by default STAGES. */
	readonly stages?: readonly Stage[];
	/** Filters that run on what was enriched; none without. */
	readonly filters?: Filters;
	/** Keeps the packets of new alerts; called before the batch is published, and again for a batch that is finished after a crash. */
	readonly keep?: (fresh: readonly ReadAlert[]) => void;
}

function knownPointsOf(columns: PointColumns): KnownPoints {
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
	return points;
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
	/** Stored and chosen points of every object. */
	readonly points: Map<string, ObjectPoints>;
}

/** Chooses what the new alerts of one survey add to the photometry; rows come in the order of objects and packets. */
async function choosePhotometry(
	store: Store,
	survey: string,
	alerts: readonly ReadAlert[],
	watermark: Watermark,
): Promise<ChosenPoints> {
	const objects = [...new Set(alerts.map(({ alert }) => alert.objectId))];
	const programmes = (findSurvey(survey)?.programmes ?? []).map(({ name }) => name);
	const known = new Map<string, KnownPoints>();
	const points = new Map<string, ObjectPoints>();
	for (const columns of await readKnownPoints(store, { survey, programmes }, objects, watermark)) {
		known.set(columns.objectId, knownPointsOf(columns));
		points.set(columns.objectId, new ObjectPoints(columns));
	}
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
	const waiting = new Map<string, number>();
	for (const { alert } of ordered) waiting.set(alert.objectId, (waiting.get(alert.objectId) ?? 0) + 1);
	for (const entry of ordered) {
		const { alert } = entry;
		const versions = known.get(alert.objectId) ?? new Map<number, never[]>();
		known.set(alert.objectId, versions);
		const left = (waiting.get(alert.objectId) ?? 1) - 1;
		waiting.set(alert.objectId, left);
		const choice = choosePoints(alert, versions, later.get(alert.objectId) ?? [], left > 0);
		carried.set(entry, choice.carried);
		const { origin, objectId } = alert;
		for (const { point, key, value, alertId, alertMjd, own } of choice.points) {
			photometry.push({ survey, objectId, origin, point, key, value, alertId, alertMjd, own });
		}
		for (const again of choice.reaffirmed) reaffirmed.push({ ...again, objectId });
	}
	const again = await reaffirmRows(store, survey, reaffirmed, photometry, watermark);
	const rows = photometry.concat(again);
	for (const row of rows) {
		let object = points.get(row.objectId);
		if (object === undefined) points.set(row.objectId, (object = new ObjectPoints()));
		object.add(row);
	}
	for (const [objectId, object] of points) object.countDistinct(known.get(objectId)?.size ?? 0);
	return { photometry: rows, carried, points };
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
	enriched: EnrichedAlert,
	boundary: Boundary,
	{ carried, closed, unseenSinceMs }: Pick<Awaited<ReturnType<typeof gather>>, 'carried' | 'closed' | 'unseenSinceMs'>,
): StoredAlertRow {
	const { alert, place } = entry;
	const { classification, features, featureVersion, featureReason } = enriched;
	const galactic = galacticFromIcrs(alert.ra, alert.dec);
	return {
		alert,
		hpx29: ipixOf(29, alert.ra, alert.dec),
		galacticLat: galactic.lat,
		galacticLon: galactic.lon,
		eclipticLat: eclipticFromIcrs(alert.ra, alert.dec).lat,
		class: classification.class,
		classScore: classification.score,
		classModel: classification.model,
		features,
		featureVersion,
		featureReason,
		late: closed.has(`${alert.survey} ${alert.origin} ${alert.night}`),
		carried: carried.get(entry) ?? [],
		unseenSinceMs: unseenSinceMs.get(entry) ?? null,
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

/** Waits for all, also when one fails: nothing of a batch is under way any more when its failure is told. */
async function allOf(parts: readonly (Promise<void> | undefined)[]): Promise<void> {
	const failure = (await Promise.allSettled(parts.filter((part) => part !== undefined))).find(
		(end) => end.status === 'rejected',
	);
	if (failure !== undefined) throw failure.reason;
}

type Lap = (part: Parameters<Timing>[0]) => void;

/** Sorts the records of a batch and makes all that was known of the new alerts at its watermark; writes nothing. */
async function gather(
	store: Store,
	batch: BatchStamp,
	{ watermark }: Boundary,
	prepared: PreparedBatch,
	{ codeVersion, stages = STAGES, lap }: Pick<WriteOptions, 'codeVersion' | 'stages'> & { readonly lap?: Lap },
) {
	const sorted = await sortRecords(store, batch, prepared, watermark);
	const { fresh } = sorted;
	lap?.('identity');
	const groups = groupBySurvey(fresh);
	let photometry: PhotometryRow[] = [];
	const carried = new Map<ReadAlert, number[]>();
	const points = new Map<string, Map<string, ObjectPoints>>();
	for (const [survey, group] of groups) {
		const chosen = await choosePhotometry(store, survey, group, watermark);
		photometry = photometry.concat(chosen.photometry);
		for (const [entry, traces] of chosen.carried) carried.set(entry, traces);
		points.set(survey, chosen.points);
	}
	lap?.('points');

	const context = { store, watermark, batch, codeVersion };
	const enriched = await enrichBatch(
		fresh.map(({ alert }) => alert),
		(alert) => points.get(alert.survey)?.get(alert.objectId),
		stages,
		context,
	);
	lap?.('enrich');
	const closed = fresh.length > 0 ? await readClosedNights(store, watermark) : new Set<string>();
	return { ...sorted, groups, photometry, carried, context, enriched, closed };
}

/** What was known of the alerts of a batch that is stored already, made again from the same records and boundary. */
export async function recallBatch(
	store: Store,
	batch: BatchStamp,
	boundary: Boundary,
	prepared: PreparedBatch,
	{ filters, ...options }: Pick<WriteOptions, 'codeVersion' | 'stages' | 'filters'>,
): Promise<Pick<BatchOutcome, 'enriched' | 'closed' | 'hits'>> {
	const { enriched, closed } = await gather(store, batch, boundary, prepared, options);
	const hits = (await filters?.run(enriched.alerts, boundary.filters)) ?? [];
	return { enriched: enriched.alerts, closed, hits };
}

/**
 * Writes one numbered batch whose boundary is recorded already: looks up what is known at its watermark, enriches the alerts,
 * runs the filters, inserts cutouts, photometry, dead letters, the rows of the stages and the hits, then the alerts, then the
 * accounting, and publishes the number. Called again with the same boundary after a crash it writes the same rows under the same tokens, so nothing is doubled (design rule 6).
 */
export async function writeBatch(
	store: Store,
	batch: BatchStamp,
	boundary: Boundary,
	prepared: PreparedBatch,
	{ codeVersion, timing, stages = STAGES, keep, filters }: WriteOptions,
): Promise<BatchOutcome> {
	let mark = performance.now();
	const lap: Lap = (part) => {
		const now = performance.now();
		timing?.(part, now - mark);
		mark = now;
	};
	const gathered = await gather(store, batch, boundary, prepared, { codeVersion, stages, lap });
	const { fresh, dead, refused, revived, groups, photometry, context, enriched, closed } = gathered;
	const enrichedOf = new Map(enriched.alerts.map((entry) => [entry.alert, entry]));
	const hits = (await filters?.run(enriched.alerts, boundary.filters)) ?? [];
	lap('filter');

	const withCutouts = fresh.map(({ alert }) => alert).filter((alert) => cutoutBytesOf(alert) > 0);
	// all of it before the alerts, in whatever order
	await allOf([
		insertCutouts(store, batch, withCutouts, (alert) => chunkOf(alert, boundary)),
		insertPhotometry(store, batch, photometry),
		insertDeadLetters(
			store,
			batch,
			dead.map((record) => ({ ...record, ...record.place })),
		),
		insertReplays(store, batch, revived),
		...stages.map((stage) => stage.insert?.(enriched.alerts, context)),
		filters?.insert(hits, enriched.alerts, batch),
	]);
	lap('rows');
	const nights = new Map<string, readonly [string, Alert['origin'], number]>();
	for (const [name, group] of groups) {
		const survey = findSurvey(name);
		if (survey === undefined) throw new Error(`An alert of the unknown survey ${name} reached the store.`);
		await insertAlerts(
			store,
			batch,
			survey,
			group.flatMap((entry) => {
				const known = enrichedOf.get(entry.alert);
				return known === undefined ? [] : [storedRow(entry, known, boundary, gathered)];
			}),
		);
		for (const { alert } of group)
			nights.set(`${name} ${alert.origin} ${alert.night}`, [name, alert.origin, alert.night]);
	}
	keep?.(fresh);
	const tallies = await recount(store, batch, prepared, boundary.watermark, gathered);
	const deliveries: DeliveryRow[] = prepared.ranges.map((range) => ({
		...range,
		...(tallies.get(partitionKey(range)) ?? {
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
		revived: revived.length,
		refused,
		nights: [...nights.values()],
		cutoutBytes: withCutouts.reduce((sum, alert) => sum + cutoutBytesOf(alert), 0),
		closed,
		enriched: enriched.alerts,
		failures: enriched.failures,
		hits,
	};
}
