import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MarshalLink } from '#lib/alert/marshal.ts';
import { type AccountsDatabase, closeAccounts, openAccounts } from '#lib/server/accounts/database.ts';
import { exportOwn } from '#lib/server/accounts/ownData.ts';
import { addUser, deleteUser } from '#lib/server/accounts/user.ts';
import { askAll, forget, type MarshalDesk, runErrand, type SentObject } from '#lib/server/marshals/desk.ts';
import { readLinkFields } from '#lib/server/marshals/linkForm.ts';
import {
	addLink,
	clientFor,
	clientOf,
	deedsOf,
	linkOf,
	linksOf,
	MOST_LINKS,
	removeLink,
	setDefaultGroups,
	type WantedLink,
} from '#lib/server/marshals/links.ts';
import { MarshalError } from '#lib/server/marshals/marshalError.ts';
import { type StandIn, startStandIn } from '../../../support/skyportal/standIn.ts';
import { addKnown, GROUPS, TOKENS } from '../../../support/skyportal/state.ts';

let standIn: StandIn;
let home: string;
let database: AccountsDatabase;
let desk: MarshalDesk;
const object: SentObject = {
	survey: 'ztf',
	objectId: 'ZTF21aaaaaaa',
	ra: 150.1,
	dec: 2.2,
	reliability: 0.98,
	origin: 'real',
};

beforeAll(async () => {
	standIn = await startStandIn();
});
afterAll(() => standIn.stop());
beforeEach(async () => {
	standIn.reset();
	home = await mkdtemp(join(tmpdir(), 'nightjar-marshals-'));
	database = openAccounts(home);
	desk = { database, userId: person('vera@example.org'), home, privateHosts: [standIn.host] };
	return async () => {
		closeAccounts(home);
		await rm(home, { recursive: true, force: true });
	};
});

function person(email: string): string {
	const user = addUser(database, { email, name: email.split('@')[0] ?? '', password: null });
	if (user === null) throw new Error('The address is taken.');
	return user.id;
}
const wanted = (name = 'Fritz', token: string = TOKENS.full): WantedLink => ({
	kind: 'skyportal',
	name,
	url: standIn.url,
	secret: { kind: 'token', token },
});
async function link(userId = desk.userId, asked: WantedLink = wanted()): Promise<MarshalLink> {
	const profile = await clientOf(asked, desk.privateHosts).check();
	const id = addLink(database, home, userId, asked, profile);
	const made = id === null ? null : linkOf(database, userId, id);
	if (made === null) throw new Error('not linked');
	return made;
}

describe('links', () => {
	it('keep no secret in the clear: neither in the file, nor in what a page or an export gets', async () => {
		const made = await link();
		const bytes = Buffer.concat([
			await readFile(join(home, 'accounts.db')),
			await readFile(join(home, 'accounts.db-wal')),
		]);
		for (const token of Object.values(TOKENS)) expect(bytes.includes(token)).toBe(false);
		expect(JSON.stringify(made)).not.toContain('0b5c3b1e');
		const own = exportOwn(database, desk.userId);
		expect(own['marshals']?.length).toBe(1);
		expect(JSON.stringify(own)).not.toMatch(/0b5c3b1e|sealed/);
		expect(made).toMatchObject({ name: 'Fritz', username: 'jdoe', roles: ['Full user'], lastError: null });
	});

	it('belong to one person, and their secret opens for that person alone', async () => {
		const made = await link();
		const other = person('other@example.org');
		expect(linkOf(database, other, made.id)).toBe(null);
		expect(clientFor(database, desk, other, made.id)).toBe(null);
		expect(removeLink(database, other, made.id)).toBe(false);
		setDefaultGroups(database, other, made.id, [2]);
		expect(linkOf(database, desk.userId, made.id)?.defaultGroups).toEqual([]);
		database.run('UPDATE marshals SET user_id = ? WHERE id = ?', other, made.id);
		expect(() => clientFor(database, desk, other, made.id)).toThrow(MarshalError);
	});

	it('stand beside each other, up to ten, and go with their owner', async () => {
		const profile = await clientOf(wanted(), desk.privateHosts).check();
		for (let i = 0; i < MOST_LINKS; i++)
			expect(addLink(database, home, desk.userId, wanted(`M${i}`), profile)).not.toBe(null);
		expect(addLink(database, home, desk.userId, wanted('one more'), profile)).toBe(null);
		expect(linksOf(database, desk.userId).map(({ name }) => name)).toContain('M9');
		deleteUser(database, desk.userId);
		expect(database.all('SELECT id FROM marshals')).toEqual([]);
	});

	it('keep only groups of the marshal as those of one key', async () => {
		const made = await link();
		setDefaultGroups(database, desk.userId, made.id, [2, 5, 99]);
		expect(linkOf(database, desk.userId, made.id)?.defaultGroups).toEqual([2]);
	});
});

