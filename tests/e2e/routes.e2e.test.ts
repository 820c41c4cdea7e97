import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashed } from '#lib/server/accounts/secret.ts';
import { startSession } from '#lib/server/accounts/session.ts';
import { addIdentity } from '#lib/server/accounts/identity.ts';
import { invite, joinGroup } from '#lib/server/accounts/group.ts';
import { findUser } from '#lib/server/accounts/user.ts';
import { addLink } from '#lib/server/marshals/links.ts';
import type { Principal } from '#lib/server/principal.ts';
import { addList, addObjects } from '#lib/server/work/list.ts';
import { addNote, addTag } from '#lib/server/work/note.ts';
import { addWatch } from '#lib/server/work/notice.ts';
import { savedSearches, saveSearch } from '#lib/server/work/recent.ts';
import { PRIVATE } from '#lib/server/work/share.ts';
import { handlers } from '../security/routeFiles.ts';
import { ROUTE_TABLE } from '../security/routeTable.ts';
import type { Visitor } from '../security/visitor.ts';
import { groupOf, type Member, member, snapshot, startWorld, tokenOf, visitor, type World } from '../security/world.ts';

let world: World;
let victim: Member;
beforeAll(async () => {
	world = await startWorld();
	victim = await member(world, { name: 'Victim' });
});
afterAll(async () => {
	await world.stop();
});

const SAMPLES: Readonly<Record<string, string>> = {
	survey: 'ztf',
	objectId: 'ZTF26openaaa',
	alertId: '101',
	kind: 'science',
	ext: 'fits',
	designation: 'Nobody',
	name: 'nothing',
	provider: 'orcid',
	'...path': 'properties',
};

/** The address of a handler with something in place of its parameters. */
function pathOf(route: string, own?: string): string {
	if (route === '/scs/[kind]') return '/scs/objects?RA=150&DEC=2&SR=0.1';
	const id = own ?? (route.startsWith('/operator/users/') ? victim.id : 'nothing');
	const path = route.replace(/\[([^\]]+)\]/g, (_, name: string) => SAMPLES[name] ?? (name === 'id' ? id : 'nothing'));
	return path.endsWith('/cone') && !path.includes('catalogs') ? `${path}?ra=150&dec=2&radius=10` : path;
}

/** Asks a handler, without reading its answer to the end: a stream has none. */
async function ask(
	who: Visitor,
	handler: string,
	form: Readonly<Record<string, string>> = {},
	headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; location: string; headers: Headers }> {
	const [route = '', verb = ''] = handler.split(' ');
	// the key [id] of a form stands in the path
	const { '[id]': own, ...fields } = form;
	const path = pathOf(route, own);
	const response =
		verb === 'page'
			? await who.get(path, headers)
			: verb.startsWith('?/')
				? await who.send(`${path}${verb === '?/' ? '' : verb}`, fields, headers)
				: await who.ask(path, {
						method: verb,
						headers: {
							...(verb === 'GET' ? {} : { origin: who.origin, 'content-type': 'application/json' }),
							...headers,
						},
						...(verb === 'GET' ? {} : { body: '{}' }),
					});
	await response.body?.cancel();
	return { status: response.status, location: response.headers.get('location') ?? '', headers: response.headers };
}

const isRefused = ({ status, location }: { status: number; location: string }): boolean =>
	[401, 403, 404].includes(status) || (status === 303 && location.startsWith('/account/sign-in?to='));

const all = Object.entries(ROUTE_TABLE);
const ruled = (rule: string): string[] => all.filter(([, who]) => who === rule).map(([handler]) => handler);
const changing = all.map(([handler]) => handler).filter((handler) => !/ (?:page|GET)$/.test(handler));

