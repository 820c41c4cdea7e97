import {
	SourceError,
	type AlertSource,
	type BrokenPacket,
	type OffsetRange,
	type RawPacket,
	type SourceProgress,
} from './source.ts';

/** Where packets from memory say they come from. */
export interface MemoryOrigin {
	/** Kind of source; `simulation` unless given. */
	readonly source?: string;
	readonly partition: string;
	readonly member?: (index: number) => string;
	readonly now?: () => number;
}

/**
 * A source over packets in memory, or made one after the other: packet i, which must hold one record, has offset i.
 * `packets` is called anew for every pass and must give the same packets each time.
 */
export function memorySource(
	packets: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
	origin: MemoryOrigin,
): AlertSource {
	const { source = 'simulation', partition, member = String, now = Date.now } = origin;
	let bytesRead = 0;

	async function* all(): AsyncGenerator<RawPacket> {
		let index = 0;
		for await (const bytes of packets()) {
			yield { bytes, source, partition, offset: BigInt(index), member: member(index), receivedAtMs: now() };
			index++;
		}
	}

	return {
		async *packets(signal: AbortSignal): AsyncGenerator<RawPacket | BrokenPacket> {
			for await (const packet of all()) {
				if (signal.aborted) return;
				bytesRead += packet.bytes.length;
				yield packet;
			}
		},
		async *reread(ranges: readonly OffsetRange[]): AsyncGenerator<RawPacket | BrokenPacket> {
			const wanted = ranges.filter((range) => range.partition === partition);
			if (wanted.length < ranges.length) throw new SourceError(`Only packets of ${partition} can be read again here.`);
			const end = wanted.reduce((last, range) => (range.last > last ? range.last : last), -1n);
			let reached = -1n;
			for await (const packet of all()) {
				if (wanted.some((range) => packet.offset >= range.first && packet.offset <= range.last)) yield packet;
				reached = packet.offset;
				if (reached >= end) break;
			}
			if (reached < end)
				throw new SourceError(`${partition} ends before packet ${end}, which an unfinished batch needs.`);
		},
		progress: (): SourceProgress => ({ bytesTotal: null, bytesRead }),
	};
}
