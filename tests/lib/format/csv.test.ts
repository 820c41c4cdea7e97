import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, csvLine } from '#lib/format/csv.ts';

/** A reader by the grammar of RFC 4180. */
function readLine(line: string): string[] {
	const cells: string[] = [];
	let rest = line.replace(/\r\n$/, '');
	for (;;) {
		const match = /^"((?:[^"]|"")*)"(,|$)|^([^",\r\n]*)(,|$)/.exec(rest);
		if (match === null) throw new Error(`not CSV: ${rest}`);
		cells.push(match[1]?.replaceAll('""', '"') ?? match[3] ?? '');
		rest = rest.slice(match[0].length);
		if ((match[2] ?? match[4]) === '') return cells;
	}
}

describe('cells', () => {
	it('leaves absent values empty', () => {
		expect([null, undefined, NaN, ''].map(csvCell)).toEqual(['', '', '', '']);
	});

	it('writes numbers and 64-bit ids in full, negative ones unguarded', () => {
		expect([-1.5, 0, 1e-7, 170587115523932323n, -5n, true, false].map(csvCell)).toEqual([
			'-1.5',
			'0',
			'1e-7',
			'170587115523932323',
			'-5',
			'true',
			'false',
		]);
	});

	it('quotes what needs it', () => {
		expect(['a,b', 'say "x"', 'two\nlines', 'cr\r', ' plain '].map(csvCell)).toEqual([
			'"a,b"',
			'"say ""x"""',
			'"two\nlines"',
			'"cr\r"',
			' plain ',
		]);
	});

	it('disarms texts that a spreadsheet would run', () => {
		expect(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\r=1', '=HYPERLINK("x","y")'].map(csvCell)).toEqual([
			"'=1+1",
			"'+1",
			"'-1",
			"'@SUM(A1)",
			"'\tx",
			'"\'\r=1"',
			'"\'=HYPERLINK(""x"",""y"")"',
		]);
		expect(csvCell('a=1')).toBe('a=1');
	});
});

describe('lines', () => {
	it('ends records with CR LF', () => {
		expect(csvLine(['SIM1', 12.5, null, 3n])).toBe('SIM1,12.5,,3\r\n');
		expect(csvLine([null])).toBe('""\r\n');
		expect(csvLine([])).toBe('\r\n');
	});

	it('is read back as written, formulas disarmed', () => {
		fc.assert(
			fc.property(fc.array(fc.string(), { minLength: 1 }), (texts) => {
				const cells = readLine(csvLine(texts));
				expect(cells).toHaveLength(texts.length);
				for (const [index, cell] of cells.entries()) {
					expect(cell.replace(/^'(?=[=+\-@\t\r])/, '')).toBe(texts[index]?.replace(/^'(?=[=+\-@\t\r])/, ''));
					expect(cell).not.toMatch(/^[=+\-@\t\r]/);
				}
			}),
			{ numRuns: 1000 },
		);
	});
});
