import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findUserByEmail } from '#lib/server/accounts/user.ts';
import { PASSWORD, startWorld, type World } from '../security/world.ts';
import { openBrowser, SIZES } from './browser.ts';

let browser: Browser;
let world: World;
beforeAll(async () => {
	browser = await openBrowser();
	world = await startWorld({}, { atTheMachine: true });
});
afterAll(async () => {
	await browser.close();
	await world.stop();
});

const main = (page: Page) => page.locator('#main');
const press = (page: Page, name: string | RegExp): Promise<void> =>
	main(page).getByRole('button', { name, exact: true }).first().click();
const follow = (page: Page): Promise<void> => page.getByRole('link', { name: 'open the link of the letter' }).click();

describe.each(SIZES)('a browser that runs no script, at $width px', (size) => {
	it('does everything that an account can', async () => {
		const email = `plain-${size.name}@example.org`;
		const next = `moved-${size.name}@example.org`;
		const context = await browser.newContext({ javaScriptEnabled: false, viewport: size, acceptDownloads: true });
		const page = await context.newPage();
		const go = (path: string) => page.goto(`${world.url}${path}`);

		// sign-up and confirmation
		await go('/account/sign-up');
		await main(page).getByLabel('E-mail address').fill(email);
		await main(page).getByLabel('Name').fill('Plain');
		await press(page, 'Send me the link');
		await follow(page);
		await main(page).getByLabel('Password').fill(PASSWORD);
		await press(page, 'Make the account');
		await page.waitForURL(/done=made/);

		// another address, by the letter to it; the wrong password changes nothing
		const moveTo = async (password: string): Promise<void> => {
			await main(page).getByLabel('New e-mail address').fill(next);
			await main(page).locator('form[action*="address"]').getByLabel('Your password').fill(password);
			await press(page, 'Send the letter');
		};
		await moveTo('not the password');
		await page.getByText('This is not your password').waitFor();
		await go('/account');
		await moveTo(PASSWORD);
		await follow(page);
		await main(page).getByRole('button').first().click();
		await expect.poll(() => findUserByEmail(world.database, next) !== null).toBe(true);
		expect(findUserByEmail(world.database, email)).toBe(null);

		// another password, and in with it
		await go('/account');
		await main(page).getByLabel('Present password').fill(PASSWORD);
		await main(page).getByLabel('New password').fill('an owl on a roof');
		await press(page, 'Change the password');
		await page.waitForURL(/done=/);
		await press(page, 'Sign out');
		await page.waitForURL(/after=out/);
		await go('/account/sign-in?to=/account/tokens');
		await main(page).getByLabel('E-mail address').fill(next);
		await main(page).getByLabel('Password').fill('an owl on a roof');
		await press(page, 'Sign in');
		await page.waitForURL(/\/account\/tokens$/);

		// a token: made, shown once, ended
		await main(page).getByLabel('What it is for').fill('notebook');
		await main(page).getByLabel('Your password').fill('an owl on a roof');
		await press(page, 'Make the token');
		const secret = (await page.locator('code.secret').textContent())?.trim() ?? '';
		const read = async (): Promise<number> =>
			(await fetch(`${world.url}/api/v1/alerts?format=csv`, { headers: { authorization: `Bearer ${secret}` } })).status;
		expect(await read()).toBe(200);
		await go('/account/tokens');
		expect(await page.content()).not.toContain(secret);
		await press(page, 'End the token notebook');
		await expect.poll(read).toBe(401);

		// a group with an invitation
		await go('/account/groups');
		await main(page).getByLabel('Name').fill(`Owls ${size.name}`);
		await press(page, 'Make the group');
		await page.getByRole('heading', { name: `Owls ${size.name}` }).waitFor();

		// lists: of objects, and of positions from pasted rows
		await go('/lists');
		await page.locator('#objects input[name=name]').fill('To look at');
		await page.locator('#objects button[type=submit]').click();
		await page.waitForURL(/\/lists\/l_/);
		await go('/lists');
		await page.locator('#positions input[name=name]').fill('Hosts');
		await page.locator('#positions summary').click();
		await page.locator('#positions textarea').fill('name,ra,dec\nHost A,150,2\nLost,400,10\n');
		await page.locator('#positions button[type=submit]').click();
		await page.waitForURL(/\/lists\/l_/);
		await page.getByText('has the right ascension 400').waitFor();

		// on an object: a note, a tag, into a list, told of new alerts
		await go('/objects/ztf/ZTF26openaaa');
		await press(page, 'Share');
		const shared = page.getByRole('dialog', { name: 'Share' }).getByLabel('Address of this page');
		expect(await shared.inputValue()).toBe(`${world.url}/objects/ztf/ZTF26openaaa`);
		await page.keyboard.press('Escape');
		const mine = page.locator('#mine');
		await mine.locator('textarea[name=text]').fill('Seen without script.');
		await mine.getByRole('button', { name: 'Keep the note' }).click();
		await mine.getByText('Seen without script.').first().waitFor();
		await mine.locator('input[name=tag]').fill('plain');
		await mine.getByRole('button', { name: 'Tag', exact: true }).click();
		await mine.locator('.tag', { hasText: 'plain' }).waitFor();
		await mine.getByRole('button', { name: 'add to To look at' }).click();
		await mine.getByRole('button', { name: 'in it: remove from To look at' }).waitFor();
		await mine.getByRole('button', { name: 'Tell me of new alerts' }).click();
		await mine.getByRole('button', { name: 'You are told' }).waitFor();

		// a decision on a scan, one page a candidate
		await go(`/scan?search=${encodeURIComponent('ra=150&dec=2&radius=7200')}`);
		await main(page).getByRole('button', { name: /Real/ }).click();
		await page.waitForURL(/at=2/);
		await go('/work');
		expect(await page.locator('#labels .counts dd').first().innerText()).toBe('1');

		// quiet hours, by a form that comes back with what was wrong
		await go('/notifications');
		await page.getByLabel('Time zone').fill('Nowhere/Land');
		await press(page, 'Keep these hours');
		await page.getByText('Write the time zone as').waitFor();

		// a forgotten password
		await go('/account');
		await press(page, 'Sign out');
		await page.waitForURL(/after=out/);
		await go('/account/reset');
		await main(page).getByLabel('E-mail address').fill(next);
		await press(page, 'Send me the link');
		await follow(page);
		await main(page).getByLabel('New password').fill('a quiet place at night');
		await press(page, 'Use this password');
		await page.waitForURL(/\/account/);

		// all that is kept, and then nothing
		await go('/account');
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('link', { name: 'Download as JSON' }).click(),
		]);
		const text = await readFile(await download.path(), 'utf8');
		for (const own of [next, 'Seen without script.', 'plain', 'To look at', 'Hosts']) expect(text).toContain(own);
		await main(page).getByLabel('The address of this account, to be sure').fill(next);
		await main(page).locator('form[action*="delete"]').getByLabel('Your password').fill('a quiet place at night');
		await press(page, 'Delete my account');
		await page.waitForURL(/after=deleted/);
		expect(findUserByEmail(world.database, next)).toBe(null);
		await context.close();
	});
});
