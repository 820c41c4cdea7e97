import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Ask, Refusal, ROUTES } from './answers.ts';
import { type Row, seed, type State } from './state.ts';

/** How a call goes wrong; `after-commit` does what was asked and never answers. */
export type FaultKind =
	| '429'
	| '502'
	| '503'
	| '401'
	| '500-traceback'
	| 'html'
	| 'login-page'
	| 'not-json'
	| 'slow'
	| 'after-commit'
	| 'huge'
	| 'cut'
	| 'redirect';

/** A fault for the next so many calls that match. */
export interface Fault {
	readonly kind: FaultKind;
	readonly match?: RegExp;
	times: number;
}

/** A SkyPortal for tests: its answers, quirks and limits as read from its source, and faults at will. */
export interface StandIn {
	readonly url: string;
	/** HOST:PORT, for the operator's list of private hosts. */
	readonly host: string;
	state: State;
	/** `METHOD /path?query` of every call, with its body and whether it carried a secret in the right form. */
	readonly calls: { readonly line: string; readonly body: Row; readonly atMs: number; readonly status: number }[];
	/** Whether it counts calls per Authorization value: 5 a second, 10 at once, as nginx does in front of it. */
	limited: boolean;
	fail(kind: FaultKind, match?: RegExp, times?: number): void;
	clearFaults(): void;
	reset(): void;
	stop(): Promise<void>;
}

const HTML = '<html>\r\n<head><title>429 Too Many Requests</title></head>\r\n<body><h1>429</h1></body></html>\r\n';
const RATE = 5;
const BURST = 10;

function sendJson(response: ServerResponse, status: number, value: Row): void {
	// NaN and infinities become null, as simplejson is told to
	const text = JSON.stringify({ ...value, version: '1.5.dev0+git8bd346c' });
	response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(text);
}

const sendHtml = (response: ServerResponse, status: number): void => {
	response.writeHead(status, { 'content-type': 'text/html' }).end(HTML);
};

async function bodyOf(request: IncomingMessage): Promise<Row> {
	let text = '';
	for await (const part of request) text += String(part);
	if (text === '') return {};
	const parsed: unknown = JSON.parse(text);
	if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
		throw new Refusal(400, 'Malformed JSON data: body must be an object');
	}
	return parsed as Row;
}