describe('every route', () => {
	it('stands in the table', () => {
		expect(handlers().filter((handler) => !Object.hasOwn(ROUTE_TABLE, handler))).toEqual([]);
	});

	it.each(ruled('everyone'))('%s answers whoever asks', async (handler) => {
		const answer = await ask(visitor(world), handler);
		expect(answer.status).toBeLessThan(500);
		expect([401, 403]).not.toContain(answer.status);
		expect(answer.location).not.toMatch(/^\/account\/sign-in/);
	});

	it.each(ruled('account'))('%s is for whoever is signed in', async (handler) => {
		const before = snapshot(world);
		expect(isRefused(await ask(visitor(world), handler))).toBe(true);
		// a token is for programs: it never reaches the pages of its account
		const holder = await member(world);
		const bearer = tokenOf(world, holder.id, ['read', 'write']);
		const withToken = snapshot(world);
		expect(isRefused(await ask(visitor(world, { authorization: `Bearer ${bearer}` }), handler))).toBe(true);
		expect(snapshot(world)).toBe(withToken);
		expect(withToken).not.toBe(before);
		const someone = await member(world);
		const answer = await ask(someone.visitor, handler);
		expect(isRefused(answer)).toBe(false);
		expect(answer.status).toBeLessThan(500);
	});

	it.each(ruled('caller'))('%s is for whoever is signed in or sends a token', async (handler) => {
		expect(isRefused(await ask(visitor(world), handler))).toBe(true);
		const holder = await member(world);
		const bearer = tokenOf(world, holder.id, ['read', 'write']);
		expect(isRefused(await ask(visitor(world, { authorization: `Bearer ${bearer}` }), handler))).toBe(false);
		const someone = await member(world);
		expect(isRefused(await ask(someone.visitor, handler))).toBe(false);
	});

	it.each(ruled('operator'))('%s is for operators', async (handler) => {
		const stranger = await member(world);
		const operator = await member(world, { name: 'Operator', operator: true });
		const bearer = tokenOf(world, operator.id, ['read', 'write']);
		const before = snapshot(world);
		expect(isRefused(await ask(visitor(world), handler))).toBe(true);
		expect(
			isRefused(
				await ask(stranger.visitor, handler, { email: victim.email, on: 'yes', capacity: '9', perSecond: '9' }),
			),
		).toBe(true);
		if (!handler.endsWith(' GET')) {
			expect(isRefused(await ask(visitor(world, { authorization: `Bearer ${bearer}` }), handler))).toBe(true);
		}
		expect(snapshot(world)).toBe(before);
		const answer = await ask(operator.visitor, handler);
		expect([401, 403]).not.toContain(answer.status);
		expect(answer.status).toBeLessThan(500);
		expect(answer.location).not.toMatch(/^\/account\/sign-in/);
	});

	it.each(changing)('%s refuses a form of another site', async (handler) => {
		const operator = await member(world, { name: 'Operator', operator: true });
		const before = snapshot(world);
		for (const headers of [{ origin: 'https://elsewhere.example' }, { origin: 'null' }]) {
			expect((await ask(operator.visitor, handler, {}, headers)).status, JSON.stringify(headers)).toBe(403);
		}
		expect(snapshot(world)).toBe(before);
	});
});

/** Something of the victim's, and the form that would change it. */
type Trial = (owner: Member) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;

let groups = 0;
async function aGroup(owner: Member): Promise<{ group: string; other: Member }> {
	const other = await member(world, { name: 'Member' });
	const group = groupOf(world, owner.id, `Group ${++groups}`);
	const user = findUser(world.database, other.id);
	invite(world.database, group, owner.id, other.email);
	if (user !== null) joinGroup(world.database, user, group);
	return { group, other };
}

const OBJECT = { survey: 'ztf', objectId: 'ZTF26openaaa' } as const;
const WATCHED = { kind: 'object', subject: 'ztf/ZTF26openaaa', origin: 'real' } as const;
const acting = ({ id }: Member): Principal => ({ id, name: 'Owner', operator: false, groups: [] });

function aList(owner: Member, kind: 'objects' | 'positions' = 'objects'): string {
	return addList(world.database, acting(owner), { kind, name: 'Own', origin: 'real', audience: PRIVATE });
}
function aNote(owner: Member): string {
	const note = { text: 'Mine', audience: PRIVATE };
	return addNote(world.database, acting(owner), { ...OBJECT, origin: 'real' }, note);
}

