import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Desk } from '#lib/server/deliver/filterOutputs.ts';
import { sendDue } from '#lib/server/deliver/run.ts';
import { openMail } from '#lib/server/mail/mail.ts';
import { collectNews } from '#lib/server/work/deliver.ts';
import { letters } from '../security/visitor.ts';
import { member, startWorld, type World } from '../security/world.ts';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';

let browser: Browser;
let world: World;
let receiver: Server;
/** Where the webhook of the test listens. */
let hook = '';
let bodies: string[] = [];
/** What `nightjar deliver` works with. */
let desk: Desk;
beforeAll(async () => {
	browser = await openBrowser();
	receiver = createServer((request, response) => {
		let text = '';
		request.on('data', (part: Buffer) => (text += part.toString()));
		request.on('end', () => {
			bodies.push(text);
			response.end();
		});
	});
	await new Promise<void>((resolve) => {
		receiver.listen(0, '127.0.0.1', resolve);
	});
	const host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
	hook = `http://${host}/secret-of-the-hook`;
	world = await startWorld({ NIGHTJAR_PRIVATE_HOSTS: host }, { atTheMachine: true });
	const mail = openMail({
		home: world.home,
		accounts: { mail: { kind: 'files' }, mailFrom: 'Nightjar <nightjar@localhost>' },
	});
	const { database, store, home, url } = world;
	desk = { database, store, home, mail, portal: url, privateHosts: [host] };
});
afterAll(async () => {
	await browser.close();
	await world.stop();
	receiver.close();
});

const press = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();
/** A full hour of UTC, so many after the one in which a moment lies. */
const hour = (now: Date, shift: number): string =>
	`${String((now.getUTCHours() + 24 + shift) % 24).padStart(2, '0')}:00`;

let alerts = 2;
/** One more alert of the object that is watched, followed by the portal: it stands on the page. */
async function alertComes(page: Page): Promise<void> {
	alerts += 1;
	const alert = { alertId: BigInt(5000 + alerts), objectId: 'ZTF26openaaa', mjd: TEST_MJD + alerts, number: alerts };
	await writeAlerts(world.store, [alert]);
	await publish(world.store, 'worker-1', alerts);
	await expect
		.poll(
			async () => {
				await page.goto(`${world.url}/notifications`);
				return page.locator(`#notices a[href*="alert=${5000 + alerts}"]`).count();
			},
			{ timeout: 60_000, interval: 1000 },
		)
		.toBe(1);
}
/** What goes out now: letters and messages. */
async function sent(): Promise<{ letters: ReturnType<typeof letters>; bodies: string[] }> {
	bodies = [];
	const before = letters(world.home).length;
	collectNews(desk);
	await sendDue(desk, { nowMs: Date.now() + 1000 });
	return { letters: letters(world.home).slice(before), bodies };
}

