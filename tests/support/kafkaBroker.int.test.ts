import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
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

describe.skipIf(kafkaMissing !== null)('a real Kafka broker', () => {
	let broker: KafkaBroker;
	beforeAll(async () => {
		broker = await startKafka({ sasl: true });
	}, KAFKA_START_MS);
	afterAll(() => broker.stop());

	it('keeps messages and their offsets over a kill -9', { skip: kafkaIsExternal }, async () => {
		const kafka = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING });
		const admin = kafka.admin();
		await admin.connect();
		await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 2 }] });
		const producer = kafka.producer();
		await producer.connect();
		await producer.send({
			topic: 'kept',
			messages: [
				{ value: 'a', partition: 0 },
				{ value: 'b', partition: 1 },
			],
		});
		await producer.disconnect();
		await admin.disconnect();
		await broker.kill();
		await broker.restart();
		await admin.connect();
		const offsets = await admin.fetchTopicOffsets('kept');
		expect(offsets.map(({ high }) => high)).toEqual(['1', '1']);
		await admin.disconnect();
	});

	it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
		'lets its user in by %s',
		{ skip: kafkaIsExternal },
		async (mechanism) => {
			// an object for each client: kafkajs keeps the login it made in the one it is given
			const login = (password: string): SASLOptions => ({ mechanism, username: SASL_USER.username, password });
			const sasl = login(SASL_USER.password);
			const admin = new Kafka({ brokers: [broker.saslBrokers ?? ''], sasl, logLevel: logLevel.NOTHING }).admin();
			await admin.connect();
			await admin.disconnect();
			const stranger = new Kafka({
				brokers: [broker.saslBrokers ?? ''],
				sasl: login('guess'),
				logLevel: logLevel.NOTHING,
				retry: { retries: 0 },
			}).admin();
			await expect(stranger.connect().then(() => stranger.listTopics())).rejects.toThrow(/authenticat/i);
		},
	);

	it('speaks TLS with its own authority', { skip: kafkaIsExternal }, async () => {
		const ssl = { ca: [readFileSync(broker.caFile ?? '', 'utf8')] };
		const sasl = { mechanism: 'scram-sha-512', ...SASL_USER } as const;
		const admin = new Kafka({ brokers: [broker.tlsBrokers ?? ''], ssl, sasl, logLevel: logLevel.NOTHING }).admin();
		await admin.connect();
		await admin.disconnect();
	});
});
