import { describe, expect, it } from 'vitest';
import { columnsOf, shownCell } from '#lib/components/catalog/cell.ts';

const source = (columns: Readonly<Record<string, number | string>>) => ({
	sourceId: 'a',
	ra: 1,
	dec: 2,
	mag: null,
	redshift: null,
	columns,
});

describe('a table of sources', () => {
	it('shows the columns that are there, described ones first and in their order', () => {
		const described = ['type', 'absent', 'bv'].map((name) => ({ name, kind: 'text' as const, unit: '', meaning: '' }));
		const columns = columnsOf([source({ bv: 0.5, other: 'x' }), source({ type: 'G', mag: 3 })], described);
		expect(columns.map(({ name }) => name)).toEqual(['type', 'bv', 'other']);
	});

	it('shows numbers short, absent ones as a dash and long texts cut', () => {
		expect(shownCell(undefined)).toBe('–');
		expect(shownCell(-1.23456789)).toBe('−1.23457');
		expect(shownCell(-3)).toBe('−3');
		expect(shownCell(0.00001234)).toBe('1.234e-5');
		expect(shownCell(170587115523)).toBe('170587115523');
		expect(shownCell('x'.repeat(100))).toHaveLength(80);
	});
});
