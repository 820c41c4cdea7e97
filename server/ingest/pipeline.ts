import type { Origin } from '#lib/alert/survey.ts';
import type { FilterHit } from '#lib/filter/hit.ts';
import { nightText } from '#lib/astro/time.ts';
import { readOpenNights, readSlot, readWatermark, type OpenNight } from '#clickhouse/read/ingest.ts';
import type { BatchStamp, DeadLetterKind } from '#clickhouse/records.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import { abandonBatch, insertNights, insertOpened, insertSent } from '#clickhouse/write/batch.ts';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import type { Models } from '#server/ml/index.ts';
import { overAtMs, QUIET_MS } from './closing.ts';
import { collect, readAll } from './collect.ts';
import { RegistryError } from './decode/confluent.ts';
import type { RegistryPatience } from './decode/patience.ts';
import { normalise as normaliseAny } from './normalise/index.ts';
import type { AlertSource, BrokenPacket, OffsetRange, RawPacket, SourceProgress } from './source/source.ts';
import type { OutgoingBatch, Sink } from './publish/sink.ts';
import { SourceError } from './source/source.ts';
import { recallBatch, writeBatch, type BatchOutcome, type Timing } from './store/batch.ts';
import { formatBoundary, parseBoundary, type Boundary } from './store/boundary.ts';
import { CutoutChunks } from './store/cutoutChunks.ts';
import type { StageFailure } from './store/enrichBatch.ts';
import { withScores } from './store/scores.ts';
import type { Filters, Stage } from './store/stage.ts';
import { STAGES } from './store/stages.ts';
import {
	batchOf,
	prepareBatch,
	readPacket,
	type Decoder,
	type Normalise,
	type Reading,
	type ReadPacket,
} from './prepare.ts';
import type { PreparedBatch, ReadAlert } from './store/prepared.ts';
import { SIMULATED_CUTOUT_SHARE } from './store/simulationBudget.ts';

/** What an ingest has done so far; every record that was received is in exactly one of the counts. */
export interface IngestTotals {
	received: number;
	stored: number;
	duplicates: number;
	/** Offsets that had ended in a state before: not received again. */
	redelivered: number;
	/** Records that had been set aside and can be read now. */
	revived: number;
	deadLetters: Partial<Record<DeadLetterKind, number>>;
	batches: number;
	seconds: number;
}

export interface IngestOptions {
	readonly store: Store;
	readonly source: AlertSource;
	/** Durable name of this writer (design rule 6). */
	readonly slot: string;
	readonly config: {
		readonly cutoutBudgetBytes: number;
		readonly simulationBudgetBytes: number;
		/** A batch closes at this many packets, or at batchMs after its first one, whichever comes first. */
		readonly batchRows: number;
		readonly batchMs: number;
	};
	readonly decoder: Decoder;
	/** By default the adapters of all surveys. */
	readonly normalise?: Normalise;
	readonly codeVersion: string;
	readonly originOverride?: 'test';
	/** Close the nights that got alerts when the source ends (a finite source). */
	readonly closeNights: boolean;
	/** Close nights that are over and have been quiet for half an hour (an endless source). */
	readonly closeIdleNights?: boolean;
	/** Give up an unfinished batch whose input is gone, instead of failing. */
	readonly abandon?: boolean;
	/** A batch is published and every reader can see it. A failure ends the ingest. */
	readonly onPublished?: (published: PublishedBatch) => void | Promise<void>;
	/** Waits for a schema registry that is away (an endless source); without it that ends the ingest. */
	readonly patience?: RegistryPatience;
	/** Output topics. The source lets the offsets of a batch go once they have it. */
	readonly sink?: Sink;
	/** Output topics have a batch. */
	readonly onSent?: (published: PublishedBatch, sentAtMs: number) => void;
	readonly onProgress?: (totals: IngestTotals & SourceProgress) => void;
	readonly onDeadLetter?: (letter: { kind: DeadLetterKind; reason: string; partition: string; member: string }) => void;
	/** A stage of the enrichment failed on a batch and left its part "not done". */
	readonly onStageFailure?: (failure: StageFailure) => void;
	/** Stages of the enrichment; by default STAGES. */
	readonly stages?: readonly Stage[];
	/** What scores every alert, before it is classified. */
	readonly models?: Models;
	/** Filters that run on every batch; none without. */
	readonly filters?: Filters;
	readonly timing?: Timing;
	/** Is told what fails beside the stream and is tried again. */
	readonly log?: (line: string) => void;
	/** Keeps the packets of new alerts, before their batch is published. */
	readonly keep?: (fresh: readonly ReadAlert[]) => void;
	readonly signal: AbortSignal;
}

