// FITS binary tables (FITS standard 4.0, section 7.3), read row by row through a function that gives bytes.

import { FitsError, readHeader, type FitsHeader } from './fits.ts';
import type { Cell, TableColumn } from './tableColumn.ts';

const BLOCK = 2880;
const MOST_HEADER_BYTES = BLOCK * 400;
const MOST_HDUS = 64;

/** Gives bytes of the file; fewer than asked for at its end. */
export type ReadBytes = (offset: number, length: number) => Promise<Uint8Array>;

/** Bytes of one element by type letter. */
const SIZES: Readonly<Record<string, number>> = {
	L: 1,
	B: 1,
	I: 2,
	J: 4,
	K: 8,
	A: 1,
	E: 4,
	D: 8,
	C: 8,
	M: 16,
	P: 8,
	Q: 16,
};

interface Field {
	readonly column: TableColumn;
	readonly offset: number;
	readonly repeat: number;
	readonly type: string;
	readonly scale: number;
	readonly zero: number;
	readonly nil: number | null;
}

/** The first binary table of a file. */
export interface FitsTable {
	/** Columns of one value a row; arrays and bit fields are left out and named in `leftOut`. */
	readonly columns: readonly TableColumn[];
	readonly leftOut: readonly string[];
	readonly rows: number;
	readonly rowBytes: number;
	/** Offset of the first row in the file. */
	readonly dataStart: number;
	/** Cells of the row at an offset of bytes that were read. */
	row(view: DataView, at: number): Cell[];
}

async function headerAt(read: ReadBytes, start: number): Promise<{ header: FitsHeader; dataStart: number } | null> {
	for (let length = BLOCK * 4; length <= MOST_HEADER_BYTES; length *= 2) {
		const bytes = await read(start, length);
		if (bytes.length < 80) return null;
		try {
			const { header, dataStart } = readHeader(bytes, 0);
			return { header, dataStart: start + dataStart };
		} catch (error) {
			if (bytes.length < length || !(error instanceof FitsError)) throw error;
		}
	}
	throw new FitsError('A FITS header is longer than 400 blocks: the file is damaged.');
}

const text = (header: FitsHeader, key: string): string => {
	const value = header.get(key);
	return typeof value === 'string' ? value.trim() : '';
};

const number = (header: FitsHeader, key: string, fallback: number): number => {
	const value = header.get(key);
	return typeof value === 'number' ? value : fallback;
};

/** 9223372036854775808 does not fit a number of a card and stays text there. */
const zeroOf = (header: FitsHeader, key: string): number => {
	const value = header.get(key);
	return typeof value === 'string' ? Number(value) : typeof value === 'number' ? value : 0;
};

function layoutOf(header: FitsHeader): { fields: Field[]; leftOut: string[] } {
	const fields: Field[] = [];
	const leftOut: string[] = [];
	let offset = 0;
	const count = number(header, 'TFIELDS', 0);
	for (let n = 1; n <= count; n += 1) {
		const form = /^(\d*)([LXBIJKAEDCMPQ])/.exec(text(header, `TFORM${n}`));
		const name = text(header, `TTYPE${n}`) || `column${n}`;
		if (form === null) throw new FitsError(`Column ${n} (${name}) has no readable TFORM.`);
		const repeat = form[1] === '' ? 1 : Number(form[1]);
		const type = form[2] ?? '';
		const bytes = type === 'X' ? Math.ceil(repeat / 8) : repeat * (SIZES[type] ?? 0);
		const single = type === 'A' ? repeat > 0 : repeat === 1 && 'LBIJKED'.includes(type);
		if (single) {
			const nil = header.get(`TNULL${n}`);
			fields.push({
				column: {
					name,
					kind: type === 'A' || type === 'L' ? 'text' : 'number',
					unit: text(header, `TUNIT${n}`),
					ucd: text(header, `TUCD${n}`),
					meaning: text(header, `TCOMM${n}`),
				},
				offset,
				repeat,
				type,
				scale: number(header, `TSCAL${n}`, 1),
				zero: zeroOf(header, `TZERO${n}`),
				nil: typeof nil === 'number' ? nil : null,
			});
		} else if (bytes > 0) leftOut.push(name);
		offset += bytes;
	}
	const width = number(header, 'NAXIS1', 0);
	if (offset > width) throw new FitsError(`The columns take ${offset} bytes a row, but NAXIS1 says ${width}.`);
	return { fields, leftOut };
}

const latin1 = new TextDecoder('latin1');

function wholeNumber(view: DataView, at: number, { type, scale, zero, nil }: Field): Cell {
	if (type === 'K') {
		const stored = view.getBigInt64(at);
		if (nil !== null && stored === BigInt(nil)) return null;
		if (scale !== 1 || !Number.isInteger(zero)) return zero + scale * Number(stored);
		const value = stored + BigInt(zero);
		const plain = Number(value);
		return Number.isSafeInteger(plain) ? plain : value.toString();
	}
	const stored = type === 'B' ? view.getUint8(at) : type === 'I' ? view.getInt16(at) : view.getInt32(at);
	return stored === nil ? null : zero + scale * stored;
}

function cellOf(view: DataView, start: number, field: Field): Cell {
	const at = start + field.offset;
	switch (field.type) {
		case 'A': {
			const bytes = new Uint8Array(view.buffer, view.byteOffset + at, field.repeat);
			const end = bytes.indexOf(0);
			const value = latin1.decode(end === -1 ? bytes : bytes.subarray(0, end)).trim();
			return value === '' ? null : value;
		}
		case 'L': {
			const value = view.getUint8(at);
			return value === 0x54 ? 'true' : value === 0x46 ? 'false' : null;
		}
		case 'E':
		case 'D': {
			const value = field.type === 'E' ? view.getFloat32(at) : view.getFloat64(at);
			return Number.isNaN(value) ? null : field.zero + field.scale * value;
		}
		default:
			return wholeNumber(view, at, field);
	}
}

/** Finds the first binary table of a file; throws FitsError with a sentence where there is none. */
export async function findTable(read: ReadBytes): Promise<FitsTable> {
	let at = 0;
	for (let index = 0; index < MOST_HDUS; index += 1) {
		const found = await headerAt(read, at);
		if (found === null) break;
		const { header, dataStart } = found;
		if (index === 0 && !header.has('SIMPLE')) throw new FitsError('Not a FITS file: it does not begin with SIMPLE.');
		const axes = Array.from({ length: number(header, 'NAXIS', 0) }, (_, i) => number(header, `NAXIS${i + 1}`, 0));
		if (text(header, 'XTENSION') === 'BINTABLE') {
			if (header.has('ZTABLE')) throw new FitsError('The table is compressed (ZTABLE): unpack it with funpack first.');
			const { fields, leftOut } = layoutOf(header);
			return {
				columns: fields.map(({ column }) => column),
				leftOut,
				rows: axes[1] ?? 0,
				rowBytes: axes[0] ?? 0,
				dataStart,
				row: (view, start) => fields.map((field) => cellOf(view, start, field)),
			};
		}
		const elements = axes.length === 0 ? 0 : axes.reduce((product, axis) => product * axis, 1);
		const groups = number(header, 'GCOUNT', 1) * (number(header, 'PCOUNT', 0) + elements);
		const bytes = (groups * Math.abs(number(header, 'BITPIX', 8))) / 8;
		at = dataStart + Math.ceil(bytes / BLOCK) * BLOCK;
	}
	throw new FitsError('The FITS file holds no binary table.');
}
