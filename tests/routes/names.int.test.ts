import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '#lib/alert/catalog.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { AlertRow, Page } from '#lib/alert/views.ts';
import { readCatalogs } from '#clickhouse/read/catalogs.ts';
import { readNamedSources } from '#clickhouse/read/names.ts';
import { insertCatalog, insertSources } from '#clickhouse/write/crossmatch.ts';
import { fieldLayout } from '#lib/alert/fieldPlaces.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { loadSearch, loadSolarSystemObject, type SearchView } from '#lib/server/portal.ts';
import type { FoundNames } from '#lib/server/names.ts';
import { ensureShipped } from '#server/catalog/builtIn.ts';
import { GET as names } from '../../src/routes/api/v1/names/+server.ts';
import { GET as sso } from '../../src/routes/api/v1/sso/[designation]/+server.ts';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { ask, testLocals } from '../support/route.ts';

const catalog = (name: string, rows: number, columns: readonly string[]): Omit<Catalog, 'addedAt'> => ({
	name,
	release: '2026',
	origin: 'real',
	description: '',
	licence: 'CC0',
	citation: '',
	sourceUrl: '',
	radiusArcsec: 2,
	radiusKpc: 0,
	nearRadiusArcsec: 0,
	columns: columns.map((column) => ({ name: column, kind: 'text', unit: '', meaning: '' })),
	rows,
	sha256: '',
});
const source = (sourceId: string, ra: number, dec: number, texts: Record<string, string> = {}) => ({
	...{ sourceId, ra, dec, texts, numbers: {} },
	...{ mag: Number.NaN, redshift: Number.NaN },
});
const TNS = catalog('TNS', 2, ['name_prefix', 'name', 'type', 'internal_names']);
/** Said to be large, with sources that a look-up would find. */
const GALAXIES = catalog('Galaxies', 2_000_000, []);

/** Columns that hold a survey's own numbers: arrays of a group, NaN where nothing was said. */
function storedFields(survey: string, values: Readonly<Record<string, number>>): Record<string, unknown> {
	const found = findSurvey(survey);
	if (!found) throw new Error(survey);
	const columns: Record<string, (number | string)[]> = {};
	const single: Record<string, number> = {};
	for (const { field, array, index, column } of fieldLayout(found).places) {
		const value = values[field.name];
		if (value === undefined) continue;
		if (array === '') single[column] = value;
		else {
			const group = (columns[array] ??= []);
			while (group.length < index) group.push('nan');
			group[index - 1] = value;
		}
	}
	return { ...columns, ...single };
}

