import { SourceError, type AlertSource, type BrokenPacket, type OffsetRange, type RawPacket } from './source.ts';

/** A source that knows its own offsets among those of others. */
export interface OwningSource extends AlertSource {
	owns(range: OffsetRange): Promise<boolean>;
}

type Packet = RawPacket | BrokenPacket;

/** Packets of all sources as they come; ends when all have ended. */
async function* merged(sources: readonly OwningSource[], signal: AbortSignal): AsyncGenerator<Packet> {
	const iterators = sources.map((source) => source.packets(signal)[Symbol.asyncIterator]());
	const next = (i: number): Promise<{ i: number; result: IteratorResult<Packet> }> | null =>
		iterators[i]?.next().then((result) => ({ i, result })) ?? null;
	const waiting = new Map(iterators.map((_, i) => [i, next(i)]));
	try {
		while (waiting.size > 0) {
			const first = await Promise.race([...waiting.values()]);
			if (first === null) break;
			const { i, result } = first;
			if (result.done === true) {
				waiting.delete(i);
				continue;
			}
			// to the end of the line, so that a busy source does not keep the others waiting
			waiting.delete(i);
			waiting.set(i, next(i));
			yield result.value;
		}
	} finally {
		await Promise.all(iterators.map(async (iterator) => iterator.return?.()));
	}
}

/** Several sources read at once by one worker; a batch may hold packets of all. */
export function severalSources(sources: readonly OwningSource[]): AlertSource {
	const [only] = sources;
	if (only !== undefined && sources.length === 1) return only;
	return {
		packets: (signal) => merged(sources, signal),
		async *reread(ranges) {
			const left = new Set(ranges);
			for (const source of sources) {
				const own: OffsetRange[] = [];
				for (const range of left) if (await source.owns(range)) own.push(range);
				for (const range of own) left.delete(range);
				if (own.length > 0) yield* source.reread(own);
			}
			for (const { partition } of left) {
				throw new SourceError(
					`An unfinished batch needs ${partition}, which none of the configured streams has. Configure its stream, or give the batch up with --abandon.`,
				);
			}
		},
		progress: () => ({
			bytesTotal: null,
			bytesRead: sources.reduce((sum, source) => sum + source.progress().bytesRead, 0),
		}),
		acknowledge: (ranges) => {
			for (const source of sources) source.acknowledge?.(ranges);
		},
		lag: () => {
			const lags = sources.map((source) => source.lag?.() ?? null);
			return lags.reduce<number | null>((sum, lag) => (sum === null || lag === null ? null : sum + lag), 0);
		},
		close: async () => {
			await Promise.all(sources.map(async (source) => source.close?.()));
		},
	};
}
