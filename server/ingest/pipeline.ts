import type { Origin } from '#lib/alert/survey.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { nightText } from '#lib/astro/time.ts';
import { readOpenNights, readSlot, readWatermark, type OpenNight } from '#clickhouse/read/ingest.ts';
import type { BatchStamp, DeadLetterKind } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';
import { abandonBatch, insertNights, insertOpened } from '#clickhouse/write/batch.ts';
import { normalise as normaliseAny } from './normalise/index.ts';
import type { AlertSource, BrokenPacket, RawPacket, SourceProgress } from './source/source.ts';
import { writeBatch, type BatchOutcome, type Timing } from './store/batch.ts';
import { formatBoundary, parseBoundary, type Boundary } from './store/boundary.ts';
import { CutoutChunks } from './store/cutoutChunks.ts';
import { prepareBatch, type Decoder, type Normalise } from './prepare.ts';
import type { PreparedBatch } from './store/prepared.ts';
import { SIMULATED_CUTOUT_SHARE } from './store/simulationBudget.ts';

/** What an ingest has done so far; every record that was received is in exactly one of the counts. */
export interface IngestTotals {
	received: number;
	stored: number;
	duplicates: number;
	/** Offsets that had ended in a state before: not received again. */
	redelivered: number;
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
	readonly onProgress?: (totals: IngestTotals & SourceProgress) => void;
	readonly onDeadLetter?: (letter: { kind: DeadLetterKind; reason: string; partition: string; member: string }) => void;
	readonly timing?: Timing;
	readonly signal: AbortSignal;
}

/** Bytes of packets after which a batch closes whatever its rows. */
const BATCH_BYTES = 192 * 1024 * 1024;

const IDLE_CHECK_MS = 60_000;
const QUIET_MS = 30 * 60_000;

