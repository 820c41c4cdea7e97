import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFilter } from '#clickhouse/read/filters.ts';
import { unixNow } from '#lib/server/accounts/database.ts';
import { findUserByEmail } from '#lib/server/accounts/user.ts';
import { letters, linkIn, type Visitor } from '../security/visitor.ts';
import { member, PASSWORD, startWorld, tokenOf, visitor, type World } from '../security/world.ts';

let world: World;
/** Whatever must never stand in a log or page again. */
const secrets = new Set<string>();

beforeAll(async () => {
	world = await startWorld();
});
afterAll(async () => {
	await world.stop();
});

const alertOf = (html: string): string =>
	/role="alert"[^>]*>([\s\S]*?)<\/div>/
		.exec(html)?.[1]
		?.replace(/<[^>]*>/g, '')
		.replace(/\s+/g, ' ')
		.trim() ?? '';

/** Makes an account the way people do, without script. */
async function signUp(email: string, name = 'Vera Rubin', password = PASSWORD): Promise<Visitor> {
	const someone = visitor(world);
	const asked = await someone.send('/account/sign-up', { email, name });
	expect(asked.status).toBe(200);
	const link = await linkIn(world.home, email, /Your account/);
	secrets.add(link.split('letter=')[1] ?? '');
	const page = await (await someone.get(link)).text();
	expect(page).toContain('name="letter"');
	const letter = new URL(link, world.url).searchParams.get('letter') ?? '';
	const made = await someone.send('/account/confirm?/password', { letter, password });
	expect(made.status).toBe(303);
	expect(made.headers.get('location')).toBe('/account?done=made');
	secrets.add(someone.session ?? '');
	secrets.add(password);
	return someone;
}

const isIn = async (someone: Visitor): Promise<boolean> => (await someone.get('/account')).status === 200;

