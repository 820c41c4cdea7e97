import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, removeHome, type Running, simulateNights, startNightjar } from '../support/nightjar.ts';
import {
	expectClean,
	expectExplained,
	expectNoSidewaysScroll,
	openBrowser,
	openPage,
	settled,
	SIZES,
} from './browser.ts';
import { readTable } from './csv.ts';
import { publicAlerts } from './packets.ts';

const samples = process.env['NIGHTJAR_SAMPLES'];
const realPackets = samples === undefined ? null : join(samples, 'alerts', 'ztf');

let browser: Browser;
beforeAll(async () => {
	browser = await openBrowser();
});
afterAll(async () => {
	await browser.close();
});

async function textOf(download: Download): Promise<string> {
	return readFile(await download.path(), 'utf8');
}

/** Whether the first painted cutout holds more than one shade: an empty canvas has one. */
function isPainted(page: Page): Promise<boolean> {
	return page
		.locator('canvas[data-painted]')
		.first()
		.evaluate((element) => {
			if (!(element instanceof HTMLCanvasElement)) return false;
			const pixels = element.getContext('2d')?.getImageData(0, 0, element.width, element.height).data;
			return pixels !== undefined && new Set(new Uint32Array(pixels.buffer)).size > 8;
		});
}

/** Goes from Tonight to the first object that is offered; answers survey and object id. */
async function openFirstObject(page: Page): Promise<{ survey: string; objectId: string }> {
	await page.locator('main a[href^="/objects/"]:visible').first().click();
	await page.waitForURL(/\/objects\//);
	const [, , survey = '', objectId = ''] = new URL(page.url()).pathname.split('/');
	return { survey, objectId: decodeURIComponent(objectId) };
}

interface AnObject {
	readonly survey: string;
	readonly objectId: string;
	readonly ra: number;
	readonly lastMjd: number;
	readonly lastAlertId: string;
}

const [DESKTOP] = SIZES;
/** Readers whose browser is not the usual one. */
const READERS = [
	{ name: 'without script', width: DESKTOP.width, height: DESKTOP.height, script: false, locale: 'en-GB' },
	{ name: 'in German', width: DESKTOP.width, height: DESKTOP.height, script: true, locale: 'de-DE' },
	{ name: 'on a screen of 4K', width: 3840, height: 2160, script: true, locale: 'en-GB' },
] as const;

/** Share of the window's width from the first to the last text of the page's content. */
const TEXT_WIDTH = `(() => {
	const boxes = [...document.querySelectorAll('main *')]
		.filter((el) => [...el.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '') && el.checkVisibility())
		.map((el) => el.getBoundingClientRect())
		.filter(({ width, height }) => width > 1 && height > 1);
	return (Math.max(...boxes.map(({ right }) => right)) - Math.min(...boxes.map(({ left }) => left))) / innerWidth;
})()`;

const SKIES = [
	{ name: 'a simulated sky', real: false },
	{ name: 'real packets', real: true },
] as const;

describe.each(SKIES)('$name', ({ real }) => {
	const missing = real && (realPackets === null || !existsSync(realPackets));
	const home = makeHome();
	let packets = '';
	let running: Running;
	/** Alert id to object id, of every public packet, as decoded from the files themselves. */
	let truth: Map<string, string>;

	beforeAll(async () => {
		if (missing) return;
		packets = real ? (realPackets ?? '') : join(home, 'packets');
		if (!real) {
			await simulateNights(packets, home, { seed: 7, nights: 2, perNight: 120 });
		}
		truth = await publicAlerts(packets);
		running = await startNightjar(['--alerts', packets], home);
		await running.printed(/ingest has finished/, 240_000);
	});

	afterAll(async () => {
		if (!missing) await running.stop();
		removeHome(home);
	});

	describe.each(SIZES)('at $width px', (size) => {
		it.skipIf(missing)('leads from Tonight over an object to its cutouts and its CSV', async () => {
			const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
			await page.goto(running.url);
			await page.locator('[data-ready]').first().waitFor();
			expect(await page.locator('h1').first().textContent()).toContain('Night of');
			await expectNoSidewaysScroll(page);
			await expectClean(page, complaints);
			await expectExplained(page);
			for (const what of ['the night', 'the map', 'the newest alerts', 'the hours of the night']) {
				await page.getByRole('button', { name: `About ${what}`, exact: true }).waitFor();
			}

			const { survey, objectId } = await openFirstObject(page);
			await page.locator('canvas[data-painted]').first().waitFor();
			await expect.poll(() => isPainted(page)).toBe(true);
			expect(await page.locator('h1').first().textContent()).toContain(objectId.slice(-6));
			await expectNoSidewaysScroll(page);
			await expectClean(page, complaints);
			await expectExplained(page);
			for (const what of ['what stands at the head', 'the light curve', 'the cutouts']) {
				await page.getByRole('button', { name: `About ${what}`, exact: true }).waitFor();
			}

			const [download] = await Promise.all([
				page.waitForEvent('download'),
				page.locator(`a[download][href*="/photometry?format=csv"]:visible`).first().click(),
			]);
			const rows = readTable(await textOf(download));
			expect(rows.length).toBeGreaterThan(0);
			expect(new Set(rows.map((row) => row['objectId']))).toEqual(new Set([objectId]));
			expect(new Set(rows.map((row) => row['survey']))).toEqual(new Set([survey]));
			const own = [...truth].filter(([key, object]) => key.startsWith(`${survey} `) && object === objectId);
			const ids = new Set(rows.map((row) => row['alertId']));
			for (const [key] of own) expect(ids).toContain(key.split(' ')[1]);
			await page.context().close();
		});

		it.skipIf(missing)('lists every alert once in the CSV of a search, ids exact', async () => {
			const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
			await page.goto(`${running.url}/search?kind=alerts`);
			await page.getByRole('button', { name: /^Download/ }).click();
			const [download] = await Promise.all([
				page.waitForEvent('download'),
				page.locator('#download a[href*="format=csv"]').first().click(),
			]);
			const rows = readTable(await textOf(download));
			const listed = rows.map((row) => `${row['survey'] ?? ''} ${row['alertId'] ?? ''}`).sort();
			expect(listed).toEqual([...truth.keys()].sort());
			for (const row of rows) {
				expect(row['objectId']).toBe(truth.get(`${row['survey'] ?? ''} ${row['alertId'] ?? ''}`));
			}
			await expectNoSidewaysScroll(page);
			await expectClean(page, complaints);
			await page.context().close();
		});

		it.skipIf(missing)('changes between dark and light, remembers it, and reads well in both', async () => {
			const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
			await page.goto(running.url);
			await page.locator('[data-ready]').first().waitFor();
			const theme = (): Promise<string | null> => page.locator('html').getAttribute('data-theme');
			const before = await theme();
			await page.getByRole('button', { name: 'Switch between dark and light' }).click();
			const after = await theme();
			expect(after).not.toBe(before);
			await page.reload();
			await page.locator('[data-ready]').first().waitFor();
			expect(await theme()).toBe(after);
			await expectClean(page, complaints);
			await page.context().close();
		});

		it.skipIf(missing)('goes to an object from the palette, by keys alone', async () => {
			const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
			await page.goto(`${running.url}/search`);
			await settled(page);
			const [key = '', objectId = ''] = [...truth][0] ?? [];
			await page.keyboard.press('Control+k');
			await page.getByRole('dialog', { name: 'Go to' }).waitFor();
			await page.keyboard.type(objectId);
			await expectClean(page, complaints);
			await page.keyboard.press('Enter');
			await page.waitForURL(new RegExp(`/objects/${key.split(' ')[0] ?? ''}/`));
			expect(decodeURIComponent(page.url())).toContain(objectId);
			await page.context().close();
		});

		it.skipIf(missing)('has clean pages for status, fields, search, alert, and for what does not exist', async () => {
			const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
			const [survey = '', alertId = ''] = ([...truth.keys()][0] ?? '').split(' ');
			for (const path of ['/status', '/docs', '/search', `/alerts/${survey}/${alertId}`]) {
				const answer = await page.goto(`${running.url}${path}`);
				expect(answer?.status(), path).toBe(200);
				await page.waitForLoadState('networkidle');
				await expectNoSidewaysScroll(page);
				await expectClean(page, complaints);
				if (path === '/status') await expectExplained(page);
			}
			const none = await page.goto(`${running.url}/objects/ztf/ZTF00aaaaaaa`);
			expect(none?.status()).toBe(404);
			await expectNoSidewaysScroll(page);
			// the browser itself reports the status of the page as an error
			complaints.console.splice(0);
			await expectClean(page, complaints);
			await page.context().close();
		});
	});

	it.skipIf(missing || real).each(READERS)('is read $name', async ({ width, height, script, locale }) => {
		const context = await browser.newContext({
			viewport: { width, height },
			javaScriptEnabled: script,
			locale,
			reducedMotion: 'reduce',
		});
		const page = await context.newPage();
		page.setDefaultTimeout(60_000);
		const ask = async (path: string): Promise<unknown> => (await fetch(`${running.url}/api/v1${path}`)).json();
		const { rows } = (await ask('/objects?limit=1')) as { rows: AnObject[] };
		const { newest, counts } = (await ask('/tonight')) as {
			newest: { survey: string; objectId: string }[];
			counts: { alerts: number }[];
		};
		const [one] = rows;
		const [last] = newest;
		if (!one || !last) throw new Error('no objects');
		const objectPath = `/objects/${one.survey}/${one.objectId}`;
		const alertPath = `/alerts/${one.survey}/${one.lastAlertId}`;
		const ofNight = counts.reduce((sum, { alerts }) => sum + alerts, 0).toLocaleString('en-US');
		const PAGES = [
			['/', 'Night of', `.tick li a[href^="/objects/${last.survey}/${last.objectId}"]`, ofNight],
			['/search', 'Search', `tbody tr a[href^="${objectPath}"]`, one.ra.toFixed(5)],
			[objectPath, one.objectId, `#points tbody tr a[href^="${alertPath}"]`, one.ra.toFixed(6)],
			[alertPath, one.lastAlertId, `h1 a[href^="${objectPath}"]`, one.lastMjd.toFixed(6)],
			['/status', 'Status', '#nights tbody tr td', truth.size.toLocaleString('en-US')],
		] as const;
		for (const [path, title, row, number] of PAGES) {
			await page.goto(`${running.url}${path}`);
			if (script) await settled(page);
			expect(await page.locator('h1').first().innerText(), path).toContain(title);
			await page.locator(row).first().waitFor();
			const text = await page.locator('main').innerText();
			expect(text, path).toContain(number);
			expect(text, path).toMatch(/\d\.\d/);
			// a comma stands between thousands alone
			expect(/\d,(?!\d{3}(?!\d))\d+/.exec(text)?.[0], path).toBe(undefined);
			if (script) await expectNoSidewaysScroll(page);
			expect(await page.evaluate<number>(TEXT_WIDTH), `${path}: width of the content`).toBeGreaterThan(0.6);
			if (path !== objectPath) continue;
			const curve = page.locator('svg[aria-label^="Light curve of"]');
			expect(Number(await curve.getAttribute('data-points'))).toBeGreaterThan(0);
			await curve.locator('path[fill][stroke-width]').first().waitFor();
		}
		await context.close();
	});

	it.skipIf(missing)('accounts on the status page for every packet, by stage and by night', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		await page.goto(`${running.url}/status`);
		await settled(page);
		const cellsOf = async (rows: string): Promise<string[][]> =>
			page
				.locator(rows)
				.evaluateAll((found) =>
					found.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.innerText.trim())),
				);
		const stages = await cellsOf('#rates tbody tr');
		expect(stages.map(([name]) => name)).toEqual(['Received', 'Decoded', 'Enriched', 'Stored', 'Published']);
		// nothing is sent anywhere here, and that is said
		expect(stages.at(-1)).toEqual(['Published', '–', '–', 'nothing was ever sent to output topics']);
		for (const [name, number] of stages.slice(0, -1)) expect(number, name).toMatch(/^[\d,]+$/);

		const answer = (await (await fetch(`${running.url}/api/v1/status`)).json()) as {
			nights: { night: string }[];
			completeness: { received: number; stored: number }[];
		};
		const nights = await cellsOf('#completeness-nights tbody tr:not(.three)');
		const sumOf = (cell: number): number =>
			nights.reduce((sum, cells) => sum + Number((cells[cell] ?? '').replaceAll(',', '')), 0);
		expect(sumOf(3)).toBe(answer.completeness.reduce((sum, { received }) => sum + received, 0));
		expect(sumOf(4)).toBe(answer.completeness.reduce((sum, { stored }) => sum + stored, 0));
		const told = new Set(nights.map(([night]) => night));
		const newest = [...new Set(answer.nights.map(({ night }) => night))].sort().reverse().slice(0, 7);
		for (const night of newest) expect(told).toContain(night);
		// a folder that was read to its end closes its nights
		expect(nights.filter(([night]) => night?.startsWith('2')).map((cells) => cells.at(-1))).not.toContain('open');
		await expectClean(page, complaints);
		await page.context().close();
	});

	it.skipIf(missing || real)('says on every page that it is simulated', async () => {
		const { page } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		const [[key = '', objectId = ''] = []] = truth;
		const [survey = '', alertId = ''] = key.split(' ');
		for (const path of ['/', '/search', '/status', `/objects/${survey}/${objectId}`, `/alerts/${survey}/${alertId}`]) {
			await page.goto(`${running.url}${path}`);
			expect(await page.getByLabel('Origin of the data').textContent(), path).toMatch(/simulated/i);
		}
		await page.context().close();
		await rm(packets, { recursive: true });
	});
});
