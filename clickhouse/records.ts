import type { Alert, FieldValue } from '#lib/alert/alert.ts';
import { columnName, type FieldType } from '#lib/alert/fields.ts';
import type { PhotometricPoint, PointKind } from '#lib/alert/lightCurve.ts';
import type { Origin, Survey } from '#lib/alert/survey.ts';
import type { Watermark } from './read/ingest.ts';
import type { RowBinaryWriter } from './rowBinary.ts';

// Rows as the store takes them. Column lists and the functions that write them stand side by side, in one order;
// tests/clickhouse/records.int.test.ts writes a row of each and reads it back by name.

const ORIGIN_CODE: Readonly<Record<Origin, number>> = { real: 1, test: 2, simulated: 3 };
const KIND_CODE: Readonly<Record<PointKind, number>> = { detection: 1, upperLimit: 2, forcedPhotometry: 3 };

/** What every row of a batch shares: who wrote it, under which number, and when that was. */
export interface BatchStamp {
	readonly writer: string;
	readonly number: bigint;
	readonly knownAtMs: number;
}

function safeInteger(row: RowBinaryWriter, value: number): void {
	row.u64Parts(Math.floor(value / 4_294_967_296), value >>> 0);
}

function nullableBool(row: RowBinaryWriter, value: boolean | null): void {
	if (value === null) row.u8(1);
	else {
		row.u8(0);
		row.bool(value);
	}
}

function nullableText(row: RowBinaryWriter, value: string | null): void {
	if (value === null) row.u8(1);
	else {
		row.u8(0);
		row.string(value);
	}
}

function stamp(row: RowBinaryWriter, batch: BatchStamp): void {
	row.string(batch.writer);
	row.u64(batch.number);
}

function writeWatermark(row: RowBinaryWriter, watermark: Watermark): void {
	const entries = Object.entries(watermark);
	row.varUInt(entries.length);
	for (const [writer, number] of entries) {
		row.string(writer);
		row.u64(number);
	}
}

/** An alert with everything that the pipeline adds to it before it is stored. */
export interface StoredAlertRow {
	readonly alert: Alert;
	readonly hpx29: bigint;
	readonly galacticLat: number;
	readonly eclipticLat: number;
	readonly class: string;
	readonly classScore: number;
	readonly classModel: string;
	readonly late: boolean;
	readonly carried: readonly number[];
	readonly source: string;
	readonly partition: string;
	readonly offset: bigint;
	readonly cutoutChunk: number;
	readonly receivedAtMs: number;
	readonly watermark: Watermark;
}

const ALERT_COLUMNS = [
	'survey', 'alert_id', 'alert_id_text', 'object_id', 'programme', 'origin', 'schema_version', 'night', 'mjd', 'time_received',
	'exposure_seconds', 'exposure_assumed', 'ra', 'dec', 'hpx29', 'galactic_lat', 'ecliptic_lat', 'band', 'psf_flux', 'psf_flux_err',
	'mag', 'mag_err', 'limit_mag', 'snr', 'positive', 'reliability', 'reliability_model', 'star_score', 'star_sep_arcsec',
	'n_detections', 'first_mjd', 'age', 'sso_name', 'class', 'class_score', 'class_model', 'late', 'carried', 'source', 'partition',
	'source_offset', 'cutout_chunk', 'cutout_kinds', 'received_at', 'writer', 'number', 'watermark', 'known_at',
]; // prettier-ignore

/** Columns of the alerts table for a survey, core first, in the order in which `writeAlert` writes them. */
export function alertColumns(survey: Survey): string[] {
	return [...ALERT_COLUMNS, ...survey.fields.map((field) => columnName(field.name, survey.name))];
}

/** Bit 1 science, 2 template, 4 difference: which cutouts came along. */
export function cutoutKinds(alert: Alert): number {
	const { science, template, difference } = alert.cutouts;
	return (science === null ? 0 : 1) + (template === null ? 0 : 2) + (difference === null ? 0 : 4);
}

