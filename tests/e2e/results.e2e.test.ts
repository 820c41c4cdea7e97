import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, removeHome, type Running, simulateNights, startNightjar } from '../support/nightjar.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';
import { readTable } from './csv.ts';

interface Row {
	readonly objectId: string;
	readonly more: Readonly<Record<string, number | boolean | null>>;
}

const home = makeHome();
let browser: Browser;
let running: Running;

beforeAll(async () => {
	browser = await openBrowser();
	const packets = join(home, 'packets');
	await simulateNights(packets, home, { seed: 13, nights: 2, perNight: 100 });
	running = await startNightjar(['--alerts', packets], home);
	await running.printed(/ingest has finished/, 240_000);
});
afterAll(async () => {
	await browser.close();
	await running.stop();
	removeHome(home);
});

/** How many cards stand in the first row. */
async function inFirstRow(page: Page): Promise<number> {
	const tops = await page
		.locator('.cards article')
		.evaluateAll((all) =>
			(all as unknown as { getBoundingClientRect: () => { top: number } }[]).map(
				(card) => card.getBoundingClientRect().top,
			),
		);
	return tops.filter((top) => top === tops[0]).length;
}

describe.each(SIZES)('a result at $width px', (size) => {
	it('is looked at as cards, and as a table again, by its address', async () => {
		const { page, complaints } = await openPage(browser, running.url, size);
		await page.goto(`${running.url}/search?sort=-mag&more=rock`);
		const shown = page.getByRole('group', { name: 'How it is shown' });
		await shown.getByRole('link', { name: 'cards' }).click();
		await page.waitForURL(({ searchParams }) => searchParams.get('view') === 'cards');
		expect(new URL(page.url()).searchParams.get('sort')).toBe('-mag');
		const answer = await fetch(`${running.url}/api/v1/objects?sort=-mag&more=rock`);
		const { rows } = (await answer.json()) as { rows: Row[] };
		const cards = page.locator('.cards article');
		await expect.poll(() => cards.count()).toBe(rows.length);
		expect(await cards.getByRole('heading').allInnerTexts()).toEqual(
			rows.map(({ objectId }) => expect.stringContaining(objectId) as string),
		);
		const rocks = rows.filter(({ more }) => more['rock'] === true).length;
		expect(rocks).toBeGreaterThan(0);
		expect(await cards.locator('.flags', { hasText: 'Solar-system object' }).count()).toBe(rocks);
		expect(await inFirstRow(page)).toBe(size.width > 1000 ? 5 : 1);
		// they come one by one
		await expect.poll(() => cards.first().locator('canvas[data-painted]').count()).toBe(3);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await shown.getByRole('link', { name: 'table' }).click();
		await page.locator('.res table').waitFor();
		expect(new URL(page.url()).searchParams.has('view')).toBe(false);
		await page.context().close();
	});

	it('is given features and scores as columns, found by their names, here and in files', async () => {
		const { page, complaints } = await openPage(browser, running.url, size);
		await page.goto(`${running.url}/search?sort=-mag`);
		await page.getByRole('button', { name: /^Columns/ }).click();
		const chooser = page.getByRole('dialog', { name: 'Columns' });
		const box = chooser.getByLabel('Find a field, a feature or a score');
		for (const [typed, name] of [
			['anomaly', 'score:anomaly:anomaly'],
			['jdstarthist', 'ztf.jdstarthist'],
		] as const) {
			await box.fill(typed);
			await chooser.getByRole('checkbox', { name }).check();
			await page.waitForURL(({ searchParams }) => searchParams.get('more')?.split(',').includes(name) === true);
		}
		await expectClean(page, complaints);
		await page.keyboard.press('Escape');
		const names = ['score:anomaly:anomaly', 'ztf.jdstarthist'];
		const asked = new URL(page.url()).searchParams.get('more')?.split(',') ?? [];
		expect([...asked].sort()).toEqual(names);
		const answer = await fetch(`${running.url}/api/v1/objects?sort=-mag&more=${names.join(',')}`);
		const { rows } = (await answer.json()) as { rows: Row[] };
		const table = page.locator('.res table');
		await table.locator('[data-head="anomaly"]').first().waitFor();
		const shown = await table.locator('[data-head="anomaly"]').allInnerTexts();
		expect(shown).toHaveLength(rows.length);
		shown.forEach((text, i) => {
			expect(Number(text)).toBeCloseTo(Number(rows[i]?.more['score:anomaly:anomaly']), 4);
		});

		await page.getByRole('button', { name: /^Download/ }).click();
		const [file] = await Promise.all([
			page.waitForEvent('download'),
			page.locator('#download a[href*="format=csv"]').first().click(),
		]);
		const lines = readTable(await readFile(await file.path(), 'utf8'));
		const scores = new Map(lines.map((line) => [line['objectId'], line]));
		for (const { objectId, more } of rows) {
			const line = scores.get(objectId);
			expect(Number(line?.['score_anomaly_anomaly'])).toBeCloseTo(Number(more['score:anomaly:anomaly']), 6);
			expect(line?.['ztf_jdstarthist']).toBe(more['ztf.jdstarthist'] === null ? '' : String(more['ztf.jdstarthist']));
		}
		await expectNoSidewaysScroll(page);
		await page.context().close();
	});
});

