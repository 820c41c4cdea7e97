import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Refusal } from './problem.ts';
import { insertHead, type InsertHead } from './statement.ts';

/** Statements larger than this are refused; data of an INSERT are not statements. */
const STATEMENT_BYTES = 64 * 1024 ** 2;

/** Parameters of ClickHouse's HTTP interface that are no settings of a query. */
const NOT_SETTINGS = new Set([
	'query',
	'query_id',
	'database',
	'default_format',
	'user',
	'password',
	'role',
	'session_id',
	'session_timeout',
	'session_check',
	'compress',
	'decompress',
	'quota_key',
	'buffer_size',
	'wait_end_of_query',
	'send_progress_in_http_headers',
	'http_headers_progress_interval_ms',
	'enable_http_compression',
	'http_zlib_compression_level',
	'add_http_cors_header',
	'client_protocol_version',
	'http_write_exception_in_output_format',
	'cancel_http_readonly_queries_on_client_close',
	'log_comment',
	'readonly',
]);

/** A request as the front understands it. */
export interface StoreRequest {
	readonly id: string;
	readonly settings: Map<string, string>;
	readonly params: Map<string, string>;
	readonly readonly: boolean;
	/** Class that the client wrote into log_comment, as `nightjar:page`. */
	readonly label: string;
	readonly defaultFormat: string;
	readonly gzipAnswer: boolean;
	/** A statement, or an INSERT with its data. */
	readonly work:
		| { readonly kind: 'statement'; readonly sql: string }
		| {
				readonly kind: 'insert';
				readonly head: InsertHead;
				readonly data: Readable | Uint8Array;
				readonly expectedBytes: number | null;
				/** Name under which the body lies in the hand-off folder, instead of in the request. */
				readonly handoff: string | null;
		  };
}

/** True when the client takes gzip. */
export function acceptsGzip(request: IncomingMessage): boolean {
	return /\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? '');
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** True when the request carries the key: Basic password, X-ClickHouse-Key or ?password=; compared in constant time. */
export function hasKey(request: IncomingMessage, url: URL, key: string): boolean {
	const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
	const password =
		basic === undefined
			? undefined
			: Buffer.from(basic, 'base64')
					.toString('utf8')
					.replace(/^[^:]*:/, '');
	const header = request.headers['x-clickhouse-key'];
	const given = password ?? (typeof header === 'string' ? header : url.searchParams.get('password')) ?? '';
	return timingSafeEqual(digest(given), digest(key));
}

async function readAll(body: Readable, limit: number): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > limit)
			throw new Refusal(413, 62, 'SYNTAX_ERROR', `The statement is longer than ${String(limit)} bytes.`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks, size);
}

/** Reads the parts of a multipart body: names and texts. */
export function parseMultipart(body: Buffer, contentType: string): Map<string, string> {
	const found = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(contentType);
	const boundary = found?.[1] ?? found?.[2];
	if (boundary === undefined) throw new Refusal(400, 36, 'BAD_ARGUMENTS', 'The multipart body names no boundary.');
	const mark = Buffer.from(`--${boundary}`);
	const parts = new Map<string, string>();
	let at = body.indexOf(mark);
	while (at >= 0) {
		const next = body.indexOf(mark, at + mark.length);
		if (next < 0) break;
		const part = body.subarray(at + mark.length + 2, next - 2);
		const headEnd = part.indexOf('\r\n\r\n');
		const name = /name="([^"]*)"/.exec(part.subarray(0, Math.max(0, headEnd)).toString('utf8'))?.[1];
		if (name !== undefined) parts.set(name, part.subarray(headEnd + 4).toString('utf8'));
		at = next;
	}
	return parts;
}

/** True when the blank-free rest of a text is empty. */
const isBlank = (bytes: Uint8Array) => bytes.every((byte) => byte <= 32);

function headIn(bytes: Buffer): { head: InsertHead; data: Buffer } | null {
	// latin1 keeps one character per byte, so that the cut is right whatever bytes follow
	const start = bytes.subarray(0, 1024 ** 2).toString('latin1');
	if (!/^[\s(]*(?:--|#|\/\*|insert)/i.test(start)) return null;
	const head = insertHead(start);
	if (head === null) return null;
	const text = (part: string) => Buffer.from(part, 'latin1').toString('utf8');
	return {
		head: { ...head, target: text(head.target), settings: text(head.settings) },
		data: bytes.subarray(head.dataStart),
	};
}

async function workOf(
	request: IncomingMessage,
	sqlInUrl: string,
	fields: Map<string, string>,
): Promise<StoreRequest['work']> {
	const gzipped = request.headers['content-encoding'] === 'gzip';
	const body: Readable = gzipped ? request.pipe(createGunzip()) : request;
	const length = Number(request.headers['content-length'] ?? NaN);
	const contentType = request.headers['content-type'] ?? '';
	if (contentType.startsWith('multipart/form-data')) {
		for (const [name, value] of parseMultipart(await readAll(body, STATEMENT_BYTES), contentType))
			fields.set(name, value);
		return { kind: 'statement', sql: fields.get('query') ?? sqlInUrl };
	}
	if (sqlInUrl !== '') {
		const found = insertHead(sqlInUrl);
		if (found !== null) {
			const inline = Buffer.from(sqlInUrl.slice(found.dataStart));
			const data = isBlank(inline) ? body : Buffer.concat([inline, await readAll(body, STATEMENT_BYTES)]);
			const handoff = request.headers['x-nightjar-handoff']?.toString() ?? null;
			return {
				kind: 'insert',
				head: found,
				data,
				expectedBytes: gzipped || Number.isNaN(length) ? null : length,
				handoff,
			};
		}
	}
	const bytes = await readAll(body, STATEMENT_BYTES * 4);
	if (sqlInUrl !== '') {
		if (!isBlank(bytes)) throw new Refusal(400, 36, 'BAD_ARGUMENTS', 'Only an INSERT takes data in the body.');
		return { kind: 'statement', sql: sqlInUrl };
	}
	const found = headIn(bytes);
	const handoff = request.headers['x-nightjar-handoff']?.toString() ?? null;
	if (found !== null)
		return { kind: 'insert', head: found.head, data: found.data, expectedBytes: found.data.length, handoff };
	return { kind: 'statement', sql: bytes.toString('utf8') };
}

/** Reads a request of ClickHouse's HTTP interface; throws Refusal. */
export async function readRequest(request: IncomingMessage, url: URL, id: string): Promise<StoreRequest> {
	const fields = new Map(url.searchParams);
	const sqlInUrl = fields.get('query') ?? '';
	const work = await workOf(request, sqlInUrl, fields);
	const settings = new Map<string, string>();
	const params = new Map<string, string>();
	for (const [name, value] of fields) {
		if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
			throw new Refusal(400, 115, 'UNKNOWN_SETTING', `"${name}" is not the name of a setting.`);
		}
		if (name.startsWith('param_')) params.set(name.slice('param_'.length), value);
		else if (!NOT_SETTINGS.has(name)) settings.set(name, value);
	}
	const format = request.headers['x-clickhouse-format'];
	const asked = fields.get('readonly') ?? '0';
	return {
		id,
		settings,
		params,
		readonly: request.method === 'GET' || asked !== '0',
		label: fields.get('log_comment') ?? '',
		defaultFormat: (typeof format === 'string' ? format : fields.get('default_format')) ?? 'TabSeparated',
		gzipAnswer: fields.get('enable_http_compression') === '1' && acceptsGzip(request),
		work,
	};
}
