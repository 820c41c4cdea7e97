import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import nightRowsSql from '#clickhouse/queries/night_rows.sql?raw';
import { sampleErrorPercent, type Facets } from '#lib/alert/facets.ts';
import type { Store } from '#clickhouse/store.ts';
import { GET as facetsRoute } from '../../src/routes/api/v1/facets/+server.ts';
import { publish } from '../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { ask, testLocals } from '../support/route.ts';

/** Objects in the store, each with as many alerts as it says. */
const OBJECTS = 20_000;
const ALERTS_EACH = 2;
const COUNT = nightRowsSql.split('\n').findLast((line) => line.startsWith('SELECT')) ?? '';

let embedded: EmbeddedStore;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
	await embedded.store.command(`INSERT INTO alerts
		(survey, alert_id, object_id, programme, origin, night, mjd, ra, dec, hpx29, band, mag, reliability, n_detections, age, class, writer, number, known_at)
		SELECT if(object % 4 = 0, 'lsst', 'ztf'), 1000 + number, concat('ZTF26s', toString(object)), 'public', 'real', toDate('2026-11-19') - number % 5,
			61363.25 - number % 5, object % 360, 20, object, 'r', 14 + (object * 7919 % 1000) / 150, (object * 104729 % 1000) / 1000, 1 + object % 60,
			0.2 + object % 300, ['', 'star', 'agn', 'snia'][1 + object * 31 % 4], 'worker-1', 1, toDateTime64('2026-11-19 06:00:01', 3)
		FROM (SELECT number, intDiv(number, ${ALERTS_EACH}) AS object FROM numbers(${OBJECTS * ALERTS_EACH}))`);
	await publish(embedded.store, 'worker-1', 1);
});
afterAll(() => embedded.stop());

/** The store, as it would answer if it held so many alerts: all else is asked of the one that is there. */
function asIfOf(alerts: number, store: Store): Store {
	const query: Store['query'] = (sql, ...rest) =>
		sql.includes(COUNT) && !sql.includes('GROUPING')
			? Promise.resolve([{ total: String(alerts) }] as never[])
			: store.query(sql, ...rest);
	return { ...store, query };
}

async function facetsOf(alerts: number, query = ''): Promise<Facets> {
	const locals = testLocals(asIfOf(alerts, embedded.store), { origin: 'real', grants: [] });
	const answer = await ask(facetsRoute, `/api/v1/facets${query}`, locals);
	expect(answer.status).toBe(200);
	return (await answer.json()) as Facets;
}
const bars = (facets: Facets): { name: string; bar: string; alerts: number }[] =>
	facets.facets.flatMap(({ name, bins }) =>
		bins.map(({ key, from, alerts }) => ({ name, bar: `${key} ${from}`, alerts })),
	);

describe('facets of very many alerts', () => {
	it('count every alert up to five million, one object in so many beyond, and all of them again where exact counts are asked for', async () => {
		expect((await facetsOf(5_000_000)).oneIn).toBe(1);
		expect((await facetsOf(5_000_001)).oneIn).toBe(2);
		expect((await facetsOf(20_000_000)).oneIn).toBe(4);
		expect((await facetsOf(20_000_001)).oneIn).toBe(8);
		expect((await facetsOf(20_000_000, '?counts=exact')).oneIn).toBe(1);
		// a place has few
		expect((await facetsOf(20_000_000, '?ra=3&dec=20&radius=30')).oneIn).toBe(1);
	});

	it.each(['', '?magMin=15&class=star,agn&reliabilityMin=0.2'])(
		'are told as an estimate, and agree with the exact ones within the error that is told %s',
		async (query) => {
			const and = query === '' ? '?' : '&';
			const exact = await facetsOf(40_000_000, `${query}${and}counts=exact`);
			const sampled = await facetsOf(40_000_000, query);
			expect([exact.oneIn, sampled.oneIn]).toEqual([1, 8]);
			const whole = new Map(bars(exact).map(({ name, bar, alerts }) => [`${name} ${bar}`, alerts]));
			const estimates = new Map(bars(sampled).map(({ name, bar, alerts }) => [`${name} ${bar}`, alerts]));
			// no bar is made up, and each is a multiple of the step
			for (const [bar, alerts] of estimates) expect([bar, alerts % 8, whole.has(bar)]).toEqual([bar, 0, true]);
			// alerts of one object come and go together: the error is that of so many objects
			const far = [...whole].map(([bar, alerts]) => {
				const error = (sampleErrorPercent(8, alerts / ALERTS_EACH) / 100) * alerts;
				return ((estimates.get(bar) ?? 0) - alerts) / error;
			});
			expect(far.length).toBeGreaterThan(60);
			expect(Math.max(...far.map(Math.abs))).toBeLessThan(4.5);
			// neither better than a sample can be, as a count of all would look, nor worse
			const rms = Math.sqrt(far.reduce((sum, one) => sum + one * one, 0) / far.length);
			expect(rms).toBeGreaterThan(0.5);
			expect(rms).toBeLessThan(1.5);
		},
	);
});
