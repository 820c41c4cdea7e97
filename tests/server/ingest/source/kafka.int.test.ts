import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KAFKA_DEFAULTS, type KafkaSettings } from '#server/ingest/source/kafka/settings.ts';
import { kafkaSource, type KafkaSource } from '#server/ingest/source/kafka.ts';
import type { OffsetRange, RawPacket } from '#server/ingest/source/source.ts';
import {
	KAFKA_START_MS,
	type KafkaBroker,
	kafkaIsExternal,
	kafkaMissing,
	SASL_USER,
	startKafka,
} from '../../../support/kafkaBroker.ts';
import { KafkaTopics } from '../../../support/kafkaTopics.ts';

const text = (n: number): Buffer => Buffer.from(`message ${n}`);
const numbered = (from: number, count: number): Buffer[] => Array.from({ length: count }, (_, i) => text(from + i));

let names = 0;
const fresh = (word: string): string => `${word}-${process.pid}-${names++}`;

/** A worker that takes packets one by one; they are finished when the test says so. */
class Reader {
	readonly source: KafkaSource;
	readonly packets: RawPacket[] = [];
	readonly lines: string[] = [];
	readonly #stop = new AbortController();
	readonly #done: Promise<void>;
	#acknowledged = 0;

	constructor(settings: KafkaSettings, options: { finish?: boolean; slow?: number } = {}) {
		this.source = kafkaSource(settings, (line) => this.lines.push(line));
		this.#done = this.#read(options);
	}

	async #read({ finish = true, slow = 0 }: { finish?: boolean; slow?: number }): Promise<void> {
		for await (const packet of this.source.packets(this.#stop.signal)) {
			if ('broken' in packet) throw new Error(packet.reason);
			this.packets.push(packet);
			if (slow > 0) await pause(slow);
			if (finish) this.finish();
		}
	}

	get texts(): string[] {
		return this.packets.map(({ bytes }) => Buffer.from(bytes).toString());
	}

