import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCatalogCone, readCatalogs, readCatalogSample, readStoredReleases } from '#clickhouse/read/catalogs.ts';
import type { Store } from '#clickhouse/store.ts';
import { dropReplaced, loadCatalog, removeCatalog, type LoadRequest } from '#server/catalog/load.ts';
import { recipeOf } from '#server/catalog/recipes.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../support/embeddedStore.ts';

let embedded: EmbeddedStore;
let store: Store;
let folder: string;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	store = embedded.store;
	folder = await mkdtemp(join(tmpdir(), 'nightjar-catalog-'));
});
afterAll(async () => {
	await embedded.stop();
	await rm(folder, { recursive: true, force: true });
});

const request = (path: string, over: Partial<LoadRequest> = {}): LoadRequest => ({
	path,
	name: null,
	release: null,
	description: '',
	licence: '',
	citation: '',
	sourceUrl: '',
	map: [],
	...over,
});

async function file(name: string, bytes: string | Uint8Array): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, bytes);
	return path;
}

describe('a CSV catalogue', () => {
	it('is mapped by the names of its columns, keeps texts and numbers, and names bad rows', async () => {
		const path = await file(
			'agn.csv',
			'Name,RAJ2000,DEJ2000,z,Vmag,Type,Note\r\n' +
				'"3C 273, the first",187.27792,2.05239,0.158,12.9,QSO,"quoted ""word"""\r\n' +
				'Mkn 421,166.1138,38.2088,0.030,13.3,BLLAC,\r\n' +
				'nowhere,,38,0.03,13,BLLAC,\r\n' +
				'too far south,10,-91,0.03,13,BLLAC,\r\n' +
				'unknown z,359.9999,-0.0001,,NaN,QSO,=2+2\r\n',
		);
		const outcome = await loadCatalog(
			store,
			request(path, { name: 'AGN', release: 'v1', licence: 'CC0', radiusArcsec: 3 }),
		);
		expect(outcome.mapping).toEqual({
			id: 'Name',
			ra: 'RAJ2000 (deg)',
			dec: 'DEJ2000 (deg)',
			mag: 'Vmag',
			redshift: 'z',
		});
		expect(outcome.bad).toBe(2);
		expect(outcome.badRows).toEqual([
			'line 4: its right ascension is empty',
			'line 5: its declination is -91°, which is none',
		]);
		const [catalog] = await readCatalogs(store);
		expect(catalog).toMatchObject({
			name: 'AGN',
			release: 'v1',
			licence: 'CC0',
			rows: 3,
			radiusArcsec: 3,
			origin: 'real',
		});
		expect(catalog?.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
			'z number',
			'Vmag number',
			'Type text',
			'Note text',
		]);
		const near = await readCatalogCone(
			store,
			{ name: 'AGN', release: 'v1' },
			{ ra: 187.278, dec: 2.0524, radiusArcsec: 5, limit: 10 },
		);
		expect(near).toMatchObject([
			{
				sourceId: '3C 273, the first',
				redshift: 0.158,
				mag: 12.9,
				columns: { Type: 'QSO', Note: 'quoted "word"', z: 0.158 },
			},
		]);
		const wrapped = await readCatalogCone(
			store,
			{ name: 'AGN', release: 'v1' },
			{ ra: 0, dec: 0, radiusArcsec: 5, limit: 10 },
		);
		expect(wrapped).toMatchObject([{ sourceId: 'unknown z', redshift: null, mag: null, columns: { Note: '=2+2' } }]);
	});

	it('reads hours, sexagesimal fields, other delimiters, gzip and columns that are told', async () => {
		const hours = await file('hours.tsv', 'obj\tR\tD\nA\t12.5\t-10.25\n');
		const asked = { map: ['ra=R:hours', 'dec=d', 'id=obj'], release: '1' };
		await loadCatalog(store, request(hours, asked));
		const inHours = await readCatalogCone(
			store,
			{ name: 'hours', release: '1' },
			{ ra: 187.5, dec: -10.25, radiusArcsec: 1, limit: 1 },
		);
		expect(inHours).toMatchObject([{ sourceId: 'A' }]);
		const ngc = await file(
			'ngc.csv.gz',
			gzipSync(
				'Name;RA;Dec;Type\nNGC0224;00:42:44.35;+41:16:08.6;G\nNGC0001;00 07 15.8;-00 27 42;G\nNGC0002;24:61:00;1:0:0;G\n',
			),
		);
		const outcome = await loadCatalog(store, request(ngc, { release: '1' }));
		expect(outcome.bad).toBe(1);
		const m31 = await readCatalogCone(
			store,
			{ name: 'ngc', release: '1' },
			{ ra: 10.68479, dec: 41.26906, radiusArcsec: 1, limit: 1 },
		);
		expect(m31).toMatchObject([{ sourceId: 'NGC0224' }]);
		const below = await readCatalogCone(
			store,
			{ name: 'ngc', release: '1' },
			{ ra: 1.815833, dec: -0.461667, radiusArcsec: 1, limit: 1 },
		);
		expect(below).toMatchObject([{ sourceId: 'NGC0001' }]);
	});

	it('is refused with a sentence when it has no positions or is loaded already', async () => {
		const path = await file('none.csv', 'a,b\n1,2\n');
		await expect(loadCatalog(store, request(path))).rejects.toThrow(/--map ra=COLUMN.*a, b/);
		const good = await file('again.csv', 'id,ra,dec\n1,10,10\n');
		await loadCatalog(store, request(good, { release: '1' }));
		await expect(loadCatalog(store, request(good, { release: '1' }))).rejects.toThrow(/loaded already.*--release/);
		const zip = await file('list.zip', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0));
		await expect(loadCatalog(store, request(zip))).rejects.toThrow(/unpack/);
		const text = await file('bad.csv', 'id,ra,dec\nx,abc,def\n');
		await expect(loadCatalog(store, request(text))).rejects.toThrow(/line 2: its right ascension is "abc"/);
		expect((await readCatalogs(store)).some(({ name }) => name === 'bad')).toBe(false);
	});
});