/** Starts one on a free port of this machine. */
export async function startStandIn(port = 0): Promise<StandIn> {
	const excess = new Map<string, { value: number; at: number }>();
	let faults: Fault[] = [];
	let state = seed();
	const calls: StandIn['calls'][number][] = [];
	let limited = false;

	/** nginx's limit_req with burst and nodelay. */
	function isOver(key: string): boolean {
		const at = Date.now();
		const last = excess.get(key);
		const value = last === undefined ? 0 : Math.max(0, last.value - ((at - last.at) / 1000) * RATE + 1);
		if (value > BURST) return true;
		excess.set(key, { value, at });
		return false;
	}

	function answer(
		method: string,
		url: URL,
		authorization: string | undefined,
		body: Row,
	): { status: number; value: Row } {
		try {
			if (url.pathname === '/api/sysinfo') {
				return { status: 200, value: { status: 'success', data: { gitlog: [], invitationsEnabled: false } } };
			}
			const malformed = ' (Credentials malformed; expected form "Authorization: token abc123")';
			// the word is tested with its case
			if (!authorization?.startsWith('token '))
				throw new Refusal(401, `HTTP 401: Unauthorized${authorization ? malformed : ''}`);
			const token = state.tokens.find(({ id }) => id === authorization.slice(6).trim());
			const user = state.users.find(({ id }) => id === token?.userId);
			if (token === undefined || user === undefined) throw new Refusal(401, 'HTTP 401: Unauthorized');
			if (user.expired) throw new Refusal(403, 'HTTP 403: Forbidden (User account expired)');
			for (const { method: verb, path, acl, answer: act } of ROUTES) {
				const found = path.exec(decodeURIComponent(url.pathname));
				if (found === null || verb !== method) continue;
				if (acl !== null && !token.acls.includes(acl)) throw new Refusal(401, 'HTTP 401: Unauthorized');
				const ask: Ask = { state, user, token: token.id, query: url.searchParams, body, parts: found.slice(1) };
				return { status: 200, value: { status: 'success', data: act(ask) } };
			}
			throw new Refusal(400, 'Invalid API endpoint');
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			return { status: error.status, value: { status: 'error', message: error.message, data: {} } };
		}
	}

	function takeFault(line: string): Fault | undefined {
		const found = faults.find((one) => one.times > 0 && (one.match === undefined || one.match.test(line)));
		if (found !== undefined) found.times -= 1;
		return found;
	}

	/** Spoils an answer; false where the fault leaves it whole. */
	function spoil(fault: Fault, response: ServerResponse): void {
		switch (fault.kind) {
			case '429':
			case '502':
				sendHtml(response, Number(fault.kind));
				return;
			case '503':
				sendJson(response, 503, {
					status: 'error',
					message: 'HTTP 503: Service Unavailable (Database is temporarily unavailable; please retry shortly.)',
					data: {},
				});
				return;
			case '401':
				sendJson(response, 401, { status: 'error', message: 'HTTP 401: Unauthorized', data: {} });
				return;
			case '500-traceback':
				sendJson(response, 400, {
					status: 'error',
					message: 'Something failed\nTraceback (most recent call last):\n  File "/skyportal/secret.py"',
					data: {},
				});
				return;
			case 'html':
				sendHtml(response, 200);
				return;
			case 'login-page':
				response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Sign in</title></html>');
				return;
			case 'not-json':
				response.writeHead(200, { 'content-type': 'application/json' }).end('{"status": "succ');
				return;
			case 'redirect':
				response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
				return;
			case 'cut':
				response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
				response.write('{');
				setTimeout(() => response.destroy(), 10);
				return;
			case 'huge': {
				response.writeHead(200, { 'content-type': 'application/json' });
				response.write('{"status": "success", "data": {"id": "');
				const more = (): void => {
					while (!response.destroyed && response.write('x'.repeat(1 << 20)));
					if (!response.destroyed) response.once('drain', more);
				};
				more();
				return;
			}
			case 'slow':
			case 'after-commit':
				// never answered; the caller gives up
				return;
		}
	}

	const server: Server = createServer((request, response) => {
		void (async () => {
			const url = new URL(request.url ?? '/', 'http://stand-in');
			const line = `${request.method ?? 'GET'} ${url.pathname}${url.search}`;
			const { authorization } = request.headers;
			const atMs = Date.now();
			let body: Row = {};
			try {
				body = await bodyOf(request);
			} catch (error) {
				sendJson(response, 400, { status: 'error', message: (error as Error).message, data: {} });
				return;
			}
			const note = (status: number): void => void calls.push({ line, body, atMs, status });
			if (limited && isOver(authorization ?? '')) {
				note(429);
				sendHtml(response, 429);
				return;
			}
			const fault = takeFault(line);
			if (fault !== undefined) {
				if (fault.kind === 'after-commit') answer(request.method ?? 'GET', url, authorization, body);
				note(0);
				spoil(fault, response);
				return;
			}
			const { status, value } = answer(request.method ?? 'GET', url, authorization, body);
			note(status);
			if (request.method === 'HEAD') response.writeHead(status, { 'content-type': 'application/json' }).end();
			else sendJson(response, status, value);
		})();
	});
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		url: `http://${host}`,
		host,
		get state() {
			return state;
		},
		set state(next) {
			state = next;
		},
		calls,
		get limited() {
			return limited;
		},
		set limited(on) {
			limited = on;
			excess.clear();
		},
		fail: (kind, match, times = 1) => {
			faults.push({ kind, times, ...(match === undefined ? {} : { match }) });
		},
		clearFaults: () => {
			faults = [];
		},
		reset: () => {
			state = seed();
			faults = [];
			calls.length = 0;
			limited = false;
			excess.clear();
		},
		stop: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => {
					resolve();
				});
			}),
	};
}
