import { RowBinaryWriter } from './rowBinary.ts';

/** A value as a column takes it. Dates are days since 1970-01-01, DateTime64(p) counts 10^-p s since then, enums are names, UUIDs texts. */
export type CellValue =
	| string
	| number
	| bigint
	| boolean
	| null
	| ArrayBufferView
	| readonly CellValue[]
	| ReadonlyMap<string, CellValue>
	| { readonly [name: string]: CellValue };

/** Writes one value of a type. */
export type CellEncoder = (writer: RowBinaryWriter, value: CellValue) => void;

function wrong(type: string, value: unknown): TypeError {
	const shown = typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
	return new TypeError(`${shown.slice(0, 80)} is no ${type}.`);
}

/** Parts of `a, b(c, d), e` at the commas outside brackets and quotes. */
function splitArguments(text: string): string[] {
	const parts: string[] = [];
	let depth = 0;
	let quoted = false;
	let start = 0;
	for (let at = 0; at < text.length; at++) {
		const sign = text[at];
		if (quoted) {
			if (sign === '\\') at++;
			else if (sign === "'") quoted = false;
		} else if (sign === "'") quoted = true;
		else if (sign === '(') depth++;
		else if (sign === ')') depth--;
		else if (sign === ',' && depth === 0) {
			parts.push(text.slice(start, at).trim());
			start = at + 1;
		}
	}
	parts.push(text.slice(start).trim());
	return parts;
}

function integer(type: string, write: (writer: RowBinaryWriter, value: number) => void): CellEncoder {
	return (writer, value) => {
		if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(type, value);
		write(writer, value);
	};
}

function long(type: string, write: (writer: RowBinaryWriter, value: bigint) => void): CellEncoder {
	return (writer, value) => {
		if (typeof value === 'bigint') write(writer, value);
		else if (typeof value === 'number' && Number.isSafeInteger(value)) write(writer, BigInt(value));
		else throw wrong(type, value);
	};
}

/** An absent float is NaN, so null is taken too. */
function float(type: string, write: (writer: RowBinaryWriter, value: number) => void): CellEncoder {
	return (writer, value) => {
		if (typeof value === 'number') write(writer, value);
		else if (value === null) write(writer, NaN);
		else throw wrong(type, value);
	};
}

const text: CellEncoder = (writer, value) => {
	if (typeof value === 'string') writer.string(value);
	else if (value instanceof Uint8Array) writer.bytes(value);
	else throw wrong('String', value);
};

const uuid: CellEncoder = (writer, value) => {
	const hex = typeof value === 'string' ? value.replaceAll('-', '') : '';
	if (!/^[0-9a-fA-F]{32}$/.test(hex)) throw wrong('UUID', value);
	writer.u64(BigInt(`0x${hex.slice(0, 16)}`));
	writer.u64(BigInt(`0x${hex.slice(16)}`));
};

const PLAIN: Readonly<Record<string, CellEncoder>> = {
	UInt8: integer('UInt8', (writer, value) => {
		writer.u8(value);
	}),
	UInt16: integer('UInt16', (writer, value) => {
		writer.u16(value);
	}),
	UInt32: integer('UInt32', (writer, value) => {
		writer.u32(value);
	}),
	UInt64: long('UInt64', (writer, value) => {
		writer.u64(value);
	}),
	Int8: integer('Int8', (writer, value) => {
		writer.i8(value);
	}),
	Int16: integer('Int16', (writer, value) => {
		writer.i16(value);
	}),
	Int32: integer('Int32', (writer, value) => {
		writer.i32(value);
	}),
	Int64: long('Int64', (writer, value) => {
		writer.i64(value);
	}),
	Float32: float('Float32', (writer, value) => {
		writer.f32(value);
	}),
	Float64: float('Float64', (writer, value) => {
		writer.f64(value);
	}),
	Date: integer('Date', (writer, value) => {
		writer.date(value);
	}),
	DateTime: integer('DateTime', (writer, value) => {
		writer.u32(value);
	}),
	Bool: (writer, value) => {
		if (typeof value !== 'boolean') throw wrong('Bool', value);
		writer.bool(value);
	},
	String: text,
	UUID: uuid,
};

function enumeration(type: string, size: 8 | 16, list: string): CellEncoder {
	const codes = new Map(
		splitArguments(list).map((entry) => {
			const found = /^'((?:[^'\\]|\\.)*)'\s*=\s*(-?\d+)$/.exec(entry);
			if (found?.[1] === undefined) throw new TypeError(`${type} cannot be read.`);
			return [found[1].replace(/\\(.)/g, '$1'), Number(found[2])];
		}),
	);
	return (writer, value) => {
		const code = typeof value === 'string' ? codes.get(value) : undefined;
		if (code === undefined) throw wrong(type, value);
		if (size === 8) writer.i8(code);
		else writer.i16(code);
	};
}

function nullable(inner: CellEncoder): CellEncoder {
	return (writer, value) => {
		writer.nullMark(value === null);
		if (value !== null) inner(writer, value);
	};
}

function isMap(value: CellValue): value is ReadonlyMap<string, CellValue> {
	return value instanceof Map;
}

