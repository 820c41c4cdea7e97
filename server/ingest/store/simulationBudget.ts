import deleteSql from '#clickhouse/queries/ingest/simulated_before.sql?raw';
import usageSql from '#clickhouse/queries/ingest/simulated_bytes.sql?raw';
import { nightText, taiFromUtcMjd } from '#lib/astro/time.ts';
import type { Store } from '#clickhouse/store.ts';
import { runAlterations } from '#clickhouse/write/batch.ts';

/** Share of the simulation's budget that its cutouts may take; rows have the rest. */
export const SIMULATED_CUTOUT_SHARE = 0.75;

/** MJD of 1970-01-01. */
const MJD_1970 = 40_587;

/** Nights that are always kept. */
const LEAST_NIGHTS = 14;

interface Usage {
	bytes: string;
	oldest: number;
	newest: number;
}

/**
 * Drops the oldest simulated nights while the rows of the simulation take more than their share of a budget in bytes
 * (cutouts are kept within theirs by their chunks). Real rows are never touched. Returns the nights dropped.
 */
export async function keepSimulationWithinBudget(store: Store, budgetBytes: number): Promise<number> {
	const [usage] = await store.query<Usage>(usageSql, {}, { class: 'ingest' });
	if (usage === undefined) return 0;
	const nights = usage.newest - usage.oldest + 1;
	const excess = Number(usage.bytes) / (budgetBytes * (1 - SIMULATED_CUTOUT_SHARE)) - 1;
	if (excess <= 0 || nights <= LEAST_NIGHTS) return 0;
	// nights are about equal: drop the share that is too much, and a tenth more so that this is rare
	const drop = Math.min(nights - LEAST_NIGHTS, Math.max(1, Math.ceil(nights * (1 - 1 / (1.1 * (1 + excess))))));
	const night = usage.oldest + drop;
	await runAlterations(store, deleteSql, { night: nightText(night), mjd: taiFromUtcMjd(MJD_1970 + night) });
	return drop;
}
