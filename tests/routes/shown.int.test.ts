import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessScope } from '#lib/alert/object.ts';
import type { Status } from '#lib/alert/views.ts';
import { unixMsFromTaiMjd } from '#lib/astro/time.ts';
import { loadObject, loadTonight } from '#lib/server/portal.ts';
import { GET as alertsRoute } from '../../src/routes/api/v1/alerts/+server.ts';
import { GET as alertRoute } from '../../src/routes/api/v1/alerts/[survey]/[alertId]/+server.ts';
import { GET as objectsRoute } from '../../src/routes/api/v1/objects/+server.ts';
import { GET as neighboursRoute } from '../../src/routes/api/v1/objects/[survey]/[objectId]/neighbours/+server.ts';
import { GET as statusRoute } from '../../src/routes/api/v1/status/+server.ts';
import { GET as tonightRoute } from '../../src/routes/api/v1/tonight/+server.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { publish, TEST_MJD, writeAlerts, type TestAlert } from '../support/alertRows.ts';
import { ask, testLocals } from '../support/route.ts';
import { readTable } from '../e2e/csv.ts';

const scope: AccessScope = { origin: 'real', grants: [] };
let embedded: EmbeddedStore;
let locals: App.Locals;

const storeTime = (mjd: number): string => new Date(unixMsFromTaiMjd(mjd)).toISOString().slice(0, 23).replace('T', ' ');

/** Objects seen twice whose newest alert tells fewer detections, and a later first detection, than the one before. */
function sortedObjects(): TestAlert[] {
	return Array.from({ length: 14 }, (_, i) => {
		const objectId = `ZTF26sort${String.fromCharCode(97 + i)}aa`;
		const place = { objectId, ra: 10 + ((i * 37) % 100) / 12, dec: (((i * 53) % 100) - 50) / 12 };
		const known = i % 5 === 4 ? { n_detections: null, first_mjd: null, age: null, reliability: null } : {};
		const told = (mjd: number, n: number, first: number, reliability: number): Record<string, unknown> => ({
			n_detections: n,
			first_mjd: first,
			age: mjd - first,
			reliability,
			...known,
		});
		const [early, late] = [TEST_MJD - 3 + i / 100, TEST_MJD + ((i * 7) % 14) / 100];
		return [
			{
				...place,
				alertId: BigInt(1000 + 2 * i),
				mjd: early,
				mag: 14 + ((i * 3) % 7),
				columns: told(early, 90 - i, early - 200, 0.1),
			},
			{
				...place,
				alertId: BigInt(1001 + 2 * i),
				mjd: late,
				mag: i === 3 ? null : 14 + ((i * 11) % 9),
				columns: told(late, ((i * 29) % 31) + 1, late - ((i * 13) % 40), ((i * 17) % 20) / 20),
			},
		];
	}).flat();
}

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	locals = { ...testLocals(embedded.store, scope), operator: true };
	await writeAlerts(embedded.store, [
		...sortedObjects(),
		// one place on the sky, two surveys, 0.18 arcsec apart
		{ alertId: 7n, objectId: 'ZTF26twinaaa', ra: 200, dec: -20, mag: 18 },
		{ survey: 'lsst', alertId: 8n, objectId: '313853517229318149', ra: 200, dec: -20 + 0.05 / 1000, mag: 18.2 },
		// a night three years before, received when it was read
		{ alertId: 9n, objectId: 'ZTF23oldaaaa', mjd: TEST_MJD - 1100, ra: 300, dec: 1, mag: 17 },
	]);
	await publish(embedded.store, 'worker-1', 1);
});
afterAll(async () => {
	await embedded.stop();
});

type Row = Readonly<Record<string, string | number | boolean | null>>;

