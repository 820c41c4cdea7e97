import { createHash } from 'node:crypto';
import type { Alert } from '#lib/alert/alert.ts';
import type { DeadLetterKind } from '#clickhouse/records.ts';

/** The offsets of one partition in a batch, inclusive. */
export interface OffsetRange {
	readonly source: string;
	readonly partition: string;
	readonly first: bigint;
	readonly last: bigint;
}

/** Where one record of a batch was read. */
export interface Place {
	readonly source: string;
	readonly partition: string;
	readonly offset: bigint;
	readonly member: string;
	readonly receivedAtMs: number;
}

/** A record that became an alert; its bytes are kept until the batch is written, in case it is a conflict. */
export interface ReadAlert {
	readonly alert: Alert;
	readonly place: Place;
	readonly bytes: Uint8Array;
}

/** A record that did not, with the reason. */
export interface DeadRecord {
	readonly place: Place;
	readonly kind: DeadLetterKind;
	readonly reason: string;
	readonly survey: string;
	readonly alertId: bigint;
	readonly programme: string;
	readonly origin: Alert['origin'];
	readonly bytes: Uint8Array;
	readonly size: number;
	readonly sha256: Uint8Array;
}

/** The records of a batch, read and normalised, in the order of their places. */
export interface PreparedBatch {
	readonly alerts: readonly ReadAlert[];
	readonly dead: readonly DeadRecord[];
	/** Offsets per partition, for the boundary. */
	readonly ranges: readonly OffsetRange[];
}

/** Bytes of a dead letter that are kept; a larger record is cut and says so. */
const DEAD_LETTER_BYTES = 32 * 1024 * 1024;

/** Makes a dead letter of a record. */
export function deadRecord(
	place: Place,
	kind: DeadLetterKind,
	reason: string,
	bytes: Uint8Array,
	alert?: Pick<Alert, 'survey' | 'alertId' | 'programme' | 'origin'>,
	size = bytes.length,
): DeadRecord {
	return {
		place,
		kind,
		reason,
		survey: alert?.survey ?? '',
		alertId: alert?.alertId ?? 0n,
		programme: alert?.programme ?? 'private',
		origin: alert?.origin ?? 'real',
		bytes: bytes.length > DEAD_LETTER_BYTES ? bytes.subarray(0, DEAD_LETTER_BYTES) : bytes,
		size,
		sha256: createHash('sha256').update(bytes).digest(),
	};
}
