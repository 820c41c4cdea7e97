import type { RawPacket } from '../source.ts';

/** Kind of source in deliveries and dead letters. */
export const KAFKA = 'kafka';

/** Where a partition is, whatever broker answers for it. */
export interface KafkaPlace {
	readonly cluster: string;
	readonly topic: string;
	readonly partition: number;
}

/** The partition as deliveries name it: cluster/topic/partition, the same after every restart. */
export function formatPlace({ cluster, topic, partition }: KafkaPlace): string {
	return `${cluster}/${topic}/${partition}`;
}

/** Reads what formatPlace wrote, or null. Topics hold no slash. */
export function parsePlace(text: string): KafkaPlace | null {
	const [, cluster, topic, partition] = /^([^/]+)\/([^/]+)\/(\d+)$/.exec(text) ?? [];
	if (cluster === undefined || topic === undefined || partition === undefined) return null;
	return { cluster, topic, partition: Number(partition) };
}

const NOTHING = Buffer.alloc(0);

/** A message as a packet; one without a value has no bytes and becomes a dead letter. */
export function packetOf(
	place: string,
	topic: string,
	message: { offset: string; value: Buffer | null },
	now: number,
): RawPacket {
	return {
		bytes: message.value ?? NOTHING,
		source: KAFKA,
		partition: place,
		offset: BigInt(message.offset),
		member: topic,
		receivedAtMs: now,
	};
}