let embedded: EmbeddedStore;
let locals: App.Locals;
let granted: App.Locals;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const { store } = embedded;
	await ensureShipped(store);
	await insertSources(
		store,
		TNS,
		[
			source('SN 2023ixf', 210.9107, 54.3117, {
				...{ name_prefix: 'SN', name: '2023ixf', type: 'SN II' },
				internal_names: 'ZTF23aaklqou, ATLAS23lmc',
			}),
			source('AT 2023ab', 30, 30, { name_prefix: 'AT', name: '2023ab', type: "it's; odd" }),
		],
		'tns',
	);
	await insertCatalog(store, TNS, Date.now() - 60_000);
	// an older release that has the object elsewhere
	await insertSources(store, { ...TNS, release: '2025' }, [source('SN 2023ixf', 1, 1)], 'old');
	await insertSources(
		store,
		GALAXIES,
		Array.from({ length: 20_000 }, (_, i) => source(`Malin ${i}`, (i * 0.018) % 360, (i % 160) - 80)),
		'galaxies',
	);
	await insertCatalog(store, GALAXIES, Date.now() - 60_000);
	await writeAlerts(store, [
		{ alertId: 1n, objectId: 'ZTF26nearm31', ra: 10.6847, dec: 41.2695, mag: 17 },
		{ alertId: 2n, objectId: 'ZTF26faintnr', ra: 10.6847, dec: 41.268, mag: 20 },
		{ alertId: 3n, objectId: 'ZTF26awayfar', ra: 10.7, dec: 41.3, mag: 17 },
		{ alertId: 4n, objectId: 'ZTF26number', columns: { sso_name: '433' } },
		{ alertId: 5n, objectId: 'ZTF26letters', columns: { sso_name: '2023AB1' } },
		{ alertId: 9n, objectId: 'ZTF26packed', mjd: TEST_MJD + 0.01, columns: { sso_name: 'K23A01B' } },
		{ alertId: 10n, objectId: 'ZTF26letters', mjd: TEST_MJD + 0.02, columns: { sso_name: '2023AB1' } },
		{ alertId: 6n, objectId: 'ZTF26both', columns: { sso_name: '2023AB' } },
		{ alertId: 7n, objectId: 'ZTF26mover', columns: { sso_name: 'SIM000123' } },
		{ alertId: 8n, objectId: 'ZTF26hidden', programme: 'partnership', columns: { sso_name: '2024XY9' } },
	]);
	await writeAlerts(store, [
		{
			...{ alertId: 21n, objectId: '21', survey: 'lsst', ra: 0.0001, dec: 60, mag: 20.4 },
			columns: {
				sso_name: '2024PR1',
				...storedFields('lsst', { ephRa: 359.9999, ephDec: 60.0001, ephVmag: 20.1 }),
			},
		},
		{
			...{ alertId: 22n, objectId: 'ZTF26predicted', mjd: TEST_MJD - 1, mag: 19.5 },
			columns: { sso_name: '2024PR1', ...storedFields('ztf', { ssdistnr: 1.5, ssmagnr: 20 }) },
		},
		{ alertId: 23n, objectId: 'ZTF26silent', mjd: TEST_MJD - 2, columns: { sso_name: '2024PR1' } },
	]);
	await publish(store, 'worker-1', 1);
	const grants: AccessScope['grants'] = [{ survey: 'ztf', programme: 'partnership' }];
	locals = testLocals(store, { origin: 'real', grants: [] });
	granted = testLocals(store, { origin: 'real', grants });
});
afterAll(() => embedded.stop());

const search = (q: string, who = locals, more: Record<string, string> = {}): Promise<SearchView> =>
	loadSearch(who, new URL(`http://localhost/search?${new URLSearchParams({ q, ...more }).toString()}`));
const idsOf = ({ page }: SearchView): (string | undefined)[] =>
	page.rows.map((row) => ('objectId' in row ? row.objectId : undefined));
async function named(name: string): Promise<FoundNames> {
	const answer = await ask(names, `/api/v1/names?${new URLSearchParams({ name }).toString()}`, locals);
	expect(answer.status, name).toBe(200);
	return (await answer.json()) as FoundNames;
}