describe('what is filled in', () => {
	const fields = {
		kind: 'skyportal',
		name: '',
		url: 'fritz.science',
		token: ' token abc-1 ',
		username: '',
		password: '',
	};
	it('is forgiven a scheme, a path and a copied word', () => {
		expect(readLinkFields(fields, [])).toEqual({
			kind: 'skyportal',
			name: 'fritz.science',
			url: 'https://fritz.science',
			secret: { kind: 'token', token: 'abc-1' },
		});
		expect(readLinkFields({ ...fields, url: 'https://fritz.science/api/' }, [])).toMatchObject({
			url: 'https://fritz.science',
		});
		expect(readLinkFields({ ...fields, kind: 'tom', token: '', username: 'a', password: 'b' }, [])).toMatchObject({
			secret: { kind: 'basic', username: 'a', password: 'b' },
		});
	});
	it.each([
		[{ kind: 'other' }, 'kind'],
		[{ url: '' }, 'address'],
		[{ url: 'http://fritz.science' }, 'https'],
		[{ url: 'https://127.0.0.1' }, 'private network'],
		[{ url: 'https://2130706433' }, 'private network'],
		[{ url: 'https://[::ffff:a00:1]' }, 'private network'],
		[{ url: 'javascript:alert(1)' }, 'address'],
		[{ token: '' }, 'token'],
		[{ token: 'two words' }, 'token'],
		[{ token: 'a\r\nX-Evil: 1' }, 'token'],
		[{ token: 'ünicode' }, 'token'],
		[{ kind: 'tom', token: '', username: 'a' }, 'password'],
	])('%j is told what to do', (change, word) => {
		expect(readLinkFields({ ...fields, ...change }, [])).toContain(word);
	});
});

describe('asking', () => {
	it('asks each marshal once a minute, and each person for themselves', async () => {
		addKnown(standIn.state, { id: object.objectId, ra: object.ra, dec: object.dec });
		const mine = await link();
		standIn.calls.length = 0;
		const [first] = await askAll(desk, object);
		expect(first?.answer.kind).toBe('known');
		const asked = standIn.calls.length;
		await Promise.all([askAll(desk, object), askAll(desk, object)]);
		expect(standIn.calls.length).toBe(asked);
		// another person sees what their own token sees
		const other = person('other@example.org');
		await link(other, wanted('Fritz', TOKENS.viewOnly));
		const [theirs] = await askAll({ ...desk, userId: other }, object);
		expect(theirs?.answer.kind).toBe('unknown');
		forget(mine.id, object);
		await askAll(desk, object);
		expect(standIn.calls.length).toBeGreaterThan(asked);
	});

	it('keeps the last error with the link until it answers again, and one that fails hides no other', async () => {
		const mine = await link();
		const second = await link(desk.userId, wanted('Second', TOKENS.uploadOnly));
		standIn.state = { ...standIn.state, tokens: standIn.state.tokens.filter(({ id }) => id !== TOKENS.full) };
		const answers = await askAll(desk, object);
		expect(answers.map(({ answer }) => answer.kind)).toEqual(['failed', 'unknown']);
		expect(linkOf(database, desk.userId, mine.id)?.lastError).toContain('does not know this token');
		expect(linkOf(database, desk.userId, second.id)?.lastError).toBe(null);
		standIn.reset();
		forget(mine.id);
		await askAll(desk, object);
		expect(linkOf(database, desk.userId, mine.id)?.lastError).toBe(null);
	});
});

describe('errands', () => {
	it('are written down, done or not, and what was asked is forgotten so that the page shows the new state', async () => {
		const mine = await link();
		await askAll(desk, object);
		await runErrand(desk, mine.id, object, { kind: 'save', groups: [GROUPS.completeness] });
		const [after] = await askAll(desk, object);
		expect(after?.answer.kind).toBe('known');
		const refused = runErrand(desk, mine.id, object, { kind: 'save', groups: [GROUPS.others] });
		await expect(refused).rejects.toThrow('in no group 5');
		expect(standIn.state.sources.map(({ groupId }) => groupId)).toEqual([GROUPS.completeness]);
		expect(deedsOf(database, desk.userId, object).map(({ kind, done }) => [kind, done])).toEqual([
			['save', false],
			['save', true],
		]);
		expect(deedsOf(database, person('other@example.org'), object)).toEqual([]);
	});

	it('never bring a simulated object to a marshal outside the operator’s own network', async () => {
		const mine = await link();
		const simulated: SentObject = { ...object, objectId: 'SIM26aaaaaaa', origin: 'simulated' };
		const outside = { ...desk, privateHosts: [] };
		standIn.calls.length = 0;
		const [answer] = await askAll(outside, simulated);
		expect(answer?.answer).toMatchObject({ kind: 'failed' });
		const save = runErrand(outside, mine.id, simulated, { kind: 'save', groups: [2] });
		await expect(save).rejects.toThrow('not of the real sky');
		expect(standIn.calls).toEqual([]);
		await runErrand(desk, mine.id, simulated, { kind: 'save', groups: [2] });
		expect([...standIn.state.objs.keys()]).toEqual(['SIM26aaaaaaa']);
	});

	it('fail in words when the link is gone, or another’s', async () => {
		const mine = await link();
		const other = { ...desk, userId: person('other@example.org') };
		await expect(runErrand(other, mine.id, object, { kind: 'save', groups: [2] })).rejects.toThrow('not linked');
	});
});
