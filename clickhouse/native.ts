import { RowBinaryWriter } from './rowBinary.ts';
import type { RowSink } from './rowSink.ts';
import type { NativeBlock } from './store.ts';

// ClickHouse's Native format: all values of a column one after another, so that the store reads a column in one step instead of
// value by value. Texts are written once each, with the place of its text for every row; the store casts to its column's type.

/** Of LowCardinality in Native: version of the keys, and places of 32 bits (2) with keys of their own (bits 9 and 10). */
const KEYS_VERSION = 1n;
const PLACES_U32_WITH_KEYS = 0x602n;

interface Column {
	readonly name: string;
	readonly type: string;
	readonly start: number;
	/** Where the fixed-width values begin and end; what has to stand between header and values is made when all is known. */
	readonly values: number;
	readonly end: number;
	at: number;
	/** Next byte of the null map. */
	nulls: number;
	/** Places of the texts of a text column. */
	readonly texts: Map<string, number>;
	lastText: string | null;
	lastPlace: number;
	/** What follows the fixed-width part: texts that may be null, elements of arrays, keys of maps and their values. */
	readonly tail: RowBinaryWriter | null;
	readonly tailValues: RowBinaryWriter | null;
	elements: number;
}

const free: Buffer[] = [];
const MOST_FREE = 4;

/** A buffer of at least that size: one that was given back, for fresh memory is dear. */
function takeBuffer(bytes: number): Buffer {
	const place = free.findIndex((buffer) => buffer.length >= bytes);
	return (place < 0 ? undefined : free.splice(place, 1)[0]) ?? Buffer.allocUnsafeSlow(bytes);
}

function outside(value: number | bigint, type: string): RangeError {
	return new RangeError(`${String(value)} does not fit ${type}.`);
}

/** Writes a known number of rows as one block; `release` it once the block was sent. */
export class NativeWriter implements RowSink {
	readonly #names: readonly string[];
	readonly #rows: number;
	readonly #columns: Column[] = [];
	#buffer: Buffer;
	#view: DataView;
	#length = 0;
	#place = 0;

