import type { Origin } from '#lib/alert/survey.ts';
import batchAlertsSql from '../queries/ingest/batch_alerts.sql?raw';
import featureBatchesSql from '../queries/ingest/feature_batches.sql?raw';
import featureCountSql from '../queries/ingest/feature_count.sql?raw';
import { patiently } from '../patience.ts';
import type { Param, Store } from '../store.ts';
import type { Watermark } from './ingest.ts';

/** Which alerts of a survey should have features of a version. */
export interface DueFeatures {
	readonly survey: string;
	/** YYYY-MM-DD, inclusive. */
	readonly nightFrom: string;
	readonly nightTo: string;
	readonly origins: readonly Origin[];
	readonly watermark: Watermark;
	readonly version: string;
	/** Only alerts whose own features were made by these versions, '' = not done; empty = any. */
	readonly made: readonly string[];
}

/** A batch as it was written, and those of its alerts that lack the features. */
export interface DueBatch {
	readonly writer: string;
	readonly number: string;
	readonly ids: readonly string[];
}

function params({ watermark, ...due }: DueFeatures): Record<string, Param> {
	// an empty map needs one entry for ClickHouse to know its type
	return { ...due, watermark: Object.keys(watermark).length === 0 ? { '': 0n } : watermark };
}

/** Batches with alerts that lack the features, in the order in which they became known, after one of them. */
export async function readDueBatches(
	store: Store,
	due: DueFeatures,
	after: DueBatch | null,
	limit: number,
): Promise<DueBatch[]> {
	const cursor = { cursorWriter: after?.writer ?? '', cursorNumber: BigInt(after?.number ?? 0) };
	return patiently(() =>
		store.query<DueBatch>(featureBatchesSql, { ...params(due), ...cursor, limit }, { class: 'ingest' }),
	);
}

/** How many alerts lack the features. */
export async function countDueFeatures(store: Store, due: DueFeatures): Promise<number> {
	const [row] = await patiently(() =>
		store.query<{ alerts: string }>(featureCountSql, params(due), { class: 'ingest' }),
	);
	return Number(row?.alerts ?? 0);
}

/** Ids of the alerts of one batch by survey. */
export async function readBatchAlerts(store: Store, writer: string, number: bigint): Promise<Map<string, bigint[]>> {
	const rows = await patiently(() =>
		store.query<{ survey: string; alertId: string }>(batchAlertsSql, { writer, number }, { class: 'ingest' }),
	);
	const ids = new Map<string, bigint[]>();
	for (const { survey, alertId } of rows) {
		const known = ids.get(survey);
		if (known === undefined) ids.set(survey, [BigInt(alertId)]);
		else known.push(BigInt(alertId));
	}
	return ids;
}
