import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { identitiesOf } from '#lib/server/accounts/identity.ts';
import { findUserByEmail } from '#lib/server/accounts/user.ts';
import { CLIENT, SignInStandIn } from '../security/signInStandIn.ts';
import { linkIn, type Visitor } from '../security/visitor.ts';
import { member, PASSWORD, startWorld, visitor, type World } from '../security/world.ts';

let world: World;
let site: SignInStandIn;

beforeAll(async () => {
	site = await SignInStandIn.start();
	const of = (name: string): Record<string, string> => ({
		[`NIGHTJAR_${name}_ID`]: CLIENT.id,
		[`NIGHTJAR_${name}_SECRET`]: CLIENT.secret,
		[`NIGHTJAR_${name}_ISSUER`]: site.url,
	});
	world = await startWorld({ ...of('OIDC'), ...of('ORCID'), ...of('GITHUB'), NIGHTJAR_OIDC_LABEL: 'Observatory' });
});
afterAll(async () => {
	await world.stop();
	await site.stop();
});
afterEach(() => {
	site.fault = 'none';
});

/** Goes to the other site and comes back with a code; answers the address to come back to. */
async function goThere(who: Visitor, provider: string, query = ''): Promise<string> {
	const begun = await who.get(`/account/with/${provider}${query}`);
	expect(begun.status).toBe(302);
	const there = begun.headers.get('location') ?? '';
	expect(there.startsWith(site.url)).toBe(true);
	const back = await fetch(there, { redirect: 'manual' });
	expect(back.status).toBe(302);
	const url = new URL(back.headers.get('location') ?? '');
	expect(url.origin).toBe(world.url);
	return `${url.pathname}${url.search}`;
}

const sealedIn = (html: string): string => /name="pending" value="([^"]+)"/.exec(html)?.[1] ?? '';

/** An account without a password, made by another site. */
async function makeAccount(provider: string, subject: string, email: string): Promise<Visitor> {
	site.person = { subject, name: `Person ${subject}`, login: `login${subject}` };
	const someone = visitor(world);
	const page = await someone.get(await goThere(someone, provider));
	expect(page.status).toBe(200);
	const pending = sealedIn(await page.text());
	expect(pending).not.toBe('');
	const asked = await someone.send(`/account/with/${provider}/back`, { pending, email, name: 'By another site' });
	expect(asked.status).toBe(200);
	const link = await linkIn(world.home, email, /Your account/);
	const letter = new URL(link, world.url).searchParams.get('letter') ?? '';
	expect((await someone.send('/account/confirm?/password', { letter, password: '' })).status).toBe(303);
	return someone;
}

describe.each([
	['oidc', '71'],
	['orcid', '72'],
	['github', '73'],
])('signing in with %s', (provider, subject) => {
	it('makes an account once its address is proved, and then signs in', async () => {
		const email = `${provider}@example.org`;
		const someone = await makeAccount(provider, subject, email);
		expect((await someone.get('/account')).status).toBe(200);
		expect(findUserByEmail(world.database, email)?.hasPassword).toBe(false);
		const again = visitor(world);
		const back = await again.get(await goThere(again, provider, '?to=/status'));
		expect([back.status, back.headers.get('location')]).toEqual([303, '/status']);
		expect(await (await again.get('/account')).text()).toContain(email);
		// the only way to sign in stays
		const kept = await again.send('/account?/unlink', { provider, subject });
		expect(kept.status).toBe(400);
	});
});

describe('what comes back from another site', () => {
	it('counts in the browser that began alone, for what it began, and once', async () => {
		await makeAccount('oidc', '80', 'once@example.org');
		const owner = visitor(world);
		const back = await goThere(owner, 'oidc');
		// a stranger is sent the address of somebody else's sign-in
		const stranger = visitor(world);
		expect((await stranger.get(back)).status).toBe(400);
		expect(stranger.session).toBe(null);
		const begun = visitor(world);
		await goThere(begun, 'oidc');
		expect((await begun.get(back)).status).toBe(400);
		expect((await owner.get(back.replace('/oidc/', '/orcid/'))).status).toBe(400);
		const fresh = visitor(world);
		const good = await goThere(fresh, 'oidc');
		expect((await fresh.get(good)).status).toBe(303);
		expect((await fresh.get(good)).status).toBe(400);
	});

	it('adds a way to sign in to who is signed in, unless it is somebody else’s', async () => {
		await makeAccount('oidc', '90', 'ninety@example.org');
		const someone = await member(world);
		site.person = { subject: '90', name: 'Ninety', login: 'ninety' };
		const taken = await someone.visitor.get(await goThere(someone.visitor, 'oidc', '?link=1'));
		expect(taken.headers.get('location')).toBe('/account?done=taken');
		site.person = { subject: '91', name: 'Own', login: 'own' };
		const linked = await someone.visitor.get(await goThere(someone.visitor, 'oidc', '?link=1'));
		expect(linked.headers.get('location')).toBe('/account?done=linked');
		expect(identitiesOf(world.database, someone.id)).toMatchObject([{ provider: 'oidc', subject: '91' }]);
		const again = visitor(world);
		await again.get(await goThere(again, 'oidc'));
		expect(await (await again.get('/account')).text()).toContain(someone.email);
		expect((await someone.visitor.send('/account?/unlink', { provider: 'oidc', subject: '91' })).status).toBe(303);
		expect(identitiesOf(world.database, someone.id)).toEqual([]);
	});

	it('takes no account over by an address that the other site says, and trusts no form', async () => {
		const owner = await member(world);
		site.person = { subject: '95', name: owner.email, login: owner.email };
		const thief = visitor(world);
		const pending = sealedIn(await (await thief.get(await goThere(thief, 'oidc'))).text());
		expect((await thief.send('/account/with/oidc/back', { pending, email: owner.email, name: 'Thief' })).status).toBe(
			200,
		);
		// the owner gets a letter that says so, with no link that makes anything
		await linkIn(world.home, owner.email, /You have an account/);
		expect(identitiesOf(world.database, owner.id)).toEqual([]);
		const forged = await thief.send('/account/with/oidc/back', {
			pending: `${pending.slice(0, -4)}AAAA`,
			email: 'thief@example.org',
			name: 'Thief',
		});
		expect(forged.status).toBe(400);
		expect(thief.session).toBe(null);
	});

	it.each(['discovery', 'token', 'html', 'no subject'] as const)(
		'is told in a sentence where it fails: %s',
		async (fault) => {
			const someone = visitor(world);
			let path = '/account/with/oidc';
			if (fault !== 'discovery') path = await goThere(someone, 'oidc');
			site.fault = fault;
			const answer = await someone.get(path);
			expect(answer.status).toBe(503);
			expect(await answer.text()).toContain('could not be asked who you are');
			expect(someone.session).toBe(null);
			expect(world.output()).not.toContain(CLIENT.secret);
		},
	);

	it('is offered at the sign-in page, and works beside a password', async () => {
		const page = await (await visitor(world).get('/account/sign-in?to=/search')).text();
		for (const label of ['ORCID', 'GitHub', 'Observatory']) expect(page).toContain(`Sign in with ${label}`);
		expect(page).toContain('/account/with/orcid?to=%2Fsearch');
		const someone = await member(world);
		const inside = await visitor(world).send('/account/sign-in', { email: someone.email, password: PASSWORD });
		expect(inside.status).toBe(303);
	});
});
