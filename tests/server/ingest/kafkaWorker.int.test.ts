import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readPartitions, readWorkers } from '#clickhouse/read/workers.ts';
import { metricsText } from '#lib/server/metrics.ts';
import { listNightArchives } from '#server/ingest/store/nightTar.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../support/embeddedStore.ts';
import { KAFKA_START_MS, type KafkaBroker, kafkaMissing, startKafka } from '../../support/kafkaBroker.ts';
import { KafkaTopics } from '../../support/kafkaTopics.ts';
import { packetsOf, Worker } from '../../support/kafkaWorker.ts';
import { nightjar } from '../../support/nightjar.ts';
import { frame, writerType, ztfRecord, ztfSchema } from '../../support/packets.ts';

const TODAY = new Date().toISOString().slice(0, 10).replaceAll('-', '');

interface Tally {
	readonly partition: string;
	readonly received: number;
	readonly stored: number;
	readonly duplicates: number;
	readonly dead: number;
}

describe.skipIf(kafkaMissing !== null)('nightjar ingest kafka', () => {
	let broker: KafkaBroker;
	let topics: KafkaTopics;
	let embedded: EmbeddedStore;
	let workers: Worker[] = [];

	beforeAll(async () => {
		broker = await startKafka();
		topics = new KafkaTopics(broker.brokers);
		await topics.connect();
		embedded = await startEmbeddedStore();
	}, KAFKA_START_MS);
	afterEach(async () => {
		await Promise.all(workers.map((one) => one.end('SIGKILL')));
		workers = [];
	});
	afterAll(async () => {
		await topics.disconnect();
		await embedded.stop();
		await broker.stop();
	});

	const worker = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Worker => {
		const made = new Worker(embedded.home, args, { NIGHTJAR_KAFKA_BROKERS: broker.brokers, ...env });
		workers.push(made);
		return made;
	};

	/** What became of the offsets of a topic, by partition. */
	async function tallies(topic: string): Promise<Tally[]> {
		const rows = await embedded.store.query<Record<string, string>>(
			`SELECT partition, sum(received) AS received, sum(stored) AS stored, sum(duplicates) AS duplicates, sum(dead_letters) AS dead
			FROM deliveries WHERE source = 'kafka' AND partition LIKE {pattern:String} GROUP BY partition ORDER BY partition`,
			{ pattern: `%/${topic}/%` },
		);
		return rows.map((row) => ({
			partition: row['partition'] ?? '',
			received: Number(row['received']),
			stored: Number(row['stored']),
			duplicates: Number(row['duplicates']),
			dead: Number(row['dead']),
		}));
	}

	async function received(topic: string): Promise<number> {
		return (await tallies(topic)).reduce((sum, one) => sum + one.received, 0);
	}

	async function until(what: string, done: () => Promise<boolean>, ms = 240_000): Promise<void> {
		const deadline = Date.now() + ms;
		while (!(await done())) {
			const ended = workers.find((one) => one.ended && !one.output.includes('ended after'));
			if (Date.now() > deadline || ended !== undefined) {
				throw new Error(`${what} did not come.\n${workers.map((one) => one.output).join('\n---\n')}`);
			}
			await pause(150);
		}
	}

	it(
		'stores two surveys once, whatever is killed, and sets poison aside with its place',
		{ timeout: 600_000 },
		async () => {
			const ztf = packetsOf('ztf', 400);
			const lsst = packetsOf('lsst', 100);
			const ztfTopic = `ztf_${TODAY}_programid1`;
			const lsstTopic = 'lsst-alerts-test';
			await topics.create(ztfTopic, 4);
			await topics.create(lsstTopic, 2, { 'compression.type': 'zstd' });
			// every twentieth message is poison: noise, nothing, half a packet
			const poison = (i: number): Uint8Array | null =>
				[Buffer.from(`noise ${i}`), null, ztf[i]?.bytes.subarray(0, 3000) ?? Buffer.alloc(0)][((i / 19) % 3) | 0] ??
				null;
			const messages = ztf.flatMap(({ bytes }, i) => (i % 19 === 0 ? [bytes, poison(i)] : [bytes]));
			const poisoned = messages.length - ztf.length;
			await topics.send(
				lsstTopic,
				lsst.map(({ bytes }) => bytes),
				2,
			);
			await topics.send(ztfTopic, messages.slice(0, 200), 4);
			const env = { NIGHTJAR_KAFKA_TOPICS: 'ztf,lsst' };
			const one = worker(['--slot', 'kafka-1'], env);
			await until('the first alerts', async () => (await received(ztfTopic)) > 0);
			worker(['--slot', 'kafka-2'], env);
			await topics.send(ztfTopic, messages.slice(200, 320), 4);
			await until('more alerts', async () => (await received(ztfTopic)) > 120);
			// in the middle of a batch, as likely as not
			await one.end('SIGKILL');
			workers = workers.filter((other) => other !== one);
			await topics.send(ztfTopic, messages.slice(320), 4);
			await pause(500);
			worker(['--slot', 'kafka-1'], env);
			// a store that does not answer for a while only delays
			process.kill(embedded.pid, 'SIGSTOP');
			await pause(4000);
			process.kill(embedded.pid, 'SIGCONT');
			await until('all', async () => (await received(ztfTopic)) + (await received(lsstTopic)) >= messages.length + 100);
			await pause(1000);

			const counts = await tallies(ztfTopic);
			expect(counts).toHaveLength(4);
			const sum = (key: 'received' | 'stored' | 'duplicates' | 'dead'): number =>
				counts.reduce((total, tally) => total + tally[key], 0);
			expect([sum('received'), sum('stored'), sum('duplicates'), sum('dead')]).toEqual([
				messages.length,
				ztf.length,
				0,
				poisoned,
			]);
			const [stored] = await embedded.store.query<{ ids: string[]; readers: string }>(
				`SELECT groupUniqArray(alert_id) AS ids, (SELECT uniqExactMerge(alerts) FROM nightly) AS readers FROM alerts`,
			);
			const wanted = [...ztf, ...lsst].map(({ alertId }) => String(alertId)).sort();
			expect([...(stored?.ids ?? [])].map(String).sort()).toEqual(wanted);
			expect(Number(stored?.readers)).toBe(wanted.length);

			const letters = await embedded.store.query<{ partition: string; offset: string; bytes: string; kind: string }>(
				`SELECT DISTINCT partition, source_offset AS offset, lower(hex(sha256)) AS bytes, toString(kind) AS kind FROM dead_letters WHERE partition LIKE {pattern:String}`,
				{ pattern: `%/${ztfTopic}/%` },
			);
			expect(letters).toHaveLength(poisoned);
			const committed = async (): Promise<number> =>
				(await topics.committed('nightjar', ztfTopic)).reduce((total, offset) => total + offset, 0);
			await until('the last commit', async () => (await committed()) === messages.length);
			for (const running of workers) expect(await running.end('SIGTERM')).toBe(0);

			const status = await readWorkers(embedded.store);
			expect(status.map(({ writer }) => writer)).toEqual(['kafka-1', 'kafka-2']);
			expect(status.map(({ lag, silent }) => [lag, silent])).toEqual([
				[0, false],
				[0, false],
			]);
			const partitions = (await readPartitions(embedded.store)).filter(({ topic }) => topic === ztfTopic);
			expect(partitions.map(({ partition, complete }) => [partition, complete]).sort()).toEqual(
				[0, 1, 2, 3].map((partition) => [partition, true]),
			);
			expect(partitions.reduce((sum, one) => sum + Number(one.lastOffset) + 1, 0)).toBe(messages.length);
			const metrics = await metricsText(embedded.store);
			expect(metrics).toContain(`nightjar_records_total{source="kafka",state="stored"} ${wanted.length}\n`);
			const visible = /nightjar_delay_seconds_count\{writer="kafka-2",survey="ztf",stage="receivedToVisible"\} (\d+)/;
			expect(Number(visible.exec(metrics)?.[1])).toBeGreaterThan(0);
			// the newest end of a histogram holds all that was counted
			const worker2 = metrics
				.split('\n')
				.filter((text) => /writer="kafka-2",survey="ztf",stage="receivedToVisible"/.test(text));
			expect(
				worker2
					.find((text) => text.includes('le="+Inf"'))
					?.split(' ')
					.at(-1),
			).toBe(visible.exec(metrics)?.[1]);
		},
	);

	it(
		'begins where it stopped, counts what was known already, and follows a new night',
		{ timeout: 600_000 },
		async () => {
			const packets = packetsOf('ztf', 460).slice(400);
			const first = `mine_${TODAY}_programid1`;
			await topics.create(first, 2);
			await topics.send(
				first,
				packets.slice(0, 30).map(({ bytes }) => bytes),
				2,
			);
			const args = ['--topics', 'mine_YYYYMMDD_programid*', '--group', 'followers', '--slot', 'kafka-3'];
			const one = worker(args);
			await until('the first night', async () => (await received(first)) === 30);
			expect(await one.end('SIGTERM')).toBe(0);
			expect(await topics.committed('followers', first)).toEqual([15, 15]);
			// the same alerts by other offsets are duplicates
			await topics.send(
				first,
				packets.slice(20, 40).map(({ bytes }) => bytes),
				2,
			);
			worker(args);
			await until('the rest of it', async () => (await received(first)) === 50);
			const second = `mine_${TODAY}_programid2`;
			await topics.create(second);
			await topics.send(
				second,
				packets.slice(40).map(({ bytes }) => bytes),
			);
			await until('the new night', async () => (await received(second)) === 20);
			const all = [...(await tallies(first)), ...(await tallies(second))];
			expect(all.reduce((sum, { stored }) => sum + stored, 0)).toBe(60);
			expect(all.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(10);
		},
	);

	it(
		'keeps nights as archives, and feeds again what was set aside, offsets and nights',
		{ timeout: 600_000 },
		async () => {
			const topic = 'replayed';
			await topics.create(topic);
			const schema = ztfSchema();
			const type = writerType(schema);
			const first = 3_000_000_000_000_000_000n;
			const framed = Array.from({ length: 12 }, (_, i) =>
				frame(4242, type.toBuffer(ztfRecord({ candid: first + BigInt(i) }, { candid: first + BigInt(i) }))),
			);
			const plain = packetsOf('ztf', 480).slice(460);
			const values = [...framed, ...plain.map(({ bytes }) => bytes), Buffer.from('never a packet')];
			await topics.send(topic, values);
			const args = ['--topics', topic, '--group', 'replayed', '--slot', 'kafka-4'];
			const env = { NIGHTJAR_NIGHT_TAR_GB: '1' };
			const one = worker(args, env);
			await until('the topic', async () => (await received(topic)) === values.length);
			expect(await one.end('SIGTERM')).toBe(0);
			expect((await tallies(topic)).map(({ stored, dead }) => [stored, dead])).toEqual([[20, 13]]);

			const run = (...words: string[]) =>
				nightjar(['replay', ...words], { NIGHTJAR_HOME: embedded.home, NIGHTJAR_KAFKA_BROKERS: broker.brokers });
			// nothing has changed: all stay set aside, and none is set aside twice
			const before = await run('dead', '--from-place', topic);
			expect([before.code, before.output]).toEqual([3, expect.stringContaining('13 still set aside')]);
			mkdirSync(join(embedded.home, 'schemas'), { recursive: true });
			writeFileSync(join(embedded.home, 'schemas', '4242.avsc'), JSON.stringify(schema));
			// offsets of the topic, of which the first four were set aside
			const offsets = await run('offsets', `${topic}/0`, '8-13');
			expect([offsets.code, offsets.output]).toEqual([
				0,
				expect.stringMatching(/6 fed again .* 4 stored, 0 duplicates, 4 no longer set aside/),
			]);
			const after = await run('dead', '--from-place', topic, '--kind', 'unreadable');
			expect([after.code, after.output]).toEqual([
				3,
				expect.stringMatching(/9 fed again .* 8 stored, 8 no longer set aside, 1 still/),
			]);
			const [partition] = (await readPartitions(embedded.store)).filter((place) => place.topic === topic);
			expect(partition).toMatchObject({ received: 33, stored: 32, duplicates: 0, deadLetters: 1, complete: true });
			const [letters] = await embedded.store.query<{ count: string }>(
				'SELECT count() AS count FROM dead_letters WHERE partition LIKE {pattern:String}',
				{ pattern: `%/${topic}/%` },
			);
			expect(Number(letters?.count)).toBe(13);

			// the archives hold the packets as they came, and the list their hashes
			const archives = listNightArchives(join(embedded.home, 'nights'));
			expect(archives.length).toBeGreaterThan(0);
			const kept = archives.flatMap(({ path }) =>
				readFileSync(path.replace(/tar$/, 'sha256'), 'utf8').trim().split('\n'),
			);
			const hashes = plain.map(
				({ bytes, alertId }) => `${createHash('sha256').update(bytes).digest('hex')}  ${alertId}.avro`,
			);
			expect(kept.sort()).toEqual(hashes.sort());
			const other = await startEmbeddedStore();
			try {
				const paths = archives.map(({ path }) => path);
				const again = await nightjar(['ingest', ...paths], { NIGHTJAR_HOME: other.home });
				expect([again.code, again.output]).toEqual([0, expect.stringContaining('20 read')]);
			} finally {
				await other.stop();
			}
			const night = await run('night', archives[0]?.night ?? '');
			expect([night.code, night.output]).toEqual([0, expect.stringMatching(/ 0 stored, \d+ duplicates/)]);
			const none = await run('night', '1999-01-01');
			expect([none.code, none.output]).toEqual([1, expect.stringContaining('No archive of the night 1999-01-01')]);
		},
	);

	it(
		'reads several streams at once, each with a group of its own, a quiet one beside a busy one',
		{ timeout: 600_000 },
		async () => {
			const ztf = packetsOf('ztf', 540).slice(500);
			const lsst = packetsOf('lsst', 110).slice(100);
			await topics.create('busy', 2);
			await topics.create('quiet');
			const bytesOf = (packets: typeof ztf): Uint8Array[] => packets.map(({ bytes }) => bytes);
			await topics.send('busy', bytesOf(ztf), 2);
			const one = worker(['--slot', 'kafka-5'], {
				NIGHTJAR_KAFKA_STREAMS: 'palomar,rubin',
				NIGHTJAR_KAFKA_PALOMAR_BROKERS: broker.brokers,
				NIGHTJAR_KAFKA_PALOMAR_TOPICS: 'busy',
				NIGHTJAR_KAFKA_PALOMAR_GROUP: 'of-palomar',
				NIGHTJAR_KAFKA_RUBIN_BROKERS: broker.brokers,
				NIGHTJAR_KAFKA_RUBIN_TOPICS: 'quiet',
				NIGHTJAR_KAFKA_RUBIN_GROUP: 'of-rubin',
			});
			await until('the busy stream', async () => (await received('busy')) === 40);
			await topics.send('quiet', bytesOf(lsst));
			await until('the quiet stream', async () => (await received('quiet')) === 10);
			expect(await one.end('SIGTERM')).toBe(0);
			expect((await tallies('busy')).map(({ stored }) => stored)).toEqual([20, 20]);
			expect((await tallies('quiet')).map(({ stored }) => stored)).toEqual([10]);
			// each is acknowledged where it was read, and nowhere else
			expect(await topics.committed('of-palomar', 'busy')).toEqual([20, 20]);
			expect(await topics.committed('of-rubin', 'quiet')).toEqual([10]);
			expect(await topics.committed('of-rubin', 'busy')).toEqual([-1, -1]);
		},
	);

	it('says what to do when it cannot begin', async () => {
		const bad = worker([], { NIGHTJAR_KAFKA_BROKERS: '' });
		expect(await bad.exit()).toBe(2);
		expect(bad.output).toMatch(/Which broker\?.*--brokers.*NIGHTJAR_KAFKA_BROKERS/);
		const vague = worker([]);
		expect(await vague.exit()).toBe(2);
		expect(vague.output).toMatch(/Which topics .*--topics/);
	});
});
