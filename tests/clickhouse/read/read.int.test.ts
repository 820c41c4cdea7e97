import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countAlerts, readAlert, readNewAlerts, readObjectAlerts, searchAlerts } from '#clickhouse/read/alerts.ts';
import { readCutout } from '#clickhouse/read/cutout.ts';
import { readLightCurve, readSparklines } from '#clickhouse/read/lightCurve.ts';
import { readNewObjects, readNewestNight, readNightHistogram, readNights } from '#clickhouse/read/nights.ts';
import { readObject, summaryOfAlerts } from '#clickhouse/read/objects.ts';
import { countObjects, searchObjects } from '#clickhouse/read/searchObjects.ts';
import { readNeighbours } from '#clickhouse/read/fewObjects.ts';
import { readOrigins } from '#clickhouse/read/origins.ts';
import { readTileDensity, readWideDensity } from '#clickhouse/read/hips.ts';
import { readCells, readDensity, readSkyColumns, readSkyIds, SKY_LEGEND } from '#clickhouse/read/sky.ts';
import { readStatus } from '#clickhouse/read/status.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import type { Keyset } from '#clickhouse/read/conditions.ts';
import { ipixOf } from '#lib/astro/healpix.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../support/embeddedStore.ts';
import { publish, TEST_MJD, writeAlerts, writePoints } from '../../support/alertRows.ts';

const scope: AccessScope = { origin: 'real', grants: [] };
const everything: SearchQuery = { kind: 'alerts', sort: 'mjd', descending: true, limit: 100 };
const BIG = 170587115523932323n;

let embedded: EmbeddedStore;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const { store } = embedded;
	await writeAlerts(store, [
		{ alertId: BIG, objectId: 'ZTF26aaaaaaa', cutouts: true, mag: 19 },
		{
			alertId: BIG + 1n,
			objectId: 'ZTF26aaaaaaa',
			mjd: TEST_MJD + 0.1,
			mag: 18.6,
			ra: 150.00001,
			columns: { n_detections: 2, first_mjd: TEST_MJD },
		},
		{ alertId: 11n, objectId: 'ZTF26aaaaaab', ra: 150.003, dec: 2.001, mag: null },
		{ alertId: 12n, objectId: 'ZTF26aaaaaac', ra: 359.9999, dec: 0, mag: 17.5, mjd: TEST_MJD - 1 },
		{ alertId: 13n, objectId: 'ZTF26aaaaaad', ra: 0.0001, dec: 0, mag: 17.2, mjd: TEST_MJD - 1 },
		{ alertId: 14n, objectId: 'ZTF26aaaaaae', ra: 10, dec: 90, mag: 16 },
		// the same number in another survey is another alert
		{ survey: 'lsst', alertId: 11n, objectId: '170587115523932323', ra: 200, dec: -30, mag: 23, band: 'i' },
		{ alertId: 99n, objectId: 'ZTF26aaaaazz', number: 2, ra: 80 },
	]);
	await publish(store, 'worker-1', 1);
});

afterAll(async () => {
	await embedded.stop();
});

describe('one alert', () => {
	it('has exact ids, absent values as null, its cutouts and provenance', async () => {
		const alert = await readAlert(embedded.store, scope, 'ztf', BIG);
		expect(alert).toMatchObject({
			alertId: '170587115523932323',
			mag: 19,
			starScore: null,
			ssoName: null,
			origin: 'real',
			night: '2026-11-19',
		});
		expect(alert?.knownAt).toBe('2026-11-19T06:00:01.000Z');
		expect(alert?.cutouts).toEqual(['science', 'template', 'difference']);
		expect(alert?.provenance).toMatchObject({ writer: 'worker-1', number: '1', source: 'test.avro' });
		expect(alert?.core['hpx29']).toMatch(/^\d{18,19}$/);
		expect(await readAlert(embedded.store, scope, 'lsst', BIG)).toBeNull();
	});

	it('gives cutouts as they came', async () => {
		const found = await readCutout(embedded.store, scope, { survey: 'ztf', alertId: BIG, kind: 'template' });
		expect(found.state === 'found' && Buffer.from(found.bytes).toString()).toBe('template bytes');
		expect(await readCutout(embedded.store, scope, { survey: 'ztf', alertId: 11n, kind: 'science' })).toEqual({
			state: 'noCutout',
		});
		expect(await readCutout(embedded.store, scope, { survey: 'ztf', alertId: 5n, kind: 'science' })).toEqual({
			state: 'noAlert',
		});
	});
});

