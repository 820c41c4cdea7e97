import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessScope } from '#lib/alert/object.ts';
import { decodeSky } from '#lib/alert/skyColumns.ts';
import { loadAlert, loadObject, loadSearch, loadStatus, loadTonight } from '#lib/server/portal.ts';
import { GET as alertsRoute } from '../../src/routes/api/v1/alerts/+server.ts';
import { GET as alertRoute } from '../../src/routes/api/v1/alerts/[survey]/[alertId]/+server.ts';
import { GET as cutoutRoute } from '../../src/routes/api/v1/alerts/[survey]/[alertId]/cutouts/[kind].[ext]/+server.ts';
import { GET as coneRoute } from '../../src/routes/api/v1/cone/+server.ts';
import { GET as countRoute } from '../../src/routes/api/v1/count/+server.ts';
import { GET as nightsRoute } from '../../src/routes/api/v1/nights/+server.ts';
import { GET as objectsRoute } from '../../src/routes/api/v1/objects/+server.ts';
import { GET as objectRoute } from '../../src/routes/api/v1/objects/[survey]/[objectId]/+server.ts';
import { GET as objectAlertsRoute } from '../../src/routes/api/v1/objects/[survey]/[objectId]/alerts/+server.ts';
import { GET as photometryRoute } from '../../src/routes/api/v1/objects/[survey]/[objectId]/photometry/+server.ts';
import { GET as cutoutsRoute } from '../../src/routes/api/v1/cutouts/+server.ts';
import { GET as foundRoute, POST as manyRoute } from '../../src/routes/api/v1/photometry/+server.ts';
import { GET as openApiRoute } from '../../src/routes/api/v1/openapi.json/+server.ts';
import { GET as skyRoute } from '../../src/routes/api/v1/sky/+server.ts';
import { GET as densityRoute } from '../../src/routes/api/v1/sky/density/+server.ts';
import { GET as idsRoute } from '../../src/routes/api/v1/sky/ids/+server.ts';
import { GET as sparklinesRoute } from '../../src/routes/api/v1/sparklines/+server.ts';
import { GET as statusRoute } from '../../src/routes/api/v1/status/+server.ts';
import { GET as streamRoute } from '../../src/routes/api/v1/stream/+server.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { publish, TEST_MJD, writeAlerts, writePoints } from '../support/alertRows.ts';
import { ask, testLocals } from '../support/route.ts';
import { untar } from '../support/untar.ts';

const open: AccessScope = { origin: 'real', grants: [] };
const granted: AccessScope = { origin: 'real', grants: [{ survey: 'ztf', programme: 'partnership' }] };
const BIG = 170587115523932323n;
const SECRET = 170587115523939999n;

let embedded: EmbeddedStore;
let locals: App.Locals;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	locals = testLocals(embedded.store, open);
	await writeAlerts(embedded.store, [
		{ alertId: BIG, objectId: 'ZTF26aaaaaaa', cutouts: true, mag: 19 },
		{ alertId: BIG + 1n, objectId: 'ZTF26aaaaaaa', mjd: TEST_MJD + 0.1, mag: 18.6 },
		{ alertId: 12n, objectId: '=cmd|"x",1', ra: 151, mag: null },
		// partnership data: an object of its own, and an alert of a public object
		{
			alertId: SECRET,
			objectId: 'ZTF26secrets',
			programme: 'partnership',
			ra: 150.001,
			mjd: TEST_MJD + 1,
			mag: 12,
			cutouts: true,
		},
		{ alertId: SECRET + 1n, objectId: 'ZTF26aaaaaaa', programme: 'caltech', mjd: TEST_MJD + 2, mag: 11, cutouts: true },
		{ alertId: SECRET + 2n, objectId: 'ZTF26unknown', programme: 'nobody-declared', ra: 150.002, mjd: TEST_MJD + 1 },
		{ alertId: 9_001_000_000_000_000n, objectId: 'SIM26aaaaaaa', origin: 'simulated', mjd: TEST_MJD + 3 },
	]);
	await publish(embedded.store, 'worker-1', 1);
});

afterAll(async () => {
	await embedded.stop();
});

const json = async (response: Response): Promise<Record<string, unknown>> => {
	expect(response.status).toBe(200);
	return (await response.json()) as Record<string, unknown>;
};

