import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findUserByEmail } from '#lib/server/accounts/user.ts';
import { labelsBy } from '#lib/server/work/label.ts';
import { PASSWORD, startWorld, type World } from '../security/world.ts';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { type StandIn, startStandIn } from '../support/skyportal/standIn.ts';
import { addKnown, GROUPS, TOKENS } from '../support/skyportal/state.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';
import { readTable } from './csv.ts';

const KNOWN = 'ZTF26knownaa';
const CANDIDATES = Array.from({ length: 12 }, (_, i) => ({
	alertId: BigInt(1000 + i),
	objectId: `ZTF26scan${String.fromCharCode(97 + i)}aa`,
	...{ ra: 200 + i / 10, dec: 10, mjd: TEST_MJD + i / 1000, mag: 18 + i / 10, number: 2, cutouts: true },
}));
/** The object's own curve: one alert a night. */
const CURVE = Array.from({ length: 5 }, (_, i) => ({
	alertId: BigInt(900 + i),
	objectId: KNOWN,
	...{ ra: 200.05, dec: 12, mjd: TEST_MJD - 4 + i, mag: 19 - i / 5, number: 2 },
}));

let browser: Browser;
let world: World;
let standIn: StandIn;
beforeAll(async () => {
	browser = await openBrowser();
	standIn = await startStandIn();
	world = await startWorld({ NIGHTJAR_PRIVATE_HOSTS: standIn.host }, { atTheMachine: true });
	await writeAlerts(world.store, [...CANDIDATES, ...CURVE]);
	await publish(world.store, 'worker-1', 2);
});
afterAll(async () => {
	await browser.close();
	await world.stop();
	await standIn.stop();
});

const press = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();
const sourcesOf = (objectId: string): number[] =>
	standIn.state.sources.filter(({ objId, active }) => objId === objectId && active).map(({ groupId }) => groupId);

