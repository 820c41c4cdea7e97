import { lookup as lookUp } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from './publicAddress.ts';

/** Why a call to another site gave no answer that may be read. */
export type OutgoingFault = 'refused address' | 'no such host' | 'no connection' | 'slow' | 'redirect' | 'too large';

/** A call to another site that failed before there was an answer; the message is for people and holds no secret. */
export class OutgoingError extends Error {
	override readonly name = 'OutgoingError';
	constructor(
		readonly fault: OutgoingFault,
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}

	/** Whether the request may have reached the other site, so that it must be looked at before it is sent again. */
	get mayHaveArrived(): boolean {
		return this.fault === 'slow' || this.fault === 'no connection' || this.fault === 'too large';
	}
}

export interface Outgoing {
	readonly url: URL;
	readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** For the whole call, to the last byte. */
	readonly timeoutMs: number;
	/** Answers longer than this are cut off and refused. */
	readonly maxBytes: number;
	/** Hosts, as HOST or HOST:PORT, that may lie in a private network and speak plain http: the operator's list. */
	readonly privateHosts: readonly string[];
	readonly signal?: AbortSignal;
}

export interface OutgoingAnswer {
	readonly status: number;
	/** Lower case, without parameters; '' where none was sent. */
	readonly contentType: string;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: Buffer;
}

type Resolve = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const bare = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** Whether the operator lets a host lie in a private network. */
export function isPrivateHost(url: URL, privateHosts: readonly string[]): boolean {
	const host = url.hostname.toLowerCase();
	const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
	return privateHosts.some((named) => named === host || named === `${host}:${port}`);
}

/** What is wrong with an address that a person gave for another site, as a sentence; null when it can be tried. Names are looked up only when it is called. */
export function addressProblem(text: string, privateHosts: readonly string[]): string | null {
	if (text.length > 500 || !URL.canParse(text)) return 'This is no address: write it like https://fritz.science.';
	const url = new URL(text);
	if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'The address must begin with https://.';
	if (url.username !== '' || url.password !== '') return 'Leave name and password out of the address.';
	if (isPrivateHost(url, privateHosts)) return null;
	if (url.protocol === 'http:') return 'The address must begin with https://: what is sent holds a secret.';
	const host = bare(url);
	if (isIP(host) !== 0 && !isPublicAddress(host)) return PRIVATE;
	return null;
}

const PRIVATE =
	'This address lies in a private network or on this machine: the operator can allow it by name in NIGHTJAR_PRIVATE_HOSTS.';

/** The addresses of a host, checked: all of them must be public, or the operator allows the host. */
async function checkedAddress(
	url: URL,
	privateHosts: readonly string[],
	resolve: Resolve,
): Promise<{ address: string; family: number }> {
	const host = bare(url);
	const literal = isIP(host);
	const found =
		literal !== 0
			? [{ address: host, family: literal }]
			: await resolve(host).catch((cause: unknown) => {
					throw new OutgoingError('no such host', `There is no host ${url.hostname}.`, { cause });
				});
	const [first] = found;
	if (first === undefined) throw new OutgoingError('no such host', `There is no host ${url.hostname}.`);
	if (!isPrivateHost(url, privateHosts) && found.some(({ address }) => !isPublicAddress(address))) {
		throw new OutgoingError('refused address', PRIVATE);
	}
	return first;
}

function read(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const parts: Buffer[] = [];
		let size = 0;
		message.on('data', (part: Buffer) => {
			size += part.length;
			if (size > maxBytes) {
				message.destroy();
				reject(new OutgoingError('too large', `The answer is larger than ${Math.round(maxBytes / 1e6)} MB.`));
			} else parts.push(part);
		});
		message.on('end', () => {
			resolve(Buffer.concat(parts));
		});
		message.on('error', reject);
		message.on('close', () => {
			reject(new OutgoingError('no connection', 'The connection broke in the middle of the answer.'));
		});
	});
}

const everyAddress: Resolve = (host) => lookUp(host, { all: true, verbatim: true });

/**
 * Calls another site: the host's addresses are looked up once and checked, and the connection goes to the one that was checked, so
 * that a name which changes its mind gains nothing. Redirects are refused, for they would carry the secret elsewhere.
 */
export async function callOut(call: Outgoing, resolve: Resolve = everyAddress): Promise<OutgoingAnswer> {
	const problem = addressProblem(call.url.href, call.privateHosts);
	if (problem !== null) throw new OutgoingError('refused address', problem);
	const timeout = AbortSignal.timeout(call.timeoutMs);
	const signal = call.signal === undefined ? timeout : AbortSignal.any([timeout, call.signal]);
	const { address, family } = await Promise.race([
		checkedAddress(call.url, call.privateHosts, resolve),
		ended(signal).then((): never => {
			throw slow(call);
		}),
	]);
	const options: RequestOptions = {
		method: call.method,
		headers: {
			'user-agent': 'Nightjar',
			'accept-encoding': 'identity',
			...call.headers,
			...(call.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(call.body)) }),
		},
		agent: false,
		signal,
		// the checked address, whatever the name says by now; TLS still proves the name
		lookup: (_host, how, done) => {
			if (how.all === true) done(null, [{ address, family }]);
			else done(null, address, family);
		},
	};
	try {
		const message = await new Promise<IncomingMessage>((done, reject) => {
			const send = call.url.protocol === 'https:' ? httpsRequest : httpRequest;
			const request = send(call.url, options, done);
			request.on('error', reject);
			request.end(call.body);
		});
		const body = await read(message, call.maxBytes);
		const status = message.statusCode ?? 0;
		if (status >= 300 && status < 400) {
			throw new OutgoingError('redirect', `${call.url.host} sends elsewhere: give the address that it leads to.`);
		}
		const contentType = (message.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
		return { status, contentType, headers: message.headers, body };
	} catch (error) {
		if (error instanceof OutgoingError) throw error;
		if (timeout.aborted) throw slow(call);
		throw new OutgoingError('no connection', `${call.url.host} does not answer.`, { cause: error });
	}
}

function slow(call: Outgoing): OutgoingError {
	return new OutgoingError(
		'slow',
		`${call.url.host} did not answer within ${Math.round(call.timeoutMs / 100) / 10} s.`,
	);
}

function ended(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else
			signal.addEventListener('abort', () => {
				resolve();
			});
	});
}