it('is sorted by columns that were added, by mouse and keyboard, here and in its files', async () => {
	const { page, complaints } = await openPage(browser, running.url, SIZES[0]);
	await page.goto(`${running.url}/search?more=snr,score:anomaly:anomaly`);
	const head = (name: string) => page.locator('.res th', { hasText: name }).getByRole('link');
	const shown = async (name: string): Promise<number[]> =>
		(await page.locator(`.res [data-head="${name}"]`).allInnerTexts()).filter((text) => text !== '–').map(Number);
	const inOrder = (numbers: readonly number[], descending: boolean): number[] =>
		[...numbers].sort((a, b) => (descending ? b - a : a - b));
	await head('snr').click();
	await page.locator('th[aria-sort="ascending"]', { hasText: 'snr' }).waitFor();
	const up = await shown('snr');
	expect(up.length).toBeGreaterThan(10);
	expect(up).toEqual(inOrder(up, false));
	await head('snr').focus();
	await page.keyboard.press('Enter');
	await page.locator('th[aria-sort="descending"]', { hasText: 'snr' }).waitFor();
	expect(new URL(page.url()).searchParams.get('sort')).toBe('-snr');
	const down = await shown('snr');
	expect(down).toEqual(inOrder(down, true));
	expect(down[0]).toBeGreaterThan(up.at(-1) ?? Infinity);
	await expectClean(page, complaints);

	await head('anomaly').click();
	await page.locator('th[aria-sort="ascending"]', { hasText: 'anomaly' }).waitFor();
	const ids = await page.locator('.res td.what a').allInnerTexts();
	await page.getByRole('button', { name: /^Download/ }).click();
	const [file] = await Promise.all([
		page.waitForEvent('download'),
		page.locator('#download a[href*="format=csv"]').first().click(),
	]);
	const lines = readTable(await readFile(await file.path(), 'utf8'));
	expect(lines.slice(0, ids.length).map((line) => line['objectId'])).toEqual(ids);
	await page.keyboard.press('Escape');

	// the order goes with its column
	await page.getByRole('button', { name: /^Columns/ }).click();
	await page.getByRole('button', { name: 'Remove score:anomaly:anomaly' }).click();
	await page.waitForURL(({ searchParams }) => searchParams.get('more') === 'snr');
	expect(new URL(page.url()).searchParams.has('sort')).toBe(false);
	await page.context().close();
});

it('is shown as cards, with its columns, before any script runs', async () => {
	const context = await browser.newContext({ javaScriptEnabled: false, viewport: SIZES[0] });
	const page = await context.newPage();
	await page.goto(`${running.url}/search?view=cards&more=score:anomaly:anomaly`);
	const first = page.locator('.cards article').first();
	await first.getByText('anomaly').first().waitFor();
	expect(await first.locator('dd').innerText()).toMatch(/^\d\.\d+$/);
	await page.getByRole('group', { name: 'How it is shown' }).getByRole('link', { name: 'table' }).click();
	await page.locator('.res th', { hasText: 'anomaly' }).waitFor();
	await page.goto(`${running.url}/search?more=no.such.field`);
	await page.getByText('There is no column no.such.field').waitFor();
	await context.close();
});

it('gives up the facets of a search that another has replaced', async () => {
	const { page } = await openPage(browser, running.url, SIZES[0]);
	const failed: string[] = [];
	page.on('requestfailed', (request) => failed.push(`${request.failure()?.errorText ?? ''} ${request.url()}`));
	let isFirst = true;
	await page.route(/\/api\/v1\/facets/, async (route) => {
		// the first is never answered
		if (!isFirst) await route.continue();
		isFirst = false;
	});
	await page.goto(`${running.url}/search?kind=alerts`);
	await expect.poll(() => isFirst).toBe(false);
	await page.getByRole('link', { name: 'Solar system', exact: true }).click();
	await page.waitForURL(/rock=true/);
	await page.locator('.facets[aria-busy="false"]').waitFor();
	expect(failed.filter((text) => text.includes('/api/v1/facets'))).toEqual([
		expect.stringMatching(/^net::ERR_ABORTED \S+\/api\/v1\/facets(?!.*rock)/),
	]);
	await page.context().close();
});
