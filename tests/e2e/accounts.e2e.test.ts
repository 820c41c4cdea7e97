import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setOperator, findUserByEmail } from '#lib/server/accounts/user.ts';
import { groupOf, PASSWORD, startWorld, type World } from '../security/world.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';
import { readTable } from './csv.ts';

let browser: Browser;
let world: World;
beforeAll(async () => {
	browser = await openBrowser();
	// a machine that sends no letters: its pages show their links
	world = await startWorld({}, { atTheMachine: true });
});
afterAll(async () => {
	await browser.close();
	await world.stop();
});

const press = (page: Page, name: string | RegExp): Promise<void> =>
	page
		.getByRole('button', { name, exact: typeof name === 'string' })
		.first()
		.click();

async function signIn(page: Page, email: string): Promise<void> {
	await page.goto(`${world.url}/account/sign-in?to=/account`);
	await page.locator('#main').getByLabel('E-mail address').fill(email);
	await page.locator('#main').getByLabel('Password').fill(PASSWORD);
	await press(page, 'Sign in');
	await page.waitForURL(/\/account$/);
}

describe.each(SIZES)('an account at $width px', (size) => {
	const email = `${size.name}@example.org`;

	it('is made, makes a token, reads a CSV with it, and is signed out everywhere', async () => {
		const { page, complaints } = await openPage(browser, world.url, size);
		await page.goto(`${world.url}/status`);
		await page.getByRole('link', { name: 'Sign in' }).click();
		await page.waitForURL(/sign-in\?to=%2Fstatus/);
		await page.getByRole('link', { name: 'Make one' }).click();
		await page.waitForURL(/sign-up/);
		await page.locator('#main').getByLabel('E-mail address').fill(email);
		await page.locator('#main').getByLabel('Name').fill('Vera Rubin');
		await press(page, 'Send me the link');
		await page.getByRole('link', { name: 'open the link of the letter' }).waitFor();
		await expectClean(page, complaints);
		await page.getByRole('link', { name: 'open the link of the letter' }).click();
		await page.waitForURL(/\/account\/confirm/);
		await page.locator('#main').getByLabel('Password').fill(PASSWORD);
		await expectClean(page, complaints);
		await press(page, 'Make the account');
		await page.waitForURL(/\/account\?done=made/);
		expect(await page.locator('h1').textContent()).toBe('Vera Rubin');
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);

		await page.getByRole('link', { name: 'Tokens and limits' }).click();
		await page.waitForURL(/\/account\/tokens/);
		await page.locator('#main').getByLabel('What it is for').fill('notebook');
		await page.locator('#main').getByLabel('Your password').fill(PASSWORD);
		await press(page, 'Make the token');
		const secret = (await page.locator('code.secret').textContent())?.trim() ?? '';
		expect(secret).toMatch(/^nj_[a-z2-7]{52}$/);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.goto(`${world.url}/account/tokens`);
		expect(await page.content()).not.toContain(secret);
		expect(await page.getByRole('cell', { name: 'notebook', exact: true }).count()).toBe(1);

		// the command that the page shows, as a program would run it
		const answer = await fetch(`${world.url}/api/v1/alerts?format=csv`, {
			headers: { authorization: `Bearer ${secret}` },
		});
		expect(answer.status).toBe(200);
		expect(
			readTable(await answer.text())
				.map((row) => row['alertId'])
				.sort(),
		).toEqual(['101', '102']);

		const second = await openPage(browser, world.url, size);
		await signIn(second.page, email);
		await page.goto(`${world.url}/account`);
		expect(await page.getByRole('table').first().locator('tbody tr').count()).toBe(2);
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('link', { name: 'Download as JSON' }).click(),
		]);
		const own = JSON.parse(await readFile(await download.path(), 'utf8')) as { sessions: unknown[] };
		expect(own.sessions).toHaveLength(2);
		await press(page, 'Sign out everywhere');
		await page.waitForURL(/after=everywhere/);
		await expectClean(page, complaints);
		await second.page.goto(`${world.url}/account`);
		expect(new URL(second.page.url()).pathname).toBe('/account/sign-in');
		// a token is no session: it lives until it is ended
		const after = await fetch(`${world.url}/api/v1/count?kind=alerts`, {
			headers: { authorization: `Bearer ${secret}` },
		});
		expect(after.status).toBe(200);
		await page.context().close();
		await second.page.context().close();
	});

	it('shows every page of accounts and operators clean, in both themes', async () => {
		const { page, complaints } = await openPage(browser, world.url, size);
		const user = findUserByEmail(world.database, email);
		expect(user).not.toBe(null);
		setOperator(world.database, user?.id ?? '', true);
		groupOf(world, user?.id ?? '', `Transients ${size.name}`, ['ztf partnership']);
		const walk = async (paths: readonly string[]): Promise<void> => {
			for (const path of paths) {
				await page.goto(`${world.url}${path}`);
				await expectNoSidewaysScroll(page);
				await expectClean(page, complaints);
			}
		};
		const outside = ['/account/sign-in', '/account/sign-up', '/account/reset', '/account/confirm?letter=none'];
		const inside = ['/account', '/account/tokens', '/account/groups', '/docs/api'];
		const operator = [
			'/operator',
			'/operator/users',
			`/operator/users/${user?.id ?? ''}`,
			'/operator/groups',
			'/operator/audit',
			'/operator/dead-letters',
		];
		await walk(outside);
		await signIn(page, email);
		await walk([...inside, ...operator]);
		await page.getByRole('button', { name: 'Switch between dark and light' }).click();
		await walk([...inside, ...operator]);
		await page.context().close();
	});

	it('works without script', async () => {
		const context = await browser.newContext({
			javaScriptEnabled: false,
			viewport: { width: size.width, height: size.height },
		});
		const page = await context.newPage();
		await signIn(page, email);
		await page.locator('#main').getByLabel('Name', { exact: false }).first().fill('Vera C. Rubin');
		await press(page, 'Change the name');
		await page.waitForURL(/done=name/);
		expect(await page.locator('h1').textContent()).toBe('Vera C. Rubin');
		await page.goto(`${world.url}/account/groups`);
		await page.locator('#main').getByLabel('Name').fill(`Owls ${size.name}`);
		await press(page, 'Make the group');
		await page.waitForURL(/done=added/);
		expect(await page.getByRole('heading', { name: `Owls ${size.name}` }).count()).toBe(1);
		await page.goto(`${world.url}/account`);
		await press(page, 'Sign out');
		await page.waitForURL(/after=out/);
		await context.close();
	});
});
