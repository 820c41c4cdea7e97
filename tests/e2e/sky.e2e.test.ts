import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSurvey } from '#lib/alert/surveys.ts';
import { nightOf, nightText } from '#lib/astro/time.ts';
import { nightWords } from '#lib/format/text.ts';
import { startWorld, type World } from '../security/world.ts';
import { publish, type TestAlert, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import {
	type Complaints,
	expectClean,
	expectExplained,
	expectNoSidewaysScroll,
	openBrowser,
	openPage,
	SIZES,
	settled,
} from './browser.ts';
import { bluePixels } from './screens.ts';

/** Where the maps below look: an alert of the world lies there, another a degree beside it. */
const PLACE = { ra: 150, dec: 2 } as const;
/** The maps show so many degrees across; the lasso reaches a tenth of it. */
const WIDE = 40;

const CLASS = { class: 'snia', class_score: 0.9, class_model: 'test 1' } as const;
/** Alerts at places of one night, that many nights before the newest. */
const alertsAt = (first: number, before: number, places: readonly (readonly [number, number])[]): TestAlert[] =>
	places.map(([ra, dec], i) => ({
		alertId: BigInt(first + i),
		objectId: `ZTF26sky${first + i}`,
		...{ ra, dec, mag: 17 + i / 4, mjd: TEST_MJD - before + i / 1000, number: 2, columns: CLASS },
	}));
// of the newest night two of the world's, two more inside the lasso, two in view outside of it, and one far away
const NEWEST = alertsAt(300, 0, [[150, 3.5], [149, 1], [158, 2], [142, 3], [20, -30]]); // prettier-ignore
const INSIDE = ['ZTF26openaaa', 'ZTF26openaab', 'ZTF26sky300', 'ZTF26sky301'];
const NIGHTS = { before: 5, between: 6, newest: NEWEST.length + 2 } as const;
const spread = (count: number): [number, number][] => Array.from({ length: count }, (_, i) => [30 * i, 10 * i - 20]);

let browser: Browser;
let world: World;
let page: Page;
let complaints: Complaints;
beforeAll(async () => {
	browser = await openBrowser();
	world = await startWorld({}, { atTheMachine: true });
	const older = [...alertsAt(100_000, 2, spread(NIGHTS.before)), ...alertsAt(200_000, 1, spread(NIGHTS.between))];
	await writeAlerts(world.store, [...NEWEST, ...older]);
	await publish(world.store, 'worker-1', 2);
	({ page, complaints } = await openPage(browser, world.url, SIZES[0]));
	await page.emulateMedia({ colorScheme: 'light' });
});
afterAll(async () => {
	await browser.close();
	await world.stop();
});

const graphicsFail = (): Promise<number> => page.getByText('draws no WebGL').count();
const canvas = () => page.locator('.map canvas');

describe('the map of /sky', () => {
	/** Opens the map at the place, without lines; answers the pixel of the place, once the alerts are drawn. */
	async function openMap(): Promise<{ x: number; y: number }> {
		await page.goto(`${world.url}/sky?ra=${PLACE.ra}&dec=${PLACE.dec}&wide=${WIDE}&centre=${PLACE.ra}&over=`);
		await page.getByText('6 alerts in view, drawn one by one').first().waitFor();
		expect(await graphicsFail()).toBe(0);
		await expect.poll(async () => bluePixels(page, await canvas().screenshot())).toBeGreaterThan(0);
		const box = await canvas().boundingBox();
		if (!box) throw new Error('no map');
		return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
	}

	it('tells of the alert under the pointer, and shows it at a click', async () => {
		const { x, y } = await openMap();
		await page.mouse.move(x, y);
		const tip = page.locator('.map .tip');
		await tip.filter({ hasText: '150.0000 +2.0000' }).waitFor();
		expect(await tip.innerText()).toContain('ZTF 18.50 r');
		await page.mouse.move(x + 60, y - 100);
		await tip.waitFor({ state: 'detached' });
		await page.mouse.click(x, y);
		const card = page.getByRole('region', { name: 'Alert 101', exact: true });
		await card.getByRole('link', { name: 'ZTF26openaaa' }).waitFor();
		for (const what of ['this alert', 'the list', 'the nights', 'the sky map']) {
			await page.getByRole('button', { name: `About ${what}`, exact: true }).waitFor();
		}
		expect(await page.locator('.side tr.chosen').innerText()).toContain('101');
		await card.getByRole('button', { name: 'Close' }).click();
		await card.waitFor({ state: 'detached' });
	});

	it('puts the card of an alert beside it, wherever it lies', async () => {
		// in the middle, and at the upper right, where the card stands otherwise
		for (const [east, south] of [
			[0, 0],
			[0.38, 0.16],
		] as const) {
			const place = `ra=${PLACE.ra + east * WIDE}&dec=${PLACE.dec - south * WIDE}&wide=${WIDE}&centre=${PLACE.ra}`;
			await page.goto(`${world.url}/sky?${place}&over=`);
			await page.getByRole('complementary', { name: 'Alerts on the map' }).getByRole('button', { name: '101' }).click();
			const card = await page.getByRole('region', { name: 'Alert 101', exact: true }).boundingBox();
			const mark = await page.locator('.map .chosen').boundingBox();
			if (!card || !mark) throw new Error('no card or no mark');
			const apart = card.x >= mark.x + mark.width || card.x + card.width <= mark.x || card.y + card.height <= mark.y;
			expect(apart, JSON.stringify({ card, mark })).toBe(true);
		}
	});

	it('lists what the lasso holds, and leads to the same in the search', async () => {
		const { x, y } = await openMap();
		const radius = ((await canvas().boundingBox())?.width ?? 0) / 10;
		await page.getByRole('button', { name: 'Lasso' }).click();
		await page.getByRole('button', { name: 'Draw around alerts…' }).waitFor();
		await page.mouse.move(x + radius, y);
		await page.mouse.down();
		for (let i = 1; i <= 24; i += 1) {
			const angle = (i * Math.PI) / 12;
			await page.mouse.move(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
		}
		await page.mouse.up();
		const side = page.getByRole('complementary', { name: 'Alerts on the map' });
		await side.getByText('4 alerts inside the line.').waitFor();
		const hrefs = await side.locator('tbody a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
		expect(hrefs.sort()).toEqual(INSIDE.map((objectId) => `/objects/ztf/${objectId}`));
		await side.getByRole('link', { name: 'Open in search' }).click();
		await page.waitForURL(/\/search\?.*polygon=/);
		await expect.poll(() => page.locator('.tot output').innerText()).toBe('4 alerts');
	});

	it('changes its colours and its overlays, and is kept as a picture', async () => {
		const { x, y } = await openMap();
		const look = (): Promise<Buffer> => page.screenshot({ clip: { x: x - 150, y: y - 150, width: 300, height: 300 } });
		const byClass = await look();
		await page.getByRole('button', { name: 'magnitude', exact: true }).click();
		await expect.poll(() => page.locator('.ramp').innerText()).toContain('22 mag');
		await expect.poll(async () => (await look()).equals(byClass)).toBe(false);
		await page.waitForURL(/colour=magnitude/);
		await page.getByRole('button', { name: 'class', exact: true }).click();
		await expect.poll(async () => (await look()).equals(byClass)).toBe(true);

		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('button', { name: 'PNG', exact: true }).click(),
		]);
		expect(download.suggestedFilename()).toBe('nightjar-sky-2026-11-19.png');
		const png = await readFile(await download.path());
		// its legend has a spot of the class, too: smaller than what the alerts are
		expect(await bluePixels(page, png)).toBeGreaterThanOrEqual(await bluePixels(page, await canvas().screenshot()));

		await page.getByRole('button', { name: /^Overlays/ }).click();
		const overlays = page.getByRole('dialog', { name: 'Overlays' });
		const names = page.locator('.map text.figure');
		expect(await names.count()).toBe(0);
		await overlays.getByLabel('Constellations').check();
		await names.first().waitFor();
		await page.waitForURL(/over=constellations/);
		await overlays.getByLabel('Constellations').uncheck();
		await names.first().waitFor({ state: 'detached' });
		await expect.poll(async () => (await look()).equals(byClass)).toBe(true);
		// lines of the grid are drawn by WebGL
		await overlays.getByLabel('Equatorial grid').check();
		await expect.poll(async () => (await look()).equals(byClass)).toBe(false);
	});

	it('colours its alerts by age and by score, each with its ramp', async () => {
		const { x, y } = await openMap();
		const look = (): Promise<Buffer> => page.screenshot({ clip: { x: x - 150, y: y - 150, width: 300, height: 300 } });
		const byClass = await look();
		const looks = [byClass];
		for (const [colour, ends] of [
			['age', /d before[\s\S]*newest/],
			['score', /real 0[\s\S]*1/],
		] as const) {
			await page.getByRole('button', { name: colour, exact: true }).click();
			await expect.poll(() => page.locator('.ramp').innerText()).toMatch(ends);
			await expect.poll(async () => (await look()).equals(looks.at(-1) ?? byClass)).toBe(false);
			looks.push(await look());
			await page.waitForURL(new RegExp(`colour=${colour}`));
		}
		await page.getByRole('button', { name: 'class', exact: true }).click();
		await expect.poll(async () => (await look()).equals(byClass)).toBe(true);
	});

	it('plays through the nights, from the oldest to the newest', async () => {
		await page.goto(`${world.url}/sky`);
		const told = page.locator('.stage output.read');
		await expect.poll(() => told.innerText()).toBe(String(NIGHTS.newest));
		await page.evaluate(`{
			const told = document.querySelector('.stage output.read');
			window.numbersTold = [];
			new MutationObserver(() => numbersTold.push(Number(told.textContent)))
				.observe(told, { childList: true, characterData: true, subtree: true });
		}`);
		await page.getByRole('button', { name: 'Play', exact: true }).click();
		await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
		await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
		const { before, between, newest } = NIGHTS;
		expect(await page.evaluate('numbersTold')).toEqual([before, between, newest]);
	});

	it('complained of nothing, and asked nobody else', () => {
		expect(complaints).toEqual({ console: [], foreign: [] });
	});
});

describe('Tonight', () => {
	beforeAll(async () => {
		await page.goto(world.url);
		await page.locator('.map[data-ready]').waitFor();
	});

	it('draws its alerts on the map', async () => {
		expect(await graphicsFail()).toBe(0);
		// words, signs and legend lie over the canvas and have colours of their own
		await page.locator('.dome :is(.corner, .over, .zoom)').evaluateAll((nodes) => {
			for (const node of nodes as HTMLElement[]) node.style.visibility = 'hidden';
		});
		const blue = async (): Promise<number> => bluePixels(page, await canvas().screenshot());
		await expect.poll(blue).toBeGreaterThanOrEqual(NEWEST.length);
		await canvas().evaluate((node) => (node.style.opacity = '0'));
		expect(await blue()).toBe(0);
		await page.reload();
	});

	it('gains an alert that is published while it is open', async () => {
		const counter = page.locator('.dome output.read');
		const ticker = page.getByRole('list', { name: 'Newest alerts' }).getByRole('listitem');
		await expect.poll(() => counter.innerText()).toBe(String(NIGHTS.newest));
		expect(await ticker.count()).toBe(6);
		const alert = { alertId: 400n, objectId: 'ZTF26arrives', ra: 151, dec: 3, mjd: TEST_MJD + 0.1, number: 3 } as const;
		await writeAlerts(world.store, [alert]);
		expect(await counter.innerText()).toBe(String(NIGHTS.newest));
		await publish(world.store, 'worker-1', 3);
		await ticker.first().getByRole('link', { name: 'ZTF26arrives' }).waitFor();
		expect(Number(await counter.innerText())).toBeGreaterThan(NIGHTS.newest);
		expect(await ticker.count()).toBe(6);
		expect(complaints).toEqual({ console: [], foreign: [] });
	});
});

describe('the statistics', () => {
	const nightAt = (mjd: number, survey = 'ztf'): string =>
		nightText(nightOf(mjd, findSurvey(survey)?.nightOffsetHours ?? 0));
	/** Three alerts of another survey in a night long before the others. */
	const OLD_MJD = TEST_MJD - 100;
	const old = nightAt(OLD_MJD, 'lsst');
	const newest = nightAt(TEST_MJD);
	const before = nightAt(TEST_MJD - 1);
	const first = nightAt(TEST_MJD - 2);
	/** Alerts of the night that the test of Tonight added one to. */
	const most = NIGHTS.newest + 1;
	const all = most + NIGHTS.between + NIGHTS.before;
	const head = () => page.locator('.top p');
	const cell = (night: string) => page.locator(`.calendar a[data-night="${night}"]`);
	const tick = (name: string) => page.getByRole('checkbox', { name });

	beforeAll(async () => {
		const other = [0, 1, 2].map((i) => ({
			survey: 'lsst',
			alertId: BigInt(500 + i),
			objectId: `70000${i}`,
			mjd: OLD_MJD,
			number: 4,
		}));
		await writeAlerts(world.store, other);
		await publish(world.store, 'worker-1', 4);
	});

	it('say every night in a calendar, a mean, a peak, and lead to a night, without script', async () => {
		const context = await browser.newContext({ javaScriptEnabled: false });
		const plain = await context.newPage();
		await plain.goto(`${world.url}/statistics`);
		const text = await plain.locator('main').innerText();
		expect(text).toContain(`${all} alerts of 3 nights from ${nightAt(TEST_MJD - 59)} to ${newest}`);
		expect(text).toContain(`The oldest night stored is ${nightWords(old)}`);
		expect(await plain.locator('#mean').innerText()).toBe(String(Math.round(all / 3)));
		expect(await plain.locator('#peak').innerText()).toBe(String(most));
		const nights = await plain
			.locator('.calendar a')
			.evaluateAll((links) => (links as unknown as { textContent: string }[]).map((link) => link.textContent));
		expect(nights).toHaveLength(4);
		expect(nights).toContain(`${nightWords(old)}: 3 alerts, still open`);

		// a form of its own: dates and a survey
		await plain.getByLabel('First night').fill(first);
		await plain.getByLabel('Last night').fill(before);
		await plain.getByRole('checkbox', { name: 'cumulative' }).check();
		await plain.getByRole('button', { name: 'Show' }).click();
		expect(await plain.locator('.top p').innerText()).toContain(`${NIGHTS.between + NIGHTS.before} alerts of 2 nights`);
		expect(await plain.locator('#timeline h2').innerText()).toContain('Alerts so far');
		expect(await plain.locator('#nights tbody tr').count()).toBe(2);

		await plain.goto(`${world.url}/statistics?from=${old}&to=${old}&survey=lsst`);
		expect(await plain.locator('.top p').innerText()).toContain('3 alerts of 1 night');
		await plain.locator(`.calendar a[data-night="${old}"]`).click();
		expect(new URL(plain.url()).searchParams.get('night')).toBe(old);
		await plain.goto(`${world.url}/statistics?from=${before}&survey=lsst`);
		await plain.getByText('No night in this range').waitFor();
		expect((await plain.goto(`${world.url}/statistics?from=yesterday`))?.status()).toBe(400);
		await context.close();
	});

	it.each(SIZES)('are walked by keys, count a survey at a tick, and stay clean, at $width px', async (size) => {
		await page.setViewportSize(size);
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme });
			await page.goto(`${world.url}/statistics`);
			await page.locator('.calendar').waitFor();
			await expectNoSidewaysScroll(page);
			await expectExplained(page);
			await expectClean(page, complaints);
		}
		// one stop of the tab key; the arrows go over nights without alerts and from month to month
		expect(await page.locator('.calendar a[tabindex="0"]').count()).toBe(1);
		// the newest night is in sight, on a page too narrow for the days before it
		await page.setViewportSize({ width: 220, height: 700 });
		await page.goto(`${world.url}/statistics`);
		await settled(page);
		await expect.poll(async () => (await cell(newest).boundingBox())?.x).toBeLessThan(195);
		await page.setViewportSize(size);
		await cell(newest).focus();
		await page.keyboard.press('ArrowLeft');
		await page.keyboard.press('ArrowLeft');
		await page.locator('.calendar .read', { hasText: `${NIGHTS.before} alerts` }).waitFor();
		await page.keyboard.press('ArrowLeft');
		await page.locator('.calendar .read', { hasText: nightWords(old) }).waitFor();
		await page.keyboard.press('ArrowRight');
		expect(await cell(first).evaluate((link) => link.matches(':focus'))).toBe(true);

		await page.getByRole('link', { name: 'all nights' }).click();
		await expect.poll(() => head().innerText()).toContain(`${all + 3} alerts of 4 nights`);
		expect(await page.locator('#timeline svg[role="img"]').count()).toBe(3);
		await tick('ZTF').uncheck();
		await expect.poll(() => head().innerText()).toContain('3 alerts of 1 night');
		expect(new URL(page.url()).searchParams.getAll('survey')).toEqual(['lsst']);
		await tick('ZTF').check();
		await expect.poll(() => head().innerText()).toContain(`${all + 3} alerts`);
		await tick('cumulative').check();
		if (process.env['G1_SHOT']) await page.screenshot({ path: `/tmp/g1-${size.name}.png`, fullPage: true });
		await page.getByRole('img', { name: `All: ${all + 3} alerts up to` }).waitFor();
		expect(complaints).toEqual({ console: [], foreign: [] });
	});
});

