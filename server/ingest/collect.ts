// Packets are read as they come and grouped into batches.
import { setImmediate as breathe, setTimeout as pause } from 'node:timers/promises';
import { RegistryError } from './decode/confluent.ts';
import type { ReadPacket } from './prepare.ts';
import type { BrokenPacket, RawPacket } from './source/source.ts';

/** Bytes of packets after which a batch closes whatever its rows. */
const BATCH_BYTES = 192 * 1024 * 1024;

/** Milliseconds of decoding after which what waits for the store is let through. */
const DECODE_MS = 10;

/** Decodes packets as they come. A packet whose schema was still waited for when it was to end is left unread: it comes again. */
export async function* readAll(
	packets: AsyncIterable<RawPacket | BrokenPacket>,
	read: (packet: RawPacket | BrokenPacket) => Promise<ReadPacket>,
	signal: AbortSignal,
): AsyncGenerator<ReadPacket, void> {
	let spent = 0;
	for await (const packet of packets) {
		const begun = performance.now();
		let done: ReadPacket;
		try {
			done = await read(packet);
		} catch (error) {
			if (signal.aborted && error instanceof RegistryError) return;
			throw error;
		}
		spent += performance.now() - begun;
		yield done;
		if (spent < DECODE_MS) continue;
		spent = 0;
		await breathe();
	}
}

/**
 * Groups packets into batches: closed at a number of rows, of bytes, or some time after the first packet, but not before `free` says that
 * the last one is done: what comes meanwhile would only wait for the next.
 */
export async function* collect(
	packets: AsyncGenerator<ReadPacket, void>,
	limits: { readonly batchRows: number; readonly batchMs: number },
	free: () => Promise<void>,
): AsyncGenerator<ReadPacket[]> {
	let batch: ReadPacket[] = [];
	let bytes = 0;
	let due: Promise<'due'> | null = null;
	let over = new AbortController();
	let next = packets.next();
	try {
		for (;;) {
			const result = due === null ? await next : await Promise.race([due, next]);
			if (result !== 'due') {
				if (result.done === true) break;
				due ??= dueAfter(limits.batchMs, over.signal, free);
				batch.push(result.value);
				bytes += result.value.packet.bytes.length;
				next = packets.next();
				if (batch.length < limits.batchRows && bytes < BATCH_BYTES) continue;
			}
			// its time no longer matters
			over.abort();
			over = new AbortController();
			yield batch;
			batch = [];
			bytes = 0;
			due = null;
		}
		if (batch.length > 0) yield batch;
	} finally {
		over.abort();
		next.catch(() => undefined);
		await packets.return();
	}
}

async function dueAfter(ms: number, signal: AbortSignal, free: () => Promise<void>): Promise<'due'> {
	await pause(ms, undefined, { signal }).catch(() => undefined);
	await free();
	return 'due';
}
