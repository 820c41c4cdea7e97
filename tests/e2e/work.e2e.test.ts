import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelsBy } from '#lib/server/work/label.ts';
import { member, startWorld, type World } from '../security/world.ts';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';

const CANDIDATES = Array.from({ length: 12 }, (_, i) => ({
	alertId: BigInt(1000 + i),
	objectId: `ZTF26scan${String.fromCharCode(97 + i)}aa`,
	ra: 200 + i / 10,
	dec: 10,
	mjd: TEST_MJD + i / 1000,
	mag: 18 + i / 10,
	number: 2,
	cutouts: true,
}));

let browser: Browser;
let world: World;
beforeAll(async () => {
	browser = await openBrowser();
	world = await startWorld({}, { atTheMachine: true });
	await writeAlerts(world.store, CANDIDATES);
	await publish(world.store, 'worker-1', 2);
});
afterAll(async () => {
	await browser.close();
	await world.stop();
});

/** A page of somebody who is signed in. */
async function signedIn(size: (typeof SIZES)[number]) {
	const someone = await member(world, { name: 'Scanner' });
	const { page, complaints } = await openPage(browser, world.url, size);
	await page.context().addCookies([{ name: 'nightjar', value: someone.visitor.session ?? '', url: world.url }]);
	return { someone: { id: someone.id, name: 'Scanner', operator: false, groups: [] }, page, complaints };
}

const place = (page: Page): Promise<string> => page.locator('.sh output').innerText();
const SEARCH = encodeURIComponent('ra=200.5&dec=10&radius=7200&sort=ra');

describe.each(SIZES)('my work at $width px', (size) => {
	it('scans ten candidates, keeps them in a list, notes, watches positions and is told', async () => {
		const { someone, page, complaints } = await signedIn(size);

		// a list to put objects into
		await page.goto(`${world.url}/lists`);
		await page.locator('#objects input[name=name]').fill('To look at');
		await page.locator('#objects button[type=submit]').click();
		await page.waitForURL(/\/lists\/l_/);
		const list = page.url();
		await expectClean(page, complaints);

		// ten candidates by keyboard
		await page.goto(`${world.url}/scan?search=${SEARCH}`);
		await page.locator('[data-live]').waitFor();
		expect(await place(page)).toBe('1 / 12');
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		for (const key of ['k', 'r', 'x', 'l', 'r', 'x', 'r', 'k', 'x', 'r']) await page.keyboard.press(key);
		await expect.poll(() => place(page)).toBe('11 / 12');
		const kept = () => labelsBy(world.database, someone, 'real');
		await expect.poll(() => kept().length).toBe(10);
		const counts = (verdict: string): number => kept().filter((label) => label.verdict === verdict).length;
		expect([counts('real'), counts('bogus'), counts('later')]).toEqual([4, 3, 1]);
		expect(kept().filter(({ interesting }) => interesting).length).toBe(2);

		// the last one taken back, and decided with a class
		await page.keyboard.press('z');
		await expect.poll(() => kept().length).toBe(9);
		expect(await place(page)).toBe('10 / 12');
		await page.keyboard.press('c');
		await expectClean(page, complaints);
		await page.keyboard.press('1');
		await expect.poll(() => kept().find(({ class: key }) => key === 'snia')?.objectId).toBe('ZTF26scanjaa');

		// into the list, and a note, without leaving the keyboard
		await page.keyboard.press('a');
		await page.keyboard.press('1');
		await page.getByText('In To look at.').first().waitFor({ state: 'attached' });
		if (size.width > 760) {
			await page.keyboard.press('n');
			await page.keyboard.type('On the outer arm.');
			await page.keyboard.press('Enter');
			await page.getByText('“On the outer arm.”').waitFor();
			await page.goto(`${world.url}/objects/ztf/ZTF26scanjaa`);
			expect(await page.locator('#mine').innerText()).toContain('On the outer arm.');
		}
		await page.goto(list);
		await page.getByRole('link', { name: 'ZTF26scanjaa' }).waitFor();
		await expectNoSidewaysScroll(page);

		// the labels as a file
		await page.goto(`${world.url}/work`);
		await expectClean(page, complaints);
		await expectNoSidewaysScroll(page);
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('link', { name: 'Labels CSV' }).click(),
		]);
		const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
		expect(lines[0]).toBe('survey,objectId,alertId,origin,verdict,interesting,class,source,decidedAt');
		expect(lines).toHaveLength(11);
		expect(lines.find((line) => line.includes('ZTF26scanjaa'))).toMatch(/^ztf,ZTF26scanjaa,1009,real,,false,snia,/);

		// a watch-list with bad rows: matched with what is there, the bad rows named
		await page.goto(`${world.url}/lists`);
		await page.locator('#positions input[name=name]').fill('Hosts');
		await page.locator('#positions input[type=file]').setInputFiles({
			name: 'hosts.csv',
			mimeType: 'text/csv',
			buffer: Buffer.from('name,ra,dec,radius\nHost A,200.0,10.0,5\nLost,400,10,5\nEmpty field,220,10,30\n'),
		});
		await page.locator('#positions button[type=submit]').click();
		await page.waitForURL(/\/lists\/l_/);
		await page.getByText('has the right ascension 400').waitFor();
		await page.getByText('the stream is followed').waitFor({ timeout: 60_000 });
		await page.getByRole('link', { name: 'ZTF26scanaaa' }).waitFor();
		await expectClean(page, complaints);
		await expectNoSidewaysScroll(page);
		await page.getByRole('button', { name: 'Tell me of new alerts' }).click();
		await page.getByRole('button', { name: 'You are told' }).waitFor();

		// an alert comes by: the page and the secret feed tell of it
		const number = size.width > 760 ? 3 : 4;
		const objectId = `ZTF26news${size.width > 760 ? 'b' : 'c'}aa`;
		await writeAlerts(world.store, [
			{ alertId: BigInt(2000 + number), objectId, ra: 220, dec: 10.001, mjd: TEST_MJD + 1, number },
			{ alertId: BigInt(2100 + number), objectId: 'ZTF26elsewhe', ra: 221, dec: 10, mjd: TEST_MJD + 1, number },
		]);
		await publish(world.store, 'worker-1', number);
		await expect
			.poll(
				async () => {
					await page.goto(`${world.url}/notifications`);
					return page.locator('#notices').innerText();
				},
				{ timeout: 60_000, interval: 1500 },
			)
			.toContain(objectId);
		const news = await page.locator('#notices').innerText();
		expect(news).toContain('3.6″ from Empty field');
		expect(news).not.toContain('ZTF26elsewhe');
		await expectClean(page, complaints);
		await expectNoSidewaysScroll(page);
		const feed = (await page.getByRole('link', { name: 'Atom feed' }).getAttribute('href')) ?? '';
		const atom = await fetch(`${world.url}${feed}`);
		expect(atom.headers.get('content-type')).toContain('application/atom+xml');
		const text = await atom.text();
		expect(text).toContain(`<title>${objectId}: 3.6″ from Empty field</title>`);
		expect((await fetch(`${world.url}${feed.slice(0, -1)}x`)).status).toBe(404);

		// a new address ends the old one
		await page.getByRole('button', { name: 'New address for the feed' }).click();
		await expect.poll(async () => (await fetch(`${world.url}${feed}`)).status).toBe(404);
		await page.context().close();
	});
});
