import { callOut, type Outgoing, OutgoingError, type OutgoingAnswer } from '../net/outgoing.ts';
import { MarshalError, type MarshalFault } from './marshalError.ts';

/** How long one call may take, how often it is tried, and how much of an answer is read. */
export interface Patience {
	readonly timeoutMs: number;
	readonly tries: number;
	readonly maxBytes: number;
}

/** Somebody waits for a page. */
export const PAGE: Patience = { timeoutMs: 6000, tries: 2, maxBytes: 12_000_000 };
/** Somebody pressed a button, or the queue sends: worth more time. */
export const WRITE: Patience = { timeoutMs: 15_000, tries: 4, maxBytes: 2_000_000 };

/** Where a marshal is and how it is spoken to. */
export interface MarshalAddress {
	/** Without a slash at the end. */
	readonly url: string;
	/** Value of the Authorization header. */
	readonly authorization: string;
	/** Texts that must never show in a message. */
	readonly secrets: readonly string[];
	readonly privateHosts: readonly string[];
}

/** An answer that is JSON, whatever its status. */
export interface MarshalReply {
	readonly status: number;
	readonly json: unknown;
}

export interface Call {
	readonly method: Outgoing['method'];
	readonly path: string;
	readonly body?: Readonly<Record<string, unknown>>;
	/** The same call again changes nothing: it may be sent again when nobody knows whether it arrived. */
	readonly repeatable: boolean;
	readonly patience: Patience;
}

/** Calls a second and at once that a marshal takes from one token without refusing: below SkyPortal's own 5 and 10. */
const PER_SECOND = 4;
const AT_ONCE = 8;
const buckets = new Map<string, { left: number; at: number }>();

/** Milliseconds to wait before the next call under this key; the call is counted. */
function turn(key: string, nowMs: number): number {
	const known = buckets.get(key) ?? { left: AT_ONCE, at: nowMs };
	const left = Math.min(AT_ONCE, known.left + ((nowMs - known.at) / 1000) * PER_SECOND) - 1;
	if (buckets.size > 5000) buckets.clear();
	buckets.set(key, { left, at: nowMs });
	return left >= 0 ? 0 : (-left / PER_SECOND) * 1000;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Milliseconds before try number `tried` + 1: 1, 2, 4 s with jitter, or what the marshal asks for, at most half a minute. */
function backOffMs(tried: number, retryAfter: string | string[] | undefined): number {
	const asked = Number(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter);
	if (Number.isFinite(asked) && asked > 0) return Math.min(30, asked) * 1000;
	return 1000 * 2 ** (tried - 1) * (0.75 + Math.random() / 2);
}

const FAULTS: Readonly<Record<OutgoingError['fault'], MarshalFault>> = {
	'refused address': 'address',
	'no such host': 'address',
	'no connection': 'down',
	slow: 'slow',
	redirect: 'address',
	'too large': 'too large',
};

const host = (address: MarshalAddress): string => new URL(address.url).host;

/** Sends one call, waits its turn before and backs off after a refusal that passes; answers with JSON or throws MarshalError. */
export async function callMarshal(address: MarshalAddress, call: Call): Promise<MarshalReply> {
	for (let tried = 1; ; tried++) {
		const wait = turn(`${address.url} ${address.authorization}`, Date.now());
		if (wait > call.patience.timeoutMs)
			throw new MarshalError('busy', `Too many calls to ${host(address)} are waiting.`);
		if (wait > 0) await sleep(wait);
		const last = tried >= call.patience.tries;
		try {
			const answer = await callOut(outgoing(address, call));
			if (last || !isPassing(answer.status) || (answer.status !== 429 && !call.repeatable)) {
				return replyOf(address, call, answer);
			}
			await sleep(backOffMs(tried, answer.headers['retry-after']));
		} catch (error) {
			if (!(error instanceof OutgoingError)) throw error;
			const again = !last && call.repeatable && error.fault === 'no connection';
			if (!again) throw new MarshalError(FAULTS[error.fault], error.message, error.mayHaveArrived, { cause: error });
			await sleep(backOffMs(tried, undefined));
		}
	}
}

/** Whether a status says "not now": the limit of nginx, a proxy without its server, a database away. */
function isPassing(status: number): boolean {
	return status === 429 || (status >= 502 && status <= 504);
}

function outgoing(address: MarshalAddress, call: Call): Outgoing {
	return {
		url: new URL(`${address.url}${call.path}`),
		method: call.method,
		headers: {
			accept: 'application/json',
			...(address.authorization === '' ? {} : { authorization: address.authorization }),
			...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
		},
		...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
		timeoutMs: call.patience.timeoutMs,
		maxBytes: call.patience.maxBytes,
		privateHosts: address.privateHosts,
	};
}

function replyOf(address: MarshalAddress, call: Call, { status, contentType, body }: OutgoingAnswer): MarshalReply {
	const at = host(address);
	if (status === 429)
		throw new MarshalError('busy', `${at} has had too many calls with this token: try again in a minute.`);
	if (status >= 502 && status <= 504) {
		throw new MarshalError('down', `${at} is away for the moment (HTTP ${status}).`, !call.repeatable);
	}
	if (call.method === 'HEAD') return { status, json: null };
	if (contentType !== 'application/json') {
		const what = contentType === '' ? 'without saying what it is' : `with ${contentType.slice(0, 60)}`;
		throw new MarshalError(
			'not a marshal',
			`${at} answers ${what} where a marshal answers with JSON (HTTP ${status}): is the address right, or does it ask to sign in?`,
		);
	}
	try {
		return { status, json: JSON.parse(body.toString('utf8')) as unknown };
	} catch (cause) {
		throw new MarshalError('not a marshal', `${at} sent JSON that cannot be read (HTTP ${status}).`, false, { cause });
	}
}

/** What a marshal said, for people: its first line, without secrets. */
export function firstLine(address: MarshalAddress, text: string): string {
	const [line = ''] = text.split(/\r?\n/, 1);
	const clean = address.secrets
		.filter((secret) => secret.length > 3)
		.reduce((rest, secret) => rest.replaceAll(secret, '…'), line);
	return clean.replace(/\p{C}/gu, ' ').slice(0, 200);
}
