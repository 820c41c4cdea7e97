import type { Decoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';

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

/** Where a value stands in a packet. */
function placesOf(bytes: Buffer, value: Buffer): number[] {
	const places: number[] = [];
	for (let at = bytes.indexOf(value); at >= 0; at = bytes.indexOf(value, at + value.length)) places.push(at);
	return places;
}

/** A value of a packet that is overwritten, and where it stands. */
interface Slot {
	readonly length: number;
	readonly places: readonly number[];
}

function slotOf(bytes: Buffer, value: Buffer): Slot {
	return { length: value.length, places: placesOf(bytes, value) };
}

function fill(bytes: Buffer, { length, places }: Slot, value: Buffer): void {
	if (value.length !== length) throw new Error('a reissued value must have the length of the old one');
	for (const at of places) value.copy(bytes, at);
}

const double = (value: number): Buffer => {
	const bytes = Buffer.alloc(8);
	bytes.writeDoubleLE(value);
	return bytes;
};

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
	/** What changes in it; looked for once, for three searches of 60 kB take longer than a copy. */
	readonly slots: { readonly id: Slot; readonly name: Slot; readonly jd: Slot };
}

/** What tells packets apart, read from their bytes, one alert each. Throws where a file holds none. */
export async function readIssued(decoder: Decoder, files: readonly Uint8Array[]): Promise<Issued[]> {
	const packets: Issued[] = [];
	for (const bytes of files) {
		const [decoded] = await decoder.decode({ bytes });
		if (decoded === undefined) throw new Error('an empty packet');
		const alert = normalise(decoded, 0);
		const { alertId, objectId, timeReceived: jd } = alert;
		const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
		const slots = {
			id: slotOf(whole, varint(alertId)),
			name: slotOf(whole, Buffer.from(objectId)),
			jd: slotOf(whole, double(jd)),
		};
		packets.push({ bytes, alertId, objectId, jd, slots });
	}
	return packets;
}

/**
 * The same uncompressed ZTF packet as another alert of the object number `name`, some days later (by default up to 9, by the round): id,
 * name and time are overwritten in place (they keep their lengths), everything else is as it was; written into a buffer that has room
 * for it. Rounds of a packet give different ids. Costs a copy of the packet.
 */
export function reissue(packet: Issued, round: number, name: number, into: Buffer, days = round % 10): Buffer {
	const { slots } = packet;
	const bytes = into.subarray(0, packet.bytes.length);
	bytes.set(packet.bytes);
	fill(bytes, slots.id, varint(packet.alertId + BigInt(round) * 20_000n));
	fill(bytes, slots.name, Buffer.from(renamed(packet.objectId, name)));
	fill(bytes, slots.jd, double(packet.jd + days));
	return bytes;
}