describe('names of sources', () => {
	it.each([
		['NGC 3198', 'NGC 3198', 'DeepSky', 154.9791, 45.549689],
		['ngc3198', 'NGC 3198', 'DeepSky', 154.9791, 45.549689],
		['M31', 'M 31', 'DeepSky', 10.6847, 41.26875],
		['Messier 31', 'M 31', 'DeepSky', 10.6847, 41.26875],
		['ngc 0224', 'NGC 224', 'DeepSky', 10.6847, 41.26875],
		['vega', 'Vega', 'BrightStars', 279.2347, 38.7837],
		['alpha Lyrae', 'α Lyr', 'BrightStars', 279.2347, 38.7837],
		['HIP91262', 'HIP 91262', 'BrightStars', 279.2347, 38.7837],
		['61 Cygni', '61 Cyg', 'BrightStars', 316.7248, 38.7494],
		['SN2023ixf', 'SN 2023ixf', 'TNS', 210.9107, 54.3117],
		['2023IXF', 'SN 2023ixf', 'TNS', 210.9107, 54.3117],
		['AT 2023ixf', 'SN 2023ixf', 'TNS', 210.9107, 54.3117],
		['atlas23lmc', 'ATLAS23lmc', 'TNS', 210.9107, 54.3117],
	])('%s is %s of %s', async (text, name, of, ra, dec) => {
		expect((await named(text)).sources[0]).toMatchObject({ name, catalog: of, ra, dec });
		const found = await search(text);
		expect(found.query.cone).toEqual({ ra, dec, radiusArcsec: 5 });
		expect(found.understood.problems).toEqual([]);
		expect(found.understood.parts.map(({ label }) => label)).toEqual(['name', 'position', 'radius']);
		expect(found.understood.parts[0]?.value).toBe(`${name} (catalogue ${of})`);
		expect(found.goTo).toBeNull();
	});

	it('come with conditions and a radius', async () => {
		expect(idsOf(await search('M31')).sort()).toEqual(['ZTF26faintnr', 'ZTF26nearm31']);
		expect(idsOf(await search('M31 mag<18'))).toEqual(['ZTF26nearm31']);
		expect(idsOf(await search("M31 5' mag<18")).sort()).toEqual(['ZTF26awayfar', 'ZTF26nearm31']);
		expect(idsOf(await search('M 31', locals, { magMin: '19' }))).toEqual(['ZTF26faintnr']);
	});

	it('are not kinds, remarks or parts of names', async () => {
		for (const text of ['spiral galaxy', 'SN II', 'NGC', 'NGC 31', 'SN'])
			expect((await named(text)).sources).toEqual([]);
	});

	it('are looked up in small catalogues alone, and no other is read', async () => {
		const { lookedIn, leftOut, sources } = await named('Malin 1');
		expect([lookedIn, leftOut, sources]).toEqual([['BrightStars', 'DeepSky', 'TNS'], ['Galaxies'], []]);
		expect((await search('Malin 1')).understood.problems[0]).toMatch(/not Galaxies, of more than 300,000 sources/);
		const shipped = (await readCatalogs(embedded.store)).filter(({ name }) => /BrightStars|DeepSky/.test(name));
		const total = shipped.reduce((sum, { rows }) => sum + rows, 0);
		expect(total).toBe(17_181);
		const { rowsRead } = await readNamedSources(embedded.store, shipped, 'NGC 7331');
		// a name that was not asked before: the store remembers where one is; up to a granule of 1,024 more of each
		expect(rowsRead).toBeGreaterThanOrEqual(total);
		expect(rowsRead).toBeLessThanOrEqual(total + 2 * 1024);
	});
});

describe('names of bodies of the solar system', () => {
	it.each([
		['(433) Eros', '433'],
		['433 Eros', '433'],
		['433', '433'],
		['2023 AB1', '2023AB1'],
		['2023ab1', '2023AB1'],
		['K23A01B', '2023AB1'],
		['sim000123', 'SIM000123'],
	])('%s leads to the page of %s', async (text, name) => {
		const { goTo, page, understood } = await search(text);
		expect(goTo).toBe(`/objects/sso/${name}`);
		// and lists nothing, rather than everything
		expect([page.total, understood.problems]).toEqual([0, []]);
	});

	it('that a catalogue has, too, are told beside its source', async () => {
		const { query, understood, goTo } = await search('2023 AB');
		expect([query.cone?.ra, goTo]).toEqual([30, null]);
		expect(understood.parts.at(-1)?.value).toBe('the solar-system object 2023AB');
		expect((await named('2023AB')).solarSystem).toEqual(['2023AB']);
	});

	it('are not narrowed, and say so', async () => {
		const { goTo, page, understood } = await search('2023 AB1 mag<18');
		expect([goTo, page.total]).toEqual([null, 0]);
		expect(understood.problems).toEqual([expect.stringMatching(/^2023AB1 is a solar-system object/)]);
	});

	it('are known to those alone who may see an alert of them', async () => {
		const open = await search('2024 XY9');
		expect([open.goTo, open.page.total]).toEqual([null, 0]);
		expect(open.understood.problems[0]).toMatch(/^“2024 XY9” was not understood/);
		expect((await named('2024 XY9')).solarSystem).toEqual([]);
		expect((await search('2024 XY9', granted)).goTo).toBe('/objects/sso/2024XY9');
		// nor does who asked first tell the next
		expect((await search('2024 XY9')).goTo).toBeNull();
	});
});