async function pageOf(route: typeof objectsRoute, query: string): Promise<Row[]> {
	const answer = await ask(route, `/?${query}&limit=1000`, locals);
	expect(answer.status, query).toBe(200);
	return ((await answer.json()) as { rows: Row[] }).rows;
}
async function csvOf(route: typeof objectsRoute, query: string, params = {}): Promise<Record<string, string>[]> {
	const answer = await ask(route, `/?${query}&format=csv`, locals, { params });
	expect(answer.status, query).toBe(200);
	expect(answer.headers.get('content-type')).toContain('text/csv');
	return readTable(await answer.text());
}

/** What a list shows in the column it is sorted by. */
const SHOWN = {
	mjd: { objects: (row: Row) => row['lastMjd'], alerts: (row: Row) => row['mjd'] },
	mag: { objects: (row: Row) => row['lastMag'], alerts: (row: Row) => row['mag'] },
	reliability: { objects: (row: Row) => row['reliability'], alerts: (row: Row) => row['reliability'] },
	nDetections: { objects: (row: Row) => row['nDetections'], alerts: (row: Row) => row['nDetections'] },
	age: { objects: (row: Row) => Number(row['lastMjd']) - Number(row['firstMjd']), alerts: (row: Row) => row['age'] },
	ra: { objects: (row: Row) => row['ra'], alerts: (row: Row) => row['ra'] },
	dec: { objects: (row: Row) => row['dec'], alerts: (row: Row) => row['dec'] },
	sep: { objects: (row: Row) => row['sepArcsec'], alerts: (row: Row) => row['sepArcsec'] },
} as const;

const WHERE = [
	'magMax=19&mjdFrom=61300',
	'nDetectionsMax=40',
	'raMin=15&raMax=13&decMin=-3',
	'ra=14&dec=0&radius=15000',
];

describe.each(['objects', 'alerts'] as const)('a list of %s', (kind) => {
	const route = kind === 'objects' ? objectsRoute : alertsRoute;
	const id = kind === 'objects' ? 'objectId' : 'alertId';
	const cases = Object.keys(SHOWN).flatMap((sort) =>
		['', '-'].flatMap((sign) => ['', ...WHERE].map((where) => [`${sign}${sort}`, where] as const)),
	);

	it.each(cases.filter(([sort, where]) => !sort.endsWith('sep') || where.startsWith('ra=')))(
		'sorted by %s where %s stands in the order of what it shows, page and file alike',
		async (sort, where) => {
			const query = `${where}&sort=${sort}`.replace(/^&/, '');
			const rows = await pageOf(route, query);
			expect(rows.length).toBeGreaterThan(1);
			const shown = rows.map(SHOWN[sort.replace('-', '') as keyof typeof SHOWN][kind]);
			const present = shown.filter((value) => value !== null && value !== undefined).map(Number);
			// absent values come last, whichever way
			expect(shown.slice(0, present.length).map(Number)).toEqual(present);
			const ordered = [...present].sort((a, b) => (sort.startsWith('-') ? b - a : a - b));
			expect(present).toEqual(ordered);

			const file = await csvOf(route, query);
			expect(file.map((row) => `${row['survey'] ?? ''} ${row[id] ?? ''}`)).toEqual(
				rows.map((row) => `${String(row['survey'])} ${String(row[id])}`),
			);
			for (const [at, row] of rows.entries()) {
				for (const [name, value] of Object.entries(row)) {
					const cell = file[at]?.[name];
					if (cell === undefined || typeof value === 'object') continue;
					if (typeof value === 'number') expect(Number(cell), name).toBeCloseTo(value, 4);
				}
			}
		},
	);
});

describe('a box', () => {
	const ids = async (query: string): Promise<unknown[]> =>
		(await pageOf(alertsRoute, query)).map((row) => row['alertId']).sort();
	it('holds its edges, and goes over 0 h where raMin is the greater', async () => {
		expect(await ids('raMin=199&raMax=200&decMin=-20&decMax=-20')).toEqual(['7']);
		expect(await ids('raMin=250&raMax=199&decMin=0.5&decMax=1')).toContain('9');
		expect(await ids('raMin=250&raMax=199&decMin=-21&decMax=-19')).not.toContain('7');
	});
	it('is refused where it cannot be meant', async () => {
		for (const query of ['raMin=10', 'decMin=5&decMax=4', 'raMax=400']) {
			expect((await ask(alertsRoute, `/?${query}`, locals)).status, query).toBe(400);
		}
	});
});

