import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import type { FilterHit } from '#lib/filter/hit.ts';
import type { Watermark } from '#clickhouse/read/ingest.ts';
import type { BatchStamp } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';

/** An alert on its way through the stages: what they have not given yet is empty. */
export type DraftAlert = { -readonly [Member in keyof EnrichedAlert]: EnrichedAlert[Member] };

/** What a stage may ask of the store: nothing that was not known at the watermark (design rule 6). */
export interface EnrichContext {
	readonly store: Store;
	readonly watermark: Watermark;
	readonly batch: BatchStamp;
	readonly codeVersion: string;
}

/**
 * One step of the enrichment of a batch. The same alerts at the same watermark give the same answer, for a batch may be written
 * again. A StoreError stops the batch and is tried again with it; anything else that a stage throws is its own failure.
 */
export interface Stage {
	readonly name: string;
	/** Fills its members of every alert of the batch, of all surveys together. */
	enrich(alerts: readonly DraftAlert[], context: EnrichContext): Promise<void> | void;
	/** Sets its members to "not done" with the reason, after enrich threw half way. */
	notDone(alerts: readonly DraftAlert[], reason: string): void;
	/** Inserts its rows, under tokens of the batch; runs after all stages and before the alert rows. */
	insert?(alerts: readonly EnrichedAlert[], context: EnrichContext): Promise<void>;
}

/** Runs the filters of people on a batch that is enriched. */
export interface Filters {
	/** References (`id@version`) of the filters that run on a batch that begins now; they stand in its boundary. */
	active(): Promise<readonly string[]>;
	/** The hits of those filters, `row` being the place in `alerts`: the same for the same batch and references. */
	run(alerts: readonly EnrichedAlert[], references: readonly string[]): Promise<readonly FilterHit[]>;
	/** Inserts the hits under the token of the batch, before its alert rows. */
	insert(hits: readonly FilterHit[], alerts: readonly EnrichedAlert[], batch: BatchStamp): Promise<void>;
}
