import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '#clickhouse/open.ts';
import { LONG, writeLongCurve } from '../support/longCurve.ts';
import { makeHome, removeHome, type Running, startNightjar } from '../support/nightjar.ts';
import { axeViolations, expectNoSidewaysScroll, openBrowser, openPage, settled, SIZES } from './browser.ts';

const SOON = { timeout: 60_000 };
/** Longer than a query of a page may take. */
const SLOW_MS = 20_000;

const [home, portalHome] = [makeHome(), makeHome()];
let browser: Browser;
let behind: Running;
let running: Running;
let proxy: Server;
/** How long each question waits before the store gets it. */
let delayMs = 0;
let waiting = new AbortController();

/** The store is as fast again as it was, for those who wait as well. */
function recover(): void {
	delayMs = 0;
	waiting.abort();
	waiting = new AbortController();
}

beforeAll(async () => {
	browser = await openBrowser();
	behind = await startNightjar(['--no-simulation'], home);
	const store = await openStore({ home, storeUrl: null, storeUser: '', storePassword: '', cluster: null });
	await writeLongCurve(store, 200);
	await store.close();
	const endpoint = JSON.parse(readFileSync(`${home}/store/endpoint.json`, 'utf8')) as { url: string; key: string };
	proxy = createServer((asked, answer) => {
		const { url = '', method = 'GET', headers } = asked;
		void pause(delayMs, undefined, { signal: waiting.signal })
			.catch(() => undefined)
			.then(() => {
				const onward = request(new URL(url, endpoint.url), { method, headers }, (got) => {
					answer.writeHead(got.statusCode ?? 502, got.headers);
					got.pipe(answer);
				});
				onward.on('error', () => answer.destroy());
				answer.on('close', () => onward.destroy());
				asked.pipe(onward);
			});
	});
	proxy.listen(0, '127.0.0.1');
	await new Promise((resolve) => proxy.once('listening', resolve));
	running = await startNightjar([], portalHome, {
		serve: 'portal',
		env: {
			NIGHTJAR_STORE_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
			NIGHTJAR_STORE_USER: 'default',
			NIGHTJAR_STORE_PASSWORD: endpoint.key,
		},
	});
});
afterAll(async () => {
	recover();
	await browser.close();
	await running.stop();
	proxy.closeAllConnections();
	proxy.close();
	await behind.stop();
	removeHome(home);
	removeHome(portalHome);
});

describe.each(SIZES)('a store that takes 20 s for every question at $width px', (size) => {
	it('is waited for in words, can be left, and the page comes once it is fast again', async () => {
		recover();
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		await page.goto(`${running.url}/search`);
		await settled(page);
		const object = page.getByRole('link', { name: LONG.objectId }).first();
		await object.waitFor();
		const word = page.locator('.waiting');
		expect(await word.innerText()).toBe('');
		delayMs = SLOW_MS;
		await object.click();
		await page.getByText('the answer is slow to come').waitFor({ timeout: 15_000 });
		expect(await word.innerText()).toContain(`/objects/${LONG.survey}/${LONG.objectId}`);
		expect(await axeViolations(page)).toEqual([]);
		await expectNoSidewaysScroll(page);
		// what was there stays, and can be used
		expect(new URL(page.url()).pathname).toBe('/search');
		await page.getByRole('button', { name: 'Stay here' }).click();
		await expect.poll(() => word.innerText(), SOON).toBe('');
		expect(new URL(page.url()).pathname).toBe('/search');

		await object.click();
		await page.getByText('the answer is slow to come').waitFor({ timeout: 15_000 });
		recover();
		await page.getByText('200 points. Select').waitFor();
		await expect.poll(() => word.innerText(), SOON).toBe('');
		expect(complaints.foreign).toEqual([]);
		await page.context().close();
	});

	it('is told of on a page that was opened meanwhile, and that page comes by itself', async () => {
		recover();
		const { page } = await openPage(browser, new URL(running.url).origin, size);
		delayMs = SLOW_MS;
		const began = performance.now();
		const answer = await page.goto(`${running.url}/search`, { timeout: 60_000 });
		expect(answer?.status()).toBe(503);
		// given up by ourselves: no reader waits for minutes
		expect(performance.now() - began).toBeLessThan(45_000);
		await page.getByText('The store does not answer.').waitFor();
		await page.getByText('asks again every three seconds').waitFor();
		recover();
		await page.getByRole('link', { name: LONG.objectId }).first().waitFor();
		await page.context().close();
	});
});
