// Filters that run when a night is closed: their hits in the topic, and one that cannot be run.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import type { Principal } from '#lib/server/principal.ts';
import { activateFilter, createFilter } from '#lib/server/filters/library.ts';
import { type Store, StoreError } from '#clickhouse/store.ts';
import { AfterNights } from '#server/ingest/afterNight.ts';
import { KafkaSink } from '#server/ingest/publish/kafkaSink.ts';
import { AlertReader } from '#server/ingest/publish/singleObject.ts';
import type { Sink } from '#server/ingest/publish/sink.ts';
import { makeAlert, makePoint } from '../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embeddedStore.ts';
import { KAFKA_START_MS, type KafkaBroker, kafkaMissing, startKafka } from '../../support/kafkaBroker.ts';
import { KafkaTopics } from '../../support/kafkaTopics.ts';
import { ingestAlerts } from '../../support/memoryIngest.ts';
import { testLocals } from '../../support/route.ts';

const NIGHT = 60_200;
const running = new AbortController().signal;
const ana: Principal = { id: 'ana', name: 'Ana', operator: false, groups: [] };

let embedded: EmbeddedStore;
let store: Store;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
	store = embedded.store;
});
afterAll(async () => {
	await embedded.stop();
});

/** Six objects three times in one night, with images; those of `programme`. */
function alertsOf(night: number, programme: string, firstId: number): Alert[] {
	return Array.from({ length: 18 }, (_, i) => {
		const object = i % 6;
		const mjd = night + 0.2 + i / 100;
		const alertId = BigInt(firstId + i);
		const mag = 17 + ((object * 5 + i) % 18) / 10;
		return makeAlert({
			...{ alertId, objectId: `ZTF23night${object}`, mjd, ra: 40 + object, dec: 10, mag, programme, night },
			detection: makePoint({ sourceId: alertId, mjd, mag, programme }),
			cutouts: { science: Uint8Array.of(1, 2, 3, i), template: null, difference: null },
		});
	});
}

async function live(name: string, text: string, grants: App.Locals['scope']['grants'] = []): Promise<string> {
	const made = testLocals(store, { origin: 'real', grants });
	// nights of a few alerts, of which most pass
	const locals: App.Locals = { ...made, principal: ana, config: { ...made.config, filterGate: 1 } };
	const filter = await createFilter(locals, {
		...{ name, text, changelog: '', mustPass: [], mustFail: [], meaning: '', visibility: 'public', groupId: '' },
		...{ block: false, forkedFrom: '' },
	});
	await activateFilter(locals, filter.id, undefined);
	return filter.id;
}

const stateOf = async (id: string) => {
	const [row] = await store.query<{ state: string; reason: string }>(
		'SELECT toString(state) AS state, reason FROM filter_states WHERE filter_id = {id:UUID} ORDER BY changed_at DESC LIMIT 1',
		{ id },
		{ class: 'ingest' },
	);
	return row;
};
const hitsOf = async (id: string) => {
	const rows = await store.query<{ alert: string; programme: string }>(
		'SELECT toString(alert_id) AS alert, programme FROM filter_hits WHERE filter_id = {id:UUID} ORDER BY alert_id',
		{ id },
		{ class: 'ingest' },
	);
	return rows;
};

