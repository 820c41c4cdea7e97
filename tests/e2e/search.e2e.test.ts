import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatSexagesimal } from '#lib/astro/position.ts';
import { makeHome, removeHome, type Running, simulateNights, startNightjar } from '../support/nightjar.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, settled, SIZES } from './browser.ts';
import { readTable } from './csv.ts';

interface Row {
	readonly survey: string;
	readonly objectId: string;
	readonly ra: number;
	readonly dec: number;
	readonly ssoName: string | null;
}

const python = process.env['NIGHTJAR_PYTHON_ASTROPY'] ?? '/usr/bin/python3';
const hasAstropy = spawnSync(python, ['-c', 'import astropy.samp, astropy.io.votable']).status === 0;
const home = makeHome();
let browser: Browser;
let running: Running;
let rows: Row[];

beforeAll(async () => {
	browser = await openBrowser();
	const packets = join(home, 'packets');
	await simulateNights(packets, home, { seed: 11, nights: 3, perNight: 150 });
	running = await startNightjar(['--alerts', packets], home);
	await running.printed(/ingest has finished/, 240_000);
	const answer = await fetch(`${running.url}/api/v1/objects?limit=1000`);
	rows = ((await answer.json()) as { rows: Row[] }).rows;
});
afterAll(async () => {
	await browser.close();
	await running.stop();
	removeHome(home);
});

/** The total that the page states. */
async function total(page: Page): Promise<number> {
	return Number((await page.locator('.tot output').innerText()).replace(/\D/g, ''));
}

async function download(page: Page): Promise<Record<string, string>[]> {
	await page.getByRole('button', { name: /^Download/ }).click();
	const [file] = await Promise.all([
		page.waitForEvent('download'),
		page.locator('#download a[href*="format=csv"]').first().click(),
	]);
	return readTable(await readFile(await file.path(), 'utf8'));
}

it('keeps what is typed before the script of the page runs', async () => {
	// not by openPage: whatever is done there waits for the script
	const page = await browser.newPage();
	page.setDefaultTimeout(60_000);
	let release = (): void => undefined;
	const held = new Promise<void>((resolve) => (release = resolve));
	await page.route('**/_app/immutable/entry/app*', async (route) => {
		await held;
		await route.continue();
	});
	await page.goto(`${running.url}/search?nightFrom=2026-11-10`, { waitUntil: 'commit' });
	const box = page.getByRole('textbox').first();
	await box.pressSequentially('180 +30');
	const from = page.getByLabel('First night');
	await from.fill('2026-11-11');
	expect(await page.locator('html[data-hydrated]').count()).toBe(0);
	release();
	await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
	expect(await box.inputValue()).toBe('180 +30');
	expect(await from.inputValue()).toBe('2026-11-11');
	await box.press('Enter');
	await page.waitForURL(/nightFrom=2026-11-11/);
	expect(new URL(page.url()).searchParams.get('q')).toBe('180 +30');
	await page.context().close();
});

it('is brushed by the pointer over a histogram, and set free again', async () => {
	const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
	await page.goto(`${running.url}/search`);
	await page.locator('.facets[aria-busy="false"]').waitFor();
	const all = await total(page);
	const plot = page.getByRole('group', { name: /^Magnitude, AB:/ }).locator('.plot');
	await plot.scrollIntoViewIfNeeded();
	const room = await plot.boundingBox();
	if (!room) throw new Error('no histogram of magnitudes');
	// 52 bars of a quarter of a magnitude from 12: the middle of the one at 19, and of the one that ends at 20.5
	const at = (bar: number): [number, number] => [room.x + (room.width * (bar + 0.5)) / 52, room.y + room.height / 2];
	await page.mouse.move(...at(28));
	await page.mouse.down();
	await page.mouse.move(...at(33), { steps: 4 });
	await page.mouse.up();
	await page.waitForURL(
		({ searchParams }) => searchParams.get('magMin') === '19' && searchParams.get('magMax') === '20.5',
	);
	const alerts = readTable(await (await fetch(`${running.url}/api/v1/alerts?format=csv`)).text());
	const inside = new Set(
		alerts
			.filter(({ mag = '' }) => mag !== '' && Number(mag) >= 19 && Number(mag) <= 20.5)
			.map(({ survey = '', objectId = '' }) => `${survey} ${objectId}`),
	);
	expect(inside.size).toBeGreaterThan(0);
	expect(inside.size).toBeLessThan(all);
	await expect.poll(() => total(page)).toBe(inside.size);
	await page.getByRole('button', { name: 'Clear Magnitude, AB, now 19–20.5' }).click();
	await page.waitForURL(({ searchParams }) => !searchParams.has('magMin') && !searchParams.has('magMax'));
	await expect.poll(() => total(page)).toBe(all);
	expect(complaints.console).toEqual([]);
	await page.context().close();
});

