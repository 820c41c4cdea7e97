import { setTimeout as pause } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka, type Message, type PartitionMetadata, type Producer } from 'kafkajs';
import type { FilterHit } from '#lib/filter/hit.ts';
import { kafkaClient } from '../source/kafka/client.ts';
import { AlertEncoder } from './alertEncoder.ts';
import { boomMessage, toBoomAlert } from './boomShape.ts';
import { SCHEMA_NAME } from './schema.ts';
import type { PublishSettings } from './settings.ts';
import { PUBLISHED_SCHEMAS, singleObjectHeader } from './singleObject.ts';
import type { OutgoingBatch, Sink, SinkFigures } from './sink.ts';
import { boomTopic, filterTopic, isPublic, messageKey, surveyTopic } from './topics.ts';

const { Partitioners } = kafkajs;

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;
/** Bytes of messages in one request: brokers take a mebibyte unless they are told otherwise. */
const CHUNK_BYTES = 800_000;
/** What a topic of ours takes in one message: alerts with cutouts. */
const MESSAGE_BYTES = 16 * 1024 * 1024;
const HOUR_MS = 3_600_000;
/** What kafkajs tries by itself before we say that something is wrong. */
const RETRY = { retries: 2, initialRetryTime: 200, maxRetryTime: 1_000 };

/** Errors after which the broker no longer knows where this producer had been: another one goes on. */
const LOST_PLACE: ReadonlySet<string> = new Set([
	'OUT_OF_ORDER_SEQUENCE_NUMBER',
	'UNKNOWN_PRODUCER_ID',
	'INVALID_PRODUCER_EPOCH',
	'INVALID_PRODUCER_ID_MAPPING',
	'PRODUCER_FENCED',
]);