describe('alerts of a body of the solar system', () => {
	const told = (name: string, query = '', who = locals): Promise<Response> =>
		ask(sso, `/${query}`, who, { params: { designation: name } });
	const ids = async (answer: Response): Promise<string[]> => {
		expect(answer.status).toBe(200);
		return ((await answer.json()) as Page<AlertRow>).rows.map(({ alertId }) => alertId);
	};

	it.each(['2023 AB1', '2023AB1', '2023ab1', '(2023 AB1)', 'K23A01B'])(
		'are found by %s, whatever survey wrote',
		async (name) => {
			expect(await ids(await told(name))).toEqual(['10', '9', '5']);
			const page = await loadSolarSystemObject(locals, name);
			expect(page.alerts.map(({ alertId }) => alertId)).toEqual(['10', '9', '5']);
			expect(page.names).toEqual(['2023AB1', 'K23A01B']);
		},
	);

	it('are found by number, with its name', async () => {
		for (const name of ['433', '(433)', '433 Eros', '(433) Eros']) {
			expect(await ids(await told(name)), name).toEqual(['4']);
		}
	});

	it('come in pages, by cursors that are of this body alone', async () => {
		const first = (await (await told('K23A01B', '?limit=2')).json()) as Page<AlertRow>;
		expect([first.total, first.rows.length]).toEqual([3, 2]);
		const next = `?limit=2&cursor=${first.nextCursor ?? ''}`;
		const last = (await (await told('K23A01B', next)).json()) as Page<AlertRow>;
		expect([last.rows.map(({ alertId }) => alertId), last.nextCursor]).toEqual([['5'], null]);
		expect((await told('433', next)).status).toBe(400);
		expect(await ids(await told('K23A01B', '?sort=mjd&mjdTo=' + String(TEST_MJD + 0.015)))).toEqual(['5', '9']);
	});

	it('come in the six formats with the columns of the tables', async () => {
		const csv = await told('K23A01B', '?format=csv');
		expect([csv.status, csv.headers.get('x-total-count')]).toEqual([200, '3']);
		const lines = (await csv.text()).trimEnd().split('\r\n');
		expect(lines).toHaveLength(4);
		expect(lines[0]).toContain('objectId');
		const few = await (await told('K23A01B', '?format=csv&fields=alertId,ssoName')).text();
		expect(few).toBe('alertId,ssoName\r\n10,2023AB1\r\n9,K23A01B\r\n5,2023AB1\r\n');
		const rows = await (await told('K23A01B', '?format=ndjson')).text();
		expect(
			rows
				.trimEnd()
				.split('\n')
				.map((line) => (JSON.parse(line) as AlertRow).alertId),
		).toEqual(['10', '9', '5']);
		const parquet = Buffer.from(await (await told('K23A01B', '?format=parquet')).arrayBuffer());
		expect(parquet.subarray(0, 4).toString('latin1')).toBe('PAR1');
		const arrow = Buffer.from(await (await told('K23A01B', '?format=arrow')).arrayBuffer());
		expect(arrow.subarray(0, 6).toString('latin1')).toBe('ARROW1');
		expect(await (await told('K23A01B', '?format=votable')).text()).toContain('<VOTABLE');
	});

	it('carry what their packets predict and the measured less it, in JSON, files and the page alike', async () => {
		const { rows } = (await (await told('2024 PR1')).json()) as { rows: Record<string, number | null>[] };
		const names = 'predictedRa predictedDec predictedMag offsetRaArcsec offsetDecArcsec offsetArcsec offsetMag'.split(
			' ',
		);
		const values = (row: Record<string, number | string | null> | undefined): (number | null)[] =>
			names.map((name) => (typeof row?.[name] === 'number' ? Math.round(row[name] * 1e4) / 1e4 : null));
		const expected = [
			[359.9999, 60.0001, 20.1, 0.36, -0.36, 0.5091, 0.3],
			[null, null, 20, null, null, 1.5, -0.5],
			[null, null, null, null, null, null, null],
		];
		expect(rows.map(values)).toEqual(expected);
		const file = (await (await told('2024 PR1', '?format=ndjson')).text()).trimEnd().split('\n');
		expect(file.map((line) => values(JSON.parse(line) as Record<string, number | null>))).toEqual(expected);
		const { predictions } = await loadSolarSystemObject(locals, '2024 PR1');
		expect(predictions.map(({ alertId }) => alertId).sort()).toEqual(['21', '22']);
		expect((await loadSolarSystemObject(locals, '433')).predictions).toEqual([]);
		expect(await (await told('2024 PR1', '?format=votable')).text()).toContain('offsetRaArcsec');
	});

	it('are seen by those alone who may see them, and what is refused is a problem', async () => {
		const hidden = await told('K24X09Y');
		expect(hidden.status).toBe(404);
		expect(hidden.headers.get('content-type')).toContain('application/problem+json');
		expect(await ids(await told('K24X09Y', '', granted))).toEqual(['8']);
		expect((await loadSolarSystemObject(locals, 'K24X09Y')).names).toEqual([]);
		expect((await told('<script>')).status).toBe(400);
		expect((await told('433', '?format=xlsx')).status).toBe(400);
		expect((await told('433', '?format=csv&fields=nope')).status).toBe(400);
	});
});