	/** Acknowledges all that was read. */
	finish(): void {
		const ranges: OffsetRange[] = this.packets
			.slice(this.#acknowledged)
			.map(({ source, partition, offset }) => ({ source, partition, first: offset, last: offset }));
		this.#acknowledged = this.packets.length;
		this.source.acknowledge(ranges);
	}

	async until(count: number, ms = 120_000): Promise<void> {
		const deadline = Date.now() + ms;
		while (this.packets.length < count) {
			if (Date.now() > deadline) {
				throw new Error(`Only ${this.packets.length} of ${count} packets came.\n${this.lines.join('\n')}`);
			}
			await pause(20);
		}
	}

	async stop(): Promise<void> {
		this.#stop.abort();
		await this.#done;
		await this.source.close();
	}
}

/** Waits for what comes by itself, at most two minutes: what is expected is looked at afterwards. */
async function settled(done: () => boolean | Promise<boolean>): Promise<void> {
	const deadline = Date.now() + 120_000;
	while (!(await done()) && Date.now() < deadline) await pause(50);
}

const sorted = (list: readonly string[]): string[] => [...list].sort();

describe.skipIf(kafkaMissing !== null)('the Kafka source', { timeout: 300_000 }, () => {
	let broker: KafkaBroker;
	let topics: KafkaTopics;
	const readers: Reader[] = [];

	const settings = (topic: string, over: Partial<KafkaSettings> = {}): KafkaSettings => ({
		...KAFKA_DEFAULTS,
		name: 'test',
		brokers: broker.brokers.split(','),
		topics: [topic],
		group: `group-${topic.replace(/[^a-z0-9-]/gi, '')}`,
		login: null,
		tls: null,
		sessionMs: 6_000,
		topicCheckMs: 500,
		...over,
	});
	const reader = (...args: ConstructorParameters<typeof Reader>): Reader => {
		const made = new Reader(...args);
		readers.push(made);
		return made;
	};

	beforeAll(async () => {
		broker = await startKafka({ sasl: true });
		topics = new KafkaTopics(broker.brokers);
		await topics.connect();
	}, KAFKA_START_MS);
	afterEach(async () => {
		await Promise.all(readers.splice(0).map((one) => one.stop()));
	});
	afterAll(async () => {
		await topics.disconnect();
		await broker.stop();
	});

	it.each(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'])(
		'reads messages compressed by the broker: %s',
		async (codec) => {
			const topic = fresh('codec');
			await topics.create(topic, 1, { 'compression.type': codec });
			// long enough for several blocks of every codec, with runs and noise
			const values = Array.from({ length: 40 }, (_, i) =>
				Buffer.from(
					Uint8Array.from({ length: 40_000 }, (_, j) =>
						j % 7 === 0 ? (i * 2_654_435_761 + j * 40_503) >>> 7 : j >>> 9,
					),
				),
			);
			await topics.send(topic, values);
			const one = reader(settings(topic));
			await one.until(40);
			expect(
				one.packets.map(({ bytes }) =>
					Buffer.from(bytes).equals(values[one.packets.findIndex((p) => p.bytes === bytes)] ?? text(0)),
				),
			).toEqual(values.map(() => true));
			expect(one.packets.map(({ offset }) => Number(offset))).toEqual(values.map((_, i) => i));
			expect(one.packets[0]?.partition).toMatch(new RegExp(`^[\\w-]+/${topic}/0$`));
		},
	);

	it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
		'logs in by %s',
		{ skip: kafkaIsExternal },
		async (mechanism) => {
			const topic = fresh('login');
			await topics.create(topic);
			await topics.send(topic, numbered(0, 5));
			const one = reader(settings(topic, { brokers: [broker.saslBrokers ?? ''], login: { mechanism, ...SASL_USER } }));
			await one.until(5);
			expect(one.texts).toEqual(numbered(0, 5).map(String));
		},
	);

	it(
		'reads over TLS, and says what is wrong with a password without telling it',
		{ skip: kafkaIsExternal },
		async () => {
			const topic = fresh('tls');
			await topics.create(topic);
			await topics.send(topic, numbered(0, 3));
			const tls = { caFile: broker.caFile };
			const login = { mechanism: 'scram-sha-512', ...SASL_USER } as const;
			const one = reader(settings(topic, { brokers: [broker.tlsBrokers ?? ''], login, tls }));
			await one.until(3);
			const wrong = { ...login, password: 'a-secret-guess' };
			const two = reader(
				settings(topic, { brokers: [broker.tlsBrokers ?? ''], login: wrong, tls, group: fresh('other') }),
			);
			await settled(() => two.lines.some((line) => /authentication failed/i.test(line)));
			expect(two.lines.join('\n')).toMatch(/authentication failed/i);
			expect(two.lines.join('\n')).not.toContain('a-secret-guess');
			expect(two.packets).toEqual([]);
		},
	);

	it('commits what is finished, nothing else, and goes on there', async () => {
		const topic = fresh('commit');
		const group = fresh('group');
		await topics.create(topic, 2);
		await topics.send(topic, numbered(0, 10), 2);
		const one = reader(settings(topic, { group }), { finish: false });
		await one.until(10);
		await pause(1500);
		expect(await topics.committed(group, topic)).toEqual([-1, -1]);
		expect(one.source.lag()).toBe(10);
		one.finish();
		await settled(async () => (await topics.committed(group, topic)).join() === '5,5');
		expect(await topics.committed(group, topic)).toEqual([5, 5]);
		expect(one.source.lag()).toBe(0);
		await topics.send(topic, numbered(10, 4), 2);
		await one.until(14);
		// read and not finished: the next worker reads it again
		readers.splice(readers.indexOf(one), 1);
		await one.stop();
		const two = reader(settings(topic, { group }));
		await two.until(4);
		await pause(500);
		expect(sorted(two.texts)).toEqual(sorted(numbered(10, 4).map(String)));
	});

	it('begins at the end where it is told so, once', async () => {
		const topic = fresh('latest');
		const group = fresh('group');
		await topics.create(topic);
		await topics.send(topic, numbered(0, 5));
		const one = reader(settings(topic, { group, from: 'latest' }));
		await settled(async () => (await topics.committed(group, topic))[0] === 5);
		await one.stop();
		readers.splice(0);
		await topics.send(topic, numbered(5, 2));
		const two = reader(settings(topic, { group, from: 'latest' }));
		await two.until(2);
		expect(two.texts).toEqual(['message 5', 'message 6']);
	});

	it('finds the topics of new nights', async () => {
		const word = fresh('night').replaceAll('-', '_');
		const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
		const one = reader(settings(`${word}_YYYYMMDD_programid*`, { group: fresh('group') }));
		await settled(() => one.lines.some((line) => line.includes('no topic matches')));
		expect(one.lines.join('\n')).toMatch(/no topic matches/);
		// nothing waits: no night stays open for it
		await settled(() => one.source.lag() === 0);
		expect(one.source.lag()).toBe(0);
		const old = `${word}_20200101_programid1`;
		await topics.create(old);
		await topics.send(old, numbered(900, 3));
		const first = `${word}_${today}_programid1`;
		await topics.create(first);
		await topics.send(first, numbered(0, 3));
		await one.until(3);
		const second = `${word}_${today}_programid2`;
		await topics.create(second);
		await topics.send(second, numbered(3, 3));
		await one.until(6);
		await topics.send(first, numbered(6, 3));
		await one.until(9);
		await pause(500);
		expect(sorted(one.texts)).toEqual(sorted(numbered(0, 9).map(String)));
		expect(one.packets.map(({ member }) => member)).toContain(second);
	});

	it('shares partitions with workers that come and go; every message is read once', async () => {
		const topic = fresh('shared');
		const group = fresh('group');
		await topics.create(topic, 6);
		// for as long as workers come and go: whoever joins finds something to read
		const settling = new AbortController();
		const sending = (async () => {
			let sent = 0;
			for (; !settling.signal.aborted || sent < 480; sent += 12) {
				await topics.send(topic, numbered(sent, 12), 6);
				await pause(150);
			}
			return sent;
		})();
		// a session that outlives a moment in which the machine does something else: a worker without one is read anew by the others
		const shared = settings(topic, { group, sessionMs: 30_000 });
		const one = reader(shared, { slow: 2 });
		let all = [one];
		try {
			await one.until(30);
			const two = reader(shared, { slow: 2 });
			await two.until(30);
			const three = reader(shared, { slow: 2 });
			await three.until(5);
			readers.splice(readers.indexOf(two), 1);
			await two.stop();
			all = [one, two, three];
		} finally {
			settling.abort();
		}
		const sent = await sending;
		await settled(() => all.reduce((count, { packets }) => count + packets.length, 0) >= sent);
		await pause(500);
		expect(sorted(all.flatMap(({ texts }) => texts))).toEqual(sorted(numbered(0, sent).map(String)));
		expect(one.source.troubles.rebalances).toBeGreaterThan(1);
	});

	it('holds what it reads back while nobody takes it', async () => {
		const topic = fresh('pressure');
		await topics.create(topic, 4);
		const values = Array.from({ length: 600 }, (_, i) => Buffer.alloc(100_000, i));
		await topics.send(topic, values, 4);
		const before = process.memoryUsage().rss;
		const one = reader(settings(topic, { bufferBytes: 2_000_000 }), { slow: 3 });
		await one.until(100);
		expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
		await one.until(600);
		expect(new Set(one.packets.map(({ partition, offset }) => `${partition} ${offset}`)).size).toBe(600);
	});

	it('goes on after the broker was killed', { skip: kafkaIsExternal, timeout: 300_000 }, async () => {
		const topic = fresh('killed');
		const group = fresh('group');
		await topics.create(topic, 2);
		await topics.send(topic, numbered(0, 100), 2);
		const one = reader(settings(topic, { group }), { slow: 5 });
		await one.until(20);
		await broker.kill();
		await pause(1500);
		await broker.restart();
		await topics.send(topic, numbered(100, 20), 2);
		await one.until(120);
		await pause(500);
		expect(sorted(one.texts)).toEqual(sorted(numbered(0, 120).map(String)));
		await settled(async () => (await topics.committed(group, topic)).join() === '60,60');
		expect(await topics.committed(group, topic)).toEqual([60, 60]);
	});

	describe('reading again', () => {
		async function again(source: KafkaSource, ranges: OffsetRange[]): Promise<string[]> {
			const out: string[] = [];
			for await (const packet of source.reread(ranges))
				out.push(`${packet.partition.slice(-1)}:${packet.offset} ${Buffer.from(packet.bytes).toString()}`);
			return out;
		}

		it('gives exactly the ranges, and leaves the group alone', async () => {
			const topic = fresh('again');
			const group = fresh('group');
			await topics.create(topic, 3);
			await topics.send(topic, numbered(0, 60), 3);
			const one = reader(settings(topic, { group }));
			await one.until(60);
			await one.stop();
			const [packet] = one.packets;
			const key = (partition: number): string => (packet?.partition ?? '').replace(/\d+$/, String(partition));
			const ranges = [
				{ source: 'kafka', partition: key(0), first: 3n, last: 5n },
				{ source: 'kafka', partition: key(2), first: 0n, last: 0n },
			];
			expect(sorted(await again(one.source, ranges))).toEqual([
				'0:3 message 9',
				'0:4 message 12',
				'0:5 message 15',
				'2:0 message 2',
			]);
			expect(await topics.committed(group, topic)).toEqual([20, 20, 20]);
			expect(await one.source.owns({ source: 'kafka', partition: key(1), first: 0n, last: 0n })).toBe(true);
			expect(await one.source.owns({ source: 'file', partition: key(1), first: 0n, last: 0n })).toBe(false);
		});

		it('says so when the broker dropped them', async () => {
			const topic = fresh('dropped');
			await topics.create(topic);
			await topics.send(topic, numbered(0, 10));
			const one = reader(settings(topic));
			await one.until(10);
			await one.stop();
			const partition = one.packets[0]?.partition ?? '';
			await topics.admin.fetchTopicOffsets(topic);
			await topics.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] });
			await expect(again(one.source, [{ source: 'kafka', partition, first: 2n, last: 6n }])).rejects.toThrow(
				/keeps only those from 4 on.*--abandon/,
			);
			await expect(again(one.source, [{ source: 'kafka', partition, first: 5n, last: 12n }])).rejects.toThrow(
				/ends before 10/,
			);
			expect(await again(one.source, [{ source: 'kafka', partition, first: 4n, last: 5n }])).toEqual([
				'0:4 message 4',
				'0:5 message 5',
			]);
		});
	});

	it('counts what the broker dropped before it was read', async () => {
		const topic = fresh('late');
		const group = fresh('group');
		await topics.create(topic);
		await topics.send(topic, numbered(0, 3));
		const one = reader(settings(topic, { group }));
		await one.until(3);
		await one.stop();
		readers.splice(0);
		await topics.send(topic, numbered(3, 7));
		await topics.admin.fetchTopicOffsets(topic);
		await topics.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '8' }] });
		const two = reader(settings(topic, { group }));
		await two.until(2);
		expect(two.texts).toEqual(['message 8', 'message 9']);
		expect(two.source.troubles.lost).toBe(5);
		expect(two.lines.join('\n')).toMatch(/5 messages were dropped by the broker/);
	});
});
