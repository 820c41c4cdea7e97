import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CORE_COLUMNS, ROW_COLUMNS } from '#clickhouse/read/columns.ts';
import { exportAlerts, exportObjects, OBJECT_COLUMNS } from '#clickhouse/read/export.ts';
import { readFacets } from '#clickhouse/read/facets.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { Facets } from '#lib/alert/facets.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../support/embeddedStore.ts';
import { publish, TEST_MJD, writeAlerts } from '../../support/alertRows.ts';

const scope: AccessScope = { origin: 'real', grants: [] };
const everything: SearchQuery = { kind: 'alerts', sort: 'mjd', descending: true, limit: 1 };

/** Alerts of four nights with magnitudes, scores and counts that follow from their number. */
const ALERTS = Array.from({ length: 400 }, (_, i) => ({
	alertId: BigInt(i + 1),
	objectId: `ZTF26a${String.fromCharCode(97 + (i % 26))}aaaaa`.slice(0, 12),
	mjd: TEST_MJD - (i % 4),
	mag: 14 + (i % 37) * 0.25,
	ra: (i * 7) % 360,
	dec: ((i * 3) % 160) - 80,
	columns: {
		reliability: (i % 20) / 20,
		n_detections: 1 + (i % 50),
		class: ['', 'star', 'bogus'][i % 3] ?? '',
		age: 0.2 * 1.025 ** i,
	},
}));

let embedded: EmbeddedStore;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
	await writeAlerts(embedded.store, [
		...ALERTS,
		{ alertId: 9001n, objectId: 'ZTF26zzzzzzz', programme: 'partnership', mag: 15, columns: { class: 'star' } },
		{ alertId: 9002n, objectId: 'ZTF26yyyyyyy', number: 2, mag: 15, columns: { class: 'star' } },
	]);
	await publish(embedded.store, 'worker-1', 1);
});
afterAll(async () => {
	await embedded.stop();
});

const facetsOf = async (query: Partial<SearchQuery>): Promise<Facets> =>
	readFacets(embedded.store, scope, { ...everything, ...query }, await readWatermark(embedded.store));
const total = (facets: Facets, name: string): number =>
	facets.facets.find((facet) => facet.name === name)?.bins.reduce((sum, bin) => sum + bin.alerts, 0) ?? NaN;

