import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestEvent, RequestHandler } from '@sveltejs/kit';
import { separationArcsec } from '#lib/astro/sphere.ts';
import type { Catalog } from '#lib/alert/catalog.ts';
import { insertCatalog, insertSources } from '#clickhouse/write/crossmatch.ts';
import { GET as list } from '../../src/routes/api/v1/catalogs/+server.ts';
import { GET as one } from '../../src/routes/api/v1/catalogs/[name]/+server.ts';
import { GET as cone } from '../../src/routes/api/v1/catalogs/[name]/cone/+server.ts';
import { POST as crossmatch } from '../../src/routes/api/v1/crossmatch/+server.ts';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { ask, testLocals } from '../support/route.ts';

let embedded: EmbeddedStore;
let locals: App.Locals;

const NED: Omit<Catalog, 'addedAt'> = {
	name: 'NED',
	release: '2026',
	origin: 'real',
	description: 'Galaxies',
	licence: 'CC0',
	citation: '2023ApJS..268...14C',
	sourceUrl: '',
	radiusArcsec: 2,
	radiusKpc: 30,
	nearRadiusArcsec: 300,
	columns: [{ name: 'type', kind: 'text', unit: '', meaning: 'Type' }],
	rows: 3,
	sha256: '',
};
const source = (sourceId: string, ra: number, dec: number, type: string) => ({
	sourceId,
	ra,
	dec,
	mag: 15,
	redshift: Number.NaN,
	numbers: {},
	texts: { type },
});

// objects along RA 0 and at the pole, two alerts each, one of a private programme
const places = [
	{ objectId: 'ZTF26aaaaaaa', ra: 359.9999, dec: 0 },
	{ objectId: 'ZTF26aaaaaab', ra: 0.0002, dec: 0 },
	{ objectId: 'ZTF26aaaaaac', ra: 120, dec: 89.9999 },
	{ objectId: 'ZTF26aaaaaad', ra: 150, dec: 2 },
];

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const { store } = embedded;
	await writeAlerts(store, [
		...places.flatMap((place, i) => [
			{ ...place, alertId: BigInt(100 + i) },
			{ ...place, alertId: BigInt(200 + i), mjd: TEST_MJD + 1, dec: place.dec - 0.0001 },
		]),
		{ objectId: 'ZTF26private', alertId: 300n, ra: 150, dec: 2, programme: 'caltech' },
		{ objectId: 'ZTF26unpublished', alertId: 301n, ra: 150, dec: 2, number: 9 },
	]);
	await publish(store, 'worker-1', 1);
	await insertSources(
		store,
		NED,
		[source('G1', 150, 2.0002, 'G'), source('=G2', 150, 2.01, '=1+1'), source('G3', 0, -0.0001, 'G')],
		'a',
	);
	await insertCatalog(store, NED, Date.now() - 60_000);
	locals = testLocals(store, { origin: 'real', grants: [] });
});
afterAll(() => embedded.stop());

async function post(path: string, body: string, type = 'application/json'): Promise<Response> {
	const url = new URL(path, 'http://localhost');
	const request = new Request(url, { method: 'POST', body, headers: { 'content-type': type } });
	const handler: RequestHandler = crossmatch;
	return handler({ url, params: {}, locals, request } as unknown as RequestEvent);
}
interface Row {
	id: string;
	objects?: { objectId: string; alertId: string; sepArcsec: number }[];
	alerts?: { alertId: string }[];
	sources?: { sourceId: string; sepArcsec: number; columns: object }[];
}
const rowsOf = async (response: Response): Promise<Row[]> => ((await response.json()) as { rows: Row[] }).rows;

