// A usual catalogue is loaded by name, and its terms, its citation and the rows that it takes stand where catalogues are listed.
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CATALOG_RECIPES } from '#lib/alert/catalogRecipes.ts';
import { makeHome, nightjar, removeHome, type Running, startNightjar } from '../support/nightjar.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, settled, SIZES } from './browser.ts';

const home = makeHome();
let browser: Browser;
let running: Running;

beforeAll(async () => {
	browser = await openBrowser();
	const table = join(import.meta.dirname, '../fixtures/catalog/recipes/zall-pix.fits');
	const added = await nightjar(['catalog', 'add', table, '--as', 'desi_dr1'], { NIGHTJAR_HOME: home });
	expect(added.code, added.output).toBe(0);
	expect(added.stdout).toContain('3 rows are not loaded: taken are rows whose ZWARN is 0, ZCAT_PRIMARY is true');
	expect(added.stdout).toContain('Terms: CC BY 4.0. To be cited: 2025arXiv250314745D.');
	running = await startNightjar(['--no-simulation'], home);
});
afterAll(async () => {
	await browser.close();
	await running.stop();
	removeHome(home);
});

describe.each(SIZES)('catalogues at $width px', (size) => {
	it('are listed with terms and citation, loaded ones and those known by name', async () => {
		const { page, complaints } = await openPage(browser, running.url, size);
		await page.goto(`${running.url}/catalogs`);
		await settled(page);
		const row = page.locator('tr', { has: page.locator('a[href$="/catalogs/DESI_DR1"]') });
		expect(await row.innerText()).toMatch(/only rows whose ZWARN is 0[\s\S]*DR1[\s\S]*CC BY 4\.0/);
		expect(await row.locator('a[href="https://ui.adsabs.harvard.edu/abs/2025arXiv250314745D"]').count()).toBe(1);
		const usual = page.locator('#usual tbody tr');
		expect(await usual.locator('td:first-child').allInnerTexts()).toEqual(CATALOG_RECIPES.map(({ key }) => key));
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await row.locator('a').first().click();
		await page.waitForURL(/DESI_DR1$/);
		expect(await page.locator('main dl').first().innerText()).toMatch(/To be cited\s+2025arXiv250314745D/);
		await expectClean(page, complaints);
		await page.close();
	});
});
