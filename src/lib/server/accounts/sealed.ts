import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { keyFromHome } from '../secrets.ts';
import type { LinkedIdentity } from './identity.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Text encrypted with AES-256-GCM under a key of the state folder; it opens for the same purpose only. */
export function sealText(home: string, purpose: string, text: string): string {
	const nonce = randomBytes(NONCE_BYTES);
	const cipher = createCipheriv('aes-256-gcm', keyFromHome(home, 'seal'), nonce);
	cipher.setAAD(Buffer.from(purpose));
	const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
	return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
}

/** What was sealed for the purpose; null for anything else. */
export function openText(home: string, purpose: string, sealed: string): string | null {
	try {
		const bytes = Buffer.from(sealed, 'base64url');
		const cipher = createDecipheriv('aes-256-gcm', keyFromHome(home, 'seal'), bytes.subarray(0, NONCE_BYTES), {
			authTagLength: TAG_BYTES,
		});
		cipher.setAAD(Buffer.from(purpose));
		cipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
		return Buffer.concat([cipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), cipher.final()]).toString('utf8');
	} catch {
		return null;
	}
}

const LASTS_MS = 15 * 60_000;

/** An account at another site, sealed into a form for a quarter of an hour. */
export function seal(home: string, purpose: string, identity: LinkedIdentity, nowMs: number = Date.now()): string {
	return sealText(home, purpose, JSON.stringify({ identity, until: nowMs + LASTS_MS }));
}

/** The account that `seal` put into a form; null when it is changed or too old. */
export function readSealed(
	home: string,
	purpose: string,
	text: string,
	nowMs: number = Date.now(),
): LinkedIdentity | null {
	const opened = openText(home, purpose, text);
	if (opened === null) return null;
	// written by seal() and proved to be
	const { identity, until } = JSON.parse(opened) as { identity: LinkedIdentity; until: number };
	return until < nowMs ? null : identity;
}
