import { SourceError, type AlertSource, type BrokenPacket, type OffsetRange, type RawPacket } from './source.ts';

/** A source that knows its own offsets among those of others. */
export interface OwningSource extends AlertSource {
	owns(range: OffsetRange): Promise<boolean>;
}

type Packet = RawPacket | BrokenPacket;

/**
 * Packets of all sources as they come; ends when all have ended, or with the failure of one. Each source has at most one packet waiting here, in the
 * order of arrival, so that a busy one does not keep the others waiting. What was taken is not held: a race of promises would keep every packet
 * for as long as one of the sources has nothing to give.
 */
async function* merged(sources: readonly OwningSource[], signal: AbortSignal): AsyncGenerator<Packet> {
	const ended = new AbortController();
	const either = AbortSignal.any([signal, ended.signal]);
	const iterators = sources.map((source) => source.packets(either)[Symbol.asyncIterator]());
	const arrived: { readonly ask: () => void; readonly result: IteratorResult<Packet> }[] = [];
	let failure: { readonly error: unknown } | null = null;
	let wake = (): void => undefined;
	const asks = iterators.map((iterator) => {
		const ask = (): void => {
			iterator.next().then(
				(result) => {
					arrived.push({ ask, result });
					wake();
				},
				(error: unknown) => {
					failure ??= { error };
					wake();
				},
			);
		};
		return ask;
	});
	const failed = (): { readonly error: unknown } | null => failure;
	try {
		for (const ask of asks) ask();
		let open = iterators.length;
		while (open > 0) {
			const first = arrived.shift();
			const problem = failed();
			if (problem !== null) throw problem.error;
			if (first === undefined) {
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			} else if (first.result.done === true) open -= 1;
			else {
				first.ask();
				yield first.result.value;
			}
		}
	} finally {
		// a source that waits for packets would not hear that nobody takes them
		ended.abort();
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
