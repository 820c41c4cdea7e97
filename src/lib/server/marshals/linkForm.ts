import type { MarshalKind } from '#lib/alert/marshal.ts';
import { addressProblem } from '../net/outgoing.ts';
import type { WantedLink } from './links.ts';
import type { TomSecret } from './tom.ts';

/** What a person filled in to link a marshal; the secrets are never sent back. */
export interface LinkFields {
	readonly kind: string;
	readonly name: string;
	readonly url: string;
	readonly token: string;
	readonly username: string;
	readonly password: string;
}

/** The address of a marshal's root: without what a browser's address bar adds, as /candidates or /api. */
function rootOf(text: string): string {
	const url = new URL(text);
	return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/api$/, '')}`;
}

/** The link that the fields ask for, or what is wrong with them in a sentence. */
export function readLinkFields(fields: LinkFields, privateHosts: readonly string[]): WantedLink | string {
	const kind: MarshalKind | null = fields.kind === 'skyportal' || fields.kind === 'tom' ? fields.kind : null;
	if (kind === null) return 'Choose what kind of marshal it is.';
	const typed = fields.url.trim();
	const text = /^[a-z][a-z0-9+.-]*:/i.test(typed) ? typed : `https://${typed}`;
	const problem = typed === '' ? 'Give the address of the marshal.' : addressProblem(text, privateHosts);
	if (problem !== null) return problem;
	const secret = readSecret(kind, fields);
	if (typeof secret === 'string') return secret;
	const name = fields.name.replace(/\p{C}/gu, '').trim().slice(0, 40) || new URL(text).hostname;
	return { kind, name, url: rootOf(text), secret };
}

function readSecret(kind: MarshalKind, { token, username, password }: LinkFields): TomSecret | string {
	const clean = token.trim().replace(/^(?:token|bearer)\s+/i, '');
	// what is no header value would break the request instead of being refused
	if (!/^[\x21-\x7e]*$/.test(clean)) return 'The token holds a space or a sign that no token has: copy it again.';
	if (clean !== '') return { kind: 'token', token: clean };
	if (kind === 'skyportal') return 'Paste a token: on the marshal you find it on your profile page.';
	if (username === '' || password === '') return 'Give your name and password there, or a token.';
	if (username.includes(':')) return 'A name with a colon cannot be sent to a TOM.';
	return { kind: 'basic', username, password };
}