/** Objects of which readers may see some, and one that is not there. */
const ASKED = ['ZTF26secrets', 'ZTF26aaaaaaa', 'ZTF26unknown', 'ZTF26nowhere'].map((objectId) => ({
	survey: 'ztf',
	objectId,
}));

/** Everything that an anonymous reader can get hold of, as text. */
async function everythingTold(of: App.Locals): Promise<string> {
	const object = { params: { survey: 'ztf', objectId: 'ZTF26aaaaaaa' } };
	const answers = [
		await ask(alertsRoute, '/?limit=1000', of),
		await ask(alertsRoute, '/?format=csv&fields=all', of),
		await ask(alertsRoute, '/?format=ndjson', of),
		await ask(objectsRoute, '/?limit=1000', of),
		await ask(objectsRoute, '/?format=csv', of),
		await ask(coneRoute, '/?ra=150&dec=2&radius=60', of),
		await ask(coneRoute, '/?ra=150&dec=2&radius=60&kind=alerts', of),
		await ask(objectRoute, '/', of, object),
		await ask(objectAlertsRoute, '/', of, object),
		await ask(photometryRoute, '/', of, object),
		await ask(photometryRoute, '/?format=csv', of, object),
		await ask(nightsRoute, '/', of),
		await ask(nightsRoute, '/?by=class&format=csv', of),
		// JSON names what was asked for and is not there
		await ask(manyRoute, '/?format=csv', of, { method: 'POST', body: ASKED }),
		await ask(densityRoute, '/?nightFrom=2026-11-01&nightTo=2026-12-01', of),
		await ask(sparklinesRoute, '/?objects=ztf:ZTF26aaaaaaa,ztf:ZTF26secrets,ztf:ZTF26unknown', of),
		await ask(statusRoute, '/', of),
	];
	const texts = await Promise.all(answers.map((answer) => answer.text()));
	expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
	const pages = [
		await loadTonight(of),
		await loadObject(of, 'ztf', 'ZTF26aaaaaaa'),
		await loadSearch(of, new URL('http://localhost/search')),
		await loadSearch(of, new URL('http://localhost/search?kind=alerts&q=150+2+1d')),
		await loadStatus(of),
	];
	const ids = await skyIds(of);
	return [...texts, JSON.stringify(pages), ids.join(' ')].join('\n');
}

async function skyIds(of: App.Locals): Promise<bigint[]> {
	const query = 'nightFrom=2026-11-01&nightTo=2026-12-01';
	const sky = decodeSky(await (await ask(skyRoute, `/?${query}`, of)).arrayBuffer());
	const ids = await ask(idsRoute, `/?${query}&cursor=${sky.header.cursor}`, of);
	const list = [...new BigUint64Array(await ids.arrayBuffer())];
	expect(list).toHaveLength(sky.columns.count);
	return list;
}

describe('the access scope', () => {
	it('makes alerts of other programmes not exist anywhere', async () => {
		const told = await everythingTold(locals);
		const hidden = [
			String(SECRET),
			String(SECRET + 1n),
			String(SECRET + 2n),
			'secrets',
			'ZTF26unknown',
			'partnership',
			'caltech',
			'SIM26',
			'2026-11-20',
			'2026-11-21',
			'2026-11-22',
		];
		expect(hidden.filter((text) => told.includes(text))).toEqual([]);
		expect((await json(await ask(countRoute, '/', locals)))['total']).toBe(3);
		expect((await json(await ask(countRoute, '/?kind=objects', locals)))['total']).toBe(2);
		expect((await json(await ask(countRoute, '/?magMax=13', locals)))['total']).toBe(0);
		for (const id of [SECRET, SECRET + 1n, SECRET + 2n]) {
			const params = { survey: 'ztf', alertId: String(id) };
			expect((await ask(alertRoute, '/', locals, { params })).status).toBe(404);
			expect(
				(await ask(cutoutRoute, '/', locals, { params: { ...params, kind: 'science', ext: 'fits' } })).status,
			).toBe(404);
			expect(await loadAlert(locals, 'ztf', String(id))).toBeNull();
		}
		const params = { survey: 'ztf', objectId: 'ZTF26secrets' };
		for (const route of [objectRoute, photometryRoute]) {
			expect((await ask(route, '/', locals, { params })).status).toBe(404);
		}
		const object = await json(
			await ask(objectRoute, '/', locals, { params: { survey: 'ztf', objectId: 'ZTF26aaaaaaa' } }),
		);
		expect(object).toMatchObject({ nAlerts: 2, lastMag: 18.6, magMin: 18.6 });
	});

	it('shows a programme to readers it was granted to, and nothing beyond', async () => {
		const reader = testLocals(embedded.store, granted);
		const told = await everythingTold(reader);
		expect(told).toContain('ZTF26secrets');
		expect(told).toContain(String(SECRET));
		expect(told).not.toContain(String(SECRET + 1n));
		expect(told).not.toContain('ZTF26unknown');
	});

	it('keeps the simulation apart', async () => {
		const simulated = testLocals(embedded.store, { origin: 'simulated', grants: [] });
		expect((await json(await ask(countRoute, '/', simulated)))['total']).toBe(1);
		expect((await loadTonight(simulated)).night).toBe('2026-11-22');
	});
});

