import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, removeHome, type Running, startNightjar } from '../support/nightjar.ts';
import { MANY, ODD, writeOddPackets } from '../support/oddPackets.ts';
import {
	type Complaints,
	expectClean,
	expectExplained,
	expectNoSidewaysScroll,
	openBrowser,
	openPage,
	SIZES,
} from './browser.ts';

/** What comes by itself is waited for. */
const SOON = { timeout: 60_000 };

const home = makeHome();
let browser: Browser;
let running: Running;
let newest: ReadonlyMap<string, string>;

beforeAll(async () => {
	browser = await openBrowser();
	const packets = join(home, 'packets');
	mkdirSync(packets, { recursive: true });
	newest = writeOddPackets(packets);
	running = await startNightjar(['--alerts', packets], home);
	await running.printed(/ingest has finished/, 240_000);
	// the counts come another way than the word that it ended: they may be printed after it
	await running.printed(/\b35 read\b[\s\S]*\b35 stored|35\s+35\s+0\s+0\s+0/, 20_000);
});
afterAll(async () => {
	await browser.close();
	await running.stop();
	removeHome(home);
});

const open = (size: (typeof SIZES)[number]): Promise<{ page: Page; complaints: Complaints }> =>
	openPage(browser, new URL(running.url).origin, size);
const surveyOf = (objectId: string): string => (objectId.startsWith('ZTF') ? 'ztf' : 'lsst');
const objectPath = (objectId: string): string => `/objects/${surveyOf(objectId)}/${objectId}`;
const alertPath = (objectId: string): string => `/alerts/${surveyOf(objectId)}/${newest.get(objectId) ?? ''}`;

/** Waits until the script of an object's page runs: pictures come by it, or the word that there are none. */
async function alive(page: Page): Promise<void> {
	await page.locator('canvas[data-painted]').or(page.getByText('No cutouts')).first().waitFor();
}

async function mainText(page: Page): Promise<string> {
	return (await page.locator('main').innerText()).replace(/\s+/g, ' ');
}

interface Expected {
	/** Points of the light curve. */
	readonly points: number;
	/** What the page of the object says, in its words. */
	readonly says: readonly string[];
	/** What the page of its newest alert says. */
	readonly alertSays: readonly string[];
	/** What the finding chart says lies under it. */
	readonly chart?: string;
}

const PAGES: Readonly<Record<string, Expected>> = {
	[ODD.single]: {
		points: 1,
		says: ['1 point. Select', 'one detection', '1 detection, 0.2″ to each side.', 'No colour yet'],
		alertSays: ['1 / 1', '1 detection, 2 are needed'],
		chart: 'ZTF template inset, orientation unknown',
	},
	[ODD.many]: { points: 2000, says: ['2,000 points.', 'alerts 20', '1020 detections'], alertSays: ['20 / 20'] },
	[ODD.negative]: {
		points: 7,
		says: [
			'only negative',
			'7 points.',
			'ZTF detection · negative',
			'detection, negative',
			'ZTF sends this difference turned over',
		],
		alertSays: ['ZTF sends this difference turned over'],
	},
	[ODD.withoutCutouts]: {
		points: 2,
		says: ['No cutouts at this epoch', 'The packet of this alert brought no images.', '2 points.'],
		alertSays: ['No cutouts', 'The packet brought none.', 'there is no science cutout'],
		chart: 'no template image',
	},
	[ODD.broken]: {
		points: 1,
		says: ['cannot be read: Not a FITS file: it does not begin with SIMPLE.', 'no cutout in the packet'],
		alertSays: ['cannot be read', 'The packet brought only science, difference.', 'it does not begin with SIMPLE.'],
		chart: 'no template image',
	},
	[ODD.northPole]: {
		points: 1,
		says: ['+90.000000', 'Ursa Minor', ODD.nearNorthPole, '0.36', 'Highest 33°'],
		alertSays: ['+90:00:00.00'],
	},
	[ODD.southPole]: {
		points: 1,
		says: ['−90.000000', 'Octans', 'Highest 30°', 'No cutouts'],
		alertSays: ['−90:00:00.00'],
	},
	[ODD.beforeZero]: {
		points: 3,
		says: ['359.999900', 'Pisces', '3 detections, 0.5″ to each side, scatter 0.18″', ODD.afterZero, '0.71'],
		alertSays: ['23:59:59.976'],
	},
	[ODD.afterZero]: { points: 1, says: ['0.000100', 'Pisces', ODD.beforeZero, '0.71'], alertSays: ['00:00:00.024'] },
	[ODD.blue]: {
		points: 4,
		says: ['at the same place', ODD.red, 'two surveys', 'also seen by Rubin', 'No colour yet', '0.51', 'associated'],
		alertSays: ['g 17.50'],
	},
	[ODD.red]: {
		points: 4,
		says: [
			'at the same place',
			ODD.blue,
			'two surveys',
			'also seen by ZTF',
			'No colour yet',
			'rising 0.1',
			'age 1.1 d by Rubin, 2.0 d with ZTF',
		],
		alertSays: ['z 21.51'],
	},
	[ODD.nan]: {
		points: 1,
		says: ['no pixel has a value', '63 × 63 px'],
		alertSays: ['no pixel has a value'],
		chart: 'ZTF template: no pixel has a value',
	},
	[ODD.withoutFlux]: {
		points: 0,
		says: ['None of its points has a brightness or a limit', '1 point. Select', 'nothing to show', 'no magnitude'],
		alertSays: ['brightness i –'],
	},
	[ODD.limits]: { points: 13, says: ['12 limits beyond the axis, at its edge', '13 points.'], alertSays: ['1 / 1'] },
};

