import * as v from 'valibot';
import type { Watermark } from '#clickhouse/read/ingest.ts';
import type { OffsetRange } from './prepared.ts';

/** What is recorded of a batch before its first insert, so that whoever takes the slot over can finish it (design rule 6). */
export interface Boundary {
	readonly knownAtMs: number;
	readonly watermark: Watermark;
	/** Chunk that real and test cutouts go to, and the one of simulated cutouts. */
	readonly cutoutChunk: number;
	readonly simulatedChunk: number;
	readonly ranges: readonly OffsetRange[];
	/** Whether the batch is not finished before it was sent to output topics. */
	readonly sends: boolean;
	/** References of the filters that run on it. */
	readonly filters: readonly string[];
}

const count = v.pipe(
	v.string(),
	v.regex(/^\d+$/),
	v.transform((digits) => BigInt(digits)),
);

const schema = v.object({
	knownAtMs: v.number(),
	watermark: v.record(v.string(), count),
	cutoutChunk: v.number(),
	simulatedChunk: v.number(),
	ranges: v.array(v.object({ source: v.string(), partition: v.string(), first: count, last: count })),
	sends: v.optional(v.boolean(), false),
	// a batch that an older version left open knows none
	filters: v.optional(v.array(v.string()), []),
});

/** The boundary as text for ingest_log. */
export function formatBoundary(boundary: Boundary): string {
	return JSON.stringify(boundary, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

/** Reads a boundary back; throws when the log holds something else. */
export function parseBoundary(text: string): Boundary {
	return v.parse(schema, JSON.parse(text));
}