describe('objects', () => {
	it('are summed over their alerts', async () => {
		const object = await readObject(embedded.store, scope, { survey: 'ztf', objectId: 'ZTF26aaaaaaa' });
		expect(object).toMatchObject({
			nAlerts: 2,
			nDetections: 2,
			lastAlertId: String(BIG + 1n),
			firstMjd: TEST_MJD,
			lastMjd: TEST_MJD + 0.1,
		});
		expect(object?.magMin).toBeCloseTo(18.6, 5);
		const alerts = await readObjectAlerts(embedded.store, scope, 'ztf', 'ZTF26aaaaaaa');
		expect(alerts.map((alert) => alert.alertId)).toEqual([String(BIG + 1n), String(BIG)]);
	});

	it('tell by their running summary what their alerts tell', async () => {
		const objects = await embedded.store.query<{ survey: string; objectId: string }>(
			`SELECT DISTINCT survey, object_id AS objectId FROM objects WHERE origin = 'real' AND programme = 'public'`,
		);
		expect(objects.length).toBeGreaterThan(3);
		for (const object of objects) {
			const alerts = await readObjectAlerts(embedded.store, scope, object.survey, object.objectId);
			expect(await readObject(embedded.store, scope, object)).toEqual(summaryOfAlerts(alerts));
		}
		expect(await readObject(embedded.store, scope, { survey: 'ztf', objectId: 'ZTF00nothing' })).toBeNull();
	});

	it('have neighbours, across RA 0 too', async () => {
		const near = await readNeighbours(embedded.store, scope, { ra: 0, dec: 0, radiusArcsec: 5 });
		expect(near.map((entry) => entry.object.objectId)).toEqual(['ZTF26aaaaaad', 'ZTF26aaaaaac']);
		expect(near[0]?.sepArcsec).toBeCloseTo(0.36, 3);
		expect(near[0]?.paDeg).toBeCloseTo(90, 3);
		const rest = await readNeighbours(embedded.store, scope, {
			ra: 150,
			dec: 2,
			radiusArcsec: 60,
			except: { survey: 'ztf', objectId: 'ZTF26aaaaaaa' },
		});
		expect(rest.map((entry) => entry.object.objectId)).toEqual(['ZTF26aaaaaab']);
	});
});