describe('catalogues through the API', () => {
	it('are listed with what is to be known of each, also as CSV', async () => {
		const answer = (await (await ask(list, '/api/v1/catalogs', locals)).json()) as { catalogs: Catalog[] };
		expect(answer.catalogs).toMatchObject([{ name: 'NED', release: '2026', rows: 3, licence: 'CC0', radiusKpc: 30 }]);
		expect(answer.catalogs[0]?.citation).toBe('2023ApJS..268...14C');
		const csv = await (await ask(list, '/api/v1/catalogs?format=csv', locals)).text();
		expect(csv.split('\r\n')[0]).toMatch(/^name,release,rows,/);
		expect(csv).toContain('NED,2026,3,2,30,300,real,CC0,2023ApJS..268...14C');
	});

	it('show a sample, and a cone nearest first', async () => {
		const params = { name: 'NED' };
		const sampled = (await (await ask(one, '/x?sample=2', locals, { params })).json()) as { sample: object[] };
		expect(sampled.sample).toHaveLength(2);
		const near = await ask(cone, '/x?ra=150&dec=2&radius=60', locals, { params });
		const { sources, complete } = (await near.json()) as {
			sources: { sourceId: string; sepArcsec: number }[];
			complete: boolean;
		};
		expect(sources.map(({ sourceId }) => sourceId)).toEqual(['G1', '=G2']);
		expect(sources[0]?.sepArcsec).toBeCloseTo(0.72, 6);
		expect(complete).toBe(true);
		const csv = await (await ask(cone, '/x?ra=150&dec=2&radius=60&format=csv', locals, { params })).text();
		// a spreadsheet must not run what a catalogue says
		expect(csv).toContain("'=G2");
		expect(csv).toContain("'=1+1");
	});

	it('that are not there, or cones that cannot be, are problems', async () => {
		const missing = await ask(one, '/x', locals, { params: { name: 'Nope' } });
		expect(missing.status).toBe(404);
		expect(missing.headers.get('content-type')).toContain('application/problem+json');
		expect((await ask(cone, '/x?ra=1&dec=2&radius=0', locals, { params: { name: 'NED' } })).status).toBe(400);
		expect((await ask(one, '/x', locals, { params: { name: "x'; DROP" } })).status).toBe(400);
	});
});

