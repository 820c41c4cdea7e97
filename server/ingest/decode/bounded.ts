import avro from 'avsc';

/** The part of avsc's reader that its typings leave out. */
interface Tap {
	readonly buf: Buffer;
	pos: number;
	readLong(): number;
	readString(): string | undefined;
	skipString(): void;
}

interface Readable {
	_read(tap: Tap): unknown;
	_skip(tap: Tap): void;
}

/** Items of no bytes (null, empty records) that an array or map may hold: their count cannot be checked against the packet. */
const MAX_EMPTY_ITEMS = 65_536;

/** Number of items of the next block; refuses a count that the remaining bytes cannot hold. */
function blockCount(tap: Tap): number {
	let count = tap.readLong();
	if (count < 0) {
		count = -count;
		tap.readLong();
	}
	const rest = tap.buf.length - tap.pos;
	if (count > Math.max(rest, MAX_EMPTY_ITEMS) || !Number.isSafeInteger(count)) {
		throw new RangeError(`a list claims ${count} items where ${Math.max(rest, 0)} bytes remain`);
	}
	return count;
}

/** Runs `each` for all items of an array or map and stops as soon as the packet is used up. */
function eachItem(tap: Tap, each: () => void): void {
	let empty = 0;
	for (let count = blockCount(tap); count > 0; count = blockCount(tap)) {
		for (; count > 0; count--) {
			const start = tap.pos;
			each();
			if (tap.pos > tap.buf.length) throw new RangeError('a list goes on beyond the end of the packet');
			if (tap.pos === start && ++empty > MAX_EMPTY_ITEMS) throw new RangeError('a list holds too many empty items');
		}
	}
}

// avsc calls _read with `this` = type or resolver; both hold the items' reader under the same name
class BoundedArray extends avro.types.ArrayType {
	_read(tap: Tap): unknown[] {
		const items = this.itemsType as unknown as Readable;
		const out: unknown[] = [];
		eachItem(tap, () => out.push(items._read(tap)));
		return out;
	}

	_skip(tap: Tap): void {
		const items = this.itemsType as unknown as Readable;
		eachItem(tap, () => {
			items._skip(tap);
		});
	}
}

class BoundedMap extends avro.types.MapType {
	_read(tap: Tap): Record<string, unknown> {
		const values = this.valuesType as Readable;
		const out = Object.create(null) as Record<string, unknown>;
		eachItem(tap, () => {
			out[tap.readString() ?? ''] = values._read(tap);
		});
		return out;
	}

	_skip(tap: Tap): void {
		const values = this.valuesType as Readable;
		eachItem(tap, () => {
			tap.skipString();
			values._skip(tap);
		});
	}
}

const LONG_BYTES = 10;
const whole = new DataView(new ArrayBuffer(8));

/** The next 64-bit integer (zigzag, seven bits a byte, the lowest first). Throws RangeError where it does not end in ten bytes. */
function readLong64(tap: Tap): bigint {
	const { buf } = tap;
	let low = 0;
	let high = 0;
	let byte = 0x80;
	for (let i = 0; byte >= 0x80; i += 1) {
		if (i === LONG_BYTES) throw new RangeError('a number goes on for more than ten bytes');
		// beyond the end it stops: the reader sees by the position that the packet ended
		byte = buf[tap.pos] ?? 0;
		tap.pos += 1;
		const bits = byte & 0x7f;
		if (i < 4) low |= bits << (7 * i);
		else if (i > 4) high |= bits << (7 * i - 32);
		else {
			low |= bits << 28;
			high = bits >> 4;
		}
	}
	const sign = -(low & 1);
	whole.setInt32(0, (high >>> 1) ^ sign);
	whole.setInt32(4, ((low >>> 1) | (high << 31)) ^ sign);
	return whole.getBigInt64(0);
}

/** 64-bit integers as bigint, exact. */
const exactLong = avro.types.LongType.__with({
	fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
	toBuffer: (value: bigint) => {
		const bytes = Buffer.alloc(8);
		bytes.writeBigInt64LE(value);
		return bytes;
	},
	fromJSON: BigInt,
	toJSON: String,
	isValid: (value: unknown) => typeof value === 'bigint',
	compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

// avsc makes a buffer of eight bytes for each number that it reads
const longType = Object.create(exactLong, { _read: { value: readLong64 } }) as typeof exactLong;

/** Bytes as a view of the packet: avsc copies each into memory of its own, which costs more than all else that is read of a cutout. */
class ViewedBytes extends avro.types.BytesType {
	_read(tap: Tap): Buffer | undefined {
		const length = tap.readLong();
		if (length < 0) throw new RangeError(`a value claims ${length} bytes`);
		const from = tap.pos;
		// beyond the end it stays undefined: the reader sees by the position that the packet ended
		tap.pos += length;
		return tap.pos > tap.buf.length ? undefined : tap.buf.subarray(from, tap.pos);
	}
}

/** Avro type of a schema whose longs are bigint, whose bytes are views of the packet and whose lists cannot claim more than it holds. */
export function boundedType(schema: unknown): avro.Type {
	return avro.Type.forSchema(schema as avro.Schema, {
		registry: { long: longType, bytes: new ViewedBytes() },
		omitRecordMethods: true,
		typeHook: (part, opts) => {
			if (typeof part !== 'object' || !('type' in part)) return undefined;
			if (part.type === 'array') return new BoundedArray(part, opts);
			if (part.type === 'map') return new BoundedMap(part, opts);
			return undefined;
		},
	});
}
