import { type Admin, Kafka, type KafkaConfig, logLevel, type SASLOptions } from 'kafkajs';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
	KAFKA_START_MS,
	type KafkaBroker,
	kafkaIsExternal,
	kafkaMissing,
	SASL_USER,
	startKafka,
} from './kafkaBroker.ts';
import { KafkaTopics } from './kafkaTopics.ts';

/** An admin with time for the first handshakes of a broker, which compiles what it needs for them: kafkajs itself gives them a second. */
const adminOf = (config: KafkaConfig): Admin =>
	new Kafka({
		connectionTimeout: 60_000,
		authenticationTimeout: 60_000,
		logLevel: logLevel.NOTHING,
		...config,
	}).admin();

describe.skipIf(kafkaMissing !== null)('a real Kafka broker', () => {
	let broker: KafkaBroker;
	beforeAll(async () => {
		broker = await startKafka({ sasl: true });
	}, KAFKA_START_MS);
	afterAll(() => broker.stop());

	it(
		'keeps messages and their offsets over a kill -9',
		{ skip: kafkaIsExternal, timeout: KAFKA_START_MS },
		async () => {
			const before = new KafkaTopics(broker.brokers);
			await before.connect();
			await before.create('kept', 2);
			await before.send('kept', [Buffer.from('a'), Buffer.from('b')], 2);
			await before.disconnect();
			await broker.kill();
			await broker.restart();
			const after = new KafkaTopics(broker.brokers);
			await after.connect();
			const offsets = await after.admin.fetchTopicOffsets('kept');
			expect(offsets.map(({ high }) => high)).toEqual(['1', '1']);
			const messages = await after.read('kept');
			expect(messages.map(({ partition, offset, value }) => [partition, offset, String(value)])).toEqual([
				[0, 0, 'a'],
				[1, 0, 'b'],
			]);
			await after.disconnect();
		},
	);

	it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
		'lets its user in by %s',
		{ skip: kafkaIsExternal },
		async (mechanism) => {
			// an object for each client: kafkajs keeps the login it made in the one it is given
			const login = (password: string): SASLOptions => ({ mechanism, username: SASL_USER.username, password });
			const sasl = login(SASL_USER.password);
			const admin = adminOf({ brokers: [broker.saslBrokers ?? ''], sasl });
			await admin.connect();
			await admin.disconnect();
			const stranger = adminOf({
				brokers: [broker.saslBrokers ?? ''],
				sasl: login('guess'),
				retry: { retries: 0 },
			});
			await expect(stranger.connect().then(() => stranger.listTopics())).rejects.toThrow(/authenticat/i);
		},
	);

	it('speaks TLS with its own authority', { skip: kafkaIsExternal }, async () => {
		const ssl = { ca: [readFileSync(broker.caFile ?? '', 'utf8')] };
		const sasl = { mechanism: 'scram-sha-512', ...SASL_USER } as const;
		const admin = adminOf({ brokers: [broker.tlsBrokers ?? ''], ssl, sasl });
		await admin.connect();
		await admin.disconnect();
	});
});