/** Kafka's names of the errors that led to this one. */
function kafkaErrors(error: unknown): string[] {
	const names: string[] = [];
	for (
		let one = error;
		one instanceof Error;
		one = one.cause ?? ('originalError' in one ? one.originalError : undefined)
	) {
		if ('type' in one && typeof one.type === 'string') names.push(one.type);
		if (names.length > 5) break;
	}
	return names;
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface Chunk {
	readonly topic: string;
	readonly partition: number;
	readonly messages: readonly Message[];
}

/** A request that is too large is sent in halves; a single message can only wait until the topic takes it. */
function requireSeveral({ topic, messages }: Chunk, cause: unknown): void {
	if (messages.length > 1) return;
	throw new Error(
		`an alert of ${messages[0]?.value?.length ?? 0} bytes is larger than the topic ${topic} takes: raise its max.message.bytes`,
		{ cause },
	);
}

/** Numbers that change while the sink works. */
interface Counts {
	sent: number;
	again: number;
	withheld: number;
	trouble: string;
}

/**
 * Sends alerts to the topics of their survey and to those of the filters that they passed: keyed by object, acknowledged by all
 * replicas, in order. A broker that is away only delays. A request goes to one partition and is repeated under its own numbers until
 * it is acknowledged, so that the broker can tell it from a new one.
 */
export class KafkaSink implements Sink {
	readonly #settings: PublishSettings;
	readonly #log: (line: string) => void;
	readonly #kafka: Kafka;
	readonly #encoder: AlertEncoder;
	readonly #header: Buffer;
	readonly #partitions = new Map<string, number>();
	readonly #partitioner = Partitioners.DefaultPartitioner();
	readonly #counts: Counts = { sent: 0, again: 0, withheld: 0, trouble: '' };
	readonly #refused = new Set<string>();
	#producer: Promise<Producer> | null = null;
	#turn: Promise<unknown> = Promise.resolve();

	constructor(settings: PublishSettings, log: (line: string) => void) {
		this.#settings = settings;
		this.#log = log;
		// it is we who go on for ever, with the same producer
		this.#kafka = kafkaClient(
			settings,
			(line) => {
				if (!line.includes('Limiting retries for the idempotent producer')) log(line);
			},
			RETRY,
		);
		const schema = PUBLISHED_SCHEMAS.at(-1) ?? '';
		this.#encoder = new AlertEncoder(schema);
		this.#header = singleObjectHeader(schema);
	}

	get carriesCutouts(): boolean {
		return this.#settings.cutouts;
	}

	get figures(): SinkFigures {
		return { ...this.#counts };
	}

	/** One batch after the other: a request that failed must be repeated before another takes its numbers. */
	async send(
		batch: OutgoingBatch,
		how: { readonly again: boolean; readonly signal: AbortSignal },
	): Promise<number | null> {
		const turn = this.#turn.then(() => this.#sendNow(batch, how));
		this.#turn = turn.catch(() => undefined);
		return turn;
	}

	async #sendNow(
		batch: OutgoingBatch,
		{ again, signal }: { readonly again: boolean; readonly signal: AbortSignal },
	): Promise<number | null> {
		let sent = 0;
		for (const [topic, messages] of this.#outgoing(batch, again)) {
			const chunks = await this.#patiently(signal, async () => this.#chunksOf(topic, messages));
			if (chunks === null) return null;
			for (const chunk of chunks) {
				if (!(await this.#deliver(chunk, again, signal))) return null;
				sent += chunk.messages.length;
			}
		}
		return sent;
	}

	async close(): Promise<void> {
		const producer = await this.#producer?.catch(() => null);
		this.#producer = null;
		await producer?.disconnect().catch(() => undefined);
	}

	/** Messages by topic, each in the order of the batch. */
	#outgoing(
		{ batch, enriched, hits, hitsOnly, receivedAtMs, late }: OutgoingBatch,
		again: boolean,
	): Map<string, Message[]> {
		const { prefix, origins, privateTopics, cutouts, boom } = this.#settings;
		const headers = {
			schema: SCHEMA_NAME,
			batch: `${batch.writer}:${batch.number}`,
			...(again ? { again: '1' } : {}),
		};
		const topics = new Map<string, Message[]>();
		const hitsOf = new Map<number, FilterHit[]>();
		for (const hit of hits) hitsOf.set(hit.row, [...(hitsOf.get(hit.row) ?? []), hit]);
		enriched.forEach((entry, row) => {
			const { alert } = entry;
			if (!origins.includes(alert.origin)) return;
			const open = isPublic(alert.survey, alert.programme);
			if (!open && !privateTopics) {
				this.#counts.withheld += 1;
				return;
			}
			const envelope = { ...batch, receivedAtMs: receivedAtMs(alert), late: late(alert) };
			const body = this.#encoder.encode(entry, envelope, { cutouts });
			const key = messageKey(alert);
			const push = (topic: string, message: Message): void => {
				const messages = topics.get(topic);
				if (messages === undefined) topics.set(topic, [message]);
				else messages.push(message);
			};
			const add = (topic: string, own: readonly FilterHit[]): void => {
				const value = Buffer.concat([this.#header, body, this.#encoder.encodeHits(own)]);
				push(topic, { key, value, headers });
			};
			// topics of filters are public; a filter without one is its owner's affair
			const named = open ? (hitsOf.get(row) ?? []).filter(({ topic }) => topic !== null) : [];
			if (!hitsOnly) add(surveyTopic(prefix, alert), named);
			for (const hit of named) {
				const topic = filterTopic(prefix, alert.origin, hit);
				if (topic !== null) add(topic, [hit]);
				else this.#refuse(hit.topic ?? '');
			}
			const asBoom = boom && named.length > 0 ? toBoomAlert(entry, named, batch.knownAtMs) : null;
			if (asBoom !== null) push(boomTopic(prefix, alert), { key, value: boomMessage(asBoom) });
		});
		return topics;
	}

	#refuse(topic: string): void {
		if (this.#refused.has(topic)) return;
		this.#refused.add(topic);
		this.#log(`publish: no topic can be named "${topic}"; hits of that filter are not sent.`);
	}

	/** Messages of a topic as requests to one partition each, in order within it. Makes the topic where it is absent. */
	async #chunksOf(topic: string, messages: readonly Message[]): Promise<Chunk[]> {
		const count = this.#partitions.get(topic) ?? (await this.#findTopic(topic));
		const partitionMetadata = Array.from({ length: count }, (_, partitionId): PartitionMetadata => ({
			partitionErrorCode: 0,
			partitionId,
			leader: 0,
			replicas: [],
			isr: [],
		}));
		const open = new Map<number, { messages: Message[]; bytes: number }>();
		const chunks: Chunk[] = [];
		for (const message of messages) {
			const partition = this.#partitioner({ topic, partitionMetadata, message });
			const bytes = message.value?.length ?? 0;
			let last = open.get(partition);
			if (last === undefined || last.bytes + bytes > CHUNK_BYTES) {
				open.set(partition, (last = { messages: [], bytes: 0 }));
				chunks.push({ topic, partition, messages: last.messages });
			}
			last.messages.push({ ...message, partition });
			last.bytes += bytes;
		}
		return chunks;
	}

	/** Number of partitions of a topic, made with the retention of the settings where it is absent. */
	async #findTopic(topic: string): Promise<number> {
		const admin = this.#kafka.admin();
		await admin.connect();
		try {
			const listed = await admin.listTopics();
			if (!listed.includes(topic)) await this.#createTopic(admin, topic);
			const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
			const count = topics[0]?.partitions.length ?? 0;
			if (count === 0) throw new Error(`The topic ${topic} has no partitions yet.`);
			this.#partitions.set(topic, count);
			return count;
		} finally {
			await admin.disconnect();
		}
	}

	async #createTopic(admin: Admin, topic: string): Promise<void> {
		const { partitions, replicas, retentionHours, retentionBytes } = this.#settings;
		const config = {
			'cleanup.policy': 'delete',
			'retention.ms': String(retentionHours * HOUR_MS),
			// the broker counts by partition
			'retention.bytes': String(Math.ceil(retentionBytes / partitions)),
			'max.message.bytes': String(MESSAGE_BYTES),
		};
		const made = await admin.createTopics({
			waitForLeaders: true,
			topics: [
				{
					topic,
					numPartitions: partitions,
					...(replicas === null ? {} : { replicationFactor: replicas }),
					configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
				},
			],
		});
		if (made) this.#log(`publish: made the topic ${topic}.`);
	}

	/** Sends one request until it is acknowledged; false when `signal` came first. */
	async #deliver(chunk: Chunk, again: boolean, signal: AbortSignal): Promise<boolean> {
		let twice = again;
		const done = await this.#patiently(signal, async (): Promise<'whole' | 'tooLarge'> => {
			try {
				await this.#produce(chunk);
			} catch (error) {
				const errors = kafkaErrors(error);
				if (errors.includes('DUPLICATE_SEQUENCE_NUMBER')) {
					// an earlier attempt had arrived, but kafkajs counts on from before it
					await this.close();
					return 'whole';
				}
				if (errors.includes('MESSAGE_TOO_LARGE') || errors.includes('RECORD_LIST_TOO_LARGE')) {
					requireSeveral(chunk, error);
					return 'tooLarge';
				}
				if (errors.some((name) => LOST_PLACE.has(name))) {
					twice = true;
					await this.close();
				}
				// the topic may be gone, or have moved
				this.#partitions.delete(chunk.topic);
				await this.#findTopic(chunk.topic).catch(() => undefined);
				throw error;
			}
			return 'whole';
		});
		if (done === 'tooLarge') {
			const middle = Math.ceil(chunk.messages.length / 2);
			for (const messages of [chunk.messages.slice(0, middle), chunk.messages.slice(middle)]) {
				if (!(await this.#deliver({ ...chunk, messages }, again, signal))) return false;
			}
			return true;
		}
		if (done === null) {
			// its numbers may be the broker's already: nothing else may be sent under them
			await this.close();
			return false;
		}
		this.#counts.sent += chunk.messages.length;
		if (twice) this.#counts.again += chunk.messages.length;
		return true;
	}

	async #produce({ topic, messages }: Chunk): Promise<void> {
		this.#producer ??= this.#connect();
		let producer: Producer;
		try {
			producer = await this.#producer;
		} catch (error) {
			this.#producer = null;
			throw error;
		}
		await producer.send({ topic, acks: -1, timeout: 30_000, messages: [...messages] });
	}

	async #connect(): Promise<Producer> {
		const producer = this.#kafka.producer({
			idempotent: true,
			maxInFlightRequests: 1,
			allowAutoTopicCreation: false,
			createPartitioner: Partitioners.DefaultPartitioner,
			metadataMaxAge: 60_000,
			retry: RETRY,
		});
		await producer.connect();
		return producer;
	}

	/** Repeats an attempt with growing pauses; null when it fails after `signal` came. */
	async #patiently<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T | null> {
		for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
			try {
				const answer = await attempt();
				if (this.#counts.trouble !== '') this.#log('publish: the broker takes alerts again.');
				this.#counts.trouble = '';
				return answer;
			} catch (error) {
				this.#trouble(sentenceOf(error));
			}
			if (signal.aborted) return null;
			await pause(wait, undefined, { signal }).catch(() => undefined);
		}
	}

	#trouble(sentence: string): void {
		if (sentence !== this.#counts.trouble) this.#log(`publish: ${sentence}; alerts wait until the broker takes them.`);
		this.#counts.trouble = sentence;
	}
}
