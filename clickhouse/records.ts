import type { Alert } from '#lib/alert/alert.ts';
import type { ModelScore } from '#lib/alert/enriched.ts';
import type { PhotometricPoint, PointKind } from '#lib/alert/lightCurve.ts';
import type { Origin, Survey } from '#lib/alert/survey.ts';
import type { CloseReason } from '#lib/alert/views.ts';
import { featureColumns, fieldColumns, writeFeatures, writeFields } from './fieldRecords.ts';
import type { Watermark } from './read/ingest.ts';
import type { RowBinaryWriter } from './rowBinary.ts';
import type { RowSink } from './rowSink.ts';

// Rows as the store takes them. Column lists and the functions that write them stand side by side, in one order;
// tests/clickhouse/records.int.test.ts writes a row of each and reads it back by name.

/** Numbers of the origins in the store's tables. */
export const ORIGIN_CODE: Readonly<Record<Origin, number>> = { real: 1, test: 2, simulated: 3 };
const KIND_CODE: Readonly<Record<PointKind, number>> = { detection: 1, upperLimit: 2, forcedPhotometry: 3 };

/** What every row of a batch shares: who wrote it, under which number, and when that was. */
export interface BatchStamp {
	readonly writer: string;
	readonly number: bigint;
	readonly knownAtMs: number;
}

function safeInteger(row: RowSink, value: number): void {
	row.u64Parts(Math.floor(value / 4_294_967_296), value >>> 0);
}

function stamp(row: RowSink, batch: BatchStamp): void {
	row.string(batch.writer);
	row.u64(batch.number);
}

function writeWatermark(row: RowSink, watermark: Watermark): void {
	row.mapU64(new Map(Object.entries(watermark)));
}

/** An alert with everything that the pipeline adds to it before it is stored. */
export interface StoredAlertRow {
	readonly alert: Alert;
	readonly hpx29: bigint;
	readonly galacticLat: number;
	readonly galacticLon: number;
	readonly eclipticLat: number;
	readonly class: string;
	readonly classScore: number;
	readonly classModel: string;
	/** In the order of FEATURES; version '' with a reason where they could not be computed. */
	readonly features: Float64Array;
	readonly featureVersion: string;
	readonly featureReason: string;
	readonly late: boolean;
	readonly carried: readonly number[];
	/** Since when (UTC, ms) a batch that nobody can see yet has the same alert; null where none has. */
	readonly unseenSinceMs: number | null;
	readonly source: string;
	readonly partition: string;
	readonly offset: bigint;
	readonly cutoutChunk: number;
	readonly receivedAtMs: number;
	readonly watermark: Watermark;
}

const ALERT_COLUMNS = [
	'survey', 'alert_id', 'alert_id_text', 'object_id', 'programme', 'origin', 'schema_version', 'night', 'mjd', 'time_received',
	'exposure_seconds', 'exposure_assumed', 'ra', 'dec', 'hpx29', 'galactic_lat', 'galactic_lon', 'ecliptic_lat', 'band', 'psf_flux', 'psf_flux_err',
	'mag', 'mag_err', 'limit_mag', 'snr', 'positive', 'reliability', 'reliability_model', 'star_score', 'star_sep_arcsec',
	'n_detections', 'first_mjd', 'age', 'sso_name', 'class', 'class_score', 'class_model', 'feature_version', 'feature_reason', 'late', 'carried', 'source', 'partition',
	'source_offset', 'cutout_chunk', 'cutout_kinds', 'received_at', 'writer', 'number', 'watermark', 'known_at', 'keep',
]; // prettier-ignore

/** Columns of the alerts table for a survey, core first, in the order in which `writeAlert` writes them. */
export function alertColumns(survey: Survey): string[] {
	return [...ALERT_COLUMNS, ...fieldColumns(survey), ...featureColumns(survey.name)];
}

