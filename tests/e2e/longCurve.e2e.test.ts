import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '#clickhouse/open.ts';
import { LONG, writeLongCurve } from '../support/longCurve.ts';
import { makeHome, removeHome, type Running, startNightjar } from '../support/nightjar.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';

const SOON = { timeout: 60_000 };
const POINTS = 10_000;

const home = makeHome();
let browser: Browser;
let running: Running;

beforeAll(async () => {
	browser = await openBrowser();
	running = await startNightjar(['--no-simulation'], home);
	const store = await openStore({ home, storeUrl: null, storeUser: '', storePassword: '', cluster: null });
	await writeLongCurve(store, POINTS);
	await store.close();
});
afterAll(async () => {
	await browser.close();
	await running.stop();
	removeHome(home);
});

describe('the page of 10,000 points', () => {
	it('is small, with everything in it that those without script read', async () => {
		const html = await (await fetch(`${running.url}/objects/${LONG.survey}/${LONG.objectId}`)).text();
		// of it 0.8 MB of points
		expect(html.length / 1e6).toBeLessThan(1.4);
		expect(html.split('<path').length).toBeLessThan(200);
		expect(html).toContain('10000 detections, 0 forced, 0 limits, bands g r');
		expect(html).toContain('Positions of 1500 detections about their mean');
		expect(html).toContain('The newest 1,500 of 10,000');
		// the curve itself: a canvas draws it once script runs
		const curve = html.slice(html.indexOf('data-points="10000"'), html.indexOf('<canvas'));
		expect(curve.split('h0').length).toBeGreaterThan(8000);
		expect(html.match(/data-marks="[^"]*" d="([^"]*)"/)?.[1]?.split('M').length).toBeGreaterThan(4000);
	});
});

describe.each(SIZES)('a light curve of 10,000 points at $width px', (size) => {
	it('opens whole, is stepped through, zoomed, folded and told in numbers', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		await page.goto(`${running.url}/objects/${LONG.survey}/${LONG.objectId}`);
		const plot = page.getByRole('slider', { name: /^Light curve of/ });
		expect(await plot.getAttribute('data-points')).toBe(String(POINTS));
		await page.getByText('10,000 points. Select').waitFor();
		// what stood there before script is gone
		await expect.poll(() => plot.locator('path[d*="h0"]').count(), SOON).toBe(0);
		expect(await plot.getAttribute('aria-label')).toContain('10000 detections, 0 forced, 0 limits, bands g r');

		const reset = page.getByRole('button', { name: 'Reset', exact: true });
		expect(await reset.isEnabled()).toBe(false);
		const ticks = (): Promise<string | null> => plot.locator('text[text-anchor="middle"]').first().textContent();
		const before = await ticks();
		await plot.focus();
		for (let i = 0; i < 6; i += 1) await page.keyboard.press('+');
		await expect.poll(() => reset.isEnabled(), SOON).toBe(true);
		await expect.poll(ticks, SOON).not.toBe(before);
		await reset.click();
		await expect.poll(ticks, SOON).toBe(before);

		await plot.focus();
		await page.keyboard.press('Home');
		const first = await plot.getAttribute('aria-valuetext');
		await page.keyboard.press('ArrowRight');
		await expect.poll(() => plot.getAttribute('aria-valuetext'), SOON).not.toBe(first);
		expect(await plot.getAttribute('aria-valuemax')).toBe(String(POINTS));

		await page.getByRole('button', { name: 'Period', exact: true }).click();
		const panel = page.getByRole('region', { name: 'Period' });
		await panel.getByLabel('period, d').fill(String(LONG.periodDays));
		await panel.getByRole('button', { name: 'Fold', exact: true }).click();
		await page.getByText('phase at 0.542700 d').waitFor();
		expect(await plot.getAttribute('data-points')).toBe(String(2 * POINTS));
		await panel.getByRole('button', { name: 'Unfold' }).click();

		await page.getByRole('button', { name: 'All 10,000 points' }).waitFor();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});
});