/** source -> decode -> normalise -> enrich -> store, in numbered batches; finishes a batch left open by a crash first. */
export async function runIngest(options: IngestOptions): Promise<IngestTotals> {
	const ingest = new Ingest(options);
	await ingest.finishOpenBatch();
	const idle =
		options.closeIdleNights === true ? setInterval(() => void ingest.closeIdleNights(), IDLE_CHECK_MS) : undefined;
	try {
		await ingest.drain();
	} finally {
		clearInterval(idle);
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
		deadLetters: {},
		batches: 0,
		seconds: 0,
	};
	private readonly startedAt = performance.now();
	private readonly chunks: CutoutChunks;
	private readonly nights = new Map<string, readonly [string, Origin, number]>();
	private number = 0n;

	constructor(private readonly options: IngestOptions) {
		this.chunks = new CutoutChunks(options.store, {
			real: options.config.cutoutBudgetBytes,
			simulated: options.config.simulationBudgetBytes * SIMULATED_CUTOUT_SHARE,
		});
	}

	async finishOpenBatch(): Promise<void> {
		const { store, slot, source, decoder, normalise = normaliseAny, originOverride, codeVersion } = this.options;
		const state = await readSlot(store, slot);
		this.number = state.number;
		if (state.unfinished === null) return;
		const boundary = parseBoundary(state.unfinished);
		const batch: BatchStamp = { writer: slot, number: state.number, knownAtMs: boundary.knownAtMs };
		try {
			const packets: (RawPacket | BrokenPacket)[] = [];
			for await (const packet of source.reread(boundary.ranges)) packets.push(packet);
			await this.write(batch, boundary, await prepareBatch(packets, decoder, normalise, originOverride));
		} catch (error) {
			if (this.options.abandon !== true) throw error;
			await abandonBatch(store, batch, Date.now(), codeVersion);
		}
	}

	/** Reads, decodes and writes until the source ends; the next batch is decoded while the last is being written. */
	async drain(): Promise<void> {
		const { source, signal, decoder, normalise = normaliseAny, originOverride } = this.options;
		let writing: Promise<void> = Promise.resolve();
		for await (const packets of collect(source.packets(signal), this.options.config)) {
			const prepared = await prepareBatch(packets, decoder, normalise, originOverride);
			await writing;
			writing = this.openAndWrite(prepared);
			// a failure is thrown by the next await; this keeps Node from calling it unhandled before
			writing.catch(() => undefined);
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
		try {
			const now = Date.now();
			const today = Math.floor(now / 86_400_000);
			const nights = await readOpenNights(this.options.store, this.options.slot, nightText(today - 30), now - QUIET_MS);
			const over = nights.filter(({ survey, night }) => {
				const offset = findSurvey(survey)?.nightOffsetHours ?? 0;
				return night < Math.floor((now - offset * 3_600_000) / 86_400_000);
			});
			await this.close(over, 'idle');
		} catch {
			// the store is away; the ingest itself will say so
		}
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
		const { store, slot, codeVersion } = this.options;
		const chunk = await this.chunks.choose();
		const boundary: Boundary = {
			knownAtMs: Date.now(),
			watermark: await readWatermark(store),
			cutoutChunk: chunk.real,
			simulatedChunk: chunk.simulated,
			ranges: prepared.ranges,
		};
		this.number += 1n;
		const batch: BatchStamp = { writer: slot, number: this.number, knownAtMs: boundary.knownAtMs };
		await insertOpened(store, batch, formatBoundary(boundary), codeVersion);
		await this.write(batch, boundary, prepared);
	}

	private async write(batch: BatchStamp, boundary: Boundary, prepared: PreparedBatch): Promise<void> {
		const { store, codeVersion, timing } = this.options;
		const outcome = await writeBatch(store, batch, boundary, prepared, codeVersion, timing);
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
		this.totals.batches += 1;
		this.totals.seconds = (performance.now() - this.startedAt) / 1000;
		for (const { kind, reason, place } of outcome.dead) {
			this.totals.deadLetters[kind] = (this.totals.deadLetters[kind] ?? 0) + 1;
			this.options.onDeadLetter?.({ kind, reason, partition: place.partition, member: place.member });
		}
		for (const night of outcome.nights) this.nights.set(night.join(' '), night);
	}
}

/** Groups packets into batches: closed at a number of rows, of bytes, or some time after the first packet. */
async function* collect(
	packets: AsyncIterable<RawPacket | BrokenPacket>,
	limits: { readonly batchRows: number; readonly batchMs: number },
): AsyncGenerator<(RawPacket | BrokenPacket)[]> {
	const iterator = packets[Symbol.asyncIterator]();
	let batch: (RawPacket | BrokenPacket)[] = [];
	let bytes = 0;
	let deadline = Number.POSITIVE_INFINITY;
	let next = iterator.next();
	try {
		for (;;) {
			const result = await beforeDeadline(next, deadline);
			if (result === 'late') {
				yield batch;
				batch = [];
				bytes = 0;
				deadline = Number.POSITIVE_INFINITY;
				continue;
			}
			if (result.done === true) break;
			if (batch.length === 0) deadline = performance.now() + limits.batchMs;
			batch.push(result.value);
			bytes += result.value.bytes.length;
			next = iterator.next();
			if (batch.length >= limits.batchRows || bytes >= BATCH_BYTES || performance.now() >= deadline) {
				yield batch;
				batch = [];
				bytes = 0;
				deadline = Number.POSITIVE_INFINITY;
			}
		}
		if (batch.length > 0) yield batch;
	} finally {
		next.catch(() => undefined);
		await iterator.return?.();
	}
}

/** The result, or 'late' when the deadline (performance.now milliseconds) passes first. */
async function beforeDeadline<T>(result: Promise<T>, deadline: number): Promise<T | 'late'> {
	if (deadline === Number.POSITIVE_INFINITY) return result;
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<'late'>((resolve) => {
		timer = setTimeout(
			() => {
				resolve('late');
			},
			Math.max(0, deadline - performance.now()),
		);
	});
	try {
		return await Promise.race([result, late]);
	} finally {
		clearTimeout(timer);
	}
}