/** Bit 1 science, 2 template, 4 difference: which cutouts came along. */
export function cutoutKinds(alert: Alert): number {
	const { science, template, difference } = alert.cutouts;
	return (science === null ? 0 : 1) + (template === null ? 0 : 2) + (difference === null ? 0 : 4);
}

const GREATEST_KEEP = 9_223_372_036_854_775_807n;

/**
 * Of two rows of one alert a merge keeps the greater: the one known first, unless that one's batch was not finished when this one was
 * written. It may never be, and then the alert would be gone from readers' eyes.
 */
function keepOf({ unseenSinceMs }: StoredAlertRow, { knownAtMs }: BatchStamp): bigint {
	return GREATEST_KEEP - BigInt(unseenSinceMs === null ? knownAtMs : Math.min(knownAtMs, unseenSinceMs - 1));
}

/** Appends a row of the alerts table, in the order of `alertColumns`. */
export function writeAlert(row: RowSink, stored: StoredAlertRow, survey: Survey, batch: BatchStamp): void {
	const { alert } = stored;
	row.string(alert.survey);
	row.u64(alert.alertId);
	row.string(alert.alertIdText);
	row.string(alert.objectId);
	row.string(alert.programme);
	row.enum8(ORIGIN_CODE[alert.origin]);
	row.string(alert.schemaVersion);
	row.date(alert.night);
	row.f64(alert.mjd);
	row.f64(alert.timeReceived);
	row.f32(alert.exposureSeconds);
	row.bool(alert.exposureAssumed);
	row.f64(alert.ra);
	row.f64(alert.dec);
	row.u64(stored.hpx29);
	row.f32(stored.galacticLat);
	row.f32(stored.galacticLon);
	row.f32(stored.eclipticLat);
	row.string(alert.band);
	row.f32(alert.psfFlux);
	row.f32(alert.psfFluxErr);
	row.f32(alert.mag);
	row.f32(alert.magErr);
	row.f32(alert.limitMag);
	row.f32(alert.snr);
	row.nullableBool(alert.positive);
	row.f32(alert.reliability);
	row.string(alert.reliabilityModel);
	row.f32(alert.starScore);
	row.f32(alert.starSepArcsec);
	row.nullableU32(alert.nDetections);
	row.f64(alert.firstMjd);
	row.f32(alert.mjd - alert.firstMjd);
	row.nullableText(alert.ssoName);
	row.string(stored.class);
	row.f32(stored.classScore);
	row.string(stored.classModel);
	row.string(stored.featureVersion);
	row.string(stored.featureReason);
	row.bool(stored.late);
	row.arrayU32(stored.carried);
	row.string(stored.source);
	row.string(stored.partition);
	row.u64(stored.offset);
	row.u32(stored.cutoutChunk);
	row.u8(cutoutKinds(alert));
	row.dateTime64(stored.receivedAtMs);
	stamp(row, batch);
	writeWatermark(row, stored.watermark);
	row.dateTime64(batch.knownAtMs);
	row.u64(keepOf(stored, batch));
	writeFields(row, alert.fields, survey);
	writeFeatures(row, stored.features, survey.name);
}

/** A point as the photometry table keeps it. */
export interface PhotometryRow {
	readonly survey: string;
	readonly objectId: string;
	readonly origin: Origin;
	readonly point: Omit<PhotometricPoint, 'valueHash'>;
	readonly key: number;
	readonly value: number;
	readonly alertId: bigint;
	readonly alertMjd: number;
	readonly own: boolean;
}

export const PHOTOMETRY_COLUMNS = [
	'survey', 'object_id', 'kind', 'source_id', 'band', 'mjd', 'time_received', 'exposure_assumed', 'point_key', 'value_hash', 'ra',
	'dec', 'psf_flux', 'psf_flux_err', 'mag', 'mag_err', 'limit_mag', 'positive', 'flags', 'programme', 'origin', 'alert_id',
	'alert_mjd', 'own', 'writer', 'number', 'known_at',
]; // prettier-ignore