it('lists every class that has alerts, and takes together those chosen faster than rows come', async () => {
	const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
	const counted = (await (await fetch(`${running.url}/api/v1/facets`)).json()) as {
		facets: { name: string; bins: { key: string; alerts: number }[] }[];
	};
	const classes = counted.facets.find(({ name }) => name === 'class')?.bins ?? [];
	// with six or fewer nothing could be left out
	expect(classes.length).toBeGreaterThan(6);
	// rows come late
	await page.route('**/search/__data.json*', async (route) => {
		await new Promise((resolve) => setTimeout(resolve, 1500));
		await route.continue();
	});
	await page.goto(`${running.url}/search`);
	await page.locator('.facets[aria-busy="false"]').waitFor();
	const buttons = page.getByRole('group', { name: 'Class', exact: true }).locator('button[aria-pressed]');
	const most = classes.map(({ alerts }) => alerts).sort((a, b) => b - a);
	const numbers = await buttons.locator('.num').allInnerTexts();
	expect(numbers.map((text) => Number(text.replaceAll(',', '')))).toEqual(most);
	for (const at of [0, 2, 6]) await buttons.nth(at).click();
	// chosen at once, before any row came
	expect(await buttons.and(page.locator('[aria-pressed="true"]')).count()).toBe(3);
	await page.waitForURL(({ searchParams }) => searchParams.get('class')?.split(',').length === 3);
	await expectClean(page, complaints);
	await page.context().close();
});

it('gives no rows of something else where a text is not understood, and says which ends to exchange', async () => {
	const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
	await page.goto(`${running.url}/search?q=${encodeURIComponent('😀')}`);
	await settled(page);
	await page.getByText('This cannot be read yet').waitFor();
	expect(await page.locator('.facets').count()).toBe(0);
	expect(await page.locator('a[href*="format=csv"], a[href^="/scan?"], a[href^="/filters/new"]').count()).toBe(0);
	await page.goto(`${running.url}/search?magMin=21&magMax=18`);
	await page.getByText('Magnitude is asked for from 21 to 18, and nothing lies between: exchange the two.').waitFor();
	await expectClean(page, complaints);
	await page.context().close();
});

it('keeps what was brushed or chosen elsewhere when the box is sent, with and without script', async () => {
	const chosen = {
		...{ reliabilityMax: '0.99', nDetectionsMax: '900', ageMin: '0', ageMax: '5000' },
		...{ mjdFrom: '50000', sort: '-mag', col: 'mag', kind: 'alerts' },
	};
	for (const javaScriptEnabled of [true, false]) {
		const context = await browser.newContext({ javaScriptEnabled, viewport: SIZES[0] });
		const page = await context.newPage();
		page.setDefaultTimeout(60_000);
		await page.goto(`${running.url}/search?${new URLSearchParams({ ...chosen, band: 'r', magMax: '25' }).toString()}`);
		if (javaScriptEnabled) await settled(page);
		await page.getByRole('textbox').first().fill('g<24');
		await page.getByRole('button', { name: 'Search', exact: true }).click();
		await page.waitForURL((url) => url.searchParams.get('q') === 'g<24' && !url.searchParams.has('was'));
		const asked = Object.fromEntries(new URL(page.url()).searchParams);
		expect(asked).toMatchObject({ ...chosen, q: 'g<24' });
		// what the new text says itself
		expect(asked).not.toHaveProperty('band');
		expect(asked).not.toHaveProperty('magMax');
		await context.close();
	}
});