describe('searches', () => {
	it('see published alerts only, and count them exactly', async () => {
		const page = await searchAlerts(embedded.store, scope, everything);
		expect(page.rows.map((row) => row.alertId)).not.toContain('99');
		expect(page.total).toBe(7);
		expect(page.rows).toHaveLength(7);
	});

	it.each(['mjd', 'mag', 'reliability', 'nDetections', 'age', 'ra', 'dec'] as const)(
		'page through a list sorted by %s without a gap or a repeat',
		async (sort) => {
			for (const descending of [true, false]) {
				const seen: string[] = [];
				let after: Keyset | undefined;
				for (let pages = 0; pages < 10; pages++) {
					const query: SearchQuery = { ...everything, sort, descending, limit: 2 };
					const page = await searchAlerts(embedded.store, scope, query, after === undefined ? {} : { after });
					seen.push(...page.rows.map((row) => `${row.survey}/${row.alertId}`));
					expect(page.total).toBe(7);
					if (page.next === null) break;
					after = page.next;
				}
				expect(seen).toHaveLength(7);
				expect(new Set(seen).size).toBe(7);
				if (sort === 'mag') expect(seen.at(-1)).toBe('ztf/11');
			}
		},
	);

	it('of objects give each once, and page', async () => {
		const first = await searchObjects(embedded.store, scope, {
			...everything,
			kind: 'objects',
			sort: 'mag',
			descending: false,
			limit: 4,
		});
		expect(first.total).toBe(6);
		expect(first.next).not.toBeNull();
		const second = await searchObjects(
			embedded.store,
			scope,
			{ ...everything, kind: 'objects', sort: 'mag', descending: false, limit: 4 },
			first.next === null ? {} : { after: first.next },
		);
		expect([...first.rows, ...second.rows].map((row) => row.objectId)).toEqual([
			'ZTF26aaaaaae',
			'ZTF26aaaaaad',
			'ZTF26aaaaaac',
			'ZTF26aaaaaaa',
			'170587115523932323',
			'ZTF26aaaaaab',
		]);
		expect(second.next).toBeNull();
	});

	it.each(['mjd', 'mag', 'reliability', 'nDetections', 'age', 'ra', 'dec'] as const)(
		'of all objects and of matching ones page alike by %s',
		async (sort) => {
			for (const narrowed of [{}, { ageMin: 0 }]) {
				const seen: string[] = [];
				let after: Keyset | undefined;
				for (let pages = 0; pages < 10; pages++) {
					const query: SearchQuery = { ...everything, ...narrowed, kind: 'objects', sort, descending: true, limit: 2 };
					const page = await searchObjects(embedded.store, scope, query, after === undefined ? {} : { after });
					seen.push(...page.rows.map((row) => `${row.survey}/${row.objectId}`));
					expect(page.total).toBe(6);
					if (page.next === null) break;
					after = page.next;
				}
				expect(seen).toHaveLength(6);
				expect(new Set(seen).size).toBe(6);
				expect(seen).not.toContain('ztf/ZTF26aaaaazz');
			}
		},
	);

	it('find what is in a cone, at the pole and with its separation', async () => {
		const pole = await searchAlerts(embedded.store, scope, {
			...everything,
			sort: 'sep',
			descending: false,
			cone: { ra: 250, dec: 90, radiusArcsec: 1 },
		});
		expect(pole.rows.map((row) => row.alertId)).toEqual(['14']);
		const cone = { ra: 150, dec: 2, radiusArcsec: 12 };
		const objects = await searchObjects(embedded.store, scope, {
			...everything,
			kind: 'objects',
			sort: 'sep',
			descending: false,
			cone,
		});
		expect(objects.rows.map((row) => row.objectId)).toEqual(['ZTF26aaaaaaa', 'ZTF26aaaaaab']);
		expect(objects.rows[1]?.sepArcsec).toBeGreaterThan(11);
	});

	it('count all that a narrow cone holds, though a page shows fewer', async () => {
		const cone = { ra: 150, dec: 2, radiusArcsec: 12 };
		for (const kind of ['objects', 'alerts'] as const) {
			const search = kind === 'objects' ? searchObjects : searchAlerts;
			const all = await search(embedded.store, scope, { ...everything, kind, cone, limit: 100 });
			expect([kind, all.total, all.next]).toEqual([kind, all.rows.length, null]);
			expect(all.total).toBeGreaterThan(1);
			const one = await search(embedded.store, scope, { ...everything, kind, cone, limit: 1 });
			expect([kind, one.rows.length, one.total]).toEqual([kind, 1, all.total]);
		}
	});

	it('filter on every condition', async () => {
		const ids = async (query: Partial<SearchQuery>): Promise<string[]> =>
			(await searchAlerts(embedded.store, scope, { ...everything, ...query })).rows.map((row) => row.alertId).sort();
		expect(await ids({ magMax: 17.3 })).toEqual(['13', '14']);
		expect(await ids({ magMin: 20 })).toEqual(['11']);
		expect(await ids({ nightTo: '2026-11-18' })).toEqual(['11', '12', '13']);
		expect(await ids({ survey: 'lsst' })).toEqual(['11']);
		expect(await ids({ band: 'i' })).toEqual(['11']);
		expect(await ids({ nDetectionsMin: 2 })).toEqual([String(BIG + 1n)]);
		expect(await ids({ alertId: BIG })).toEqual([String(BIG)]);
		expect(await ids({ class: ['none'] })).toHaveLength(7);
		expect(await ids({ class: ['snia'] })).toEqual([]);
		expect(await ids({ mjdFrom: TEST_MJD + 0.05 })).toEqual([String(BIG + 1n)]);
		expect(await ids({ reliabilityMax: 0.5 })).toEqual([]);
		expect(await ids({ ageMax: 0 })).toHaveLength(7);
		expect(await ids({ objectId: "' OR 1=1 --" })).toEqual([]);
	});

	it('count by night from the summary as the alerts themselves do', async () => {
		const query: SearchQuery = { ...everything, nightFrom: '2026-11-18', nightTo: '2026-11-18', survey: 'ztf' };
		expect(await countAlerts(embedded.store, scope, query)).toBe(2);
		expect(await countAlerts(embedded.store, scope, { ...query, magMax: 40 })).toBe(2);
		expect(await countObjects(embedded.store, scope, query)).toBe(2);
	});
});