describe('cursors', () => {
	it('go on exactly, and are refused when changed or taken elsewhere', async () => {
		const first = await json(await ask(alertsRoute, '/?limit=2', locals));
		expect(first['total']).toBe(3);
		const cursor = String(first['nextCursor']);
		const second = await json(await ask(alertsRoute, `/?limit=2&cursor=${cursor}`, locals));
		expect((second['rows'] as { alertId: string }[]).map((row) => row.alertId)).toEqual([String(BIG)].slice(0, 1));
		expect(second['nextCursor']).toBeNull();
		const changed = `${cursor.startsWith('e') ? 'f' : 'e'}${cursor.slice(1)}`;
		for (const path of [
			`/?limit=2&cursor=${changed}`,
			`/?limit=2&sort=mag&cursor=${cursor}`,
			`/?cursor=${cursor}&magMax=20`,
			'/?cursor=abc',
		]) {
			const refused = await ask(alertsRoute, path, locals);
			expect(refused.status).toBe(400);
			expect(refused.headers.get('content-type')).toContain('application/problem+json');
		}
		const other = testLocals(embedded.store, granted);
		expect((await ask(alertsRoute, `/?limit=2&cursor=${cursor}`, other)).status).toBe(400);
	});
});

describe('bad input', () => {
	it.each([
		'ra=NaN&dec=0&radius=5',
		'ra=361&dec=0&radius=5',
		'ra=-1&dec=0&radius=5',
		'ra=0&dec=90.01&radius=5',
		'ra=0&dec=-91&radius=5',
		'ra=0&dec=0&radius=-1',
		'ra=0&dec=0&radius=0',
		'ra=0&dec=0&radius=36001',
		'ra=0&dec=0&radius=1e9',
		'ra=0&dec=0',
		'ra=Infinity&dec=0&radius=1',
		'ra=1%27%20OR%201=1&dec=0&radius=1',
		'ra=&dec=0&radius=1',
		'ra=1&ra=2&dec=0&radius=1',
		'ra=0x10&dec=0&radius=1',
	])('in a cone is a problem with a sentence: %s', async (query) => {
		const response = await ask(coneRoute, `/?${query}`, locals);
		expect(response.status).toBe(400);
		const problem = (await response.json()) as { detail: string };
		expect(problem.detail).toMatch(/\.$/);
	});

	it('accepts RA 360 and the poles', async () => {
		for (const query of ['ra=360&dec=0&radius=5', 'ra=0&dec=90&radius=5', 'ra=0&dec=-90&radius=36000']) {
			expect((await ask(coneRoute, `/?${query}`, locals)).status).toBe(200);
		}
	});

	it.each([
		'night=2026-02-30',
		'night=0000-01-01',
		'nightFrom=9999-12-31',
		'night=yesterday',
		'limit=0',
		'limit=100000',
		'limit=1.5',
		'sort=password',
		'sort=sep',
		'class=supernova',
		'survey=des',
		'alertId=1.7e17',
		'alertId=1705871.5',
		'alertId=18446744073709551616',
		'format=xls',
		'nonsense=1',
		'magMin=abc',
		'mjdFrom=1e400',
		'format=csv&fields=secret',
		'format=csv&fields=mag;DROP',
		'band=r%27',
		'nDetectionsMin=-1',
	])('in a search is a problem: %s', async (query) => {
		const response = await ask(alertsRoute, `/?${query}`, locals);
		expect([400, 501]).toContain(response.status);
		const problem = (await response.json()) as { detail: string; title: string };
		expect(problem.detail).toMatch(/\.$/);
		expect(JSON.stringify(problem)).not.toMatch(/SELECT|DB::|clickhouse/i);
	});

	it('treats SQL and script in texts as texts', async () => {
		for (const text of [
			"'; DROP TABLE alerts; --",
			'<script>alert(1)</script>',
			'\\',
			"' OR '1'='1",
			'{scope}',
			'%00'.repeat(3),
			'🦉',
		]) {
			const path = `/?objectId=${encodeURIComponent(text)}`;
			const response = await ask(alertsRoute, path, locals);
			expect([200, 400]).toContain(response.status);
			if (response.status === 200) expect(((await response.json()) as { total: number }).total).toBe(0);
			const params = { survey: 'ztf', objectId: text };
			expect((await ask(objectRoute, '/', locals, { params })).status).toBe(404);
			const page = await loadSearch(locals, new URL(`http://localhost/search?q=${encodeURIComponent(text)}`));
			expect(page.page.total).toBe(0);
		}
		expect((await json(await ask(countRoute, '/', locals)))['total']).toBe(3);
	});

	it('says what is wrong with unknown and impossible ids', async () => {
		const alert = async (survey: string, alertId: string): Promise<number> =>
			(await ask(alertRoute, '/', locals, { params: { survey, alertId } })).status;
		expect(await alert('ztf', '5')).toBe(404);
		expect(await alert('ztf', '0')).toBe(404);
		expect(await alert('des', '5')).toBe(404);
		expect(await alert('ztf', '1.70587115523932323e17')).toBe(400);
		expect(await alert('ztf', '-5')).toBe(400);
		expect(await alert('ztf', '99999999999999999999')).toBe(400);
		expect(await loadAlert(locals, 'ztf', '1e5')).toBeNull();
	});
});