describe.each(SIZES)('a search at $width px', (size) => {
	it('leads from a coordinate, as people write it, to the object there', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		const [one] = rows;
		if (!one) throw new Error('no objects');
		await page.goto(`${running.url}/search`);
		await page
			.getByRole('textbox')
			.first()
			.fill(`${formatSexagesimal(one.ra, one.dec)} 5"`);
		await page.getByRole('button', { name: 'Search', exact: true }).click();
		await page.locator('th', { hasText: 'Distance' }).waitFor({ state: 'attached' });
		await page.getByRole('link', { name: one.objectId }).first().click();
		await page.waitForURL(new RegExp(`/objects/${one.survey}/`));
		expect(await page.locator('h1').first().innerText()).toContain(one.objectId.slice(-6));
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('understands names, in the box and in the palette', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		await page.goto(`${running.url}/search`);
		await page.getByRole('textbox').first().fill("m31 2' g<19");
		await page.getByRole('button', { name: 'Search', exact: true }).click();
		const means = page.locator('#means');
		await means.getByText('M 31 (catalogue DeepSky)').waitFor();
		expect(await means.innerText()).toMatch(
			/position\s+10\.684700 \+41\.268750\s*radius\s+2'\s*g magnitude\s+at most 19/,
		);
		await page.goto(`${running.url}/search?q=hello+world`);
		await means.getByText(/“hello world” was not understood: it is no name in what is loaded here/).waitFor();
		await expectNoSidewaysScroll(page);

		const dialog = page.getByRole('dialog', { name: 'Go to' });
		const moving = rows.find(({ ssoName }) => ssoName !== null)?.ssoName ?? '';
		expect(moving).toMatch(/^SIM/);
		const first = rows.find(({ survey }) => survey === 'ztf')?.objectId ?? '';
		expect(first).toMatch(/^SIM\d\d[a-z]{7}$/);
		for (const [typed, word, to] of [
			['vega', 'Vega', /\/search\?q=vega$/],
			[moving.toLowerCase(), moving, new RegExp(`/objects/sso/${moving}$`)],
			['catalogues', 'Catalogues', /\/catalogs$/],
			[first.toLowerCase().slice(0, -2), first, new RegExp(`/objects/ztf/${first}$`)],
			['supernov', 'filter', /\/filters\/[\w.-]+$/],
		] as const) {
			await settled(page);
			await page.keyboard.press('Control+k');
			await dialog.waitFor();
			await page.keyboard.type(typed);
			const option = dialog
				.getByRole('option')
				.filter({ has: page.getByText(word, { exact: true }) })
				.first();
			await option.waitFor();
			await expectClean(page, complaints);
			await option.click();
			await page.waitForURL(to);
		}
		await page.context().close();
	});

	it('explains every facet in its heading line', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		await page.goto(`${running.url}/search`);
		const strip = page.locator('.facets[aria-busy="false"]');
		await strip.waitFor();
		for (const [facet, meaning] of [
			['the magnitudes', 'AB magnitude of |psfFlux|; see positive. Unit: mag.'],
			['the real/bogus scores', 'named by reliabilityModel'],
			['the ages', 'mjd - firstMjd. Unit: d.'],
			['the detections', 'Detections of the object so far, by the survey. No unit.'],
			['the nights', 'Only nights since 20'],
			['the classes', 'named with their version by classModel'],
			['the surveys', 'Survey that issued the alert'],
		] as const) {
			const button = strip.getByRole('button', { name: `About ${facet}`, exact: true });
			const head = button.locator('..');
			if (facet !== 'the surveys') expect((await head.boundingBox())?.height, facet).toBe(24);
			await button.click();
			const help = page.getByRole('dialog', { name: `About ${facet}` });
			await help.waitFor();
			const text = await help.innerText();
			expect(text).toContain(meaning);
			expect(text).toContain('Every one was counted');
			expect(text).toContain('/api/v1/facets');
			if (facet === 'the nights') {
				await expectNoSidewaysScroll(page);
				await expectClean(page, complaints);
			}
			await page.keyboard.press('Escape');
			await help.waitFor({ state: 'hidden' });
		}
		await page.context().close();
	});

	it('is brushed by keys to a sample, downloaded whole, and shared by its address', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		await page.goto(`${running.url}/search`);
		const before = await total(page);
		const faint = page.getByRole('slider', { name: 'Magnitude, AB, to' });
		await faint.waitFor();
		let now = before;
		for (let presses = 0; presses < 60 && now > 50; presses += 1) {
			const held = page.url();
			await faint.press('ArrowLeft');
			await page.waitForURL((url) => url.href !== held);
			// the table, and the files offered of it, follow the address
			const limit = new URL(page.url()).searchParams.get('magMax') ?? '';
			await page.locator(`#download a[href*="magMax=${limit}&"]`).first().waitFor({ state: 'attached' });
			now = await total(page);
		}
		expect(now).toBeGreaterThan(0);
		expect(now).toBeLessThanOrEqual(50);
		const limit = Number(new URL(page.url()).searchParams.get('magMax'));
		const listed = await download(page);
		expect(listed).toHaveLength(now);
		for (const row of listed) expect(Number(row['lastMag'])).toBeLessThanOrEqual(limit);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);

		const other = await openPage(browser, new URL(running.url).origin, size);
		await other.page.goto(page.url());
		expect(await total(other.page)).toBe(now);
		await Promise.all([page.context().close(), other.page.context().close()]);
	});

	it('asks for flags by boxes and in words, in the address, the facets and a filter, and is remembered', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		await page.goto(`${running.url}/search?kind=alerts`);
		const all = await total(page);
		const counts: number[] = [];
		for (const value of ['true', 'false']) {
			await page.goto(`${running.url}/search?kind=alerts`);
			await page.getByText('Narrow by night').click();
			await page.getByLabel('Solar-system object').selectOption(value);
			await page.getByRole('button', { name: 'Apply' }).click();
			await page.waitForURL((url) => url.searchParams.get('rock') === value);
			counts.push(await total(page));
			const listed = await download(page);
			expect(listed).toHaveLength(counts.at(-1) ?? -1);
			const answer = await fetch(`${running.url}/api/v1/facets?rock=${value}`);
			const { facets } = (await answer.json()) as { facets: { name: string; bins: { alerts: number }[] }[] };
			const bins = facets.find(({ name }) => name === 'survey')?.bins ?? [];
			expect(bins.reduce((sum, { alerts }) => sum + alerts, 0)).toBe(counts.at(-1));
		}
		expect(counts[0]).toBeGreaterThan(0);
		expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(all);
		await page.getByRole('textbox').first().fill('rock=false positive=yes');
		await page.getByRole('button', { name: 'Search', exact: true }).click();
		await page.locator('#means', { hasText: 'solar-system object' }).waitFor();
		await page.getByText('Earlier searches in this browser').click();
		await page.getByRole('link', { name: 'rock=false positive=yes' }).waitFor();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.getByRole('link', { name: 'Save as a filter' }).click();
		await page.waitForURL(/\/filters\/new/);
		await page.locator('.cm-content', { hasText: 'not rock' }).waitFor();
		await page.context().close();
	});

	it('says how it reads a text while it is typed, and nothing moves', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		await page.goto(`${running.url}/search`);
		await settled(page);
		const means = page.locator('#means');
		const below = page.locator('.quick');
		const before = await below.boundingBox();
		const box = page.getByRole('textbox').first();
		for (const [text, reads] of [
			[
				"150.1 +2.2 2' g<19",
				/Will be read as: objects\s+g magnitude\s+at most 19\s+position\s+150\.100000 \+2\.200000\s+radius\s+2'/,
			],
			['M 31', /Will be read as: objects\s+perhaps a name\s+M 31/],
			['class unicorn', /Not understood yet: There is no class unicorn/],
			['last 6h', /the last 6 h before the newest alert, from 2\d{3}-/],
		] as const) {
			await box.fill(text);
			await expect.poll(() => means.innerText()).toMatch(reads);
			expect(await below.boundingBox()).toEqual(before);
		}
		await page.getByRole('status').filter({ hasText: 'Will be read as: objects, time the last 6 h' }).waitFor();
		await expectClean(page, complaints);
		await box.press('Enter');
		await page.waitForURL(/q=last/);
		await expect.poll(() => means.innerText()).toMatch(/^Read as: objects\s+time\s+the last 6 h/);
		await page.getByRole('button', { name: 'About the search box' }).click();
		await page.getByRole('dialog', { name: 'About the search box' }).getByText('a name, with a radius').waitFor();
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('draws its rows on the sky when asked to, and picks them out of the table', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		await page.goto(`${running.url}/search`);
		await settled(page);
		expect(await page.getByRole('img', { name: /^Map of / }).count()).toBe(0);
		await page.getByText('Where these rows lie on the sky').click();
		const map = page.getByRole('img', { name: /^Map of \d+ rows: the whole sky/ });
		await map.waitFor();
		const listed = await page.locator('.res tbody tr').count();
		expect(await map.locator('.mark').count()).toBe(listed);
		await map.locator('.mark').nth(3).click();
		const picked = page.locator('.res tr[aria-current="true"]');
		await picked.waitFor();
		const name = await page.getByText('Picked:').locator('a').innerText();
		expect(await picked.locator('a.id').innerText()).toBe(name);
		await page.getByRole('button', { name: 'Next row' }).click();
		await expect.poll(() => picked.locator('a.id').innerText()).not.toBe(name);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		// a small cone lies about its centre, and the map is open again
		const [one] = rows;
		await page.goto(`${running.url}/search?q=${one?.ra ?? 0}+${one?.dec ?? 0}+5%22`);
		await page.getByRole('img', { name: /^Map of \d+ rows?: 5\.0″ around / }).waitFor();
		await page.context().close();
	});

	it('narrows by hours, by times as people write them, and by presets', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		await page.goto(`${running.url}/search?kind=alerts`);
		const all = await total(page);
		const alerts = readTable(await (await fetch(`${running.url}/api/v1/alerts?format=csv`)).text());
		const times = alerts.map(({ mjd = '' }) => Number(mjd));
		const newest = Math.max(...times);
		await page.getByRole('link', { name: '24 h', exact: true }).click();
		await page.waitForURL((url) => url.searchParams.has('mjdFrom'));
		const from = Number(new URL(page.url()).searchParams.get('mjdFrom'));
		expect(newest - 1 - from).toBeGreaterThanOrEqual(0);
		expect(newest - 1 - from).toBeLessThan(1.1 / 86_400);
		const recent = times.filter((mjd) => mjd >= from).length;
		expect(recent).toBeGreaterThan(0);
		expect(recent).toBeLessThan(all);
		await expect.poll(() => total(page)).toBe(recent);
		// the boxes hold it, and take it as another number too
		const box = page.getByLabel('From, UTC, MJD or JD');
		expect(await box.inputValue()).toMatch(/^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
		await box.fill(`JD ${Math.floor(newest) + 2_400_000.5}`);
		await page.getByRole('button', { name: 'Apply' }).click();
		await page.waitForURL((url) => url.searchParams.get('mjdFrom') === String(Math.floor(newest)));
		await expect.poll(() => total(page)).toBe(times.filter((mjd) => mjd >= Math.floor(newest)).length);
		await page.getByLabel('Until, UTC, MJD or JD').fill('teatime');
		await page.getByRole('button', { name: 'Apply' }).click();
		await page.getByText('“teatime” is not a time: write a UTC date').waitFor();
		expect(await page.getByLabel('Until, UTC, MJD or JD').inputValue()).toBe('teatime');
		await page.goto(`${running.url}/search?kind=alerts&q=last+24h`);
		expect(await total(page)).toBe(recent);

		await page.goto(`${running.url}/search?kind=alerts&class=sn`);
		const preset = page.getByRole('link', { name: 'Solar system', exact: true });
		await preset.click();
		await page.waitForURL((url) => url.searchParams.get('rock') === 'true');
		expect(new URL(page.url()).searchParams.get('class')).toBe('sn');
		await page.getByRole('link', { name: 'Transient', exact: true }).click();
		await page.waitForURL((url) => url.searchParams.get('rock') === 'false');
		for (const [flag, value] of [
			['star', 'false'],
			['nearBrightStar', 'false'],
			['stationary', 'true'],
			['positive', 'true'],
		] as const) {
			expect(new URL(page.url()).searchParams.get(flag)).toBe(value);
		}
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('shows the columns that are chosen, keeps them in its address, and never none', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		await page.goto(`${running.url}/search?sort=-mag`);
		await page.getByRole('button', { name: /^Columns/ }).click();
		const panel = page.getByRole('dialog', { name: 'Columns' });
		await panel.getByRole('checkbox', { name: /^l / }).check();
		await page.waitForURL(/col=l/);
		await panel.getByRole('checkbox', { name: /^RA/ }).uncheck();
		await page.waitForURL((url) => !url.searchParams.getAll('col').includes('ra'));
		const asked = new URL(page.url()).searchParams;
		expect(asked.getAll('col')).toContain('l');
		expect(asked.get('sort')).toBe('-mag');
		const heads = await page.locator('table thead th').allInnerTexts();
		await page.reload();
		expect(await page.locator('table thead th').allInnerTexts()).toEqual(heads);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.goto(`${running.url}/search?col=nonsense&col=%3Cscript%3E`);
		expect(await page.locator('table thead th', { hasText: 'RA' }).count()).toBe(1);
		await expectClean(page, complaints);
		await page.context().close();
	});
});

