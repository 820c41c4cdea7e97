// A filter that is shared with a group in the editor: who sees it, who may use it, and when that ends.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invite, joinGroup, removeMember } from '#lib/server/accounts/group.ts';
import { findUser } from '#lib/server/accounts/user.ts';
import type { Visitor } from '../security/visitor.ts';
import { groupOf, type Member, member, startWorld, visitor, type World } from '../security/world.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';

let browser: Browser;
let world: World;
let owner: Member;
/** Somebody of the first group, of the second, and of none of the two. */
let first: Member;
let second: Member;
let outsider: Member;
let groups: readonly [string, string];

function join(someone: Member, group: string): void {
	invite(world.database, group, owner.id, someone.email);
	const user = findUser(world.database, someone.id);
	if (user === null || !joinGroup(world.database, user, group)) throw new Error('Nobody joined.');
}

beforeAll(async () => {
	browser = await openBrowser();
	world = await startWorld();
	owner = await member(world, { name: 'Owner' });
	first = await member(world, { name: 'First' });
	second = await member(world, { name: 'Second' });
	outsider = await member(world, { name: 'Outsider' });
	groups = [groupOf(world, owner.id, 'Supernovae'), groupOf(world, owner.id, 'Variables')];
	groupOf(world, outsider.id, 'Elsewhere');
	join(first, groups[0]);
	join(second, groups[1]);
});
afterAll(async () => {
	await browser.close();
	await world.stop();
});

/** A page of somebody, at their own address. */
async function pageOf(someone: Member, size: (typeof SIZES)[number]) {
	const opened = await openPage(browser, world.url, size);
	await opened.page.context().setExtraHTTPHeaders(someone.visitor.headers);
	await opened.page.context().addCookies([{ name: 'nightjar', value: someone.visitor.session ?? '', url: world.url }]);
	return opened;
}

const NAME = 'Shared bright things';
const json = { accept: '*/*' };
/** What shows a filter, or works with it. */
const reads = (id: string): readonly (readonly [path: string, headers: Record<string, string>])[] => [
	[`/filters/${id}`, {}],
	[`/filters/new?from=${id}`, {}],
	[`/search?kind=alerts&filter=${id}`, {}],
	[`/scan?filter=${id}`, {}],
	[`/api/v1/filters/${id}`, json],
	[`/api/v1/filters/${id}/versions`, json],
	[`/api/v1/filters/${id}/hits`, json],
	[`/api/v1/filters/${id}/tests`, json],
	[`/api/v1/filters/${id}/outputs`, json],
	[`/api/v1/alerts?filter=${id}`, json],
];

/** How somebody is answered by each of them, whether any answer names it, and whether page and list of filters have it. */
async function seenBy({ visitor: who }: { readonly visitor: Visitor }, id: string) {
	const answers: Record<string, number> = {};
	let named = false;
	for (const [path, headers] of reads(id)) {
		const answer = await who.get(path, headers);
		answers[path.replace(id, 'ID')] = answer.status;
		named ||= (await answer.text()).includes(NAME);
	}
	const library = await (await who.get('/filters')).text();
	const { filters } = (await (await who.get('/api/v1/filters', json)).json()) as { filters: { id: string }[] };
	return { answers, named, onPage: library.includes(NAME), inList: filters.some((filter) => filter.id === id) };
}

const all = (status: number) => Object.fromEntries(reads('ID').map(([path]) => [path, status]));
const NOTHING = { answers: all(404), named: false, onPage: false, inList: false };
const EVERYTHING = { answers: all(200), named: true, onPage: true, inList: true };

/** Answers to what only its owner may do. */
async function changes({ visitor: who }: Member, id: string): Promise<number[]> {
	const send = async (path: string, body: unknown, method = 'POST'): Promise<number> => {
		const headers = { accept: '*/*', 'content-type': 'application/json', origin: world.url };
		return (await who.ask(path, { method, body: JSON.stringify(body), headers })).status;
	};
	return [
		await send(`/api/v1/filters/${id}/versions`, { text: 'mag < 10', base: 1 }),
		await send(`/api/v1/filters/${id}/activate`, {}),
		await send(`/api/v1/filters/${id}`, { visibility: 'public' }, 'PATCH'),
		await send(`/api/v1/filters/${id}`, {}, 'DELETE'),
	];
}

const idIn = (page: Page): string => /[0-9a-f-]{36}/.exec(page.url())?.[0] ?? '';