describe('what is no name', () => {
	it('is told what the box understands, and that no one else was asked', async () => {
		const { page, understood } = await search('hello world');
		expect(page.total).toBe(0);
		expect(understood.problems).toEqual([
			'“hello world” was not understood: it is no name in what is loaded here, the catalogues BrightStars, DeepSky, TNS (not Galaxies, of more than 300,000 sources) ' +
				'and the solar-system objects among the alerts that you may see. ' +
				'Write an object or alert id, a position with a radius such as 150.1 +2.2 5", a name such as M 31, or conditions such as night 2026-11-19, last 30d, last 6h, g<19, class=sn, rock=false.',
		]);
	});

	it.each([
		"'; DROP TABLE alerts; --",
		"x' OR '1'='1",
		'<script>alert(1)</script>',
		"O'",
		"it's (",
		'%',
		'\\',
		'{scope}',
	])('%s matches nothing and does nothing', async (text) => {
		const { page, understood, goTo } = await search(text);
		expect([page.total, goTo]).toEqual([0, null]);
		expect(understood.problems).toHaveLength(1);
		expect((await search('M31')).page.total).toBe(2);
	});

	it('is refused by the API with a sentence', async () => {
		for (const path of ['/api/v1/names', '/api/v1/names?name=%3Cscript%3E', '/api/v1/names?name=%27%3B--']) {
			const answer = await ask(names, path, locals);
			expect(answer.status).toBe(400);
			expect(answer.headers.get('content-type')).toContain('application/problem+json');
		}
	});
});

describe('beginnings of ids', () => {
	const begun = async (name: string, who = locals): Promise<string[]> => {
		const answer = await ask(names, `/api/v1/names?${new URLSearchParams({ name }).toString()}`, who);
		expect(answer.status, name).toBe(200);
		return ((await answer.json()) as { objects: { objectId: string }[] }).objects.map(({ objectId }) => objectId);
	};

	it('give the objects that have them, in any case, those that may be seen alone', async () => {
		expect(await begun('ZTF26n')).toEqual(['ZTF26nearm31', 'ZTF26number']);
		expect(await begun('ztf26N')).toEqual(['ZTF26nearm31', 'ZTF26number']);
		expect(await begun('ZTF26h')).toEqual([]);
		expect(await begun('ZTF26h', granted)).toEqual(['ZTF26hidden']);
		expect(await begun('ZTF26')).toHaveLength(6);
	});
	it('are four letters and digits or more, and nothing else', async () => {
		for (const text of ['ZTF', 'ZTF2', 'tf26', 'nearm', 'ZTF26 n', "ZTF26'"]) {
			const expected = text === 'ZTF2' ? 6 : 0;
			expect(await begun(text), text).toHaveLength(expected);
		}
	});
	it('are those of published alerts', async () => {
		await writeAlerts(embedded.store, [{ alertId: 900n, objectId: 'ZTF27unseen', number: 2 }]);
		expect(await begun('ZTF27u')).toEqual([]);
		await publish(embedded.store, 'worker-1', 2);
		expect(await begun('ZTF27u')).toEqual(['ZTF27unseen']);
	});
});
