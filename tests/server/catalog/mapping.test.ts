import { describe, expect, it } from 'vitest';
import type { TableColumn } from '#lib/format/tableColumn.ts';
import { keptColumns, mapColumns, parseMap, sourceOf } from '#server/catalog/mapping.ts';

const column = (name: string, over: Partial<TableColumn> = {}): TableColumn => ({
	name,
	kind: 'number',
	unit: '',
	ucd: '',
	meaning: '',
	...over,
});
const none = parseMap([]);

describe('columns of a catalogue', () => {
	it('are recognised by UCD before name, and each is taken once', () => {
		const columns = [
			column('ra', { ucd: 'pos.eq.ra' }),
			column('RA_ICRS', { ucd: 'pos.eq.ra;meta.main' }),
			column('DE_ICRS', { ucd: 'pos.eq.dec;meta.main' }),
			column('Source', { ucd: 'meta.id;meta.main', kind: 'text' }),
			column('Gmag', { ucd: 'phot.mag;em.opt', unit: 'mag' }),
			column('z', { unit: 'mag' }),
			column('zsp', { ucd: 'src.redshift' }),
		];
		const mapping = mapColumns(columns, none);
		expect(mapping).toMatchObject({ id: [3], ra: 1, dec: 2, mag: 4, redshift: 6, raUnit: 'deg' });
		expect(keptColumns(columns, mapping).map(({ name }) => name)).toEqual(['ra', 'Gmag', 'z', 'zsp']);
	});

	it('follow what was asked, with units', () => {
		const columns = [column('a'), column('b'), column('ra'), column('dec')];
		const mapping = mapColumns(columns, parseMap(['ra=a:hours', 'dec=b:rad']));
		expect(mapping).toMatchObject({ ra: 0, dec: 1, raUnit: 'hours', decUnit: 'rad' });
		expect(() => parseMap(['ra'])).toThrow(/--map takes/);
		expect(() => parseMap(['colour=b'])).toThrow(/--map takes/);
		expect(() => mapColumns(columns, parseMap(['ra=x']))).toThrow(/no column "x".*a, b, ra, dec/);
		expect(() => mapColumns([column('ra')], none)).toThrow(/declination.*--map dec=COLUMN/);
		expect(() => mapColumns([column('ra', { unit: 'pixel' }), column('dec')], none)).toThrow(
			/"pixel".*--map ra=ra:deg/,
		);
	});

	it.each([
		['12:34:56.7', '-00:30:00', 188.73625, -0.5],
		['12 34 56.7', '+41 16 09', 188.73625, 41.269167],
		['12h34m56.7s', '-41d16m09s', 188.73625, -41.269167],
		['188d44m10.5s', '90d00m00s', 188.73625, 90],
		['0:00', '0:00', 0, 0],
	])('read fields %s %s', (ra, dec, raDeg, decDeg) => {
		const columns = [column('ra', { kind: 'text' }), column('dec', { kind: 'text' })];
		const source = sourceOf([ra, dec], mapColumns(columns, none), [], 1);
		if (typeof source === 'string') throw new Error(source);
		expect(source.ra).toBeCloseTo(raDeg, 6);
		expect(source.dec).toBeCloseTo(decDeg, 6);
		expect(source.sourceId).toBe('1');
	});

	it('turn units into degrees and refuse what is no place', () => {
		const columns = [column('ra', { unit: 'rad' }), column('dec', { unit: 'arcsec' })];
		const mapping = mapColumns(columns, none);
		expect(sourceOf([Math.PI, -3600], mapping, [], 1)).toMatchObject({ ra: 180, dec: -1 });
		expect(sourceOf([-Math.PI / 2, 0], mapping, [], 1)).toMatchObject({ ra: 270 });
		expect(sourceOf([null, 0], mapping, [], 1)).toMatch(/right ascension is empty/);
		expect(sourceOf([0, 90 * 3600 + 1], mapping, [], 1)).toMatch(/declination is 90\.0/);
		expect(sourceOf([10, 0], mapping, [], 1)).toMatch(/which is none/);
	});
});
