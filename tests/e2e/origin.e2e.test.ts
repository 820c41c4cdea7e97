import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeHome, removeHome, type Running, simulateNights, startNightjar } from '../support/nightjar.ts';
import { ztfPacket } from '../support/packets.ts';
import { openBrowser, openPage, settled, SIZES } from './browser.ts';
import { publicAlerts } from './packets.ts';

const home = makeHome();
let browser: Browser;
let running: Running;
let simulated: Map<string, string>;

beforeAll(async () => {
	browser = await openBrowser();
	const [sky, real] = [join(home, 'simulated'), join(home, 'real')];
	await simulateNights(sky, home, { seed: 5, nights: 1, perNight: 60 });
	simulated = await publicAlerts(sky);
	mkdirSync(real);
	writeFileSync(join(real, 'one.avro'), ztfPacket());
	running = await startNightjar(['--alerts', sky, real], home);
	await running.printed(/ingest has finished/, 240_000);
});
afterAll(async () => {
	await browser.close();
	await running.stop();
	removeHome(home);
});

/** Addresses on this site that a page links to, without those that name an origin of their own. */
function linksOf(page: Page): Promise<string[]> {
	return page.evaluate<string[]>(`[...document.querySelectorAll('a[href]')]
		.map((link) => link.getAttribute('href'))
		.filter((href) => href.startsWith('/') && !/[?&]origin=(real|test)/.test(href))`);
}

const kept = (address: string): boolean => new URL(address, 'http://here').searchParams.get('origin') === 'simulated';

it('keeps a reader who looks at the simulation in it, in every link and every call, beside real data', async () => {
	const origin = new URL(running.url).origin;
	const { page, complaints } = await openPage(browser, origin, SIZES[0]);
	const calls: string[] = [];
	page.on('request', (request) => {
		if (new URL(request.url()).pathname.startsWith('/api/')) calls.push(request.url());
	});
	await page.goto(running.url);
	expect(await page.getByLabel('Origin of the data').count(), 'real data come first').toBe(0);
	await page.locator('[data-ready]').first().waitFor();
	// once it is left it asks for nothing more
	await page.goto('about:blank');
	calls.length = 0;

	const [[key = '', objectId = ''] = []] = simulated;
	const [survey = '', alertId = ''] = key.split(' ');
	const paths = [
		'/',
		'/search',
		'/search?kind=alerts',
		'/status',
		'/docs',
		`/objects/${survey}/${objectId}`,
		`/alerts/${survey}/${alertId}`,
		'/?night=2001-01-01',
		'/objects/ztf/ZTF00aaaaaaa',
	];
	for (const path of paths) {
		await page.goto(`${origin}${path}${path.includes('?') ? '&' : '?'}origin=simulated`);
		await settled(page);
		await page.waitForLoadState('networkidle');
		expect(await page.getByLabel('Origin of the data').textContent(), path).toMatch(/simulated/i);
		const links = await linksOf(page);
		expect(links.length, path).toBeGreaterThan(5);
		expect(
			links.filter((href) => !kept(href)),
			`links of ${path}`,
		).toEqual([]);
	}
	expect(calls.some((call) => call.includes('/cutouts/'))).toBe(true);
	expect(calls.filter((call) => !kept(call))).toEqual([]);

	// cutouts of the simulation are there, and the palette and a search stay in it
	await page.goto(`${origin}/objects/${survey}/${objectId}?origin=simulated`);
	await page.locator('canvas[data-painted]').first().waitFor();
	await page.keyboard.press('Control+k');
	await page.getByRole('dialog', { name: 'Go to' }).waitFor();
	await page.keyboard.type(objectId);
	await page.keyboard.press('Enter');
	await page.getByRole('dialog', { name: 'Go to' }).waitFor({ state: 'hidden' });
	await page.waitForURL((url) => kept(url.href));
	await page.goto(`${origin}/search?origin=simulated`);
	await page.getByRole('textbox').first().fill(alertId);
	await page.getByRole('button', { name: 'Search', exact: true }).click();
	await page.waitForURL((url) => url.pathname === `/alerts/${survey}/${alertId}` && kept(url.href));
	// the browser itself reports the status of the page that is not there
	expect(complaints.console.filter((text) => !text.includes('404'))).toEqual([]);
	await page.context().close();
});
