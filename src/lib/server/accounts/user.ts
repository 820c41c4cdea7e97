import { domainToASCII } from 'node:url';
import type { AccessScope } from '#lib/alert/object.ts';
import type { Principal } from '../principal.ts';
import { type AccountsDatabase, unixNow } from './database.ts';
import { newId } from './secret.ts';

/** An account, without its password. */
export interface User {
	readonly id: string;
	readonly email: string;
	readonly name: string;
	readonly operator: boolean;
	readonly disabled: boolean;
	readonly hasPassword: boolean;
	/** Unix seconds. */
	readonly createdAt: number;
}

interface UserRow {
	readonly id: string;
	readonly email: string;
	readonly name: string;
	readonly password: string | null;
	readonly operator: number;
	readonly disabled_at: number | null;
	readonly created_at: number;
}

function shown(row: UserRow): User {
	return {
		id: row.id,
		email: row.email,
		name: row.name,
		operator: row.operator === 1,
		disabled: row.disabled_at !== null,
		hasPassword: row.password !== null,
		createdAt: row.created_at,
	};
}

/** An address as people write it, without white space around; null for one that no letter could reach. */
export function readEmail(text: string): string | null {
	const email = text.trim().normalize('NFC');
	const found = /^([^\s@"<>()[\]\\,;:\p{C}]{1,64})@([^\s@"<>()[\]\\,;:\p{C}]{1,253})$/u.exec(email);
	if (found === null || email.length > 254) return null;
	const host = domainToASCII(found[2] ?? '');
	if (!/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(host)) return null;
	return `${found[1] ?? ''}@${host}`;
}

/** By which two spellings of one address are the same account. */
export function emailKey(email: string): string {
	return email.normalize('NFKC').toLowerCase();
}

/** A name for people: one line of at most 80 characters and no web address, for it stands in letters; null for any other. */
export function readName(text: string): string | null {
	const name = text
		.normalize('NFC')
		.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
		.trim();
	return name === '' || name.length > 80 || /:\/\/|\bwww\.|@/i.test(name) ? null : name;
}

export function findUser(database: AccountsDatabase, id: string): User | null {
	const row = database.get<UserRow>('SELECT * FROM users WHERE id = ?', id);
	return row === undefined ? null : shown(row);
}

export function findUserByEmail(database: AccountsDatabase, email: string): User | null {
	const row = database.get<UserRow>('SELECT * FROM users WHERE email_key = ?', emailKey(email));
	return row === undefined ? null : shown(row);
}

/** Accounts by address; `q` is looked for in name and address. */
export function listUsers(database: AccountsDatabase, q = '', limit = 500): User[] {
	const like = `%${q.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
	return database
		.all<UserRow>(
			"SELECT * FROM users WHERE email LIKE ? ESCAPE '\\' OR name LIKE ? ESCAPE '\\' ORDER BY email_key LIMIT ?",
			like,
			like,
			limit,
		)
		.map(shown);
}

/** The kept hash of a person's password. */
export function passwordOf(database: AccountsDatabase, userId: string): string | null {
	return database.get<{ password: string | null }>('SELECT password FROM users WHERE id = ?', userId)?.password ?? null;
}

/** Makes an account; null when the address has one. */
export function addUser(
	database: AccountsDatabase,
	{
		email,
		name,
		password,
		operator = false,
	}: { email: string; name: string; password: string | null; operator?: boolean },
): User | null {
	const id = newId('u');
	const made = database.run(
		'INSERT INTO users (id, email, email_key, name, password, operator, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
		id,
		email,
		emailKey(email),
		name,
		password,
		operator ? 1 : 0,
		unixNow(),
	);
	return made === 0 ? null : findUser(database, id);
}

/** What may be changed of an account, one column at a time: a form never names a column. */
export function renameUser(database: AccountsDatabase, id: string, name: string): void {
	database.run('UPDATE users SET name = ? WHERE id = ?', name, id);
}

/** Changes the address; false when another account has it. */
export function changeEmail(database: AccountsDatabase, id: string, email: string): boolean {
	return (
		database.run('UPDATE OR IGNORE users SET email = ?, email_key = ? WHERE id = ?', email, emailKey(email), id) === 1
	);
}

export function setPassword(database: AccountsDatabase, id: string, password: string): void {
	database.run('UPDATE users SET password = ? WHERE id = ?', password, id);
}

export function setOperator(database: AccountsDatabase, id: string, operator: boolean): void {
	database.run('UPDATE users SET operator = ? WHERE id = ?', operator ? 1 : 0, id);
}

/** Shuts an account out, or lets it in again; its sessions end. */
export function setDisabled(database: AccountsDatabase, id: string, disabled: boolean): void {
	database.transaction(() => {
		database.run('UPDATE users SET disabled_at = ? WHERE id = ?', disabled ? unixNow() : null, id);
		if (disabled) database.run('DELETE FROM sessions WHERE user_id = ?', id);
	});
}

/** Removes an account and what is its own in this database. */
export function deleteUser(database: AccountsDatabase, id: string): void {
	database.run('DELETE FROM users WHERE id = ?', id);
}

/** Number of operators who can sign in: the last one cannot be removed. */
export function operatorCount(database: AccountsDatabase): number {
	return (
		database.get<{ n: number }>('SELECT count(*) AS n FROM users WHERE operator = 1 AND disabled_at IS NULL')?.n ?? 0
	);
}

/** The person as one who acts. */
export function principalOf(database: AccountsDatabase, user: User): Principal {
	const groups = database.all<{ group_id: string }>(
		'SELECT group_id FROM group_members WHERE user_id = ? ORDER BY group_id',
		user.id,
	);
	return { id: user.id, name: user.name, operator: user.operator, groups: groups.map(({ group_id }) => group_id) };
}

/** Programmes that the groups of a person were granted, in a fixed order: it is part of the keys of caches. */
export function grantsOf(database: AccountsDatabase, userId: string): AccessScope['grants'] {
	return database
		.all<{ survey: string; programme: string }>(
			`SELECT DISTINCT survey, programme FROM group_rights JOIN group_members USING (group_id)
		 WHERE user_id = ? ORDER BY survey, programme`,
			userId,
		)
		.map(({ survey, programme }) => ({ survey, programme }));
}
