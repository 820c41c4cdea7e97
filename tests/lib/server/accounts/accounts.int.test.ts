import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AccountsDatabase, closeAccounts, openAccounts, unixNow } from '#lib/server/accounts/database.ts';
import { isPassword, hashPassword, passwordProblem } from '#lib/server/accounts/password.ts';
import { hashed } from '#lib/server/accounts/secret.ts';
import {
	endOwnSession,
	endSessions,
	sessionsOf,
	SESSION_DAYS,
	startSession,
	sweep,
	validateSession,
} from '#lib/server/accounts/session.ts';
import { addToken, removeToken, tokensOf, validateToken } from '#lib/server/accounts/token.ts';
import {
	addUser,
	changeEmail,
	deleteUser,
	findUserByEmail,
	grantsOf,
	readEmail,
	readName,
	setDisabled,
} from '#lib/server/accounts/user.ts';

let home: string;
let database: AccountsDatabase;

beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), 'nightjar-accounts-'));
	database = openAccounts(home);
});
afterEach(async () => {
	closeAccounts(home);
	await rm(home, { recursive: true, force: true });
});

const visitor = { agent: 'Firefox\n\u0000', address: '192.0.2.7' };

function person(email = 'vera@example.org'): string {
	const user = addUser(database, { email, name: 'Vera', password: null });
	if (user === null) throw new Error('The address is taken.');
	return user.id;
}