describe('facets', () => {
	it('count every public, published alert once in each', async () => {
		const facets = await facetsOf({});
		expect(facets.oneIn).toBe(1);
		expect(facets.windowFrom).toBe('2026-10-21');
		for (const name of ['mag', 'reliability', 'age', 'nDetections', 'night', 'class', 'survey'])
			expect([name, total(facets, name)]).toEqual([name, 400]);
		const classes = facets.facets.find(({ name }) => name === 'class')?.bins;
		expect(classes?.map(({ key, alerts }) => [key, alerts])).toEqual([
			['none', 134],
			['bogus', 133],
			['star', 133],
		]);
		const nights = facets.facets.find(({ name }) => name === 'night')?.bins;
		expect(nights?.map(({ key, alerts }) => [key, alerts])).toEqual([
			['2026-11-16', 100],
			['2026-11-17', 100],
			['2026-11-18', 100],
			['2026-11-19', 100],
		]);
	});

	it('stand each under the conditions of the others, never its own', async () => {
		const query = { magMin: 16, magMax: 18, class: ['star'], nDetectionsMin: 10 };
		const facets = await facetsOf(query);
		const ok = {
			mag: (a: (typeof ALERTS)[number]) => a.mag >= 16 && a.mag <= 18,
			class: (a: (typeof ALERTS)[number]) => a.columns.class === 'star',
			nDetections: (a: (typeof ALERTS)[number]) => a.columns.n_detections >= 10,
		};
		const expected = (...names: (keyof typeof ok)[]) => ALERTS.filter((a) => names.every((name) => ok[name](a))).length;
		expect(total(facets, 'mag')).toBe(expected('class', 'nDetections'));
		expect(total(facets, 'class')).toBe(expected('mag', 'nDetections'));
		expect(total(facets, 'nDetections')).toBe(expected('mag', 'class'));
		expect(total(facets, 'age')).toBe(expected('mag', 'class', 'nDetections'));
		expect(total(facets, 'survey')).toBe(expected('mag', 'class', 'nDetections'));
	});

	it('put each alert in the bar that holds its value', async () => {
		const facets = await facetsOf({});
		const values = {
			mag: (a: (typeof ALERTS)[number]) => a.mag,
			nDetections: (a: (typeof ALERTS)[number]) => a.columns.n_detections,
			reliability: (a: (typeof ALERTS)[number]) => Math.fround(a.columns.reliability),
			age: (a: (typeof ALERTS)[number]) => Math.fround(a.columns.age),
		};
		for (const [name, valueOf] of Object.entries(values)) {
			const bins = facets.facets.find((facet) => facet.name === name)?.bins ?? [];
			for (const bin of bins) {
				const inside = ALERTS.filter(
					(a) => valueOf(a) >= bin.from * (1 - 1e-7) && valueOf(a) < bin.to * (1 - 1e-7),
				).length;
				expect([name, bin.from, bin.alerts]).toEqual([name, bin.from, inside]);
			}
		}
	});

	it('of several brushes at once are what each count alone would be', async () => {
		type Alert = (typeof ALERTS)[number];
		const nights = ['2026-11-19', '2026-11-18', '2026-11-17', '2026-11-16'];
		const nightOfAlert = (a: Alert): string => nights[Math.round(TEST_MJD - a.mjd)] ?? '';
		const ok: Record<string, (a: Alert) => boolean> = {
			mag: (a) => a.mag >= 15 && a.mag <= 20,
			reliability: (a) => a.columns.reliability >= 0.25,
			age: (a) => Math.fround(a.columns.age) <= 100,
			night: (a) => nightOfAlert(a) >= '2026-11-18',
			class: (a) => a.columns.class !== 'star',
		};
		const facets = await facetsOf({
			magMin: 15,
			magMax: 20,
			reliabilityMin: 0.25,
			ageMax: 100,
			nightFrom: '2026-11-18',
			class: ['none', 'bogus'],
		});
		const without = (name: string): Alert[] =>
			ALERTS.filter((a) => Object.entries(ok).every(([other, holds]) => other === name || holds(a)));
		for (const name of ['mag', 'reliability', 'age', 'nDetections', 'night', 'class', 'survey'])
			expect([name, total(facets, name)]).toEqual([name, without(name).length]);
		const bars = facets.facets.find(({ name }) => name === 'night')?.bins ?? [];
		expect(bars.map(({ key, alerts }) => [key, alerts])).toEqual(
			[...nights]
				.sort()
				.map((night) => [night, without('night').filter((a) => nightOfAlert(a) === night).length])
				.filter(([, alerts]) => alerts !== 0),
		);
		const classes = facets.facets.find(({ name }) => name === 'class')?.bins ?? [];
		expect(classes.map(({ key }) => key)).toEqual(['none', 'bogus', 'star']);
	});

	it('of nights keep the usual bars while nights within them are chosen, else show those around', async () => {
		expect((await facetsOf({ nightFrom: '2026-11-18' })).bars).toEqual({ from: '2026-10-21', to: '2026-11-19' });
		expect((await facetsOf({ nightFrom: '2026-10-01', nightTo: '2026-10-03' })).bars).toEqual({
			from: '2026-09-17',
			to: '2026-10-17',
		});
		expect((await facetsOf({ nightFrom: '2026-01-01', nightTo: '2026-03-31' })).bars).toEqual({
			from: '2025-12-31',
			to: '2026-04-01',
		});
		expect((await facetsOf({ mjdFrom: TEST_MJD - 0.5 })).bars).toEqual({ from: '2026-10-21', to: '2026-11-19' });
		expect((await facetsOf({})).bars).toBeNull();
	});

	it('of times count by the time, not by its night', async () => {
		const facets = await facetsOf({ mjdFrom: TEST_MJD - 1.5, mjdTo: TEST_MJD - 0.5 });
		expect(total(facets, 'mag')).toBe(100);
		expect(total(facets, 'night')).toBe(400);
	});

	it('leave the window out where a night or a place is named', async () => {
		expect((await facetsOf({ nightFrom: '2026-11-18' })).windowFrom).toBeNull();
		expect(total(await facetsOf({ nightFrom: '2026-11-18' }), 'mag')).toBe(200);
		expect((await facetsOf({ cone: { ra: 0, dec: -80, radiusArcsec: 10 } })).windowFrom).toBeNull();
	});
});

