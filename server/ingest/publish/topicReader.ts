import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { kafkaClient } from '../source/kafka/client.ts';
import type { KafkaAccess } from '../source/kafka/settings.ts';

/** A message of a topic. */
export interface TopicRecord {
	readonly topic: string;
	readonly partition: number;
	readonly offset: bigint;
	readonly value: Buffer | null;
}

/** How a topic is read. */
export interface TopicReading {
	readonly topics: readonly string[];
	/** Group whose place is kept; null = none, and all is read from `from` on. */
	readonly group: string | null;
	/** Where a reader without a place begins. */
	readonly from: 'earliest' | 'latest';
	/** Whether it ends once all is read that stood in the topics when it began. */
	readonly toEnd: boolean;
	/** Messages after which it ends; null = no such number. */
	readonly limit: number | null;
	readonly signal: AbortSignal;
	/** Takes messages of one partition in order; their place is kept once it is done. */
	readonly take: (records: readonly TopicRecord[]) => Promise<void>;
}

/** Topics of a broker by name, without Kafka's own. */
export async function listTopics(access: KafkaAccess, log: (line: string) => void): Promise<string[]> {
	const admin = kafkaClient(access, log).admin();
	await admin.connect();
	try {
		return (await admin.listTopics()).filter((topic) => !topic.startsWith('__')).sort();
	} finally {
		await admin.disconnect();
	}
}

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Partitions that still hold messages which stood there when the reading began, with the offset behind the last. */
async function endsOf(kafka: Kafka, { topics, group }: TopicReading): Promise<Map<string, bigint>> {
	const admin = kafka.admin();
	await admin.connect();
	try {
		const ends = new Map<string, bigint>();
		for (const topic of topics) {
			const kept =
				group === null ? [] : ((await admin.fetchOffsets({ groupId: group, topics: [topic] }))[0]?.partitions ?? []);
			const place = new Map(kept.map(({ partition, offset }) => [partition, BigInt(offset)]));
			for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
				const next = place.get(partition) ?? -1n;
				if (BigInt(high) > BigInt(low) && next < BigInt(high)) ends.set(keyOf(topic, partition), BigInt(high));
			}
		}
		return ends;
	} finally {
		await admin.disconnect();
	}
}

/** Reads topics until the end that was asked for; answers the number of messages. Every message is taken at least once. */
export async function readTopics(
	access: KafkaAccess,
	reading: TopicReading,
	log: (line: string) => void,
): Promise<number> {
	const kafka = kafkaClient(access, log);
	const { group, topics, toEnd, signal } = reading;
	const ends = toEnd ? await endsOf(kafka, reading) : null;
	if (ends?.size === 0 || signal.aborted || reading.limit === 0) return 0;
	const consumer = kafka.consumer({
		groupId: group ?? `nightjar-consume-${randomUUID()}`,
		allowAutoTopicCreation: false,
		maxWaitTimeInMs: 500,
		sessionTimeout: 30_000,
	});
	await consumer.connect();
	const run = new Run(reading, consumer, ends);
	const stop = (): void => {
		run.end();
	};
	signal.addEventListener('abort', stop);
	try {
		// what ends the consumer for good would otherwise only be logged
		consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
			if (!restart) run.end(error);
		});
		await consumer.subscribe({ topics: [...topics], fromBeginning: reading.from === 'earliest' });
		await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: (batch) => run.take(batch) });
		await run.ended;
	} finally {
		signal.removeEventListener('abort', stop);
		await consumer.disconnect();
	}
	return run.count;
}

/** One reading under way. A consumer must not be stopped by its own handler: the end is only told. */
class Run {
	count = 0;
	readonly ended: Promise<void>;
	#over = false;
	#tell: (error?: Error) => void = () => undefined;

	constructor(
		private readonly reading: TopicReading,
		private readonly consumer: Consumer,
		private readonly ends: Map<string, bigint> | null,
	) {
		this.ended = new Promise((resolve, reject) => {
			this.#tell = (error) => {
				if (error === undefined) resolve();
				else reject(error);
			};
		});
	}

	end(error?: Error): void {
		this.#over = true;
		this.#tell(error);
	}

	async take(payload: EachBatchPayload): Promise<void> {
		const { limit, group, take } = this.reading;
		if (this.#over || !payload.isRunning() || payload.isStale()) return;
		const { batch } = payload;
		const left = limit === null ? batch.messages.length : limit - this.count;
		const { topic, partition } = batch;
		const messages = batch.messages.slice(0, left);
		const last = messages.at(-1);
		if (last !== undefined) {
			const records = messages.map(({ offset, value }) => ({ topic, partition, offset: BigInt(offset), value }));
			this.count += records.length;
			try {
				await take(records);
			} catch (error) {
				this.end(error instanceof Error ? error : new Error(String(error)));
				return;
			}
			payload.resolveOffset(last.offset);
			const offset = String(BigInt(last.offset) + 1n);
			if (group !== null) await this.consumer.commitOffsets([{ topic, partition, offset }]);
			const end = this.ends?.get(keyOf(topic, partition));
			if (end !== undefined && BigInt(offset) >= end) this.ends?.delete(keyOf(topic, partition));
		}
		await payload.heartbeat();
		if (this.ends?.size === 0 || (limit !== null && this.count >= limit)) this.end();
	}
}
