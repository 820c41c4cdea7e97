import { describe, expect, it } from 'vitest';
import { readConfig } from '#server/config.ts';
import { kafkaSettings, readKafkaRequest } from '#server/cli/kafkaFeed.ts';
import { readReplay } from '#server/cli/replay.ts';

const BROKERS = { NIGHTJAR_KAFKA_BROKERS: 'a:9092, b:9092' };
const settings = (env: Record<string, string>, ...args: string[]) =>
	kafkaSettings(readConfig(env), readKafkaRequest(args));

describe('streams by configuration', () => {
	it('are none without a broker, and one with', () => {
		expect(readConfig({}).kafka).toEqual([]);
		const [stream] = settings({ ...BROKERS, NIGHTJAR_KAFKA_TOPICS: 'ztf,mine' });
		expect(stream).toMatchObject({
			name: 'kafka',
			brokers: ['a:9092', 'b:9092'],
			group: 'nightjar',
			from: 'earliest',
			login: null,
			tls: null,
		});
		expect(stream?.topics).toEqual(['ztf_YYYYMMDD_programid*', 'mine']);
	});

	it('can be several, each with variables of its own', () => {
		const streams = settings({
			...BROKERS,
			NIGHTJAR_KAFKA_STREAMS: 'ztf,lsst',
			NIGHTJAR_KAFKA_GROUP: 'us',
			NIGHTJAR_KAFKA_LSST_BROKERS: 'c:9094',
			NIGHTJAR_KAFKA_LSST_USER: 'me',
			NIGHTJAR_KAFKA_LSST_PASSWORD: 'secret',
			NIGHTJAR_KAFKA_LSST_SASL: 'SCRAM-SHA-512',
			NIGHTJAR_KAFKA_LSST_TLS: '1',
		});
		expect(streams.map(({ name, brokers, group }) => [name, brokers.join(), group])).toEqual([
			['ztf', 'a:9092,b:9092', 'us'],
			['lsst', 'c:9094', 'us'],
		]);
		expect(streams[0]?.login).toBeNull();
		expect(streams[1]?.login).toEqual({ mechanism: 'scram-sha-512', username: 'me', password: 'secret' });
		expect(streams[1]?.tls).toEqual({ caFile: null });
	});

	it('are changed by the command line where there is one', () => {
		const [stream] = settings(
			{},
			'--brokers',
			'x:1',
			'--survey',
			'lsst',
			'--group',
			'g',
			'--from',
			'latest',
			'--nights',
			'3',
		);
		expect(stream).toMatchObject({ brokers: ['x:1'], group: 'g', from: 'latest', nights: 3 });
		expect(stream?.topics).toContain('lsst-alerts-*');
		const two = { ...BROKERS, NIGHTJAR_KAFKA_STREAMS: 'ztf,lsst' };
		expect(() => settings(two, '--group', 'g')).toThrow(/Several streams are configured/);
	});

	it('say what is wrong', () => {
		expect(() => settings({})).toThrow(/--brokers HOST:PORT/);
		expect(() => settings(BROKERS)).toThrow(/Which topics/);
		expect(() => readKafkaRequest(['--from', 'now'])).toThrow(/earliest or latest/);
		expect(() => readKafkaRequest(['--survey', 'xyz'])).toThrow(/--topics/);
		expect(() => readKafkaRequest(['night.tar'])).toThrow(/takes no paths/);
		expect(() => readKafkaRequest(['--password', 'x'])).toThrow(/--password/);
		expect(() => readConfig({ ...BROKERS, NIGHTJAR_KAFKA_SASL: 'digest' })).toThrow(
			/NIGHTJAR_KAFKA_SASL must be one of plain/,
		);
		expect(() => readConfig({ ...BROKERS, NIGHTJAR_KAFKA_PASSWORD: 'x' })).toThrow(/without NIGHTJAR_KAFKA_USER/);
		expect(() => readConfig({ NIGHTJAR_KAFKA_STREAMS: 'ztf' })).toThrow(/NIGHTJAR_KAFKA_ZTF_BROKERS/);
	});
});

describe('nightjar replay', () => {
	it('reads what is to be fed again', () => {
		expect(readReplay(['dead', '--kind', 'invalid,conflict', '--since', '2026-11-20'])).toMatchObject({
			what: 'dead',
			slot: 'replay',
			choice: { kinds: ['invalid', 'conflict'], sinceMs: Date.UTC(2026, 10, 20) },
		});
		expect(readReplay(['offsets', 'ztf_20261120_programid1/3', '7-9'])).toMatchObject({
			what: 'offsets',
			topic: 'ztf_20261120_programid1',
			partition: 3,
			first: 7n,
			last: 9n,
		});
		expect(readReplay(['night', '2026-11-20', '--survey', 'ztf'])).toMatchObject({
			night: '2026-11-20',
			surveys: ['ztf'],
		});
	});

	it.each([
		[[], /dead, offsets or night/],
		[['dead', '--kind', 'bad'], /--kind knows/],
		[['dead', '--since', 'yesterday'], /--since takes a time/],
		[['offsets', 'topic', '1-2'], /replay offsets ztf/],
		[['offsets', 'topic/0', '9-2'], /ends before it begins/],
		[['night', 'tonight'], /replay night 2026/],
	])('says what is wrong with %j', (args, sentence) => {
		expect(() => readReplay(args)).toThrow(sentence);
	});
});
