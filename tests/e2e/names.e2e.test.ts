import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../security/world.ts';
import { SimbadStandIn } from '../support/simbadStandIn.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';

let browser: Browser;
let world: World;
let simbad: SimbadStandIn;

beforeAll(async () => {
	simbad = await SimbadStandIn.start();
	browser = await openBrowser();
	world = await startWorld(
		{ NIGHTJAR_SIMBAD: simbad.url, NIGHTJAR_PRIVATE_HOSTS: simbad.host },
		{ atTheMachine: true },
	);
});
afterAll(async () => {
	await browser.close();
	await world.stop();
	await simbad.stop();
});

describe.each(SIZES)('a name that nobody here knows, at $width px', (size) => {
	it('is asked of SIMBAD when the reader says so, and not before', async () => {
		const { page, complaints } = await openPage(browser, world.url, size);
		const name = `3C 27${size.width === SIZES[0].width ? 3 : 4}`;
		await page.goto(`${world.url}/search`);
		await page.getByLabel('Search objects and alerts').fill(name);
		await page.keyboard.press('Enter');
		const offer = page.getByRole('link', { name: `Ask SIMBAD for “${name}”` });
		await offer.waitFor();
		await offer.hover();
		await page.waitForTimeout(300);
		expect(simbad.asked.filter((question) => question.includes(name))).toEqual([]);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		simbad.answer = { status: 503, body: '' };
		await offer.focus();
		await page.keyboard.press('Enter');
		await page.getByText('SIMBAD answers with status 503').waitFor();
		// another name is not asked for because this one was
		const box = page.getByLabel('Search objects and alerts');
		await box.fill(`${name} B`);
		await page.keyboard.press('Enter');
		await page.getByRole('link', { name: `Ask SIMBAD for “${name} B”` }).waitFor();
		expect(simbad.asked.filter((question) => question.includes(`${name} B`))).toEqual([]);
		await page.goBack();
		await page.getByText('SIMBAD answers with status 503').waitFor();
		simbad.answer = SimbadStandIn.rows([name, 150.0002, 2.0001]);
		await page.reload();
		await page.waitForURL((url) => url.searchParams.get('q') === '150.000200 +2.000100');
		await page.getByRole('link', { name: 'ZTF26openaaa' }).first().waitFor();
		await page.context().close();
	});
});
