// Streams as readers find them: the filters that come with Nightjar run on what arrives, and their counts are those of the hits.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stream } from '#lib/server/streams.ts';
import { loadStreams } from '#lib/server/streams.ts';
import { FilterStage } from '#server/ingest/filter/stage.ts';
import { storeSystemFilters } from '#server/ingest/filter/storeSystem.ts';
import { SYSTEM_FILTERS } from '#server/ingest/filter/system.ts';
import { GET as hits } from '../../src/routes/api/v1/filters/[id]/hits/+server.ts';
import { GET as streams } from '../../src/routes/api/v1/streams/+server.ts';
import { startEmbeddedStore } from '../support/embeddedStore.ts';
import { ingestAlerts } from '../support/memoryIngest.ts';
import { simulatedAlerts } from '../support/packetAlerts.ts';
import { ask, testLocals } from '../support/route.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
const HIDDEN = 5;
let total = 0;

const locals = () => testLocals(embedded.store, { origin: 'simulated', grants: [] });

async function read(): Promise<Stream[]> {
	const response = await ask(streams, '/api/v1/streams', locals());
	expect(response.status).toBe(200);
	return ((await response.json()) as { streams: Stream[] }).streams;
}

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	expect(await storeSystemFilters(embedded.store)).toBeGreaterThan(SYSTEM_FILTERS.length);
	// a second start stores nothing again
	expect(await storeSystemFilters(embedded.store)).toBe(0);
	const alerts = await simulatedAlerts({ survey: 'ztf', seed: 5, count: 120 });
	const shown = alerts.map((alert, i) => (i < HIDDEN ? { ...alert, programme: 'partnership' } : alert));
	total = shown.filter(({ programme }) => programme === 'public').length;
	await ingestAlerts({
		store: embedded.store,
		alerts: shown,
		options: { filters: new FilterStage(embedded.store, { writer: 'test' }) },
	});
}, 400_000);
afterAll(async () => {
	await embedded.stop();
});

describe('the streams', () => {
	it('are each survey whole and the filters with a topic, with the public alerts of each night', async () => {
		const all = await read();
		expect(all.map(({ topic }) => topic)).toEqual(['ztf', ...SYSTEM_FILTERS.map(({ topic }) => topic).sort()]);
		expect(all[0]).toMatchObject({ group: 'surveys', filterId: null, alerts: total, waitsFor: [] });
		for (const stream of all) {
			expect(stream.nights).toHaveLength(14);
			expect(stream.nights.reduce((sum, night) => sum + night.hits, 0)).toBe(stream.alerts);
		}
	});

	it('of Babamul hold each alert that goes out once, and count what the API lists', async () => {
		const babamul = (await read()).filter(({ topic }) => topic.startsWith('babamul.ztf.'));
		expect(babamul).toHaveLength(6);
		const ids: string[] = [];
		for (const { filterId, alerts } of babamul) {
			const response = await ask(hits, `/api/v1/filters/${filterId ?? ''}/hits?limit=1000`, locals(), {
				params: { id: filterId ?? '' },
			});
			const page = (await response.json()) as { rows: { alert: { alertId: string } }[]; total: number };
			expect(page.total).toBe(alerts);
			ids.push(...page.rows.map(({ alert }) => alert.alertId));
		}
		expect(new Set(ids).size).toBe(ids.length);
		expect(ids.length).toBeGreaterThan(total / 2);
		expect(ids.length).toBeLessThanOrEqual(total);
	});

	it('say what of their rule is not installed', async () => {
		const all = await read();
		const waits = (topic: string) => all.find((one) => one.topic === topic)?.waitsFor;
		expect(waits('babamul.ztf.no-lsst-match.hosted')).toEqual([]);
		expect(waits('fink.ztf.rrlyr')).toContain('catalogue SIMBAD');
		expect(waits('fink.ztf.superluminous')).toContain('model fink_slsn');
	});

	it('are shown with rule, blocks, source and newest alerts; an unknown one is none', async () => {
		const page = await loadStreams(locals(), 'babamul.ztf.no-lsst-match.stellar');
		expect(page.kafka.topic).toBe('nightjar.simulated.babamul.ztf.no-lsst-match.stellar');
		expect(page.chosen?.text).toContain('alert.stellar');
		expect(page.chosen?.source).toContain('Differs:');
		expect(Object.keys(page.chosen?.blocks ?? {})).toEqual(['babamul.ztf@1']);
		expect(page.chosen?.newest.length).toBeGreaterThan(0);
		const whole = await loadStreams(locals(), undefined);
		expect(whole.chosen).toMatchObject({ topic: 'ztf', text: '', newest: { length: 6 } });
		await expect(loadStreams(locals(), 'no.such')).rejects.toMatchObject({ status: 404 });
	});

	it('come as a table', async () => {
		const response = await ask(streams, '/api/v1/streams?format=csv', locals());
		const lines = (await response.text()).trim().split('\r\n');
		expect(lines[0]).toBe('topic,group,name,surveys,filterId,alerts,waitsFor,meaning');
		expect(lines).toHaveLength(SYSTEM_FILTERS.length + 2);
	});
});
