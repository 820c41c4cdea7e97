/** One message as it came, before anything is known of it. */
export interface RawPacket {
	readonly bytes: Uint8Array;
	/** Kind of source: `file`, `tar`, `simulation`, `kafka`. */
	readonly source: string;
	/** Absolute path of the file or archive, cluster/topic/partition, or seed of a simulation: offsets count within it. */
	readonly partition: string;
	/** Position of the record in its partition, from 0 (file: record; tar: member * 65536 + record). */
	readonly offset: bigint;
	/** File name or archive member, for people. */
	readonly member: string;
	readonly receivedAtMs: number;
}

/** A record that could not become a packet: bad container, too large, refused member. */
export interface BrokenPacket {
	readonly broken: true;
	readonly kind: 'unreadable' | 'unknownSurvey' | 'invalid' | 'refused' | 'tooLarge';
	/** A sentence that says what is wrong and, where possible, what to do. */
	readonly reason: string;
	/** The record, or its first mebibyte when it is larger than can be kept. */
	readonly bytes: Uint8Array;
	readonly size: number;
	readonly source: string;
	readonly partition: string;
	readonly offset: bigint;
	readonly member: string;
	readonly receivedAtMs: number;
}

/** What a source still has to give, for rate and ETA; bytes are of the files as they lie. */
export interface SourceProgress {
	readonly bytesTotal: number | null;
	readonly bytesRead: number;
}

/** The offsets of one partition in a batch, inclusive. */
export interface OffsetRange {
	readonly source: string;
	readonly partition: string;
	readonly first: bigint;
	readonly last: bigint;
}

/** Bytes in: packets of a file, archive, topic or simulation in a repeatable order. */
export interface AlertSource {
	/** All packets in order; ends when the source does. Never throws for one bad record: it yields it as broken. */
	packets(signal: AbortSignal): AsyncIterable<RawPacket | BrokenPacket>;
	/** The same records of these ranges again, in the same order: a batch is finished with them after a crash. Throws SourceError when they are gone. */
	reread(ranges: readonly OffsetRange[]): AsyncIterable<RawPacket | BrokenPacket>;
	progress(): SourceProgress;
	/** These records are in every table and output topic: they need not be given again after a restart. */
	acknowledge?(ranges: readonly OffsetRange[]): void;
	/** Records that wait to be read, where the source can tell; nights close only at 0. */
	lag?(): number | null;
	/** Called once when the ingest ends, for whatever reason: gives up what the source holds. */
	close?(): Promise<void>;
}

/** The source as a whole cannot be read; the sentence says what to do. */
export class SourceError extends Error {
	override readonly name = 'SourceError';
}
