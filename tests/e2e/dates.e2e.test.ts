import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeHome, removeHome, type Running, simulateNights, startNightjar } from '../support/nightjar.ts';
import { axeViolations, openBrowser, settled, SIZES } from './browser.ts';

/** A moment by which all is known, to the minute. */
const LATER = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
const home = makeHome();
let browser: Browser;
let running: Running;
let object: { readonly survey: string; readonly objectId: string };

beforeAll(async () => {
	browser = await openBrowser();
	const packets = join(home, 'packets');
	await simulateNights(packets, home, { seed: 5, nights: 2, perNight: 60 });
	running = await startNightjar(['--alerts', packets], home);
	await running.printed(/ingest has finished/, 240_000);
	const answer = await fetch(`${running.url}/api/v1/objects?limit=1`);
	const { rows } = (await answer.json()) as { rows: (typeof object)[] };
	if (!rows[0]) throw new Error('no objects');
	[object] = rows as [typeof object];
});
afterAll(async () => {
	await browser.close();
	await running.stop();
	removeHome(home);
});

async function inZone(timezoneId: string, size: (typeof SIZES)[number]): Promise<Page> {
	const context = await browser.newContext({ timezoneId, viewport: size, reducedMotion: 'reduce' });
	const page = await context.newPage();
	page.setDefaultTimeout(60_000);
	return page;
}

async function inLanguage(locale: string, javaScriptEnabled = true): Promise<Page> {
	const context = await browser.newContext({ locale, javaScriptEnabled, viewport: SIZES[0], reducedMotion: 'reduce' });
	const page = await context.newPage();
	page.setDefaultTimeout(60_000);
	return page;
}

it('shows dates and times in every browser alike, whatever its language', async () => {
	const paths = [
		'/search?nightFrom=2026-11-03&nightTo=2026-12-09',
		'/statistics',
		`/objects/${object.survey}/${object.objectId}?asOf=${encodeURIComponent(LATER)}`,
	];
	for (const path of paths) {
		const shown = [];
		for (const locale of ['en-US', 'de-DE']) {
			const page = await inLanguage(locale);
			await page.goto(running.url + path);
			await settled(page);
			const native = page.locator(
				'input:is([type=date], [type=datetime-local], [type=time], [type=month], [type=week])',
			);
			expect(await native.count(), path).toBe(0);
			const boxes = page.locator('.datebox input');
			await boxes.first().waitFor();
			const texts = await boxes.evaluateAll((all) => (all as unknown as { value: string }[]).map(({ value }) => value));
			for (const text of texts) expect(text, path).toMatch(/^(\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?)?$/);
			shown.push(texts);
			await page.context().close();
		}
		expect(shown[1], path).toEqual(shown[0]);
	}
});

it('steps by key, says in its place what is wrong, and chooses from a calendar', async () => {
	const page = await inLanguage('en-US');
	await page.goto(`${running.url}/search?nightFrom=2026-11-30`);
	await settled(page);
	const box = page.getByLabel('First night');
	await box.press('ArrowUp');
	expect(await box.inputValue()).toBe('2026-12-01');
	await box.press('PageDown');
	expect(await box.inputValue()).toBe('2026-11-01');
	await box.fill('11/19/2026');
	await box.press('Tab');
	const alert = page
		.getByRole('alert')
		.filter({ hasText: 'Write a day that exists as YYYY-MM-DD, such as 2026-11-19.' });
	await alert.waitFor();
	expect(await box.getAttribute('aria-invalid')).toBe('true');
	await page.getByRole('button', { name: 'Apply' }).click();
	expect(new URL(page.url()).searchParams.get('nightFrom')).toBe('2026-11-30');
	await box.fill('2026-11-19');
	await alert.waitFor({ state: 'hidden' });

	await page.locator('.datebox').first().getByRole('button', { name: 'Calendar' }).click();
	const sheet = page.getByRole('dialog', { name: 'Calendar' });
	expect(await sheet.getByRole('rowheader').allInnerTexts()).toEqual(['44', '45', '46', '47', '48', '49']);
	expect(await page.evaluate('document.activeElement.textContent')).toBe('2026-11-19');
	expect(await axeViolations(page)).toEqual([]);
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowLeft');
	await page.keyboard.press('Enter');
	await sheet.waitFor({ state: 'hidden' });
	expect(await box.inputValue()).toBe('2026-11-25');
	await page.getByRole('button', { name: 'Apply' }).click();
	await page.waitForURL(/nightFrom=2026-11-25/);
	await page.context().close();
});