describe('accounts without script', () => {
	it('are made by a letter, whose link works once', async () => {
		const someone = await signUp('once@example.org');
		expect(await (await someone.get('/account')).text()).toContain('once@example.org');
		const link = await linkIn(world.home, 'once@example.org', /Your account/);
		const again = await visitor(world).send('/account/confirm?/password', {
			letter: new URL(link, world.url).searchParams.get('letter') ?? '',
			password: 'another one of mine',
		});
		expect(again.status).toBe(400);
		expect(alertOf(await again.text())).toContain('used already');
	});

	it('sign in, sign out here, and sign out everywhere', async () => {
		const first = await signUp('everywhere@example.org');
		const second = visitor(world);
		const inside = await second.send('/account/sign-in', {
			email: 'Everywhere@Example.org',
			password: PASSWORD,
			to: '/status',
		});
		expect([inside.status, inside.headers.get('location')]).toEqual([303, '/status']);
		const third = visitor(world);
		await third.send('/account/sign-in', { email: 'everywhere@example.org', password: PASSWORD });
		expect(await isIn(third)).toBe(true);
		const held = third.cookies;
		await third.send('/account?/signOut');
		expect(third.session).toBe(null);
		// the cookie is worth nothing any more, not only forgotten
		expect((await visitor(world).get('/account', { cookie: held })).status).toBe(303);
		expect(await isIn(first)).toBe(true);
		await second.send('/account?/signOutEverywhere');
		expect(await isIn(first)).toBe(false);
		expect(await isIn(second)).toBe(false);
	});

	it('get a new password by a letter, which ends every session', async () => {
		const someone = await signUp('reset@example.org');
		const other = visitor(world);
		expect((await other.send('/account/reset?/ask', { email: 'reset@example.org' })).status).toBe(200);
		const link = await linkIn(world.home, 'reset@example.org', /Another password/);
		const letter = new URL(link, world.url).searchParams.get('letter') ?? '';
		secrets.add(letter);
		const weak = await other.send('/account/reset?/choose', { letter, password: 'password123' });
		expect(weak.status).toBe(400);
		const done = await other.send('/account/reset?/choose', { letter, password: 'a quiet place at night' });
		expect(done.status).toBe(303);
		expect(await isIn(other)).toBe(true);
		expect(await isIn(someone)).toBe(false);
		expect((await other.send('/account/reset?/choose', { letter, password: 'a third one, unused' })).status).toBe(400);
		const old = await visitor(world).send('/account/sign-in', { email: 'reset@example.org', password: PASSWORD });
		expect(old.status).toBe(400);
		await linkIn(world.home, 'reset@example.org', /was changed/);
	});

	it('change their password and their address, with the password alone', async () => {
		const someone = await signUp('change@example.org');
		const elsewhere = visitor(world);
		await elsewhere.send('/account/sign-in', { email: 'change@example.org', password: PASSWORD });
		expect(
			(await someone.send('/account?/password', { password: 'wrong wrong wrong', next: 'an owl on a roof' })).status,
		).toBe(400);
		const before = someone.session;
		expect((await someone.send('/account?/password', { password: PASSWORD, next: 'an owl on a roof' })).status).toBe(
			303,
		);
		expect(someone.session).not.toBe(before);
		expect(await isIn(someone)).toBe(true);
		expect(await isIn(elsewhere)).toBe(false);

		const asked = await someone.send('/account?/address', {
			email: 'changed@example.org',
			password: 'an owl on a roof',
		});
		expect(asked.status).toBe(200);
		await linkIn(world.home, 'change@example.org', /is to change its address/);
		const link = await linkIn(world.home, 'changed@example.org', /Confirm your new address/);
		expect(findUserByEmail(world.database, 'changed@example.org')).toBe(null);
		const letter = new URL(link, world.url).searchParams.get('letter') ?? '';
		expect((await someone.send('/account/confirm?/address', { letter })).status).toBe(303);
		expect(findUserByEmail(world.database, 'changed@example.org')).not.toBe(null);
		expect(findUserByEmail(world.database, 'change@example.org')).toBe(null);
	});

	it('download what is kept of them, without secrets, and are deleted with it', async () => {
		const someone = await signUp('gone@example.org');
		const { id } = findUserByEmail(world.database, 'gone@example.org') ?? { id: '' };
		const token = tokenOf(world, id, ['read']);
		secrets.add(token);
		const text = await (await someone.get('/account/export')).text();
		const data = JSON.parse(text) as Record<string, unknown[]>;
		expect(data['users']).toMatchObject([{ email: 'gone@example.org', name: 'Vera Rubin' }]);
		expect(data['tokens']).toHaveLength(1);
		expect(data['sessions']).toHaveLength(1);
		expect(text).not.toMatch(/argon2|[0-9a-f]{64}/);
		expect(text).not.toContain(token);
		const api = (): Promise<Response> =>
			visitor(world, { authorization: `Bearer ${token}` }).get('/api/v1/count?kind=alerts');
		expect((await api()).status).toBe(200);
		const mistaken = await someone.send('/account?/delete', { email: 'other@example.org', password: PASSWORD });
		expect(mistaken.status).toBe(400);
		const done = await someone.send('/account?/delete', { email: 'gone@example.org', password: PASSWORD });
		expect(done.headers.get('location')).toBe('/account/sign-in?after=deleted');
		expect(findUserByEmail(world.database, 'gone@example.org')).toBe(null);
		expect((await api()).status).toBe(401);
		for (const table of ['sessions', 'tokens', 'group_members', 'reads', 'limits', 'identities']) {
			expect(world.database.all(`SELECT * FROM ${table} WHERE user_id = ?`, id), table).toEqual([]);
		}
	});

	it('take their lists and filters along in the file, and leave none that runs', async () => {
		const someone = await signUp('leaves@example.org');
		const { id } = findUserByEmail(world.database, 'leaves@example.org') ?? { id: '' };
		const rows = { name: 'Hosts', text: 'name,ra,dec\nHost of the year,150,2\n', radius: '2' };
		expect((await someone.send('/lists?/positions', rows)).status).toBe(303);
		const program = visitor(world, { authorization: `Bearer ${tokenOf(world, id, ['read', 'write'])}` });
		const call = async (path: string, body: object): Promise<string> => {
			const headers = { 'content-type': 'application/json' };
			const answer = await program.ask(`/api/v1/filters${path}`, {
				method: 'POST',
				body: JSON.stringify(body),
				headers,
			});
			expect(answer.ok, await answer.clone().text()).toBe(true);
			return ((await answer.json()) as { id?: string }).id ?? '';
		};
		const live = await call('', { name: 'Live one', text: 'mag < 17.25' });
		await call(`/${live}/activate`, {});
		await call(`/${live}/outputs`, { kind: 'webhook', address: 'https://hooks.example.org/nightjar' });
		const draft = await call('', { name: 'Draft', text: 'mag < 17.125' });
		const kept = await (await someone.get('/account/export')).text();
		for (const own of ['Host of the year', 'Live one', 'mag < 17.25', 'mag < 17.125', 'hooks.example.org']) {
			expect(kept).toContain(own);
		}
		const stateOf = async (filter: string): Promise<string | undefined> =>
			(await readFilter(world.store, { id, groups: [] }, filter))?.state;
		expect([await stateOf(live), await stateOf(draft)]).toEqual(['live', 'draft']);
		await someone.send('/account?/delete', { email: 'leaves@example.org', password: PASSWORD });
		expect(findUserByEmail(world.database, 'leaves@example.org')).toBe(null);
		expect([await stateOf(live), await stateOf(draft)]).toEqual(['retired', undefined]);
		for (const table of ['outputs', 'deliveries', 'lists']) {
			expect(world.database.all(`SELECT * FROM ${table} WHERE owner_id = ?`, id), table).toEqual([]);
		}
		expect(world.database.all('SELECT * FROM list_positions')).toEqual([]);
	});

	it('keep a session by its use, and renew its id each day on a page', async () => {
		const someone = await signUp('rotate@example.org');
		const first = someone.session;
		await someone.get('/status');
		expect(someone.session).toBe(first);
		world.database.run(
			'UPDATE sessions SET made_at = made_at - 90000 WHERE user_id = ?',
			findUserByEmail(world.database, 'rotate@example.org')?.id ?? '',
		);
		await someone.get('/api/v1/count?kind=alerts');
		expect(someone.session).toBe(first);
		const page = await someone.get('/status');
		expect(someone.session).not.toBe(first);
		expect(page.headers.getSetCookie()[0]).toMatch(/HttpOnly/i);
		expect(page.headers.getSetCookie()[0]).toMatch(/SameSite=Lax/i);
		expect(await isIn(someone)).toBe(true);
		world.database.run(
			'UPDATE sessions SET expires_at = ? WHERE user_id = ?',
			unixNow() - 1,
			findUserByEmail(world.database, 'rotate@example.org')?.id ?? '',
		);
		expect(await isIn(someone)).toBe(false);
	});
});

