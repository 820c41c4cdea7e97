import { Readable, Transform, type TransformCallback } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createClient, ClickHouseError, ClickHouseLogLevel, type ClickHouseSettings } from '@clickhouse/client';
import { Handoff } from './handoff.ts';
import { patiently } from './patience.ts';
import {
	StoreError,
	type Answer,
	type NativeBlock,
	type Param,
	type QueryClass,
	type QueryOptions,
	type RowBytes,
	type Store,
} from './store.ts';

/** Where a store is and how to be let in. */
export interface StoreAddress {
	readonly url: string;
	readonly user?: string;
	readonly password?: string;
	/** Name of the cluster whose Distributed tables are written; null or absent = one machine. */
	readonly cluster?: string | null;
	/** Folder in memory of an embedded store on this machine: large insert bodies are left there instead of being sent. */
	readonly handoff?: string | null;
}

const MEBIBYTE = 1024 ** 2;
const MINUTE_MS = 60_000;
/** Longest command: a backup of a large store. */
const COMMAND_MS = 6 * 60 * MINUTE_MS;

/** Limits per class of query; the class itself travels in log_comment, which every server keeps in its query log. */
const LIMITS: Record<QueryClass, { readonly seconds: number; readonly settings: ClickHouseSettings }> = {
	page: {
		seconds: 15,
		settings: { max_execution_time: 15, max_memory_usage: String(1536 * MEBIBYTE), max_result_rows: '1000000' },
	},
	export: { seconds: 900, settings: { max_execution_time: 900, max_memory_usage: String(3072 * MEBIBYTE) } },
	ingest: { seconds: 120, settings: { max_execution_time: 120 } },
};

/** The newer analyser makes a tree of every column of a table first; the older spares a query of the alerts, which have some 300, a millisecond or two. */
const LIGHT_SETTINGS: ClickHouseSettings = { enable_analyzer: 0 };

/** Settings of a look-up: at ten million alerts an object's summary costs half of what it does with the usual ones. */
const LOOK_UP_SETTINGS: ClickHouseSettings = {
	...LIGHT_SETTINGS,
	max_threads: 1,
	compile_expressions: 0,
	compile_aggregate_expressions: 0,
};

/** 64-bit integers as text, NaN and infinities as null: a number of JavaScript holds neither. */
const JSON_SETTINGS: ClickHouseSettings = {
	output_format_json_quote_64bit_integers: 1,
	output_format_json_quote_denormals: 0,
	output_format_json_quote_decimals: 0,
};

/** Look-ups by alert, object and batch go through the projections from this size on; the engine's own threshold is a million rows. */
const PROJECTION_SETTINGS: ClickHouseSettings = { min_table_rows_to_use_projection_index: '50000' };

const INSERT_SETTINGS: ClickHouseSettings = {
	...LIGHT_SETTINGS,
	// the views that an insert of alerts feeds name some results like the columns they are made of
	prefer_column_name_to_alias: 1,
	async_insert: 0,
	deduplicate_blocks_in_dependent_materialized_views: 1,
	max_insert_threads: '1',
	// every column that is named is sent: no defaults are looked for in the rows
	input_format_defaults_for_omitted_fields: 0,
};

/** Codes after which the same call may succeed: busy, stopping, killed, memory, too many parts, full disk. */
const RETRIABLE = new Set([159, 202, 209, 210, 236, 241, 243, 252, 319, 394, 425, 999]);

function networkProblem(error: unknown, url: string): StoreError {
	const message = error instanceof Error ? error.message : String(error);
	if (/ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN/.test(message)) {
		return new StoreError(
			`The store at ${url} does not answer. Is it running? ("nightjar store" starts it.)`,
			0,
			true,
			{ cause: error },
		);
	}
	if (/timeout/i.test(message))
		return new StoreError(`The store at ${url} took too long to answer.`, 0, true, { cause: error });
	return new StoreError(`The connection to the store at ${url} broke: ${message}`, 0, true, { cause: error });
}

function sentenceFor(code: number, message: string): string {
	switch (code) {
		case 159:
			return 'The query took too long and was stopped. Ask for a smaller region, fewer nights or fewer objects.';
		case 241:
			return 'The query needs more memory than it may use. Ask for less at once.';
		case 202:
			return `${message} Try again in a moment.`;
		case 394:
			return 'The query was cancelled.';
		case 516:
			return 'The store refuses the key. Read it again from store/endpoint.json in NIGHTJAR_HOME, or check NIGHTJAR_STORE_USER and NIGHTJAR_STORE_PASSWORD.';
		default:
			return message;
	}
}

