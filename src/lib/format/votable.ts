// VOTable 1.1 to 1.5: the first table, as TABLEDATA, BINARY or BINARY2, read piece by piece.

import { SaxesParser, type SaxesTagPlain } from 'saxes';
import type { Cell, TableColumn } from './tableColumn.ts';

/** A VOTable that cannot be read; the message says why. */
export class VotableError extends Error {
	override readonly name = 'VotableError';
}

type Datatype =
	| 'boolean'
	| 'bit'
	| 'unsignedByte'
	| 'short'
	| 'int'
	| 'long'
	| 'char'
	| 'unicodeChar'
	| 'float'
	| 'double'
	| 'floatComplex'
	| 'doubleComplex';
const DATATYPES: readonly string[] = [
	'boolean',
	'bit',
	'unsignedByte',
	'short',
	'int',
	'long',
	'char',
	'unicodeChar',
	'float',
	'double',
	'floatComplex',
	'doubleComplex',
];
const SIZES: Readonly<Record<Datatype, number>> = {
	boolean: 1,
	bit: 1,
	unsignedByte: 1,
	short: 2,
	int: 4,
	long: 8,
	char: 1,
	unicodeChar: 2,
	float: 4,
	double: 8,
	floatComplex: 8,
	doubleComplex: 16,
};
const TEXTS: ReadonlySet<string> = new Set(['char', 'unicodeChar', 'boolean', 'bit']);

interface Field {
	readonly column: TableColumn;
	readonly datatype: Datatype;
	/** Elements of a value, null where each row tells. */
	readonly length: number | null;
	/** False for arrays of numbers. */
	readonly kept: boolean;
	nil: string | null;
}

function fieldOf(attributes: Readonly<Record<string, string>>, n: number): Field {
	const datatype = attributes['datatype'] ?? '';
	const name = attributes['name'] ?? attributes['ID'] ?? `column${n + 1}`;
	if (!DATATYPES.includes(datatype)) throw new VotableError(`Column ${name} has the unknown datatype "${datatype}".`);
	const size = attributes['arraysize'] ?? '1';
	const isText = datatype === 'char' || datatype === 'unicodeChar';
	const fixed = /^[\dx]+$/.test(size) ? size.split('x').reduce((product, part) => product * Number(part), 1) : null;
	const ucd = attributes['ucd'] ?? '';
	return {
		column: { name, kind: TEXTS.has(datatype) ? 'text' : 'number', unit: attributes['unit'] ?? '', ucd, meaning: '' },
		datatype: datatype as Datatype,
		length: fixed,
		kept: isText || (fixed === 1 && !datatype.endsWith('Complex')),
		nil: null,
	};
}

/** Reads a VOTable from pieces of text; rows come as soon as they are complete. */
export class VotableReader {
	readonly #parser = new SaxesParser();
	readonly #fields: Field[] = [];
	#kept: Field[] = [];
	#rows: Cell[][] = [];
	#text = '';
	#collect = false;
	#cells: string[] = [];
	#state: 'before' | 'head' | 'data' | 'after' = 'before';
	#encoding: 'TABLEDATA' | 'BINARY' | 'BINARY2' | null = null;
	#described: Field | 'other' | null = null;
	#base64 = '';
	#bytes = Buffer.alloc(0);
	#frame = '';

