import { type ByteReader, Unreadable } from './byteReader.ts';
import { looksLike } from './foreign.ts';

/** Largest packet that is read; real ones stay below 1 MB. */
export const MAX_PACKET_BYTES = 32 * 1024 * 1024;
/** What is kept of a record that cannot be read. */
export const KEPT_BYTES = 1024 * 1024;

/** A packet cut out of a file, or a place that cannot be one. `index` counts records from 0, `records` says how many it claims. */
export type Piece =
	| { readonly kind: 'packet'; readonly bytes: Buffer; readonly index: number; readonly records: number }
	| {
			readonly kind: 'unreadable' | 'refused' | 'tooLarge';
			readonly bytes: Buffer;
			readonly size: number;
			readonly reason: string;
			readonly index: number;
	  };

const SYNC_BYTES = 16;
const MAX_HEADER_BYTES = 8 * 1024 * 1024;

/** A variable-length integer of Avro at `at` and the offset behind it; null where there is none. */
function longAt(bytes: Buffer, at: number): { readonly value: number; readonly next: number } | null {
	let value = 0;
	let scale = 1;
	for (let i = at; i < at + 10; i++) {
		const byte = bytes[i];
		if (byte === undefined) return null;
		value += (byte & 0x7f) * scale;
		scale *= 128;
		if (byte < 0x80) return { value: value % 2 === 0 ? value / 2 : -(value + 1) / 2, next: i + 1 };
	}
	return null;
}

/**
 * Records of a container that is complete in `bytes` and has one sound block, as nearly all packets do; null for any other.
 * Such a packet needs no cutting and no copy.
 */
function recordsOfWhole(bytes: Buffer): number | null {
	let at = 4;
	for (;;) {
		const entries = longAt(bytes, at);
		if (entries === null || entries.value < 0 || entries.value > 16) return null;
		at = entries.next;
		if (entries.value === 0) break;
		for (let i = 0; i < 2 * entries.value; i++) {
			const size = longAt(bytes, at);
			if (size === null || size.value < 0 || size.value > bytes.length) return null;
			at = size.next + size.value;
		}
	}
	const count = longAt(bytes, at + SYNC_BYTES);
	const size = count === null ? null : longAt(bytes, count.next);
	if (count === null || size === null || size.next + size.value + SYNC_BYTES !== bytes.length) return null;
	const sync = bytes.subarray(at, at + SYNC_BYTES);
	const sound = count.value > 0 && size.value >= count.value && sync.equals(bytes.subarray(-SYNC_BYTES));
	return sound ? count.value : null;
}

/** Blocks without a record that one container may have: a writer that is flushed often leaves a few. */
const MAX_EMPTY_BLOCKS = 10_000;

/** Reads one of Avro's variable-length integers and the bytes it stood in. */
async function takeLong(reader: ByteReader): Promise<{ value: number; bytes: Buffer }> {
	const head = await reader.peek(10);
	const long = longAt(head, 0);
	if (long !== null) return { value: long.value, bytes: await reader.take(long.next) };
	throw new Unreadable(
		'unreadable',
		head.length < 10 ? 'The file ends too early.' : 'The file is damaged: a length in it is not one.',
	);
}

/** Consumes the header of an Avro container (magic, map of metadata, sync marker). */
async function takeHeader(reader: ByteReader): Promise<Buffer> {
	const parts = [await reader.take(4)];
	let length = 4;
	const keep = (part: Buffer) => {
		parts.push(part);
		length += part.length;
		if (length > MAX_HEADER_BYTES)
			throw new Unreadable('refused', 'The header of the Avro container is larger than 8 MB.');
	};
	const count = async () => {
		const long = await takeLong(reader);
		keep(long.bytes);
		if (long.value >= 0) return long.value;
		keep((await takeLong(reader)).bytes);
		return -long.value;
	};
	for (let entries = await count(); entries > 0; entries = await count()) {
		for (let i = 0; i < 2 * entries; i++) {
			const long = await takeLong(reader);
			keep(long.bytes);
			if (long.value < 0 || long.value > MAX_HEADER_BYTES)
				throw new Unreadable('unreadable', 'The header of the Avro container is damaged.');
			const value = await reader.take(long.value);
			if (value.length < long.value)
				throw new Unreadable('unreadable', 'The file ends within the header of the Avro container.');
			keep(value);
		}
	}
	const sync = await reader.take(SYNC_BYTES);
	if (sync.length < SYNC_BYTES)
		throw new Unreadable('unreadable', 'The file ends within the header of the Avro container.');
	keep(sync);
	return Buffer.concat(parts, length);
}

/** Moves to just behind the next sync marker; false at the end of the file. */
async function findSync(reader: ByteReader, sync: Buffer): Promise<boolean> {
	for (;;) {
		const window = await reader.peek(65_536);
		const at = window.indexOf(sync);
		if (at >= 0) {
			await reader.take(at + SYNC_BYTES);
			return true;
		}
		if (window.length <= SYNC_BYTES) return false;
		await reader.take(window.length - SYNC_BYTES + 1);
	}
}

