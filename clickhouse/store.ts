import type { Readable } from 'node:stream';

/** A value bound to a typed placeholder `{name:Type}`; bigint for 64-bit integers, bytes never. */
export type Param = string | number | bigint | boolean | null | readonly Param[] | { readonly [key: string]: Param };

/** Encoded rows, whole or in pieces. */
export type RowBytes = Uint8Array | readonly Uint8Array[];

/** Rows as a block of ClickHouse's Native format, in pieces. */
export interface NativeBlock {
	readonly format: 'Native';
	readonly pieces: readonly Uint8Array[];
}

/** How much a query may cost: `page` answers a reader, `export` streams a download, `ingest` is ours. */
export type QueryClass = 'page' | 'export' | 'ingest';

export interface QueryOptions {
	readonly class?: QueryClass;
	/** A look-up of a few rows by their key: more threads than one, or compiling what is done to them, would cost more than they save. */
	readonly lookUp?: boolean;
	/**
	 * Of the alerts, whose columns no alias hides: the older analyser will do, which makes no tree of all 1,200 columns first (30 ms of CPU).
	 * Every look-up is light.
	 */
	readonly light?: boolean;
	/** Of alerts in a few pixels: the primary key finds them, and looking for a projection that does would cost as much as the read. */
	readonly byPlace?: boolean;
	/** Aborting kills the query in the store. */
	readonly signal?: AbortSignal;
}

/** Rows with what they cost. */
export interface Answer<Row> {
	readonly rows: Row[];
	readonly rowsRead: number;
	readonly elapsedMs: number;
}

/**
 * The column store, embedded or a cluster: the same ClickHouse behind an HTTP URL (implemented in connect.ts).
 * Integers of 64 bits arrive as decimal strings, NaN and infinities as null. Errors are StoreError.
 */
export interface Store {
	/** Name of the cluster that the tables are spread over; null on one machine. */
	readonly cluster: string | null;
	/** Runs a SELECT with bound parameters on a read-only connection. */
	query<Row>(sql: string, params?: Readonly<Record<string, Param>>, options?: QueryOptions): Promise<Row[]>;
	/** The same, with rows read and time. */
	ask<Row>(sql: string, params?: Readonly<Record<string, Param>>, options?: QueryOptions): Promise<Answer<Row>>;
	/** Streams a SELECT in a ClickHouse format (CSVWithNames, JSONEachRow, RowBinary, Parquet, ...) with back-pressure. */
	stream(
		sql: string,
		format: string,
		params?: Readonly<Record<string, Param>>,
		options?: QueryOptions,
	): Promise<Readable>;
	/** Runs a statement that returns nothing (DDL, ALTER, BACKUP); never with user text. */
	command(sql: string, params?: Readonly<Record<string, Param>>): Promise<void>;
	/**
	 * Inserts rows of RowBinary or a Native block, in one piece or in pieces to be sent one after the other; resolves once they are durable. The same token twice inserts once.
	 * Retries by itself while the store restarts, up to two minutes.
	 */
	insert(table: string, columns: readonly string[], rows: RowBytes | NativeBlock, token: string): Promise<void>;
	/** True when a real query answers. */
	ping(): Promise<boolean>;
	close(): Promise<void>;
}

/** What the store refused and whether the same call may work later. */
export class StoreError extends Error {
	override readonly name = 'StoreError';
	constructor(
		message: string,
		/** ClickHouse error code; 0 when the store did not answer. */
		readonly code: number,
		readonly retriable: boolean,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}