describe('objects of two surveys at one place', () => {
	it('are each other’s neighbours, with separation and direction', async () => {
		const ztf = await loadObject(locals, 'ztf', 'ZTF26twinaaa');
		expect(ztf?.neighbours).toHaveLength(1);
		expect(ztf?.neighbours[0]).toMatchObject({ object: { survey: 'lsst', objectId: '313853517229318149' } });
		expect(ztf?.neighbours[0]?.sepArcsec).toBeCloseTo(0.18, 3);
		expect(ztf?.neighbours[0]?.paDeg).toBeCloseTo(0, 3);
		const lsst = await loadObject(locals, 'lsst', '313853517229318149');
		expect(lsst?.neighbours.map((one) => one.object.objectId)).toEqual(['ZTF26twinaaa']);
		expect(lsst?.neighbours[0]?.paDeg).toBeCloseTo(180, 3);
	});
	it('come as a file, ids exact', async () => {
		const params = { survey: 'ztf', objectId: 'ZTF26twinaaa' };
		const [row] = await csvOf(neighboursRoute, '', params);
		expect(row).toMatchObject({ survey: 'lsst', objectId: '313853517229318149', class: '', lastBand: 'r' });
		expect(Number(row?.['sepArcsec'])).toBeCloseTo(0.18, 3);
	});
});

describe('a night long before the newest', () => {
	it('has its alerts counted, and the nights around it', async () => {
		const old = await loadTonight(locals, '2023-11-15');
		expect(old.counts).toMatchObject([{ survey: 'ztf', night: '2023-11-15', alerts: 1, objects: 1 }]);
		expect(old.pastNights.map((night) => night.night)).toEqual(['2023-11-15']);
		expect(old.delay.medianSeconds).toBeNull();
	});
	it('is empty where nothing was seen', async () => {
		const none = await loadTonight(locals, '2020-01-01');
		expect(none).toMatchObject({ night: '2020-01-01', counts: [], picks: [], newest: [] });
	});
});

