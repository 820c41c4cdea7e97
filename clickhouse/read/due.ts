import dueAlertsSql from '../queries/ingest/due_alerts.sql?raw';
import dueCountSql from '../queries/ingest/due_count.sql?raw';
import settledScoresSql from '../queries/ingest/settled_scores.sql?raw';
import type { Origin } from '#lib/alert/survey.ts';
import { patiently } from '../patience.ts';
import type { Param, Store } from '../store.ts';
import type { Watermark } from './ingest.ts';

/** Which alerts of a survey, and which numbers they should have. */
export interface Due {
	readonly survey: string;
	/** YYYY-MM-DD, inclusive. */
	readonly nightFrom: string;
	readonly nightTo: string;
	readonly origins: readonly Origin[];
	readonly watermark: Watermark;
	/** `model version label`. */
	readonly targets: readonly string[];
	/** Reasons that begin so are final: the alert is at fault, not the model. */
	readonly settled: string;
}

/** An alert that lacks a number, with the batch that wrote it. */
export interface DueAlert {
	readonly writer: string;
	readonly number: string;
	readonly alertId: string;
	readonly objectId: string;
}

function params(due: Due): Record<string, Param> {
	const { survey, nightFrom, nightTo, origins, targets, settled } = due;
	// an empty map needs one entry for ClickHouse to know its type
	const watermark: Param = Object.keys(due.watermark).length === 0 ? { '': 0n } : due.watermark;
	return { survey, nightFrom, nightTo, origins, targets, settled, watermark };
}

/** Alerts that lack a number, in the order in which they became known, after one of them. */
export async function readDueAlerts(
	store: Store,
	due: Due,
	after: DueAlert | null,
	limit: number,
): Promise<DueAlert[]> {
	const cursor = {
		cursorWriter: after?.writer ?? '',
		cursorNumber: BigInt(after?.number ?? 0),
		cursorId: BigInt(after?.alertId ?? 0),
	};
	return patiently(() =>
		store.query<DueAlert>(dueAlertsSql, { ...params(due), ...cursor, limit }, { class: 'ingest' }),
	);
}

/** How many alerts lack a number. */
export async function countDueAlerts(store: Store, due: Due): Promise<number> {
	const [row] = await patiently(() => store.query<{ alerts: string }>(dueCountSql, params(due), { class: 'ingest' }));
	return Number(row?.alerts ?? 0);
}

/** The numbers of alerts that stand already, as `alertId model version label`. */
export async function readSettled(
	store: Store,
	{ survey, targets, settled }: Pick<Due, 'survey' | 'targets' | 'settled'>,
	ids: readonly bigint[],
): Promise<Set<string>> {
	const rows = await patiently(() =>
		store.query<{ alertId: string; target: string }>(
			settledScoresSql,
			{ survey, ids, targets, settled },
			{ class: 'ingest' },
		),
	);
	return new Set(rows.map(({ alertId, target }) => `${alertId} ${target}`));
}
