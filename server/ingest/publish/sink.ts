import type { Alert } from '#lib/alert/alert.ts';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import type { FilterHit } from '#lib/filter/hit.ts';

/** A batch that readers can see, on its way out. */
export interface OutgoingBatch {
	readonly batch: { readonly writer: string; readonly number: bigint; readonly knownAtMs: number };
	readonly enriched: readonly EnrichedAlert[];
	readonly hits: readonly FilterHit[];
	/** The alerts themselves were sent when they came: only the topics of filters get them. */
	readonly hitsOnly: boolean;
	readonly receivedAtMs: (alert: Alert) => number;
	/** Whether the alert came after its night was closed. */
	readonly late: (alert: Alert) => boolean;
}

/** What a sink did since it began. */
export interface SinkFigures {
	/** Messages that the broker acknowledged. */
	readonly sent: number;
	/** Those of them that may have been sent before: a batch in whose middle this or an earlier process was stopped. */
	readonly again: number;
	/** Alerts that were not sent because their programme is not public. */
	readonly withheld: number;
	/** What keeps it from sending now; '' when nothing does. */
	readonly trouble: string;
}

/** Where published batches are sent. */
export interface Sink {
	readonly figures: SinkFigures;
	/** Whether what it sends has the images of alerts. */
	readonly carriesCutouts: boolean;
	/**
	 * Sends a batch and answers the number of messages once each was acknowledged, however long that takes; null when `signal` came
	 * and it could not be sent. `again`: an earlier process may have sent it, or part of it.
	 */
	send(batch: OutgoingBatch, how: { readonly again: boolean; readonly signal: AbortSignal }): Promise<number | null>;
	close(): Promise<void>;
}
