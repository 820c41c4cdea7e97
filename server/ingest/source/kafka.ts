import { setTimeout as pause } from 'node:timers/promises';
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { kafkaClient } from './kafka/client.ts';
import { assignerWith, type JoinHooks, type Membership } from './kafka/joining.ts';
import { PacketQueue } from './kafka/packetQueue.ts';
import { formatPlace, KAFKA, packetOf, parsePlace } from './kafka/place.ts';
import { rereadRanges } from './kafka/reread.ts';
import type { KafkaSettings } from './kafka/settings.ts';
import { chooseTopics } from './kafka/topics.ts';
import type { AlertSource, BrokenPacket, OffsetRange, RawPacket, SourceProgress } from './source.ts';

/** Where reading of one partition stands; offsets are those of the broker. */
interface Partition {
	readonly key: string;
	readonly topic: string;
	readonly partition: number;
	/** Last offset that came into the queue since the group changed. */
	queued: bigint;
	/** Last offset that the pipeline took. */
	given: bigint;
	/** Last offset that is finished. */
	finished: bigint;
	/** Last offset that the group has committed, as far as is known here. */
	committed: bigint;
	end: bigint;
	owned: boolean;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** How long a change of the group waits for batches in hand; the broker waits a little longer. */
const FINISH_MS = 240_000;
const REBALANCE_MS = 300_000;

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Alerts from the topics of a Kafka broker, shared with the other workers of its group. An offset is committed only after
 * `acknowledge`; before partitions go to another worker the batches in hand are finished. Brokers that are away, and
 * topics that do not exist yet, are waited for.
 */
export class KafkaSource implements AlertSource {
	readonly #settings: KafkaSettings;
	readonly #log: (line: string) => void;
	readonly #now: () => number;
	readonly #kafka: Kafka;
	readonly #queue = new PacketQueue();
	readonly #partitions = new Map<string, Partition>();
	readonly #stop = new AbortController();
	#cluster = '';
	#membership: Membership | null = null;
	#consumer: Consumer | null = null;
	#admin: Admin | null = null;
	#paused = false;
	#joining = false;
	/** No more acknowledgements will come. */
	#closing = false;
	#everJoined = false;
	#committing = false;
	#running: Promise<void> = Promise.resolve();
	#bytesRead = 0;
	#lost = 0;
	#rebalances = 0;
	/** Why the last session ended, until the next one has joined. */
	#trouble = '';
	/** The broker was asked and has no topic to read: nothing waits. */
	#hasNoTopic = false;

	constructor(settings: KafkaSettings, log: (line: string) => void, now: () => number = Date.now) {
		this.#settings = settings;
		this.#log = log;
		this.#now = now;
		this.#kafka = kafkaClient(settings, log);
	}

	async *packets(signal: AbortSignal): AsyncGenerator<RawPacket | BrokenPacket> {
		const stop = (): void => {
			this.#stop.abort();
			this.#queue.wake();
		};
		if (signal.aborted) stop();
		signal.addEventListener('abort', stop);
		this.#running = this.#keepConsuming();
		try {
			while (!this.#stop.signal.aborted) {
				const packet = this.#queue.take();
				if (packet === null) {
					await this.#queue.arrival();
					continue;
				}
				this.#bytesRead += packet.bytes.length;
				const partition = this.#partitions.get(packet.partition);
				if (partition !== undefined) partition.given = packet.offset;
				this.#resumeIfRoom();
				yield packet;
			}
		} finally {
			signal.removeEventListener('abort', stop);
			stop();
		}
	}