describe.skipIf(kafkaMissing !== null)('the hits of a closed night', () => {
	let broker: KafkaBroker;
	let topics: KafkaTopics;
	let sink: KafkaSink;
	const reader = new AlertReader();
	beforeAll(async () => {
		broker = await startKafka();
		topics = new KafkaTopics(broker.brokers);
		await topics.connect();
		sink = new KafkaSink(
			{
				...{ name: 'publish', brokers: [broker.brokers], login: null, tls: null, prefix: 'nightjar' },
				...{ origins: ['real'], privateTopics: false, cutouts: true, boom: false },
				...{ partitions: 2, replicas: null, retentionHours: 48, retentionBytes: 3_000_000 },
			},
			() => undefined,
		);
	}, KAFKA_START_MS);
	afterAll(async () => {
		await sink.close();
		await topics.disconnect();
		await broker.stop();
	});

	it('go to the topic of their filter, each with its alert as it was known, public ones only', async () => {
		const id = await live('Faint first', 'mag > 17 order by mag descending annotate peak = mag', [
			{ survey: 'ztf', programme: 'partnership' },
		]);
		const open = alertsOf(NIGHT, 'public', 5000);
		const closed = alertsOf(NIGHT, 'partnership', 6000);
		await ingestAlerts({ store, alerts: [...open, ...closed], closeNights: true, options: { sink } });
		const surveyTopic = await topics.read('nightjar.real.ztf');
		expect(await new AfterNights(store, { codeVersion: 'test', sink }).once(running)).toBe(1);
		const hits = await hitsOf(id);
		expect(new Set(hits.map(({ programme }) => programme))).toEqual(new Set(['public', 'partnership']));

		const messages = await topics.read('nightjar.real.faint-first');
		const alerts = messages.map(({ value }) => reader.read(value).alert);
		const wanted = hits.filter(({ programme }) => programme === 'public').map(({ alert }) => alert);
		expect(alerts.map(({ alertId }) => String(alertId)).sort()).toEqual(wanted);
		for (const alert of alerts) {
			const of = open.find(({ alertId }) => String(alertId) === alert['alertId']);
			expect(alert['hits']).toEqual([
				{
					...{ filterId: id, version: 1, name: 'Faint first', topic: 'faint-first' },
					annotations: [{ name: 'peak', value: expect.closeTo(of?.mag ?? 0, 4) as number }],
				},
			]);
			expect((alert['cutouts'] as { science: Buffer }).science).toEqual(Buffer.from(of?.cutouts.science ?? []));
			const curve = alert['photometry'] as { mjd: number; programme: string }[];
			expect(curve.every(({ mjd, programme }) => mjd <= (of?.mjd ?? 0) && programme === 'public')).toBe(true);
			expect(curve.length).toBeGreaterThan(0);
			expect(alert['late']).toBe(false);
		}
		// the alerts of an object follow one another in time
		for (const object of new Set(messages.map(({ key }) => key))) {
			const times = messages.flatMap(({ key }, i) => (key === object ? [Number(alerts[i]?.['mjd'])] : []));
			expect(times).toEqual([...times].sort((a, b) => a - b));
		}
		// they had been sent to the survey's topic when they came
		expect(await topics.read('nightjar.real.ztf')).toHaveLength(surveyTopic.length);
		expect(await new AfterNights(store, { codeVersion: 'test', sink }).once(running)).toBe(0);
	});

	it('are sent by the next process where the broker was away, before any other night', async () => {
		await live('Patient', 'mag > 0 order by mag');
		await live('Second', 'mag > 0 limit 3');
		const night = alertsOf(NIGHT + 1, 'public', 7000);
		await ingestAlerts({ store, alerts: night, partition: '/b', closeNights: true, options: { sink } });
		const away: Sink = {
			figures: sink.figures,
			carriesCutouts: false,
			send: () => Promise.resolve(null),
			close: () => Promise.resolve(),
		};
		const stopped = new AfterNights(store, { codeVersion: 'test', sink: away });
		await stopped.finishOpen(running);
		// stuck at the first: a slot remembers only its last batch
		expect(await stopped.once(running)).toBe(1);
		expect(await stopped.once(running)).toBe(0);

		const next = new AfterNights(store, { codeVersion: 'test', sink });
		await next.finishOpen(running);
		await next.once(running);
		const patient = await topics.read('nightjar.real.patient');
		expect(patient.map(({ value }) => reader.read(value).alert['alertId']).sort()).toEqual(
			night.map(({ alertId }) => String(alertId)).sort(),
		);
		expect(await topics.read('nightjar.real.second')).toHaveLength(3);
		// the filters of both tests are due: that which came first is the one that was stuck
		const first = (await topics.read('nightjar.real.faint-first')).slice(18);
		const all = [...patient, ...(await topics.read('nightjar.real.second')), ...first];
		const again = all.filter(({ headers }) => headers['again'] === '1');
		expect(again.length).toBeGreaterThan(0);
		expect(again.length).toBeLessThan(all.length);
		const last = new AfterNights(store, { codeVersion: 'test', sink });
		await last.finishOpen(running);
		expect(await last.once(running)).toBe(0);
		expect(await topics.read('nightjar.real.patient')).toHaveLength(18);
	});
});

describe('a filter that the store cannot run on a night', () => {
	it.each([
		[159, /takes too long/],
		[241, /too much memory/],
		[43, /error 43/],
	])('is set aside alone: error %i', async (code, reason) => {
		const dear = await live(`Dear ${code}`, 'mag > 16.5 order by mag');
		const plain = await live(`Plain ${code}`, 'mag > 16 order by mag');
		const alerts = alertsOf(NIGHT + 10 + code, 'public', 10_000 + code * 100);
		await ingestAlerts({ store, alerts, partition: `/${code}`, closeNights: true });
		// the store as it answers where a night is larger than its limits
		const limited = Object.create(store, {
			query: {
				value: (sql: string, params: Record<string, unknown>, ...rest: never[]) =>
					Object.values(params).includes(16.5)
						? Promise.reject(new StoreError('limit', code, false))
						: store.query(sql, params as never, ...rest),
			},
		}) as Store;
		await new AfterNights(limited, { codeVersion: 'test' }).once(running);
		const aside = await stateOf(dear);
		expect(aside?.state).toBe('setAside');
		expect(aside?.reason).toMatch(reason);
		expect((await stateOf(plain))?.state).toBe('live');
		expect(await hitsOf(plain)).not.toEqual([]);
		expect(await hitsOf(dear)).toEqual([]);
	});

	it('waits where the store itself is away', async () => {
		const id = await live('Later', 'mag > 16.25 order by mag');
		const alerts = alertsOf(NIGHT + 500, 'public', 90_000);
		await ingestAlerts({ store, alerts, partition: '/later', closeNights: true });
		const away = Object.create(store, {
			query: {
				value: (sql: string, params: Record<string, unknown>, ...rest: never[]) =>
					Object.values(params).includes(16.25)
						? Promise.reject(new StoreError('no answer', 0, true))
						: store.query(sql, params as never, ...rest),
			},
		}) as Store;
		await expect(new AfterNights(away, { codeVersion: 'test' }).once(running)).rejects.toThrow('no answer');
		expect((await stateOf(id))?.state).toBe('live');
		const next = new AfterNights(store, { codeVersion: 'test' });
		await next.finishOpen(running);
		expect(await hitsOf(id)).toHaveLength(alerts.length);
	});
});
