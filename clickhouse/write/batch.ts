import type { Alert } from '#lib/alert/alert.ts';
import type { Survey } from '#lib/alert/survey.ts';
import {
	alertColumns,
	cutoutPieces,
	CUTOUT_COLUMNS,
	DEAD_LETTER_COLUMNS,
	DELIVERY_COLUMNS,
	LOG_COLUMNS,
	NIGHT_COLUMNS,
	PHOTOMETRY_COLUMNS,
	writeAlert,
	writeDeadLetter,
	writeDelivery,
	writeLog,
	writeNight,
	writePhotometry,
	type BatchStamp,
	type DeadLetterRow,
	type DeliveryRow,
	type PhotometryRow,
	type StoredAlertRow,
} from '../records.ts';
import { RowBinaryWriter } from '../rowBinary.ts';
import abandonSql from '../queries/ingest/abandon.sql?raw';
import type { Param, Store } from '../store.ts';

/** The deduplication token of a batch in a table (design rule 6): a repeated insert of the same batch is dropped whole. */
function token(batch: BatchStamp, part: string): string {
	return `${batch.writer}:${batch.number}:${part}`;
}

async function insertRows<Row>(
	store: Store,
	table: string,
	columns: readonly string[],
	rows: readonly Row[],
	write: (writer: RowBinaryWriter, row: Row) => void,
	insertToken: string,
	sizeHint = 1 << 16,
): Promise<void> {
	if (rows.length === 0) return;
	const writer = new RowBinaryWriter(sizeHint);
	for (const row of rows) write(writer, row);
	await store.insert(table, columns, writer.finish(), insertToken);
}

/** Records the boundary of a batch; must be durable before its first insert. */
export async function insertOpened(
	store: Store,
	batch: BatchStamp,
	boundary: string,
	codeVersion: string,
): Promise<void> {
	const entry = { state: 1, atMs: batch.knownAtMs, boundary, alerts: 0, codeVersion } as const;
	await insertRows(
		store,
		'ingest_log',
		LOG_COLUMNS,
		[entry],
		(row, log) => {
			writeLog(row, batch, log);
		},
		token(batch, 'opened'),
	);
}

/** Publishes a batch: from now on it is known. */
export async function insertPublished(
	store: Store,
	batch: BatchStamp,
	alerts: number,
	atMs: number,
	codeVersion: string,
): Promise<void> {
	const entry = { state: 2, atMs, boundary: '', alerts, codeVersion } as const;
	await insertRows(
		store,
		'ingest_log',
		LOG_COLUMNS,
		[entry],
		(row, log) => {
			writeLog(row, batch, log);
		},
		token(batch, 'published'),
	);
}

/**
 * Gives a batch up whose input is gone: what it left is removed, for its number will lie below the watermark once the next one
 * is published, and the log says so.
 */
export async function abandonBatch(store: Store, batch: BatchStamp, atMs: number, codeVersion: string): Promise<void> {
	await runAlterations(store, abandonSql, { writer: batch.writer, number: batch.number });
	const entry = { state: 3, atMs, boundary: '', alerts: 0, codeVersion } as const;
	await insertRows(
		store,
		'ingest_log',
		LOG_COLUMNS,
		[entry],
		(row, log) => {
			writeLog(row, batch, log);
		},
		token(batch, 'abandoned'),
	);
}

/** Inserts the cutouts of alerts into their chunk; `chunkOf` gives it. */
export async function insertCutouts(
	store: Store,
	batch: BatchStamp,
	alerts: readonly Alert[],
	chunkOf: (alert: Alert) => number,
): Promise<void> {
	if (alerts.length === 0) return;
	const row = new RowBinaryWriter(alerts.length * 512);
	const pieces = alerts.flatMap((alert) => cutoutPieces(row, alert, chunkOf(alert), batch));
	await store.insert('cutouts', CUTOUT_COLUMNS, pieces, token(batch, 'cutouts'));
}

/** Inserts photometric points. */
export async function insertPhotometry(store: Store, batch: BatchStamp, rows: readonly PhotometryRow[]): Promise<void> {
	await insertRows(
		store,
		'photometry',
		PHOTOMETRY_COLUMNS,
		rows,
		(row, entry) => {
			writePhotometry(row, entry, batch);
		},
		token(batch, 'photometry'),
		rows.length * 180,
	);
}

/** Inserts the alerts of one survey: last of a batch's data, so that a visible alert is complete. */
export async function insertAlerts(
	store: Store,
	batch: BatchStamp,
	survey: Survey,
	rows: readonly StoredAlertRow[],
): Promise<void> {
	await insertRows(
		store,
		'alerts',
		alertColumns(survey),
		rows,
		(row, entry) => {
			writeAlert(row, entry, survey, batch);
		},
		token(batch, `alerts:${survey.name}`),
		rows.length * 1400,
	);
}

/** Inserts dead letters. */
export async function insertDeadLetters(
	store: Store,
	batch: BatchStamp,
	rows: readonly DeadLetterRow[],
): Promise<void> {
	await insertRows(
		store,
		'dead_letters',
		DEAD_LETTER_COLUMNS,
		rows,
		(row, entry) => {
			writeDeadLetter(row, entry, batch);
		},
		token(batch, 'dead'),
	);
}

/** Inserts what became of each partition's offsets. */
export async function insertDeliveries(store: Store, batch: BatchStamp, rows: readonly DeliveryRow[]): Promise<void> {
	await insertRows(
		store,
		'deliveries',
		DELIVERY_COLUMNS,
		rows,
		(row, entry) => {
			writeDelivery(row, entry, batch);
		},
		token(batch, 'deliveries'),
	);
}

/** Closes nights of surveys as of a watermark. */
export async function insertNights(
	store: Store,
	batch: BatchStamp,
	rows: readonly Parameters<typeof writeNight>[1][],
): Promise<void> {
	const names = rows.map((row) => `${row.survey}/${row.origin}/${row.night}`).join();
	await insertRows(
		store,
		'nights',
		NIGHT_COLUMNS,
		rows,
		(row, entry) => {
			writeNight(row, entry, batch);
		},
		token(batch, `nights:${names}`),
	);
}

/** What an ALTER names for a table: on a cluster the local tables of every host. */
function alterTarget(store: Store, table: string): string {
	return store.cluster === null ? table : `${table}_local ON CLUSTER '${store.cluster.replace(/[^\w-]/g, '')}'`;
}

/** Runs the ALTER statements of a query file one after the other, on every host. */
export async function runAlterations(
	store: Store,
	sql: string,
	params: Readonly<Record<string, Param>>,
): Promise<void> {
	const statements = sql
		.replace(/^--.*$/gm, '')
		.split(';')
		.map((text) => text.trim())
		.filter(Boolean);
	for (const statement of statements) {
		await store.command(
			statement.replace(/ALTER TABLE (\w+)/, (_, table: string) => `ALTER TABLE ${alterTarget(store, table)}`),
			params,
		);
	}
}

/** Drops a chunk of cutouts whole. */
export async function dropCutoutChunk(store: Store, chunk: number): Promise<void> {
	if (!Number.isInteger(chunk) || chunk < 0) throw new RangeError(`A cutout chunk is a whole number, not ${chunk}.`);
	await store.command(`ALTER TABLE ${alterTarget(store, 'cutouts')} DROP PARTITION ${chunk}`);
}