/** A batch that readers can see. */
export interface PublishedBatch {
	readonly batch: BatchStamp;
	readonly prepared: PreparedBatch;
	readonly outcome: BatchOutcome;
	/** What was stored, with all that was known of it then. */
	readonly enriched: readonly EnrichedAlert[];
	/** What passed filters; `row` is the place in `enriched`. */
	readonly hits: readonly FilterHit[];
	/** Unix milliseconds at which it became visible. */
	readonly visibleAtMs: number;
}

const IDLE_CHECK_MS = 60_000;

/** source -> decode -> normalise -> enrich -> store, in numbered batches; finishes a batch left open by a crash first. */
export async function runIngest(options: IngestOptions): Promise<IngestTotals> {
	const ingest = new Ingest(options);
	let idle: NodeJS.Timeout | undefined;
	try {
		await ingest.finishOpenBatch();
		if (options.closeIdleNights === true) idle = setInterval(() => void ingest.closeIdleNights(), IDLE_CHECK_MS);
		await ingest.drain();
	} catch (error) {
		// asked to end while the schema of an open batch was waited for: it is finished at the next start
		if (!(error instanceof RegistryError && options.signal.aborted)) throw error;
	} finally {
		clearInterval(idle);
		await options.source.close?.();
	}
	if (options.closeNights && !options.signal.aborted) await ingest.closeNights();
	return ingest.totals;
}

class Ingest {
	readonly totals: IngestTotals = {
		received: 0,
		stored: 0,
		duplicates: 0,
		redelivered: 0,
		revived: 0,
		deadLetters: {},
		batches: 0,
		seconds: 0,
	};
	private readonly startedAt = performance.now();
	private readonly chunks: CutoutChunks;
	private readonly nights = new Map<string, readonly [string, Origin, number]>();
	private number = 0n;
	/** A batch could not be sent before the end: none may be opened after it, for a slot remembers only its last. */
	private stopped = false;
	private readonly closingTroubles = new Set<string>();

	constructor(private readonly options: IngestOptions) {
		this.chunks = new CutoutChunks(options.store, {
			real: options.config.cutoutBudgetBytes,
			simulated: options.config.simulationBudgetBytes * SIMULATED_CUTOUT_SHARE,
		});
	}

	async finishOpenBatch(): Promise<void> {
		const { store, slot, codeVersion } = this.options;
		const state = await readSlot(store, slot);
		this.number = state.number;
		if (state.unsent !== null) await this.sendAgain(state.unsent);
		if (state.unfinished === null) return;
		const boundary = parseBoundary(state.unfinished);
		const batch: BatchStamp = { writer: slot, number: state.number, knownAtMs: boundary.knownAtMs };
		try {
			await this.write(batch, boundary, await this.reread(boundary));
		} catch (error) {
			if (this.options.abandon !== true) throw error;
			await abandonBatch(store, batch, Date.now(), codeVersion);
		}
	}

	/** Readers can see the last batch and nothing says that output topics have it: it is made again from its records and sent. */
	private async sendAgain(text: string): Promise<void> {
		const { store, sink, slot, codeVersion, signal } = this.options;
		// batches of other kinds of writer have other boundaries
		if (sink === undefined || !text.includes('"sends":true')) return;
		const boundary = parseBoundary(text);
		const batch: BatchStamp = { writer: slot, number: this.number, knownAtMs: boundary.knownAtMs };
		let messages: number | null = 0;
		let note = 'sent by the process that took the slot over';
		try {
			messages = await sink.send(await this.recall(batch, boundary), { again: true, signal });
		} catch (error) {
			if (this.options.abandon !== true || !(error instanceof SourceError)) throw error;
			note = `given up: ${error.message}`;
		}
		if (messages === null) {
			this.stopped = true;
			return;
		}
		await insertSent(store, batch, { messages, note, atMs: Date.now() }, codeVersion);
		this.options.source.acknowledge?.(boundary.ranges);
	}

	/** A stored batch as a sink takes it, made again from its records. */
	private async recall(batch: BatchStamp, boundary: Boundary): Promise<OutgoingBatch> {
		const { store, codeVersion, filters } = this.options;
		const prepared = await this.reread(boundary);
		const { enriched, closed, hits } = await recallBatch(store, batch, boundary, prepared, {
			codeVersion,
			stages: this.stages(),
			...(filters === undefined ? {} : { filters }),
		});
		return outgoing({ batch, prepared, enriched, hits }, closed);
	}

