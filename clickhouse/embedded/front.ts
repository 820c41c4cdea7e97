import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { createGzip, gzipSync, Gzip } from 'node:zlib';
import type { Session } from 'chdb';
import { answerOf, planOf } from './answer.ts';
import { closeSession } from './closeSession.ts';
import { quote, type Engine } from './engine.ts';
import { mediaType } from './formats.ts';
import { checkReading } from './guard.ts';
import type { TemporaryFiles } from './insertFile.ts';
import { withoutValues, type QueryLog } from './log.ts';
import { problemOf, Refusal, type Problem } from './problem.ts';
import { acceptsGzip, hasKey, readRequest, type StoreRequest } from './request.ts';
import { Slots } from './slots.ts';
import { parseStatement, StatementError } from './statement.ts';

const STALLED_READER_MS = 120_000;
const BUFFERED_ANSWER_BYTES = 512 * 1024 ** 2;

/** http_max_uri_size of a ClickHouse server. */
const MAX_ADDRESS_BYTES = 1_048_576;

/** What the front works with. */

export interface FrontParts {
	readonly engine: Engine;
	readonly files: TemporaryFiles;
	readonly log: QueryLog;
	readonly key: string;
	readonly dataFolder: string;
}

type Lane = 'page' | 'export' | 'ingest';

/** What the log wants to know of a request while it runs. */
interface Trace {
	lane: Lane;
	sql: string;
	waitedMs: number;
	bytesIn: number;
	bytesOut: number;
}

function labelOf(request: StoreRequest): Lane | null {
	const label = /^nightjar:(page|export|ingest)\b/.exec(request.label)?.[1];
	return label === 'page' || label === 'export' || label === 'ingest' ? label : null;
}