/** Appends a row of the photometry table, in the order of PHOTOMETRY_COLUMNS. */
export function writePhotometry(row: RowSink, entry: PhotometryRow, batch: BatchStamp): void {
	const { point } = entry;
	row.string(entry.survey);
	row.string(entry.objectId);
	row.enum8(KIND_CODE[point.kind]);
	row.u64(point.sourceId);
	row.string(point.band);
	row.f64(point.mjd);
	row.f64(point.timeReceived);
	row.bool(point.exposureAssumed);
	safeInteger(row, entry.key);
	safeInteger(row, entry.value);
	row.f64(point.ra);
	row.f64(point.dec);
	row.f32(point.psfFlux);
	row.f32(point.psfFluxErr);
	row.f32(point.mag);
	row.f32(point.magErr);
	row.f32(point.limitMag);
	row.nullableBool(point.positive);
	row.string(point.flags);
	row.string(point.programme);
	row.enum8(ORIGIN_CODE[entry.origin]);
	row.u64(entry.alertId);
	row.f64(entry.alertMjd);
	row.bool(entry.own);
	stamp(row, batch);
	row.dateTime64(batch.knownAtMs);
}

export const CUTOUT_COLUMNS = [
	'survey', 'alert_id', 'programme', 'origin', 'night', 'chunk', 'science', 'template', 'difference', 'kinds', 'writer', 'number',
	'known_at',
]; // prettier-ignore

const NO_BYTES = new Uint8Array(0);

/**
 * A row of the cutouts table in RowBinary as pieces: the images as they came, without a copy, and what stands between them.
 * Pieces stay valid when the writer grows.
 */
export function cutoutPieces(row: RowBinaryWriter, alert: Alert, chunk: number, batch: BatchStamp): Uint8Array[] {
	const { science, template, difference } = alert.cutouts;
	row.string(alert.survey);
	row.u64(alert.alertId);
	row.string(alert.programme);
	row.u8(ORIGIN_CODE[alert.origin]);
	row.date(alert.night);
	row.u32(chunk);
	const pieces: Uint8Array[] = [];
	for (const image of [science ?? NO_BYTES, template ?? NO_BYTES, difference ?? NO_BYTES]) {
		row.varUInt(image.length);
		pieces.push(row.take(), image);
	}
	row.u8(cutoutKinds(alert));
	stamp(row, batch);
	row.dateTime64(batch.knownAtMs);
	pieces.push(row.take());
	return pieces;
}

/** Why a record was set aside, as the dead_letters table names it. */
export type DeadLetterKind = 'unreadable' | 'unknownSurvey' | 'invalid' | 'conflict' | 'refused' | 'tooLarge';
export const DEAD_LETTER_KINDS: readonly DeadLetterKind[] = [
	'unreadable',
	'unknownSurvey',
	'invalid',
	'conflict',
	'refused',
	'tooLarge',
];

/** A record that was set aside, with its reason and its bytes. */
export interface DeadLetterRow {
	readonly source: string;
	readonly partition: string;
	readonly offset: bigint;
	readonly member: string;
	readonly kind: DeadLetterKind;
	readonly reason: string;
	readonly survey: string;
	readonly alertId: bigint;
	readonly size: number;
	readonly sha256: Uint8Array;
	readonly bytes: Uint8Array;
	readonly programme: string;
	readonly origin: Origin;
}

export const DEAD_LETTER_COLUMNS = [
	'source', 'partition', 'source_offset', 'member', 'kind', 'reason', 'survey', 'alert_id', 'size', 'sha256', 'bytes', 'complete',
	'programme', 'origin', 'writer', 'number', 'known_at',
]; // prettier-ignore

