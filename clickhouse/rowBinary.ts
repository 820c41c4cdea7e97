import type { RowSink } from './rowSink.ts';

// ClickHouse's RowBinary: values of a row one after another, little-endian, texts with a length before them.

function viewOf(buffer: Buffer): DataView {
	return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function outside(value: number | bigint, type: string): RangeError {
	return new RangeError(`${String(value)} does not fit ${type}.`);
}

/** Appends values in RowBinary to a buffer that grows. */
export class RowBinaryWriter implements RowSink {
	#buffer: Buffer;
	#view: DataView;
	#length = 0;
	#taken = 0;

	constructor(initialBytes = 1 << 20) {
		this.#buffer = Buffer.allocUnsafe(Math.max(16, initialBytes));
		this.#view = viewOf(this.#buffer);
	}

	/** Bytes written so far. */
	get length(): number {
		return this.#length;
	}

	/** Makes room and returns the place to write at. */
	#claim(bytes: number): number {
		const at = this.#length;
		this.#length += bytes;
		if (this.#length > this.#buffer.length) {
			const grown = Buffer.allocUnsafe(Math.max(this.#length, this.#buffer.length * 2));
			this.#buffer.copy(grown, 0, 0, at);
			this.#buffer = grown;
			this.#view = viewOf(grown);
		}
		return at;
	}

	// a DataView is several times faster than Buffer's methods; it wraps what does not fit, hence the checks

	u8(value: number): void {
		if ((value & 0xff) !== value) throw outside(value, 'UInt8');
		const at = this.#claim(1);
		this.#view.setUint8(at, value);
	}

	i8(value: number): void {
		if ((value << 24) >> 24 !== value) throw outside(value, 'Int8');
		const at = this.#claim(1);
		this.#view.setInt8(at, value);
	}

	u16(value: number): void {
		if ((value & 0xffff) !== value) throw outside(value, 'UInt16');
		const at = this.#claim(2);
		this.#view.setUint16(at, value, true);
	}

	i16(value: number): void {
		if ((value << 16) >> 16 !== value) throw outside(value, 'Int16');
		const at = this.#claim(2);
		this.#view.setInt16(at, value, true);
	}

	u32(value: number): void {
		if (value >>> 0 !== value) throw outside(value, 'UInt32');
		const at = this.#claim(4);
		this.#view.setUint32(at, value, true);
	}

	i32(value: number): void {
		if ((value | 0) !== value) throw outside(value, 'Int32');
		const at = this.#claim(4);
		this.#view.setInt32(at, value, true);
	}

	u64(value: bigint): void {
		if (BigInt.asUintN(64, value) !== value) throw outside(value, 'UInt64');
		const at = this.#claim(8);
		this.#view.setBigUint64(at, value, true);
	}

	i64(value: bigint): void {
		if (BigInt.asIntN(64, value) !== value) throw outside(value, 'Int64');
		const at = this.#claim(8);
		this.#view.setBigInt64(at, value, true);
	}

	/** A 64-bit integer from its halves, each 0 to 2^32 - 1: spares a bigint. */
	u64Parts(high: number, low: number): void {
		if (high >>> 0 !== high || low >>> 0 !== low) throw outside(high, 'half of a UInt64');
		const at = this.#claim(8);
		this.#view.setUint32(at, low, true);
		this.#view.setUint32(at + 4, high, true);
	}

	f32(value: number): void {
		const at = this.#claim(4);
		this.#view.setFloat32(at, value, true);
	}

	f64(value: number): void {
		const at = this.#claim(8);
		this.#view.setFloat64(at, value, true);
	}

	bool(value: boolean): void {
		this.u8(value ? 1 : 0);
	}

	/** Days since 1970-01-01, 0 to 65535. */
	date(days: number): void {
		this.u16(days);
	}

	/** DateTime64(3): milliseconds since 1970-01-01 UTC, a whole number. */
	dateTime64(ms: number): void {
		if (!Number.isSafeInteger(ms)) throw outside(ms, 'DateTime64');
		const high = Math.floor(ms / 4_294_967_296);
		const at = this.#claim(8);
		this.#view.setUint32(at, ms - high * 4_294_967_296, true);
		this.#view.setInt32(at + 4, high, true);
	}

	/** Length of what follows, 7 bits a byte. */
	varUInt(value: number): void {
		let rest = value;
		while (rest > 0x7f) {
			this.u8((rest & 0x7f) | 0x80);
			rest = Math.floor(rest / 128);
		}
		this.u8(rest);
	}

	/** Text in UTF-8 with its length. */
	string(text: string): void {
		if (text.length < 64 && this.#shortAscii(text)) return;
		const size = Buffer.byteLength(text);
		this.varUInt(size);
		const at = this.#claim(size);
		this.#buffer.write(text, at, 'utf8');
	}

	/** Writes a short text of ASCII letters, the usual case, without leaving JavaScript; false when it is not one. */
	#shortAscii(text: string): boolean {
		const size = text.length;
		const start = this.#claim(size + 1);
		const buffer = this.#buffer;
		buffer[start] = size;
		for (let i = 0; i < size; i += 1) {
			const code = text.charCodeAt(i);
			if (code > 127) {
				this.#length = start;
				return false;
			}
			buffer[start + 1 + i] = code;
		}
		return true;
	}

	/** Bytes with their length: a String column holds any bytes. */
	bytes(bytes: Uint8Array): void {
		this.varUInt(bytes.length);
		this.raw(bytes);
	}

	/** Bytes as they are: FixedString, or values encoded before. */
	raw(bytes: Uint8Array): void {
		const at = this.#claim(bytes.length);
		this.#buffer.set(bytes, at);
	}

	/** The mark before a nullable value; when it says null, no value follows. */
	nullMark(isNull: boolean): void {
		this.u8(isNull ? 1 : 0);
	}

	enum8(code: number): void {
		this.i8(code);
	}

	nullableText(text: string | null): void {
		this.nullMark(text === null);
		if (text !== null) this.string(text);
	}

	nullableBool(value: boolean | null): void {
		this.nullMark(value === null);
		if (value !== null) this.bool(value);
	}

	nullableU32(value: number | null): void {
		this.nullMark(value === null);
		if (value !== null) this.u32(value);
	}

	nullableI32(value: number | null): void {
		this.nullMark(value === null);
		if (value !== null) this.i32(value);
	}

	nullableI64(value: bigint | null): void {
		this.nullMark(value === null);
		if (value !== null) this.i64(value);
	}

	/** Map(String, UInt64). */
	mapU64(map: ReadonlyMap<string, bigint>): void {
		this.varUInt(map.size);
		for (const [key, value] of map) {
			this.string(key);
			this.u64(value);
		}
	}

	/** Array(UInt32). */
	arrayU32(values: Uint32Array | readonly number[]): void {
		this.varUInt(values.length);
		for (const value of values) this.u32(value);
	}

	/** Array(Float32). */
	arrayF32(values: readonly number[]): void {
		this.varUInt(values.length);
		for (const value of values) this.f32(value);
	}

	/** Array(Float64). */
	arrayF64(values: readonly number[]): void {
		this.varUInt(values.length);
		for (const value of values) this.f64(value);
	}

	/** What was written, without a copy; the writer must not be used before `clear` again. */
	finish(): Uint8Array {
		return this.#buffer.subarray(0, this.#length);
	}

	/** What was written since the last `take`, without a copy; writing goes on behind it. */
	take(): Uint8Array {
		const piece = this.#buffer.subarray(this.#taken, this.#length);
		this.#taken = this.#length;
		return piece;
	}

	/** Empties the writer with a buffer of its own, so that what `finish` gave stays valid. */
	clear(): void {
		this.#buffer = Buffer.allocUnsafe(this.#buffer.length);
		this.#view = viewOf(this.#buffer);
		this.#length = 0;
		this.#taken = 0;
	}
}
