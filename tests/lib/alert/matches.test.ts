import { describe, expect, it } from 'vitest';
import { tnsAddress } from '#lib/alert/links.ts';
import { describedColumns, matchColumns, transientAt, type ShownMatch } from '#lib/alert/matches.ts';
import type { Catalog } from '#lib/alert/catalog.ts';
import type { CatalogCrossmatch } from '#lib/alert/views.ts';

const run = (more: Partial<CatalogCrossmatch> = {}): CatalogCrossmatch => ({
	catalog: 'TNS',
	release: '2026-11-19',
	state: 'matched',
	reason: '',
	radiusArcsec: 2,
	knownAt: '2026-11-20T00:00:00Z',
	loaded: true,
	matches: [],
	...more,
});
const match = (sourceId: string, sepArcsec: number, more: Partial<ShownMatch> = {}): ShownMatch => ({
	catalog: 'TNS',
	release: '2026-11-19',
	sourceId,
	sepArcsec,
	ra: 150,
	dec: 40,
	mag: null,
	redshift: null,
	columns: {},
	...more,
});

describe('the name in the TNS', () => {
	it('is that of the nearest report, with its type and redshift, and counts the others', () => {
		const matches = [
			match('AT 2026abd', 1.5),
			match('SN 2026abc', 0.3, { redshift: 0.0123, columns: { type: 'SN Ia' } }),
			match('NGC 1', 0.1, { catalog: 'OpenNGC' }),
		];
		expect(transientAt({ runs: [run()], matches })).toEqual({
			name: 'SN 2026abc',
			bareName: '2026abc',
			type: 'SN Ia',
			redshift: 0.0123,
			sepArcsec: 0.3,
			others: 1,
		});
	});

	it('is claimed by nobody where the list is not loaded, was not tried or has nothing', () => {
		const matches = [match('AT 2026abd', 1.5)];
		expect(transientAt({ runs: [run({ loaded: false })], matches })).toBeNull();
		expect(transientAt({ runs: [run({ state: 'notDone' })], matches })).toBeNull();
		expect(transientAt({ runs: [], matches })).toBeNull();
		expect(transientAt({ runs: [run()], matches: [] })).toBeNull();
	});

	it('has no address where the name is of no known form, and none that breaks out', () => {
		const nameOf = (id: string) => transientAt({ runs: [run()], matches: [match(id, 1)] })?.bareName;
		expect(nameOf('2026abc')).toBe('2026abc');
		expect(nameOf('FRB 20220912A')).toBe('20220912A');
		expect(nameOf('"><script>')).toBeNull();
		expect(
			transientAt({ runs: [run()], matches: [match('AT 2026abd', 1, { columns: { type: '' } })] })?.type,
		).toBeNull();
		expect(tnsAddress('2026abc')).toBe('https://www.wis-tns.org/object/2026abc');
	});
});

describe('all columns of a match', () => {
	const column = (name: string, unit: string, meaning: string) => ({ name, kind: 'number' as const, unit, meaning });
	const gaia = {
		name: 'gaia',
		release: 'DR3',
		columns: [column('parallax', 'mas', 'Parallax'), column('pm', 'mas/yr', 'Proper motion'), column('note', '', '')],
	} as unknown as Catalog;
	const source = match('1', 0.2, {
		catalog: 'gaia',
		release: 'DR3',
		columns: { extra: -0.123456789012, note: '', parallax: 3.25 },
	});
	const matched = run({ catalog: 'gaia', release: 'DR3', matches: [source] });

	it('come in the order of the catalogue with unit and meaning, then those that it does not describe, none left out', () => {
		expect(matchColumns(source, describedColumns([matched], [gaia]))).toEqual([
			{ name: 'parallax', unit: 'mas', meaning: 'Parallax', value: 3.25 },
			{ name: 'pm', unit: 'mas/yr', meaning: 'Proper motion', value: null },
			{ name: 'note', unit: '', meaning: '', value: null },
			{ name: 'extra', unit: '', meaning: '', value: -0.123456789012 },
		]);
	});

	it('take no units from another release, nor from a catalogue that matched nothing', () => {
		expect(describedColumns([run({ ...matched, release: 'DR2' })], [gaia])).toEqual([]);
		expect(describedColumns([run({ ...matched, state: 'none', matches: [] })], [gaia])).toEqual([]);
		const older = matchColumns({ ...source, release: 'DR2' }, describedColumns([matched], [gaia]));
		expect(older.map(({ name, unit, value }) => [name, unit, value])).toEqual([
			['extra', '', -0.123456789012],
			['note', '', null],
			['parallax', '', 3.25],
		]);
	});
});
