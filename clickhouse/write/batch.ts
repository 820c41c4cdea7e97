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
	REPLAY_COLUMNS,
	WORKER_STATUS_COLUMNS,
	writeReplay,
	writeWorkerStatus,
	type ReplayRow,
	type WorkerStatusRow,
	PHOTOMETRY_COLUMNS,
	SCORE_COLUMNS,
	writeAlert,
	writeDeadLetter,
	writeDelivery,
	writeLog,
	writeNight,
	writePhotometry,
	writeScore,
	type BatchStamp,
	type DeadLetterRow,
	type DeliveryRow,
	type PhotometryRow,
	type ScoreRow,
	type StoredAlertRow,
} from '../records.ts';
import { NativeWriter } from '../native.ts';
import { RowBinaryWriter } from '../rowBinary.ts';
import type { RowSink } from '../rowSink.ts';
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

/** Records that output topics have a batch, in so many messages; `note` says what else there is to know of it. */
export async function insertSent(
	store: Store,
	batch: BatchStamp,
	{ messages, note, atMs }: { readonly messages: number; readonly note: string; readonly atMs: number },
	codeVersion: string,
): Promise<void> {
	const entry = { state: 4, atMs, boundary: note, alerts: messages, codeVersion } as const;
	await insertRows(
		store,
		'ingest_log',
		LOG_COLUMNS,
		[entry],
		(row, log) => {
			writeLog(row, batch, log);
		},
		token(batch, 'sent'),
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
	// sorted as the table is, the store need not copy the images into order
	const sorted = [...alerts].sort((a, b) => compareText(a.survey, b.survey) || compare(a.alertId, b.alertId));
	const pieces = sorted.flatMap((alert) => cutoutPieces(row, alert, chunkOf(alert), batch));
	await store.insert('cutouts', CUTOUT_COLUMNS, pieces, token(batch, 'cutouts'));
}

/** Inserts many rows column by column. */
async function insertBlock<Row>(
	store: Store,
	table: string,
	columns: readonly string[],
	rows: readonly Row[],
	write: (sink: RowSink, row: Row) => void,
	insertToken: string,
	bytesPerRow: number,
): Promise<void> {
	if (rows.length === 0) return;
	const block = new NativeWriter(columns, rows.length, bytesPerRow);
	for (const row of rows) write(block, row);
	await store.insert(table, columns, block.finish(), insertToken);
	block.release();
}

/** Rows in the order of the table's key, so that the store need not sort them. */
function sortedPhotometry(rows: readonly PhotometryRow[]): PhotometryRow[] {
	const objects = new Map<string, PhotometryRow[]>();
	for (const row of rows) {
		const object = objects.get(row.objectId);
		if (object === undefined) objects.set(row.objectId, [row]);
		else object.push(row);
	}
	const sorted: PhotometryRow[] = [];
	for (const id of [...objects.keys()].sort(compareText)) {
		const object = objects.get(id) ?? [];
		object.sort((a, b) => compareText(a.survey, b.survey) || a.point.mjd - b.point.mjd || a.key - b.key);
		for (const row of object) sorted.push(row);
	}
	return sorted;
}

/** Inserts photometric points. */
export async function insertPhotometry(store: Store, batch: BatchStamp, rows: readonly PhotometryRow[]): Promise<void> {
	await insertBlock(
		store,
		'photometry',
		PHOTOMETRY_COLUMNS,
		sortedPhotometry(rows),
		(row, entry) => {
			writePhotometry(row, entry, batch);
		},
		token(batch, 'photometry'),
		160,
	);
}

/** Inserts the alerts of one survey: last of a batch's data, so that a visible alert is complete. */
export async function insertAlerts(
	store: Store,
	batch: BatchStamp,
	survey: Survey,
	rows: readonly StoredAlertRow[],
): Promise<void> {
	// sorted as the table is, the store need not permute hundreds of columns
	const sorted = [...rows].sort((a, b) =>
		a.hpx29 === b.hpx29 ? compare(a.alert.alertId, b.alert.alertId) : compare(a.hpx29, b.hpx29),
	);
	await insertBlock(
		store,
		'alerts',
		alertColumns(survey),
		sorted,
		(row, entry) => {
			writeAlert(row, entry, survey, batch);
		},
		token(batch, `alerts:${survey.name}`),
		2000,
	);
}

function compareText(a: string, b: string): number {
	return a === b ? 0 : a < b ? -1 : 1;
}

function compare(a: bigint, b: bigint): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** Inserts scores of alerts, with those that are not done. */
export async function insertScores(store: Store, batch: BatchStamp, rows: readonly ScoreRow[]): Promise<void> {
	await insertRows(
		store,
		'scores',
		SCORE_COLUMNS,
		rows,
		(row, entry) => {
			writeScore(row, entry, batch);
		},
		token(batch, 'scores'),
		rows.length * 128,
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

/** Records the dead letters whose records a batch brought again and could read. */
export async function insertReplays(store: Store, batch: BatchStamp, rows: readonly ReplayRow[]): Promise<void> {
	await insertRows(
		store,
		'replays',
		REPLAY_COLUMNS,
		rows,
		(row, entry) => {
			writeReplay(row, entry, batch);
		},
		token(batch, 'replays'),
	);
}

/** Records how a worker stands. */
export async function insertWorkerStatus(store: Store, status: WorkerStatusRow): Promise<void> {
	const insertToken = `${status.writer}:status:${status.atMs}`;
	await insertRows(
		store,
		'worker_status',
		WORKER_STATUS_COLUMNS,
		[status],
		(row, entry) => {
			writeWorkerStatus(row, entry);
		},
		insertToken,
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