describe('one alert', () => {
	it('has every field, ids exact, the survey’s own nested', async () => {
		const alert = await json(await ask(alertRoute, '/', locals, { params: { survey: 'ztf', alertId: String(BIG) } }));
		expect(alert).toMatchObject({
			alertId: '170587115523932323',
			schemaVersion: '4.02',
			ztf: expect.any(Object) as object,
		});
	});
});

describe('the search page', () => {
	const search = (query: string) => loadSearch(locals, new URL(`http://localhost/search?${query}`));

	it('leads to the one thing an id names', async () => {
		expect((await search('q=ztf26AAAAAAA')).goTo).toBe('/objects/ztf/ZTF26aaaaaaa');
		expect((await search(`q=${BIG}`)).goTo).toBe(`/alerts/ztf/${BIG}`);
		expect((await search('q=ZTF26secrets')).goTo).toBeNull();
		expect((await search(`q=${SECRET}`)).page.total).toBe(0);
	});

	it('combines text and conditions, and says what it did not understand', async () => {
		const cone = await search('q=150+2+10"+r<18.8');
		expect(cone.understood.problems).toEqual([]);
		expect(cone.page.rows).toHaveLength(1);
		expect(cone.query).toMatchObject({ magMax: 18.8, band: 'r', sort: 'sep' });
		expect(cone.sparklines[0]?.points.length).toBe(2);
		const lost = await search('q=whatever+this+is');
		expect(lost.page.total).toBe(0);
		expect(lost.understood.problems).toHaveLength(1);
		await expect(search('magMin=x')).rejects.toMatchObject({ status: 400 });
	});
});

