import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embeddedStore.ts';
import { makeHome, removeHome, type Running, startNightjar } from '../support/nightjar.ts';
import { type Complaints, expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';

let browser: Browser;
beforeAll(async () => {
	browser = await openBrowser();
});
afterAll(async () => {
	await browser.close();
});

interface Empty {
	readonly url: string;
	readonly store: EmbeddedStore['store'];
	stop(): Promise<void>;
}

/** A portal over a store without an alert, started beside what the feed names. */
async function startEmpty(feed: string): Promise<Empty> {
	const home = makeHome();
	const embedded = await startEmbeddedStore({ home });
	const running: Running = await startNightjar([], home, { serve: 'portal', env: { NIGHTJAR_FEED: feed } });
	return {
		url: running.url,
		store: embedded.store,
		stop: async () => {
			await running.stop();
			await embedded.stop();
			removeHome(home);
		},
	};
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

describe('a portal without an alert', () => {
	it('says that a simulated sky is on its way, and shows it when it comes', async () => {
		const portal = await startEmpty('simulation');
		try {
			const pages: { page: Page; complaints: Complaints; path: string }[] = [];
			for (const size of SIZES) {
				for (const path of ['/', '/sky']) {
					const { page, complaints } = await openPage(browser, portal.url, size);
					await page.goto(`${portal.url}${path}`);
					await heading(page, 'A sky is being made').waitFor();
					await expectNoSidewaysScroll(page);
					await expectClean(page, complaints);
					pages.push({ page, complaints, path });
				}
			}
			const alerts = Array.from({ length: 30 }, (_, i) => ({
				alertId: BigInt(1 + i),
				objectId: `ZTF26sim${String.fromCharCode(97 + (i % 26))}aa`,
				...{ origin: 'simulated', ra: 150 + i, dec: 2 + i, mjd: TEST_MJD + i / 1000, number: 1 },
			})) as Parameters<typeof writeAlerts>[1];
			await writeAlerts(portal.store, alerts);
			await publish(portal.store, 'worker-1', 1);
			for (const { page, complaints, path } of pages) {
				await heading(page, 'A sky is being made').waitFor({ state: 'detached' });
				if (path === '/')
					await page
						.getByRole('link', { name: /ZTF26sim/ })
						.first()
						.waitFor();
				else
					await page
						.getByText(/\b30 alerts\b/)
						.first()
						.waitFor();
				await expectNoSidewaysScroll(page);
				await expectClean(page, complaints);
				await page.context().close();
			}
		} finally {
			await portal.stop();
		}
	});

	it.each([
		['packets', 'Packets are being read'],
		['kafka', 'Nothing has come yet'],
		['', 'Nothing here yet'],
	])('beside "%s" says so: %s', async (feed, words) => {
		const portal = await startEmpty(feed);
		try {
			const answers = await Promise.all(['/', '/sky'].map(async (path) => (await fetch(portal.url + path)).text()));
			for (const text of answers) expect(text).toContain(words);
		} finally {
			await portal.stop();
		}
	});
});
