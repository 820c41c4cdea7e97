import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import type { Catalog } from '#lib/alert/catalog.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { readCatalogs } from '#clickhouse/read/catalogs.ts';
import { readAssociations, readCrossmatches } from '#clickhouse/read/objectMatches.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertCatalog, insertSources } from '#clickhouse/write/crossmatch.ts';
import { ensureShipped, ensureSimulated, shippedCatalogs } from '#server/catalog/builtIn.ts';
import { removeCatalog } from '#server/catalog/load.ts';
import { rematch } from '#server/catalog/rematch.ts';
import { createSimulation } from '#server/simulate/index.ts';
import { makeAlert } from '../../support/alerts.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../support/embeddedStore.ts';
import { ingestAlerts } from '../../support/memoryIngest.ts';

let embedded: EmbeddedStore;
let store: Store;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	store = embedded.store;
});
afterAll(() => embedded.stop());

const open = { origin: 'real', grants: [] } as const;
const signal = new AbortController().signal;
const options = { codeVersion: 'test', catalogs: null, signal };
const catalog = (name: string, release: string): Omit<Catalog, 'addedAt'> => ({
	name,
	release,
	origin: 'real',
	description: '',
	licence: '',
	citation: '',
	sourceUrl: '',
	radiusArcsec: 2,
	radiusKpc: 0,
	nearRadiusArcsec: 0,
	columns: [],
	rows: 1,
	sha256: '',
});

let id = 2_700_000_000_000_000_000n;
function alert(objectId: string, ra: number, over: Partial<Alert> = {}): Alert {
	id += 1n;
	const fields = (findSurvey(over.survey ?? 'ztf')?.fields ?? []).map(() => null);
	return makeAlert({ alertId: id, objectId, fields, ra, dec: 20, mjd: 61_000, ...over });
}
const source = (sourceId: string, ra: number) => ({
	sourceId,
	ra,
	dec: 20,
	mag: 17,
	redshift: 0.02,
	numbers: { parallax: 1.5 },
	texts: { type: 'SN Ia' },
});
const LONG_AGO = Date.now() - 3_600_000;

describe('matches of an object', () => {
	it('tell a match from none and from not done, for the newest release, with what is known of the source', async () => {
		await insertSources(store, catalog('Stars', 'dr1'), [source('star 1', 10)], 'a');
		await insertCatalog(store, catalog('Stars', 'dr1'), LONG_AGO);
		await ingestAlerts({ store, alerts: [alert('ZTF26one', 10.0001), alert('ZTF26two', 11)] });
		const one = await readCrossmatches(store, open, { survey: 'ztf', objectId: 'ZTF26one' });
		expect(one).toMatchObject([
			{
				catalog: 'Stars',
				release: 'dr1',
				state: 'matched',
				loaded: true,
				radiusArcsec: 2,
				matches: [{ sourceId: 'star 1', mag: 17, columns: { type: 'SN Ia', parallax: 1.5 } }],
			},
			{
				catalog: 'TNS',
				release: '',
				state: 'notDone',
				reason: 'the TNS list is not loaded',
				loaded: false,
				matches: [],
			},
		]);
		expect(one[0]?.matches[0]?.redshift).toBeCloseTo(0.02, 6);
		expect(one[0]?.matches[0]?.sepArcsec).toBeCloseTo(0.338, 2);
		const two = await readCrossmatches(store, open, { survey: 'ztf', objectId: 'ZTF26two' });
		expect(two.map(({ catalog: name, state }) => [name, state])).toEqual([
			['Stars', 'none'],
			['TNS', 'notDone'],
		]);
	});

	it('are hidden with the alerts of a programme that the reader may not see', async () => {
		await ingestAlerts({ store, alerts: [alert('ZTF26hidden', 10, { programme: 'caltech' })], partition: '/h' });
		const object = { survey: 'ztf', objectId: 'ZTF26hidden' };
		expect((await readCrossmatches(store, open, object)).every(({ state }) => state === 'notDone')).toBe(true);
		const granted = { origin: 'real', grants: [{ survey: 'ztf', programme: 'caltech' }] } as const;
		expect((await readCrossmatches(store, granted, object))[0]).toMatchObject({ catalog: 'Stars', state: 'matched' });
	});

	it('of other surveys are listed where both sides may be seen', async () => {
		await ingestAlerts({
			store,
			alerts: [alert('8111', 10, { survey: 'lsst' }), alert('8222', 10, { survey: 'lsst', mjd: 61_001 })],
			partition: '/l',
		});
		const near = await readAssociations(store, open, { survey: 'lsst', objectId: '8111' });
		expect(near.map(({ survey, objectId }) => [survey, objectId])).toEqual([['ztf', 'ZTF26one']]);
		const granted = { origin: 'real', grants: [{ survey: 'ztf', programme: 'caltech' }] } as const;
		const more = await readAssociations(store, granted, { survey: 'lsst', objectId: '8111' });
		expect(more.map(({ objectId }) => objectId)).toEqual(['ZTF26hidden', 'ZTF26one']);
		const back = await readAssociations(store, open, { survey: 'ztf', objectId: 'ZTF26one' });
		expect(back.map(({ objectId }) => objectId)).toEqual(['8111', '8222']);
	});
});