describe('the list of the Transient Name Server', () => {
	it('is known by its columns: full names, types and redshifts, and is refreshed by loading it again', async () => {
		const header =
			'"objid","name_prefix","name","ra","declination","redshift","typeid","type","discoverydate","internal_names"\n';
		const first = await file(
			'tns_public_objects.csv',
			`"2026-11-18 00:00:00"\n${header}"1","AT","2026abc","150.1","2.2","","","","2026-11-01","ZTF26aaaaaaa, ATLAS26abc"\n`,
		);
		const { catalog } = await loadCatalog(store, request(first, { release: '2026-11-18' }));
		expect(catalog).toMatchObject({
			name: 'TNS',
			rows: 1,
			description: expect.stringContaining('Transient Name Server') as string,
		});
		const second = await file(
			'tns_2.csv',
			`"2026-11-19 00:00:00"\n${header}"1","SN","2026abc","150.1","2.2","0.05","3","SN Ia","2026-11-01","ZTF26aaaaaaa"\n`,
		);
		await loadCatalog(store, request(second, { release: '2026-11-19' }));
		const now = (await readCatalogs(store)).find(({ name }) => name === 'TNS');
		expect(now?.release).toBe('2026-11-19');
		const [source] = await readCatalogCone(
			store,
			{ name: 'TNS', release: '2026-11-19' },
			{ ra: 150.1, dec: 2.2, radiusArcsec: 2, limit: 1 },
		);
		expect(source).toMatchObject({
			sourceId: 'SN 2026abc',
			redshift: 0.05,
			columns: { type: 'SN Ia', name: '2026abc' },
		});
	});
});

describe('releases', () => {
	it('are dropped ten minutes after another took their place, never the one that is matched', async () => {
		const before = await readStoredReleases(store);
		const tns = before.filter(({ catalog }) => catalog === 'TNS');
		expect(tns.map(({ release, endedMs }) => [release, endedMs === 0])).toEqual([
			['2026-11-18', false],
			['2026-11-19', true],
		]);
		expect(await dropReplaced(store)).toBe(0);
		expect(await dropReplaced(store, Date.now() + 11 * 60_000)).toBe(1);
		expect(
			(await readStoredReleases(store)).filter(({ catalog }) => catalog === 'TNS').map(({ release }) => release),
		).toEqual(['2026-11-19']);
	});

	it('of a removed catalogue go too, and the catalogue is listed no more', async () => {
		await removeCatalog(store, 'AGN');
		expect((await readCatalogs(store)).some(({ name }) => name === 'AGN')).toBe(false);
		expect(await dropReplaced(store, Date.now() + 11 * 60_000)).toBe(1);
		await expect(removeCatalog(store, 'AGN')).rejects.toThrow(/no catalogue/);
	});
});

const samples = process.env['NIGHTJAR_SAMPLES'];
const catalogs = samples === undefined ? '' : join(samples, 'catalogs');

describe.skipIf(samples === undefined || !existsSync(catalogs))('real catalogues', () => {
	it.each([
		['gcvs.parquet', 59_099, 0],
		['spicy.parquet', 117_446, 0],
		['3hsp.csv', 2013, 0],
		['table-4LAC-DR3-h.fits', 3407, 0],
		['openngc_NGC.csv', 13_962, 7],
		['tns_raw.parquet', 3, 0],
		['skyportal_gll_psc_v27.csv', 3637, 0],
		['kowalski_igaps-dr1-215a-small.fits.gz', 100, 0],
		['magnetic_cataclysmic_variables.csv', null, 1],
		['kowalski_ztf_000250_zg_c01_q1_dr5.parquet', 5449, 0],
	])('%s is read', async (name, rows, bad) => {
		const outcome = await loadCatalog(store, request(join(catalogs, name), { release: 'sample' }));
		if (rows !== null) expect(outcome.catalog.rows).toBe(rows);
		expect(outcome.catalog.rows).toBeGreaterThan(0);
		expect(outcome.bad).toBe(bad);
	});

	it('of NGC hold Andromeda where it is', async () => {
		const near = await readCatalogCone(
			store,
			{ name: 'openngc_NGC', release: 'sample' },
			{ ra: 10.6847, dec: 41.2691, radiusArcsec: 5, limit: 1 },
		);
		expect(near).toMatchObject([{ sourceId: 'NGC0224', columns: { M: '031', 'Common names': 'Andromeda Galaxy' } }]);
	});
});