describe.each(SIZES)('somebody new at $width px', (size) => {
	const email = `new-${size.name}@example.org`;
	const number = size.name === 'desktop' ? 3 : 4;

	it('signs up, links a marshal, scans, saves, comments, watches, is told, reads by token, and signs out everywhere', async () => {
		standIn.reset();
		addKnown(standIn.state, { id: KNOWN, ra: 200.05, dec: 12, firstMjd: TEST_MJD - 4 });
		const { page, complaints } = await openPage(browser, world.url, size);

		// signs up
		await page.goto(`${world.url}/account/sign-up`);
		await page.locator('#main').getByLabel('E-mail address').fill(email);
		await page.locator('#main').getByLabel('Name').fill('Vera Rubin');
		await press(page, 'Send me the link');

		// confirms
		await page.getByRole('link', { name: 'open the link of the letter' }).click();
		await page.waitForURL(/\/account\/confirm/);
		await page.locator('#main').getByLabel('Password').fill(PASSWORD);
		await press(page, 'Make the account');
		await page.waitForURL(/\/account\?done=made/);

		// links the stand-in marshal, and ticks the group of one key
		await page.goto(`${world.url}/account/marshals`);
		await page.getByLabel('Address').fill(standIn.url);
		await page.getByLabel('What you call it').fill('Fritz');
		await page.getByLabel(/^Token/).fill(TOKENS.full);
		await press(page, 'Check and link');
		await page.getByText('The marshal is linked').waitFor();
		await page.getByLabel('Redshift Completeness').check();
		await press(page, 'Keep these groups');
		await page.getByText('Kept.').waitFor();

		// opens an object, and sees its spectrum and classification beside our light curve
		await page.goto(`${world.url}/objects/ztf/${KNOWN}`);
		const panel = page.getByRole('region', { name: 'From your marshal' });
		await panel.getByRole('img', { name: /^Spectrum from Fritz: SEDM 2026-11-17/ }).waitFor();
		const said = await panel.innerText();
		for (const word of ['Redshift Completeness', 'Ia', '0.93', '0.0341', '6 points in the light curve']) {
			expect(said).toContain(word);
		}
		const curve = page.getByRole('slider', { name: /^Light curve of/ });
		// our five points and the six of the marshal
		await expect.poll(() => curve.getAttribute('data-points').then(Number)).toBe(11);
		await expectNoSidewaysScroll(page);

		// scans ten candidates by keyboard, and saves two of them to a group with one key
		const search = encodeURIComponent('ra=200.5&dec=10&radius=7200&sort=ra');
		await page.goto(`${world.url}/scan?search=${search}`);
		await page.locator('[data-live]').waitFor();
		const place = (): Promise<string> => page.locator('.sh output').innerText();
		const shown = (): Promise<string> => page.locator('.facts .id').innerText();
		expect(await place()).toBe('1 / 12');
		const saved: string[] = [];
		for (const key of ['k', 'r', 'sr', 'x', 'l', 'sk', 'x', 'r', 'k', 'x']) {
			if (key.startsWith('s')) {
				const objectId = await shown();
				saved.push(objectId);
				await page.keyboard.press('s');
				await page.locator('.tri3').getByText(`${objectId} is saved on Fritz: Redshift Completeness.`).waitFor();
			}
			await page.keyboard.press(key.slice(-1));
		}
		await expect.poll(place).toBe('11 / 12');
		expect(saved).toEqual(['ZTF26scancaa', 'ZTF26scanfaa']);
		for (const objectId of saved) {
			expect(sourcesOf(objectId)).toEqual([GROUPS.completeness]);
			const ours = standIn.state.annotations.filter(({ objId }) => objId === objectId);
			expect(ours.map(({ origin, groupIds }) => [origin, groupIds])).toEqual([['nightjar', [GROUPS.completeness]]]);
		}
		expect(standIn.state.sources.map(({ objId }) => objId).sort()).toEqual([KNOWN, ...saved].sort());
		const user = findUserByEmail(world.database, email);
		const me = { id: user?.id ?? '', name: 'Vera Rubin', operator: false, groups: [] };
		await expect.poll(() => labelsBy(world.database, me, 'real').length).toBe(10);

		// one that fails stays in view, on the next candidate too, until it is sent again
		standIn.fail('502', /POST .*sources$/, 9);
		await page.keyboard.press('s');
		await page.keyboard.press('ArrowRight');
		await page.getByRole('alert').getByText('1 not on the marshal: ZTF26scankaa on Fritz').waitFor();
		expect(await place()).toBe('12 / 12');
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		standIn.clearFaults();
		await press(page, 'Save again');
		await expect.poll(() => sourcesOf('ZTF26scankaa')).toEqual([GROUPS.completeness]);
		await page.getByRole('alert').waitFor({ state: 'detached' });

		// comments: from the object's page, and on a wide screen by keyboard while scanning
		await page.goto(`${world.url}/objects/ztf/${saved[0] ?? ''}`);
		await panel.getByLabel('Comment for these groups').fill('Rising, hosted.');
		await panel.getByRole('button', { name: 'Comment', exact: true }).click();
		await panel.getByText('The comment is there.').waitFor();
		if (size.width > 760) {
			await page.goto(`${world.url}/scan?search=${search}&at=6`);
			await page.locator('[data-live]').waitFor();
			await page.keyboard.press('n');
			await page.keyboard.type('Blue.');
			await page.keyboard.press('Control+Enter');
			await page.getByText('“Blue.”').waitFor();
			await expect.poll(() => standIn.state.comments.length).toBe(3);
		}
		const said2 = standIn.state.comments.slice(1).map(({ objId, text, groupIds }) => [objId, text, groupIds]);
		const comment = (objectId: string, text: string) => [
			...[objectId, `${text}\n\n${world.url}/objects/ztf/${objectId}`, [GROUPS.completeness]],
		];
		expect(said2).toEqual([
			comment('ZTF26scancaa', 'Rising, hosted.'),
			...(size.width > 760 ? [comment('ZTF26scanfaa', 'Blue.')] : []),
		]);

		// uploads a watch-list
		await page.goto(`${world.url}/lists`);
		await page.locator('#positions input[name=name]').fill('Hosts');
		await page.locator('#positions input[type=file]').setInputFiles({
			...{ name: 'hosts.csv', mimeType: 'text/csv' },
			buffer: Buffer.from('name,ra,dec,radius\nHost A,200.0,10.0,5\nLost,400,10,5\nEmpty field,220,10,30\n'),
		});
		await page.locator('#positions button[type=submit]').click();
		await page.waitForURL(/\/lists\/l_/);
		const list = new URL(page.url()).pathname.split('/').at(-1) ?? '';
		await page.getByText('has the right ascension 400').waitFor();
		await page.getByText('the stream is followed').waitFor({ timeout: 60_000 });
		await page.getByRole('link', { name: 'ZTF26scanaaa' }).waitFor();
		await press(page, 'Tell me of new alerts');
		await page.getByRole('button', { name: 'You are told' }).waitFor();

		// gets the notification
		const news = `ZTF26news${size.name === 'desktop' ? 'b' : 'c'}aa`;
		const alert = { alertId: BigInt(2000 + number), objectId: news, ra: 220, dec: 10.001, mjd: TEST_MJD + 1, number };
		await writeAlerts(world.store, [alert]);
		await publish(world.store, 'worker-1', number);
		await expect
			.poll(
				async () => {
					await page.goto(`${world.url}/notifications`);
					return page.locator('#notices').innerText();
				},
				{ timeout: 60_000, interval: 1500 },
			)
			.toContain(news);
		expect(await page.locator('#notices').innerText()).toContain('3.6″ from Empty field');

		// makes a token, and reads the CSV of the list with it, and that of the alerts
		await page.goto(`${world.url}/account/tokens`);
		await page.locator('#main').getByLabel('What it is for').fill('notebook');
		await page.locator('#main').getByLabel('Your password').fill(PASSWORD);
		await press(page, 'Make the token');
		const secret = (await page.locator('code.secret').textContent())?.trim() ?? '';
		const read = (path: string, headers: Record<string, string>): Promise<Response> =>
			fetch(`${world.url}${path}`, { headers });
		const own = await read(`/api/v1/lists/${list}?format=csv`, { authorization: `Bearer ${secret}` });
		expect([own.status, own.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/csv')]);
		expect(await own.text()).toContain(news);
		expect((await read(`/api/v1/lists/${list}?format=csv`, {})).status).toBe(404);
		const all = await read('/api/v1/alerts?format=csv', { authorization: `Bearer ${secret}` });
		expect(readTable(await all.text()).map((row) => row['objectId'])).toContain(news);

		// signs out everywhere
		const second = await openPage(browser, world.url, size);
		await second.page.goto(`${world.url}/account/sign-in?to=/account`);
		await second.page.locator('#main').getByLabel('E-mail address').fill(email);
		await second.page.locator('#main').getByLabel('Password').fill(PASSWORD);
		await press(second.page, 'Sign in');
		await second.page.waitForURL(/\/account$/);
		await page.goto(`${world.url}/account`);
		await press(page, 'Sign out everywhere');
		await page.waitForURL(/after=everywhere/);
		for (const one of [page, second.page]) {
			await one.goto(`${world.url}/account`);
			expect(new URL(one.url()).pathname).toBe('/account/sign-in');
		}
		await expectClean(page, complaints);
		// what the marshal gave is nobody else's
		await page.goto(`${world.url}/objects/ztf/${KNOWN}`);
		expect(await page.content()).not.toContain('SEDM');
		await page.context().close();
		await second.page.context().close();
	});
});