describe.each(SIZES)('the first picture at $width px', (size) => {
	it.each(['/sky', '/'])('shows the alerts of %s where no script runs', async (path) => {
		const context = await browser.newContext({ viewport: size, javaScriptEnabled: false });
		const plain = await context.newPage();
		const answered = plain.waitForResponse((response) => response.url().includes('/sky/cells.svg'));
		await plain.goto(`${world.url}${path}`);
		const answer = await answered;
		expect([answer.status(), answer.headers()['content-type']]).toEqual([200, 'image/svg+xml']);
		// one dot for each cell that has alerts
		const counted = (await (await fetch(`${world.url}/api/v1/sky/density`)).json()) as {
			readonly ipix: readonly number[];
		};
		expect(counted.ipix.length).toBeGreaterThan(3);
		expect((await answer.text()).match(/h0/g)).toHaveLength(counted.ipix.length);
		const map = await plain.locator('.map').boundingBox();
		const picture = await plain.locator('[data-first] image').boundingBox();
		if (map === null || picture === null) throw new Error('The picture is not there.');
		// in the middle of its box, two to one
		expect(Math.abs(picture.x + picture.width / 2 - map.x - map.width / 2)).toBeLessThan(2);
		expect(Math.abs(picture.y + picture.height / 2 - map.y - map.height / 2)).toBeLessThan(2);
		expect(picture.width / picture.height).toBeCloseTo(2, 1);
		await context.close();
	});

	it.each(['/sky', '/'])('of %s gives way to the map in the same place', async (path) => {
		const opened = await openPage(browser, world.url, size);
		// the map waits until the picture was looked at
		let letGo = (): void => undefined;
		const held = new Promise<void>((resolve) => (letGo = resolve));
		await opened.page.route('**/api/v1/sky**', async (route) => {
			await held;
			await route.continue();
		});
		await opened.page.goto(`${world.url}${path}`);
		const first = opened.page.locator('[data-first] image');
		await first.waitFor();
		expect((await first.boundingBox())?.width).toBeGreaterThan(300);
		letGo();
		await first.waitFor({ state: 'detached' });
		expect(await opened.page.locator('[data-first]').count()).toBe(0);
		await expectClean(opened.page, opened.complaints);
		await opened.page.context().close();
	});
});

it('draws no first picture of what is no night or no place', async () => {
	const get = async (query: string): Promise<number> => (await fetch(`${world.url}/sky/cells.svg?${query}`)).status;
	const night = nightText(nightOf(TEST_MJD, findSurvey('ztf')?.nightOffsetHours ?? 0));
	expect(await get(`centre=10&nightFrom=${night}&nightTo=${night}`)).toBe(200);
	for (const wrong of [
		'',
		'centre=NaN',
		`centre=361&nightFrom=${night}&nightTo=${night}`,
		`centre=1&nightFrom=1&nightTo=${night}`,
	]) {
		expect(await get(wrong)).toBe(400);
	}
});