/** Any failure of the client as a StoreError with a sentence. */
function storeError(error: unknown, url: string, signal?: AbortSignal): StoreError {
	if (error instanceof StoreError) return error;
	// given up by ourselves, long after the store's own limit: it hangs
	if (signal?.reason instanceof DOMException && signal.reason.name === 'TimeoutError') {
		return new StoreError(`The store at ${url} took too long to answer.`, 0, true, { cause: error });
	}
	if (error instanceof ClickHouseError) {
		const code = Number(error.code);
		return new StoreError(sentenceFor(code, error.message.trim()), code, RETRIABLE.has(code), { cause: error });
	}
	if (error instanceof Error && (error.name === 'AbortError' || /aborted/i.test(error.message))) {
		return new StoreError('The query was cancelled.', 394, false, { cause: error });
	}
	return networkProblem(error, url);
}

/** Passes bytes on and turns the exception block that a server appends to a broken answer into an error. */
class BrokenAnswer extends Transform {
	readonly #mark: Buffer;
	#held = Buffer.alloc(0);
	#message: Buffer[] | null = null;

	constructor(tag: string) {
		super();
		this.#mark = Buffer.from(`\r\n__exception__\r\n${tag}`);
	}

	override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
		if (this.#message !== null) {
			this.#message.push(chunk);
			done();
			return;
		}
		const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
		const at = bytes.indexOf(this.#mark);
		if (at >= 0) {
			this.#message = [bytes.subarray(at + this.#mark.length)];
			this.#held = Buffer.alloc(0);
			this.push(bytes.subarray(0, at));
			done();
			return;
		}
		// a mark may be cut between two chunks: hold back from its possible beginning
		const tail = bytes.lastIndexOf(0x0d);
		const from =
			tail >= 0 && bytes.length - tail < this.#mark.length
				? Math.max(0, bytes.length - this.#mark.length + 1)
				: bytes.length;
		this.#held = Buffer.from(bytes.subarray(from));
		done(null, bytes.subarray(0, from));
	}

	override _flush(done: TransformCallback): void {
		if (this.#message === null) done(null, this.#held);
		else done(this.failure());
	}

	/** What the block said, or null when none came. */
	failure(): StoreError | null {
		if (this.#message === null) return null;
		const text = Buffer.concat(this.#message).toString('utf8').trim().split('\n')[0] ?? '';
		const code = Number(/Code: (\d+)\./.exec(text)?.[1] ?? 0);
		return new StoreError(`The answer broke off: ${sentenceFor(code, text)}`, code, RETRIABLE.has(code));
	}
}

interface JsonAnswer<Row> {
	readonly data: Row[];
	readonly statistics?: { readonly elapsed: number; readonly rows_read: number };
}

/** Bodies up to this size are sent: a file would cost as much. */
const HANDOFF_LEAST_BYTES = 256 * 1024;

/** Connects to a ClickHouse, embedded or a server; nothing is sent before the first call. */
export function connectStore(address: StoreAddress): Store {
	const { url, user = 'default', password = '', cluster = null } = address;
	const handoff = typeof address.handoff === 'string' ? new Handoff(address.handoff) : null;
	const client = createClient({
		url,
		username: user,
		password,
		request_timeout: COMMAND_MS,
		max_open_connections: 256,
		log: { level: ClickHouseLogLevel.OFF },
		use_multipart_params_auto: true,
		clickhouse_settings: { ...JSON_SETTINGS, ...PROJECTION_SETTINGS },
	});

	const settingsFor = (
		kind: QueryClass,
		{ lookUp = false, light = false, byPlace = false }: QueryOptions = {},
	): ClickHouseSettings => ({
		...LIMITS[kind].settings,
		...(lookUp ? LOOK_UP_SETTINGS : light ? LIGHT_SETTINGS : {}),
		...(byPlace ? { optimize_use_projections: 0 } : {}),
		log_comment: `nightjar:${kind}`,
		readonly: '1',
		// a server goes on with what nobody waits for unless it is told; the embedded store always stops
		cancel_http_readonly_queries_on_client_close: 1,
	});
	/** A query of that class that got no answer long after its own limit is given up. */
	const signalFor = (kind: QueryClass, signal: AbortSignal | undefined): AbortSignal => {
		const timeout = AbortSignal.timeout(LIMITS[kind].seconds * 1_000 + (kind === 'page' ? 5_000 : MINUTE_MS));
		return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
	};

	async function ask<Row>(
		sql: string,
		params: Readonly<Record<string, Param>> = {},
		options: QueryOptions = {},
	): Promise<Answer<Row>> {
		const kind = options.class ?? 'page';
		const started = performance.now();
		const signal = signalFor(kind, options.signal);
		try {
			const result = await client.query({
				query: sql,
				format: 'JSON',
				query_params: params,
				clickhouse_settings: settingsFor(kind, options),
				abort_signal: signal,
			});
			const answer = (await result.json<JsonAnswer<Row>>()) as unknown as JsonAnswer<Row>;
			return {
				rows: answer.data,
				rowsRead: answer.statistics?.rows_read ?? 0,
				elapsedMs: performance.now() - started,
			};
		} catch (error) {
			throw storeError(error, url, signal);
		}
	}

	async function stream(
		sql: string,
		format: string,
		params: Readonly<Record<string, Param>> = {},
		options: QueryOptions = {},
	): Promise<Readable> {
		const kind = options.class ?? 'export';
		try {
			const result = await client.exec({
				query: `${sql}\nFORMAT ${format}`,
				query_params: params,
				clickhouse_settings: settingsFor(kind),
				abort_signal: signalFor(kind, options.signal),
			});
			const tag = result.response_headers['x-clickhouse-exception-tag'];
			const source = result.stream;
			const guard = new BrokenAnswer(typeof tag === 'string' ? tag : '-');
			// pipe, not pipeline: the cut that follows an exception block must not hide what the block said
			source.on('error', (error) => guard.destroy(guard.failure() ?? storeError(error, url)));
			source.on('close', () => {
				if (!source.readableEnded) guard.destroy(guard.failure() ?? storeError(new Error('the answer was cut'), url));
			});
			guard.on('close', () => source.destroy());
			return source.pipe(guard);
		} catch (error) {
			throw storeError(error, url);
		}
	}

	async function command(sql: string, params: Readonly<Record<string, Param>> = {}): Promise<void> {
		try {
			await client.command({
				query: sql,
				query_params: params,
				clickhouse_settings: {
					log_comment: 'nightjar:ingest',
					mutations_sync: '2',
					wait_end_of_query: 1,
					...(cluster === null ? {} : { distributed_foreground_insert: 1 }),
				},
			});
		} catch (error) {
			throw storeError(error, url);
		}
	}

	async function insertOnce(query: string, pieces: readonly Uint8Array[], token: string): Promise<void> {
		const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
		const left = handoff !== null && bytes > HANDOFF_LEAST_BYTES ? await handoff.leave(pieces, bytes) : null;
		try {
			const { stream: nothing } = await client.exec({
				query,
				values: Readable.from(left === null ? pieces : [], { objectMode: false }),
				...(left === null ? {} : { http_headers: { 'x-nightjar-handoff': left.name } }),
				clickhouse_settings: {
					...INSERT_SETTINGS,
					insert_deduplication_token: token,
					log_comment: 'nightjar:ingest',
					...(cluster === null ? {} : { distributed_foreground_insert: 1 }),
				},
				abort_signal: AbortSignal.timeout(5 * MINUTE_MS),
			});
			// the connection is free again once the empty answer is read
			await finished(nothing.resume());
		} catch (error) {
			if (left !== null) await handoff?.drop(left);
			throw storeError(error, url);
		}
		if (left !== null) await handoff?.done(left);
	}

	async function insert(
		table: string,
		columns: readonly string[],
		rows: RowBytes | NativeBlock,
		token: string,
	): Promise<void> {
		const { format, pieces } = 'format' in rows ? rows : { format: 'RowBinary', pieces: [rows].flat() };
		if (pieces.every((piece) => piece.length === 0)) return;
		const query = `INSERT INTO ${table} (${columns.map((column) => `\`${column}\``).join(', ')}) FORMAT ${format}`;
		await patiently(() => insertOnce(query, pieces, token));
	}

	return {
		cluster,
		ask,
		stream,
		command,
		insert,
		query: async <Row>(sql: string, params?: Readonly<Record<string, Param>>, options?: QueryOptions) =>
			(await ask<Row>(sql, params, options)).rows,
		ping: async () => (await client.ping({ select: true })).success,
		close: async () => {
			await handoff?.close();
			await client.close();
		},
	};
}