const python = process.env['NIGHTJAR_PYTHON'] ?? '/usr/bin/python3';
const hasAstropy = spawnSync(python, ['-c', 'import astropy.io.votable']).status === 0;
const hasStilts = spawnSync('stilts', ['-version']).status === 0;

describe('VOTables', () => {
	const read = async (kind: 'alerts' | 'objects', all = false): Promise<string> => {
		const watermark = await readWatermark(embedded.store);
		const request = { format: 'votable' as const, watermark, sorted: true };
		const table =
			kind === 'alerts'
				? await exportAlerts(embedded.store, scope, everything, {
						...request,
						columns: all ? CORE_COLUMNS : ROW_COLUMNS,
					})
				: await exportObjects(embedded.store, scope, { ...everything, kind }, { ...request, columns: OBJECT_COLUMNS });
		return table.header + (await text(table.body)) + table.trailer;
	};

	it('hold every row with exact ids, units and empty cells for what is absent', async () => {
		const document = await read('alerts');
		expect(document.match(/<TR>/g)).toHaveLength(400);
		expect(document).toContain('<FIELD name="alertId" datatype="long" ucd="meta.id;meta.main">');
		expect(document).toContain('<FIELD name="ra" datatype="double" unit="deg" ucd="pos.eq.ra;meta.main" ref="icrs">');
		expect(document).toContain('<TD></TD>');
		expect(document.trimEnd().endsWith('</VOTABLE>')).toBe(true);
	});

	it.skipIf(!hasAstropy).each(['alerts', 'objects'] as const)('of %s are read by astropy as they are', async (kind) => {
		const folder = mkdtempSync(join(tmpdir(), 'nightjar-votable-'));
		try {
			const path = join(folder, 'table.vot');
			writeFileSync(path, await read(kind, true));
			const script = [
				'import sys, json, warnings',
				'warnings.simplefilter("error")',
				'from astropy.io.votable import parse_single_table',
				't = parse_single_table(sys.argv[1], verify="exception").to_table()',
				'print(json.dumps({"rows": len(t), "id": str(t[0]["alertId" if "alertId" in t.colnames else "lastAlertId"]), "unit": str(t["ra"].unit)}))',
			].join('\n');
			const found = JSON.parse(execFileSync(python, ['-c', script, path], { encoding: 'utf8' })) as Record<
				string,
				unknown
			>;
			expect(found).toMatchObject({ rows: kind === 'alerts' ? 400 : 26, unit: 'deg' });
			expect(found['id']).toMatch(/^\d+$/);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it.skipIf(!hasStilts)('are valid for votlint', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'nightjar-votable-'));
		try {
			for (const kind of ['alerts', 'objects'] as const) {
				const path = join(folder, `${kind}.vot`);
				writeFileSync(path, await read(kind, true));
				const { stdout, stderr } = spawnSync('stilts', ['votlint', path], { encoding: 'utf8' });
				expect([kind, stdout.trim(), stderr.trim()]).toEqual([kind, '', '']);
			}
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});