/** Appends a row of the alerts table in RowBinary, in the order of `alertColumns`. */
export function writeAlert(row: RowBinaryWriter, stored: StoredAlertRow, survey: Survey, batch: BatchStamp): void {
	const { alert } = stored;
	row.string(alert.survey);
	row.u64(alert.alertId);
	row.string(alert.alertIdText);
	row.string(alert.objectId);
	row.string(alert.programme);
	row.u8(ORIGIN_CODE[alert.origin]);
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
	row.f32(stored.eclipticLat);
	row.string(alert.band);
	row.f32(alert.psfFlux);
	row.f32(alert.psfFluxErr);
	row.f32(alert.mag);
	row.f32(alert.magErr);
	row.f32(alert.limitMag);
	row.f32(alert.snr);
	nullableBool(row, alert.positive);
	row.f32(alert.reliability);
	row.string(alert.reliabilityModel);
	row.f32(alert.starScore);
	row.f32(alert.starSepArcsec);
	if (alert.nDetections === null) row.u8(1);
	else {
		row.u8(0);
		row.u32(alert.nDetections);
	}
	row.f64(alert.firstMjd);
	row.f32(alert.mjd - alert.firstMjd);
	nullableText(row, alert.ssoName);
	row.string(stored.class);
	row.f32(stored.classScore);
	row.string(stored.classModel);
	row.bool(stored.late);
	row.varUInt(stored.carried.length);
	for (const trace of stored.carried) row.u32(trace);
	row.string(stored.source);
	row.string(stored.partition);
	row.u64(stored.offset);
	row.u32(stored.cutoutChunk);
	row.u8(cutoutKinds(alert));
	row.dateTime64(stored.receivedAtMs);
	stamp(row, batch);
	writeWatermark(row, stored.watermark);
	row.dateTime64(batch.knownAtMs);
	for (let i = 0; i < survey.fields.length; i += 1) {
		const field = survey.fields[i];
		if (field !== undefined) writeField(row, field.type, alert.fields[i] ?? null);
	}
}

function writeField(row: RowBinaryWriter, type: FieldType, value: FieldValue): void {
	switch (type) {
		case 'float32':
			row.f32(typeof value === 'number' ? value : Number.NaN);
			return;
		case 'float64':
			row.f64(typeof value === 'number' ? value : Number.NaN);
			return;
		case 'text':
			nullableText(row, typeof value === 'string' ? value : null);
			return;
		case 'truth':
			nullableBool(row, typeof value === 'boolean' ? value : null);
			return;
		case 'int':
			if (typeof value === 'number' && Number.isInteger(value)) {
				row.u8(0);
				row.i32(value);
			} else row.u8(1);
			return;
		case 'long':
			if (typeof value === 'bigint') {
				row.u8(0);
				row.i64(value);
			} else if (typeof value === 'number' && Number.isSafeInteger(value)) {
				row.u8(0);
				row.i64(BigInt(value));
			} else row.u8(1);
	}
}

/** A point as the photometry table keeps it. */
export interface PhotometryRow {
	readonly survey: string;
	readonly objectId: string;
	readonly origin: Origin;
	readonly point: Omit<PhotometricPoint, 'received'>;
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

/** Appends a row of the photometry table in RowBinary, in the order of PHOTOMETRY_COLUMNS. */
export function writePhotometry(row: RowBinaryWriter, entry: PhotometryRow, batch: BatchStamp): void {
	const { point } = entry;
	row.string(entry.survey);
	row.string(entry.objectId);
	row.u8(KIND_CODE[point.kind]);
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
	nullableBool(row, point.positive);
	row.string(point.flags);
	row.string(point.programme);
	row.u8(ORIGIN_CODE[entry.origin]);
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

/** Appends a row of ingest_log in RowBinary; state 1 opened, 2 published, 3 abandoned. */
export function writeLog(
	row: RowBinaryWriter,
	batch: BatchStamp,
	entry: { state: 1 | 2 | 3; atMs: number; boundary: string; alerts: number; codeVersion: string },
): void {
	stamp(row, batch);
	row.u8(entry.state);
	row.dateTime64(entry.atMs);
	row.string(entry.boundary);
	row.u32(entry.alerts);
	row.string(entry.codeVersion);
}

/** Why a night was closed. */
export type CloseReason = 'sourceEnded' | 'idle' | 'operator';
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