describe('a re-match', () => {
	it('gives stored objects their matches with a catalogue that came later, beside the old attempts', async () => {
		await insertSources(store, catalog('TNS', '2026-11-19'), [source('SN 2026abc', 11)], 'a');
		await insertCatalog(store, catalog('TNS', '2026-11-19'), Date.now() - 1000);
		const object = { survey: 'ztf', objectId: 'ZTF26two' };
		const [, before] = await readCrossmatches(store, open, object);
		expect(before).toMatchObject({ catalog: 'TNS', state: 'notDone', loaded: true });
		expect(before?.reason).toMatch(/was not matched with it: it was loaded later/);
		const outcome = await rematch(store, { ...options, catalogs: ['TNS'] });
		expect(outcome).toMatchObject({ done: 5, total: 5, matched: 1 });
		const [after] = await readCrossmatches(store, open, object);
		expect(after).toMatchObject({ catalog: 'TNS', state: 'matched', matches: [{ sourceId: 'SN 2026abc' }] });
		const writers = await store.query(
			`SELECT DISTINCT toString(writer) AS writer FROM crossmatch_runs WHERE catalog = 'TNS'`,
		);
		expect(writers).toEqual([{ writer: 'rematch' }]);
		await expect(rematch(store, { ...options, catalogs: ['Nothing'] })).rejects.toThrow(/no catalogue "Nothing"/);
	});

	it('that was killed is finished under its number and goes on behind it; nothing is doubled', async () => {
		const alerts = Array.from({ length: 5200 }, (_, i) =>
			alert(`ZTF26many${String(i).padStart(5, '0')}`, (i * 0.05) % 360, { dec: 40 }),
		);
		await ingestAlerts({ store, alerts, partition: '/many', options: { stages: [] } });
		// dies after the first inserts of its first batch
		const dying: Store = {
			...store,
			insert: async (table, columns, rows, token) => {
				if (table === 'ingest_log' && token.includes(':published')) throw new Error('killed');
				await store.insert(table, columns, rows, token);
			},
		};
		await expect(rematch(dying, { ...options, catalogs: ['TNS'] })).rejects.toThrow('killed');
		const seen: number[] = [];
		const outcome = await rematch(store, {
			...options,
			catalogs: ['TNS'],
			onProgress: ({ done }) => seen.push(done),
		});
		expect(outcome.done).toBe(5205);
		expect(seen).toEqual([5205]);
		const [counts] = await store.query<{ n: string; objects: string }>(
			`SELECT count() AS n, uniqExact(survey, object_id, programme) AS objects FROM crossmatch_runs WHERE catalog = 'TNS' AND writer = 'rematch' AND number > 1`,
		);
		expect(counts).toEqual({ n: '5205', objects: '5205' });
		// done: the next one begins anew
		const again = await rematch(store, { ...options, catalogs: ['TNS'] });
		expect(again.done).toBe(5205);
	});
});

describe('catalogues that come with Nightjar', () => {
	it('are loaded once, hold known places, and stay away when removed', async () => {
		expect(await ensureShipped(store)).toEqual(['BrightStars', 'DeepSky']);
		expect(await ensureShipped(store)).toEqual([]);
		const listed = (await readCatalogs(store)).filter(({ licence }) => licence === 'BSD-3-Clause');
		expect(listed.map(({ name, rows }) => [name, rows])).toEqual([
			['BrightStars', 5044],
			['DeepSky', 12_137],
		]);
		const sources = new Map(shippedCatalogs().flatMap((entry) => entry.sources.map((s) => [s.sourceId, s] as const)));
		// ICRS of SIMBAD
		expect(sources.get('HIP 32349')).toMatchObject({ texts: { name: 'Sirius' } });
		expect(sources.get('HIP 32349')?.ra).toBeCloseTo(101.2872, 2);
		expect(sources.get('NGC 5194')).toMatchObject({ texts: { type: 'spiral galaxy', other: 'M 51' } });
		expect(sources.get('NGC 5194')?.dec).toBeCloseTo(47.195, 2);
		await removeCatalog(store, 'DeepSky');
		expect(await ensureShipped(store)).toEqual([]);
	});

	it('of the simulator are of its origin, match its alerts, and are made again before their nights run out', async () => {
		const simulation = createSimulation({ seed: 5, alertsPerNight: 40 });
		const now = Date.parse('2026-11-19T06:00:00Z');
		expect(await ensureSimulated(store, simulation, now)).toBe(true);
		expect(await ensureSimulated(store, simulation, now + 40 * 86_400_000)).toBe(false);
		const listed = (await readCatalogs(store)).filter(({ origin }) => origin === 'simulated');
		expect(listed.map(({ name }) => name)).toEqual(['SimGalaxies', 'SimStars']);
		expect(listed[0]?.rows).toBeGreaterThan(10);
		expect(await ensureSimulated(store, simulation, now + 44 * 86_400_000)).toBe(true);
		const newer = (await readCatalogs(store)).find(({ name }) => name === 'SimGalaxies');
		expect(newer?.release).not.toBe(listed[0]?.release);
	});
});