describe('those who attack', () => {
	it('fix no session: what a browser brought is never taken over', async () => {
		await signUp('fixed@example.org');
		const planted = 'a'.repeat(52);
		const someone = visitor(world);
		someone.setCookie('nightjar', planted);
		await someone.send('/account/sign-in', { email: 'fixed@example.org', password: PASSWORD });
		expect(someone.session).not.toBe(planted);
		expect(await isIn(someone)).toBe(true);
		const thief = visitor(world);
		thief.setCookie('nightjar', planted);
		expect(await isIn(thief)).toBe(false);
	});

	it('learn from no answer whether an address has an account', async () => {
		await signUp('known@example.org');
		const plain = async (path: string, form: Record<string, string>): Promise<string> => {
			const response = await visitor(world).send(path, form);
			const html = (await response.text()).replaceAll(form['email'] ?? '', 'ADDRESS');
			// what differs from one page to the next, whoever asks
			const main = /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? '';
			return `${response.status} ${main.replace(/\s+/g, ' ')}`;
		};
		for (const [path, form] of [
			['/account/sign-up', { name: 'Somebody' }],
			['/account/reset?/ask', {}],
			['/account/sign-in', { password: 'wrong wrong wrong' }],
		] as const) {
			const known = await plain(path, { ...form, email: 'known@example.org' });
			const unknown = await plain(path, { ...form, email: 'nobody@example.org' });
			expect(known, path).toBe(unknown);
		}
		// its owner is told by letter
		await linkIn(world.home, 'known@example.org', /You have an account/);
	});

	it('guess no password: each failure makes the next wait, even with the right one', async () => {
		await signUp('guessed@example.org');
		const thief = visitor(world);
		const guess = async (password: string): Promise<string> =>
			alertOf(await (await thief.send('/account/sign-in', { email: 'guessed@example.org', password })).text());
		for (let tries = 0; tries < 10; tries++) {
			// whoever waits may try again: a quarter of an hour goes by
			world.database.run('UPDATE attempts SET last_at = last_at - 900');
			expect(await guess(`wrong guess ${tries}`)).toContain('do not belong together');
		}
		// half a minute by now: longer than what follows takes
		expect(await guess('wrong guess at once')).toContain('wait');
		const right = await thief.send('/account/sign-in', { email: 'guessed@example.org', password: PASSWORD });
		expect(right.status).toBe(400);
		// its owner, elsewhere, is not locked out
		const owner = await visitor(world).send('/account/sign-in', { email: 'guessed@example.org', password: PASSWORD });
		expect(owner.status).toBe(303);
	});

	it.each([
		'https://evil.example/',
		'//evil.example/',
		'/\\evil.example/',
		'\\\\evil.example',
		'/\t/evil.example',
		'/%2f/evil.example/..//evil.example',
		'javascript:alert(1)',
		'/.//evil.example',
		'/account/..//evil.example',
		'http:evil.example',
	])('lead nobody to another site by %j', async (to) => {
		const email = `open${Math.random().toString(36).slice(2)}@example.org`;
		await signUp(email);
		const someone = visitor(world);
		const answer = await someone.send('/account/sign-in', { email, password: PASSWORD, to });
		expect(answer.status).toBe(303);
		const location = answer.headers.get('location') ?? '';
		expect(new URL(location, world.url).origin).toBe(world.url);
		expect(location).toMatch(/^\/(?![/\\])/);
		const already = await someone.get(`/account/sign-in?to=${encodeURIComponent(to)}`);
		expect(new URL(already.headers.get('location') ?? '', world.url).origin).toBe(world.url);
	});

	it('write no header into a letter', async () => {
		const count = letters(world.home).length;
		const bad = await visitor(world).send('/account/sign-up', {
			email: 'a@example.org\r\nBcc: all@example.org',
			name: 'A',
		});
		expect(bad.status).toBe(400);
		await visitor(world).send('/account/sign-up', {
			email: 'inject@example.org',
			name: 'Vera\r\nBcc: all@example.net\r\n\r\nBuy owls',
		});
		const host = await member(world, { name: 'Host' });
		await host.visitor.send('/account/groups?/add', { name: 'Owls\r\nBcc: all@example.com', about: '' });
		await host.visitor.send('/account/groups?/add', { name: 'Owls\r\nBcc: everybody', about: '' });
		const groupId = world.database.get<{ id: string }>("SELECT id FROM groups WHERE name LIKE 'Owls%'")?.id ?? '';
		expect(groupId).not.toBe('');
		await host.visitor.send('/account/groups?/invite', { group: groupId, email: 'guest@example.org' });
		await linkIn(world.home, 'guest@example.org', /invites you/);
		for (const letter of letters(world.home).slice(count)) {
			const head = letter.raw.replace(/\r\n/g, '\n').split('\n\n')[0] ?? '';
			expect(head).not.toMatch(/^(?:bcc|cc):/im);
			expect(head.match(/^to:/gim)).toHaveLength(1);
		}
	});

	it('make nothing of fields that no form has', async () => {
		const email = 'mass@example.org';
		const someone = visitor(world);
		const more = {
			operator: '1',
			is_operator: 'true',
			id: 'u_chosen',
			disabled_at: '',
			role: 'operator',
			user_id: 'u_chosen',
		};
		await someone.send('/account/sign-up', { email, name: 'Mass', ...more });
		const link = await linkIn(world.home, email, /Your account/);
		const letter = new URL(link, world.url).searchParams.get('letter') ?? '';
		await someone.send('/account/confirm?/password', {
			letter,
			password: PASSWORD,
			email: 'other@example.org',
			...more,
		});
		await someone.send('/account?/name', { name: 'Mass Two', email: 'third@example.org', ...more });
		await someone.send('/account/groups?/add', {
			name: 'Mass group',
			about: '',
			right: 'ztf partnership',
			rights: 'ztf partnership',
			...more,
		});
		await someone.send('/account/tokens?/add', {
			name: 't',
			scope: 'operator',
			days: '90',
			password: PASSWORD,
			...more,
		});
		const user = findUserByEmail(world.database, email);
		expect(user).toMatchObject({ name: 'Mass Two', operator: false, disabled: false });
		expect(user?.id).not.toBe('u_chosen');
		expect(world.database.all('SELECT * FROM group_rights')).toEqual([]);
		expect(world.database.all('SELECT * FROM tokens WHERE user_id = ?', user?.id ?? '')).toEqual([]);
		expect((await someone.get('/operator')).status).toBe(403);
	});

	it('send no form of megabytes', async () => {
		const huge = await visitor(world).send('/account/sign-in', {
			email: 'a@example.org',
			password: 'x'.repeat(3_000_000),
		});
		expect([400, 413]).toContain(huge.status);
		const name = await (await member(world)).visitor.send('/account?/name', { name: 'x'.repeat(100_000) });
		expect(name.status).toBe(400);
	});

	it('write no script into a page', async () => {
		const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
		const someone = await signUp('script@example.org', `Eve ${evil}`.slice(0, 70));
		const operator = await member(world, { name: 'Operator', operator: true });
		await someone.send('/account/groups?/add', { name: `G ${evil}`.slice(0, 70), about: evil });
		for (const [who, path] of [
			[someone, '/account'],
			[someone, '/account/groups'],
			[someone, `/search?q=${encodeURIComponent(evil)}`],
			[someone, `/account?done=${encodeURIComponent(evil)}`],
			[visitor(world), `/account/sign-in?to=${encodeURIComponent(evil)}&after=${encodeURIComponent(evil)}`],
			[visitor(world), `/account/reset?letter=${encodeURIComponent(evil)}`],
			[operator.visitor, '/operator/users'],
			[operator.visitor, '/operator/groups'],
			[operator.visitor, `/operator/audit?q=${encodeURIComponent(evil)}`],
		] as const) {
			const html = await (await who.get(path)).text();
			expect(html, path).not.toContain('<script>alert(1)');
			expect(html, path).not.toContain('<img src=x');
		}
	});
});