describe.each(SIZES)('notifications at $width px', (size) => {
	it('are begun on an object, go out by letter and webhook, keep quiet hours, and end with one click', async () => {
		const someone = await member(world, { name: 'Watcher' });
		const { page, complaints } = await openPage(browser, world.url, size);
		await page.context().addCookies([{ name: 'nightjar', value: someone.visitor.session ?? '', url: world.url }]);
		await page.goto(`${world.url}/notifications`);
		await page.getByText('Open a list or an object').waitFor();
		await page.goto(`${world.url}/objects/ztf/ZTF26openaaa`);
		await press(page, 'Tell me of new alerts');
		await page.getByRole('button', { name: 'You are told' }).waitFor();

		// an address inside is refused in words, and nothing is kept
		await page.goto(`${world.url}/notifications`);
		await page.getByLabel('Webhook').fill('https://169.254.169.254/latest');
		await press(page, /^Keep how I am told/);
		await page.getByText('lies in a private network').waitFor();
		complaints.console.length = 0;
		await expectClean(page, complaints);
		await page.getByLabel('Letters').selectOption('instant');
		await page.getByLabel('Webhook').fill(hook);
		await press(page, /^Keep how I am told/);
		await page.getByText('Only what comes from now on is sent').waitFor();
		expect(await page.getByLabel('Letters').inputValue()).toBe('instant');
		// the address of a webhook is shown to nobody again
		expect(await page.content()).not.toContain('secret-of-the-hook');
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);

		// quiet hours around now: the page is told, nothing else
		const now = new Date();
		await page.getByLabel('Quiet from').fill(hour(now, -1));
		await page.getByLabel('to', { exact: true }).fill(hour(now, 2));
		await press(page, 'Keep these hours');
		await page.getByText('The hours are kept').waitFor();
		expect(await page.getByLabel('Quiet from').inputValue()).toBe(hour(now, -1));
		await page.getByLabel('Time zone').fill('Middle/Earth');
		await press(page, 'Keep these hours');
		await page.getByText('Write the time zone as').waitFor();
		complaints.console.length = 0;
		await alertComes(page);
		expect(await sent()).toEqual({ letters: [], bodies: [] });
		await page.getByLabel('Quiet from').fill('00:00');
		await page.getByLabel('to', { exact: true }).fill('00:00');
		await press(page, 'Keep these hours');
		await page.getByText('The hours are kept').waitFor();
		const first = await sent();
		expect(first.bodies).toHaveLength(1);
		expect(first.bodies[0]).toContain('ZTF26openaaa');
		expect(first.letters.map(({ to, subject }) => [to, subject])).toEqual([
			[someone.email, '1 new alert: ZTF26openaaa'],
		]);
		expect(first.letters[0]?.raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m);

		// the link of the letter, in a browser where nobody is signed in and nothing runs
		const link = /https?:\/\/\S+\/unsubscribe\/\S+/.exec(first.letters[0]?.text ?? '')?.[0] ?? '';
		const plain = await browser.newContext({ javaScriptEnabled: false, viewport: size });
		const other = await plain.newPage();
		await other.goto(link);
		await other.getByRole('heading', { name: 'Letters about ZTF26openaaa' }).waitFor();
		// no script will ever run here, which that check waits for
		expect(await other.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
		// a program that looks at links before people do ends nothing
		await page.goto(`${world.url}/notifications`);
		expect(await page.getByLabel('Letters').inputValue()).toBe('instant');
		await other.getByRole('button', { name: 'Send me no more of them' }).click();
		await other.getByText('No more letters').waitFor();
		await plain.close();
		await alertComes(page);
		expect(await page.getByLabel('Letters').inputValue()).toBe('off');
		const second = await sent();
		expect([second.letters.length, second.bodies.length]).toEqual([0, 1]);

		// the one click of a mail program: no page, no cookie, no word of where it comes from
		await page.getByLabel('Letters').selectOption('instant');
		await page.getByLabel('forget the webhook').check();
		await press(page, /^Keep how I am told/);
		await page.getByText('Only what comes from now on is sent').waitFor();
		expect(await page.getByLabel('forget the webhook').count()).toBe(0);
		await alertComes(page);
		const third = await sent();
		expect([third.letters.length, third.bodies.length]).toEqual([1, 0]);
		const address =
			/^List-Unsubscribe: ?<(.*)>$/m.exec(third.letters[0]?.raw.replace(/\r?\n\s+/g, '') ?? '')?.[1] ?? '';
		const type = { 'content-type': 'application/x-www-form-urlencoded' };
		const body = 'List-Unsubscribe=One-Click';
		expect((await fetch(`${address.slice(0, -1)}_`, { method: 'POST', body, headers: type })).status).toBe(404);
		expect((await fetch(address, { method: 'POST', body, headers: type })).status).toBe(200);
		await page.goto(`${world.url}/notifications`);
		expect(await page.getByLabel('Letters').inputValue()).toBe('off');

		// seen, and ended
		await press(page, 'Mark all as seen');
		await page.getByText('All seen').waitFor();
		await press(page, 'Stop telling me of ZTF26openaaa');
		await page.getByText('has the button').waitFor();
		await page.getByRole('button', { name: 'Switch between dark and light' }).click();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});
});