	reread(ranges: readonly OffsetRange[]): AsyncGenerator<RawPacket> {
		return rereadRanges(this.#kafka, this.#settings, ranges, this.#log);
	}

	/** Id of the broker's cluster; asked once. */
	async cluster(): Promise<string> {
		if (this.#cluster === '') {
			const admin = this.#kafka.admin();
			await admin.connect();
			this.#cluster = (await admin.describeCluster()).clusterId;
			await admin.disconnect();
		}
		return this.#cluster;
	}

	/** Whether these offsets are of this broker. */
	async owns(range: OffsetRange): Promise<boolean> {
		return range.source === KAFKA && parsePlace(range.partition)?.cluster === (await this.cluster());
	}

	acknowledge(ranges: readonly OffsetRange[]): void {
		for (const { source, partition: key, last } of ranges) {
			const place = source === KAFKA ? parsePlace(key) : null;
			if (place === null) continue;
			const partition = this.#partition(key, place.topic, place.partition);
			if (last > partition.finished) partition.finished = last;
		}
		void this.#commit();
	}

	progress(): SourceProgress {
		return { bytesTotal: null, bytesRead: this.#bytesRead };
	}

	/** Messages that wait in what this worker reads, by topic. */
	lags(): Map<string, number> {
		const lags = new Map<string, number>();
		for (const { owned, topic, end, finished } of this.#partitions.values()) {
			if (!owned) continue;
			const lag = end > finished + 1n ? Number(end - finished - 1n) : 0;
			lags.set(topic, (lags.get(topic) ?? 0) + lag);
		}
		return lags;
	}

	lag(): number | null {
		if (this.#membership === null) return this.#hasNoTopic ? 0 : null;
		return [...this.lags().values()].reduce((sum, lag) => sum + lag, 0);
	}

	/** Messages that the broker had dropped before they were read, changes of the group, and what keeps from reading now ('' for nothing). */
	get troubles(): { readonly lost: number; readonly rebalances: number; readonly trouble: string } {
		return { lost: this.#lost, rebalances: this.#rebalances, trouble: this.#trouble };
	}

	async close(): Promise<void> {
		this.#closing = true;
		this.#stop.abort();
		this.#queue.wake();
		await this.#running;
	}

	#partition(key: string, topic: string, partition: number): Partition {
		const known = this.#partitions.get(key);
		if (known !== undefined) return known;
		const made = {
			key,
			topic,
			partition,
			queued: -1n,
			given: -1n,
			finished: -1n,
			committed: -1n,
			end: 0n,
			owned: false,
		};
		this.#partitions.set(key, made);
		return made;
	}

	/** One session after the other, with growing pauses after failures; ends when asked. */
	async #keepConsuming(): Promise<void> {
		const { signal } = this.#stop;
		let wait = FIRST_WAIT_MS;
		while (!signal.aborted) {
			const startedAt = this.#now();
			try {
				await this.#session();
				wait = FIRST_WAIT_MS;
			} catch (error) {
				if (this.#stopped()) return;
				if (this.#now() - startedAt > 2 * LONGEST_WAIT_MS) wait = FIRST_WAIT_MS;
				this.#trouble = `${this.#settings.name}: ${sentenceOf(error)}`;
				this.#log(`${this.#trouble}; connecting again in ${wait / 1000} s.`);
				await this.#rest(wait);
				wait = Math.min(LONGEST_WAIT_MS, wait * 2);
			}
		}
	}

	/** Asked anew after every pause. */
	#stopped(): boolean {
		return this.#stop.signal.aborted;
	}

	async #rest(ms: number): Promise<void> {
		await pause(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
	}

	/** Reads the topics that there are now until they change, the connection breaks or it is asked to end. */
	async #session(): Promise<void> {
		const { name, topicCheckMs } = this.#settings;
		const admin = this.#kafka.admin();
		let consumer: Consumer | null = null;
		const crash: { error: Error | null } = { error: null };
		const over = new AbortController();
		try {
			await admin.connect();
			this.#admin = admin;
			this.#cluster = (await admin.describeCluster()).clusterId;
			const topics = await this.#topics(admin);
			if (topics.length === 0) {
				this.#trouble = `${name}: no topic matches ${this.#settings.topics.join(', ')} yet`;
				this.#log(`${this.#trouble}.`);
				this.#hasNoTopic = true;
				await this.#rest(topicCheckMs);
				this.#hasNoTopic = false;
				return;
			}
			consumer = this.#consume(topics);
			consumer.on(consumer.events.CRASH, ({ payload }) => {
				crash.error = payload.error;
				over.abort();
			});
			await consumer.connect();
			await consumer.subscribe({ topics, fromBeginning: true });
			await consumer.run({ autoCommit: false, eachBatch: (payload) => this.#take(payload) });
			const either = AbortSignal.any([over.signal, this.#stop.signal]);
			while (!either.aborted) {
				await pause(topicCheckMs, undefined, { signal: either }).catch(() => undefined);
				if (this.#stopped() || crash.error !== null) break;
				const now = await this.#topics(admin);
				if (now.join() !== topics.join()) {
					const fresh = now.filter((topic) => !topics.includes(topic));
					this.#log(`${name}: topics changed${fresh.length > 0 ? `, new: ${fresh.join(', ')}` : ''}.`);
					break;
				}
				await this.#readEnds(admin);
				void this.#commit();
			}
			if (crash.error !== null) throw crash.error;
		} finally {
			await this.#endSession(consumer, admin);
		}
	}

	async #topics(admin: Admin): Promise<string[]> {
		const { topics, nights } = this.#settings;
		return chooseTopics(await admin.listTopics(), topics, nights, this.#now());
	}

	async #endSession(consumer: Consumer | null, admin: Admin): Promise<void> {
		if (this.#membership !== null) await this.#finish(this.#membership);
		this.#membership = null;
		this.#consumer = null;
		this.#admin = null;
		this.#joining = false;
		for (const partition of this.#partitions.values()) partition.owned = false;
		await consumer?.disconnect().catch(() => undefined);
		await admin.disconnect().catch(() => undefined);
	}

	#consume(topics: readonly string[]): Consumer {
		const { group, sessionMs, name } = this.#settings;
		const hooks: JoinHooks = {
			before: (membership) => this.#finish(membership),
			after: (membership) => this.#joined(membership),
		};
		this.#log(`${name}: reading ${topics.join(', ')} as ${group}.`);
		const consumer = this.#kafka.consumer({
			groupId: group,
			partitionAssigners: [assignerWith(hooks)],
			sessionTimeout: sessionMs,
			heartbeatInterval: Math.max(500, Math.floor(sessionMs / 10)),
			rebalanceTimeout: REBALANCE_MS,
			allowAutoTopicCreation: false,
			metadataMaxAge: 60_000,
			maxBytesPerPartition: 8 * 1024 * 1024,
			maxBytes: 32 * 1024 * 1024,
			maxWaitTimeInMs: 250,
			// a failure ends the session, and the next one begins with what there is then
			retry: { retries: 5, initialRetryTime: 200, maxRetryTime: 5_000, restartOnFailure: () => Promise.resolve(false) },
		});
		this.#consumer = consumer;
		return consumer;
	}

	/** Puts what was fetched into the queue, without what is in hand. Must not wait: see `#joining`. */
	#take({ batch }: EachBatchPayload): Promise<void> {
		// the positions are read anew after joining: what is left out here comes again
		if (this.#joining) return Promise.resolve();
		const { topic } = batch;
		const key = formatPlace({ cluster: this.#cluster, topic, partition: batch.partition });
		const partition = this.#partition(key, topic, batch.partition);
		partition.end = BigInt(batch.highWatermark);
		const now = this.#now();
		for (const message of batch.messages) {
			const offset = BigInt(message.offset);
			if (offset <= partition.queued || (offset > partition.finished && offset <= partition.given)) continue;
			partition.queued = offset;
			this.#queue.push(packetOf(key, topic, message, now));
		}
		if (!this.#paused && this.#queue.bytes > this.#settings.bufferBytes) {
			this.#paused = true;
			this.#consumer?.pause(this.#owned());
		}
		return Promise.resolve();
	}

	#resumeIfRoom(): void {
		if (!this.#paused || this.#queue.bytes > this.#settings.bufferBytes / 2) return;
		this.#paused = false;
		const paused = this.#consumer?.paused() ?? [];
		if (paused.length > 0) this.#consumer?.resume(paused);
	}

	#owned(): { topic: string; partitions: number[] }[] {
		return this.#membership?.assigned() ?? [];
	}

	/** Drops what waits, lets the pipeline finish what it took, and commits it. */
	async #finish(membership: Membership): Promise<void> {
		this.#joining = true;
		this.#queue.clear();
		for (const partition of this.#partitions.values()) partition.queued = -1n;
		const deadline = this.#now() + FINISH_MS;
		const inHand = (): boolean => [...this.#partitions.values()].some(({ given, finished }) => given > finished);
		while (!this.#closing && inHand() && this.#now() < deadline) await pause(20);
		if (this.#everJoined) await this.#commitNow(membership);
		this.#resumeIfRoom();
	}

	/** Learns what this worker has to read and from where. A failure here only makes kafkajs choose the place to begin. */
	async #joined(membership: Membership): Promise<void> {
		this.#membership = membership;
		this.#trouble = '';
		if (this.#everJoined) this.#rebalances += 1;
		for (const partition of this.#partitions.values()) partition.owned = false;
		for (const { topic, partitions } of membership.assigned()) {
			for (const partition of partitions) {
				const key = formatPlace({ cluster: this.#cluster, topic, partition });
				this.#partition(key, topic, partition).owned = true;
			}
		}
		try {
			if (this.#admin !== null) await this.#findBeginnings(membership, this.#admin);
			this.#everJoined = true;
		} catch (error) {
			this.#log(`${this.#settings.name}: the group's offsets could not be checked: ${sentenceOf(error)}.`);
		}
		this.#joining = false;
	}

	async #findBeginnings(membership: Membership, admin: Admin): Promise<void> {
		const { group } = this.#settings;
		const assigned = membership.assigned();
		if (assigned.length === 0) return;
		const offsets = await admin.fetchOffsets({ groupId: group, topics: assigned.map(({ topic }) => topic) });
		for (const { topic, partitions } of assigned) {
			const ends = await admin.fetchTopicOffsets(topic);
			for (const number of partitions) {
				const partition = this.#partition(
					formatPlace({ cluster: this.#cluster, topic, partition: number }),
					topic,
					number,
				);
				const end = ends.find((one) => one.partition === number);
				if (end === undefined) continue;
				const low = BigInt(end.low);
				partition.end = BigInt(end.high);
				const text = offsets
					.find((one) => one.topic === topic)
					?.partitions.find((one) => one.partition === number)?.offset;
				// the offset to go on with, -1 for a group that has never read this partition
				const committed = BigInt(text ?? '-1');
				partition.committed = committed < 0n ? -1n : committed - 1n;
				const start = this.#startOf(partition, committed, low);
				if (start !== committed) this.#consumer?.seek({ topic, partition: number, offset: String(start) });
			}
		}
		await this.#commitNow(membership);
	}

	/** The offset to read next: what is committed or finished already, as far as the broker still has it. */
	#startOf(partition: Partition, committed: bigint, low: bigint): bigint {
		const { topic, partition: number, end } = partition;
		const label = `${this.#settings.name}: ${topic}/${number}`;
		if (committed > partition.finished + 1n) partition.finished = committed - 1n;
		const isNew = committed < 0n && partition.finished < 0n;
		if (isNew && this.#settings.from === 'latest' && !this.#everJoined) partition.finished = end - 1n;
		if (partition.finished >= end) {
			this.#log(`${label} ends before the offset that the group had reached: it is read from its beginning.`);
			partition.finished = low - 1n;
		}
		const start = partition.finished + 1n;
		if (start >= low) return start;
		if (!isNew) {
			this.#lost += Number(low - start);
			this.#log(`${label}: ${low - start} messages were dropped by the broker before they were read.`);
		}
		partition.finished = low - 1n;
		return low;
	}

	/** Ends of all partitions that this worker reads, for the lag. */
	async #readEnds(admin: Admin): Promise<void> {
		for (const { topic } of this.#owned()) {
			for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
				const known = this.#partitions.get(formatPlace({ cluster: this.#cluster, topic, partition }));
				if (known !== undefined) known.end = BigInt(high);
			}
		}
	}

	/** Commits in the background; what fails is committed with the next ones. */
	async #commit(): Promise<void> {
		if (this.#committing || this.#joining || this.#membership === null) return;
		this.#committing = true;
		try {
			await this.#commitNow(this.#membership);
		} finally {
			this.#committing = false;
		}
	}

	async #commitNow(membership: Membership): Promise<void> {
		const due = [...this.#partitions.values()].filter((one) => one.owned && one.finished > one.committed);
		if (due.length === 0) return;
		const topics = new Map<string, { partition: number; offset: string }[]>();
		const upTo = due.map((partition) => ({ partition, offset: partition.finished }));
		for (const { partition, offset } of upTo) {
			const list = topics.get(partition.topic) ?? [];
			list.push({ partition: partition.partition, offset: String(offset + 1n) });
			topics.set(partition.topic, list);
		}
		try {
			await membership.commitOffsets({
				topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
			});
			for (const { partition, offset } of upTo) partition.committed = offset;
		} catch {
			// tried again with the next batch, at the next look for topics, or after joining; the next reader would only find known alerts
		}
	}
}

/** Alerts from the topics of a Kafka broker. */
export function kafkaSource(settings: KafkaSettings, log: (line: string) => void, now?: () => number): KafkaSource {
	return new KafkaSource(settings, log, now);
}