describe('the database', () => {
	it('is readable for its owner alone, with its two side files', async () => {
		person();
		for (const file of ['accounts.db', 'accounts.db-wal', 'accounts.db-shm']) {
			expect((await stat(join(home, file))).mode & 0o777, file).toBe(0o600);
		}
	});

	it('is one for a folder, and is found again with what was in it', () => {
		expect(openAccounts(home)).toBe(database);
		const id = person();
		closeAccounts(home);
		database = openAccounts(home);
		expect(findUserByEmail(database, 'VERA@example.org')?.id).toBe(id);
	});

	it('leaves nothing behind of a transaction that fails', () => {
		expect(() =>
			database.transaction(() => {
				person('a@example.org');
				database.transaction(() => person('b@example.org'));
				throw new Error('no');
			}),
		).toThrow('no');
		expect(database.all('SELECT * FROM users')).toEqual([]);
	});

	it('refuses a value that would end the driver', () => {
		expect(() => database.all('SELECT ?', true as unknown as number)).toThrow(TypeError);
		expect(() => database.all('SELECT ?', undefined as unknown as string)).toThrow(TypeError);
		expect(() => database.all('SELECT ?', Number.NaN)).toThrow(TypeError);
	});

	it('waits for another process that writes', async () => {
		const script = `
			const Database = require('libsql');
			const db = new Database(process.argv[1], { timeout: 5000 });
			db.exec('BEGIN IMMEDIATE');
			console.log('holds');
			setTimeout(() => { db.exec("INSERT INTO limits VALUES ((SELECT id FROM users), 7, 7)"); db.exec('COMMIT'); }, 400);
		`;
		const id = person();
		const other = spawn(process.execPath, ['-e', script, join(home, 'accounts.db')], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		await new Promise((resolve) => other.stdout.once('data', resolve));
		database.run('UPDATE users SET name = ? WHERE id = ?', 'Vera Rubin', id);
		await new Promise((resolve) => other.once('exit', resolve));
		expect(database.get<{ capacity: number }>('SELECT capacity FROM limits')?.capacity).toBe(7);
	});
});

describe('sessions', () => {
	it('keep a hash of what the cookie holds, and nothing of the kind in the file', async () => {
		const secret = await startSession(database, person(), visitor);
		expect((await validateSession(database, secret))?.sessionId).toBe(hashed(secret));
		const bytes = Buffer.concat([
			await readFile(join(home, 'accounts.db')),
			await readFile(join(home, 'accounts.db-wal')),
		]);
		expect(bytes.includes(secret)).toBe(false);
		expect(await validateSession(database, hashed(secret))).toBe(null);
		expect(await validateSession(database, '')).toBe(null);
	});

	it('end after days without use, after days in any case, and with their owner', async () => {
		const userId = person();
		const secret = await startSession(database, userId, visitor);
		database.run('UPDATE sessions SET expires_at = ?', unixNow() - 1);
		expect(await validateSession(database, secret)).toBe(null);
		const used = await startSession(database, userId, visitor);
		database.run('UPDATE sessions SET began_at = ?', unixNow() - SESSION_DAYS.absolute * 86_400 - 1);
		expect(await validateSession(database, used)).toBe(null);
		expect(database.all('SELECT * FROM sessions')).toEqual([]);
		const third = await startSession(database, userId, visitor);
		deleteUser(database, userId);
		expect(await validateSession(database, third)).toBe(null);
	});

	it('stay while they are used', async () => {
		const secret = await startSession(database, person(), visitor);
		// past half of the idle time: used now, it starts again
		database.run('UPDATE sessions SET expires_at = ?', unixNow() + 3600);
		await validateSession(database, secret);
		const row = database.get<{ expires_at: number }>('SELECT expires_at FROM sessions');
		expect(row?.expires_at).toBeGreaterThan(unixNow() + (SESSION_DAYS.idle - 1) * 86_400);
	});

	it('get a new id each day; the old one serves requests under way, then ends', async () => {
		const secret = await startSession(database, person(), visitor);
		expect((await validateSession(database, secret, { rotate: true }))?.rotated).toBe(null);
		database.run('UPDATE sessions SET made_at = made_at - 90000');
		expect((await validateSession(database, secret))?.rotated).toBe(null);
		const rotated = (await validateSession(database, secret, { rotate: true }))?.rotated ?? '';
		expect(rotated).toMatch(/^[a-z2-7]{52}$/);
		// another request that carried the old one
		expect(await validateSession(database, secret, { rotate: true })).toMatchObject({ rotated: null });
		expect(await validateSession(database, rotated)).not.toBe(null);
		expect(await validateSession(database, secret, { nowMs: Date.now() + 61_000 })).toBe(null);
		expect(await validateSession(database, rotated)).not.toBe(null);
	});

	it('are listed for their owner, and ended one by one or all at once', async () => {
		const userId = person();
		const [first, second, third] = [
			await startSession(database, userId, visitor),
			await startSession(database, userId, visitor),
			await startSession(database, userId, visitor),
		];
		const other = person('other@example.org');
		const list = sessionsOf(database, userId, hashed(first));
		expect(list.map(({ current }) => current).sort()).toEqual([false, false, true]);
		expect(list[0]?.agent).toBe('Firefox');
		expect(JSON.stringify(list)).not.toContain(hashed(first));
		expect(endOwnSession(database, other, hashed(second).slice(0, 16))).toBe(false);
		expect(endOwnSession(database, userId, hashed(second).slice(0, 16))).toBe(true);
		expect(await validateSession(database, second)).toBe(null);
		await endSessions(database, userId, hashed(first));
		expect(await validateSession(database, third)).toBe(null);
		expect(await validateSession(database, first)).not.toBe(null);
		await endSessions(database, userId);
		expect(await validateSession(database, first)).toBe(null);
	});

	it('are swept away once they ended', async () => {
		const secret = await startSession(database, person(), visitor);
		await sweep(database);
		expect(await validateSession(database, secret)).not.toBe(null);
		database.run('UPDATE sessions SET expires_at = 5');
		await sweep(database);
		expect(database.all('SELECT * FROM sessions')).toEqual([]);
	});
});

describe('accounts', () => {
	it('take an address once, however it is written', () => {
		const id = person('Vera@Example.org');
		expect(addUser(database, { email: 'vera@example.ORG', name: 'Other', password: null })).toBe(null);
		const other = person('other@example.org');
		expect(changeEmail(database, other, 'VERA@example.org')).toBe(false);
		expect(changeEmail(database, id, 'vera.rubin@example.org')).toBe(true);
		expect(findUserByEmail(database, 'vera@example.org')).toBe(null);
	});

	it.each([
		['vera@example.org', 'vera@example.org'],
		['  vera+alerts@observatory.example ', 'vera+alerts@observatory.example'],
		['vera@sternwarte-münchen.example', 'vera@xn--sternwarte-mnchen-e3b.example'],
		["o'hara@example.org", "o'hara@example.org"],
		['vera@example.org\nbcc: all@example.org', null],
		['vera@example.org,all@example.org', null],
		['vera', null],
		['@example.org', null],
		['vera@', null],
		['vera@exa mple.org', null],
		['"vera"@example.org', null],
		[`${'v'.repeat(65)}@example.org`, null],
		[`vera@${'e'.repeat(64)}.org`, null],
		['vera@-example.org', null],
	])('read the address %j as %j', (text, read) => {
		expect(readEmail(text)).toBe(read);
	});

	it('take names of one line', () => {
		expect(readName('  Vera \r\n Rubin\u0000\u202e ')).toBe('Vera Rubin');
		expect(readName(' \n ')).toBe(null);
		expect(readName('v'.repeat(81))).toBe(null);
	});

	it('give what the groups of a person were granted, in a fixed order', () => {
		const id = person();
		database.run(
			"INSERT INTO groups VALUES ('g_1', 'A', 'a', '', 0), ('g_2', 'B', 'b', '', 0), ('g_3', 'C', 'c', '', 0)",
		);
		database.run("INSERT INTO group_members VALUES ('g_2', ?, 0, 0), ('g_1', ?, 0, 0)", id, id);
		database.run(
			"INSERT INTO group_rights VALUES ('g_2', 'ztf', 'partnership', NULL, 0), ('g_1', 'ztf', 'partnership', NULL, 0), ('g_1', 'decam', 'private', NULL, 0), ('g_3', 'ztf', 'caltech', NULL, 0)",
		);
		expect(grantsOf(database, id)).toEqual([
			{ survey: 'decam', programme: 'private' },
			{ survey: 'ztf', programme: 'partnership' },
		]);
	});
});

describe('passwords', () => {
	it('are kept as argon2id and compared', async () => {
		const stored = await hashPassword('a quiet place');
		expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
		expect(await isPassword(stored, 'a quiet place')).toBe(true);
		expect(await isPassword(stored, 'a quiet plac')).toBe(false);
		expect(await isPassword(null, 'nobody has this one')).toBe(false);
		expect(await isPassword(stored, 'x'.repeat(1_000_000))).toBe(false);
		// e with an acute accent, in one sign and in two
		expect(await isPassword(await hashPassword('caf\u00e9 at night'), 'cafe\u0301 at night')).toBe(true);
	});

	it('cost as much to check where there is none, so that the time tells nothing', async () => {
		const stored = await hashPassword('a quiet place');
		await isPassword(null, 'warm');
		// time of the processor, the hashing threads' included
		const cost = async (kept: string | null): Promise<number> => {
			const before = process.cpuUsage();
			await isPassword(kept, 'not this one');
			const { user, system } = process.cpuUsage(before);
			return user + system;
		};
		// in turn, and the least of each: what else the machine does makes some of them dearer, and none cheaper
		const least = { none: Infinity, kept: Infinity };
		for (let i = 0; i < 20; i++) {
			least.none = Math.min(least.none, await cost(null));
			least.kept = Math.min(least.kept, await cost(stored));
		}
		const ratio = least.none / least.kept;
		expect(ratio).toBeGreaterThan(0.5);
		expect(ratio).toBeLessThan(2);
	});

	it('are refused where they are guessed first', () => {
		const vera = { email: 'vera.rubin@example.org', name: 'Vera C. Rubin' };
		for (const bad of [
			'short',
			'password123',
			'Nightjar2026!',
			'1234567890',
			'aaaaaaaaaaaa',
			'vera.rubin',
			'VERA C. RUBIN',
			'x'.repeat(201),
		]) {
			expect(passwordProblem(bad, vera), bad).toMatch(/\.$/);
		}
		expect(passwordProblem('three owls and a fox', vera)).toBe(null);
	});
});

describe('tokens', () => {
	it('are told once and kept as a hash, with scopes, an end and the last use', () => {
		const userId = person();
		const made = addToken(database, userId, { name: 'notebook', scopes: ['read'], days: 30 });
		expect(made?.secret).toMatch(/^nj_[a-z2-7]{52}$/);
		const secret = made?.secret ?? '';
		expect(JSON.stringify(database.all('SELECT * FROM tokens'))).not.toContain(secret);
		expect(tokensOf(database, userId)).toMatchObject([
			{ name: 'notebook', scopes: ['read'], usedAt: null, hint: secret.slice(-4) },
		]);
		expect(validateToken(database, secret)).toEqual({ id: made?.id, userId, scopes: ['read'] });
		expect(tokensOf(database, userId)[0]?.usedAt).toBeGreaterThan(0);
		expect(validateToken(database, secret, Date.now() + 31 * 86_400_000)).toBe(null);
		expect(
			validateToken(
				database,
				secret.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')),
			),
		).toBe(null);
		expect(removeToken(database, person('other@example.org'), made?.id ?? '')).toBe(false);
		expect(removeToken(database, userId, made?.id ?? '')).toBe(true);
		expect(validateToken(database, secret)).toBe(null);
	});

	it('end sessions of who is shut out', async () => {
		const userId = person();
		const session = await startSession(database, userId, visitor);
		setDisabled(database, userId, true);
		expect(await validateSession(database, session)).toBe(null);
	});
});