async function saveForGroup(page: Page): Promise<string> {
	await page.goto(`${world.url}/filters/new?text=${encodeURIComponent('mag < 25')}`);
	await page.getByLabel('Name of the filter').fill(NAME);
	await page.getByRole('button', { name: 'private' }).click();
	await page.getByRole('radio', { name: 'a group' }).check();
	await page.getByLabel('Which group').selectOption({ label: 'Supernovae' });
	await expectNoSidewaysScroll(page);
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Save as draft' }).click();
	await page.waitForURL(/\/filters\/[0-9a-f-]{36}/);
	return idIn(page);
}

/** Chooses in the settings who sees it. */
async function share(page: Page, visibility: string, group?: string): Promise<void> {
	await page.locator('#settings select[name=visibility]').selectOption({ label: visibility });
	if (group !== undefined) await page.locator('#settings select[name=group]').selectOption({ label: group });
	await Promise.all([
		page.waitForResponse((answer) => answer.request().method() === 'POST'),
		page.getByRole('button', { name: 'Save settings' }).click(),
	]);
	await page.waitForLoadState();
}

describe.each(SIZES)('a filter shared with a group, at $width px', (size) => {
	it('is seen and used by its members alone, and changed by its owner alone', async () => {
		const { page, complaints } = await pageOf(owner, size);
		const id = await saveForGroup(page);
		const see = async () => ({
			first: await seenBy(first, id),
			second: await seenBy(second, id),
			outsider: await seenBy(outsider, id),
		});
		expect(await see()).toEqual({ first: EVERYTHING, second: NOTHING, outsider: NOTHING });
		expect(await seenBy({ visitor: visitor(world) }, id)).toEqual(NOTHING);
		expect(await changes(first, id)).toEqual([403, 403, 403, 403]);
		expect(await changes(outsider, id)).toEqual([404, 404, 404, 404]);

		// a member finds it, may change nothing of it, and makes one of their own from it
		const theirs = await pageOf(first, size);
		await theirs.page.goto(`${world.url}/filters`);
		await theirs.page.getByRole('link', { name: NAME }).first().click();
		await theirs.page.getByRole('heading', { level: 1, name: NAME }).waitFor();
		expect(
			await theirs.page.getByRole('button', { name: /live|Pause|Save settings|Delete|Retire|Store version/ }).count(),
		).toBe(0);
		expect(await theirs.page.getByRole('link', { name: 'Edit', exact: true }).count()).toBe(0);
		await expectClean(theirs.page, theirs.complaints);
		await theirs.page.getByRole('button', { name: 'Make it mine' }).click();
		await theirs.page.getByText('of you', { exact: true }).waitFor();
		const own = idIn(theirs.page);
		expect(own).not.toBe(id);
		// what is theirs is not the group's
		expect((await owner.visitor.get(`/filters/${own}`)).status).toBe(404);

		// another group, at once
		await share(page, 'a group', 'Variables');
		expect(await seenBy(first, id)).toMatchObject({ answers: all(404), inList: false });
		expect(await seenBy(second, id)).toEqual(EVERYTHING);
		expect(await seenBy(outsider, id)).toEqual(NOTHING);
		expect(await changes(first, id)).toEqual([404, 404, 404, 404]);
		await expectClean(page, complaints);
		// who is sent away from the group loses it, and has it again when they are back
		removeMember(world.database, groups[1], second.id);
		expect(await seenBy(second, id)).toEqual(NOTHING);
		join(second, groups[1]);
		expect(await seenBy(second, id)).toEqual(EVERYTHING);
		// nobody else, and everybody
		await share(page, 'me alone');
		expect(await seenBy(second, id)).toEqual(NOTHING);
		await share(page, 'everyone');
		expect((await outsider.visitor.get(`/filters/${id}`)).status).toBe(200);

		for (const [whose, at] of [
			[page, id],
			[theirs.page, own],
		] as const) {
			await whose.goto(`${world.url}/filters/${at}`);
			await whose.getByRole('button', { name: 'Delete', exact: true }).click();
			await whose.waitForURL(/\/filters$/);
			await whose.context().close();
		}
	});

	it('is shared only with a group that its maker is in', async () => {
		const made = await outsider.visitor.ask('/api/v1/filters', {
			method: 'POST',
			body: JSON.stringify({ name: 'Intruder', text: 'mag < 25', visibility: 'group', group: groups[0] }),
			headers: { accept: '*/*', 'content-type': 'application/json', origin: world.url },
		});
		expect(made.status).toBe(400);
		expect(await made.text()).toContain('Name one of your groups');
		expect(await (await first.visitor.get('/filters')).text()).not.toContain('Intruder');
	});
});
