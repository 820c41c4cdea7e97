import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConsume } from '#server/cli/consume.ts';
import { AlertEncoder } from '#server/ingest/publish/alertEncoder.ts';
import { NEWEST_SCHEMA, singleObjectHeader } from '#server/ingest/publish/singleObject.ts';
import { makeEnriched, Random } from '../../support/enriched.ts';
import { KAFKA_START_MS, type KafkaBroker, kafkaMissing, startKafka } from '../../support/kafkaBroker.ts';
import { KafkaTopics } from '../../support/kafkaTopics.ts';
import { nightjar } from '../../support/nightjar.ts';

const COUNT = 90;
const TOPIC = 'nightjar.simulated.ztf';

describe.skipIf(kafkaMissing !== null)('nightjar consume', () => {
	let broker: KafkaBroker;
	let topics: KafkaTopics;
	let folder: string;
	let ids: string[];
	const values: Buffer[] = [];

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'nightjar-test-'));
		broker = await startKafka();
		topics = new KafkaTopics(broker.brokers);
		await topics.connect();
		await topics.create(TOPIC, 3);
		const encoder = new AlertEncoder(NEWEST_SCHEMA);
		const header = singleObjectHeader(NEWEST_SCHEMA);
		const random = new Random(5);
		const envelope = { writer: 'w', number: 1n, knownAtMs: 0, receivedAtMs: 0, late: false };
		ids = [];
		for (let i = 0; i < COUNT; i += 1) {
			const entry = makeEnriched(random, i, 'plain');
			const alert = { ...entry.alert, alertId: 9_000_000_000_000_000_000n + BigInt(i) };
			ids.push(String(alert.alertId));
			const body = encoder.encode({ ...entry, alert }, envelope, { cutouts: false });
			values.push(Buffer.concat([header, body, encoder.encodeHits([])]));
		}
		await topics.send(TOPIC, values, 3);
	}, KAFKA_START_MS);
	afterAll(async () => {
		await topics.disconnect();
		await broker.stop();
		rmSync(folder, { recursive: true, force: true });
	});

	const consume = (...args: string[]): ReturnType<typeof nightjar> =>
		nightjar(['consume', ...args], { NIGHTJAR_HOME: join(folder, 'home'), NIGHTJAR_PUBLISH_BROKERS: broker.brokers });
	const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
	const idsOf = (text: string): string[] =>
		linesOf(text).map((line) => (JSON.parse(line) as { alertId: string }).alertId);
	/** What is said on the side, but for the words of the connection: a broker that is new looks for its coordinator for a moment. */
	const saidBy = ({ stderr }: { stderr: string }): string[] =>
		linesOf(stderr).filter((line) => !line.startsWith('consume: '));

	it('prints every alert of a topic once, as JSON, and ends where it is told to', async () => {
		const { code, stdout } = await consume(TOPIC, '--end');
		expect(code).toBe(0);
		expect(idsOf(stdout).sort()).toEqual(ids);
		const some = await consume(TOPIC, '--limit', '7');
		expect([some.code, idsOf(some.stdout).length]).toEqual([0, 7]);
	});

	it('keeps its place under the name of a group', { timeout: 300_000 }, async () => {
		const first = await consume(TOPIC, '--group', 'mine', '--limit', '40');
		const second = await consume(TOPIC, '--group', 'mine', '--end');
		expect([...idsOf(first.stdout), ...idsOf(second.stdout)].sort()).toEqual(ids);
		const third = await consume(TOPIC, '--group', 'mine', '--end');
		expect([third.code, third.stdout, saidBy(third)]).toEqual([0, '', []]);
	});

	it('writes a table, and a container that convert reads', { timeout: 300_000 }, async () => {
		const csv = await consume(TOPIC, '--end', '--format', 'csv', '--columns', 'alertId,survey,mjd');
		const lines = csv.stdout.trim().split('\r\n');
		expect(lines[0]).toBe('alertId,survey,mjd');
		expect(
			lines
				.slice(1)
				.map((line) => line.split(',')[0])
				.sort(),
		).toEqual(ids);
		const file = join(folder, 'alerts.avro');
		const made = await consume(TOPIC, '--end', '--format', 'avro', '--out', file);
		expect([made.code, made.stdout, saidBy(made)]).toEqual([0, '', [`${COUNT} alerts in ${file}.`]]);
		const json = join(folder, 'alerts.json');
		expect((await nightjar(['convert', file, '--out', json], { NIGHTJAR_HOME: join(folder, 'home') })).code).toBe(0);
		expect(idsOf(readFileSync(json, 'utf8')).sort()).toEqual(ids);
	});

	it('passes over what is no alert, and says where it stands', async () => {
		await topics.create('mixed');
		await topics.send('mixed', [
			values[0] ?? null,
			Buffer.from('noise'),
			null,
			(values[1] ?? Buffer.alloc(0)).subarray(0, 90),
		]);
		const { code, stdout, stderr } = await consume('mixed', '--end', '--columns', 'alertId', '--format', 'csv');
		expect(code).toBe(3);
		expect(stdout).toBe(`alertId\r\n${ids[0] ?? ''}\r\n`);
		expect(stderr).toContain('mixed/0 offset 1: These bytes are no alert of Nightjar.');
		expect(stderr).toMatch(/mixed\/0 offset 3: \S/);
	});

	it('lists topics, and says what is wrong in a sentence', async () => {
		expect(linesOf((await consume('--list')).stdout)).toContain(TOPIC);
		const missing = await consume('nightjar.real.ztf');
		expect([missing.code, missing.stdout, saidBy(missing)]).toEqual([
			1,
			'',
			['The broker has no topic nightjar.real.ztf. nightjar consume --list prints those it has.'],
		]);
		const away = await consume(TOPIC, '--brokers', '127.0.0.1:1');
		expect(away.code).toBe(1);
		expect(away.output).toMatch(/The broker 127\.0\.0\.1:1 cannot be asked: /);
		const nobody = await nightjar(['consume', TOPIC], { NIGHTJAR_PUBLISH_BROKERS: '' });
		expect([nobody.code, nobody.output]).toEqual([
			2,
			'Which broker? Set NIGHTJAR_PUBLISH_BROKERS or give --brokers HOST:PORT.\n',
		]);
	});
});

describe('the words after consume', () => {
	it.each([
		[[], /Say which topic/],
		[['t', '--format', 'xml'], /--format takes json, csv, avro; not "xml"/],
		[['t', '--limit', '0'], /--limit takes a number of alerts from 1 on/],
		[['t', '--from', 'yesterday'], /earliest or latest/],
		[['t', '--columns', 'mjd'], /--columns goes with --format csv/],
		[['t', '--from', 'latest', '--end'], /choose one/],
		[['t', '--nonsense'], /--help shows/],
	])('%j are refused with a sentence', (args, sentence) => {
		expect(() => readConsume(args)).toThrow(sentence);
	});
});
