import type { Value } from '../accounts/database.ts';
import { type AccountsDatabase } from '../accounts/database.ts';
import type { Principal } from '../principal.ts';
import { ProblemError } from '../problem.ts';

/** Who sees what somebody keeps. */
export type Share = 'private' | 'group' | 'public';

/** For whom something is meant: the group where it is one. */
export interface Audience {
	readonly shared: Share;
	readonly groupId: string | null;
}

export const PRIVATE: Audience = { shared: 'private', groupId: null };

/** An audience from the one value of a form: `private`, `public` or the id of one of the reader's groups. */
export function readAudience(principal: Principal, text: string): Audience {
	if (text === '' || text === 'private') return PRIVATE;
	if (text === 'public') return { shared: 'public', groupId: null };
	if (!principal.groups.includes(text)) throw new ProblemError(400, 'Share it with a group that you belong to.');
	return { shared: 'group', groupId: text };
}

/** Condition and values for rows that a reader may see: their own, those of their groups, and public ones. */
export function visibleTo(principal: Principal | null, table: string): { sql: string; values: Value[] } {
	if (principal === null) return { sql: `${table}.shared = 'public'`, values: [] };
	return {
		sql: `(${table}.owner_id = ? OR ${table}.shared = 'public' OR (${table}.shared = 'group' AND ${table}.group_id IN (SELECT value FROM json_each(?))))`,
		values: [principal.id, JSON.stringify(principal.groups)],
	};
}

/** SQL for the name of who owns a row, for people. */
export function ownerName(table: string): string {
	return `coalesce((SELECT name FROM users WHERE id = ${table}.owner_id), CASE ${table}.owner_id WHEN 'local' THEN 'this machine' ELSE 'somebody who left' END)`;
}

/** The groups of who acts, by name, to share with. */
export function groupsToShareWith(database: AccountsDatabase, principal: Principal): { id: string; name: string }[] {
	return database.all(
		'SELECT id, name FROM groups WHERE id IN (SELECT value FROM json_each(?)) ORDER BY name_key',
		JSON.stringify(principal.groups),
	);
}

/** One line of text as people wrote it: no control characters, blanks joined; null where nothing is left or it is too long. */
export function readLine(text: string, longest: number): string | null {
	const line = text
		.normalize('NFC')
		.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
		.trim();
	return line === '' || line.length > longest ? null : line;
}

/** By which two spellings of a name are the same. */
export const nameKey = (name: string): string => name.normalize('NFKC').toLowerCase();
