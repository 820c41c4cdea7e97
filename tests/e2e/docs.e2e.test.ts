import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOC_ENTRIES } from '../../src/routes/docs/search/entries.server.ts';
import { startWorld, type World } from '../security/world.ts';
import { expectClean, expectExplained, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';

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

describe('the documentation', () => {
	it.each(SIZES)('is searched from each of its pages, at $width px', async (size) => {
		const { page, complaints } = await openPage(browser, world.url, size);
		await page.goto(`${world.url}/docs/api`);
		const box = page.getByRole('searchbox', { name: 'Search the documentation' });
		await box.fill('drb');
		await box.press('Enter');
		await page.waitForURL((url) => url.pathname === '/docs/search' && url.searchParams.get('q') === 'drb');
		expect(await box.inputValue()).toBe('drb');
		await expectExplained(page);
		await page.getByRole('button', { name: 'About Fields in the documentation' }).click();
		await page.getByText('Every word that was asked for must stand in the name or the text').first().waitFor();
		await page.keyboard.press('Escape');
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.getByRole('link', { name: 'ztf.drb', exact: true }).click();
		await page.waitForURL(/\/docs#field-ztf\.drb$/);
		await page.locator('tr:target', { hasText: 'candidate.drb' }).waitFor();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.goto(`${world.url}/docs/search?q=nothing+of+this+kind`);
		await page.getByText('Nothing of that').waitFor();
		await expectClean(page, complaints);
		await page.goto(`${world.url}/docs/search`);
		await page.getByRole('heading', { name: 'Search the documentation' }).waitFor();
		await expectNoSidewaysScroll(page);
		await page.context().close();
	});

	it('is searched without script, and says what a core field is computed by', async () => {
		const context = await browser.newContext({ javaScriptEnabled: false });
		const page = await context.newPage();
		await page.goto(`${world.url}/docs/filters`);
		await page.getByRole('searchbox', { name: 'Search the documentation' }).fill('first detection');
		await page.getByRole('button', { name: 'Find', exact: true }).click();
		await page.getByRole('link', { name: 'firstMjd', exact: true }).click();
		const row = page.locator('tr:target');
		await row.waitFor();
		for (const word of ['what the survey states', 'Nightjar ', 'MJD in TAI']) {
			expect(await row.innerText()).toContain(word);
		}
		await context.close();
	});

	it('says its licence, and what a report of a problem needs', async () => {
		const { license, version } = JSON.parse(await readFile('package.json', 'utf8')) as {
			license: string;
			version: string;
		};
		const { page, complaints } = await openPage(browser, world.url, SIZES[1]);
		await page.goto(`${world.url}/docs/data`);
		const about = await page.locator('#about').innerText();
		for (const word of [license, version, 'LICENSE', 'THIRD-PARTY.md']) expect(about).toContain(word);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('has a place for whatever is found', async () => {
		const paths = [...new Set(DOC_ENTRIES.map(({ href }) => href.split('#')[0] ?? ''))];
		const missing: string[] = [];
		for (const path of paths) {
			const answer = await fetch(`${world.url}${path}`, { redirect: 'manual' });
			// some pages lead on: those of an account to the sign-in
			expect([200, 303, 307], path).toContain(answer.status);
			const text = await answer.text();
			const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
			const anchors = DOC_ENTRIES.map(({ href }) => href.split('#')).filter(([own, hash]) => own === path && hash);
			missing.push(...anchors.filter(([, hash]) => !ids.has(hash)).map((parts) => parts.join('#')));
		}
		expect(missing).toEqual([]);
	});
});
