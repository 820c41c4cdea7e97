import { readCutoutChunks } from '#clickhouse/read/ingest.ts';
import type { Store } from '#clickhouse/store.ts';
import { dropCutoutChunk } from '#clickhouse/write/batch.ts';

/** Chunks of simulated cutouts have this bit set: they have a budget of their own and never push out real ones. */
const SIMULATED = 0x8000_0000;

/** Least bytes of a chunk; larger budgets take larger chunks, so that no more than about 64 partitions are kept. */
const CHUNK_BYTES = 128 * 1024 * 1024;

/** Which of the two budgets a chunk belongs to. */
export type ChunkKind = 'real' | 'simulated';

const kindOf = (chunk: number): ChunkKind => (chunk >= SIMULATED ? 'simulated' : 'real');

/**
 * Chooses the chunk (partition) that cutouts are written to and drops the oldest written ones beyond a budget in bytes
 * (design section 3). Chunks are numbered upwards; a chunk is full at 128 MiB or a 64th of its budget.
 */
export class CutoutChunks {
	private current: Record<ChunkKind, { chunk: number; bytes: number }> | null = null;

	constructor(
		private readonly store: Store,
		private readonly budgets: Readonly<Record<ChunkKind, number>>,
	) {}

	/** Chunks for the next batch. */
	async choose(): Promise<Record<ChunkKind, number>> {
		this.current ??= await this.load();
		return { real: this.advance('real'), simulated: this.advance('simulated') };
	}

	/** Adds what a batch wrote; now and then looks at the disk and keeps the budget. */
	async wrote(kind: ChunkKind, bytes: number): Promise<void> {
		if (this.current === null) return;
		const before = this.current[kind].bytes;
		this.current[kind].bytes += bytes;
		const step = this.chunkBytes(kind) / 4;
		if (Math.floor(before / step) !== Math.floor(this.current[kind].bytes / step)) await this.keepBudget();
	}

	/** Drops the oldest chunks of each kind until it fits its budget; the chunk being written stays. */
	async keepBudget(): Promise<void> {
		const chunks = await readCutoutChunks(this.store);
		for (const kind of ['real', 'simulated'] as const) {
			const own = chunks.filter(({ chunk }) => kindOf(chunk) === kind);
			let total = own.reduce((sum, { bytes }) => sum + bytes, 0);
			for (const { chunk, bytes } of own.slice(0, -1)) {
				if (total <= this.budgets[kind]) break;
				await dropCutoutChunk(this.store, chunk);
				total -= bytes;
			}
		}
	}

	private chunkBytes(kind: ChunkKind): number {
		return Math.max(CHUNK_BYTES, this.budgets[kind] / 64);
	}

	private advance(kind: ChunkKind): number {
		if (this.current === null) throw new Error('chunks are not loaded');
		const state = this.current[kind];
		if (state.bytes >= this.chunkBytes(kind)) {
			state.chunk += 1;
			state.bytes = 0;
		}
		return state.chunk;
	}

	private async load(): Promise<Record<ChunkKind, { chunk: number; bytes: number }>> {
		const state = { real: { chunk: 1, bytes: 0 }, simulated: { chunk: SIMULATED + 1, bytes: 0 } };
		for (const { chunk, bytes } of await readCutoutChunks(this.store)) state[kindOf(chunk)] = { chunk, bytes };
		return state;
	}
}