describe('the light curve', () => {
	const point = (values: Record<string, unknown>): Record<string, unknown> => ({
		survey: 'ztf',
		object_id: 'ZTF26aaaabcd',
		kind: 'detection',
		source_id: 501,
		band: 'g',
		mjd: 61000,
		time_received: 61000,
		exposure_assumed: false,
		point_key: 1,
		value_hash: 1,
		ra: 1,
		dec: 1,
		psf_flux: 100,
		psf_flux_err: 10,
		mag: 26.4,
		mag_err: 0.1,
		limit_mag: 27,
		positive: true,
		programme: 'public',
		origin: 'real',
		alert_id: 600,
		alert_mjd: 61010,
		own: false,
		writer: 'worker-1',
		number: 1,
		known_at: '2026-11-19 06:00:01.000',
		...values,
	});

	it('shows the own measurement, else that of the greatest packet, whatever came first', async () => {
		await writePoints(
			embedded.store,
			[
				point({ mag: 1, alert_id: 700, alert_mjd: 61020 }),
				point({ mag: 2, alert_id: 501, alert_mjd: 61000, own: true }),
				point({ mag: 3, alert_id: 600 }),
				point({ point_key: 2, mjd: 61001, mag: 4, alert_id: 600, source_id: 0 }),
				point({ point_key: 2, mjd: 61001, mag: 5, alert_id: 601, source_id: 0 }),
				point({
					point_key: 3,
					mjd: 61002,
					kind: 'upperLimit',
					mag: null,
					psf_flux: null,
					source_id: 0,
					known_at: '2026-11-19 07:00:00.000',
					number: 5,
				}),
			].map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))),
		);
		const object = { survey: 'ztf', objectId: 'ZTF26aaaabcd' };
		const points = await readLightCurve(embedded.store, scope, object);
		expect(points.map((shown) => [shown.kind, shown.mag, shown.alertId, shown.sourceId])).toEqual([
			['detection', 2, '501', '501'],
			['detection', 5, null, null],
			['upperLimit', null, null, null],
		]);
		const known = await readLightCurve(embedded.store, scope, object, { asOf: { time: '2026-11-19T06:30:00Z' } });
		expect(known).toHaveLength(2);
		const published = await readLightCurve(embedded.store, scope, object, {
			asOf: { watermark: { 'worker-1': '1' }, upToMjd: 61000.5 },
		});
		expect(published.map((shown) => shown.mag)).toEqual([2]);
		const [sparkline] = await readSparklines(embedded.store, scope, [object]);
		expect(sparkline?.points.map((shown) => shown.mjd)).toEqual([61000, 61001, 61002]);
	});
});

