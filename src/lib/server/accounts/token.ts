import { type AccountsDatabase, unixNow } from './database.ts';
import { hashed, newId, randomSecret } from './secret.ts';

/** What a token may be allowed, and how it is told. */
export const TOKEN_SCOPES = {
	read: 'read what I may read, with my limits',
	write: 'change what is mine: filters, lists, notes',
} as const;
export type TokenScope = keyof typeof TOKEN_SCOPES;

const PREFIX = 'nj_';
/** Written once in so many seconds. */
const USED_STEP = 60;
const MAX_TOKENS = 50;

/** A token as its owner sees it. */
export interface TokenView {
	readonly id: string;
	readonly name: string;
	readonly scopes: readonly TokenScope[];
	readonly hint: string;
	readonly createdAt: number;
	readonly expiresAt: number | null;
	readonly usedAt: number | null;
}

interface TokenRow {
	readonly id: string;
	readonly user_id: string;
	readonly name: string;
	readonly scopes: string;
	readonly hint: string;
	readonly created_at: number;
	readonly expires_at: number | null;
	readonly used_at: number | null;
}

const isScope = (word: string): word is TokenScope => Object.hasOwn(TOKEN_SCOPES, word);

/** The scopes among words, in a fixed order. */
export function readScopes(words: readonly string[]): TokenScope[] {
	return Object.keys(TOKEN_SCOPES)
		.filter(isScope)
		.filter((scope) => words.includes(scope));
}

function shown(row: TokenRow): TokenView {
	return {
		id: row.id,
		name: row.name,
		scopes: readScopes(row.scopes.split(' ')),
		hint: row.hint,
		createdAt: row.created_at,
		expiresAt: row.expires_at,
		usedAt: row.used_at,
	};
}

/** Makes a token; the secret is told here and never again. Null when its owner has too many. */
export function addToken(
	database: AccountsDatabase,
	userId: string,
	{ name, scopes, days }: { name: string; scopes: readonly TokenScope[]; days: number | null },
): { id: string; secret: string } | null {
	return database.transaction(() => {
		if (tokensOf(database, userId).length >= MAX_TOKENS) return null;
		const secret = `${PREFIX}${randomSecret()}`;
		const id = newId('t');
		const now = unixNow();
		database.run(
			'INSERT INTO tokens (id, user_id, hash, name, scopes, hint, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
			id,
			userId,
			hashed(secret),
			name,
			scopes.join(' '),
			secret.slice(-4),
			now,
			days === null ? null : now + days * 86_400,
		);
		return { id, secret };
	});
}

/** The tokens of a person, newest first. */
export function tokensOf(database: AccountsDatabase, userId: string): TokenView[] {
	return database
		.all<TokenRow>('SELECT * FROM tokens WHERE user_id = ? ORDER BY created_at DESC, id', userId)
		.map(shown);
}

/** Ends a token; false when it is not theirs. */
export function removeToken(database: AccountsDatabase, userId: string, id: string): boolean {
	return database.run('DELETE FROM tokens WHERE user_id = ? AND id = ?', userId, id) === 1;
}

/** Whether a token was neither ended nor has run out. */
export function tokenLives(database: AccountsDatabase, id: string): boolean {
	const row = database.get(
		'SELECT 1 FROM tokens WHERE id = ? AND (expires_at IS NULL OR expires_at > ?)',
		id,
		unixNow(),
	);
	return row !== undefined;
}

/** Ends all tokens of a person. */
export function removeTokens(database: AccountsDatabase, userId: string): void {
	database.run('DELETE FROM tokens WHERE user_id = ?', userId);
}

/** Whose a token is and what it may; null for one that is unknown, ended or malformed. */
export function validateToken(
	database: AccountsDatabase,
	secret: string,
	nowMs: number = Date.now(),
): { id: string; userId: string; scopes: readonly TokenScope[] } | null {
	if (!/^nj_[a-z2-7]{52}$/.test(secret)) return null;
	const row = database.get<TokenRow>('SELECT * FROM tokens WHERE hash = ?', hashed(secret));
	const now = unixNow(nowMs);
	if (row === undefined || (row.expires_at !== null && row.expires_at <= now)) return null;
	if (row.used_at === null || now - row.used_at >= USED_STEP) {
		database.run('UPDATE tokens SET used_at = ? WHERE id = ?', now, row.id);
	}
	return { id: row.id, userId: row.user_id, scopes: readScopes(row.scopes.split(' ')) };
}