	/**
	 * Sends what another worker has stored and not sent, where its messages came to this one too: that worker stands still, or lost its
	 * connection, and will send them whenever it goes on. What follows of their objects must come after them.
	 */
	private async sendForOthers(sink: Sink, ranges: Boundary['ranges']): Promise<void> {
		const { store, slot, signal, log } = this.options;
		for (const writer of Object.keys(await readWatermark(store))) {
			if (writer === slot) continue;
			const { number, unsent } = await readSlot(store, writer);
			if (unsent?.includes('"sends":true') !== true) continue;
			const boundary = parseBoundary(unsent);
			if (!boundary.ranges.some((theirs) => ranges.some((ours) => overlap(theirs, ours)))) continue;
			log?.(
				`Batch ${number} of ${writer} is stored and not sent, and its messages came here: it is sent from here too.`,
			);
			try {
				const outgoing = await this.recall({ writer, number, knownAtMs: boundary.knownAtMs }, boundary);
				await sink.send(outgoing, { again: true, signal });
			} catch (error) {
				if (!(error instanceof SourceError)) throw error;
				log?.(`It could not be read again, and is left to ${writer}: ${error.message}`);
			}
		}
	}

	private async reread({ ranges }: Boundary): Promise<PreparedBatch> {
		const packets: (RawPacket | BrokenPacket)[] = [];
		for await (const packet of this.options.source.reread(ranges)) packets.push(packet);
		return this.patiently(() => prepareBatch(packets, this.reading()), this.options.signal);
	}