function isList(value: CellValue): value is readonly CellValue[] {
	return Array.isArray(value);
}

function array(type: string, inner: CellEncoder): CellEncoder {
	return (writer, value) => {
		const list = ArrayBuffer.isView(value) && !(value instanceof DataView) ? listOf(value) : value;
		if (!isList(list)) throw wrong(type, value);
		writer.varUInt(list.length);
		for (const entry of list) inner(writer, entry);
	};
}

/** Numbers of a typed array. */
function listOf(view: ArrayBufferView): readonly CellValue[] {
	if (
		view instanceof Uint32Array ||
		view instanceof Float32Array ||
		view instanceof Float64Array ||
		view instanceof Int32Array ||
		view instanceof Uint16Array ||
		view instanceof Uint8Array
	) {
		return Array.from(view);
	}
	if (view instanceof BigUint64Array || view instanceof BigInt64Array) return Array.from(view);
	throw wrong('Array', view);
}

function tuple(type: string, list: string): CellEncoder {
	const inner = splitArguments(list).map((part) =>
		encoderFor(/^(?:`[^`]+`|[A-Za-z_]\w*)\s+(\S.*)$/.exec(part)?.[1] ?? part),
	);
	return (writer, value) => {
		if (!isList(value) || value.length !== inner.length) throw wrong(type, value);
		for (const [index, encode] of inner.entries()) encode(writer, value[index] ?? null);
	};
}

function map(type: string, list: string): CellEncoder {
	const [keyType, valueType] = splitArguments(list);
	const key = encoderFor(keyType ?? '');
	const item = encoderFor(valueType ?? '');
	return (writer, value) => {
		if (typeof value !== 'object' || value === null || isList(value) || ArrayBuffer.isView(value))
			throw wrong(type, value);
		const entries = isMap(value) ? [...value] : Object.entries<CellValue>(value);
		writer.varUInt(entries.length);
		for (const [name, entry] of entries) {
			key(writer, name);
			item(writer, entry);
		}
	};
}

function fixed(type: string, size: number): CellEncoder {
	return (writer, value) => {
		const bytes = typeof value === 'string' ? Buffer.from(value) : value;
		if (!(bytes instanceof Uint8Array) || bytes.length !== size) throw wrong(type, value);
		writer.raw(bytes);
	};
}

/** The encoder of a ClickHouse type as a migration or system.columns writes it; throws TypeError for types that Nightjar does not use. */
export function encoderFor(type: string): CellEncoder {
	const plain = PLAIN[type];
	if (plain !== undefined) return plain;
	const found = /^(\w+)\(([^]*)\)$/.exec(type.trim());
	const list = found?.[2] ?? '';
	switch (found?.[1]) {
		case 'LowCardinality':
			return encoderFor(list);
		case 'SimpleAggregateFunction':
			return encoderFor(splitArguments(list)[1] ?? '');
		case 'Nullable':
			return nullable(encoderFor(list));
		case 'Array':
			return array(type, encoderFor(list));
		case 'Map':
			return map(type, list);
		case 'Tuple':
			return tuple(type, list);
		case 'Enum8':
			return enumeration(type, 8, list);
		case 'Enum16':
			return enumeration(type, 16, list);
		case 'FixedString':
			return fixed(type, Number(list));
		case 'DateTime':
			return encoderFor('DateTime');
		case 'DateTime64':
			return encoderFor('Int64');
		default:
			throw new TypeError(`No encoder for the ClickHouse type "${type}".`);
	}
}

/** A column to write. */
export interface Column {
	readonly name: string;
	readonly type: string;
}

/** Encodes rows of the same columns one after another. */
export class RowEncoder {
	readonly names: readonly string[];
	readonly writer: RowBinaryWriter;
	readonly #encoders: readonly CellEncoder[];
	#rows = 0;

	constructor(
		private readonly columns: readonly Column[],
		initialBytes?: number,
	) {
		this.names = columns.map((column) => column.name);
		this.#encoders = columns.map((column) => encoderFor(column.type));
		this.writer = new RowBinaryWriter(initialBytes);
	}

	/** Rows encoded so far. */
	get rows(): number {
		return this.#rows;
	}

	/** Encodes one row, values in the order of the columns; throws TypeError that names the column. */
	row(values: readonly CellValue[]): void {
		if (values.length !== this.#encoders.length) {
			throw new TypeError(`The row has ${values.length} values for ${this.#encoders.length} columns.`);
		}
		let index = 0;
		try {
			for (const encode of this.#encoders) encode(this.writer, values[index++] ?? null);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			throw new TypeError(`Column ${this.columns[index - 1]?.name ?? ''}: ${reason}`, { cause: error });
		}
		this.#rows++;
	}

	/** The rows as RowBinary, without a copy. */
	finish(): Uint8Array {
		return this.writer.finish();
	}

	/** Begins anew with the same columns; what `finish` gave stays valid. */
	clear(): void {
		this.writer.clear();
		this.#rows = 0;
	}
}

/** An encoder of rows of these columns. */
export function rowEncoder(columns: readonly Column[], initialBytes?: number): RowEncoder {
	return new RowEncoder(columns, initialBytes);
}