describe('CSV', () => {
	it('is read by python’s csv module with empty cells, exact ids and harmless texts', async () => {
		const response = await ask(alertsRoute, '/?format=csv', locals);
		expect(response.headers.get('x-total-count')).toBe('3');
		const file = join(embedded.home, 'alerts.csv');
		writeFileSync(file, Buffer.from(await response.arrayBuffer()));
		const script =
			'import csv,json,sys;print(json.dumps(list(csv.DictReader(open(sys.argv[1],newline=""),strict=True))))';
		const rows = JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' })) as Record<
			string,
			string
		>[];
		expect(rows).toHaveLength(3);
		const odd = rows.find((row) => row['alertId'] === '12');
		expect(odd).toMatchObject({
			objectId: `'=cmd|"x",1`,
			mag: '',
			starScore: '',
			ssoName: '',
			positive: 'true',
			night: '2026-11-19',
		});
		const first = rows.find((row) => row['alertId'] === String(BIG));
		expect(first).toMatchObject({ mag: '19', ra: '150', knownAt: '2026-11-19T06:00:01.000Z' });
	});

	it('of objects and points has the same names as JSON', async () => {
		const csv = await (await ask(objectsRoute, '/?format=csv', locals)).text();
		const page = await json(await ask(objectsRoute, '/', locals));
		const [row] = page['rows'] as Record<string, unknown>[];
		const names = (csv.split('\r\n')[0] ?? '').split(',');
		expect(names).toEqual(Object.keys(row ?? {}).filter((name) => names.includes(name)));
		expect(csv.split('\r\n')).toHaveLength(4);
		const nights = await (await ask(nightsRoute, '/?format=csv', locals)).text();
		expect(nights).toBe('survey,night,alerts,closed\r\nztf,2026-11-19,3,false\r\n');
		const byClass = await (await ask(nightsRoute, '/?by=class&format=csv', locals)).text();
		expect(byClass).toBe('survey,night,class,alerts,closed\r\nztf,2026-11-19,none,3,false\r\n');
	});

	it('of a single text column keeps a row for an empty cell', async () => {
		const csv = await (await ask(alertsRoute, '/?format=csv&fields=ssoName', locals)).text();
		expect(csv).toBe('ssoName\r\n""\r\n""\r\n""\r\n');
	});

	it('comes as ndjson and Parquet too', async () => {
		const lines = (await (await ask(alertsRoute, '/?format=ndjson&fields=alertId,mag', locals)).text())
			.trim()
			.split('\n');
		expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual({ alertId: '12', mag: null });
		const parquet = Buffer.from(await (await ask(alertsRoute, '/?format=parquet', locals)).arrayBuffer());
		expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
	});
});

describe('the stream', () => {
	/** Reads events until one satisfies, then leaves. */
	async function readUntil(response: Response, done: (text: string) => boolean): Promise<string> {
		const reader = response.body?.getReader();
		if (reader === undefined) throw new Error('no body');
		let text = '';
		while (!done(text)) {
			const { value, done: ended } = await reader.read();
			if (ended) break;
			text += new TextDecoder().decode(value);
		}
		await reader.cancel();
		return text;
	}

	it('tells of published alerts of the scope alone, and goes on from an id without a gap', async () => {
		const before = await ask(streamRoute, '/', locals);
		expect(before.headers.get('content-type')).toContain('text/event-stream');
		const hello = readUntil(before, (text) => text.includes('"777"'));
		await writeAlerts(embedded.store, [
			{ alertId: 777n, objectId: 'ZTF26streama', number: 2, ra: 33 },
			{ alertId: 778n, objectId: 'ZTF26streamb', number: 2, ra: 33, programme: 'partnership' },
			{ alertId: 779n, objectId: 'ZTF26streamc', number: 3, ra: 33 },
		]);
		await publish(embedded.store, 'worker-1', 2);
		const told = await hello;
		expect(told).toContain('event: ready');
		expect(told).not.toContain('"778"');
		expect(told).not.toContain('"779"');
		const id = /^id: (.*)$/gm.exec(told.slice(told.indexOf('event: ready')))?.[1] ?? '';
		await publish(embedded.store, 'worker-1', 3);
		const after = await ask(streamRoute, '/', locals, { headers: { 'last-event-id': id } });
		const rest = await readUntil(after, (text) => text.includes('"779"'));
		expect(rest).not.toContain('"777"');
		const first = /^id: (.*)$/m.exec(told)?.[1] ?? '';
		const again = await ask(streamRoute, `/?cursor=${first}`, locals);
		expect(await readUntil(again, (text) => text.includes('"779"'))).toContain('"777"');
		expect((await ask(streamRoute, `/?cursor=${first}x`, locals)).status).toBe(400);
	});
});