/** ClickHouse's HTTP interface over the engine; readers and writers wait in queues of their own. */
export class Front {
	readonly server: Server;
	readonly #lanes: Record<Lane, Slots> = {
		page: new Slots('page', 6, 1_000, 15_000),
		export: new Slots('export', 3, 100, 60_000),
		ingest: new Slots('ingest', 4, 200, 60_000),
	};
	readonly #running = new Map<string, AbortController>();
	#stopping = false;
	#lastAnswer: { at: number; ok: Promise<boolean> } | null = null;

	constructor(private readonly parts: FrontParts) {
		// bound parameters of a streamed query travel in the address: as long as a ClickHouse server allows
		this.server = createServer({ maxHeaderSize: MAX_ADDRESS_BYTES }, (request, response) => {
			this.#handle(request, response).catch((error: unknown) => {
				response.destroy(error instanceof Error ? error : undefined);
			});
		});
		// longer than the idle time of clients, so that no request meets a socket that is being closed
		this.server.keepAliveTimeout = 30_000;
		this.server.requestTimeout = 0;
	}

	/** Stops taking work, waits for what runs, then ends what is left. */
	async stop(patienceMs: number): Promise<void> {
		this.#stopping = true;
		this.server.close();
		for (const lane of Object.values(this.#lanes)) lane.refuseWaiting('The store is stopping.');
		await this.#drain(patienceMs);
		for (const controller of this.#running.values()) controller.abort();
		await this.#drain(patienceMs);
		// what was just answered may still be on its way
		await pause(50);
		this.server.closeAllConnections();
	}

	async #drain(patienceMs: number): Promise<void> {
		const end = Date.now() + patienceMs;
		while (this.#running.size > 0 && Date.now() < end) await pause(20);
	}

	#ready(): Promise<boolean> {
		if (this.#lastAnswer === null || Date.now() - this.#lastAnswer.at > 1_000) {
			this.#lastAnswer = { at: Date.now(), ok: this.parts.engine.answers() };
		}
		return this.#lastAnswer.ok;
	}

	async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? '/', 'http://store');
		if (url.pathname === '/ping' || url.pathname === '/replicas_status') {
			const ok = !this.#stopping && (await this.#ready());
			response
				.writeHead(ok ? 200 : 503, { 'content-type': 'text/plain; charset=UTF-8' })
				.end(ok ? 'Ok.\n' : 'Not ready.\n');
			return;
		}
		const id = /^[\w.-]{1,100}$/.exec(url.searchParams.get('query_id') ?? '')?.[0] ?? randomUUID();
		const started = performance.now();
		const trace: Trace = { lane: 'page', sql: '', waitedMs: 0, bytesIn: 0, bytesOut: 0 };
		let failure: Problem | null = null;
		try {
			if (!hasKey(request, url, this.parts.key)) {
				throw new Refusal(403, 516, 'AUTHENTICATION_FAILED', 'The key is not that of this store.');
			}
			if (url.pathname === '/log') {
				this.#sendLog(url, response);
				return;
			}
			if (url.pathname !== '/') throw new Refusal(404, 36, 'BAD_ARGUMENTS', `There is nothing at ${url.pathname}.`);
			if (request.method !== 'GET' && request.method !== 'POST') {
				throw new Refusal(405, 36, 'BAD_ARGUMENTS', 'Use GET or POST.');
			}
			if (this.#stopping) throw new Refusal(503, 236, 'ABORTED', 'The store is stopping.');
			await this.#work(request, response, url, id, trace);
		} catch (error) {
			failure = problemOf(error, this.parts.dataFolder);
			this.#sendProblem(request, response, id, failure);
		} finally {
			this.parts.log.add({
				at: new Date().toISOString(),
				id,
				lane: trace.lane,
				statement: withoutValues(trace.sql),
				code: failure?.code ?? 0,
				...(failure === null ? {} : { error: failure.text.slice(0, 500).trim() }),
				waitedMs: Math.round(trace.waitedMs),
				elapsedMs: Math.round(performance.now() - started),
				bytesIn: trace.bytesIn,
				bytesOut: trace.bytesOut,
			});
		}
	}

	#sendLog(url: URL, response: ServerResponse): void {
		const count = Math.min(1_000, Math.max(1, Number(url.searchParams.get('n') ?? 100) || 100));
		response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.parts.log.recent(count)));
	}

	async #work(request: IncomingMessage, response: ServerResponse, url: URL, id: string, trace: Trace): Promise<void> {
		const job = await readRequest(request, url, id);
		const label = labelOf(job);
		trace.lane = label ?? (job.work.kind === 'insert' ? 'ingest' : 'page');
		trace.sql = job.work.kind === 'insert' ? `${job.work.head.target} FORMAT ${job.work.head.format}` : job.work.sql;
		// the engine sees an id of our own: a client may use one query_id twice
		const engineId = `${id}:${randomUUID()}`;
		const controller = new AbortController();
		this.#running.set(engineId, controller);
		response.on('close', () => {
			if (!response.writableFinished) controller.abort();
		});
		const ended = { is: false };
		controller.signal.addEventListener('abort', () => void this.#kill(engineId, ended), { once: true });
		try {
			if (job.work.kind === 'insert') await this.#insert(job, job.work, engineId, controller.signal, trace, response);
			else await this.#answer(job, job.work.sql, label, engineId, controller.signal, trace, response);
		} finally {
			ended.is = true;
			this.#running.delete(engineId);
		}
	}

	/** A KILL that comes before the query has begun finds nothing: repeat until the request ended. */
	async #kill(engineId: string, ended: { readonly is: boolean }): Promise<void> {
		for (let wait = 20; !ended.is; wait = Math.min(1_000, wait * 2)) {
			await this.parts.engine.kill(engineId).catch(() => undefined);
			await pause(wait);
		}
	}

	/** Runs a function with a turn and a connection of its own. */
	async #withSession(
		job: StoreRequest,
		engineId: string,
		readonly: boolean,
		signal: AbortSignal,
		trace: Trace,
		use: (session: Session) => Promise<void>,
	): Promise<void> {
		const asked = performance.now();
		const giveBack = await this.#lanes[trace.lane].take(signal);
		trace.waitedMs = performance.now() - asked;
		try {
			const session = await this.parts.engine.session({
				id: engineId,
				settings: job.settings,
				params: job.params,
				readonly,
			});
			try {
				signal.throwIfAborted();
				await use(session);
			} finally {
				closeSession(session);
			}
		} finally {
			giveBack();
		}
	}

	async #insert(
		job: StoreRequest,
		work: Extract<StoreRequest['work'], { kind: 'insert' }>,
		engineId: string,
		signal: AbortSignal,
		trace: Trace,
		response: ServerResponse,
	): Promise<void> {
		if (job.readonly) throw new Refusal(403, 164, 'READONLY', 'A read-only request cannot insert.');
		// the whole body first: a slow sender must not hold a turn
		const { path, bytes } =
			work.handoff === null
				? await this.parts.files.keep(work.data, work.expectedBytes)
				: await this.parts.files.taken(work.handoff).catch((error: unknown) => {
						throw new Refusal(400, 36, 'BAD_ARGUMENTS', error instanceof Error ? error.message : 'No such body.');
					});
		trace.bytesIn = bytes;
		const { target, settings, format } = work.head;
		const sql = `${target} FROM INFILE ${quote(path)} COMPRESSION 'none' ${settings} FORMAT ${format}`;
		try {
			await this.#withSession(job, engineId, false, signal, trace, async (session) => {
				await session.queryAsync(sql);
			});
		} finally {
			// what was left by a client is the client's, who may write it over
			if (work.handoff === null) await rm(path, { force: true });
		}
		response.writeHead(200, this.#headers(job.id, 'Null')).end();
	}

	async #answer(
		job: StoreRequest,
		text: string,
		label: Lane | null,
		engineId: string,
		signal: AbortSignal,
		trace: Trace,
		response: ServerResponse,
	): Promise<void> {
		const statement = parseStatement(text);
		if (job.readonly) {
			try {
				checkReading(statement, this.parts.engine.forbidden);
			} catch (error) {
				if (error instanceof StatementError) throw new Refusal(403, 164, 'READONLY', error.message);
				throw error;
			}
		}
		const format = statement.format ?? job.defaultFormat;
		const large = label === 'export' || label === null;
		const delivery = planOf(statement, format, large);
		if (delivery.kind === 'buffer' && job.readonly && !job.settings.has('max_result_bytes')) {
			job.settings.set('max_result_bytes', String(BUFFERED_ANSWER_BYTES));
		}
		if (format.startsWith('Arrow') && !job.settings.has('output_format_arrow_compression_method')) {
			// readers in browsers know no compressed Arrow
			job.settings.set('output_format_arrow_compression_method', 'none');
		}
		// an answer through a file is a write to the engine; what the statement may do was checked above
		const readonly = job.readonly && delivery.kind !== 'file';
		await this.#withSession(job, engineId, readonly, signal, trace, async (session) => {
			const path = this.parts.files.answerPath('.answer');
			const chunks = answerOf(session, statement, delivery, path);
			try {
				await this.#send(chunks, job, format, signal, trace, response);
			} finally {
				await chunks.return(undefined);
			}
		});
	}

	#headers(id: string, format: string): Record<string, string> {
		return {
			'content-type': mediaType(format),
			'x-clickhouse-format': format,
			'x-clickhouse-query-id': id,
			'x-clickhouse-timezone': 'UTC',
			'x-clickhouse-server-display-name': 'nightjar',
			'x-clickhouse-summary': '{}',
		};
	}

	async #send(
		chunks: AsyncGenerator<Uint8Array>,
		job: StoreRequest,
		format: string,
		signal: AbortSignal,
		trace: Trace,
		response: ServerResponse,
	): Promise<void> {
		// nothing is sent before the first block: an error until then has its own status
		const first = await chunks.next();
		signal.throwIfAborted();
		const tag = randomUUID().replaceAll('-', '').slice(0, 16);
		response.writeHead(200, {
			...this.#headers(job.id, format),
			'x-clickhouse-exception-tag': tag,
			...(job.gzipAnswer ? { 'content-encoding': 'gzip' } : {}),
		});
		const out: Writable = job.gzipAnswer ? createGzip() : response;
		if (out !== response) out.pipe(response);
		const write = async (bytes: Uint8Array) => {
			trace.bytesOut += bytes.length;
			if (out.write(bytes)) return;
			const stalled = setTimeout(() => response.destroy(), STALLED_READER_MS);
			try {
				await once(out, 'drain', { signal });
			} finally {
				clearTimeout(stalled);
			}
		};
		try {
			for (let next = first; next.done !== true; next = await chunks.next()) {
				signal.throwIfAborted();
				await write(next.value);
			}
		} catch (error) {
			// the reader gets the reason in ClickHouse's way, and then a cut instead of an end
			const { text } = problemOf(error, this.parts.dataFolder);
			const length = String(Buffer.byteLength(text));
			out.write(`\r\n__exception__\r\n${tag}\r\n${text}${length} ${tag}\r\n__exception__\r\n`);
			if (out instanceof Gzip) out.flush();
			for (let tries = 0; response.writableLength > 0 && !response.destroyed && tries < 50; tries++) await pause(20);
			response.destroy();
			throw error;
		}
		out.end();
	}

	#sendProblem(request: IncomingMessage, response: ServerResponse, id: string, problem: Problem): void {
		if (response.headersSent || response.destroyed) {
			response.destroy();
			return;
		}
		const gzip = acceptsGzip(request) && request.url?.includes('enable_http_compression=1') === true;
		response.writeHead(problem.status, {
			...this.#headers(id, 'TabSeparated'),
			'content-type': 'text/plain; charset=UTF-8',
			'x-clickhouse-exception-code': String(problem.code),
			...(gzip ? { 'content-encoding': 'gzip' } : {}),
			...(request.complete ? {} : { connection: 'close' }),
		});
		response.end(gzip ? gzipSync(problem.text) : problem.text);
		// the rest of a body that nobody wants
		if (!request.complete) request.resume();
	}
}
