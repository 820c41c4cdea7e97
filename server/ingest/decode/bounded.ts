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

/** 64-bit integers as bigint, exact. */
const longType = avro.types.LongType.__with({
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

/** Avro type of a schema whose longs are bigint and whose lists cannot claim more than the packet holds. */
export function boundedType(schema: unknown): avro.Type {
	return avro.Type.forSchema(schema as avro.Schema, {
		registry: { long: longType },
		omitRecordMethods: true,
		typeHook: (part, opts) => {
			if (typeof part !== 'object' || !('type' in part)) return undefined;
			if (part.type === 'array') return new BoundedArray(part, opts);
			if (part.type === 'map') return new BoundedMap(part, opts);
			return undefined;
		},
	});
}