function aMarshal(owner: Member): string {
	const secret = { kind: 'token', token: 'not-a-real-one' } as const;
	// a name that never resolves: what it answers is its state
	const wanted = { kind: 'skyportal', name: 'Own', url: 'https://marshal.invalid', secret } as const;
	const profile = {
		userId: 1,
		username: 'own',
		roles: [],
		acls: [],
		groups: [{ id: 7, name: 'Seven', locked: false }],
	};
	const id = addLink(world.database, world.home, owner.id, wanted, profile);
	if (id === null) throw new Error('No marshal was linked.');
	return id;
}

const TRIALS: Readonly<Record<string, Trial>> = {
	'/account ?/unlink': (owner) => {
		addIdentity(world.database, owner.id, { provider: 'orcid', subject: owner.id, label: 'x' });
		return { provider: 'orcid', subject: owner.id };
	},
	'/account ?/endOne': async (owner) => {
		const secret = await startSession(world.database, owner.id, { agent: '', address: '' });
		return { session: hashed(secret).slice(0, 16) };
	},
	'/account/tokens ?/remove': (owner) => {
		tokenOf(world, owner.id, ['read']);
		const row = world.database.get<{ id: string }>('SELECT id FROM tokens WHERE user_id = ?', owner.id);
		return { token: row?.id ?? '' };
	},
	'/account/groups ?/invite': async (owner) => ({ ...(await aGroup(owner)), email: 'guest@example.org', other: '' }),
	'/account/groups ?/withdraw': async (owner) => {
		const { group } = await aGroup(owner);
		invite(world.database, group, owner.id, 'guest@example.org');
		return { group, email: 'guest@example.org' };
	},
	'/account/groups ?/join': async (owner) => {
		const host = await member(world, { name: 'Host' });
		const { group } = await aGroup(host);
		invite(world.database, group, host.id, owner.email);
		return { group };
	},
	'/account/groups ?/decline': async (owner) => {
		const host = await member(world, { name: 'Host' });
		const { group } = await aGroup(host);
		invite(world.database, group, host.id, owner.email);
		return { group };
	},
	'/account/groups ?/remove': async (owner) => {
		const { group, other } = await aGroup(owner);
		return { group, member: other.id };
	},
	'/account/groups ?/promote': async (owner) => {
		const { group, other } = await aGroup(owner);
		return { group, member: other.id };
	},
	'/account/marshals ?/check': (owner) => ({ link: aMarshal(owner) }),
	'/account/marshals ?/groups': (owner) => ({ link: aMarshal(owner), group: '7' }),
	'/account/marshals ?/remove': (owner) => ({ link: aMarshal(owner) }),
	'/scan ?/list': (owner) => ({ list: aList(owner), ...OBJECT }),
	'/search ?/add': (owner) => ({ list: aList(owner) }),
	'/lists/[id] ?/change': (owner) => ({ '[id]': aList(owner), name: 'Another' }),
	'/lists/[id] ?/delete': (owner) => ({ '[id]': aList(owner) }),
	'/lists/[id] ?/add': (owner) => ({ '[id]': aList(owner), objects: OBJECT.objectId }),
	'/lists/[id] ?/remove': (owner) => {
		const id = aList(owner);
		addObjects(world.database, acting(owner), id, [OBJECT]);
		return { '[id]': id, ...OBJECT };
	},
	'/lists/[id] ?/follow': (owner) => ({ '[id]': aList(owner), follow: '1' }),
	'/lists/[id] ?/watch': (owner) => ({ '[id]': aList(owner) }),
	'/lists/[id] ?/replace': (owner) => ({ '[id]': aList(owner, 'positions'), text: 'ra,dec\n10,20' }),
	'/work ?/forgetSearch': (owner) => {
		saveSearch(world.database, acting(owner), { name: 'x', query: 'q=1' });
		return { id: savedSearches(world.database, acting(owner))[0]?.id ?? '' };
	},
	'/work ?/deleteNote': (owner) => ({ id: aNote(owner) }),
	'/notifications ?/channels': (owner) => ({
		id: addWatch(world.database, acting(owner), WATCHED),
		email: 'instant',
	}),
	'/notifications ?/end': (owner) => ({ id: addWatch(world.database, acting(owner), WATCHED) }),
	'/notifications ?/renew': (owner) => ({ id: addWatch(world.database, acting(owner), WATCHED) }),
	'/objects/[survey]/[objectId] ?/unnote': (owner) => ({ id: aNote(owner) }),
	'/objects/[survey]/[objectId] ?/untag': (owner) => {
		addTag(world.database, acting(owner), { ...OBJECT, origin: 'real' }, { tag: 'mine', audience: PRIVATE });
		return { tag: 'mine' };
	},
	'/objects/[survey]/[objectId] ?/list': (owner) => ({ list: aList(owner) }),
};

