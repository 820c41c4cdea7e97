import type { Param, Store } from '../store.ts';
import watermarksSql from '../queries/watermarks.sql?raw';

/** The newest published number of each writer, decimal strings (design rule 6). */
export type Watermark = Readonly<Record<string, string>>;

/** What every writer has published by now. */
export async function readWatermark(store: Store, signal?: AbortSignal): Promise<Watermark> {
	const rows = await store.query<{ writer: string; number: string }>(
		watermarksSql,
		{},
		signal ? { lookUp: true, signal } : { lookUp: true },
	);
	return Object.fromEntries(rows.map((row) => [row.writer, row.number]));
}

/** Condition that a row was published by a watermark; `prefix` names the parameters. */
export function publishedBy(watermark: Watermark, prefix = 'wm'): { sql: string; params: Record<string, Param> } {
	const writers = Object.keys(watermark);
	return {
		sql: `number <= transform(toString(writer), {${prefix}Writers:Array(String)}, {${prefix}Numbers:Array(UInt64)}, toUInt64(0))`,
		params: {
			// transform() refuses empty arrays
			[`${prefix}Writers`]: writers.length === 0 ? [''] : writers,
			[`${prefix}Numbers`]: writers.length === 0 ? [0n] : writers.map((writer) => BigInt(watermark[writer] ?? 0)),
		},
	};
}

/**
 * Condition that a row was not published by a watermark, in the terms of the by_batch projection: of ten million published rows none is read.
 */
export function unpublishedBy(watermark: Watermark, prefix = 'un'): { sql: string; params: Record<string, Param> } {
	const writers = Object.keys(watermark);
	const later = writers.map(
		(_, i) => `(writer = {${prefix}Writer${i}:String} AND number > {${prefix}Number${i}:UInt64})`,
	);
	const bound: Record<string, Param> = Object.fromEntries(
		writers.flatMap((writer, i): [string, Param][] => [
			[`${prefix}Writer${i}`, writer],
			[`${prefix}Number${i}`, BigInt(watermark[writer] ?? 0)],
		]),
	);
	return {
		sql: [...later, `writer NOT IN {${prefix}Writers:Array(String)}`].join(' OR '),
		params: {
			[`${prefix}Writers`]: writers,
			...bound,
		},
	};
}

/** What either of two watermarks has: of each writer the later number. */
export function joinWatermarks(one: Watermark, other: Watermark): Watermark {
	const later = Object.entries(other).filter(([writer, number]) => BigInt(number) > BigInt(one[writer] ?? 0));
	return { ...one, ...Object.fromEntries(later) };
}

/** Whether `newer` has something that `older` has not. */
export function isAhead(newer: Watermark, older: Watermark): boolean {
	return Object.entries(newer).some(([writer, number]) => BigInt(number) > BigInt(older[writer] ?? 0));
}
