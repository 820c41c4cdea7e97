import type { Cookies } from '@sveltejs/kit';
import type { AccessScope } from '#lib/alert/object.ts';
import type { Principal } from '../principal.ts';
import { ProblemError } from '../problem.ts';
import type { AccountsDatabase } from './database.ts';
import { sessionLives, validateSession } from './session.ts';
import { type TokenScope, tokenLives, validateToken } from './token.ts';
import { findUser, grantsOf, principalOf, type User } from './user.ts';

/** Who sent a request and by what. */
export interface Identity {
	readonly user: User;
	readonly principal: Principal;
	readonly grants: AccessScope['grants'];
	/** Id of the session of its cookie, or null. */
	readonly sessionId: string | null;
	/** The token that it carried, or null. */
	readonly token: { readonly id: string; readonly scopes: readonly TokenScope[] } | null;
}

/** Name of the cookie: with the prefix that browsers hold to https, to this host and to the whole of it. */
export function sessionCookie(url: URL): string {
	return url.protocol === 'https:' ? '__Host-nightjar' : 'nightjar';
}

/** Puts the secret of a session into the cookie; it ends with the browser's memory of it or ours, whichever comes first. */
export function setSessionCookie(cookies: Cookies, url: URL, secret: string): void {
	cookies.set(sessionCookie(url), secret, {
		path: '/',
		httpOnly: true,
		sameSite: 'lax',
		secure: url.protocol === 'https:',
		maxAge: 60 * 86_400,
	});
}

export function clearSessionCookie(cookies: Cookies, url: URL): void {
	cookies.delete(sessionCookie(url), { path: '/', secure: url.protocol === 'https:' });
}

const WRONG_TOKEN =
	'This token is not known here, or its time is over. Make another at /account, and send it as Authorization: Bearer nj_...';

function ofUser(
	database: AccountsDatabase,
	userId: string,
	by: Pick<Identity, 'sessionId' | 'token'>,
): Identity | null {
	const user = findUser(database, userId);
	if (user === null || user.disabled) return null;
	const { sessionId, token } = by;
	return { user, principal: principalOf(database, user), grants: grantsOf(database, user.id), sessionId, token };
}

/** The secret of a bearer token in the header, or null where none is sent. */
export function bearerOf(request: Request): string | null {
	const found = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '');
	return found?.[1] ?? null;
}

/**
 * Who sent the request: the owner of its token, else of its session, else nobody. A token that is wrong is refused, rather than read
 * as nobody. `open` is called only where there is something to look up.
 */
export async function identify(
	event: { readonly request: Request; readonly cookies: Cookies; readonly url: URL },
	open: () => AccountsDatabase,
	{ rotate }: { rotate: boolean },
): Promise<Identity | null> {
	const bearer = bearerOf(event.request);
	if (bearer !== null) {
		const database = open();
		const token = validateToken(database, bearer);
		const identity = token && ofUser(database, token.userId, { sessionId: null, token });
		if (identity === null) {
			throw new ProblemError(401, WRONG_TOKEN, undefined, { 'www-authenticate': 'Bearer realm="Nightjar"' });
		}
		return identity;
	}
	const secret = event.cookies.get(sessionCookie(event.url));
	if (secret === undefined) return null;
	const database = open();
	const session = await validateSession(database, secret, { rotate });
	const identity = session && ofUser(database, session.userId, { sessionId: session.sessionId, token: null });
	if (identity === null) clearSessionCookie(event.cookies, event.url);
	else if (session?.rotated) setSessionCookie(event.cookies, event.url, session.rotated);
	return identity;
}

/**
 * Whether what a long answer began with still holds: the account is open, its session or token lives, and its groups may read what
 * they might. Streams ask now and then, and end where it does not; whoever comes back is looked at anew.
 */
export function stillHolds(database: AccountsDatabase, identity: Identity): boolean {
	const now = ofUser(database, identity.user.id, identity);
	if (now === null || JSON.stringify(now.grants) !== JSON.stringify(identity.grants)) return false;
	if (identity.token !== null) return tokenLives(database, identity.token.id);
	return identity.sessionId !== null && sessionLives(database, identity.sessionId);
}
