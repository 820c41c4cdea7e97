import { type AccountsDatabase, unixNow } from './database.ts';
import { findUser, listUsers, type User } from './user.ts';

/** An account as operators see it: never a secret of it. */
export interface Person extends User {
	readonly groups: readonly { readonly id: string; readonly name: string }[];
	readonly sessions: number;
	readonly tokens: number;
	/** Last use of a session or token, Unix seconds. */
	readonly seenAt: number | null;
	readonly requests30: number;
}

function withUse(database: AccountsDatabase, user: User, nowMs: number): Person {
	const now = unixNow(nowMs);
	const since = new Date(nowMs - 29 * 86_400_000).toISOString().slice(0, 10);
	const use = database.get<{
		sessions: number;
		tokens: number;
		session: number | null;
		token: number | null;
		n: number;
	}>(
		`SELECT (SELECT count(*) FROM sessions WHERE user_id = ?1 AND replaced_at IS NULL AND expires_at > ?2) AS sessions,
		 (SELECT count(*) FROM tokens WHERE user_id = ?1 AND (expires_at IS NULL OR expires_at > ?2)) AS tokens,
		 (SELECT max(seen_at) FROM sessions WHERE user_id = ?1) AS session,
		 (SELECT max(used_at) FROM tokens WHERE user_id = ?1) AS token,
		 (SELECT coalesce(sum(requests), 0) FROM reads WHERE user_id = ?1 AND day >= ?3) AS n`,
		user.id,
		now,
		since,
	);
	const groups = database.all<{ id: string; name: string }>(
		'SELECT groups.id, groups.name FROM groups JOIN group_members ON group_id = groups.id WHERE user_id = ? ORDER BY name_key',
		user.id,
	);
	const seen = Math.max(use?.session ?? 0, use?.token ?? 0);
	return {
		...user,
		groups,
		sessions: use?.sessions ?? 0,
		tokens: use?.tokens ?? 0,
		seenAt: seen === 0 ? null : seen,
		requests30: use?.n ?? 0,
	};
}

/** Accounts by address, with what they use; `q` is looked for in name and address. */
export function listPeople(database: AccountsDatabase, q = '', nowMs: number = Date.now()): Person[] {
	return listUsers(database, q).map((user) => withUse(database, user, nowMs));
}

/** One account with what it uses. */
export function findPerson(database: AccountsDatabase, id: string, nowMs: number = Date.now()): Person | null {
	const user = findUser(database, id);
	return user === null ? null : withUse(database, user, nowMs);
}

/** How many accounts, groups, sessions, tokens and rights there are. */
export function accountTotals(
	database: AccountsDatabase,
): Readonly<Record<'people' | 'operators' | 'groups' | 'sessions' | 'tokens' | 'rights' | 'requests', number>> {
	const day = new Date().toISOString().slice(0, 10);
	const row = database.get<
		Record<'people' | 'operators' | 'groups' | 'sessions' | 'tokens' | 'rights' | 'requests', number>
	>(
		`SELECT (SELECT count(*) FROM users) AS people, (SELECT count(*) FROM users WHERE operator = 1) AS operators,
		 (SELECT count(*) FROM groups) AS groups,
		 (SELECT count(*) FROM sessions WHERE replaced_at IS NULL AND expires_at > ?1) AS sessions,
		 (SELECT count(*) FROM tokens WHERE expires_at IS NULL OR expires_at > ?1) AS tokens,
		 (SELECT count(*) FROM group_rights) AS rights,
		 (SELECT coalesce(sum(requests), 0) FROM reads WHERE day = ?2) AS requests`,
		unixNow(),
		day,
	);
	return row ?? { people: 0, operators: 0, groups: 0, sessions: 0, tokens: 0, rights: 0, requests: 0 };
}

/** Requests of all accounts by UTC day, the newest last, without gaps. */
export function readsByDay(
	database: AccountsDatabase,
	{ userId = null, days = 30, nowMs = Date.now() }: { userId?: string | null; days?: number; nowMs?: number } = {},
): { day: string; requests: number }[] {
	const all = Array.from({ length: days }, (_, ago) =>
		new Date(nowMs - (days - 1 - ago) * 86_400_000).toISOString().slice(0, 10),
	);
	const counted = new Map(
		database
			.all<{ day: string; n: number }>(
				'SELECT day, sum(requests) AS n FROM reads WHERE day >= ?1 AND (?2 IS NULL OR user_id = ?2) GROUP BY day',
				all[0] ?? '',
				userId,
			)
			.map(({ day, n }) => [day, n]),
	);
	return all.map((day) => ({ day, requests: counted.get(day) ?? 0 }));
}
