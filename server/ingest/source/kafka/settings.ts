/** How to log in to a broker. */
export interface KafkaLogin {
	readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
	readonly username: string;
	readonly password: string;
}

/** One stream of alerts: where it is and what of it is read. */
export interface KafkaSettings {
	/** Name for people: of a survey, or `kafka`. */
	readonly name: string;
	/** `host:port` of some brokers; the others are learned from them. */
	readonly brokers: readonly string[];
	/** Topics as they are named, or patterns: `*` for any letters, `YYYYMMDD` for a date. */
	readonly topics: readonly string[];
	/** Consumer group: workers of one group share the partitions. */
	readonly group: string;
	/** Where the group begins in topics that it has never read. */
	readonly from: 'earliest' | 'latest';
	readonly login: KafkaLogin | null;
	/** TLS; `caFile` holds the authority's certificate, null = those that Node knows. */
	readonly tls: { readonly caFile: string | null } | null;
	/** Dated topics older than this many days are left alone. */
	readonly nights: number;
	/** Bytes of packets that may wait for the pipeline before partitions are paused. */
	readonly bufferBytes: number;
	/** Milliseconds after which a worker that says nothing loses its partitions. */
	readonly sessionMs: number;
	/** Milliseconds between looks for new topics. */
	readonly topicCheckMs: number;
}

/** Settings that are rarely changed. */
export const KAFKA_DEFAULTS = {
	from: 'earliest',
	nights: 14,
	bufferBytes: 96 * 1024 * 1024,
	sessionMs: 30_000,
	topicCheckMs: 30_000,
} as const;

/** What it takes to talk to a broker. */
export type KafkaAccess = Pick<KafkaSettings, 'name' | 'brokers' | 'login' | 'tls'>;