describe('the description of the API', () => {
	it('names every parameter that the routes take', async () => {
		const document = await json(await ask(openApiRoute, '/api/v1/openapi.json', locals));
		expect(document['openapi']).toBe('3.1.0');
		const paths = document['paths'] as Record<
			string,
			Record<'get' | 'post', { parameters: { name: string; schema: object; description: string }[] } | undefined>
		>;
		const cone = paths['/cone']?.get?.parameters.map((parameter) => parameter.name);
		expect(cone).toEqual(expect.arrayContaining(['ra', 'dec', 'radius', 'format']));
		for (const route of Object.values(paths)) {
			for (const parameter of (route.get ?? route.post)?.parameters ?? []) {
				expect(parameter.description, parameter.name).not.toBe('');
				expect(Object.keys(parameter.schema), parameter.name).toContain('type');
			}
		}
	});
});

describe('photometry', () => {
	it('keeps points of another programme back', async () => {
		await writePoints(embedded.store, [
			{
				survey: 'ztf',
				object_id: 'ZTF26aaaaaaa',
				kind: 'detection',
				source_id: 5,
				band: 'g',
				mjd: 61000,
				time_received: 61000,
				exposure_assumed: false,
				point_key: 5,
				value_hash: 5,
				mag: 10,
				programme: 'partnership',
				origin: 'real',
				alert_id: String(BIG),
				alert_mjd: TEST_MJD,
				own: false,
				writer: 'worker-1',
				number: 1,
				known_at: '2026-11-19 06:00:01.000',
			},
		]);
		const params = { survey: 'ztf', objectId: 'ZTF26aaaaaaa' };
		const mags = async (of: App.Locals): Promise<unknown[]> =>
			((await json(await ask(photometryRoute, '/', of, { params })))['points'] as { mag: number }[]).map(
				(point) => point.mag,
			);
		expect(await mags(locals)).toEqual([19, 18.6]);
		expect(await mags(testLocals(embedded.store, granted))).toEqual([10, 19, 18.6]);
	});
});

describe('the look of a cutout', () => {
	it.each([
		['low=abc', /^The request cannot be used: low must be a number/],
		['low=5&high=2', /^The limits are empty: low is 5 and high is 2/],
		['highPercent=101', /^The request cannot be used: highPercent must be a number from 0 to 100/],
		['low=1&lowPercent=3', /^The limits name low twice/],
		['stretch=cube', /^The request cannot be used: stretch must be one of linear/],
		['map=rainbow', /^The request cannot be used: map must be one of grey/],
	])('that cannot be, %s, is refused with a sentence', async (query, sentence) => {
		const params = { survey: 'ztf', alertId: String(BIG), kind: 'science', ext: 'png' };
		const answer = await ask(cutoutRoute, `/?${query}`, locals, { params });
		expect([answer.status, answer.headers.get('content-type')]).toEqual([400, expect.stringContaining('problem')]);
		expect(((await answer.json()) as { detail: string }).detail).toMatch(sentence);
	});
});

