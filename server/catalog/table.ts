import { open, stat, type FileHandle } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { CsvReader, sniffDelimiter } from '#lib/format/csvRead.ts';
import { findTable } from '#lib/format/fitsTable.ts';
import type { Cell, TableColumn } from '#lib/format/tableColumn.ts';
import { VotableReader } from '#lib/format/votable.ts';
import type { Store } from '#clickhouse/store.ts';
import { CatalogError } from './error.ts';
import { openParquet } from './parquet.ts';

/** A row with where it stands, for those that are bad. */
export interface TableRow {
	readonly place: string;
	readonly cells: readonly Cell[];
}

/** A table in a file. */
export interface CatalogTable {
	readonly format: string;
	readonly columns: readonly TableColumn[];
	/** Columns that cannot be kept: arrays and the like. */
	readonly leftOut: readonly string[];
	/** What the file says of its frame; '' where nothing. */
	readonly frame: string;
	/** Rows, where the file says so before it is read. */
	readonly rowsTotal: number | null;
	/** Share of the file that was read, 0 to 1. */
	share(): number;
	rows(): AsyncIterable<TableRow>;
	close(): Promise<void>;
}

const CHUNK = 1 << 20;
/** Rows by which a CSV column is taken for numbers or text. */
const SAMPLE_ROWS = 1000;

async function firstBytes(path: string, length: number): Promise<Buffer> {
	const file = await open(path, 'r');
	try {
		const buffer = Buffer.alloc(length);
		const { bytesRead } = await file.read(buffer, 0, length, 0);
		return buffer.subarray(0, bytesRead);
	} finally {
		await file.close();
	}
}

/** Bytes of a file, unpacked where it is gzip, and how much of the file was read. */
class FileBytes {
	bytesRead = 0;
	constructor(
		readonly path: string,
		readonly size: number,
		readonly gzip: boolean,
	) {}

	async *chunks(): AsyncGenerator<Buffer> {
		const raw = createReadStream(this.path, { highWaterMark: CHUNK });
		raw.on('data', (chunk) => (this.bytesRead += chunk.length));
		try {
			if (!this.gzip) yield* raw as AsyncIterable<Buffer>;
			else {
				const unpacked = createGunzip({ chunkSize: CHUNK });
				raw.on('error', (error) => unpacked.destroy(error));
				yield* raw.pipe(unpacked) as AsyncIterable<Buffer>;
			}
		} finally {
			raw.destroy();
		}
	}

	async *texts(): AsyncGenerator<string> {
		const decoder = new TextDecoder('utf-8');
		for await (const chunk of this.chunks()) yield decoder.decode(chunk, { stream: true });
		yield decoder.decode();
	}

	share(): number {
		return this.size === 0 ? 1 : this.bytesRead / this.size;
	}
}

const MISSING = new Set(['', 'null', 'nan', 'none', 'n/a', 'na', '--', '-', '\\n', 'nul']);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const isMissing = (cell: string): boolean => MISSING.has(cell.trim().toLowerCase());

function csvCell(cell: string | undefined, kind: TableColumn['kind']): Cell {
	const text = (cell ?? '').trim();
	if (isMissing(text)) return null;
	if (kind === 'text') return text;
	const value = Number(text);
	// a lone text in a column of numbers is kept out rather than the row
	return NUMBER.test(text) ? (Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value) : null;
}

interface CsvRecord {
	readonly line: number;
	readonly cells: string[];
}

