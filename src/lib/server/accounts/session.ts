import { BetterSqlite3Adapter } from '@lucia-auth/adapter-sqlite';
import { Lucia, TimeSpan } from 'lucia';
import { type AccountsDatabase, unixNow } from './database.ts';
import { hashed, randomSecret } from './secret.ts';

declare module 'lucia' {
	interface Register {
		Lucia: Lucia<SessionColumns>;
		DatabaseSessionAttributes: SessionColumns;
	}
}

interface SessionColumns {
	began_at: number;
	made_at: number;
	replaced_at: number | null;
	seen_at: number;
	agent: string;
	address: string;
}

/** A session ends after so many days without use, and after so many in any case. */
export const SESSION_DAYS = { idle: 14, absolute: 60 } as const;
const DAY = 86_400;
/** An id is replaced when it is a day old; requests already under way may use the old one for another minute. */
const ROTATE_AFTER = DAY;
const GRACE = 60;
/** The time of last use is written once in so many seconds. */
const SEEN_STEP = 60;

/** A session as its owner sees it. */
export interface SessionView {
	/** Names it in forms; no secret, and worth nothing as a cookie. */
	readonly id: string;
	readonly beganAt: number;
	readonly seenAt: number;
	readonly agent: string;
	readonly address: string;
	readonly current: boolean;
}

export interface Visitor {
	readonly agent: string;
	readonly address: string;
}

const instances = new WeakMap<AccountsDatabase, Lucia<SessionColumns>>();

/** lucia over our database. It never sees what the cookie holds, only its hash. */
function luciaOf(database: AccountsDatabase): Lucia<SessionColumns> {
	let lucia = instances.get(database);
	if (lucia === undefined) {
		// the driver has the interface that this adapter expects
		const adapter = new BetterSqlite3Adapter(database.driver, { user: 'users', session: 'sessions' });
		lucia = new Lucia<SessionColumns>(adapter, {
			sessionExpiresIn: new TimeSpan(SESSION_DAYS.idle, 'd'),
			getSessionAttributes: (columns) => columns,
		});
		instances.set(database, lucia);
	}
	return lucia;
}

const shortened = (text: string): string => text.replace(/\p{C}/gu, '').slice(0, 200);

/** Starts a session; answers the secret for the cookie. Nothing that a visitor sent becomes part of it. */
export async function startSession(database: AccountsDatabase, userId: string, visitor: Visitor): Promise<string> {
	const secret = randomSecret();
	const now = unixNow();
	const columns: SessionColumns = {
		began_at: now,
		made_at: now,
		replaced_at: null,
		seen_at: now,
		agent: shortened(visitor.agent),
		address: visitor.address,
	};
	await luciaOf(database).createSession(userId, columns, { sessionId: hashed(secret) });
	return secret;
}

/** Who a cookie stands for. `rotated` is the secret that replaces it, where its time has come. */
export interface Validated {
	readonly userId: string;
	readonly sessionId: string;
	readonly rotated: string | null;
}

/** The session of a cookie, or null when there is none or it has ended. With `rotate` an old id is replaced. */
export async function validateSession(
	database: AccountsDatabase,
	secret: string,
	{ rotate = false, nowMs = Date.now() }: { rotate?: boolean; nowMs?: number } = {},
): Promise<Validated | null> {
	if (!/^[a-z2-7]{52}$/.test(secret)) return null;
	const id = hashed(secret);
	const { session } = await luciaOf(database).validateSession(id);
	if (session === null) return null;
	const now = unixNow(nowMs);
	const ended =
		now - session.began_at > SESSION_DAYS.absolute * DAY ||
		(session.replaced_at !== null && now - session.replaced_at > GRACE);
	if (ended) {
		endSession(database, id);
		return null;
	}
	if (now - session.seen_at >= SEEN_STEP) database.run('UPDATE sessions SET seen_at = ? WHERE id = ?', now, id);
	const due = rotate && session.replaced_at === null && now - session.made_at > ROTATE_AFTER;
	return { userId: session.userId, sessionId: id, rotated: due ? rotateSession(database, id, now) : null };
}

/** Whether a session has not ended; one whose id was replaced ends a minute later. */
export function sessionLives(database: AccountsDatabase, id: string): boolean {
	return (
		database.get(
			`SELECT 1 FROM sessions WHERE id = ?1 AND expires_at > ?2 AND (replaced_at IS NULL OR replaced_at > ?3)`,
			id,
			unixNow(),
			unixNow() - GRACE,
		) !== undefined
	);
}

/** Gives a session a new id; null when another request just did. */
function rotateSession(database: AccountsDatabase, id: string, now: number): string | null {
	return database.transaction(() => {
		if (database.run('UPDATE sessions SET replaced_at = ? WHERE id = ? AND replaced_at IS NULL', now, id) === 0)
			return null;
		const secret = randomSecret();
		database.run(
			`INSERT INTO sessions (id, user_id, expires_at, began_at, made_at, replaced_at, seen_at, agent, address)
			 SELECT ?, user_id, expires_at, began_at, ?, NULL, ?, agent, address FROM sessions WHERE id = ?`,
			hashed(secret),
			now,
			now,
			id,
		);
		return secret;
	});
}

export function endSession(database: AccountsDatabase, id: string): void {
	database.run('DELETE FROM sessions WHERE id = ?', id);
}

/** Ends every session of a person, or all but one. */
export async function endSessions(database: AccountsDatabase, userId: string, except?: string): Promise<void> {
	if (except === undefined) await luciaOf(database).invalidateUserSessions(userId);
	else database.run('DELETE FROM sessions WHERE user_id = ? AND id <> ?', userId, except);
}

/** Ends one session that its owner names in a form; false when it is not theirs. */
export function endOwnSession(database: AccountsDatabase, userId: string, name: string): boolean {
	return database.run('DELETE FROM sessions WHERE user_id = ? AND substr(id, 1, 16) = ?', userId, name) > 0;
}

/** The open sessions of a person, last used first. */
export function sessionsOf(database: AccountsDatabase, userId: string, current: string | null): SessionView[] {
	return database
		.all<SessionColumns & { id: string }>(
			'SELECT * FROM sessions WHERE user_id = ? AND expires_at > ? AND replaced_at IS NULL ORDER BY seen_at DESC',
			userId,
			unixNow(),
		)
		.map((row) => ({
			id: row.id.slice(0, 16),
			beganAt: row.began_at,
			seenAt: row.seen_at,
			agent: row.agent,
			address: row.address,
			current: row.id === current,
		}));
}

/** Removes what has ended: sessions, letters, invitations, old failures. */
export async function sweep(database: AccountsDatabase): Promise<void> {
	const now = unixNow();
	await luciaOf(database).deleteExpiredSessions();
	database.run(
		'DELETE FROM sessions WHERE replaced_at < ? OR began_at < ?',
		now - GRACE,
		now - SESSION_DAYS.absolute * DAY,
	);
	database.run('DELETE FROM letters WHERE expires_at < ?', now);
	database.run('DELETE FROM invitations WHERE expires_at < ?', now);
	database.run('DELETE FROM attempts WHERE last_at < ?', now - DAY);
}