describe('what the script of a page reads', () => {
	const CALLS = /\/api\/v1\/(?:facets|sky)\b/;
	/** A page whose calls are answered by a status of their own until they are let through. */
	async function openWith(path: string, status: number): Promise<{ page: Page; letThrough: () => Promise<void> }> {
		const { page } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		const refuse = (route: Route): Promise<void> => route.fulfill({ status, json: {} });
		await page.route(CALLS, refuse);
		await page.goto(`${running.url}${path}`);
		return { page, letThrough: () => page.unroute(CALLS, refuse) };
	}

	it('comes by itself after the store was away', async () => {
		const search = await openWith('/search', 503);
		await search.page.getByText('could not be counted now').waitFor();
		await search.letThrough();
		await search.page.locator('.facets[aria-busy="false"]').waitFor();
		await search.page.context().close();

		const tonight = await openWith('/', 503);
		const problem = tonight.page.getByText('alerts cannot be read now (503)');
		await problem.waitFor();
		expect(await tonight.page.locator('.key dt').count()).toBe(0);
		await tonight.letThrough();
		await tonight.page.locator('.key dt').first().waitFor();
		await problem.waitFor({ state: 'detached' });
		await tonight.page.context().close();
	});

	it('comes when the reader asks for it again', async () => {
		// nothing asks again by itself what was refused for good
		const { page, letThrough } = await openWith('/sky', 400);
		await page.getByText('The map cannot be read now (400).', { exact: true }).waitFor();
		await letThrough();
		await page.getByRole('button', { name: 'Try again' }).click();
		await page.getByText(/ alerts in view, drawn /).waitFor();
		expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
		await page.context().close();
	});
});