describe('delays', () => {
	it('are those of alerts that arrived live alone, whatever an archive brings in besides', async () => {
		const mjd = TEST_MJD + 1;
		const after = (seconds: number): string => storeTime(mjd + seconds / 86_400);
		// received one after the other, taken into a batch 100 s after the exposure, readable after 107 s, in output topics after 110 s
		await writeAlerts(embedded.store, [
			...[30, 60, 90].map((seconds, i) => ({
				alertId: BigInt(5000 + i),
				objectId: `ZTF26live${String.fromCharCode(97 + i)}aa`,
				mjd,
				number: 2,
				ra: 100 + i,
				knownAt: after(100),
				columns: { received_at: after(seconds) },
			})),
			{
				...{ alertId: 5100n, objectId: 'ZTF26archive', mjd: mjd - 9, number: 2 },
				...{ knownAt: after(100), columns: { received_at: after(95) } },
			},
		]);
		await publish(embedded.store, 'worker-1', 2, { at: after(107) });
		await publish(embedded.store, 'worker-1', 2, { state: 'sent', at: after(110) });
		const { delays } = (await (await ask(statusRoute, '/', locals)).json()) as Status;
		const ztf = new Map(delays.filter(({ survey }) => survey === 'ztf').map((delay) => [delay.stage, delay]));
		expect([...ztf.keys()]).toEqual([
			'exposure to received',
			'received to known',
			'known to published',
			'exposure to known',
		]);
		for (const delay of ztf.values()) {
			expect(delay.alerts).toBeGreaterThanOrEqual(delay.live);
			expect(delay.p99 ?? 0).toBeLessThanOrEqual(6 * 3600 + 1);
		}
		// all but the old night, the first visits and the one from the archive
		const whole = ztf.get('exposure to known');
		expect(whole && whole.alerts - whole.live).toBeGreaterThanOrEqual(2);
		const sent = ztf.get('known to published');
		expect(sent).toMatchObject({ live: 3 });
		for (const seconds of [sent?.p50, sent?.p95, sent?.p99]) expect(seconds).toBeCloseTo(3, 3);
		const tonight = await loadTonight(locals);
		expect(tonight.night).toBe('2026-11-20');
		expect(tonight.delay.medianSeconds).toBe(whole?.p50);
		expect(tonight.delay.receivedMedianSeconds).toBe(ztf.get('received to known')?.p50);
	});
	it('last until readers can see an alert, not only until its batch is opened; where everything came from an archive there are none', async () => {
		const mjd = TEST_MJD + 1;
		const after = (seconds: number): string => storeTime(mjd + seconds / 86_400);
		const [origin, survey] = ['test' as const, 'elasticc'];
		await writeAlerts(embedded.store, [
			{ survey: 'lsst', alertId: 77n, objectId: '77', number: 3, mjd: TEST_MJD - 40, ra: 5, origin },
			...[30, 60, 90].map((seconds, i) => ({
				...{ survey, alertId: BigInt(6000 + i), objectId: `60${i}`, origin, mjd, ra: 200 + i },
				...{ number: 3, knownAt: after(100), columns: { received_at: after(seconds) } },
			})),
		]);
		await publish(embedded.store, 'worker-1', 3, { at: after(107) });
		const test = testLocals(embedded.store, { origin, grants: [] });
		const { delays } = (await (await ask(statusRoute, '/', test)).json()) as Status;
		const of = (wanted: string): Status['delays'] => delays.filter((delay) => delay.survey === wanted);
		expect(of(survey).map(({ stage, p50, live }) => [stage, Math.round((p50 ?? Number.NaN) * 1000), live])).toEqual([
			['exposure to received', 60_000, 3],
			['received to known', 47_000, 3],
			['exposure to known', 107_000, 3],
		]);
		expect(of('lsst')).toHaveLength(3);
		for (const delay of of('lsst'))
			expect(delay).toMatchObject({ p50: null, p95: null, p99: null, live: 0, alerts: 1 });
		expect((await loadTonight(test, '2026-10-10')).delay.medianSeconds).toBeNull();
	});
});

describe('small tables as files', () => {
	it('give one alert field by field, with unit and meaning', async () => {
		const params = { survey: 'lsst', alertId: '8' };
		const rows = await csvOf(alertRoute, '', params);
		const byField = new Map(rows.map((row) => [row['field'], row]));
		expect(byField.size).toBe(rows.length);
		expect(byField.get('objectId')?.['value']).toBe('313853517229318149');
		expect(byField.get('ssoName')?.['value']).toBe('');
		expect(byField.get('ra')).toMatchObject({ value: '200', unit: 'deg' });
		expect(rows.every((row) => row['meaning'] !== '')).toBe(true);
	});
	it.each(['rates', 'writers', 'nights', 'nightCompleteness', 'delays', 'completeness', 'deadLetters', 'tables'])(
		'give the status: %s',
		async (table) => {
			const answer = await ask(statusRoute, `/?table=${table}&format=csv`, locals);
			expect(answer.status).toBe(200);
			const lines = (await answer.text()).trim().split('\r\n');
			expect(lines[0]?.split(',').length).toBeGreaterThan(1);
			expect(lines.filter((line) => line === lines[0])).toHaveLength(1);
		},
	);
	it('ask which table of the status is meant', async () => {
		expect((await ask(statusRoute, '/?format=csv', locals)).status).toBe(400);
	});
	it('give the new objects of a night', async () => {
		const rows = await csvOf(tonightRoute, 'night=2026-11-19');
		expect(rows.map((row) => row['rank'])).toEqual(rows.map((_, i) => String(i + 1)));
		expect(rows[0]?.['why']).not.toBe('');
	});
});