describe('tokens', () => {
	it('are shown once, read and no more unless they may, and end', async () => {
		const someone = await signUp('tokens@example.org');
		const made = await someone.send('/account/tokens?/add', {
			name: 'notebook',
			scope: 'read',
			days: '30',
			password: PASSWORD,
		});
		expect(made.status).toBe(200);
		const secret = /nj_[a-z2-7]{52}/.exec(await made.text())?.[0] ?? '';
		expect(secret).not.toBe('');
		secrets.add(secret);
		const page = await (await someone.get('/account/tokens')).text();
		expect(page).not.toContain(secret);
		expect(page).toContain('notebook');
		const program = visitor(world, { authorization: `Bearer ${secret}` });
		const csv = await program.get('/api/v1/alerts?format=csv');
		expect(csv.status).toBe(200);
		expect(await csv.text()).toContain('ZTF26openaaa');
		expect(csv.headers.get('ratelimit-limit')).toBe('1500');
		// a form of many lines that changes nothing is read, too; what would change something is not
		const asked = await program.ask('/api/v1/crossmatch', {
			method: 'POST',
			body: JSON.stringify({ positions: [{ ra: 150, dec: 2 }] }),
			headers: { 'content-type': 'application/json' },
		});
		expect(asked.status).not.toBe(403);
		const changing = await program.ask('/api/v1/alerts', { method: 'DELETE' });
		expect(changing.status).toBe(403);
		expect(changing.headers.get('www-authenticate')).toContain('insufficient_scope');
		const { id } = findUserByEmail(world.database, 'tokens@example.org') ?? { id: '' };
		const tokenId = world.database.get<{ id: string }>('SELECT id FROM tokens WHERE user_id = ?', id)?.id ?? '';
		await someone.send('/account/tokens?/remove', { token: tokenId });
		const ended = await program.get('/api/v1/alerts');
		expect(ended.status).toBe(401);
		expect(ended.headers.get('content-type')).toContain('application/problem+json');
		expect(ended.headers.get('www-authenticate')).toContain('Bearer');
	});

	it('have the limit that an operator gave their owner, and say so in headers', async () => {
		const someone = await member(world);
		const operator = await member(world, { name: 'Operator', operator: true });
		const set = await operator.visitor.send(`/operator/users/${someone.id}?/limit`, { capacity: '10', perSecond: '1' });
		expect(set.status).toBe(303);
		const program = visitor(world, { authorization: `Bearer ${tokenOf(world, someone.id, ['read'])}` });
		// at once: one comes back every two seconds, in which a busy machine answers few
		const answers = await Promise.all(
			Array.from({ length: 20 }, async () => {
				const answer = await program.get('/api/v1/count?kind=alerts');
				await answer.text();
				return answer;
			}),
		);
		answers.sort((a, b) => a.status - b.status);
		expect(answers.slice(0, 5).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
		const last = answers.at(-1);
		expect(last?.status).toBe(429);
		expect(last?.headers.get('ratelimit-limit')).toBe('5');
		expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
		// the rest of the account is its owner's
		expect((await someone.visitor.get('/api/v1/count?kind=alerts')).status).toBe(200);
		const docs = await (await visitor(world).get('/docs/api')).text();
		for (const number of ['600', '3,000', 'ratelimit-remaining', 'Authorization: Bearer'])
			expect(docs).toContain(number);
	});

	it('and sessions are accounted for: what was read, by day, route and means', async () => {
		const someone = await member(world);
		const program = visitor(world, { authorization: `Bearer ${tokenOf(world, someone.id, ['read'])}` });
		for (let i = 0; i < 3; i++) await (await program.get('/api/v1/alerts?format=csv')).text();
		await (await someone.visitor.get('/search')).text();
		const rows = world.database.all<{ what: string; means: string; requests: number }>(
			'SELECT what, means, requests FROM reads WHERE user_id = ? ORDER BY what',
			someone.id,
		);
		expect(rows).toEqual([
			{ what: '/api/v1/alerts', means: expect.stringMatching(/^t_/) as string, requests: 3 },
			{ what: '/search', means: 'session', requests: 1 },
		]);
		const page = await (await someone.visitor.get('/account/tokens')).text();
		expect(page).toContain('/api/v1/alerts');
		const operator = await member(world, { name: 'Operator', operator: true });
		expect(await (await operator.visitor.get(`/operator/users/${someone.id}`)).text()).toContain('/api/v1/alerts');
		const csrf = await someone.visitor.send(
			'/account?/name',
			{ name: 'Else' },
			{ origin: 'https://elsewhere.example' },
		);
		expect(csrf.status).toBe(403);
	});
});

describe('the logs', () => {
	it('hold no secret', async () => {
		secrets.delete('');
		expect(secrets.size).toBeGreaterThan(10);
		// what goes wrong is logged
		await visitor(world, { authorization: 'Bearer nj_wrong' }).get('/api/v1/alerts');
		await visitor(world).get('/account/confirm?letter=wrong');
		for (const secret of secrets) expect(world.output()).not.toContain(secret);
	});
});