describe('nights and sky', () => {
	it('are counted per survey', async () => {
		expect(await readNewestNight(embedded.store, scope)).toBe('2026-11-19');
		const nights = await readNights(embedded.store, scope);
		expect(nights.map((night) => [night.night, night.survey, night.alerts, night.closed])).toEqual([
			['2026-11-19', 'ztf', 5, false],
			['2026-11-18', 'lsst', 1, false],
			['2026-11-18', 'ztf', 2, false],
		]);
		const histogram = await readNightHistogram(embedded.store, scope, '2026-11-19');
		expect(histogram[0]?.counts.reduce((sum, count) => sum + count, 0)).toBe(5);
		expect(await readOrigins(embedded.store, [])).toEqual(['real']);
	});

	it('give columns in a stable order with matching ids', async () => {
		const watermark = await readWatermark(embedded.store);
		const request = { query: everything, watermark, referenceMjd: TEST_MJD, limit: 1000 };
		const columns = await readSkyColumns(embedded.store, scope, request);
		const ids = await readSkyIds(embedded.store, scope, request);
		expect(columns.count).toBe(7);
		expect(ids.length).toBe(56);
		const list = [...new BigUint64Array(ids.buffer.slice(ids.byteOffset, ids.byteOffset + ids.length))];
		const at = list.indexOf(BIG + 1n);
		expect(columns.ra[at]).toBeCloseTo(150.00001, 4);
		expect(columns.age[at]).toBeCloseTo(-0.1, 4);
		expect(columns.mag[at]).toBeCloseTo(18.6, 4);
		const density = await readDensity(embedded.store, scope, { from: '2026-11-01', to: '2026-11-30' });
		expect(density.alerts.reduce((sum, count) => sum + count, 0)).toBe(8);
		const withIds = await readSkyColumns(embedded.store, scope, { ...request, ids: true });
		expect([...(withIds.ids ?? [])]).toEqual(list);
	});

	it('are counted by pixel, class and survey, as the plain density has them', async () => {
		const nights = { from: '2026-11-01', to: '2026-11-30' };
		const density = await readDensity(embedded.store, scope, nights);
		const cells = await readCells(embedded.store, scope, nights);
		const byPixel = new Map<number, number>();
		cells.ipix.forEach((ipix, row) => byPixel.set(ipix, (byPixel.get(ipix) ?? 0) + (cells.alerts[row] ?? 0)));
		expect([...byPixel.keys()]).toEqual(density.ipix);
		expect([...byPixel.values()]).toEqual(density.alerts);
		const surveys = new Set([...cells.survey].map((at) => SKY_LEGEND.surveys[at - 1]));
		expect(surveys).toEqual(new Set(['ztf', 'lsst']));
		expect(Math.max(...cells.night)).toBe(Date.parse('2026-11-19') / 86_400_000);
	});

	it('fill the tiles of the density HiPS, every alert in the pixel that holds it', async () => {
		const wide = await readWideDensity(embedded.store, scope);
		expect(wide.reduce((sum, count) => sum + count, 0)).toBe(8);
		const ipix = Number(ipixOf(3, 150.00001, 2));
		const tile = await readTileDensity(embedded.store, scope, { order: 3, ipix, depth: 7 });
		const below = wide.slice(ipix * 64, (ipix + 1) * 64).reduce((sum, count) => sum + count, 0);
		expect(tile.reduce((sum, count) => sum + count, 0)).toBe(below);
		expect(below).toBeGreaterThan(0);
	});

	it('are cut out by a polygon of great circles, over 0 h too, and by pixels', async () => {
		const watermark = await readWatermark(embedded.store);
		const found = async (query: Partial<SearchQuery>): Promise<number> =>
			(
				await readSkyColumns(embedded.store, scope, {
					query: { ...everything, ...query },
					watermark,
					referenceMjd: TEST_MJD,
					limit: 1000,
				})
			).count;
		const around = (ra: number, dec: number, size: number) =>
			[
				[-1, -1],
				[1, -1],
				[1, 1],
				[0, 0.2],
				[-1, 1],
			].map(([x = 0, y = 0]) => ({ ra: (ra + x * size + 360) % 360, dec: dec + y * size }));
		const inCone = await found({ cone: { ra: 150, dec: 2, radiusArcsec: 600 } });
		expect(inCone).toBeGreaterThan(0);
		expect(await found({ polygon: around(150, 1.9, 1) })).toBe(inCone);
		expect(await found({ polygon: around(0, 0, 1) })).toBe(2);
		// the notch above the middle holds them
		expect(await found({ polygon: around(150, 1.5, 1) })).toBe(0);
		expect(await found({ cover: { order: 6, pixels: [Number(ipixOf(6, 150, 2))] } })).toBeGreaterThan(0);
		expect(await found({ cover: { order: 6, pixels: [0] } })).toBe(0);
	});

	it('offer candidates for the night', async () => {
		const { keys } = await readNewObjects(embedded.store, scope, {
			night: '2026-11-19',
			maxAgeDays: 3,
			minReliability: 0.65,
			limit: 10,
		});
		expect(keys.map((key) => key.objectId).slice(0, 2)).toEqual(['ZTF26aaaaaaa', 'ZTF26aaaaaae']);
	});
});

describe('new alerts', () => {
	it('follow from one watermark to the next', async () => {
		const from = { 'worker-1': '1' };
		expect(await readNewAlerts(embedded.store, scope, { from, to: from })).toEqual({ rows: [], reached: from });
		const news = await readNewAlerts(embedded.store, scope, { from, to: { 'worker-1': '2' } });
		expect(news.rows.map((row) => row.alertId)).toEqual(['99']);
		const all = await readNewAlerts(embedded.store, scope, { from: {}, to: { 'worker-1': '2' }, limit: 7 });
		expect(all.reached).toEqual({ 'worker-1': '1' });
		expect(all.rows).toHaveLength(7);
	});
});

describe('status', () => {
	it('keeps raw numbers for the operator', async () => {
		const open = await readStatus(embedded.store, scope, { version: '1', operator: false });
		expect(open.tables).toEqual([]);
		expect(open.writers).toMatchObject([{ writer: 'worker-1', number: '1', unfinishedBatch: false }]);
		expect(open.store.schema).toBeGreaterThan(0);
		const full = await readStatus(embedded.store, scope, { version: '1', operator: true });
		expect(full.tables.find((table) => table.table === 'alerts')?.rows).toBeGreaterThanOrEqual(8);
	});
});