	private patiently<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
		const { patience } = this.options;
		return patience === undefined ? read() : patience.outlast(read, signal);
	}

	private reading(): Reading {
		const { decoder, normalise = normaliseAny, originOverride } = this.options;
		return { decoder, normalise, originOverride };
	}

	private stages(): readonly Stage[] {
		const { models, stages = STAGES } = this.options;
		return models === undefined ? stages : withScores(stages, models);
	}

	/** Reads, decodes and writes until the source ends; packets are decoded as they come, while the last batch is being written. */
	async drain(): Promise<void> {
		const { source, signal } = this.options;
		let writing: Promise<void> = Promise.resolve();
		const free = (): Promise<void> => writing.catch(() => undefined);
		// a source that waits for this batch, or for packets that do not come, would never hear of a failure
		const failed = new AbortController();
		const packetsUntil = AbortSignal.any([signal, failed.signal]);
		const reading = this.reading();
		const read = (packet: RawPacket | BrokenPacket): Promise<ReadPacket> =>
			this.patiently(() => readPacket(packet, reading), packetsUntil);
		const packets = readAll(source.packets(packetsUntil), read, packetsUntil);
		for await (const batch of collect(packets, this.options.config, free)) {
			await writing;
			writing = this.openAndWrite(batchOf(batch));
			// thrown by the next await
			writing.catch(() => {
				failed.abort();
			});
		}
		await writing;
	}

	async closeNights(): Promise<void> {
		await this.close(
			[...this.nights.values()].map(([survey, origin, night]) => ({ survey, origin, night })),
			'sourceEnded',
		);
	}

	/** Closes nights that are over and quiet; a failure is tried again at the next check. */
	async closeIdleNights(): Promise<void> {
		// a source that is not connected cannot tell what waits
		if (this.options.source.lag?.() !== 0) return;
		try {
			const now = Date.now();
			const today = Math.floor(now / 86_400_000);
			const nights = await readOpenNights(this.options.store, this.options.slot, nightText(today - 30), now - QUIET_MS);
			await this.close(
				nights.filter((night) => overAtMs(night) <= now),
				'idle',
			);
			this.closingTroubles.clear();
		} catch (error) {
			this.tellClosingTrouble(error);
		}
	}

	/** Once for each kind of trouble, until a check succeeds: a store that is away for hours fails every minute. */
	private tellClosingTrouble(error: unknown): void {
		const words = error instanceof Error ? error.message : String(error);
		const kind = error instanceof StoreError && error.code !== 0 ? `store ${error.code}` : words;
		if (this.closingTroubles.has(kind)) return;
		this.closingTroubles.add(kind);
		this.options.log?.(`Nights that are over could not be closed, which is tried again every minute: ${words}`);
	}

	private async close(nights: readonly OpenNight[], reason: 'sourceEnded' | 'idle'): Promise<void> {
		if (nights.length === 0) return;
		const { store, slot } = this.options;
		const watermark = await readWatermark(store);
		const batch: BatchStamp = { writer: slot, number: this.number, knownAtMs: Date.now() };
		await insertNights(
			store,
			batch,
			nights.map((night) => ({ ...night, reason, watermark })),
		);
	}

	private async openAndWrite(prepared: PreparedBatch): Promise<void> {
		if (this.stopped) return;
		const { store, slot, codeVersion } = this.options;
		const chunk = await this.chunks.choose();
		const boundary: Boundary = {
			knownAtMs: Date.now(),
			watermark: await readWatermark(store),
			cutoutChunk: chunk.real,
			simulatedChunk: chunk.simulated,
			ranges: prepared.ranges,
			sends: this.options.sink !== undefined,
			filters: (await this.options.filters?.active()) ?? [],
		};
		this.number += 1n;
		const batch: BatchStamp = { writer: slot, number: this.number, knownAtMs: boundary.knownAtMs };
		await insertOpened(store, batch, formatBoundary(boundary), codeVersion);
		await this.write(batch, boundary, prepared);
	}

	private async write(batch: BatchStamp, boundary: Boundary, prepared: PreparedBatch): Promise<void> {
		const { store, codeVersion, timing, keep, sink, signal, source, filters } = this.options;
		const outcome = await writeBatch(store, batch, boundary, prepared, {
			codeVersion,
			...(timing === undefined ? {} : { timing }),
			...(keep === undefined ? {} : { keep }),
			...(filters === undefined ? {} : { filters }),
			stages: this.stages(),
		});
		const { enriched, closed, hits } = outcome;
		const published: PublishedBatch = { batch, prepared, outcome, enriched, hits, visibleAtMs: Date.now() };
		await this.options.onPublished?.(published);
		let messages: number | null = 0;
		if (sink !== undefined) {
			if (outcome.redelivered > 0) await this.sendForOthers(sink, boundary.ranges);
			messages = await sink.send(outgoing(published, closed), { again: false, signal });
			if (messages !== null) {
				const sentAtMs = Date.now();
				await insertSent(store, batch, { messages, note: '', atMs: sentAtMs }, codeVersion);
				this.options.onSent?.(published, sentAtMs);
			}
		}
		// what could not be sent before the end is sent by whoever takes the slot over
		if (messages === null) this.stopped = true;
		else source.acknowledge?.(boundary.ranges);
		this.count(outcome);
		const simulated = outcome.nights.some(([, origin]) => origin === 'simulated');
		await this.chunks.wrote(simulated ? 'simulated' : 'real', outcome.cutoutBytes);
		this.options.onProgress?.({ ...this.totals, ...this.options.source.progress() });
	}

	private count(outcome: BatchOutcome): void {
		this.totals.received += outcome.received;
		this.totals.stored += outcome.stored;
		this.totals.duplicates += outcome.duplicates;
		this.totals.redelivered += outcome.redelivered;
		this.totals.revived += outcome.revived;
		this.totals.batches += 1;
		this.totals.seconds = (performance.now() - this.startedAt) / 1000;
		for (const { kind, reason, place } of outcome.dead) {
			this.totals.deadLetters[kind] = (this.totals.deadLetters[kind] ?? 0) + 1;
			this.options.onDeadLetter?.({ kind, reason, partition: place.partition, member: place.member });
		}
		for (const failure of outcome.failures) this.options.onStageFailure?.(failure);
		for (const night of outcome.nights) this.nights.set(night.join(' '), night);
	}
}

const overlap = (a: OffsetRange, b: OffsetRange): boolean =>
	a.source === b.source && a.partition === b.partition && a.first <= b.last && b.first <= a.last;

/** A published batch as a sink takes it. */
function outgoing(
	{ batch, prepared, enriched, hits }: Pick<PublishedBatch, 'batch' | 'prepared' | 'enriched' | 'hits'>,
	closed: ReadonlySet<string>,
): OutgoingBatch {
	const received = new Map(prepared.alerts.map(({ alert, place }) => [alert, place.receivedAtMs]));
	return {
		batch,
		enriched,
		hits,
		hitsOnly: false,
		receivedAtMs: (alert) => received.get(alert) ?? batch.knownAtMs,
		late: ({ survey, origin, night }) => closed.has(`${survey} ${origin} ${night}`),
	};
}
