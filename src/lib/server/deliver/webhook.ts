import { createHmac, timingSafeEqual } from 'node:crypto';
import { callOut, OutgoingError, type Outgoing } from '../net/outgoing.ts';

/** What became of an attempt to send. */
export type Sent =
	| { readonly kind: 'sent' }
	/** To be tried again. */
	| { readonly kind: 'failed'; readonly reason: string }
	/** Of no use to try again. */
	| { readonly kind: 'dead'; readonly reason: string }
	/** The receiver wants no more. */
	| { readonly kind: 'unwanted'; readonly reason: string };

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 64 * 1024;
/** A signature older than this is refused by a careful receiver. */
export const SIGNATURE_SECONDS = 300;

/** The header that proves where a body comes from and when: `t=SECONDS,v1=HEX` of HMAC-SHA256 over `SECONDS.BODY`. */
export function signatureOf(secret: string, body: string, atMs: number): string {
	const at = Math.floor(atMs / 1000);
	return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}

/** Whether a signature is right and not too old: what a receiver should do. */
export function isSigned(secret: string, body: string, header: string, nowMs: number): boolean {
	const [, at = '', given = ''] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) ?? [];
	if (given === '' || Math.abs(nowMs / 1000 - Number(at)) > SIGNATURE_SECONDS) return false;
	const right = createHmac('sha256', secret).update(`${at}.${body}`).digest();
	return timingSafeEqual(right, Buffer.from(given, 'hex'));
}

/** Sends a signed body to an address; private addresses are refused and redirects not followed. */
export async function sendWebhook(
	{ url, secret, body, delivery }: { url: string; secret: string; body: string; delivery: string },
	{
		privateHosts,
		signal,
		nowMs = Date.now(),
	}: { privateHosts: readonly string[]; signal?: AbortSignal; nowMs?: number },
	call: (call: Outgoing) => ReturnType<typeof callOut> = callOut,
): Promise<Sent> {
	try {
		const answer = await call({
			url: new URL(url),
			method: 'POST',
			headers: {
				'content-type': 'application/json; charset=utf-8',
				'nightjar-delivery': delivery,
				'nightjar-signature': signatureOf(secret, body, nowMs),
			},
			body,
			timeoutMs: TIMEOUT_MS,
			maxBytes: MOST_BYTES,
			privateHosts,
			...(signal === undefined ? {} : { signal }),
		});
		if (answer.status >= 200 && answer.status < 300) return { kind: 'sent' };
		if (answer.status === 410) return { kind: 'unwanted', reason: 'The receiver answered 410 Gone: it wants no more.' };
		return { kind: 'failed', reason: `The receiver answered ${answer.status}.` };
	} catch (error) {
		if (!(error instanceof OutgoingError)) throw error;
		// an address that is refused today may be mended by the operator; what waits is not lost
		return { kind: 'failed', reason: error.message };
	}
}
