import { TokenBuckets } from '../limits.ts';
import { addressKey } from './attempts.ts';
import { type AccountsDatabase, unixNow } from './database.ts';
import { hashed, randomSecret } from './secret.ts';
import { emailKey } from './user.ts';

/** What the link in a letter is for. */
export type Purpose = 'sign-up' | 'reset' | 'address';

/** Seconds that a link works. */
const LASTS: Readonly<Record<Purpose, number>> = { 'sign-up': 86_400, reset: 3600, address: 86_400 };

export interface LetterLink {
	readonly purpose: Purpose;
	readonly userId: string | null;
	readonly email: string;
	readonly name: string;
	/** Account at another site that becomes a way to sign in: provider, subject and what to show of it. */
	readonly identity: { readonly provider: string; readonly subject: string; readonly label: string } | null;
}

/** Makes the secret of a link. It is kept as a hash, works once, and replaces older ones for the same. */
export function makeLink(database: AccountsDatabase, link: LetterLink, lastsSeconds = LASTS[link.purpose]): string {
	const secret = randomSecret();
	database.transaction(() => {
		if (link.userId !== null) {
			database.run('DELETE FROM letters WHERE purpose = ? AND user_id = ?', link.purpose, link.userId);
		}
		database.run(
			'INSERT INTO letters (id, purpose, user_id, email, name, identity, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
			hashed(secret),
			link.purpose,
			link.userId,
			link.email,
			link.name,
			link.identity === null ? null : JSON.stringify(link.identity),
			unixNow() + lastsSeconds,
		);
	});
	return secret;
}

interface LetterRow {
	readonly purpose: Purpose;
	readonly user_id: string | null;
	readonly email: string;
	readonly name: string;
	readonly identity: string | null;
}

/** What a link stands for, which looking at does not use up: mail programs open links before people do. */
export function findLink(database: AccountsDatabase, secret: string): LetterLink | null {
	if (!/^[a-z2-7]{52}$/.test(secret)) return null;
	const row = database.get<LetterRow>(
		'SELECT purpose, user_id, email, name, identity FROM letters WHERE id = ? AND expires_at > ?',
		hashed(secret),
		unixNow(),
	);
	if (row === undefined) return null;
	return {
		purpose: row.purpose,
		userId: row.user_id,
		email: row.email,
		name: row.name,
		// written by makeLink
		identity: row.identity === null ? null : (JSON.parse(row.identity) as LetterLink['identity']),
	};
}

/** Uses a link up; false when somebody was faster. */
export function useLink(database: AccountsDatabase, secret: string): boolean {
	return database.run('DELETE FROM letters WHERE id = ? AND expires_at > ?', hashed(secret), unixNow()) === 1;
}

/** Ends the links that were sent for an account. */
export function dropLinks(database: AccountsDatabase, userId: string): void {
	database.run('DELETE FROM letters WHERE user_id = ?', userId);
}

const byAddress = new TokenBuckets(12, 12 / 3600);
const byReader = new TokenBuckets(4, 4 / 3600);

/** Whether another letter may be asked for: by whoever asks, and for whom. The second is kept silent. */
export function maySend(email: string, address: string): 'yes' | 'asker' | 'reader' {
	if (!byAddress.take(addressKey(address), 1).allowed) return 'asker';
	return byReader.take(emailKey(email), 1).allowed ? 'yes' : 'reader';
}