describe('the download menu', () => {
	it('tells how large a file will be, and has the light curves and the cutouts of what was found', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		await page.goto(`${running.url}/search?magMax=17&kind=alerts`);
		const listed = await total(page);
		await settled(page);
		await page.getByRole('button', { name: /^Download/ }).click();
		const links = page.locator('#download a');
		const bytesOf = async (word: string): Promise<Buffer> => {
			const href = await links.filter({ hasText: word }).first().getAttribute('href');
			return Buffer.from(await (await fetch(new URL(href ?? '', running.url))).arrayBuffer());
		};
		const units: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6 };
		for (const word of ['CSV', 'NDJSON', 'Parquet', 'Arrow', 'VOTable']) {
			const text = await links.filter({ hasText: word }).first().innerText();
			const [, value, unit] = /about ([\d.]+) (B|kB|MB)/.exec(text) ?? [];
			const told = Number(value) * (units[unit ?? ''] ?? Number.NaN);
			const size = (await bytesOf(word)).length;
			expect(told / size, `${word}: ${text}, ${size} bytes`).toBeGreaterThan(0.6);
			expect(told / size, `${word}: ${text}, ${size} bytes`).toBeLessThan(1.6);
		}
		expect((await bytesOf('Light curves')).toString()).toMatch(/^survey,objectId,/);
		const names = (await bytesOf('Cutouts'))
			.toString('latin1')
			.match(/nightjar-cutouts\/[\w.-]+-science\.fits(?:\.gz)?/g);
		expect(new Set(names).size).toBe(Math.min(200, listed));
		await expectClean(page, complaints);
		await page.context().close();
	});
});