/** Appends a row of the dead_letters table in RowBinary. */
export function writeDeadLetter(row: RowBinaryWriter, letter: DeadLetterRow, batch: BatchStamp): void {
	row.string(letter.source);
	row.string(letter.partition);
	row.u64(letter.offset);
	row.string(letter.member);
	row.u8(DEAD_LETTER_KINDS.indexOf(letter.kind) + 1);
	row.string(letter.reason);
	row.string(letter.survey);
	row.u64(letter.alertId);
	row.u64(BigInt(letter.size));
	row.raw(letter.sha256);
	row.bytes(letter.bytes);
	row.bool(letter.bytes.length === letter.size);
	row.string(letter.programme);
	row.u8(ORIGIN_CODE[letter.origin]);
	stamp(row, batch);
	row.dateTime64(batch.knownAtMs);
}

/** One number of a model on an alert, as the scores table keeps it. */
export interface ScoreRow {
	readonly alert: Pick<Alert, 'survey' | 'objectId' | 'alertId' | 'programme' | 'origin' | 'night'>;
	readonly score: ModelScore;
}

export const SCORE_COLUMNS = [
	'survey', 'object_id', 'alert_id', 'programme', 'origin', 'night', 'model', 'version', 'label', 'score', 'state', 'reason', 'writer',
	'number', 'known_at',
]; // prettier-ignore

/** Appends a row of the scores table in RowBinary. */
export function writeScore(row: RowBinaryWriter, { alert, score }: ScoreRow, batch: BatchStamp): void {
	row.string(alert.survey);
	row.string(alert.objectId);
	row.u64(alert.alertId);
	row.string(alert.programme);
	row.u8(ORIGIN_CODE[alert.origin]);
	row.date(alert.night);
	row.string(score.model);
	row.string(score.version);
	row.string(score.label);
	row.f32(score.score);
	row.u8(score.state === 'done' ? 1 : 2);
	row.string(score.reason);
	stamp(row, batch);
	row.dateTime64(batch.knownAtMs);
}

/** What became of the offsets of one partition in one batch (design rule 10): received = stored + duplicates + dead letters. */
export interface DeliveryRow {
	readonly source: string;
	readonly partition: string;
	readonly first: bigint;
	readonly last: bigint;
	readonly received: number;
	readonly stored: number;
	readonly duplicates: number;
	readonly deadLetters: number;
	readonly redelivered: number;
}

export const DELIVERY_COLUMNS = [
	'source', 'partition', 'first_offset', 'last_offset', 'received', 'stored', 'duplicates', 'dead_letters', 'redelivered', 'writer',
	'number', 'known_at',
]; // prettier-ignore

/** Appends a row of the deliveries table in RowBinary. */
export function writeDelivery(row: RowBinaryWriter, delivery: DeliveryRow, batch: BatchStamp): void {
	row.string(delivery.source);
	row.string(delivery.partition);
	row.u64(delivery.first);
	row.u64(delivery.last);
	row.u32(delivery.received);
	row.u32(delivery.stored);
	row.u32(delivery.duplicates);
	row.u32(delivery.deadLetters);
	row.u32(delivery.redelivered);
	stamp(row, batch);
	row.dateTime64(batch.knownAtMs);
}

export const LOG_COLUMNS = ['writer', 'number', 'state', 'at', 'boundary', 'alerts', 'code_version'];

/** Appends a row of ingest_log in RowBinary; state 1 opened, 2 published, 3 abandoned, 4 sent. */
export function writeLog(
	row: RowBinaryWriter,
	batch: BatchStamp,
	entry: { state: 1 | 2 | 3 | 4; atMs: number; boundary: string; alerts: number; codeVersion: string },
): void {
	stamp(row, batch);
	row.u8(entry.state);
	row.dateTime64(entry.atMs);
	row.string(entry.boundary);
	row.u32(entry.alerts);
	row.string(entry.codeVersion);
}

const CLOSE_CODE: Readonly<Record<CloseReason, number>> = { sourceEnded: 1, idle: 2, operator: 3 };

export const NIGHT_COLUMNS = ['survey', 'night', 'origin', 'reason', 'watermark', 'closed_at', 'writer', 'number'];

