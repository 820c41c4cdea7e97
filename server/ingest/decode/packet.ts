/** A packet after decoding: plain values under the survey's own names, 64-bit integers as bigint, bytes as Uint8Array. Knows no survey. */
export interface DecodedPacket {
	/** Full name of the writer's record, for example `ztf.alert` or `lsst.v10_0.alert`. */
	readonly recordName: string;
	/** Confluent schema id, or null for a container file. */
	readonly schemaId: number | null;
	readonly record: Readonly<Record<string, unknown>>;
}

/** The bytes are not a packet we can read; `kind` as in dead letters. */
export class DecodeError extends Error {
	override readonly name = 'DecodeError';
	/** Records of the same packet that were read before the one that failed, in order. */
	readonly before: readonly DecodedPacket[];
	constructor(
		readonly kind: 'unreadable' | 'unknownSurvey' | 'invalid' | 'refused' | 'tooLarge',
		message: string,
		options?: ErrorOptions & { readonly before?: readonly DecodedPacket[] },
	) {
		super(message, options);
		this.before = options?.before ?? [];
	}
}
