// A filter's hits in the search: from its page, in the form, in the box.
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeHome, removeHome, type Running, simulateNights, startNightjar } from '../support/nightjar.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';

interface Listed {
	readonly id: string;
	readonly name: string;
	readonly topic: string | null;
	readonly hits: number;
}

const home = makeHome();
let browser: Browser;
let running: Running;
let filter: Listed;

beforeAll(async () => {
	browser = await openBrowser();
	const packets = join(home, 'packets');
	await simulateNights(packets, home, { seed: 11, nights: 3, perNight: 150 });
	running = await startNightjar(['--alerts', packets], home);
	await running.printed(/ingest has finished/, 240_000);
	const { filters } = (await (await fetch(`${running.url}/api/v1/filters`)).json()) as { filters: Listed[] };
	const [most] = filters.filter(({ topic }) => topic !== null).sort((a, b) => b.hits - a.hits);
	if (most === undefined || most.hits === 0) throw new Error('no filter of ours has a hit');
	filter = most;
});
afterAll(async () => {
	await browser.close();
	await running.stop();
	removeHome(home);
});

async function total(page: Page): Promise<number> {
	return Number((await page.locator('.tot output').innerText()).replace(/\D/g, ''));
}

it('leads from the page of a filter to its hits in the search, with the filter chosen in the form', async () => {
	const hits = (await (await fetch(`${running.url}/api/v1/filters/${filter.id}/hits?limit=1`)).json()) as {
		total: number;
	};
	const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
	await page.goto(`${running.url}/filters/${filter.id}`);
	await page.getByRole('link', { name: 'in the search' }).click();
	await page.waitForURL(/\/search\?/);
	expect(await total(page)).toBe(hits.total);
	await page.getByLabel('Passed a filter').selectOption('');
	await page.getByRole('button', { name: 'Apply' }).click();
	await page.waitForURL((url) => !url.search.includes('filter='));
	expect(await total(page)).toBeGreaterThan(hits.total);
	await page.getByLabel('Search objects and alerts').fill(`filter="${filter.name}" mag>10`);
	await page.getByRole('button', { name: 'Search', exact: true }).click();
	await page.waitForURL(/q=filter/);
	expect(await total(page)).toBeLessThanOrEqual(hits.total);
	expect(complaints.console).toEqual([]);
	await page.context().close();
});

it.each(SIZES)('has room for it on a $name', async (size) => {
	const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
	await page.emulateMedia({ colorScheme: size.name === 'phone' ? 'light' : 'dark' });
	await page.goto(`${running.url}/search?kind=alerts&filter=${filter.topic ?? ''}`);
	await page.locator('.facets[aria-busy="false"]').waitFor();
	await expectNoSidewaysScroll(page);
	const shots = process.env['SHOTS'];
	if (shots !== undefined) await page.screenshot({ path: join(shots, `q1-${size.width}.png`), fullPage: true });
	await expectClean(page, complaints);
	await page.context().close();
});
