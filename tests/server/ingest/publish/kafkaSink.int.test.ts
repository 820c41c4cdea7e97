import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ConfigResourceTypes } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import type { FilterHit } from '#lib/filter/hit.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { KafkaSink } from '#server/ingest/publish/kafkaSink.ts';
import type { PublishSettings } from '#server/ingest/publish/settings.ts';
import { AlertReader } from '#server/ingest/publish/singleObject.ts';
import type { OutgoingBatch, Sink } from '#server/ingest/publish/sink.ts';
import { makeAlert, makePoint } from '../../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../../support/embeddedStore.ts';
import {
	KAFKA_START_MS,
	type KafkaBroker,
	kafkaIsExternal,
	kafkaMissing,
	SASL_USER,
	startKafka,
} from '../../../support/kafkaBroker.ts';
import { KafkaTopics, type TopicMessage } from '../../../support/kafkaTopics.ts';
import { ingestAlerts } from '../../../support/memoryIngest.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../../..');
const PYTHON = process.env['NIGHTJAR_PYTHON'] ?? 'python3';

function pythonMissing(): string | null {
	try {
		execFileSync(PYTHON, ['-c', 'import confluent_kafka, fastavro'], { stdio: 'pipe' });
		return null;
	} catch {
		return `${PYTHON} lacks confluent-kafka or fastavro (NIGHTJAR_PYTHON names another)`;
	}
}
const noPython = pythonMissing();
if (noPython !== null) console.warn(`NOT RUN: examples/consumer.py: ${noPython}.`);

let nextId = 3_100_000_000_000_000_000n;
/** Alerts of some objects in turn, one a minute. */
function alertsOf(count: number, objects: number, changes: Partial<Alert> = {}): Alert[] {
	return Array.from({ length: count }, (_, i) => {
		const alertId = nextId++;
		const mjd = 61_300 + i / 1440;
		const objectId =
			`ZTF26${String.fromCharCode(97 + (i % objects))}aaaaa${String.fromCharCode(97 + Number(alertId % 26n))}`.slice(
				0,
				11,
			);
		const detection = makePoint({ mjd, sourceId: alertId, programme: changes.programme ?? 'public' });
		return {
			...makeAlert({ alertId, mjd, origin: 'real', programme: 'public' }),
			objectId: `${objectId}z`,
			detection,
			...changes,
		};
	});
}

const reader = new AlertReader();
const idOf = ({ value }: TopicMessage): string => String(reader.read(value).alert['alertId']);

