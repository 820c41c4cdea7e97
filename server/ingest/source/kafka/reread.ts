import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { SourceError, type OffsetRange, type RawPacket } from '../source.ts';
import { assignerWith } from './joining.ts';
import { PacketQueue } from './packetQueue.ts';
import { packetOf, parsePlace, type KafkaPlace } from './place.ts';
import type { KafkaSettings } from './settings.ts';

/** A range still to be read; `next` is the offset to go on with. */
interface Wanted extends KafkaPlace {
	readonly key: string;
	readonly last: bigint;
	next: bigint;
}

const LONGEST_WAIT_MS = 30_000;

const gone = (wanted: Wanted, why: string): SourceError =>
	new SourceError(
		`Offsets ${wanted.next} to ${wanted.last} of ${wanted.topic}/${wanted.partition} are gone: ${why}. --abandon gives them up and goes on.`,
	);

function wantedOf(ranges: readonly OffsetRange[]): Wanted[] {
	return ranges.map((range) => {
		const place = parsePlace(range.partition);
		if (place === null) throw new SourceError(`${range.partition} is no partition of a Kafka broker.`);
		return { ...place, key: range.partition, next: range.first, last: range.last };
	});
}

/** Throws where the broker no longer has what is wanted; moves the end of a range back to where the topic ends. */
async function requireKept(kafka: Kafka, wanted: readonly Wanted[]): Promise<void> {
	const admin = kafka.admin();
	await admin.connect();
	try {
		const { clusterId } = await admin.describeCluster();
		const listed = new Set(await admin.listTopics());
		for (const one of wanted) {
			if (one.cluster !== clusterId)
				throw gone(one, `they are of the Kafka cluster ${one.cluster}, and this one is ${clusterId}`);
			if (!listed.has(one.topic)) throw gone(one, 'the broker has no such topic any more');
			const ends = await admin.fetchTopicOffsets(one.topic);
			const end = ends.find(({ partition }) => partition === one.partition);
			if (end === undefined) throw gone(one, 'the topic has no such partition');
			if (BigInt(end.low) > one.next) throw gone(one, `the broker keeps only those from ${end.low} on`);
			if (BigInt(end.high) <= one.last) throw gone(one, `the topic ends before ${end.high}`);
		}
	} finally {
		await admin.disconnect();
	}
}

/** Reads on from `next` of every range until all are read or the connection breaks; yields what it gets. */
async function* readOnce(kafka: Kafka, settings: KafkaSettings, wanted: readonly Wanted[]): AsyncGenerator<RawPacket> {
	const open = new Map(
		wanted.filter((one) => one.next <= one.last).map((one) => [`${one.topic} ${one.partition}`, one]),
	);
	const queue = new PacketQueue();
	const crash: { error: Error | null } = { error: null };
	const consumer = kafka.consumer({
		// commits nothing, so that nothing of it remains
		groupId: `${settings.group}.reread-${randomUUID()}`,
		partitionAssigners: [
			assignerWith({
				before: () => Promise.resolve(),
				after: () => {
					for (const { topic, partition, next } of open.values())
						consumer.seek({ topic, partition, offset: String(next) });
					return Promise.resolve();
				},
				takes: (topic, partition) => open.has(`${topic} ${partition}`),
			}),
		],
		allowAutoTopicCreation: false,
		maxWaitTimeInMs: 250,
		maxBytesPerPartition: 8 * 1024 * 1024,
		maxBytes: 32 * 1024 * 1024,
		retry: { retries: 5, restartOnFailure: () => Promise.resolve(false) },
	});
	consumer.on(consumer.events.CRASH, ({ payload }) => {
		crash.error = payload.error;
		queue.wake();
	});
	try {
		await consumer.connect();
		await consumer.subscribe({ topics: [...new Set(wanted.map(({ topic }) => topic))], fromBeginning: true });
		await consumer.run({
			autoCommit: false,
			eachBatch: async (payload) => {
				const { batch } = payload;
				const one = open.get(`${batch.topic} ${batch.partition}`);
				if (one === undefined) return;
				const now = Date.now();
				for (const message of batch.messages) {
					const offset = BigInt(message.offset);
					if (offset >= one.next && offset <= one.last) queue.push(packetOf(one.key, one.topic, message, now));
				}
				// the broker's own count: the last offsets may hold no message
				const reached = BigInt(batch.lastOffset());
				if (reached >= one.next) one.next = reached + 1n;
				if (one.next > one.last) {
					consumer.pause([{ topic: one.topic, partitions: [one.partition] }]);
					open.delete(`${batch.topic} ${batch.partition}`);
				}
				queue.wake();
				while (queue.bytes > settings.bufferBytes) {
					await pause(50);
					await payload.heartbeat();
				}
			},
		});
		for (;;) {
			const packet = queue.take();
			if (packet !== null) yield packet;
			else if (open.size === 0 || crash.error !== null) break;
			else await queue.arrival();
		}
	} finally {
		queue.clear();
		await consumer.disconnect().catch(() => undefined);
	}
	if (crash.error !== null && open.size > 0) throw crash.error;
}

/**
 * The messages of these ranges, in order within each partition, through a consumer group of its own that commits nothing.
 * A broker that is away only delays. Throws SourceError when the broker no longer keeps them.
 */
export async function* rereadRanges(
	kafka: Kafka,
	settings: KafkaSettings,
	ranges: readonly OffsetRange[],
	log: (line: string) => void,
): AsyncGenerator<RawPacket> {
	const wanted = wantedOf(ranges);
	for (let wait = 1000; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
		try {
			await requireKept(
				kafka,
				wanted.filter((one) => one.next <= one.last),
			);
			yield* readOnce(kafka, settings, wanted);
			return;
		} catch (error) {
			if (error instanceof SourceError) throw error;
			log(
				`${settings.name}: ${error instanceof Error ? error.message : String(error)}; reading again in ${wait / 1000} s.`,
			);
		}
		await pause(wait);
	}
}