describe('a usual catalogue', () => {
	it('has name, radius and columns of its recipe, ids to the last digit, and what is said by hand holds', async () => {
		const gaia = await file(
			'1700000000000O-result.csv',
			'solution_id,source_id,ra,dec,parallax,phot_g_mean_mag\n1,4472832130942575872,269.4520,4.6933,546.9759,8.1939\n',
		);
		const { catalog } = await loadCatalog(store, request(gaia, { recipe: recipeOf('gaia_dr3') }));
		expect(catalog).toMatchObject({ name: 'Gaia_DR3', release: 'DR3', radiusArcsec: 2, radiusKpc: 0, rows: 1 });
		expect(catalog).toMatchObject({ licence: 'CC BY-NC 3.0 IGO', citation: '2023A&A...674A...1G' });
		expect((await readCatalogs(store)).find(({ name }) => name === 'Gaia_DR3')).toMatchObject(catalog);
		expect(catalog.description).toContain('Gaia DR3');
		const found = await readCatalogCone(store, catalog, { ra: 269.452, dec: 4.6933, radiusArcsec: 5, limit: 10 });
		expect(found.map(({ sourceId, mag, columns }) => [sourceId, mag, columns['parallax']])).toEqual([
			['4472832130942575872', expect.closeTo(8.1939, 4), 546.9759],
		]);
		const ned = await file('NEDLVS.csv', 'objname,ra,dec,objtype,z\nMESSIER 087,187.70593,12.39112,G,0.00428\n');
		const galaxies = await loadCatalog(
			store,
			request(ned, { release: '2021', name: 'Nearby', radiusKpc: 50, recipe: recipeOf('ned_lvs') }),
		);
		expect(galaxies.catalog).toMatchObject({ name: 'Nearby', radiusKpc: 50, nearRadiusArcsec: 300 });
		expect(galaxies.mapping).toMatchObject({ id: 'objname', redshift: 'z' });
		expect(galaxies.catalog).toMatchObject({ licence: '', citation: '2023ApJS..268...14C' });
		const other = loadCatalog(store, request(ned, { recipe: recipeOf('vsx') }));
		await expect(other).rejects.toThrow(/not as vsx is published: VizieR B\/vsx\/vsx has Name, RAJ2000/);
	});

	// written by astropy: scripts/golden/recipes.py
	const published = join(import.meta.dirname, '../../fixtures/catalog/recipes');
	it.each([
		['desi_dr1', 'zall-pix.fits', ['39627835576420449', '39627835576420453'], 3],
		['sdss_dr17', 'specObj.fits', ['299489676975171584'], 3],
		['glade_plus', 'gladep.vot', ['1', '2'], 0],
		['2mass_xsc', 'xsc.vot', ['00424433+4116074', '12304942+1223279'], 0],
		['unwise', 'unwise.vot', ['0000m016o0000001', '0000m016o0000002'], 0],
		['legacy_dr10', 'legacy.csv', ['10995123456789012', '10995123456789014'], 1],
	])(
		'%s takes of %s the rows that it is for, tells how many it does not, with terms and citation',
		async (key, name, ids, notTaken) => {
			const recipe = recipeOf(key);
			const outcome = await loadCatalog(store, request(join(published, name), { recipe }));
			expect(outcome).toMatchObject({ bad: 0, notTaken });
			expect(outcome.catalog).toMatchObject({ name: recipe.name, release: recipe.release, rows: ids.length });
			expect(outcome.catalog).toMatchObject({ citation: recipe.citation, sourceUrl: recipe.url });
			expect(outcome.catalog.description).toMatch(
				notTaken > 0 ? /; only rows whose \w+ is / : /^[^;]*(?:;(?! only).*)?$/,
			);
			const sources = await readCatalogSample(store, outcome.catalog, 10);
			expect(sources.map(({ sourceId }) => sourceId).sort()).toEqual(ids);
			// what stands for no redshift is none
			if (key === 'legacy_dr10') expect(sources.map(({ redshift }) => redshift)).toContain(null);
			if (key === 'legacy_dr10') expect(sources.map(({ redshift }) => redshift)).not.toContain(-99);
			if (key === '2mass_xsc') expect(sources.map(({ mag }) => mag)).toContainEqual(expect.closeTo(1.285, 3));
		},
	);

	it('of which no row is taken is refused with the condition', async () => {
		const stars = await file(
			'stars.csv',
			'TARGETID,TARGET_RA,TARGET_DEC,Z,ZWARN,ZCAT_PRIMARY,SPECTYPE\n1,10,20,0,0,True,STAR\n',
		);
		await expect(loadCatalog(store, request(stars, { release: 'x', recipe: recipeOf('desi_dr1') }))).rejects.toThrow(
			/Not one of 1 rows is taken: ZWARN is 0, ZCAT_PRIMARY is true, SPECTYPE is GALAXY or QSO/,
		);
	});
});
