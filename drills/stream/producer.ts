import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs, { type Producer } from 'kafkajs';
import type { Alert } from '#lib/alert/alert.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { prepareBatch } from '#server/ingest/prepare.ts';
import { createSimulation, type SimulatedPacket } from '#server/simulate/index.ts';

/** A message of the drill and what is known of it before it is sent. */
export interface Sent {
	readonly topic: string;
	readonly key: string;
	readonly bytes: Buffer | null;
	/** Hex SHA-256 of the bytes. */
	readonly sha256: string;
	/** What the packet says; null for poison. */
	readonly alert: Alert | null;
}

/** The sky whose packets are sent. */
export const DRILL_SKY = { seed: 7, alertsPerNight: 1500 } as const;

export const shaOf = (bytes: Uint8Array | null): string =>
	createHash('sha256')
		.update(bytes ?? new Uint8Array())
		.digest('hex');

const poisonOf = (packet: SimulatedPacket, kind: number): Buffer | null =>
	[Buffer.from(`noise ${packet.alertId}`), null, Buffer.from(packet.bytes.subarray(0, 3000)), Buffer.alloc(64, 7)][
		kind
	] ?? null;

/** Messages of a drill: packets of both surveys by object, one in twenty of them followed by poison. */
export async function messagesOf(
	count: number,
	topics: { readonly ztf: string; readonly lsst: string },
	random: () => number,
	cacheFolder: string,
): Promise<Sent[]> {
	const simulation = createSimulation(DRILL_SKY);
	const decoder = createDecoder({ cacheFolder, registryUrl: null });
	const night = Math.floor(Date.now() / 86_400_000) - 3;
	function* endless(survey: 'ztf' | 'lsst'): Generator<SimulatedPacket, never> {
		for (let day = night; ; day -= 1) yield* simulation.from(survey, day, 0);
	}
	const streams = { ztf: endless('ztf'), lsst: endless('lsst') };
	const out: Sent[] = [];
	while (out.length < count) {
		const survey = random() < 0.85 ? 'ztf' : 'lsst';
		const { value: packet } = streams[survey].next();
		const bytes = Buffer.from(packet.bytes);
		const place = { source: 'drill', partition: 'drill', offset: 0n, member: '', receivedAtMs: 0 };
		const { alerts } = await prepareBatch([{ ...place, bytes }], { decoder, normalise });
		const alert = alerts[0]?.alert ?? null;
		if (alert === null) throw new Error(`the simulated packet ${packet.alertId} cannot be read`);
		const topic = topics[survey];
		out.push({ topic, key: packet.objectId, bytes, sha256: shaOf(bytes), alert });
		if (random() < 0.05) {
			const poison = poisonOf(packet, Math.floor(random() * 4));
			out.push({ topic, key: packet.objectId, bytes: poison, sha256: shaOf(poison), alert: null });
		}
	}
	return out.slice(0, count);
}

/** Sends messages of a list at a rate, whatever happens to the broker, each once. */
export class Load {
	/** Messages that the broker acknowledged. */
	sent = 0;
	readonly #producer: Producer;

	constructor(
		brokers: string,
		private readonly messages: readonly Sent[],
		private readonly perSecond: number,
	) {
		const kafka = new kafkajs.Kafka({
			clientId: 'drill',
			brokers: [brokers],
			logLevel: kafkajs.logLevel.NOTHING,
			retry: { retries: 2, initialRetryTime: 200, maxRetryTime: 1000 },
		});
		this.#producer = kafka.producer({ allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 });
	}

	async connect(): Promise<void> {
		await this.#producer.connect();
	}

	async close(): Promise<void> {
		await this.#producer.disconnect();
	}

	/** Sends the next messages, a request for each partition's share of a tenth of a second. */
	async send(count: number): Promise<void> {
		const end = Math.min(this.messages.length, this.sent + count);
		const step = Math.max(1, Math.round(this.perSecond / 10));
		while (this.sent < end) {
			const some = this.messages.slice(this.sent, Math.min(end, this.sent + step));
			for (const topic of new Set(some.map((one) => one.topic)))
				await this.#patiently(
					topic,
					some.filter((one) => one.topic === topic),
				);
			this.sent += some.length;
			await pause(100);
		}
	}

	/** A repeated request keeps its numbers only with the same producer: it is never replaced. */
	async #patiently(topic: string, some: readonly Sent[]): Promise<void> {
		for (let i = 0; i < some.length; i += 1) {
			const one = some[i];
			if (one === undefined) continue;
			for (;;) {
				try {
					await this.#producer.send({ topic, acks: -1, messages: [{ key: one.key, value: one.bytes }] });
					break;
				} catch (error) {
					if (error instanceof Error && 'type' in error && error.type === 'DUPLICATE_SEQUENCE_NUMBER') break;
					await pause(250);
				}
			}
		}
	}
}
