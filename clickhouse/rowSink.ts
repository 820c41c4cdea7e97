/**
 * Takes the values of rows one after another, in the order of the columns; each column gets the same method in every row.
 * Dates are days since 1970-01-01, times milliseconds since then; a value that does not fit its type throws RangeError.
 */
export interface RowSink {
	u8(value: number): void;
	u16(value: number): void;
	u32(value: number): void;
	u64(value: bigint): void;
	/** A 64-bit integer from its halves, each 0 to 2^32 - 1: spares a bigint. */
	u64Parts(high: number, low: number): void;
	f32(value: number): void;
	f64(value: number): void;
	bool(value: boolean): void;
	/** The number of an entry of an Enum8, 1 to 127. */
	enum8(code: number): void;
	date(days: number): void;
	/** DateTime64(3). */
	dateTime64(ms: number): void;
	string(text: string): void;
	nullableText(text: string | null): void;
	nullableBool(value: boolean | null): void;
	nullableU32(value: number | null): void;
	nullableI32(value: number | null): void;
	nullableI64(value: bigint | null): void;
	/** Array(UInt32). */
	arrayU32(values: Uint32Array | readonly number[]): void;
	/** Array(Float32). */
	arrayF32(values: readonly number[]): void;
	/** Array(Float64). */
	arrayF64(values: readonly number[]): void;
	/** Map(String, UInt64). */
	mapU64(entries: ReadonlyMap<string, bigint>): void;
}