describe('a match of many positions', () => {
	it('finds each object once, at its newest alert, over RA 0 and at the pole, and nothing that may not be seen', async () => {
		const asked = [{ id: 'wrap', ra: 0, dec: 0 }, [0, 89.9998], { ra: 150, dec: 2, id: 7 }, [10, 10]];
		const rows = await rowsOf(await post('/api/v1/crossmatch?radius=2', JSON.stringify(asked)));
		expect(
			rows.map(({ id, objects }) => [id, objects?.map(({ objectId, alertId }) => `${objectId} ${alertId}`)]),
		).toEqual([
			['wrap', ['ZTF26aaaaaaa 200', 'ZTF26aaaaaab 201']],
			['2', ['ZTF26aaaaaac 202']],
			['7', ['ZTF26aaaaaad 203']],
			['4', []],
		]);
		expect(rows[0]?.objects?.[0]?.sepArcsec).toBeCloseTo(separationArcsec(0, 0, 359.9999, -0.0001), 9);
		const alerts = await rowsOf(
			await post('/api/v1/crossmatch?radius=2&kind=alerts&limit=1', JSON.stringify({ positions: [[150, 2]] })),
		);
		expect(alerts[0]?.alerts?.map(({ alertId }) => alertId)).toEqual(['103']);
	});

	it('takes CSV and gives CSV, against a catalogue too', async () => {
		const csv = await post('/api/v1/crossmatch?radius=3&format=csv', 'name;ra;dec\nA;150;2\nB;20;20\n', 'text/csv');
		expect((await csv.text()).split('\r\n').slice(0, 3)).toEqual([
			'id,askedRa,askedDec,sepArcsec,survey,objectId,alertId,night,mjd,ra,dec,band,mag,class',
			expect.stringMatching(/^A,150,2,0\.3(?:60|59)\d*,ztf,ZTF26aaaaaad,203,/),
			'',
		]);
		const both = await rowsOf(await post('/api/v1/crossmatch?radius=60&catalog=NED&kind=objects', '[[150,2],[0,0]]'));
		expect(both[0]?.sources?.map(({ sourceId }) => sourceId)).toEqual(['G1', '=G2']);
		expect(both[1]?.sources?.[0]?.sourceId).toBe('G3');
		expect(both[0]?.objects).toHaveLength(1);
		const [alone] = await rowsOf(await post('/api/v1/crossmatch?catalog=NED', '[[150,2]]'));
		expect(alone?.objects).toBeUndefined();
		expect(alone?.sources).toHaveLength(1);
	});

	it('takes ten thousand positions and no more', async () => {
		const many = Array.from({ length: 10_000 }, (_, i) => [(i * 0.036) % 360, (i % 170) - 85]);
		many[17] = [150, 2];
		const rows = await rowsOf(await post('/api/v1/crossmatch', JSON.stringify(many)));
		expect(rows).toHaveLength(10_000);
		expect(rows[17]?.objects?.map(({ objectId }) => objectId)).toEqual(['ZTF26aaaaaad']);
		const more = await post('/api/v1/crossmatch', JSON.stringify([...many, [1, 1]]));
		expect(more.status).toBe(413);
	});

	it('reaches 600 arcsec, and no further than the sky that ten thousand positions cover at 120', async () => {
		const near = (offset: number) => `[[150,${2 + offset}]]`;
		const inside = await rowsOf(await post('/api/v1/crossmatch?radius=600&catalog=NED&kind=objects', near(-0.1664)));
		expect(inside[0]?.objects?.map(({ objectId }) => objectId)).toEqual(['ZTF26aaaaaad']);
		expect(inside[0]?.sources?.map(({ sourceId }) => sourceId)).toEqual(['G1']);
		const outside = await rowsOf(await post('/api/v1/crossmatch?radius=600&catalog=NED&kind=objects', near(-0.1668)));
		expect(outside[0]).toMatchObject({ objects: [], sources: [] });
		expect((await post('/api/v1/crossmatch?radius=600.1', near(0))).status).toBe(400);

		const places = (count: number) => JSON.stringify(Array.from({ length: count }, (_, i) => [(i * 0.9) % 360, 40]));
		expect(await rowsOf(await post('/api/v1/crossmatch?radius=600', places(400)))).toHaveLength(400);
		const many = await post('/api/v1/crossmatch?radius=600', places(401));
		expect(many.status).toBe(413);
		expect(((await many.json()) as { detail: string }).detail).toMatch(/at most 400 at once, or narrow the radius/);
		expect((await post('/api/v1/crossmatch?radius=240', places(2501))).status).toBe(413);
		expect(await rowsOf(await post('/api/v1/crossmatch?radius=120', places(2501)))).toHaveLength(2501);
	});

	it.each([
		['[[1,2],[3,91]]', 'application/json', /Position 2 cannot be/],
		['[[1,2],["x",3]]', 'application/json', /Position 2 of the body/],
		['{"a":1}', 'application/json', /cannot be read/],
		['nonsense', 'application/json', /no JSON/],
		['[]', 'application/json', /names no position/],
		['a,b\n1,2\n', 'text/csv', /header line with the columns ra and dec/],
		['ra,dec\n1,x\n', 'text/csv', /Line 2/],
		['1,2', 'application/octet-stream', /Content-Type/],
	])('says what is wrong with %s', async (body, type, sentence) => {
		const answer = await post('/api/v1/crossmatch', body, type);
		expect(answer.status).toBe(400);
		expect(answer.headers.get('content-type')).toContain('application/problem+json');
		expect(((await answer.json()) as { detail: string }).detail).toMatch(sentence);
	});

	it('says what is wrong with the query', async () => {
		expect((await post('/api/v1/crossmatch?radius=1000', '[[1,2]]')).status).toBe(400);
		expect((await post('/api/v1/crossmatch?kind=none', '[[1,2]]')).status).toBe(400);
		expect((await post('/api/v1/crossmatch?catalog=Nope', '[[1,2]]')).status).toBe(404);
		expect((await post('/api/v1/crossmatch?catalog=NED&kind=alerts&format=csv', '[[1,2]]')).status).toBe(400);
	});
});
