/** Bytes of an Avro long. */
function varint(value: bigint): Buffer {
	let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
	const bytes: number[] = [];
	while (left > 0x7fn) {
		bytes.push(Number(left & 0x7fn) | 0x80);
		left >>= 7n;
	}
	bytes.push(Number(left));
	return Buffer.from(bytes);
}

function replaceAll(bytes: Buffer, from: Buffer, to: Buffer): number {
	if (from.length !== to.length) throw new Error('a reissued value must have the length of the old one');
	let count = 0;
	for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + to.length)) {
		to.copy(bytes, at);
		count += 1;
	}
	return count;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** A name of the same length whose last seven letters count n. */
function renamed(name: string, n: number): string {
	let left = n;
	let letters = '';
	for (let i = 0; i < 7; i += 1) {
		letters = (LETTERS[left % 26] ?? 'a') + letters;
		left = Math.floor(left / 26);
	}
	return name.slice(0, -7) + letters;
}

/** A ZTF packet as read, with what tells it apart. */
export interface Issued {
	readonly bytes: Uint8Array;
	readonly alertId: bigint;
	readonly objectId: string;
	/** JD as received. */
	readonly jd: number;
}

/**
 * The same uncompressed ZTF packet as another alert of the object number `name`, some days later: id, name and time are overwritten
 * in place (they keep their lengths), everything else is as it was; written into a buffer that has room for it. Costs a copy of the packet and three searches.
 */
export function reissue(packet: Issued, round: number, name: number, into: Buffer): Buffer {
	const bytes = into.subarray(0, packet.bytes.length);
	bytes.set(packet.bytes);
	const days = round % 10;
	replaceAll(bytes, varint(packet.alertId), varint(packet.alertId + BigInt(round) * 20_000n));
	replaceAll(bytes, Buffer.from(packet.objectId), Buffer.from(renamed(packet.objectId, name)));
	const from = Buffer.alloc(8);
	const to = Buffer.alloc(8);
	from.writeDoubleLE(packet.jd);
	to.writeDoubleLE(packet.jd + days);
	replaceAll(bytes, from, to);
	return bytes;
}
