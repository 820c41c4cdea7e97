import type { Alert } from '#lib/alert/alert.ts';
import type { DeadLetterKind } from '#clickhouse/records.ts';
import { RegistryError } from './decode/confluent.ts';
import { DecodeError, type DecodedPacket } from './decode/packet.ts';
import type { BrokenPacket, RawPacket } from './source/source.ts';
import {
	deadRecord,
	type DeadRecord,
	type OffsetRange,
	type Place,
	type PreparedBatch,
	type ReadAlert,
} from './store/prepared.ts';

/** Turns the bytes of a packet into records; a container may hold several. */
export interface Decoder {
	decode(packet: RawPacket): readonly DecodedPacket[] | Promise<readonly DecodedPacket[]>;
}

/** Turns a decoded packet into an alert; throws DecodeError with a sentence. */
export type Normalise = (decoded: DecodedPacket, receivedAtMs: number) => Alert;

function comparePlaces(a: Place, b: Place): number {
	if (a.source !== b.source) return a.source < b.source ? -1 : 1;
	if (a.partition !== b.partition) return a.partition < b.partition ? -1 : 1;
	return a.offset === b.offset ? 0 : a.offset < b.offset ? -1 : 1;
}

/** Offsets of each partition in records, inclusive, in order. */
function rangesOf(packets: readonly Omit<Place, 'member' | 'receivedAtMs'>[]): OffsetRange[] {
	const ranges = new Map<string, { source: string; partition: string; first: bigint; last: bigint }>();
	for (const packet of packets) {
		const key = `${packet.source}\0${packet.partition}`;
		const range = ranges.get(key);
		if (range === undefined) {
			ranges.set(key, {
				source: packet.source,
				partition: packet.partition,
				first: packet.offset,
				last: packet.offset,
			});
		} else {
			if (packet.offset < range.first) range.first = packet.offset;
			if (packet.offset > range.last) range.last = packet.offset;
		}
	}
	return [...ranges.values()];
}

/** What one packet gave: a bad record becomes a dead letter and stops nothing. */
export interface ReadPacket {
	readonly packet: RawPacket | BrokenPacket;
	readonly alerts: readonly ReadAlert[];
	readonly dead: readonly DeadRecord[];
}

/** How packets are read. */
export interface Reading {
	readonly decoder: Decoder;
	readonly normalise: Normalise;
	readonly originOverride?: 'test' | undefined;
}

/** Decodes and normalises one packet; throws RegistryError only. */
export async function readPacket(
	packet: RawPacket | BrokenPacket,
	{ decoder, normalise, originOverride }: Reading,
): Promise<ReadPacket> {
	if ('broken' in packet) {
		const dead = deadRecord(packet, packet.kind, packet.reason, packet.bytes, undefined, packet.size);
		return { packet, alerts: [], dead: [dead] };
	}
	const { records, failure } = await readRecords(packet, decoder);
	if (packet.source === 'kafka' && records.length + (failure === null ? 0 : 1) > 1) {
		// a message has one offset, and that ends in one state
		const reason =
			failure === null
				? `The message holds ${records.length} alerts; one is taken from a message. Save it as a file and ingest that.`
				: sentenceOf(failure);
		const kind = failure === null ? 'invalid' : kindOf(failure);
		return { packet, alerts: [], dead: [deadRecord(packet, kind, reason, packet.bytes)] };
	}
	const alerts: ReadAlert[] = [];
	const dead: DeadRecord[] = [];
	for (const [i, record] of records.entries()) {
		const place = { ...placeOf(packet), offset: packet.offset + BigInt(i) };
		try {
			const alert = normalise(record, packet.receivedAtMs);
			const origin = originOverride !== undefined && alert.origin === 'real' ? originOverride : alert.origin;
			alerts.push({ alert: origin === alert.origin ? alert : { ...alert, origin }, place, bytes: packet.bytes });
		} catch (error) {
			dead.push(deadRecord(place, kindOf(error), sentenceOf(error), packet.bytes));
		}
	}
	if (failure !== null) {
		const place = { ...placeOf(packet), offset: packet.offset + BigInt(records.length) };
		dead.push(deadRecord(place, kindOf(failure), sentenceOf(failure), packet.bytes));
	}
	return { packet, alerts, dead };
}

/** The batch that read packets make. */
export function batchOf(packets: readonly ReadPacket[]): PreparedBatch {
	const alerts = packets.flatMap((read) => read.alerts).sort((a, b) => comparePlaces(a.place, b.place));
	const dead = packets.flatMap((read) => read.dead).sort((a, b) => comparePlaces(a.place, b.place));
	const places = [...packets.map(({ packet }) => packet), ...[...alerts, ...dead].map(({ place }) => place)];
	return { alerts, dead, ranges: rangesOf(places) };
}

/** Decodes and normalises the packets of a batch. */
export async function prepareBatch(
	packets: readonly (RawPacket | BrokenPacket)[],
	reading: Reading,
): Promise<PreparedBatch> {
	const read: ReadPacket[] = [];
	for (const packet of packets) read.push(await readPacket(packet, reading));
	return batchOf(read);
}

/** The records of a packet, and why there are no more when it is damaged. Throws only when nothing can be said of it yet. */
async function readRecords(
	packet: RawPacket,
	decoder: Decoder,
): Promise<{ records: readonly DecodedPacket[]; failure: DecodeError | Error | null }> {
	try {
		const answer = decoder.decode(packet);
		return { records: answer instanceof Promise ? await answer : answer, failure: null };
	} catch (error) {
		if (error instanceof RegistryError) throw error;
		if (error instanceof DecodeError) return { records: error.before, failure: error };
		return { records: [], failure: error instanceof Error ? error : new Error(String(error)) };
	}
}

function placeOf(packet: RawPacket): Place {
	const { source, partition, offset, member, receivedAtMs } = packet;
	return { source, partition, offset, member, receivedAtMs };
}

function kindOf(error: unknown): DeadLetterKind {
	return error instanceof DecodeError ? error.kind : 'unreadable';
}

function sentenceOf(error: unknown): string {
	if (error instanceof DecodeError) return error.message;
	return `The record could not be read: ${error instanceof Error ? error.message : String(error)}`;
}