describe('photometry of many objects', () => {
	const asked = (path: string, body: unknown, of = locals): Promise<Response> =>
		ask(manyRoute, path, of, { method: 'POST', body });
	const keysOf = (points: readonly { objectId: string; mag: number | null }[]): string[] =>
		points.map(({ objectId, mag }) => `${objectId} ${Math.fround(mag ?? Number.NaN).toPrecision(4)}`);
	const OPEN = ['ZTF26aaaaaaa 19.00', 'ZTF26aaaaaaa 18.60'];

	it('is what the reader may see of each, and names those without a point', async () => {
		const answer = await asked('/', [...ASKED, ...ASKED]);
		expect(answer.headers.get('x-objects-without-points')).toBe('3');
		const told = await json(answer);
		expect(told).toMatchObject({ origin: 'real', objects: 1, total: 2 });
		expect(keysOf(told['points'] as [])).toEqual(OPEN);
		expect(told['without']).toEqual(ASKED.filter(({ objectId }) => objectId !== 'ZTF26aaaaaaa'));
		const more = await json(await asked('/', { objects: ASKED }, testLocals(embedded.store, granted)));
		expect([more['objects'], more['total']]).toEqual([2, 4]);
		expect(keysOf(more['points'] as [])).toEqual(['ZTF26aaaaaaa 10.00', ...OPEN, 'ZTF26secrets 12.00']);
	});

	it('is the same as that of each object by itself', async () => {
		const reader = testLocals(embedded.store, granted);
		const one = async (objectId: string): Promise<string[]> => {
			const params = { survey: 'ztf', objectId };
			const csv = await (await ask(photometryRoute, '/?format=csv', reader, { params })).text();
			return csv.trimEnd().split('\r\n');
		};
		const [header, ...lines] = await one('ZTF26aaaaaaa');
		const [, ...secrets] = await one('ZTF26secrets');
		const many = await asked('/?format=csv', ASKED, reader);
		expect([many.headers.get('x-total-count'), many.headers.get('x-objects-without-points')]).toEqual(['4', '2']);
		expect((await many.text()).trimEnd().split('\r\n')).toEqual([header, ...lines, ...secrets]);
		const first = await json(await asked(`/?mjdTo=${TEST_MJD + 0.05}`, ASKED));
		expect(keysOf(first['points'] as [])).toEqual(OPEN.slice(0, 1));
	});

	it('comes in six formats, of a thousand objects in several reads', async () => {
		const others = Array.from({ length: 999 }, (_, i) => ({ survey: i % 2 ? 'lsst' : 'ztf', objectId: `X${i}` }));
		const body = [...others, { survey: 'ztf', objectId: 'ZTF26aaaaaaa' }];
		expect(keysOf((await json(await asked('/', body)))['points'] as [])).toEqual(OPEN);
		const lines = (await (await asked('/?format=ndjson', body)).text()).trim().split('\n');
		expect(keysOf(lines.map((line) => JSON.parse(line) as { objectId: string; mag: number }))).toEqual(OPEN);
		const bytes = async (format: string): Promise<string> =>
			Buffer.from(await (await asked(`/?format=${format}`, body)).arrayBuffer()).toString('latin1');
		expect((await bytes('parquet')).slice(0, 4)).toBe('PAR1');
		expect((await bytes('arrow')).slice(0, 6)).toBe('ARROW1');
		const votable = await bytes('votable');
		expect(votable.match(/<TR>/g)).toHaveLength(2);
		expect(votable.trimEnd().endsWith('</VOTABLE>')).toBe(true);
		expect(await json(await asked('/', others.slice(0, 3)))).toMatchObject({ objects: 0, total: 0, points: [] });
		const empty = (await (await asked('/?format=csv', others.slice(0, 3))).text()).trimEnd().split('\r\n');
		expect([empty.length, empty[0]?.startsWith('survey,objectId,')]).toEqual([1, true]);
	});

	it.each([
		[[], 400, /names no object/],
		[[{ survey: 'ztf' }], 400, /^Object 1 of the body cannot be read/],
		[[ASKED[0], { survey: 'ztf', objectId: 5 }], 400, /^Object 2 of the body cannot be read/],
		[[ASKED[0], { survey: 'kepler', objectId: 'a' }], 400, /^Object 2 of the body cannot be: survey must be one of/],
		[[{ survey: 'ztf', objectId: '\u0000' }], 400, /^Object 1 of the body cannot be: objectId must be/],
		[Array.from({ length: 1001 }, () => ASKED[0]), 413, /names 1001 objects: send at most 1000/],
	])('refuses %j with a sentence', async (body, status, sentence) => {
		const answer = await asked('/', body);
		expect([answer.status, answer.headers.get('content-type')]).toEqual([status, expect.stringContaining('problem')]);
		expect(((await answer.json()) as { detail: string }).detail).toMatch(sentence);
	});
});