	/** `bytesPerRow` is an estimate. */
	constructor(names: readonly string[], rows: number, bytesPerRow: number) {
		this.#names = names;
		this.#rows = rows;
		this.#buffer = takeBuffer(names.length * 64 + rows * bytesPerRow);
		this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.byteLength);
	}

	#claim(bytes: number): number {
		const at = this.#length;
		this.#length += bytes;
		if (this.#length > this.#buffer.length) {
			const grown = Buffer.allocUnsafeSlow(Math.max(this.#length, this.#buffer.length * 2));
			this.#buffer.copy(grown, 0, 0, at);
			this.#buffer = grown;
			this.#view = new DataView(grown.buffer, grown.byteOffset, grown.byteLength);
		}
		return at;
	}

	/** The column of the next value, begun with the first row. */
	#next(type: string, width: number): Column {
		const place = this.#place;
		this.#place = place + 1 === this.#names.length ? 0 : place + 1;
		const column = this.#columns[place] ?? this.#begin(place, type, width);
		if (column.type !== type) throw new TypeError(`Column ${column.name} is ${column.type} and then ${type}.`);
		if (column.at >= column.end) throw new RangeError(`More than ${this.#rows} rows.`);
		return column;
	}

	#begin(place: number, type: string, width: number): Column {
		const name = this.#names[place] ?? '';
		const header = new RowBinaryWriter(name.length + type.length + 16);
		header.string(name);
		header.string(type);
		const start = this.#claim(header.length);
		this.#buffer.set(header.finish(), start);
		const nullable = type.startsWith('Nullable');
		const nulls = nullable ? this.#claim(this.#rows) : 0;
		const values = this.#claim(this.#rows * width);
		const array = type.startsWith('Array') || type.startsWith('Map');
		const nullText = type === 'Nullable(String)';
		const column: Column = {
			name,
			type,
			start,
			values,
			// texts that may be null have no fixed part: their null map is counted
			at: nullText ? nulls : values,
			end: nullText ? nulls + this.#rows : values + this.#rows * width,
			nulls,
			texts: new Map(),
			lastText: null,
			lastPlace: 0,
			tail: array || nullText ? new RowBinaryWriter(256) : null,
			tailValues: type.startsWith('Map') ? new RowBinaryWriter(256) : null,
			elements: 0,
		};
		this.#columns[place] = column;
		return column;
	}

	#nullable(type: string, width: number, isNull: boolean): number {
		const column = this.#next(type, width);
		this.#view.setUint8(column.nulls, isNull ? 1 : 0);
		column.nulls += 1;
		const at = column.at;
		column.at += width;
		// what stands in the place of an absent value counts for nothing but compresses as zero
		if (isNull) this.#buffer.fill(0, at, at + width);
		return at;
	}

	u8(value: number): void {
		if ((value & 0xff) !== value) throw outside(value, 'UInt8');
		const column = this.#next('UInt8', 1);
		this.#view.setUint8(column.at, value);
		column.at += 1;
	}

	u16(value: number): void {
		if ((value & 0xffff) !== value) throw outside(value, 'UInt16');
		const column = this.#next('UInt16', 2);
		this.#view.setUint16(column.at, value, true);
		column.at += 2;
	}

	u32(value: number): void {
		if (value >>> 0 !== value) throw outside(value, 'UInt32');
		const column = this.#next('UInt32', 4);
		this.#view.setUint32(column.at, value, true);
		column.at += 4;
	}

	u64(value: bigint): void {
		if (BigInt.asUintN(64, value) !== value) throw outside(value, 'UInt64');
		const column = this.#next('UInt64', 8);
		this.#view.setBigUint64(column.at, value, true);
		column.at += 8;
	}

	u64Parts(high: number, low: number): void {
		if (high >>> 0 !== high || low >>> 0 !== low) throw outside(high, 'half of a UInt64');
		const column = this.#next('UInt64', 8);
		this.#view.setUint32(column.at, low, true);
		this.#view.setUint32(column.at + 4, high, true);
		column.at += 8;
	}

	f32(value: number): void {
		const column = this.#next('Float32', 4);
		this.#view.setFloat32(column.at, value, true);
		column.at += 4;
	}

	f64(value: number): void {
		const column = this.#next('Float64', 8);
		this.#view.setFloat64(column.at, value, true);
		column.at += 8;
	}

	bool(value: boolean): void {
		const column = this.#next('Bool', 1);
		this.#view.setUint8(column.at, value ? 1 : 0);
		column.at += 1;
	}

	enum8(code: number): void {
		if ((code & 0x7f) !== code) throw outside(code, 'Enum8');
		const column = this.#next('Int8', 1);
		this.#view.setInt8(column.at, code);
		column.at += 1;
	}

	date(days: number): void {
		if ((days & 0xffff) !== days) throw outside(days, 'Date');
		const column = this.#next('Date', 2);
		this.#view.setUint16(column.at, days, true);
		column.at += 2;
	}

	dateTime64(ms: number): void {
		if (!Number.isSafeInteger(ms)) throw outside(ms, 'DateTime64');
		const column = this.#next("DateTime64(3, 'UTC')", 8);
		const high = Math.floor(ms / 4_294_967_296);
		this.#view.setUint32(column.at, ms - high * 4_294_967_296, true);
		this.#view.setInt32(column.at + 4, high, true);
		column.at += 8;
	}

	string(text: string): void {
		const column = this.#next('LowCardinality(String)', 4);
		// the same text often follows itself
		if (text !== column.lastText) {
			let place = column.texts.get(text);
			if (place === undefined) column.texts.set(text, (place = column.texts.size));
			column.lastText = text;
			column.lastPlace = place;
		}
		this.#view.setUint32(column.at, column.lastPlace, true);
		column.at += 4;
	}

	nullableText(text: string | null): void {
		const column = this.#next('Nullable(String)', 0);
		this.#view.setUint8(column.at, text === null ? 1 : 0);
		column.at += 1;
		column.tail?.string(text ?? '');
	}

	nullableBool(value: boolean | null): void {
		const at = this.#nullable('Nullable(Bool)', 1, value === null);
		if (value === true) this.#view.setUint8(at, 1);
		else if (value === false) this.#view.setUint8(at, 0);
	}

	nullableU32(value: number | null): void {
		if (value !== null && value >>> 0 !== value) throw outside(value, 'UInt32');
		const at = this.#nullable('Nullable(UInt32)', 4, value === null);
		if (value !== null) this.#view.setUint32(at, value, true);
	}

	nullableI32(value: number | null): void {
		if (value !== null && (value | 0) !== value) throw outside(value, 'Int32');
		const at = this.#nullable('Nullable(Int32)', 4, value === null);
		if (value !== null) this.#view.setInt32(at, value, true);
	}

	nullableI64(value: bigint | null): void {
		if (value !== null && BigInt.asIntN(64, value) !== value) throw outside(value, 'Int64');
		const at = this.#nullable('Nullable(Int64)', 8, value === null);
		if (value !== null) this.#view.setBigInt64(at, value, true);
	}

	/** The end of this row's elements, counted over all rows. */
	#elements(type: string, count: number): Column {
		const column = this.#next(type, 8);
		column.elements += count;
		this.#view.setUint32(column.at, column.elements, true);
		this.#view.setUint32(column.at + 4, 0, true);
		column.at += 8;
		return column;
	}

	arrayU32(values: Uint32Array | readonly number[]): void {
		const { tail } = this.#elements('Array(UInt32)', values.length);
		for (const value of values) tail?.u32(value);
	}

	arrayF32(values: readonly number[]): void {
		const { tail } = this.#elements('Array(Float32)', values.length);
		for (const value of values) tail?.f32(value);
	}

	arrayF64(values: readonly number[]): void {
		const { tail } = this.#elements('Array(Float64)', values.length);
		for (const value of values) tail?.f64(value);
	}

	mapU64(entries: ReadonlyMap<string, bigint>): void {
		const { tail, tailValues } = this.#elements('Map(String, UInt64)', entries.size);
		for (const [key, value] of entries) {
			tail?.string(key);
			tailValues?.u64(value);
		}
	}

	/** The block in pieces, without a copy; they hold until `release`. */
	finish(): NativeBlock {
		const head = new RowBinaryWriter(32);
		head.varUInt(this.#names.length);
		head.varUInt(this.#rows);
		const pieces = [head.finish()];
		let from = 0;
		for (const [place, name] of this.#names.entries()) {
			const column = this.#columns[place];
			if (column === undefined || column.at !== column.end) throw new RangeError(`Column ${name} lacks rows.`);
			if (column.texts.size > 0) {
				pieces.push(this.#buffer.subarray(from, column.values), this.#keys(column));
				from = column.values;
			} else if (column.tail !== null) {
				const end = column.tailValues === null && column.type === 'Nullable(String)' ? column.values : column.end;
				pieces.push(this.#buffer.subarray(from, end), column.tail.finish());
				if (column.tailValues !== null) pieces.push(column.tailValues.finish());
				from = end;
			}
		}
		pieces.push(this.#buffer.subarray(from, this.#length));
		return { format: 'Native', pieces: pieces.filter((piece) => piece.length > 0) };
	}

	#keys(column: Column): Uint8Array {
		const out = new RowBinaryWriter(64 + column.texts.size * 16);
		out.u64(KEYS_VERSION);
		out.u64(PLACES_U32_WITH_KEYS);
		out.u64(BigInt(column.texts.size));
		for (const text of column.texts.keys()) out.string(text);
		out.u64(BigInt(this.#rows));
		return out.finish();
	}

	/** Gives the memory back for the next block; pieces must not be read after. */
	release(): void {
		if (free.length < MOST_FREE) free.push(this.#buffer);
		this.#buffer = Buffer.alloc(0);
	}
}
