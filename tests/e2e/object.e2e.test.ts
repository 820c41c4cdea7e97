import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, removeHome, type Running, simulateNights, startNightjar } from '../support/nightjar.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, settled, SIZES } from './browser.ts';

interface Row {
	readonly survey: string;
	readonly objectId: string;
	readonly nAlerts: number;
	readonly ssoName: string | null;
}

const home = makeHome();
let browser: Browser;
let running: Running;
let rows: Row[];

beforeAll(async () => {
	browser = await openBrowser();
	const packets = join(home, 'packets');
	await simulateNights(packets, home, { seed: 7, nights: 3, perNight: 150 });
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

/** The object of a survey with most alerts, so most points, that stands still. */
function richest(survey: string): string {
	const [best] = rows
		.filter((row) => row.survey === survey && row.ssoName === null)
		.sort((a, b) => b.nAlerts - a.nAlerts);
	if (!best) throw new Error(`no object of ${survey}`);
	return `/objects/${survey}/${best.objectId}`;
}

interface Measured {
	readonly survey: string;
	readonly band: string;
	readonly mjd: number;
	readonly kind: string;
	readonly psfFlux: number | null;
}

/** An object that stands still with ten measured points in each of `least` bands, over a day or more. */
async function measured(least: number): Promise<string> {
	for (const { survey, objectId, ssoName } of rows) {
		if (ssoName !== null) continue;
		const path = `/objects/${survey}/${encodeURIComponent(objectId)}`;
		const { points } = (await (await fetch(`${running.url}/api/v1${path}/photometry`)).json()) as {
			points: Measured[];
		};
		const own = points.filter((point) => point.kind !== 'upperLimit' && point.psfFlux !== null);
		const counts = new Map<string, number>();
		for (const point of own) {
			const key = `${point.survey} ${point.band}`;
			counts.set(key, (counts.get(key) ?? 0) + 1);
		}
		const times = own.map(({ mjd }) => mjd);
		const enough = [...counts.values()].filter((n) => n >= 10).length >= least;
		if (enough && Math.max(...times) - Math.min(...times) > 1) return path;
	}
	throw new Error(`no object with ten points in ${least} bands`);
}

async function openObject(path: string, size: (typeof SIZES)[number]): Promise<Awaited<ReturnType<typeof openPage>>> {
	const opened = await openPage(browser, new URL(running.url).origin, size);
	await opened.page.goto(`${running.url}${path}`);
	await opened.page.locator('canvas[data-painted]').first().waitFor();
	return opened;
}

const readout = (page: Page): Promise<string> => page.locator('.read').first().innerText();

describe.each(SIZES)('an object at $width px', (size) => {
	it('folds at a typed period, twice and half of it, and unfolds', async () => {
		const { page, complaints } = await openObject(richest('ztf'), size);
		await page.getByRole('button', { name: 'Period', exact: true }).click();
		const panel = page.getByRole('region', { name: 'Period' });
		const typed = panel.getByLabel('period, d');
		await typed.fill('nonsense');
		await panel.getByRole('button', { name: 'Fold', exact: true }).click();
		expect(await panel.getByRole('alert').innerText()).toContain('number of days');
		await typed.fill('0.5427');
		await panel.getByRole('button', { name: 'Fold', exact: true }).click();
		await page.getByText('phase at 0.542700 d').waitFor();
		await panel.getByRole('button', { name: '×2' }).click();
		await page.getByText('phase at 1.085400 d').waitFor();
		await panel.getByRole('button', { name: '÷2' }).click();
		await page.getByText('phase at 0.542700 d').waitFor();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await panel.getByRole('button', { name: 'Unfold' }).click();
		await page.getByText('phase at').waitFor({ state: 'detached' });
		await page.context().close();
	});

	it('searches typed periods and draws the fitted wave over the folded points', async () => {
		const { page, complaints } = await openObject(await measured(1), size);
		await page.getByRole('button', { name: 'Period', exact: true }).click();
		const panel = page.getByRole('region', { name: 'Period' });
		await panel.getByLabel('lowest, d').fill('0.9');
		await panel.getByLabel('highest, d').fill('0.3');
		await panel.getByRole('button', { name: 'Search' }).click();
		await panel.getByText('The highest period must be above the lowest.').waitFor();
		await panel.getByLabel('lowest, d').fill('0.25');
		await panel.getByLabel('highest, d').fill('0.35');
		await panel.getByRole('button', { name: 'Search' }).click();
		await panel.getByText('The highest period must be above the lowest.').waitFor({ state: 'detached' });
		const first = panel.locator('tbody tr').first().locator('td').first();
		await expect.poll(async () => Number(await first.innerText())).toBeLessThan(0.36);
		expect(Number(await first.innerText())).toBeGreaterThan(0.24);
		await panel
			.getByRole('button', { name: /^fold at/ })
			.first()
			.click();
		const plot = page.getByRole('slider', { name: /^Light curve of/ });
		const wave = plot.locator('path[data-fit^="wave"]').first();
		await page.getByRole('button', { name: 'flux', exact: true }).click();
		await expect.poll(() => wave.getAttribute('d')).toMatch(/^M[\d.]+ /);
		const two = await wave.getAttribute('d');
		await panel.getByRole('button', { name: '1 harmonic' }).click();
		await panel.getByText(/with one harmonic; together they take away [\d.]+ % of the scatter/).waitFor();
		await expect.poll(() => wave.getAttribute('d')).not.toBe(two);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('is read, zoomed and stepped through by keys alone, and the cutouts follow', async () => {
		const { page, complaints } = await openObject(richest('ztf'), size);
		const plot = page.getByRole('slider', { name: /^Light curve of/ });
		await plot.focus();
		await page.keyboard.press('Home');
		const first = await readout(page);
		expect(first).toMatch(/ µJy · S\/N −?\d+\.\d · /);
		await page.keyboard.press('End');
		await expect.poll(() => readout(page)).not.toBe(first);
		await page.keyboard.press('+');
		await expect.poll(() => page.getByRole('button', { name: 'Reset', exact: true }).isEnabled()).toBe(true);
		await page.keyboard.press('Escape');
		await expect.poll(() => page.getByRole('button', { name: 'Reset', exact: true }).isEnabled()).toBe(false);
		const epoch = page.getByRole('slider', { name: 'Epoch' });
		await epoch.focus();
		const before = await epoch.getAttribute('aria-valuetext');
		await page.keyboard.press('ArrowLeft');
		await expect.poll(() => epoch.getAttribute('aria-valuetext')).not.toBe(before);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('has its curve in short, its tags with their rules and no name of a list that is not loaded', async () => {
		const { page, complaints } = await openObject(richest('ztf'), size);
		expect(await page.locator('.tns').count()).toBe(0);
		const words = (await page.locator('#milestones tbody td:first-child').allInnerTexts()).slice(0, 3);
		expect(words[0]).toBe('first');
		expect(words).toContain('last');
		const inTable = await page.locator('#bandcounts tbody tr td:nth-child(2)').allInnerTexts();
		const detections = inTable.reduce((sum, text) => sum + Number(text.replace(',', '')), 0);
		expect(detections).toBeGreaterThan(0);
		await page.getByRole('button', { name: `detection ${detections.toLocaleString('en-US')}`, exact: true }).waitFor();
		// the mean of all positions, and of each band that has some
		const means = await page.locator('#means tbody tr').allInnerTexts();
		const counted = means.map((text) => Number(/\d+/.exec(text)?.[0]));
		expect(means[0]).toMatch(/^all/);
		expect(means[0]).toMatch(/[+−]\d+\.\d{6}\s*± \d+\.\d{3}″/);
		expect(counted[0]).toBe(detections);
		expect(counted.slice(1).reduce((sum, n) => sum + n, 0)).toBe(means.length > 1 ? detections : 0);
		await page.getByRole('button', { name: 'Copy the galactic position' }).waitFor();
		await page.getByRole('button', { name: 'About the tags' }).click();
		const rules = page.getByRole('dialog', { name: 'About the tags' });
		await rules.waitFor();
		const tagged = await page.locator('.tags > .tag').allInnerTexts();
		expect(tagged.length).toBeGreaterThan(0);
		expect(await rules.locator('dt').allInnerTexts()).toEqual(expect.arrayContaining(tagged));
		await page.keyboard.press('Escape');
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('gives each band a panel over the same times, with legend, keys and zoom', async () => {
		const { page, complaints } = await openObject(await measured(2), size);
		const plot = page.getByRole('slider', { name: /^Light curve of/ });
		const panels = plot.locator('[data-pane]');
		const points = await plot.getAttribute('data-points');
		const switched = page.getByRole('button', { name: 'One panel per band' });
		await switched.click();
		await expect.poll(() => panels.count()).toBeGreaterThan(1);
		expect(await plot.getAttribute('data-points')).toBe(points);
		const bands = await panels.evaluateAll((all) => all.map((one) => one.getAttribute('data-pane') ?? ''));
		const [first = ''] = bands;
		await plot.focus();
		await page.keyboard.press('Home');
		await plot.locator('circle[r="9"]').waitFor();
		const oldest = await readout(page);
		await page.keyboard.press('+');
		await expect.poll(() => page.getByRole('button', { name: 'Reset', exact: true }).isEnabled()).toBe(true);
		expect(await panels.count()).toBe(bands.length);
		await page.keyboard.press('Escape');
		await page.keyboard.press('ArrowRight');
		await expect.poll(() => readout(page)).not.toBe(oldest);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.getByRole('button', { name: `band ${first}`, exact: true }).click();
		if (bands.length > 2) await expect.poll(() => panels.count()).toBe(bands.length - 1);
		// one band alone is the whole plot
		else await expect.poll(() => panels.count()).toBe(0);
		await switched.click();
		await expect.poll(() => panels.count()).toBe(0);
		await page.context().close();
	});

	it('keeps the words in its plots at a size that can be read', async () => {
		const { page } = await openObject(richest('ztf'), size);
		for (const part of ['#classification', '#visibility']) {
			await page.locator(part).scrollIntoViewIfNeeded();
			const small = (): Promise<string[]> =>
				page.locator(`${part} svg:has(text)`).evaluateAll((plots) =>
					(plots as SVGSVGElement[]).flatMap((svg) => {
						// the chart to print is a sheet of paper, shown small
						if (svg.getAttribute('aria-label')?.startsWith('Finding chart')) return [];
						const { width, height } = svg.viewBox.baseVal;
						const scale = Math.min(svg.clientWidth / width, svg.clientHeight / height);
						const text = svg.querySelector('text');
						return text === null || scale * parseFloat(getComputedStyle(text).fontSize) >= 10
							? []
							: [`${svg.getAttribute('aria-label') ?? ''}: ${scale.toFixed(2)}`];
					}),
				);
			await expect.poll(small, { message: part }).toEqual([]);
		}
		await page.context().close();
	});

	it('shows scores through time, one line for each label, with the numbers in a table', async () => {
		const { page, complaints } = await openObject(richest('ztf'), size);
		const part = page.locator('#classification');
		const plot = part.getByRole('img', { name: /^Scores of .* alerts through time/ }).first();
		const opener = part.locator('summary', { hasText: 'Scores through time' });
		await opener.waitFor();
		if (!(await plot.isVisible())) await opener.click();
		await plot.scrollIntoViewIfNeeded();
		const names = await plot.locator('text.label').allTextContents();
		expect(names.length).toBeGreaterThan(0);
		expect(await plot.locator('path.line').count()).toBe(names.length);
		const summary = part.locator('.plots summary').first();
		await summary.click();
		const table = part.getByRole('region', { name: /^Scores through time of/ }).first();
		await table.waitFor();
		const headings = await table.locator('th').allTextContents();
		for (const name of names) expect(headings.some((heading) => heading.startsWith(name))).toBe(true);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('compares epochs of cutouts with other limits and colours', async () => {
		const { page, complaints } = await openObject(richest('ztf'), size);
		await page.getByRole('button', { name: 'More', exact: true }).click();
		await page.getByRole('combobox', { name: 'colours' }).selectOption('viridis');
		await page.getByLabel('black').fill('x');
		await page.getByText('Black must be a number below white.').waitFor();
		await page.getByLabel('black').fill('-1');
		await page.getByText('Black must be a number below white.').waitFor({ state: 'detached' });
		await page.getByLabel('black').fill('100');
		await page.getByLabel('white').fill('50');
		await page.getByText('Black must be a number below white.').waitFor();
		await page.getByRole('button', { name: 'Reset limits' }).click();
		const counter = page.locator('.epoch span').nth(1);
		const here = await counter.innerText();
		await page.getByRole('button', { name: /^Blink with/ }).click();
		await expect.poll(() => counter.innerText()).not.toBe(here);
		await page.getByRole('button', { name: /^Blink with/ }).click();
		await expect.poll(() => counter.innerText()).toBe(here);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('remembers stretch and limits for each kind of image in this browser, and takes them back', async () => {
		const { page, complaints } = await openObject(richest('ztf'), size);
		const stretch = (kind: string) => page.getByRole('group', { name: `Stretch of the ${kind} image` });
		const picture = (kind: string): Promise<string> =>
			page
				.locator(`.cut canvas[data-painted="${kind}"]`)
				.evaluate((node) => (node instanceof HTMLCanvasElement ? node.toDataURL() : ''));
		const pressed = (kind: string): Promise<string> => stretch(kind).locator('[aria-pressed="true"]').innerText();
		const show = (kind: string) => page.locator('.cut .pick', { hasText: kind }).click();
		await page.locator('.cut canvas[data-painted="difference"]').waitFor();
		const usual = { science: await picture('science'), difference: await picture('difference') };
		// by keyboard alone
		await stretch('science').getByRole('button', { name: 'linear' }).focus();
		await page.keyboard.press('Enter');
		await expect.poll(() => picture('science')).not.toBe(usual.science);
		expect(await picture('difference')).toBe(usual.difference);
		const linear = await picture('science');
		await show('difference');
		expect(await pressed('difference')).toBe('asinh');
		await page.getByRole('button', { name: 'More', exact: true }).click();
		await page.getByLabel('black').fill('-20');
		await page.getByLabel('white').fill('30');
		await show('science');
		expect(await page.getByLabel('black').inputValue()).toBe('');
		await page.reload();
		await page.locator('.cut canvas[data-painted="science"]').waitFor();
		await expect.poll(() => pressed('science')).toBe('linear');
		await page.getByText('Limits as you typed them for difference.').waitFor();
		await expect.poll(() => picture('science')).toBe(linear);
		await show('difference');
		await page.getByRole('button', { name: 'More', exact: true }).click();
		expect(await page.getByLabel('black').inputValue()).toBe('-20');
		expect(await page.context().cookies()).not.toContainEqual(
			expect.objectContaining({ name: expect.stringMatching(/cutout/) as string }),
		);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.getByRole('button', { name: 'Reset all', exact: true }).focus();
		await page.keyboard.press('Enter');
		await show('science');
		await expect.poll(() => picture('science')).toBe(usual.science);
		expect(await page.evaluate('localStorage.getItem("nightjar-cutouts")')).toBeNull();
		await page.context().close();
	});

	it('has a contact sheet whose epochs lead to the curve and to the large cutouts', async () => {
		const path = richest('ztf');
		const { page, complaints } = await openObject(path, size);
		const epochs = Number((await page.locator('.cut .epoch span').nth(1).innerText()).split('/')[1]);
		const asked = (): Promise<number> => page.locator('#epochs canvas[data-painted]').count();
		// it lies far below: nothing of it is read before
		expect(await asked()).toBe(0);
		const links = page.locator('#epochs').getByRole('link', { name: /^Epoch \d+ of/ });
		expect(await links.count()).toBe(Math.min(12, epochs));
		await page.locator('#epochs').scrollIntoViewIfNeeded();
		await expect.poll(asked).toBeGreaterThanOrEqual(3);
		const times = (await links.allInnerTexts()).map((text) => /\d{4}-\d\d-\d\d \d\d:\d\d/.exec(text)?.[0] ?? text);
		expect(times).toEqual([...times].sort().reverse());
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		const last = links.last();
		const href = (await last.getAttribute('href')) ?? '';
		await last.focus();
		await page.keyboard.press('Enter');
		await expect.poll(() => last.getAttribute('aria-current')).toBe('true');
		const shown = await page.locator('.cut .epoch').innerText();
		expect(shown).toContain(`${epochs - (await links.count()) + 1} / ${epochs}`);
		expect(await readout(page)).toContain(shown.split(' ')[0] ?? '?');
		expect(new URL(page.url()).search).toBe('');
		// the same by its address, as it is without script
		await page.goto(`${running.url}${href}`);
		await expect.poll(() => page.locator('.cut .epoch').innerText()).toBe(shown);
		await page.context().close();
	});

	it('says what an absolute magnitude needs, fits rates, and is clean in both themes with all that stands below', async () => {
		const { page, complaints } = await openObject(richest('lsst'), size);
		// marked as not available, but its click says what is missing
		await page.getByRole('button', { name: 'absolute' }).click({ force: true });
		await page.getByText(/Absolute: magnitude less|needs a redshift/).waitFor();
		await page.getByRole('button', { name: 'Fit', exact: true }).click();
		await page.getByRole('region', { name: 'Fits' }).waitFor();
		await page.locator('#visibility').scrollIntoViewIfNeeded();
		await page.getByRole('img', { name: /^Finding chart of/ }).waitFor();
		const date = page.getByRole('textbox', { name: 'night of' });
		const tonight = await date.inputValue();
		const nightOf = (night: string) => page.getByRole('img', { name: `in the night of ${night}` });
		await date.fill('2027-02-28');
		await nightOf('2027-02-28').waitFor();
		await page.getByRole('button', { name: 'The night after' }).click();
		await nightOf('2027-03-01').waitFor();
		expect(await date.inputValue()).toBe('2027-03-01');
		await date.fill('2200-01-01');
		await date.blur();
		await page.getByRole('alert').filter({ hasText: 'Not after 2050-12-31.' }).waitFor();
		await nightOf('2027-03-01').waitFor();
		await page.getByRole('button', { name: 'tonight', exact: true }).click();
		await nightOf(tonight).waitFor();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.getByRole('button', { name: 'Switch between dark and light' }).click();
		await expectClean(page, complaints);
		const [pdf] = await Promise.all([
			page.waitForEvent('download'),
			page.locator('.chart').getByRole('button', { name: 'PDF' }).click(),
		]);
		const bytes = await readFile(await pdf.path());
		expect(bytes.subarray(0, 8).toString('latin1')).toBe('%PDF-1.4');
		expect(bytes.length).toBeGreaterThan(10_000);
		await page.context().close();
	});

	it('is shown in the light of the science image and of the template', async () => {
		const { page, complaints } = await openObject(richest('lsst'), size);
		const light = page.getByRole('combobox', { name: 'Light of' });
		const plot = page.getByRole('slider', { name: /^Light curve of/ });
		await light.selectOption('science');
		await page.getByText(/^Apparent: template and difference together/).waitFor();
		await page.getByText(/^apparent .*AB magnitude$/).waitFor();
		expect(Number(await plot.getAttribute('data-points'))).toBeGreaterThan(0);
		await light.selectOption('template');
		await page.getByText('AB magnitude of the template').waitFor();
		await page.getByRole('button', { name: 'flux', exact: true }).click();
		await page.getByText('template flux, nJy').waitFor();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('is shown as it was known at a past time, and says so where nothing was', async () => {
		const path = richest('ztf');
		const { page, complaints } = await openObject(path, size);
		const when = await page.locator('#history time').first().getAttribute('datetime');
		await page.locator('#history a.when').first().click();
		await page.getByText('As it was known at').waitFor();
		// The link asks for all that came within the second that the page prints.
		const second = Math.floor(Date.parse(when ?? '') / 1000);
		await page.waitForURL((url) => Math.floor(Date.parse(url.searchParams.get('asOf') ?? '') / 1000) === second);
		await expectClean(page, complaints);
		const asOf = new URL(page.url()).searchParams.get('asOf');
		const now = await page.locator('main a').evaluateAll((links) =>
			(links as unknown as { href: string }[])
				.map(({ href }) => new URL(href))
				.filter(({ pathname }) => /^(?:\/api\/v1)?\/objects\/(?!sso)/.test(pathname))
				.filter(({ searchParams }) => !searchParams.has('asOf'))
				.map(({ pathname }) => pathname),
		);
		// ways back to now, and lists of all alerts, which say that they are those known now
		const object = decodeURIComponent(path);
		expect(now.map(decodeURIComponent).sort()).toEqual([
			...[`/api/v1${object}/alerts`, `/api/v1${object}/alerts`, `/api/v1${object}/alerts`],
			...[object, object],
		]);
		const json = page.getByRole('link', { name: 'JSON', exact: true }).first();
		expect(new URL((await json.getAttribute('href')) ?? '', running.url).searchParams.get('asOf')).toBe(asOf);
		// what is shared stands at that moment, too
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		await page.getByRole('button', { name: 'Share', exact: true }).click();
		const share = page.getByRole('dialog', { name: 'Share' });
		await share.getByRole('status').getByText('The address is copied.').waitFor();
		const copied = await page.evaluate<string>('navigator.clipboard.readText()');
		expect(new URL(copied).searchParams.get('asOf')).toBe(asOf);
		expect(decodeURIComponent(new URL(copied).pathname)).toBe(object);
		expect(await share.getByLabel(/^Address of this page as of/).inputValue()).toBe(copied);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.keyboard.press('Escape');
		await share.waitFor({ state: 'hidden' });
		expect((await page.goto(copied))?.status()).toBe(200);
		await page.getByText('As it was known at').first().waitFor();
		const long = await page.goto(`${running.url}${path}?asOf=2001-01-01`);
		expect(long?.status()).toBe(404);
		const wrong = await page.goto(`${running.url}${path}?asOf=yesterday`);
		expect(wrong?.status()).toBe(400);
		await page.context().close();
	});
});

describe('what is shared of an object', () => {
	it('goes to the system where it can share, and is there to be copied where the browser refuses', async () => {
		const path = richest('ztf');
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		await page.addInitScript(`navigator.share = (what) => {
			window.shared = [...(window.shared ?? []), what];
			const name = ['', 'AbortError', 'DataError'][window.shared.length - 1];
			return name === '' ? Promise.resolve() : Promise.reject(new DOMException('no', name));
		};
		navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));`);
		await page.goto(`${running.url}${path}?x=1#mine`);
		const button = page.getByRole('button', { name: 'Share', exact: true });
		const dialog = page.getByRole('dialog', { name: 'Share' });
		await button.click();
		await page.getByRole('status').getByText('Shared.').waitFor();
		expect(await page.evaluate('window.shared')).toEqual([
			{ title: await page.title(), url: `${running.url.replace(/\/$/, '')}${path}` },
		]);
		expect(await dialog.isVisible()).toBe(false);
		// the reader closed the sheet: nothing more happens
		await button.click();
		await expect.poll(() => page.evaluate('window.shared.length')).toBe(2);
		expect(await dialog.isVisible()).toBe(false);
		await button.click();
		await dialog.getByText('The browser did not copy it.').waitFor();
		expect(await page.evaluate('String(getSelection())')).toContain(path);
		expect(complaints.console).toEqual([]);
		await page.context().close();
	});
});

describe('files and other pages', () => {
	it('gives everything of an object as a tar', async () => {
		const answer = await fetch(`${running.url}/api/v1${richest('ztf')}/bundle`);
		expect(answer.status, answer.ok ? '' : await answer.text()).toBe(200);
		const names: string[] = [];
		const tar = extract();
		tar.end(Buffer.from(await answer.arrayBuffer()));
		for await (const entry of tar) {
			names.push(entry.header.name.split('/').slice(1).join('/'));
			entry.resume();
		}
		expect(names).toContain('photometry.csv');
		expect(names.some((name) => name.endsWith('-science.fits.gz'))).toBe(true);
	});

	it('shows the cutouts of the point of its curve that is clicked', async () => {
		const { page, complaints } = await openObject(richest('ztf'), SIZES[0]);
		const plot = page.getByRole('slider', { name: /^Light curve of/ });
		const chosen = plot.locator('circle[r="9"]');
		const epoch = page.getByRole('slider', { name: 'Epoch' });
		const bench = async (): Promise<string> =>
			`${(await page.getByRole('link', { name: 'all fields' }).getAttribute('href')) ?? ''} ${await page.locator('.epoch').innerText()}`;
		const picture = (): Promise<string> =>
			page
				.locator('canvas[data-painted="science"]')
				.evaluate((node) => (node instanceof HTMLCanvasElement ? node.toDataURL() : ''));
		const newest = { bench: await bench(), picture: await picture() };
		await epoch.press('Home');
		await expect.poll(picture).not.toBe(newest.picture);
		const oldest = { bench: await bench(), picture: await picture() };
		const [point, room] = [await chosen.boundingBox(), await plot.boundingBox()];
		if (!point || !room) throw new Error('the oldest epoch is not on the curve');
		const position = { x: point.x + point.width / 2 - room.x, y: point.y + point.height / 2 - room.y };
		await epoch.press('End');
		await expect.poll(picture).toBe(newest.picture);
		expect(await bench()).toBe(newest.bench);

		await plot.click({ position });
		await expect.poll(bench).toBe(oldest.bench);
		await expect.poll(picture).toBe(oldest.picture);
		// told by the alert itself: what the bench shows was taken when the clicked point was
		const [path = ''] = oldest.bench.split(' ');
		const alert = (await (await fetch(`${running.url}/api/v1${path}`)).json()) as { mjd: number };
		expect(oldest.bench).toContain(` ${alert.mjd.toFixed(3)} `);
		expect(await readout(page)).toContain(alert.mjd.toFixed(3));
		expect(complaints.console).toEqual([]);
		await page.context().close();
	});

	it('hides the points that a survey flagged', async () => {
		let path = '';
		let flagged = 0;
		for (const { survey, objectId } of rows) {
			const answer = await fetch(`${running.url}/api/v1/objects/${survey}/${encodeURIComponent(objectId)}/photometry`);
			const { points } = (await answer.json()) as { points: { kind: string; flags: string; mag: number | null }[] };
			flagged = points.filter(({ flags, mag }) => flags !== '' && flags !== '0' && mag !== null).length;
			path = `/objects/${survey}/${objectId}`;
			if (flagged > 0) break;
		}
		expect(flagged).toBeGreaterThan(0);
		const { page } = await openObject(path, SIZES[0]);
		const plot = page.getByRole('slider', { name: /^Light curve of/ });
		const before = Number(await plot.getAttribute('data-points'));
		await page.getByRole('button', { name: /^flagged/ }).click();
		await expect.poll(async () => Number(await plot.getAttribute('data-points'))).toBeLessThan(before);
		await page.context().close();
	});

	it.each(['lsst', 'ztf'])('has a page of a solar-system object of %s by its designation', async (survey) => {
		const mover = rows.find((row) => row.ssoName !== null && row.survey === survey);
		if (!mover?.ssoName) throw new Error('no mover in the simulated night');
		const { page, complaints } = await openObject(`/objects/sso/${encodeURIComponent(mover.ssoName)}`, SIZES[0]);
		expect(await page.locator('h1').innerText()).toContain(mover.ssoName);
		// Rubin's packets hold distances and phase angle, ZTF's do not
		if (mover.survey === 'lsst') {
			await page.getByRole('img', { name: /^Phase curve of/ }).waitFor();
			// a body of the simulated nights has few points: no slope is made up
			await page.getByText('Not told: it takes 6 points.').first().waitFor();
			expect(await page.getByRole('button', { name: /H, G₁, G₂/ }).isDisabled()).toBe(true);
		} else await page.getByText('No phase curve').waitFor();
		for (const part of ['the path', 'the alerts', 'the cutouts']) {
			await page.getByRole('button', { name: `About ${part}`, exact: true }).click();
			await page.getByRole('dialog', { name: `About ${part}`, exact: true }).waitFor();
			await page.keyboard.press('Escape');
		}
		// those that are named are told apart from the number of the others
		expect(await page.locator('main').innerText()).not.toMatch(/\Sand \d+ more/);
		await page.getByRole('button', { name: 'Download', exact: false }).first().click();
		const files = page.getByRole('dialog', { name: 'Download the alerts' });
		expect(await files.getByRole('link').count()).toBe(6);
		const address = (await files.getByRole('link', { name: /^CSV/ }).getAttribute('href')) ?? '';
		const csv = await page.request.get(`${running.url}${address}`);
		expect([csv.status(), csv.headers()['content-type']]).toEqual([200, expect.stringContaining('text/csv')]);
		expect(Number(csv.headers()['x-total-count'])).toBeGreaterThan(0);
		expect(await csv.text()).toContain(mover.ssoName);
		await page.keyboard.press('Escape');
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		// the address takes other spellings
		const spelled = encodeURIComponent(mover.ssoName.toLowerCase());
		expect((await page.goto(`${running.url}/objects/sso/${spelled}`))?.status()).toBe(200);
		expect(await page.locator('h1').innerText()).toContain(mover.ssoName);
		expect((await page.goto(`${running.url}/objects/sso/%3Cscript%3E🦉`))?.status()).toBe(404);
		await page.context().close();
	});
});

describe('motion', () => {
	/** Names of what moves on the page now, with its milliseconds in all: endless ones have Infinity. */
	const movesOf = (page: Page): Promise<string[]> =>
		page.evaluate(() =>
			document.getAnimations().flatMap((animation) => {
				const { endTime } = animation.effect?.getComputedTiming() ?? {};
				return Number(endTime) > 250 || Number(endTime) === Infinity ? [`${animation.id} ${String(endTime)}`] : [];
			}),
		);

	it.each(SIZES)(
		'pages are whole and still at $width px for a reader who has not asked for less of it',
		async (size) => {
			const { page, complaints } = await openPage(browser, new URL(running.url).origin, size, { moving: true });
			for (const path of ['/', '/sky', '/search', '/statistics', richest('ztf')]) {
				await page.goto(`${running.url}${path}`);
				await settled(page);
				expect(await page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")).toBe(false);
				// what is hovered, focused and pressed changes within 90 ms, and nothing goes on
				await page.locator('main a, main button').first().hover();
				for (let i = 0; i < 5; i += 1) expect(await movesOf(page), path).toEqual([]);
				await expectNoSidewaysScroll(page);
				await expectClean(page, complaints);
			}
			// the pictures that are asked to move do, and stop when told
			await page.locator('.cut canvas[data-painted]').first().waitFor();
			const blink = page.locator('.cut').getByRole('button', { name: 'Blink', exact: true });
			await blink.click();
			const label = page.locator('.cut figcaption').first();
			const seen = new Set<string>();
			await expect.poll(async () => seen.add(await label.innerText()).size).toBeGreaterThan(1);
			await blink.click();
			const stopped = await label.innerText();
			await page.waitForTimeout(1500);
			expect(await label.innerText()).toBe(stopped);
			await page.context().close();
		},
	);
});
