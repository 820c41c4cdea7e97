import { unixMsFromTaiMjd } from '#lib/astro/time.ts';
import type { WorkerStatusRow } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertWorkerStatus } from '#clickhouse/write/batch.ts';
import type { PublishedBatch } from './pipeline.ts';
import type { SinkFigures } from './publish/sink.ts';

/** Upper ends of the delays that are told apart, seconds. */
export const DELAY_SECONDS = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21_600, 86_400] as const;

/** Where time passes: on the way to us, here until readers see the alert, and from there until output topics have it. */
export type DelayStage = 'exposureToReceived' | 'receivedToVisible' | 'visibleToSent';

const EVERY_MS = 10_000;
/** A worker to which nothing comes says so now and then. */
const QUIET_EVERY_MS = 20_000;

/** What only the source knows. */
export interface SourceFigures {
	readonly lag: ReadonlyMap<string, number>;
	readonly lost: number;
	readonly rebalances: number;
	/** What keeps messages from being read, '' for nothing. */
	readonly trouble: string;
}

const NOTHING_SENT: SinkFigures = { sent: 0, again: 0, withheld: 0, trouble: '' };

/** Keeps the figures of a worker and appends them to the store now and then. A store that is away loses figures, never alerts. */
export class WorkerStatus {
	readonly #delays = new Map<string, number>();
	readonly #delaySeconds = new Map<string, number>();
	readonly #counts = { received: 0, stored: 0, duplicates: 0, deadLetters: 0, redelivered: 0 };
	readonly #startedAtMs = Date.now();
	readonly #timer: NodeJS.Timeout;
	#writtenAtMs = 0;
	/** What the last report said, but for the counts of single alerts. */
	#last = '';
	#writing: Promise<void> = Promise.resolve();

	constructor(
		private readonly store: Store,
		private readonly writer: string,
		private readonly figures: () => SourceFigures,
		private readonly sent: () => SinkFigures | undefined = () => undefined,
	) {
		this.#timer = setInterval(() => {
			this.#writeIfDue();
		}, EVERY_MS);
	}

	/** Counts a batch that readers can see. */
	count({ outcome, prepared, visibleAtMs }: Pick<PublishedBatch, 'outcome' | 'prepared' | 'visibleAtMs'>): void {
		const { received, stored, duplicates, redelivered, dead } = outcome;
		this.#counts.received += received;
		this.#counts.stored += stored;
		this.#counts.duplicates += duplicates;
		this.#counts.redelivered += redelivered;
		this.#counts.deadLetters += dead.length;
		const fresh = new Set(outcome.enriched.map(({ alert }) => alert));
		for (const { alert, place } of prepared.alerts) {
			if (!fresh.has(alert)) continue;
			this.#add(alert.survey, 'exposureToReceived', (place.receivedAtMs - unixMsFromTaiMjd(alert.mjd)) / 1000);
			this.#add(alert.survey, 'receivedToVisible', (visibleAtMs - place.receivedAtMs) / 1000);
		}
	}

	/** Counts how long a batch that output topics have took to them. */
	countSent({ outcome, visibleAtMs }: Pick<PublishedBatch, 'outcome' | 'visibleAtMs'>, sentAtMs: number): void {
		for (const { alert } of outcome.enriched) this.#add(alert.survey, 'visibleToSent', (sentAtMs - visibleAtMs) / 1000);
	}

	#add(survey: string, stage: DelayStage, seconds: number): void {
		const key = `${survey}/${stage}`;
		this.#delaySeconds.set(key, (this.#delaySeconds.get(key) ?? 0) + seconds);
		const le = DELAY_SECONDS.find((end) => seconds <= end) ?? 'inf';
		const bucket = `${key}/${le}`;
		this.#delays.set(bucket, (this.#delays.get(bucket) ?? 0) + 1);
	}

	#row(atMs: number, ended = false): WorkerStatusRow {
		const { sent, again, withheld, trouble } = this.sent() ?? NOTHING_SENT;
		const { lag, lost, rebalances, trouble: readTrouble } = this.figures();
		return {
			sent,
			sentAgain: again,
			withheld,
			trouble,
			writer: this.writer,
			atMs,
			startedAtMs: this.#startedAtMs,
			...this.#counts,
			...{ lag, lost, rebalances, readTrouble, ended },
			delays: this.#delays,
			delaySeconds: this.#delaySeconds,
		};
	}

	#writeIfDue(): void {
		const now = Date.now();
		const row = this.#row(now);
		const { received, sent, trouble, readTrouble, lag } = row;
		const words = JSON.stringify([received, sent, trouble, readTrouble, ...lag]);
		if (words === this.#last && now - this.#writtenAtMs < QUIET_EVERY_MS) return;
		this.#last = words;
		this.#writtenAtMs = now;
		this.#writing = this.#writing.then(() => insertWorkerStatus(this.store, row).catch(() => undefined));
	}

	/** Writes the last figures and ends. */
	async close(): Promise<void> {
		clearInterval(this.#timer);
		await this.#writing;
		await insertWorkerStatus(this.store, this.#row(Date.now(), true)).catch(() => undefined);
	}
}