it.each([true, false])('asks for a moment as before, script %s', async (scripted) => {
	const page = await inLanguage('en-US', scripted);
	await page.goto(`${running.url}/objects/${object.survey}/${object.objectId}`);
	if (scripted) await settled(page);
	await page.getByLabel('This page as it was known at').fill(LATER.replace('T', ' '));
	await page.locator('form.then').getByRole('button', { name: 'Show' }).click();
	await page.waitForURL((url) => url.searchParams.has('asOf'));
	// where no script puts the T in, the server reads the space
	expect(new URL(page.url()).searchParams.get('asOf')).toBe(scripted ? LATER : LATER.replace('T', ' '));
	expect(await page.getByLabel('This page as it was known at').inputValue()).toBe(LATER.replace('T', ' '));
	await page.context().close();
});

it.each(SIZES)('tells times in the zone of the browser once that is chosen, at $width px', async (size) => {
	// no summer time: eight hours and three quarters ahead all year
	const page = await inZone('Australia/Eucla', size);
	const AHEAD_MS = 8.75 * 3_600_000;
	const path = `/objects/${object.survey}/${object.objectId}`;
	const alert = (
		(await (await fetch(`${running.url}/api/v1${path}/alerts?limit=1`)).json()) as {
			rows: { alertId: string }[];
		}
	).rows[0]?.alertId;
	/** What every time on the page says, and the moment that it stands for. */
	const times = async (): Promise<readonly { readonly text: string; readonly iso: string }[]> =>
		(
			await page
				.locator('main time')
				.evaluateAll((all) =>
					all.map((one) => ({ text: one.textContent.trim(), iso: one.getAttribute('datetime') ?? '' })),
				)
		).filter(({ text }) => /^\d{4}-\d\d-\d\d \d\d:\d\d/.test(text));
	const expectAhead = async (aheadMs: number): Promise<void> => {
		const all = await times();
		expect(all.length, page.url()).toBeGreaterThan(0);
		for (const { text, iso } of all) {
			const there = new Date(Date.parse(iso) + aheadMs).toISOString().replace('T', ' ');
			expect(text, page.url()).toBe(there.slice(0, text.length));
		}
	};
	const pages = ['/search?kind=objects', `${path}#history`, `/alerts/${object.survey}/${alert ?? ''}`];
	for (const one of pages) {
		await page.goto(running.url + one);
		await settled(page);
		await expectAhead(0);
	}
	await page.getByRole('button', { name: 'Zone of times: UTC' }).focus();
	await page.keyboard.press('Enter');
	await page.getByRole('radio', { name: 'my zone, Australia/Eucla' }).check();
	await expectAhead(AHEAD_MS);
	expect(await axeViolations(page)).toEqual([]);
	await page.keyboard.press('Escape');
	for (const one of pages) {
		await page.goto(running.url + one);
		await settled(page);
		await page.getByRole('button', { name: 'Zone of times: Australia/Eucla' }).waitFor();
		await expectAhead(AHEAD_MS);
		// a phone has no column of times in results
		if (one === pages[0] && size.width < 700) continue;
		expect(await page.locator('main').innerText()).toMatch(/Australia\/Eucla|UTC\+8:45/);
	}
	await page.getByRole('button', { name: 'Zone of times: Australia/Eucla' }).click();
	await page.getByRole('radio', { name: 'UTC', exact: true }).check();
	await expectAhead(0);
	await page.context().close();
});
