import offsetsSql from '../queries/ingest/simulated_offsets.sql?raw';
import totalsSql from '../queries/ingest/simulated_totals.sql?raw';
import type { Store } from '../store.ts';

/** Per simulated night (partition), the first offset that was not brought in yet. */
export async function readSimulatedOffsets(store: Store): Promise<Map<string, number>> {
	const rows = await store.query<{ partition: string; next: string }>(offsetsSql, {}, { class: 'ingest' });
	return new Map(rows.map((row) => [row.partition, Number(row.next)]));
}

/** Alerts and nights of the simulated sky. */
export async function readSimulatedTotals(store: Store): Promise<{ alerts: number; nights: number }> {
	const [row] = await store.query<{ alerts: string; nights: string }>(totalsSql, {}, { class: 'ingest' });
	return { alerts: Number(row?.alerts ?? 0), nights: Number(row?.nights ?? 0) };
}