/** Appends a row of the nights table in RowBinary: the night of a survey is complete as of the watermark. */
export function writeNight(
	row: RowBinaryWriter,
	night: { survey: string; night: number; origin: Origin; reason: CloseReason; watermark: Watermark },
	batch: BatchStamp,
): void {
	row.string(night.survey);
	row.date(night.night);
	row.u8(ORIGIN_CODE[night.origin]);
	row.u8(CLOSE_CODE[night.reason]);
	writeWatermark(row, night.watermark);
	row.dateTime64(batch.knownAtMs);
	stamp(row, batch);
}

/** How a worker stands; counts since it began. */
export interface WorkerStatusRow {
	readonly writer: string;
	readonly atMs: number;
	readonly startedAtMs: number;
	readonly received: number;
	readonly stored: number;
	readonly duplicates: number;
	readonly deadLetters: number;
	readonly redelivered: number;
	readonly lost: number;
	readonly rebalances: number;
	/** Messages sent to output topics; those that may have been sent before; alerts of programmes that are not public. */
	readonly sent: number;
	readonly sentAgain: number;
	readonly withheld: number;
	/** What keeps output topics from taking alerts, '' for nothing. */
	readonly trouble: string;
	/** What keeps messages from being read, '' for nothing. */
	readonly readTrouble: string;
	/** Whether it was asked to end and did. */
	readonly ended: boolean;
	/** Messages that wait, by topic. */
	readonly lag: ReadonlyMap<string, number>;
	/** Alerts by `survey/stage/seconds at most`. */
	readonly delays: ReadonlyMap<string, number>;
	/** Seconds in all by `survey/stage`. */
	readonly delaySeconds: ReadonlyMap<string, number>;
}

export const WORKER_STATUS_COLUMNS = [
	'writer',
	'at',
	'started_at',
	'received',
	'stored',
	'duplicates',
	'dead_letters',
	'redelivered',
	'lost',
	'rebalances',
	'sent',
	'sent_again',
	'withheld',
	'trouble',
	'read_trouble',
	'ended',
	'lag',
	'delays',
	'delay_seconds',
];

/** Appends a row of worker_status in RowBinary. */
export function writeWorkerStatus(row: RowBinaryWriter, status: WorkerStatusRow): void {
	row.string(status.writer);
	row.dateTime64(status.atMs);
	row.dateTime64(status.startedAtMs);
	const { received, stored, duplicates, deadLetters, redelivered, lost, rebalances } = status;
	const { sent, sentAgain, withheld, trouble } = status;
	for (const count of [received, stored, duplicates, deadLetters, redelivered, lost, rebalances])
		row.u64(BigInt(count));
	for (const count of [sent, sentAgain, withheld]) row.u64(BigInt(count));
	row.string(trouble);
	row.string(status.readTrouble);
	row.u8(status.ended ? 1 : 0);
	for (const map of [status.lag, status.delays]) {
		row.varUInt(map.size);
		for (const [key, count] of map) {
			row.string(key);
			row.u64(BigInt(count));
		}
	}
	row.varUInt(status.delaySeconds.size);
	for (const [key, seconds] of status.delaySeconds) {
		row.string(key);
		row.f64(seconds);
	}
}

/** A dead letter whose record was read when it came again. */
export interface ReplayRow {
	readonly source: string;
	readonly partition: string;
	readonly offset: bigint;
	readonly outcome: 'stored' | 'duplicate';
}

export const REPLAY_COLUMNS = ['source', 'partition', 'source_offset', 'outcome', 'writer', 'number', 'known_at'];

/** Appends a row of replays in RowBinary. */
export function writeReplay(row: RowBinaryWriter, replay: ReplayRow, batch: BatchStamp): void {
	row.string(replay.source);
	row.string(replay.partition);
	row.u64(replay.offset);
	row.u8(replay.outcome === 'stored' ? 1 : 2);
	stamp(row, batch);
	row.dateTime64(batch.knownAtMs);
}
