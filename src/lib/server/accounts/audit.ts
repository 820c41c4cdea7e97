import { type AccountsDatabase, unixNow } from './database.ts';

/** Something that was done to accounts, groups, rights or tokens. */
export interface Deed {
	/** Null where the command line did it. */
	readonly actor: { readonly id: string; readonly name: string } | null;
	/** `user.sign-in`, `group.grant`, ... */
	readonly action: string;
	/** To whom or what, in words that last longer than its id. */
	readonly subject: string;
	readonly detail?: string;
	readonly address?: string;
}

export interface AuditEntry {
	readonly id: number;
	readonly at: number;
	readonly actor: string;
	readonly action: string;
	readonly subject: string;
	readonly detail: string;
	readonly address: string;
}

/** Writes down what was done; never a secret. */
export function audit(database: AccountsDatabase, { actor, action, subject, detail = '', address = '' }: Deed): void {
	database.run(
		'INSERT INTO audit (at, actor_id, actor, action, subject, detail, address) VALUES (?, ?, ?, ?, ?, ?, ?)',
		unixNow(),
		actor?.id ?? null,
		actor?.name ?? 'command line',
		action,
		subject.slice(0, 300),
		detail.slice(0, 1000),
		address,
	);
}

/** The log, newest first, below a number; `q` is looked for in every column. */
export function readAudit(
	database: AccountsDatabase,
	{ q = '', before = null, limit = 100 }: { q?: string; before?: number | null; limit?: number } = {},
): AuditEntry[] {
	const like = `%${q.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
	return database.all<AuditEntry>(
		`SELECT id, at, actor, action, subject, detail, address FROM audit
		 WHERE id < ? AND (actor || ' ' || action || ' ' || subject || ' ' || detail || ' ' || address) LIKE ? ESCAPE '\\'
		 ORDER BY id DESC LIMIT ?`,
		before ?? Number.MAX_SAFE_INTEGER,
		like,
		limit,
	);
}

/** Counts a request of a person, by UTC day, kind of route and means. */
export function countRead(
	database: AccountsDatabase,
	{ userId, what, means }: { userId: string; what: string; means: string },
	nowMs: number = Date.now(),
): void {
	database.run(
		// not of an account that this very request deleted
		`INSERT INTO reads SELECT id, ?2, ?3, ?4, 1, ?5 FROM users WHERE id = ?1
		 ON CONFLICT DO UPDATE SET requests = requests + 1, last_at = excluded.last_at`,
		userId,
		new Date(nowMs).toISOString().slice(0, 10),
		what,
		means,
		unixNow(nowMs),
	);
}

export interface ReadCount {
	readonly what: string;
	/** `session`, or the name of a token. */
	readonly means: string;
	readonly requests: number;
	readonly lastAt: number;
}

/** What a person read in the last 30 days, by route and means, most first. */
export function readsOf(database: AccountsDatabase, userId: string, nowMs: number = Date.now()): ReadCount[] {
	return database.all<ReadCount>(
		`SELECT what, coalesce(tokens.name, means) AS means, sum(requests) AS requests, max(last_at) AS lastAt FROM reads
		 LEFT JOIN tokens ON tokens.id = means WHERE reads.user_id = ? AND day >= ?
		 GROUP BY what, reads.means ORDER BY requests DESC, what LIMIT 200`,
		userId,
		new Date(nowMs - 29 * 86_400_000).toISOString().slice(0, 10),
	);
}