describe('what is somebody’s own', () => {
	it('is tried for every route of owners', () => {
		expect(Object.keys(TRIALS).sort()).toEqual(ruled('owner').sort());
	});

	it.each(Object.keys(TRIALS))('%s is changed by nobody else', async (handler) => {
		const owner = await member(world, { name: 'Owner' });
		const stranger = await member(world, { name: 'Stranger' });
		// somebody who runs a group of their own is no more than a stranger to another
		groupOf(world, stranger.id, `Group ${++groups}`);
		const form = (await TRIALS[handler]?.(owner)) ?? {};
		const before = snapshot(world);
		expect(isRefused(await ask(visitor(world), handler, form))).toBe(true);
		expect(snapshot(world)).toBe(before);
		const answer = await ask(stranger.visitor, handler, form);
		expect(answer.status).toBeLessThan(500);
		expect(snapshot(world)).toBe(before);
		// the same by its owner does something: the trial is one
		await ask(owner.visitor, handler, form);
		expect(snapshot(world)).not.toBe(before);
	});

	it.each(['invite', 'withdraw', 'remove', 'promote'])('a member does not run the group: ?/%s', async (action) => {
		const owner = await member(world, { name: 'Owner' });
		const { group, other } = await aGroup(owner);
		const third = await member(world, { name: 'Third' });
		const user = findUser(world.database, third.id);
		invite(world.database, group, owner.id, third.email);
		if (user !== null) joinGroup(world.database, user, group);
		invite(world.database, group, owner.id, 'guest@example.org');
		const email = action === 'invite' ? 'another@example.org' : 'guest@example.org';
		const before = snapshot(world);
		await ask(other.visitor, `/account/groups ?/${action}`, { group, email, member: third.id });
		expect(snapshot(world)).toBe(before);
	});
});