/** One piece per block of an Avro container, each with the container's header before it, so that it can be read alone. */
async function* blocks(reader: ByteReader): AsyncGenerator<Piece> {
	const header = await takeHeader(reader);
	const sync = header.subarray(-SYNC_BYTES);
	let index = 0;
	let empty = 0;
	while ((await reader.peek(1)).length > 0) {
		const piece = await takeBlock(reader, header, sync, index);
		if (piece === null) {
			// gigabytes of zeros behind the magic are such blocks, and would be read for hours
			if (++empty > MAX_EMPTY_BLOCKS)
				throw new Unreadable(
					'refused',
					`The Avro container has more than ${MAX_EMPTY_BLOCKS} blocks without a record.`,
				);
			continue;
		}
		yield piece;
		index += piece.kind === 'packet' ? piece.records : 1;
		if (piece.kind !== 'packet' && !(await findSync(reader, sync))) break;
	}
	if (index === 0)
		yield {
			kind: 'unreadable',
			bytes: header.subarray(0, KEPT_BYTES),
			size: header.length,
			reason: 'The Avro container holds no record.',
			index,
		};
}

async function takeBlock(reader: ByteReader, header: Buffer, sync: Buffer, index: number): Promise<Piece | null> {
	const count = await takeLong(reader);
	const size = await takeLong(reader);
	const whole = size.value + SYNC_BYTES;
	const broken = (kind: 'unreadable' | 'tooLarge', bytes: Buffer, reason: string, length = size.value): Piece => ({
		kind,
		bytes: Buffer.from(bytes.subarray(0, KEPT_BYTES)),
		size: length,
		reason,
		index,
	});
	if (size.value < 0 || count.value < 0 || count.value > Math.max(size.value, 1) * 1032) {
		return broken(
			'unreadable',
			await reader.peek(KEPT_BYTES),
			'The Avro container is damaged: a block has an impossible length.',
		);
	}
	if (size.value > MAX_PACKET_BYTES) {
		const start = await reader.take(KEPT_BYTES);
		return broken(
			'tooLarge',
			start,
			`A block of ${count.value} records is ${size.value} bytes large; at most ${MAX_PACKET_BYTES} are read.`,
		);
	}
	const block = await reader.take(whole);
	const bytes = Buffer.concat([header, count.bytes, size.bytes, block]);
	if (block.length < whole) {
		const reason = `The file ends too early: ${block.length} of ${whole} bytes of the last block are there.`;
		return broken('unreadable', bytes, reason, bytes.length);
	}
	if (!block.subarray(-SYNC_BYTES).equals(sync)) {
		const reason = 'The file is damaged: the sync marker after a block is wrong.';
		return broken('unreadable', bytes, reason, bytes.length);
	}
	if (count.value === 0) return null;
	return { kind: 'packet', bytes, index, records: count.value };
}

/** What remains of a stream that is no packet: its first mebibyte and its size. */
async function broken(reader: ByteReader, kind: 'unreadable' | 'tooLarge', reason: string): Promise<Piece> {
	const bytes = Buffer.from(await reader.take(KEPT_BYTES));
	const size = bytes.length + (await reader.skip(Number.MAX_SAFE_INTEGER));
	return { kind, bytes, size, reason, index: 0 };
}

async function* framed(reader: ByteReader): AsyncGenerator<Piece> {
	const bytes = await reader.peek(MAX_PACKET_BYTES + 1);
	if (bytes.length <= MAX_PACKET_BYTES) {
		yield { kind: 'packet', bytes: Buffer.from(await reader.take(bytes.length)), index: 0, records: 1 };
		return;
	}
	yield await broken(reader, 'tooLarge', `The packet is larger than ${MAX_PACKET_BYTES} bytes.`);
}

/**
 * Cuts the bytes of one file or archive member into packets: an Avro container by its blocks, a Confluent-framed
 * message as it is; anything else becomes one unreadable piece. A place that cannot be read ends the member, not the stream.
 */
export async function* pieces(reader: ByteReader, name: string): AsyncGenerator<Piece> {
	let index = 0;
	let head: Buffer = Buffer.alloc(0);
	try {
		head = await reader.peek(KEPT_BYTES);
		if (head.length === 0) {
			yield { kind: 'unreadable', bytes: head, size: 0, reason: 'The file is empty.', index: 0 };
		} else if (head.subarray(0, 4).toString('latin1') === 'Obj\x01') {
			const whole = head.length < KEPT_BYTES ? recordsOfWhole(head) : null;
			if (whole !== null) {
				yield { kind: 'packet', bytes: await reader.take(head.length), index: 0, records: whole };
				return;
			}
			for await (const piece of blocks(reader)) {
				yield piece;
				index = piece.index + (piece.kind === 'packet' ? piece.records : 1);
			}
		} else if (head.length > 5 && head[0] === 0 && head.subarray(0, 512).some((byte) => byte !== 0)) {
			yield* framed(reader);
		} else {
			yield await broken(reader, 'unreadable', `This is no alert packet but ${looksLike(head, name)}.`);
		}
	} catch (error) {
		if (!(error instanceof Unreadable)) throw error;
		yield {
			kind: error.kind,
			bytes: index === 0 ? Buffer.from(head) : Buffer.alloc(0),
			size: reader.position,
			reason: error.message,
			index,
		};
	}
}
