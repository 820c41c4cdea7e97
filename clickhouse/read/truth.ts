import knownTruthSql from '../queries/ingest/known_truth.sql?raw';
import type { Store } from '../store.ts';

/** Those of some alerts of a survey of which it is stored what they really were. */
export async function readKnownTruth(store: Store, survey: string, ids: readonly bigint[]): Promise<Set<bigint>> {
	const rows = await store.query<{ alert_id: string }>(knownTruthSql, { survey, ids }, { class: 'ingest' });
	return new Set(rows.map(({ alert_id }) => BigInt(alert_id)));
}