describe.skipIf(kafkaMissing !== null)('alerts sent to Kafka', () => {
	let broker: KafkaBroker;
	let topics: KafkaTopics;
	let embedded: EmbeddedStore;
	const sinks: KafkaSink[] = [];
	const lines: string[] = [];

	beforeAll(async () => {
		broker = await startKafka({ sasl: true });
		topics = new KafkaTopics(broker.brokers);
		await topics.connect();
		embedded = await startEmbeddedStore();
	}, KAFKA_START_MS);
	afterAll(async () => {
		for (const sink of sinks) await sink.close();
		await topics.disconnect();
		await embedded.stop();
		await broker.stop();
	});

	let prefixes = 0;
	/** A sink with topics of its own. */
	function sinkFor(changes: Partial<PublishSettings> = {}): { sink: KafkaSink; prefix: string } {
		const prefix = changes.prefix ?? `nightjar${(prefixes += 1)}`;
		const sink = new KafkaSink(
			{
				name: 'publish',
				brokers: [broker.brokers],
				login: null,
				tls: null,
				prefix,
				origins: ['real', 'test', 'simulated'],
				privateTopics: false,
				cutouts: false,
				boom: false,
				partitions: 3,
				replicas: null,
				retentionHours: 48,
				retentionBytes: 3_000_000,
				...changes,
			},
			(line) => lines.push(line),
		);
		sinks.push(sink);
		return { sink, prefix };
	}

	/** A sink that does more than its inner one. */
	function around(
		inner: KafkaSink,
		send: (batch: OutgoingBatch, sendOn: () => Promise<number | null>) => Promise<number | null>,
	): Sink {
		return {
			carriesCutouts: inner.carriesCutouts,
			get figures() {
				return inner.figures;
			},
			send: (batch, how) => send(batch, () => inner.send(batch, how)),
			close: () => inner.close(),
		};
	}

	const ingest = (alerts: readonly Alert[], slot: string, sink: Sink, signal?: AbortSignal) =>
		ingestAlerts({
			store: embedded.store,
			alerts,
			slot,
			partition: `/memory/${slot}`,
			batchRows: 50,
			options: { sink, ...(signal === undefined ? {} : { signal }) },
		});

	const logOf = (slot: string) =>
		embedded.store.query<{ number: string; states: string[]; sent: string }>(
			`SELECT number, groupArray(toString(state)) AS states, sumIf(alerts, state = 'sent') AS sent
			FROM (SELECT * FROM ingest_log WHERE writer = {slot:String} ORDER BY state) GROUP BY number ORDER BY number`,
			{ slot },
		);

	it(
		'sends each once, after it is visible, in order for every object, to a topic with retention',
		{ timeout: 300_000 },
		async () => {
			const { sink, prefix } = sinkFor();
			const alerts = alertsOf(400, 17);
			const seen: number[] = [];
			const watching = around(sink, async (batch, sendOn) => {
				const [row] = await embedded.store.query<{ n: string }>(
					`SELECT uniqExact(alert_id) AS n FROM alerts AS a INNER JOIN watermarks AS w ON w.writer = a.writer
				WHERE a.alert_id IN {ids:Array(UInt64)} AND a.number <= w.number`,
					{ ids: batch.enriched.map(({ alert }) => alert.alertId) },
				);
				seen.push(Number(row?.n) - batch.enriched.length);
				return sendOn();
			});
			await ingest(alerts, 'once', watching);
			expect(seen).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
			const messages = await topics.read(`${prefix}.real.ztf`);
			expect(messages.map(idOf).sort()).toEqual(alerts.map(({ alertId }) => String(alertId)).sort());
			const objects = new Map<string, { partitions: Set<number>; mjds: number[] }>();
			for (const message of messages) {
				const { objectId, mjd } = reader.read(message.value).alert as { objectId: string; mjd: number };
				expect(message.key).toBe(`ztf:${objectId}`);
				expect(message.headers).toMatchObject({
					schema: 'nightjar-alert-1.0',
					batch: expect.stringMatching(/^once:\d+$/) as string,
				});
				const object = objects.get(objectId) ?? { partitions: new Set(), mjds: [] };
				objects.set(objectId, object);
				object.partitions.add(message.partition);
				object.mjds.push(mjd);
			}
			expect(objects.size).toBeGreaterThan(10);
			for (const { partitions, mjds } of objects.values()) {
				expect(partitions.size).toBe(1);
				expect(mjds).toEqual([...mjds].sort((a, b) => a - b));
			}
			const { resources } = await topics.admin.describeConfigs({
				includeSynonyms: false,
				resources: [{ type: ConfigResourceTypes.TOPIC, name: `${prefix}.real.ztf` }],
			});
			const config = Object.fromEntries(
				(resources[0]?.configEntries ?? []).map((entry) => [entry.configName, entry.configValue]),
			);
			expect([config['retention.ms'], config['retention.bytes'], config['cleanup.policy']]).toEqual([
				'172800000',
				'1000000',
				'delete',
			]);
			expect(sink.figures).toEqual({ sent: 400, again: 0, withheld: 0, trouble: '' });
			const log = await logOf('once');
			expect(log.map(({ states, sent }) => [states.join(), Number(sent)])).toEqual(
				Array.from({ length: 8 }, () => ['opened,published,sent', 50]),
			);
			// the same alerts again are no news
			await ingest(alerts, 'other', sink);
			expect((await topics.read(`${prefix}.real.ztf`)).length).toBe(400);
		},
	);

	it('keeps programmes that are not public off public topics', async () => {
		const open = alertsOf(20, 5);
		const secret = alertsOf(20, 5, { programme: 'partnership' });
		const unknown = alertsOf(5, 5, { programme: 'private' });
		const mixed = open.flatMap((alert, i) => [
			alert,
			secret[i] ?? alert,
			...(unknown[i] === undefined ? [] : [unknown[i]]),
		]);
		const { sink, prefix } = sinkFor();
		const hit = (row: number, topic: string | null): FilterHit => ({
			filterId: 'f',
			version: 1,
			name: 'All',
			topic,
			row,
			annotations: [],
		});
		const hitting = around(sink, (batch) =>
			sink.send(
				{ ...batch, hits: batch.enriched.map((_, row) => hit(row, 'all')) },
				{ again: false, signal: new AbortController().signal },
			),
		);
		await ingest(mixed, 'programmes', hitting);
		const ids = open.map(({ alertId }) => String(alertId)).sort();
		expect((await topics.read(`${prefix}.real.ztf`)).map(idOf).sort()).toEqual(ids);
		expect((await topics.read(`${prefix}.real.all`)).map(idOf).sort()).toEqual(ids);
		const listed = await topics.admin.listTopics();
		expect(listed.filter((topic) => topic.startsWith(`${prefix}.`)).sort()).toEqual([
			`${prefix}.real.all`,
			`${prefix}.real.ztf`,
		]);
		expect(sink.figures.withheld).toBe(25);

		const more = alertsOf(10, 3, { programme: 'caltech' });
		const { sink: privately, prefix: own } = sinkFor({ privateTopics: true });
		await ingest(more, 'programmes-2', privately);
		expect((await topics.read(`${own}.real.ztf.caltech`)).length).toBe(10);
		expect((await topics.admin.listTopics()).filter((topic) => topic.startsWith(`${own}.`))).toEqual([
			`${own}.real.ztf.caltech`,
		]);
	});

	it('sends what a filter passed to its topic, with its own hit alone', async () => {
		const { sink, prefix } = sinkFor();
		const alerts = alertsOf(30, 6);
		const annotations = [{ name: 'rise', value: -0.25 }];
		const hitting = around(sink, (batch) => {
			const hits = batch.enriched.flatMap((_, row): FilterHit[] => [
				...(row % 3 === 0 ? [{ filterId: 'a', version: 2, name: 'Third', topic: 'third', row, annotations }] : []),
				...(row % 2 === 0 ? [{ filterId: 'b', version: 1, name: 'Half', topic: 'half', row, annotations: [] }] : []),
				{ filterId: 'c', version: 1, name: 'Mine', topic: null, row, annotations: [] },
				{ filterId: 'd', version: 1, name: 'Clash', topic: 'ztf', row, annotations: [] },
			]);
			return sink.send({ ...batch, hits }, { again: false, signal: new AbortController().signal });
		});
		await ingest(alerts, 'hits', hitting);
		const namesIn = async (topic: string): Promise<string[][]> =>
			(await topics.read(`${prefix}.real.${topic}`)).map(({ value }) =>
				(reader.read(value).alert['hits'] as { name: string }[]).map(({ name }) => name),
			);
		expect(await namesIn('third')).toEqual(Array.from({ length: 10 }, () => ['Third']));
		expect(await namesIn('half')).toEqual(Array.from({ length: 15 }, () => ['Half']));
		const all = await namesIn('ztf');
		expect(all).toHaveLength(30);
		expect(all.flat().sort().join()).not.toContain('Mine');
		expect(all.filter((names) => names.includes('Third'))).toHaveLength(10);
		const [first] = await topics.read(`${prefix}.real.third`);
		expect(reader.read(first?.value ?? Buffer.alloc(0)).alert['hits']).toEqual([
			{ filterId: 'a', version: 2, name: 'Third', topic: 'third', annotations },
		]);
		expect(lines.join('\n')).toMatch(/no topic can be named "ztf"/);
	});

	it('sends what passed filters in the shape of BOOM too, where that is asked for', async () => {
		const { sink, prefix } = sinkFor({ boom: true });
		const alerts = alertsOf(30, 6);
		const annotations = [{ name: 'rise', value: -0.25 }];
		const hitting = around(sink, (batch) => {
			const hits = batch.enriched.flatMap((_, row): FilterHit[] => [
				...(row % 3 === 0 ? [{ filterId: 'a', version: 2, name: 'Third', topic: 'third', row, annotations }] : []),
				...(row % 2 === 0 ? [{ filterId: 'b', version: 1, name: 'Half', topic: 'half', row, annotations: [] }] : []),
				{ filterId: 'c', version: 1, name: 'Mine', topic: null, row, annotations: [] },
			]);
			return sink.send({ ...batch, hits }, { again: false, signal: new AbortController().signal });
		});
		await ingest(alerts, 'boom', hitting);
		const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
		const messages = await topics.read(`${prefix}.real.boom.ztf`);
		const records: Readonly<Record<string, unknown>>[] = [];
		for (const { value } of messages) {
			for (const { record } of await decoder.decode({ bytes: value })) records.push(record);
		}
		// of 30 rows every third and every second
		expect(records).toHaveLength(20);
		const first = records.find(({ candid }) => candid === alerts[0]?.alertId);
		expect(first).toMatchObject({ objectId: alerts[0]?.objectId, survey: 'ZTF' });
		expect(first?.['filters']).toMatchObject([
			{ filter_id: 'a', filter_name: 'Third', annotations: '{"rise":-0.25}' },
			{ filter_id: 'b', filter_name: 'Half', annotations: '{}' },
		]);
	});

	it(
		'misses nothing after an end between visible and sent, and sends at most one batch twice after one between sent and noted',
		{ timeout: 300_000 },
		async () => {
			const { sink, prefix } = sinkFor();
			const alerts = alertsOf(300, 11);
			const dying = (at: number, when: 'before' | 'after'): Sink => {
				let batches = 0;
				return around(sink, async (_, sendOn) => {
					batches += 1;
					if (batches === at && when === 'before') throw new Error('killed');
					const sent = await sendOn();
					if (batches === at) throw new Error('killed');
					return sent;
				});
			};
			await expect(ingest(alerts, 'dying', dying(2, 'before'))).rejects.toThrow('killed');
			await expect(ingest(alerts, 'dying', dying(4, 'after'))).rejects.toThrow('killed');
			expect((await logOf('dying')).at(-1)?.states).toEqual(['opened', 'published']);
			await ingest(alerts, 'dying', sink);
			const messages = await topics.read(`${prefix}.real.ztf`);
			const ids = messages.map(idOf);
			expect([...new Set(ids)].sort()).toEqual(alerts.map(({ alertId }) => String(alertId)).sort());
			expect(ids.length - new Set(ids).size).toBe(50);
			// of the two batches that another process finished, one had not been sent at all: it only may have been
			expect(sink.figures.again).toBe(100);
			expect(messages.filter(({ headers }) => headers['again'] === '1')).toHaveLength(100);
			// a repeated alert is the same alert
			const contents = new Map<string, string>();
			for (const { value } of messages) {
				const { receivedAt: _, ...alert } = reader.read(value).alert;
				const text = JSON.stringify(alert);
				const key = String(alert['alertId']);
				expect(contents.get(key) ?? text).toBe(text);
				contents.set(key, text);
			}
			const [rows] = await embedded.store.query<{ n: string; once: string }>(
				`SELECT count() AS n, uniqExact(alert_id) AS once FROM alerts WHERE writer = 'dying'`,
			);
			expect(rows).toEqual({ n: '300', once: '300' });
		},
	);

	it('gives a batch up that cannot be made again only when it is told to', async () => {
		const { sink, prefix } = sinkFor();
		const alerts = alertsOf(20, 5);
		const dead = around(sink, () => Promise.reject(new Error('killed')));
		await expect(ingest(alerts, 'gone', dead)).rejects.toThrow('killed');
		const { SourceError } = await import('#server/ingest/source/source.ts');
		const gone = {
			// eslint-disable-next-line require-yield -- it never comes so far
			async *reread(): AsyncGenerator<never> {
				await Promise.resolve();
				throw new SourceError('The files are gone.');
			},
		};
		const again = (abandon: boolean) =>
			ingestAlerts({
				store: embedded.store,
				alerts,
				slot: 'gone',
				partition: '/memory/gone',
				source: gone,
				options: { sink, abandon },
			});
		await expect(again(false)).rejects.toThrow('The files are gone.');
		await again(true);
		expect((await logOf('gone'))[0]?.states).toEqual(['opened', 'published', 'sent']);
		const [rows] = await embedded.store.query<{ n: string }>(`SELECT count() AS n FROM alerts WHERE writer = 'gone'`);
		expect(rows?.n).toBe('20');
		expect(await topics.admin.listTopics()).not.toContain(`${prefix}.real.ztf`);
	});

	it.skipIf(kafkaIsExternal)(
		'waits for a broker that is killed in the middle, and says so',
		{ timeout: 300_000 },
		async () => {
			const { sink, prefix } = sinkFor();
			const alerts = alertsOf(400, 13);
			let batches = 0;
			const said = async (): Promise<void> => {
				while (sink.figures.trouble === '') await pause(100);
			};
			const struck = around(sink, async (_, sendOn) => {
				batches += 1;
				if (batches === 3) {
					await broker.kill();
					void said().then(() => broker.restart());
				}
				return sendOn();
			});
			await ingest(alerts, 'struck', struck);
			expect(sink.figures).toEqual({ sent: 400, again: 0, withheld: 0, trouble: '' });
			const ids = (await topics.read(`${prefix}.real.ztf`)).map(idOf);
			expect(ids.sort()).toEqual(alerts.map(({ alertId }) => String(alertId)).sort());
			expect(lines.join('\n')).toMatch(/alerts wait until the broker takes them[\s\S]*the broker takes alerts again/);
		},
	);

	it.skipIf(kafkaIsExternal)(
		'ends when it is asked to while the broker is away; what waits is sent by the next one',
		{ timeout: 300_000 },
		async () => {
			const { sink, prefix } = sinkFor();
			const alerts = alertsOf(200, 9);
			const stop = new AbortController();
			let batches = 0;
			const acknowledged: bigint[] = [];
			const struck = around(sink, async (_, sendOn) => {
				batches += 1;
				if (batches === 2) {
					await broker.kill();
					setTimeout(() => {
						stop.abort();
					}, 1500);
				}
				return sendOn();
			});
			await ingestAlerts({
				store: embedded.store,
				alerts,
				slot: 'asked',
				partition: '/memory/asked',
				batchRows: 50,
				options: { sink: struck, signal: stop.signal },
				source: {
					acknowledge: (ranges) => {
						for (const { last } of ranges) acknowledged.push(last);
					},
				},
			});
			expect(acknowledged).toEqual([49n]);
			expect((await logOf('asked')).map(({ states }) => states.length)).toEqual([3, 2]);
			await broker.restart();
			const { sink: next } = sinkFor({ prefix });
			await ingest(alerts, 'asked', next);
			const ids = (await topics.read(`${prefix}.real.ztf`)).map(idOf);
			expect(new Set(ids).size).toBe(200);
			expect(ids.length).toBeLessThanOrEqual(250);
			expect(next.figures.again).toBe(50);
		},
	);

	it('waits for a topic that takes smaller messages, and says what to do', { timeout: 300_000 }, async () => {
		const { sink, prefix } = sinkFor({ cutouts: true });
		const topic = `${prefix}.real.ztf`;
		await topics.create(topic, 1, { 'max.message.bytes': '20000' });
		const noise = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i * 7919) % 251);
		const cutouts = (size: number) => ({ science: noise(size), template: null, difference: null });
		const small = alertsOf(30, 4).map((alert) => ({ ...alert, cutouts: cutouts(4000) }));
		const [large] = alertsOf(1, 1).map((alert) => ({ ...alert, cutouts: cutouts(60_000) }));
		if (large === undefined) throw new Error('no alert');
		const going = ingest([...small, large], 'large', sink);
		await expect
			.poll(() => sink.figures.trouble, { timeout: 120_000 })
			.toMatch(/larger than the topic .* raise its max.message.bytes/);
		const resource = {
			type: ConfigResourceTypes.TOPIC,
			name: topic,
			configEntries: [{ name: 'max.message.bytes', value: '200000' }],
		};
		await topics.admin.alterConfigs({ validateOnly: false, resources: [resource] });
		await going;
		const messages = await topics.read(topic);
		expect(messages.map(idOf).sort()).toEqual([...small, large].map(({ alertId }) => String(alertId)).sort());
		const sent = reader.read(messages.at(-1)?.value ?? Buffer.alloc(0)).alert['cutouts'] as {
			science: Buffer;
			template: null;
		};
		expect([sent.science.equals(Buffer.from(noise(60_000))), sent.template]).toEqual([true, null]);
		expect(sink.figures.again).toBe(0);
	});

	it.skipIf(kafkaIsExternal)('logs in by SASL, with TLS', { timeout: 300_000 }, async () => {
		const login = { mechanism: 'scram-sha-512', ...SASL_USER } as const;
		for (const changes of [
			{ brokers: [broker.saslBrokers ?? ''], login },
			{ brokers: [broker.tlsBrokers ?? ''], login, tls: { caFile: broker.caFile } },
		]) {
			const { sink, prefix } = sinkFor(changes);
			const alerts = alertsOf(10, 3);
			await ingest(alerts, prefix, sink);
			expect((await topics.read(`${prefix}.real.ztf`)).length).toBe(10);
		}
	});

	it('keeps the order when two sinks of a process send at once', async () => {
		const { sink, prefix } = sinkFor();
		const one = alertsOf(100, 7);
		const two = alertsOf(100, 7, { origin: 'simulated' });
		await Promise.all([ingest(one, 'both-1', sink), ingest(two, 'both-2', sink)]);
		expect((await topics.read(`${prefix}.real.ztf`)).map(idOf).sort()).toEqual(
			one.map(({ alertId }) => String(alertId)).sort(),
		);
		expect((await topics.read(`${prefix}.simulated.ztf`)).map(idOf).sort()).toEqual(
			two.map(({ alertId }) => String(alertId)).sort(),
		);
	});

	it.skipIf(noPython !== null)('are read by examples/consumer.py', { timeout: 300_000 }, async () => {
		const { sink, prefix } = sinkFor();
		const alerts = alertsOf(120, 8);
		await ingest(alerts, 'python', sink);
		const env = {
			...process.env,
			NIGHTJAR_BROKERS: broker.brokers,
			NIGHTJAR_SCHEMAS: `file://${join(ROOT, 'static/schemas')}`,
			GROUP: `python-${prefix}`,
		};
		const topic = `${prefix}.real.ztf`;
		// until it ends of itself: long enough for joining the group on a machine that is busy
		const consume = (idleSeconds: number) =>
			run(PYTHON, [join(ROOT, 'examples/consumer.py'), topic], {
				env: { ...env, IDLE_SECONDS: String(idleSeconds) },
			});
		const { stdout } = await consume(40);
		const rows = stdout
			.trim()
			.split('\n')
			.map((line) => line.split(' '));
		expect(rows.map(([, id]) => id).sort()).toEqual(alerts.map(({ alertId }) => String(alertId)).sort());
		const byId = new Map(alerts.map((alert) => [String(alert.alertId), alert]));
		for (const [survey, id, objectId, mjd, mag] of rows) {
			const alert = byId.get(id ?? '');
			expect([survey, objectId, Number(mjd)]).toEqual(['ztf', alert?.objectId, alert?.mjd]);
			expect(Number(mag)).toBeCloseTo(alert?.mag ?? Number.NaN, 4);
		}
		// committed: the same group reads nothing twice
		const places = (await topics.committed(env.GROUP, topic)).filter((offset) => offset >= 0);
		expect(places.reduce((sum, offset) => sum + offset, 0)).toBe(alerts.length);
		expect((await consume(10)).stdout).toBe('');
	});

	it.skipIf(noPython !== null)(
		'carry the fingerprint that an independent implementation gives their schema',
		async () => {
			const program = `import json, sys
from fastavro.schema import fingerprint, to_parsing_canonical_form
print(fingerprint(to_parsing_canonical_form(json.load(open(sys.argv[1]))), "CRC-64-AVRO"))`;
			const { stdout } = await run(PYTHON, ['-c', program, join(ROOT, 'static/schemas/nightjar-alert-1.0.avsc')]);
			const { singleObjectHeader, PUBLISHED_SCHEMAS } = await import('#server/ingest/publish/singleObject.ts');
			expect(
				singleObjectHeader(PUBLISHED_SCHEMAS.at(-1) ?? '')
					.subarray(2)
					.toString('hex'),
			).toBe(stdout.trim());
		},
	);
});
