// Tables of every type, read as astropy reads them; scripts/golden/catalogs.py made the files and the values.
import { describe, expect, it } from 'vitest';
import expected from '../../fixtures/catalog/expected.json';
import { CsvReader, sniffDelimiter } from '#lib/format/csvRead.ts';
import { findTable } from '#lib/format/fitsTable.ts';
import type { Cell } from '#lib/format/tableColumn.ts';
import { VotableReader } from '#lib/format/votable.ts';

const votables: Record<string, string> = import.meta.glob('../../fixtures/catalog/*.vot', {
	query: '?raw',
	import: 'default',
	eager: true,
});
function readVotable(text: string, size: number): { reader: VotableReader; rows: Cell[][] } {
	const reader = new VotableReader();
	const rows: Cell[][] = [];
	for (let at = 0; at < text.length; at += size) rows.push(...reader.push(text.slice(at, at + size)));
	rows.push(...reader.end());
	return { reader, rows };
}

/** Equal but for the last digits that text keeps of 32-bit floats. */
function same(rows: readonly (readonly Cell[])[], values: readonly (readonly (string | number | null)[])[]): void {
	expect(rows.length).toBe(values.length);
	rows.forEach((row, i) => {
		row.forEach((cell, j) => {
			const value = values[i]?.[j] ?? null;
			if (typeof cell === 'number' && typeof value === 'number') expect(cell).toBeCloseTo(value, 12);
			else expect(cell).toEqual(value);
		});
	});
}

describe('a VOTable', () => {
	it.each(['tabledata', 'binary', 'binary2'])(
		'as %s gives the values of astropy, in whatever pieces it comes',
		(form) => {
			const text = Object.entries(votables).find(([path]) => path.endsWith(`/${form}.vot`))?.[1] ?? '';
			for (const size of [text.length, 1000, 7, 1]) {
				const { reader, rows } = readVotable(text, size);
				expect(reader.columns?.map(({ name }) => name)).toEqual(
					'main_id ra dec mag objid n flag byte good type'.split(' '),
				);
				expect(reader.columns?.[0]).toMatchObject({
					ucd: 'meta.id;meta.main',
					meaning: 'Name of the source',
					kind: 'text',
				});
				expect(reader.columns?.[1]).toMatchObject({ unit: 'deg', kind: 'number' });
				expect(reader.leftOut).toEqual(['colours']);
				same(rows, expected.votable);
			}
		},
	);

	it('that is damaged, empty or keeps its data elsewhere is refused with a sentence', () => {
		const table = (inner: string): string =>
			`<VOTABLE><RESOURCE><TABLE><FIELD name="ra" datatype="double"/>${inner}</TABLE></RESOURCE></VOTABLE>`;
		const read = (text: string) => () => readVotable(text, text.length);
		expect(read('<VOTABLE><RESOURCE></RESOURCE></VOTABLE>')).toThrow(/no VOTable TABLE/);
		expect(read(table(''))).toThrow(/no data of its own/);
		expect(read(table('<DATA><BINARY><STREAM href="x.bin"/></BINARY></DATA>'))).toThrow(/another file/);
		expect(read(table('<DATA><FITS></FITS></DATA>'))).toThrow(/FITS/);
		expect(read(table('<DATA><BINARY><STREAM encoding="base64">AAAA</STREAM></BINARY></DATA>'))).toThrow(
			/middle of a row/,
		);
		expect(read('<VOTABLE><RESOURCE><TABLE></RESOURCE></VOTABLE>')).toThrow(/XML is damaged/);
		expect(read(table('').replace('double', 'quux'))).toThrow(/unknown datatype "quux"/);
	});
});

describe('a FITS table', () => {
	const bytes = new Uint8Array(Buffer.from(expected.fitsBase64, 'base64'));
	const read = (at: number, length: number): Promise<Uint8Array> => Promise.resolve(bytes.subarray(at, at + length));

	it('behind an image gives the values of astropy: scaled, unsigned, absent and 64-bit ones too', async () => {
		const table = await findTable(read);
		expect(table.rows).toBe(3);
		expect(table.leftOut).toEqual(['bits', 'colours']);
		expect(table.columns.find(({ name }) => name === 'ra')?.unit).toBe('deg');
		const view = new DataView(bytes.buffer, bytes.byteOffset + table.dataStart, table.rows * table.rowBytes);
		same(
			Array.from({ length: table.rows }, (_, i) => table.row(view, i * table.rowBytes)),
			expected.fits,
		);
	});

	it('that is none is refused', async () => {
		const image = (at: number, length: number): Promise<Uint8Array> =>
			Promise.resolve(bytes.subarray(at, Math.min(at + length, 2880)));
		await expect(findTable(image)).rejects.toThrow(/no binary table/);
		await expect(findTable(() => Promise.resolve(new Uint8Array(5760)))).rejects.toThrow();
	});
});

describe('delimited text', () => {
	it('keeps quotes, line ends and delimiters within cells, in whatever pieces it comes', () => {
		const text = 'a,b,c\r\n"x, ""y""","two\nlines", "after blanks"\n\n1,,3';
		for (const size of [text.length, 5, 1]) {
			const reader = new CsvReader(',');
			const rows: string[][] = [];
			for (let at = 0; at < text.length; at += size)
				rows.push(...reader.push(text.slice(at, at + size)).map(({ cells }) => cells));
			rows.push(...reader.end().map(({ cells }) => cells));
			expect(rows).toEqual([
				['a', 'b', 'c'],
				['x, "y"', 'two\nlines', 'after blanks'],
				['1', '', '3'],
			]);
		}
		const numbered = new CsvReader(',');
		expect([...numbered.push('a\n"b\nc"\n'), ...numbered.push('d\n')].map(({ line }) => line)).toEqual([1, 3, 4]);
	});

	it('is parted by the sign that stands most often', () => {
		expect(sniffDelimiter('a;b;c,d')).toBe(';');
		expect(sniffDelimiter('"a;b;c",d')).toBe(',');
		expect(sniffDelimiter('a\tb')).toBe('\t');
	});
});