/** Header and rows of a CSV; a line before the header that has one cell alone (a date in the list of the TNS) or begins with # is passed over. */
async function openCsv(file: FileBytes): Promise<CatalogTable> {
	let header: CsvRecord | null = null;
	const records = csvRecords(file);
	const sample: CsvRecord[] = [];
	for (;;) {
		const next = await records.next();
		if (next.done === true) break;
		const record = next.value;
		if (header === null) {
			const [first = ''] = record.cells;
			if (first.trim().startsWith('#') && record.cells.length === 1) continue;
			if (record.cells.length === 1 && /^\d{4}-\d\d-\d\d/.test(first.trim())) continue;
			header = record;
		} else sample.push(record);
		if (sample.length >= SAMPLE_ROWS) break;
	}
	if (header === null) throw new CatalogError('The file is empty.');
	const names = header.cells.map((cell, i) => cell.trim().replace(/^#\s*/, '') || `column${i + 1}`);
	if (new Set(names).size < names.length) {
		const twice = names.find((name, i) => names.indexOf(name) !== i) ?? '';
		throw new CatalogError(`Two columns are called "${twice}": rename one in the header line.`);
	}
	const columns = names.map((name, i): TableColumn => {
		const cells = sample.map(({ cells: row }) => (row[i] ?? '').trim()).filter((cell) => !isMissing(cell));
		const kind = cells.length > 0 && cells.every((cell) => NUMBER.test(cell)) ? 'number' : 'text';
		return { name, kind, unit: '', ucd: '', meaning: '' };
	});
	const rowOf = ({ line, cells }: CsvRecord): TableRow => ({
		place: `line ${line}`,
		cells: columns.map(({ kind }, i) => csvCell(cells[i], kind)),
	});
	return {
		format: 'CSV',
		columns,
		leftOut: [],
		frame: '',
		rowsTotal: null,
		share: () => file.share(),
		async *rows() {
			for (const record of sample) yield rowOf(record);
			for await (const record of records) yield rowOf(record);
		},
		close: async () => {
			await records.return(undefined);
		},
	};
}

async function* csvRecords(file: FileBytes): AsyncGenerator<CsvRecord, undefined> {
	let reader: CsvReader | null = null;
	let begin = '';
	for await (const text of file.texts()) {
		if (reader === null) {
			begin += text;
			const lines = begin.replace(/^\uFEFF/, '').split('\n');
			if (lines.length < 3 && begin.length < CHUNK && text !== '') continue;
			// the second line decides where the first is a lone date
			reader = new CsvReader(sniffDelimiter(/[,;\t|]/.test(lines[0] ?? '') ? (lines[0] ?? '') : (lines[1] ?? '')));
			yield* reader.push(begin.replace(/^\uFEFF/, ''));
		} else yield* reader.push(text);
	}
	reader ??= new CsvReader(',');
	yield* reader.end();
	return undefined;
}

async function openVotable(file: FileBytes): Promise<CatalogTable> {
	const reader = new VotableReader();
	const texts = file.texts();
	let first: readonly Cell[][] = [];
	for (;;) {
		const next = await texts.next();
		if (next.done === true) {
			first = [...first, ...reader.end()];
			break;
		}
		first = [...first, ...reader.push(next.value)];
		if (reader.columns !== null) break;
	}
	const columns = reader.columns ?? [];
	let number = 0;
	const rowOf = (cells: readonly Cell[]): TableRow => {
		number += 1;
		return { place: `row ${number}`, cells };
	};
	return {
		format: 'VOTable',
		columns,
		leftOut: reader.leftOut,
		frame: reader.frame,
		rowsTotal: null,
		share: () => file.share(),
		async *rows() {
			for (const cells of first) yield rowOf(cells);
			for await (const text of texts) for (const cells of reader.push(text)) yield rowOf(cells);
			for (const cells of reader.end()) yield rowOf(cells);
		},
		close: async () => {
			await texts.return(undefined);
		},
	};
}

/** Reads bytes of a file at any place; a gzip file is unpacked whole first. */
async function randomAccess(
	file: FileBytes,
): Promise<{ read: (at: number, n: number) => Promise<Uint8Array>; close: () => Promise<void> }> {
	if (file.gzip) {
		const chunks: Buffer[] = [];
		for await (const chunk of file.chunks()) chunks.push(chunk);
		const bytes = Buffer.concat(chunks);
		return { read: (at, n) => Promise.resolve(bytes.subarray(at, at + n)), close: () => Promise.resolve() };
	}
	const handle: FileHandle = await open(file.path, 'r');
	return {
		read: async (at, n) => {
			const buffer = Buffer.alloc(n);
			const { bytesRead } = await handle.read(buffer, 0, n, at);
			return buffer.subarray(0, bytesRead);
		},
		close: () => handle.close(),
	};
}

async function openFits(file: FileBytes): Promise<CatalogTable> {
	const { read, close } = await randomAccess(file);
	const table = await findTable(read);
	let done = 0;
	return {
		format: 'FITS table',
		columns: table.columns,
		leftOut: table.leftOut,
		frame: '',
		rowsTotal: table.rows,
		share: () => (table.rows === 0 ? 1 : done / table.rows),
		async *rows() {
			const some = Math.max(1, Math.floor(CHUNK / Math.max(1, table.rowBytes)));
			for (let first = 0; first < table.rows; first += some) {
				const count = Math.min(some, table.rows - first);
				const bytes = await read(table.dataStart + first * table.rowBytes, count * table.rowBytes);
				if (bytes.length < count * table.rowBytes) {
					throw new CatalogError(
						`The table claims ${table.rows} rows, but the file ends in row ${first + Math.floor(bytes.length / table.rowBytes) + 1}.`,
					);
				}
				const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
				for (let i = 0; i < count; i += 1) {
					done += 1;
					yield { place: `row ${done}`, cells: table.row(view, i * table.rowBytes) };
				}
			}
		},
		close,
	};
}

/** Opens a table by what it is, not by its name: FITS, VOTable, Parquet (read by the embedded store), else delimited text; all but Parquet also in gzip. */
export async function openTable(path: string, store: Store): Promise<CatalogTable> {
	const { size } = await stat(path);
	let head = await firstBytes(path, 4096);
	const gzip = head[0] === 0x1f && head[1] === 0x8b;
	const file = new FileBytes(path, size, gzip);
	if (gzip) {
		for await (const chunk of new FileBytes(path, size, true).chunks()) {
			head = chunk.subarray(0, 4096);
			break;
		}
	}
	if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3) {
		throw new CatalogError('The file is a ZIP archive: unpack it and give the table inside.');
	}
	const start = head.toString('latin1');
	if (start.startsWith('PAR1')) return openParquet(path, store, size);
	if (start.startsWith('SIMPLE  =')) return openFits(file);
	if (/^\s*(?:\uFEFF|\u00ef\u00bb\u00bf)?\s*<(?:\?xml|VOTABLE|\w+:VOTABLE|!--)/i.test(start)) return openVotable(file);
	if (head.includes(0)) throw new CatalogError('The file is none of CSV, Parquet, VOTable and FITS.');
	return openCsv(file);
}