describe('a private filter', () => {
	const TEXT = 'mag < 17.5';
	let owner: Member;
	let stranger: Member;
	let filter: string;
	let output: string;
	let test: string;

	const tokens = new Map<string, string>();
	/** Sends JSON as a program does, by a token of whoever. */
	async function call(who: Member | null, verb: string, path: string, body?: unknown): Promise<Response> {
		const token = who === null ? null : (tokens.get(who.id) ?? tokenOf(world, who.id, ['read', 'write']));
		if (who !== null && token !== null) tokens.set(who.id, token);
		return visitor(world, token === null ? {} : { authorization: `Bearer ${token}` }).ask(path, {
			method: verb,
			headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
	}
	async function made(path: string, body: unknown): Promise<string> {
		const answer = await call(owner, 'POST', path, body);
		const text = await answer.text();
		expect(answer.ok, `${path}: ${text}`).toBe(true);
		const { id, output } = JSON.parse(text) as { id?: string; output?: { id: string } };
		return id ?? output?.id ?? '';
	}
	beforeAll(async () => {
		owner = await member(world, { name: 'Owner' });
		stranger = await member(world, { name: 'Stranger' });
		filter = await made('/api/v1/filters', { name: 'Mine alone', text: TEXT });
		const webhook = { kind: 'webhook', address: 'https://hooks.example.org/nightjar' };
		output = await made(`/api/v1/filters/${filter}/outputs`, webhook);
		test = await made('/api/v1/filters/test', { text: TEXT, nightFrom: '2026-01-01', nightTo: '2026-01-02' });
	});

	/** Bodies that would do something if the owner sent them. */
	const BODIES: Readonly<Record<string, unknown>> = {
		'/api/v1/filters/[id] PATCH': { name: 'Stolen' },
		'/api/v1/filters/[id]/versions POST': { text: 'mag < 30', base: 1 },
		'/api/v1/filters/[id]/outputs POST': { kind: 'webhook', address: 'https://thief.example.org/' },
		'/api/v1/filters/[id]/outputs/[output] POST': { action: 'off' },
	};

	it.each(ruled('filter'))('%s is nobody else’s', async (handler) => {
		const [route = '', verb = ''] = handler.split(' ');
		const path = route.replace('[id]', filter).replace('[output]', output).replace('[test]', test);
		const state = async (): Promise<string> => (await call(owner, 'GET', `/api/v1/filters/${filter}`)).text();
		const before = await state();
		for (const who of [null, stranger]) {
			const answer = /^(?:page|\?)/.test(verb)
				? await ask(who?.visitor ?? visitor(world), `${path} ${verb}`)
				: await call(who, verb, path, BODIES[handler]);
			const location = 'location' in answer ? answer.location : '';
			expect(isRefused({ status: answer.status, location }), `${answer.status}`).toBe(true);
			if (answer instanceof Response) expect(await answer.text()).not.toContain('Mine alone');
		}
		expect(await state()).toBe(before);
		expect(before).toContain('Mine alone');
	});
});

describe('every page', () => {
	const pages = all.map(([handler]) => handler).filter((handler) => handler.endsWith(' page'));

	it.each(pages)('%s has a strict policy, and scripts of ours alone', async (handler) => {
		const operator = await member(world, { name: 'Operator', operator: true });
		// the pages before signing in send away whoever is
		const who = /sign-(?:in|up)/.test(handler) ? visitor(world) : operator.visitor;
		const response = await who.get(pathOf(handler.split(' ')[0] ?? ''));
		const html = await response.text();
		expect(Object.fromEntries(response.headers)).toMatchObject({
			'x-content-type-options': 'nosniff',
			'x-frame-options': 'DENY',
			'cross-origin-opener-policy': 'same-origin',
		});
		expect(response.headers.get('vary')).toMatch(/cookie/i);
		if (response.status >= 300) return;
		const policy = new Map(
			(response.headers.get('content-security-policy') ?? '').split(';').map((directive) => {
				const [name = '', ...sources] = directive.trim().split(/\s+/);
				return [name, sources] as const;
			}),
		);
		expect(policy.get('default-src')).toEqual(["'self'"]);
		expect(policy.get('object-src')).toEqual(["'none'"]);
		expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
		expect(policy.get('base-uri')).toEqual(["'self'"]);
		expect(policy.get('form-action')).toEqual(["'self'"]);
		const scripts = policy.get('script-src') ?? [];
		expect(scripts).not.toContain("'unsafe-inline'");
		expect(scripts).not.toContain("'unsafe-eval'");
		const nonce = scripts.find((source) => source.startsWith("'nonce-"))?.slice(7, -1) ?? '';
		expect(nonce.length).toBeGreaterThan(15);
		for (const [tag] of html.matchAll(/<script\b[^>]*>/g)) expect(tag).toContain(`nonce="${nonce}"`);
		expect(html).not.toMatch(/<[a-z][^>]*\son[a-z]+\s*=\s*["'][^"']/i);
		if (/^\/(?:account|operator)/.test(handler)) {
			expect(response.headers.get('cache-control')).toBe('no-store');
			// a link of a letter stands in the address
			expect(response.headers.get('referrer-policy')).toBe('same-origin');
		}
	});
});