describe('photometry of what a search finds', () => {
	it('is that of its objects, a page of them at a time', async () => {
		const found = await json(await ask(foundRoute, '/?ra=150&dec=2&radius=60', locals));
		expect(found).toMatchObject({ matching: 1, objects: 1, total: 2, nextCursor: null, without: [] });
		const body = [{ survey: 'ztf', objectId: 'ZTF26aaaaaaa' }];
		const posted = await ask(manyRoute, '/?format=csv', locals, { method: 'POST', body });
		const csv = await ask(foundRoute, '/?ra=150&dec=2&radius=60&format=csv', locals);
		expect(csv.headers.get('x-objects-matching')).toBe('1');
		expect(await csv.text()).toBe(await posted.text());
		const reader = testLocals(embedded.store, granted);
		const seen: string[][] = [];
		for (let cursor: string | null = ''; cursor !== null && seen.length < 20;) {
			const next: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
			const answer = await json(await ask(foundRoute, `/?limit=1&sort=mjd${next}`, reader));
			seen.push([...new Set((answer['points'] as { objectId: string }[]).map(({ objectId }) => objectId))]);
			cursor = answer['nextCursor'] as string | null;
		}
		const { rows } = await json(await ask(objectsRoute, '/?sort=mjd', reader));
		const listed = (rows as { objectId: string }[]).map(({ objectId }) => objectId);
		expect(listed).toContain('ZTF26secrets');
		expect(seen).toEqual(listed.map((objectId) => [objectId]));
	});

	it('of nothing is an empty table, and a search that cannot be is refused', async () => {
		const none = await ask(foundRoute, '/?ra=10&dec=2&radius=1&format=csv', locals);
		expect([none.headers.get('x-objects-matching'), (await none.text()).trimEnd().split('\r\n').length]).toEqual([
			'0',
			1,
		]);
		expect(await json(await ask(foundRoute, '/?ra=10&dec=2&radius=1', locals))).toMatchObject({ points: [] });
		for (const bad of ['limit=1001', 'ra=10', 'asOf=2026-11-19', 'cursor=nonsense', 'magMin=x']) {
			expect((await ask(foundRoute, `/?${bad}`, locals)).status, bad).toBe(400);
		}
	});
});

describe('cutouts of what a search finds', () => {
	it('are as they came, with a table of the alerts, of those that the reader may see', async () => {
		const answer = await ask(cutoutsRoute, '/?kind=alerts&ra=150&dec=2&radius=60', locals);
		expect(answer.headers.get('content-type')).toBe('application/x-tar');
		expect(answer.headers.get('x-total-count')).toBe('2');
		const files = await untar(answer);
		const kinds = ['science', 'template', 'difference'];
		expect([...files.keys()]).toEqual([
			'nightjar-cutouts/README.txt',
			...kinds.map((kind) => `nightjar-cutouts/ztf-${BIG}-${kind}.fits`),
			'nightjar-cutouts/alerts.csv',
		]);
		expect(files.get(`nightjar-cutouts/ztf-${BIG}-science.fits`)?.toString()).toBe('science bytes');
		const rows = files.get('nightjar-cutouts/alerts.csv')?.toString().trimEnd().split('\r\n') ?? [];
		expect(rows[0]).toMatch(/^survey,objectId,alertId,mjd,.*,science,template,difference$/);
		expect(rows.find((row) => row.includes(`,${BIG},`))).toMatch(
			new RegExp(`,ztf-${BIG}-science\\.fits,.*difference\\.fits$`),
		);
		expect(rows.find((row) => row.includes(`,${BIG + 1n},`))).toMatch(/,,,$/);
		expect(rows).toHaveLength(3);
	});

	it('of objects are those of the newest alert, also where ids look like formulas or paths', async () => {
		const newest = await untar(await ask(cutoutsRoute, '/?ra=150&dec=2&radius=60', locals));
		expect([...newest.keys()].filter((name) => name.endsWith('.fits'))).toEqual([]);
		const secret = await untar(
			await ask(cutoutsRoute, '/?ra=150.001&dec=2&radius=1', testLocals(embedded.store, granted)),
		);
		expect([...secret.keys()].filter((name) => name.endsWith('.fits'))).toHaveLength(3);
		const odd = await untar(await ask(cutoutsRoute, '/?ra=151&dec=2&radius=1', locals));
		expect([...odd.keys()]).toEqual(['nightjar-cutouts/README.txt', 'nightjar-cutouts/alerts.csv']);
		// a cell that begins a formula is disarmed as in every other table
		expect(odd.get('nightjar-cutouts/alerts.csv')?.toString()).not.toMatch(/,=cmd/);
		for (const bad of ['limit=1001', 'ra=10', 'kind=stars', 'format=csv']) {
			expect((await ask(cutoutsRoute, `/?${bad}`, locals)).status, bad).toBe(400);
		}
	});
});