describe.each(SIZES)('odd objects at $width px', (size) => {
	it('each have their page and the page of their alert, which say what is odd', async () => {
		const { page, complaints } = await open(size);
		for (const [objectId, { points, says, alertSays, chart }] of Object.entries(PAGES)) {
			const answer = await page.goto(`${running.url}${objectPath(objectId)}`);
			expect(answer?.status(), objectId).toBe(200);
			const plot = page.getByRole('slider', { name: /^Light curve of/ });
			expect(await plot.getAttribute('data-points'), objectId).toBe(String(points));
			// what comes when it is near the window
			await page.locator('#visibility').scrollIntoViewIfNeeded();
			const finding = page.getByRole('img', { name: /^Finding chart of/ });
			await finding.waitFor();
			if (chart !== undefined) await finding.getByText(chart).waitFor();
			for (const text of says) {
				await expect.poll(() => mainText(page), { ...SOON, message: `${objectId}: ${text}` }).toContain(text);
			}
			expect(await mainText(page), objectId).not.toMatch(/\bNaN\b|undefined|Infinity|Invalid/);
			await expectNoSidewaysScroll(page);

			await page.goto(`${running.url}${alertPath(objectId)}`);
			for (const text of [...alertSays, objectId]) {
				await expect.poll(() => mainText(page), { ...SOON, message: `${objectId}: ${text}` }).toContain(text);
			}
			expect(await mainText(page), objectId).not.toMatch(/\bNaN\b|undefined|Infinity|Invalid/);
			await expectNoSidewaysScroll(page);
			await expectExplained(page);
		}
		expect(complaints.console).toEqual([]);
		expect(complaints.foreign).toEqual([]);
		await page.context().close();
	});

	it.each([ODD.single, ODD.negative, ODD.red, ODD.withoutFlux])(
		'%s says why it has no period and no fit',
		async (id) => {
			const { page, complaints } = await open(size);
			await page.goto(`${running.url}${objectPath(id)}`);
			await alive(page);
			await page.getByRole('button', { name: 'Period', exact: true }).click();
			const panel = page.getByRole('region', { name: 'Period' });
			// seven points of one band are enough to try
			await panel.getByText(id === ODD.negative ? /frequencies over 7 points/ : 'a typed period still folds').waitFor();
			await panel.getByRole('button', { name: '0.05 d to half the span' }).click();
			await panel.getByText(id === ODD.negative ? /frequencies over 7 points/ : 'Too few points').waitFor();
			await panel.getByLabel('period, d').fill('0.5');
			await panel.getByRole('button', { name: 'Fold', exact: true }).click();
			await page.getByText('phase at 0.500000 d').waitFor();
			await panel.getByRole('button', { name: 'Unfold' }).click();
			await page.getByRole('button', { name: 'Fit', exact: true }).click();
			const fits = page.getByRole('region', { name: 'Fits' });
			if (id === ODD.red) await fits.getByText('no change above 3σ').or(fits.getByText('rising')).first().waitFor();
			else await fits.getByText('A rate needs positive detections on two nights in one band.').waitFor();
			await page.getByRole('button', { name: 'flux', exact: true }).click();
			await page.getByLabel('Means by').selectOption('week');
			await expectNoSidewaysScroll(page);
			await expectClean(page, complaints);
			await page.context().close();
		},
	);

	it('2,000 points are hovered, zoomed, stepped through, folded at their period and listed', async () => {
		const { page, complaints } = await open(size);
		await page.goto(`${running.url}${objectPath(ODD.many)}`);
		await alive(page);
		const plot = page.getByRole('slider', { name: /^Light curve of/ });
		expect(await plot.getAttribute('aria-label')).toContain('1020 detections, 980 forced, 0 limits, bands g r');
		const read = page.locator('.read').first();
		await plot.evaluate((element) => {
			element.scrollIntoView({ block: 'center' });
		});
		const box = await plot.boundingBox();
		if (!box) throw new Error('no plot');
		const texts = new Set<string>();
		for (let i = 1; i <= 12; i += 1) {
			await page.mouse.move(box.x + 46 + ((box.width - 90) * i) / 13, box.y + box.height * 0.4);
			texts.add(await read.innerText());
		}
		expect(texts.size).toBeGreaterThan(6);
		const reset = page.getByRole('button', { name: 'Reset', exact: true });
		expect(await reset.isEnabled()).toBe(false);
		const ticks = (): Promise<string | null> => plot.locator('text[text-anchor="middle"]').first().textContent();
		const before = await ticks();
		if (size.width > 600) {
			await page.evaluate(
				'window.wheeled = 0; addEventListener("wheel", (event) => (window.wheeled += event.deltaY), true)',
			);
			for (let i = 0; i < 6; i += 1) await page.mouse.wheel(0, -400);
			// the browser hands them on one after the other, and a click may come before the last
			await expect.poll(() => page.evaluate<number>('window.wheeled'), SOON).toBeLessThan(-2399);
		} else {
			await plot.focus();
			for (let i = 0; i < 6; i += 1) await page.keyboard.press('+');
		}
		await expect.poll(() => reset.isEnabled(), SOON).toBe(true);
		await expect.poll(ticks, SOON).not.toBe(before);
		await reset.click();
		await expect.poll(ticks, SOON).toBe(before);

		await plot.focus();
		await page.keyboard.press('Home');
		const first = await plot.getAttribute('aria-valuetext');
		await page.keyboard.press('ArrowRight');
		await expect.poll(() => plot.getAttribute('aria-valuetext'), SOON).not.toBe(first);
		expect(await plot.getAttribute('aria-valuemax')).toBe('2000');

		await page.getByRole('button', { name: 'Period', exact: true }).click();
		const panel = page.getByRole('region', { name: 'Period' });
		const best = panel.locator('tbody tr').first();
		await best.waitFor({ timeout: 180_000 });
		const found = Number(await best.locator('td').first().innerText());
		expect(Math.abs(found / MANY.period - 1)).toBeLessThan(0.001);
		await best.getByRole('button', { name: /^fold/ }).click();
		await page.getByText(`phase at 0.54`).waitFor();
		expect(await plot.getAttribute('data-points')).toBe('4000');
		await expectNoSidewaysScroll(page);
		await panel.getByRole('button', { name: 'Unfold' }).click();

		const rows = page.locator('#points tbody tr');
		expect(await rows.count()).toBe(12);
		await page.getByRole('button', { name: 'All 2,000 points' }).click();
		await expect.poll(() => rows.count(), SOON).toBe(2000);
		await expectNoSidewaysScroll(page);
		await page.getByRole('button', { name: 'Only the newest 12' }).click();
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('a search finds them over RA 0 and at the pole, and lists them all', async () => {
		const { page, complaints } = await open(size);
		const near: readonly (readonly [query: string, ids: readonly string[]])[] = [
			['ra=0&dec=10&radius=30', [ODD.beforeZero, ODD.afterZero]],
			['ra=360&dec=10&radius=30', [ODD.beforeZero, ODD.afterZero]],
			['q=23:59:59.99+%2B10:00:00+30%22', [ODD.beforeZero, ODD.afterZero]],
			['ra=210&dec=90&radius=30', [ODD.northPole, ODD.nearNorthPole]],
			['ra=77&dec=-90&radius=1', [ODD.southPole]],
		];
		for (const [query, ids] of near) {
			await page.goto(`${running.url}/search?${query}`);
			const listed = await page.locator('table tbody td.what a').allInnerTexts();
			expect(listed.sort(), query).toEqual([...ids].sort());
			await expectNoSidewaysScroll(page);
		}
		await page.goto(`${running.url}/search`);
		const total = (await page.locator('.tot output').innerText()).replace(/\D/g, '');
		expect(Number(total)).toBe(Object.keys(ODD).length);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('nonsense in the boxes of a search is answered in a sentence', async () => {
		const { page, complaints } = await open(size);
		page.on('dialog', () => complaints.console.push('a dialog opened'));
		const boxes: readonly (readonly [text: string, sentence: string])[] = [
			['<script>alert(1)</script>', '“<script>alert(1)</script>” was not understood'],
			['"><img src=x onerror=alert(1)>', '“"><img src=x onerror=alert(1)>” was not understood'],
			['🦉🔭', '“🦉🔭” was not understood'],
			['x'.repeat(10_000), 'longer than 500 characters'],
			['NaN NaN', '“NaN NaN” was not understood'],
			['10 91', 'Declination is 91°: it runs from -90 to +90°.'],
			['361 0', 'Right ascension is 361°'],
			['10 20 -5"', 'it must be more than 0 and at most 10°'],
			['night 2026-02-31', '2026-02-31 is not a date'],
			['class=owl', 'There is no class owl'],
		];
		await page.goto(`${running.url}/search`);
		for (const [text, sentence] of boxes) {
			await page.getByRole('textbox').first().fill(text);
			await page.getByRole('button', { name: 'Search', exact: true }).click();
			await expect.poll(() => mainText(page), { ...SOON, message: text.slice(0, 40) }).toContain(sentence);
			// the page's answer, not what is said while it is typed
			await expect.poll(() => mainText(page), { ...SOON, message: text.slice(0, 40) }).not.toContain('understood yet');
			await expectNoSidewaysScroll(page);
		}
		// pasted: no address grows beyond what a server reads
		await page.getByRole('textbox').first().fill('');
		await page.getByRole('textbox').first().focus();
		await page.keyboard.insertText('🦉'.repeat(10_000));
		await page.getByRole('button', { name: 'Search', exact: true }).click();
		await page.getByText('longer than 500 characters').or(page.getByText('was not understood')).first().waitFor();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.goto(`${running.url}/search`);
		await page.getByText('Narrow by night').click();
		await page.getByRole('textbox', { name: 'Brightest' }).fill('🦉');
		await page.getByRole('button', { name: 'Apply' }).click();
		await page.getByText('magMin must be a number from -30 to 50').waitFor();
		await page.getByRole('link', { name: 'Without it' }).click();
		await page.locator('.tot output').waitFor();
		await page.context().close();
	});

	it('script and emoji in the boxes of an object stay text', async () => {
		const { page, complaints } = await open(size);
		page.on('dialog', () => complaints.console.push('a dialog opened'));
		const evil = '<script>alert(1)</script><b>🦉</b>';
		await page.goto(`${running.url}${objectPath(ODD.nan)}`);
		await alive(page);
		await page.locator('#fields').getByRole('textbox').fill(evil);
		await expect.poll(() => page.locator('#fields').innerText(), SOON).toContain('0 of');
		await page.locator('#mine textarea').fill(`${evil} ${'W'.repeat(3000)}`);
		await page.getByRole('button', { name: 'Keep the note' }).click();
		await page.locator('#mine article').first().waitFor();
		expect(await page.locator('#mine article .text').first().innerText()).toContain(evil);
		expect(await page.locator('#mine article b').count()).toBe(0);
		await page.locator('#newlist').fill(`${'W🦉'.repeat(25)}${size.width}`);
		await page.getByRole('button', { name: 'Make and add' }).click();
		await page.locator('#mine .lists a', { hasText: 'W🦉' }).first().waitFor();
		await page.goto(`${running.url}${objectPath(ODD.nan)}`);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.locator('#newtag').fill('🦉<i>');
		await page.getByRole('button', { name: 'Tag', exact: true }).click();
		await page.getByText('A tag has 1 to 40 letters and digits').waitFor();
		await page.context().close();
	});
});

describe('addresses edited by hand', () => {
	const long = 'x'.repeat(10_000);
	const addresses = (): readonly (readonly [path: string, status: number, says: string])[] => [
		['/objects/ztf/%3Cscript%3Ealert(1)', 404, 'No object &lt;script>alert(1) of ZTF'],
		['/objects/ztf/%F0%9F%A6%89', 404, 'No object 🦉 of ZTF'],
		[`/objects/ztf/${long}`, 404, 'No object xxx'],
		['/objects/ztf/%E0%A4%A', 400, 'This address cannot be read'],
		['/objects/%3Cscript%3E/1', 404, 'No survey is called “&lt;script>”'],
		['/objects/lsst/NaN', 404, 'No object NaN of Rubin'],
		['/objects/lsst/99999999999999999999999', 404, 'No object 9999'],
		[`${objectPath(ODD.single)}?asOf=NaN`, 400, '“NaN” is no time'],
		[`${objectPath(ODD.single)}?asOf=2026-02-31`, 400, '“2026-02-31” is no time'],
		[`${objectPath(ODD.single)}?asOf=1999-01-01`, 404, 'Nothing was known of'],
		[`${objectPath(ODD.single)}?alert=%3Cscript%3E&nonsense=%F0%9F%A6%89`, 200, ODD.single],
		[`${objectPath(ODD.single)}?origin=martian`, 400, 'The origin must be real, test or simulated.'],
		[`${objectPath(ODD.single)}?origin=simulated`, 404, 'among the simulated alerts'],
		['/alerts/ztf/NaN', 404, 'No alert NaN of ZTF'],
		['/alerts/ztf/-1', 404, 'No alert -1 of ZTF'],
		['/alerts/ztf/18446744073709551616', 404, 'No alert 18446744073709551616'],
		[`/alerts/ztf/${long}`, 404, 'No alert xxx'],
		['/search?ra=360&dec=91&radius=5', 400, 'dec must be a number from -90 to 90'],
		['/search?ra=NaN&dec=0&radius=5', 400, 'ra must be a number from 0 to 360'],
		['/search?ra=0&dec=0&radius=-5', 400, 'radius must be more than 0'],
		['/search?ra=0&dec=0', 400, 'A cone needs ra, dec (degrees) and radius (arcsec), all three.'],
		['/search?class=%F0%9F%A6%89', 400, 'class must be names out of'],
		['/search?night=2026-02-31', 400, 'night must be a date written YYYY-MM-DD'],
		['/search?sort=%3Cscript%3E', 400, 'sort must be one of'],
		['/search?cursor=nonsense', 400, 'start again without'],
		['/search?nonsense=1', 400, 'nonsense is not a parameter here'],
		['/search?ra=1&ra=2&dec=3&radius=4', 400, 'ra is given twice'],
		[`/search?q=${long}`, 200, 'longer than 500 characters'],
		['/search?magMin=20&magMax=10', 200, '0 objects'],
		['/sky?night=nonsense', 400, '“nonsense” is no night'],
		['/sky?nightFrom=2026-02-30&nightTo=2026-03-01', 400, '“2026-02-30” is no night'],
		[
			'/sky?ra=NaN&dec=91&wide=-1&centre=999&colour=%3Cscript%3E&over=%F0%9F%A6%89&hide=%3Cscript%3E',
			200,
			'8 April 2026',
		],
		['/sky?area=%3Cscript%3E', 404, 'There is no such list'],
		['/?night=NaN', 400, '“NaN” is no night'],
	];

	it('are answered by a page that says what is wrong with them', async () => {
		for (const [path, status, says] of addresses()) {
			const answer = await fetch(`${running.url}${path}`, { headers: { accept: 'text/html' } });
			const shown = path.slice(0, 80);
			expect(answer.status, shown).toBe(status);
			expect(answer.headers.get('content-type'), shown).toContain('text/html');
			const html = (await answer.text()).replace(/<!--[^>]*-->/g, '');
			expect(html.replace(/\s+/g, ' '), shown).toContain(says);
			expect(html, shown).not.toContain('<script>alert(1)');
		}
	});

	it.each(SIZES)('leave the sky standing at $width px, at the pole and over RA 0', async (size) => {
		const { page, complaints } = await open(size);
		for (const query of [
			'ra=NaN&dec=91&wide=-1&centre=999&colour=%3Cscript%3E&over=%F0%9F%A6%89&hide=%3Cscript%3E&without=x&draw=y',
			'night=2026-04-08&ra=0&dec=90&wide=1',
			'night=2026-04-08&ra=360&dec=10&wide=0.5',
		]) {
			await page.goto(`${running.url}/sky?${query}`);
			await page.locator('canvas').first().waitFor();
			await page.getByText('12 alerts').first().waitFor();
			await expectNoSidewaysScroll(page);
		}
		expect(complaints.console).toEqual([]);
		expect(complaints.foreign).toEqual([]);
		await page.context().close();
	});
});