describe('a table sent by SAMP', () => {
	let hub: ChildProcessWithoutNullStreams | undefined;
	afterAll(() => {
		hub?.stdin.end();
		hub?.kill();
	});

	it('says what to do where no hub answers', async () => {
		const { page } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		await page.goto(`${running.url}/search`);
		await settled(page);
		await page.getByRole('button', { name: /^Download/ }).click();
		await page.getByRole('button', { name: 'Send to TOPCAT' }).click();
		await page.getByText('start TOPCAT or Aladin').waitFor();
		await page.context().close();
	});

	it.skipIf(!hasAstropy)(
		'is loaded by a program at the hub, whole, and the page says what each made of it',
		async () => {
			hub = spawn(python, [join(import.meta.dirname, '../support/samp_hub.py'), join(home, 'samp.lock')]);
			const lines: AsyncIterator<string, undefined> = createInterface({ input: hub.stdout })[Symbol.asyncIterator]();
			const next = async (): Promise<string> => {
				for (;;) {
					const line = await lines.next();
					if (line.done === true) throw new Error('the hub ended');
					if (!line.value.startsWith('INFO')) return line.value;
				}
			};
			expect(await next()).toBe('ready');
			const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
			await page.goto(`${running.url}/search?magMax=20`);
			const listed = await total(page);
			await settled(page);
			await page.getByRole('button', { name: /^Download/ }).click();
			await page.getByRole('button', { name: 'Send to TOPCAT' }).click();
			const said = page.locator('#download [role=status]');
			await expect.poll(() => said.innerText()).toContain('Loaded by reader of tables.');
			expect(await said.innerText()).toContain('reader of pictures did not load it: no picture in it.');
			const loaded = JSON.parse(await next()) as { mtype: string; rows: number; columns: string[] };
			expect(loaded.mtype).toBe('table.load.votable');
			expect(loaded.rows).toBe(listed);
			expect(loaded.columns).toEqual(expect.arrayContaining(['objectId', 'ra', 'dec']));
			expect(complaints.console).toEqual([]);
			await page.context().close();
		},
	);
});
