import * as v from 'valibot';
import { readAlertsOfBatches, readPublishedBefore } from '#clickhouse/read/associations.ts';
import { readSlot, readWatermark, type Watermark } from '#clickhouse/read/ingest.ts';
import type { BatchStamp } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';
import { abandonBatch, insertOpened, insertPublished } from '#clickhouse/write/batch.ts';
import { insertAssociations } from '#clickhouse/write/crossmatch.ts';
import type { AssociationRow } from '#clickhouse/crossmatchRecords.ts';
import { associate } from './associate.ts';

/** The slot that pairs missed by racing workers are written under (design rules 6 and 9). */
const SWEEP_SLOT = 'sweep';

/** How far back the first sweep of a process looks. */
const FIRST_MS = 15 * 60_000;
/** Most batches of one writer in a sweep; the rest is for the next. */
const MOST_BATCHES = 200;

const watermarkSchema = v.record(
	v.string(),
	v.pipe(
		v.string(),
		v.regex(/^\d+$/),
		v.transform((digits) => BigInt(digits)),
	),
);
/** Batches after `from` up to `to` were looked at, with all that was published at `watermark`. */
const boundarySchema = v.object({
	knownAtMs: v.number(),
	from: watermarkSchema,
	to: watermarkSchema,
	watermark: watermarkSchema,
});
type Boundary = v.InferOutput<typeof boundarySchema>;

const formatBoundary = (boundary: Boundary): string =>
	JSON.stringify(boundary, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

function batchesBetween(from: Watermark, to: Watermark): [string, bigint][] {
	return Object.entries(to).flatMap(([writer, last]) => {
		const batches: [string, bigint][] = [];
		for (let number = (from[writer] ?? 0n) + 1n; number <= last; number += 1n) batches.push([writer, number]);
		return batches;
	});
}

/**
 * Looks again for objects of two surveys at one place among the alerts of the last minutes, with all that was published until
 * now: what two workers that ingested both sides in the same second could not see. Takes turns by `once`.
 */
export class AssociationSweep {
	readonly slot = SWEEP_SLOT;
	#from: Watermark | null = null;
	#number = 0n;

	constructor(
		private readonly store: Store,
		private readonly codeVersion: string,
	) {}

	/** Finishes what a crash left open under its own number. The slot must be held. */
	async finishOpen(): Promise<void> {
		const state = await readSlot(this.store, SWEEP_SLOT);
		this.#number = state.number;
		if (state.unfinished === null) return;
		const parsed = v.safeParse(boundarySchema, JSON.parse(state.unfinished));
		if (!parsed.success) {
			const batch = { writer: SWEEP_SLOT, number: state.number, knownAtMs: Date.now() };
			await abandonBatch(this.store, batch, Date.now(), this.codeVersion);
			return;
		}
		const boundary = parsed.output;
		const batch = { writer: SWEEP_SLOT, number: state.number, knownAtMs: boundary.knownAtMs };
		await this.#write(batch, await this.#missing(boundary));
	}

	/** Sweeps what was published since the last time; answers how many rows were missing. A number is taken only where some are. */
	async once(): Promise<number> {
		const from = this.#from ?? (await readPublishedBefore(this.store, Date.now() - FIRST_MS));
		const watermark = await readWatermark(this.store);
		const to: Record<string, bigint> = {};
		for (const [writer, number] of Object.entries(watermark)) {
			const most = (from[writer] ?? 0n) + BigInt(MOST_BATCHES);
			to[writer] = number > most ? most : number;
		}
		const boundary: Boundary = { knownAtMs: Date.now(), from: { ...from }, to, watermark: { ...watermark } };
		const rows = await this.#missing(boundary);
		if (rows.length > 0) {
			this.#number += 1n;
			const batch = { writer: SWEEP_SLOT, number: this.#number, knownAtMs: boundary.knownAtMs };
			await insertOpened(this.store, batch, formatBoundary(boundary), this.codeVersion);
			await this.#write(batch, rows);
		}
		this.#from = to;
		return rows.length;
	}

	async #missing({ from, to, watermark }: Boundary): Promise<readonly AssociationRow[]> {
		const alerts = await readAlertsOfBatches(this.store, batchesBetween(from, to));
		return alerts.length === 0 ? [] : (await associate(this.store, alerts, watermark)).missing;
	}

	async #write(batch: BatchStamp, rows: readonly AssociationRow[]): Promise<void> {
		await insertAssociations(this.store, batch, rows, this.codeVersion);
		await insertPublished(this.store, batch, 0, Date.now(), this.codeVersion);
	}
}
