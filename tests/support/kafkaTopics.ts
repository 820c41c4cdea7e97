import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, type Admin, type Producer } from 'kafkajs';

/** A message as it stands in a topic. */
export interface TopicMessage {
	readonly partition: number;
	readonly offset: number;
	readonly key: string;
	readonly value: Buffer;
	readonly headers: Readonly<Record<string, string>>;
}

/** An admin and a producer for a test, beside what is tested. */
export class KafkaTopics {
	readonly admin: Admin;
	/** Idempotent: a repeated request must not look like a message read twice. */
	readonly #producer: Producer;

	readonly #kafka: Kafka;

	constructor(brokers: string) {
		const kafka = (this.#kafka = new Kafka({
			clientId: 'nightjar-test',
			brokers: brokers.split(','),
			logLevel: logLevel.NOTHING,
			// a broker that starts, or that was killed, is waited for
			retry: { retries: 12, initialRetryTime: 200, maxRetryTime: 5000 },
		}));
		this.admin = kafka.admin();
		this.#producer = kafka.producer({ allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 });
	}

	async connect(): Promise<void> {
		await this.admin.connect();
		await this.#producer.connect();
	}

	async create(topic: string, numPartitions = 1, config: Readonly<Record<string, string>> = {}): Promise<void> {
		const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
		await this.admin.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: false });
		// the broker makes it known a moment later
		const deadline = Date.now() + 60_000;
		for (;;) {
			try {
				await this.admin.fetchTopicOffsets(topic);
				return;
			} catch (error) {
				if (Date.now() > deadline) throw error;
			}
			await pause(50);
		}
	}

	/** Sends values in turn to the partitions of a topic (to `partition` when it is given), in order. */
	async send(topic: string, values: readonly (Uint8Array | null)[], partitions = 1, partition?: number): Promise<void> {
		for (let from = 0; from < values.length; from += 100) {
			const messages = values.slice(from, from + 100).map((value, i) => ({
				value: value === null ? null : Buffer.from(value),
				partition: partition ?? (from + i) % partitions,
			}));
			await this.#producer.send({ topic, messages });
		}
	}

	/** Every message of a topic, partition by partition in order, read by a consumer that commits nothing. */
	async read(topic: string): Promise<TopicMessage[]> {
		const ends = await this.admin.fetchTopicOffsets(topic);
		const wanted = new Map(
			ends.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, Number(high)]),
		);
		const messages: TopicMessage[] = [];
		if (wanted.size === 0) return messages;
		const consumer = this.#kafka.consumer({ groupId: `test-${randomUUID()}`, maxWaitTimeInMs: 100 });
		await consumer.connect();
		await consumer.subscribe({ topics: [topic], fromBeginning: true });
		await new Promise<void>((resolve, reject) => {
			consumer.on(consumer.events.CRASH, ({ payload }) => {
				if (!payload.restart) reject(payload.error);
			});
			consumer
				.run({
					autoCommit: false,
					eachMessage: ({ partition, message }) => {
						const offset = Number(message.offset);
						const headers = Object.fromEntries(
							Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
						);
						messages.push({
							partition,
							offset,
							key: String(message.key),
							value: message.value ?? Buffer.alloc(0),
							headers,
						});
						if (offset >= (wanted.get(partition) ?? 0) - 1) wanted.delete(partition);
						if (wanted.size === 0) resolve();
						return Promise.resolve();
					},
				})
				.catch(reject);
		});
		await consumer.disconnect();
		return messages.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
	}

	/** Committed offset of every partition of a group, -1 for none. */
	async committed(group: string, topic: string): Promise<number[]> {
		const [answer] = await this.admin.fetchOffsets({ groupId: group, topics: [topic] });
		return [...(answer?.partitions ?? [])]
			.sort((a, b) => a.partition - b.partition)
			.map(({ offset }) => Number(offset));
	}

	async disconnect(): Promise<void> {
		await this.#producer.disconnect();
		await this.admin.disconnect();
	}
}