	constructor() {
		this.#parser.on('opentag', (tag) => {
			this.#open(tag);
		});
		this.#parser.on('closetag', (tag) => {
			this.#close(tag.name.replace(/^.*:/, ''));
		});
		this.#parser.on('text', (text) => {
			if (this.#collect) this.#text += text;
		});
		this.#parser.on('error', (error) => {
			throw new VotableError(`The XML is damaged: ${error.message}`);
		});
	}

	/** Columns that are kept, null until the data begin. Arrays of numbers are left out. */
	get columns(): readonly TableColumn[] | null {
		return this.#state === 'data' || this.#state === 'after' ? this.#kept.map(({ column }) => column) : null;
	}

	/** Names of columns that are left out: arrays of numbers. */
	get leftOut(): string[] {
		return this.#fields.filter(({ kept }) => !kept).map(({ column }) => column.name);
	}

	/** Frame that the file names (COOSYS), '' where it names none. */
	get frame(): string {
		return this.#frame;
	}

	/** Rows that the next piece of text completes. */
	push(text: string): Cell[][] {
		this.#parser.write(text);
		if (this.#encoding !== null && this.#encoding !== 'TABLEDATA' && this.#collect) this.#decode(false);
		const rows = this.#rows;
		this.#rows = [];
		return rows;
	}

	/** Says that the text has ended. */
	end(): Cell[][] {
		this.#parser.close();
		if (this.#state === 'before') throw new VotableError('The file holds no VOTable TABLE.');
		if (this.#state === 'head')
			throw new VotableError('The VOTable has no data of its own (TABLEDATA, BINARY or BINARY2).');
		const rows = this.#rows;
		this.#rows = [];
		return rows;
	}

	#open(tag: SaxesTagPlain): void {
		const name = tag.name.replace(/^.*:/, '');
		if (this.#state === 'after') return;
		switch (name) {
			case 'COOSYS':
				this.#frame ||= tag.attributes['system'] ?? '';
				return;
			case 'TABLE':
				if (this.#state === 'before') this.#state = 'head';
				return;
			case 'FIELD': {
				if (this.#state !== 'head') return;
				const field = fieldOf(tag.attributes, this.#fields.length);
				this.#fields.push(field);
				this.#described = field;
				return;
			}
			case 'PARAM':
				this.#described = 'other';
				return;
			case 'VALUES':
				if (typeof this.#described === 'object' && this.#described !== null) {
					this.#described.nil = tag.attributes['null'] ?? null;
				}
				return;
			case 'DESCRIPTION':
				this.#collect = this.#state === 'head' && typeof this.#described === 'object' && this.#described !== null;
				this.#text = '';
				return;
			case 'TABLEDATA':
			case 'BINARY':
			case 'BINARY2':
				this.#encoding = name;
				this.#kept = this.#fields.filter(({ kept }) => kept);
				this.#state = 'data';
				return;
			case 'FITS':
				throw new VotableError('The VOTable keeps its rows in FITS: give that file instead.');
			case 'STREAM':
				if (this.#encoding === null) return;
				if ((tag.attributes['href'] ?? '') !== '') {
					throw new VotableError('The VOTable keeps its rows in another file: save it with its data inside.');
				}
				this.#collect = true;
				this.#text = '';
				return;
			case 'TR':
				this.#cells = [];
				return;
			case 'TD':
				this.#collect = true;
				this.#text = '';
		}
	}

	#close(name: string): void {
		if (this.#state === 'after') return;
		switch (name) {
			case 'DESCRIPTION':
				if (this.#collect && typeof this.#described === 'object' && this.#described !== null) {
					const index = this.#fields.indexOf(this.#described);
					const column = { ...this.#described.column, meaning: this.#text.replace(/\s+/g, ' ').trim() };
					const field = { ...this.#described, column };
					this.#fields[index] = field;
					this.#described = field;
				}
				this.#collect = false;
				return;
			case 'FIELD':
			case 'PARAM':
				this.#described = null;
				return;
			case 'TD':
				this.#cells.push(this.#text);
				this.#collect = false;
				return;
			case 'TR':
				this.#rows.push(
					this.#fields.flatMap((field, i) => (field.kept ? [textCell(this.#cells[i] ?? '', field)] : [])),
				);
				return;
			case 'STREAM':
				this.#decode(true);
				this.#collect = false;
				return;
			case 'TABLE':
				if (this.#state === 'data') this.#state = 'after';
		}
	}

	/** Rows of the base64 text so far. */
	#decode(ended: boolean): void {
		this.#base64 += this.#text.replace(/\s+/g, '');
		this.#text = '';
		const whole = ended ? this.#base64.length : this.#base64.length - (this.#base64.length % 4);
		const bytes = Buffer.from(this.#base64.slice(0, whole), 'base64');
		this.#base64 = this.#base64.slice(whole);
		this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
		let at = 0;
		for (;;) {
			const row = this.#binaryRow(at);
			if (row === null) break;
			this.#rows.push(row.cells);
			at = row.next;
		}
		this.#bytes = this.#bytes.subarray(at);
		if (ended && this.#bytes.length > 0) {
			throw new VotableError(`The binary data end in the middle of a row: ${this.#bytes.length} bytes are left.`);
		}
	}

	#binaryRow(start: number): { cells: Cell[]; next: number } | null {
		const bytes = this.#bytes;
		const flags = this.#encoding === 'BINARY2' ? Math.ceil(this.#fields.length / 8) : 0;
		let at = start + flags;
		if (at >= bytes.length) return null;
		const cells: Cell[] = [];
		for (const [i, field] of this.#fields.entries()) {
			let length = field.length;
			if (length === null) {
				if (at + 4 > bytes.length) return null;
				length = bytes.readUInt32BE(at);
				at += 4;
			}
			const size = field.datatype === 'bit' ? Math.ceil(length / 8) : length * SIZES[field.datatype];
			if (at + size > bytes.length) return null;
			const absent = flags > 0 && ((bytes[start + (i >> 3)] ?? 0) & (0x80 >> (i & 7))) !== 0;
			if (field.kept) cells.push(absent ? null : binaryCell(bytes, at, length, field));
			at += size;
		}
		return { cells, next: at };
	}
}

/** A truth value as VOTable writes it: T, t, 1, true and their opposites; else absent. */
function truth(value: string): Cell {
	return /^(?:t|1)/i.test(value) ? 'true' : /^(?:f|0)/i.test(value) ? 'false' : null;
}

function textCell(raw: string, { datatype, nil }: Field): Cell {
	const value = raw.trim();
	if (value === '' || value === nil) return null;
	if (datatype === 'boolean' || datatype === 'bit') return truth(value);
	if (TEXTS.has(datatype)) return value;
	const number = Number(value);
	if (Number.isNaN(number)) return null;
	return datatype === 'long' && !Number.isSafeInteger(number) ? value : number;
}

function binaryCell(bytes: Buffer, at: number, length: number, { datatype, nil }: Field): Cell {
	const whole = (value: number): Cell => (nil !== null && value === Number(nil) ? null : value);
	switch (datatype) {
		case 'char':
		case 'unicodeChar': {
			const raw =
				datatype === 'char'
					? bytes.toString('utf8', at, at + length)
					: new TextDecoder('utf-16be').decode(bytes.subarray(at, at + 2 * length));
			const value = raw.replace(/\0.*$/s, '').trim();
			return value === '' || value === nil ? null : value;
		}
		case 'boolean':
			return truth(String.fromCharCode(bytes.readUInt8(at)));
		case 'bit':
			// the standard's is the highest bit, astropy writes the fourth; the others are padding
			return bytes.readUInt8(at) !== 0 ? 'true' : 'false';
		case 'unsignedByte':
			return whole(bytes.readUInt8(at));
		case 'short':
			return whole(bytes.readInt16BE(at));
		case 'int':
			return whole(bytes.readInt32BE(at));
		case 'long': {
			const value = bytes.readBigInt64BE(at);
			if (nil !== null && value.toString() === nil) return null;
			return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
		}
		case 'float':
		case 'double': {
			const value = datatype === 'float' ? bytes.readFloatBE(at) : bytes.readDoubleBE(at);
			return Number.isNaN(value) ? null : value;
		}
		case 'floatComplex':
		case 'doubleComplex':
			return null;
	}
}
