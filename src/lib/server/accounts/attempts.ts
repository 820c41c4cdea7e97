import { createHash } from 'node:crypto';
import { type AccountsDatabase, unixNow } from './database.ts';
import { emailKey } from './user.ts';

/** Failures that cost nothing, and the longest wait after them, in seconds: the wait doubles with each. */
const RULES = {
	/** One account from one address. */
	pair: { free: 5, longest: 900 },
	/** One account from anywhere: short enough that a stranger cannot lock its owner out for long. */
	account: { free: 20, longest: 60 },
	/** Any account from one address. */
	address: { free: 30, longest: 900 },
} as const;
type Kind = keyof typeof RULES;
const KINDS: readonly Kind[] = ['pair', 'account', 'address'];
/** Failures are forgotten after so many seconds without one. */
const FORGET = 3600;

/** An address as limits count it: the network of 64 bits for IPv6, whose owner has all of it. */
export function addressKey(address: string): string {
	const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
	if (v4 !== undefined) return v4;
	if (!address.includes(':')) return address;
	const [head = '', tail] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
	const left = head.split(':').filter(Boolean);
	const right = (tail ?? '').split(':').filter(Boolean);
	const all =
		tail === undefined
			? left
			: [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
	return `${all
		.slice(0, 4)
		.map((part) => part.replace(/^0+(?=.)/, ''))
		.join(':')}::/64`;
}

function subjectOf(kind: Kind, email: string, address: string): string {
	const key = {
		pair: [emailKey(email), addressKey(address)],
		account: [emailKey(email)],
		address: [addressKey(address)],
	};
	return createHash('sha256')
		.update(JSON.stringify([kind, key[kind]]))
		.digest('base64url');
}

/**
 * Counts an attempt to sign in before it is checked, so that many at once count as many. Answers the seconds to wait, 0 when it may
 * be tried. The same for accounts that are not there.
 */
export function beginAttempt(
	database: AccountsDatabase,
	{ email, address }: { email: string; address: string },
	nowMs: number = Date.now(),
): number {
	const now = unixNow(nowMs);
	return database.transaction(() => {
		const waits = KINDS.map((kind) => {
			const { free, longest } = RULES[kind];
			const row = database.get<{ failures: number; last_at: number }>(
				'SELECT failures, last_at FROM attempts WHERE subject = ?',
				subjectOf(kind, email, address),
			);
			if (row === undefined || now - row.last_at > FORGET || row.failures < free) return 0;
			return Math.max(0, row.last_at + Math.min(longest, 2 ** (row.failures - free)) - now);
		});
		const wait = Math.max(...waits);
		if (wait === 0) {
			for (const kind of KINDS) {
				database.run(
					`INSERT INTO attempts VALUES (?, 1, ?) ON CONFLICT (subject) DO UPDATE SET
					 failures = CASE WHEN excluded.last_at - last_at > ${FORGET} THEN 1 ELSE failures + 1 END, last_at = excluded.last_at`,
					subjectOf(kind, email, address),
					now,
				);
			}
		}
		return wait;
	});
}

/** Forgets the failures of an account once its owner proved to be it. Those of the address stay: it may try others. */
export function forgiveAttempts(
	database: AccountsDatabase,
	{ email, address }: { email: string; address: string },
): void {
	for (const kind of ['pair', 'account'] as const) {
		database.run('DELETE FROM attempts WHERE subject = ?', subjectOf(kind, email, address));
	}
	database.run(
		'UPDATE attempts SET failures = failures - 1 WHERE subject = ? AND failures > 0',
		subjectOf('address', email, address),
	);
}
