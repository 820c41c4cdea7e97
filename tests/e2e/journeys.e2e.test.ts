import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, removeHome, type Running, simulateNights, startNightjar } from '../support/nightjar.ts';
import { type Complaints, expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';
import { readTable } from './csv.ts';
import { keepScreen } from './screens.ts';

// The ten journeys of a user, on a simulated sky always and on real packets where they are; `tests/e2e/*` hold what each part must do besides.

interface Row {
	readonly survey: string;
	readonly objectId: string;
	readonly ra: number;
	readonly dec: number;
	readonly firstMjd: number;
	readonly lastMjd: number;
	readonly nAlerts: number;
	readonly reliability: number | null;
	readonly ssoName: string | null;
	readonly lastAlertId: string;
}

const samples = process.env['NIGHTJAR_SAMPLES'];
const realPackets = samples === undefined ? null : join(samples, 'alerts', 'ztf');
const SKIES = [
	{ name: 'simulated', real: false },
	{ name: 'real', real: true },
] as const;
const [DESKTOP, PHONE] = SIZES;

let browser: Browser;
beforeAll(async () => {
	browser = await openBrowser();
});
afterAll(async () => {
	await browser.close();
});

describe.each(SKIES)('on a $name sky, somebody', ({ name, real }) => {
	const missing = real && (realPackets === null || !existsSync(realPackets));
	const home = makeHome();
	let running: Running;
	let rows: Row[];
	let origin = '';

	beforeAll(async () => {
		if (missing) return;
		const packets = real ? (realPackets ?? '') : join(home, 'packets');
		if (!real) {
			await simulateNights(packets, home, { seed: 11, nights: 3, perNight: 150 });
		}
		running = await startNightjar(['--alerts', packets], home);
		await running.printed(/ingest has finished/, 240_000);
		origin = new URL(running.url).origin;
		const answer = await fetch(`${origin}/api/v1/objects?limit=1000`);
		rows = ((await answer.json()) as { rows: Row[] }).rows;
	});
	afterAll(async () => {
		if (!missing) await running.stop();
		removeHome(home);
	});

	const open = (size: (typeof SIZES)[number] = DESKTOP): Promise<{ page: Page; complaints: Complaints }> =>
		openPage(browser, origin, size);
	const keep = (page: Page, step: string): Promise<void> => keepScreen(page, `${name}-${step}`, { compared: !real });
	const total = async (page: Page): Promise<number> =>
		Number((await page.locator('.tot output').innerText()).replace(/\D/g, ''));
	/** The object with most alerts that stands still. */
	const richest = (): Row => {
		const [best] = rows.filter(({ ssoName }) => ssoName === null).sort((a, b) => b.nAlerts - a.nAlerts);
		if (!best) throw new Error('no object');
		return best;
	};
	const pathOf = ({ survey, objectId }: Row): string => `/objects/${survey}/${objectId}`;
	/** Of every object with an alert so bright and so real the age in days at the newest such alert, from the table of all alerts. */
	const brightAges = async (magMax: number, reliabilityMin: number): Promise<Map<string, number>> => {
		const alerts = readTable(await (await fetch(`${origin}/api/v1/alerts?format=csv&sort=mjd`)).text());
		const ages = new Map<string, number>();
		for (const { objectId = '', mag = '', reliability = '', mjd = '', firstMjd = '' } of alerts) {
			if (mag === '' || Number(mag) > magMax || reliability === '' || Number(reliability) < reliabilityMin) continue;
			ages.set(objectId, Number(mjd) - Number(firstMjd === '' ? mjd : firstMjd));
		}
		return ages;
	};
	/** Whether a light curve can have a period: six measured points in one band of one survey. */
	const canFold = async (row: Row): Promise<boolean> => {
		const answer = await fetch(`${origin}/api/v1${pathOf(row)}/photometry`);
		const { points } = (await answer.json()) as {
			points: { kind: string; survey: string; band: string; psfFlux: number | null; psfFluxErr: number | null }[];
		};
		const counts = new Map<string, number>();
		for (const { kind, survey, band, psfFlux, psfFluxErr } of points) {
			if (kind === 'upperLimit' || psfFlux === null || (psfFluxErr ?? 0) <= 0) continue;
			counts.set(`${survey} ${band}`, (counts.get(`${survey} ${band}`) ?? 0) + 1);
		}
		return Math.max(0, ...counts.values()) >= 6;
	};

	it.skipIf(missing)('finds the young bright transients of tonight', async () => {
		const { page, complaints } = await open();
		await page.goto(origin);
		await page.locator('[data-ready]').first().waitFor();
		await keep(page, '01-tonight');
		const { picks } = (await (await fetch(`${origin}/api/v1/tonight`)).json()) as { picks: { object: Row }[] };
		const offered = picks.map(({ object }) => object);
		expect(await page.locator('.pick a.id').allInnerTexts()).toEqual(
			offered.slice(0, 5).map(({ objectId }) => objectId),
		);
		if (real && offered.length === 0) await page.getByText('Nothing new stands out').waitFor();
		else expect(offered.length).toBeGreaterThan(0);
		for (const one of offered) {
			expect(one.lastMjd - one.firstMjd, one.objectId).toBeLessThanOrEqual(3);
			expect(one.reliability, one.objectId).toBeGreaterThanOrEqual(0.65);
			expect(one.ssoName, one.objectId).toBe(null);
		}
		await page.goto(`${origin}/search`);
		await page.getByText('Narrow by night').click();
		await page.getByLabel('Faintest').fill('19.5');
		await page.getByLabel('Real, at least').fill('0.5');
		await page.getByRole('button', { name: 'Apply' }).click();
		await page.waitForURL(/magMax=19.5/);
		await page.getByRole('link', { name: /^Age/ }).click();
		await page.locator('th[aria-sort="ascending"]', { hasText: 'Age' }).waitFor();
		const ages = await brightAges(19.5, 0.5);
		expect(await total(page)).toBe(ages.size);
		const shown = await page.locator('tbody a.id').allInnerTexts();
		expect(shown.length).toBeGreaterThan(0);
		const youngest = [...ages.values()].sort((a, b) => a - b).slice(0, shown.length);
		expect(shown.map((objectId) => ages.get(objectId))).toEqual(youngest);
		await keep(page, '01-young-and-bright');
		await expectClean(page, complaints);
		await page.locator('tbody a[href^="/objects/"]').first().click();
		await page.waitForURL(new RegExp(`/objects/\\w+/${shown[0] ?? ''}`));
		await page.locator('canvas[data-painted]').first().waitFor();
		await expectClean(page, complaints);
		await page.context().close();
	});

	it.skipIf(missing)('gets from a coordinate to an object', async () => {
		const { page, complaints } = await open();
		const one = richest();
		await page.goto(`${origin}/search`);
		await page
			.getByRole('textbox')
			.first()
			.fill(`${one.ra.toFixed(5)} ${one.dec.toFixed(5)} 5"`);
		await page.keyboard.press('Enter');
		await page.locator('th', { hasText: 'Distance' }).waitFor({ state: 'attached' });
		await page.getByRole('link', { name: one.objectId }).first().click();
		await page.waitForURL(new RegExp(pathOf(one)));
		await page.locator('canvas[data-painted]').first().waitFor();
		await keep(page, '02-object');
		await expectClean(page, complaints);
		await page.context().close();
	});

	it.skipIf(missing)('folds a variable at a period found here', async () => {
		const { page, complaints } = await open();
		const one = richest();
		await page.goto(`${origin}${pathOf(one)}`);
		await page.locator('canvas[data-painted]').first().waitFor();
		await page.getByRole('button', { name: 'Period', exact: true }).click();
		const panel = page.getByRole('region', { name: 'Period' });
		const found = panel.getByRole('button', { name: /^fold at/ }).first();
		if (await canFold(one)) {
			await found.click();
			const days = Number(/at ([\d.]+) days/.exec((await found.textContent()) ?? '')?.[1]);
			expect(days).toBeGreaterThan(0.19);
			expect(days).toBeLessThan(1.01);
			await page.getByText(`phase at ${days.toFixed(6)} d`).waitFor();
			expect(await found.getAttribute('aria-pressed')).toBe('true');
			await keep(page, '03-folded');
		} else {
			// too few points for a period: the panel says so, and a typed one folds all the same
			expect(real).toBe(true);
			await panel.getByText('Too few points').waitFor();
			expect(await found.count()).toBe(0);
			await panel.getByLabel('period, d').fill('0.5');
			await panel.getByRole('button', { name: 'Fold', exact: true }).click();
			await page.getByText('phase at 0.500000 d').waitFor();
		}
		await expectClean(page, complaints);
		await page.context().close();
	});

	it.skipIf(missing)('compares epochs of cutouts', async () => {
		const { page, complaints } = await open();
		const one = richest();
		await page.goto(`${origin}${pathOf(one)}`);
		// by its kind: the first one painted is whichever of the three came first
		const canvas = page.locator('canvas[data-painted="science"]');
		await canvas.waitFor();
		const picture = (): Promise<string> =>
			canvas.evaluate((node) => (node instanceof HTMLCanvasElement ? node.toDataURL() : ''));
		const last = await picture();
		if (one.nAlerts > 1) {
			const epoch = page.getByRole('slider', { name: 'Epoch' });
			await epoch.focus();
			await page.keyboard.press('ArrowLeft');
			await expect.poll(picture).not.toBe(last);
			await page.keyboard.press('ArrowRight');
			await expect.poll(picture).toBe(last);
		}
		await expectClean(page, complaints);
		await page.context().close();
	});

	it.skipIf(missing)('brushes to a sample of at most fifty and downloads it', async () => {
		const { page, complaints } = await open();
		await page.goto(`${origin}/search`);
		const before = await total(page);
		const faint = page.getByRole('slider', { name: 'Magnitude, AB, to' });
		await faint.waitFor();
		let now = before;
		for (let presses = 0; presses < 60 && (now > 50 || presses === 0); presses += 1) {
			const held = page.url();
			await faint.press('ArrowLeft');
			await page.waitForURL((url) => url.href !== held);
			const limit = new URL(page.url()).searchParams.get('magMax') ?? '';
			await page.locator(`#download a[href*="magMax=${limit}&"]`).first().waitFor({ state: 'attached' });
			now = await total(page);
		}
		expect(now).toBeLessThanOrEqual(50);
		await keep(page, '05-brushed');
		await page.getByRole('button', { name: /^Download/ }).click();
		const [file] = await Promise.all([
			page.waitForEvent('download'),
			page.locator('#download a[href*="format=csv"]').first().click(),
		]);
		const listed = readTable(await readFile(await file.path(), 'utf8'));
		expect(listed).toHaveLength(now);
		const limit = Number(new URL(page.url()).searchParams.get('magMax'));
		for (const row of listed) expect(Number(row['lastMag'])).toBeLessThanOrEqual(limit);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it.skipIf(missing)('opens an address that somebody shared, and sees the same', async () => {
		const first = await open();
		await first.page.goto(`${origin}/search?magMax=20&sort=mag&col=l`);
		const seen = await first.page.locator('tbody').innerText();
		const other = await open(PHONE);
		await other.page.goto(first.page.url());
		expect(await total(other.page)).toBe(await total(first.page));
		const third = await open();
		await third.page.goto(first.page.url());
		expect(await third.page.locator('tbody').innerText()).toBe(seen);
		await expectClean(third.page, third.complaints);
		await Promise.all([first, other, third].map(({ page }) => page.context().close()));
	});

	it.skipIf(missing)('has a phone', async () => {
		const { page, complaints } = await open(PHONE);
		await page.goto(origin);
		await page.locator('[data-ready]').first().waitFor();
		await keep(page, '07-phone-tonight');
		await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Search' }).tap();
		await page.waitForURL(/\/search/);
		await expectNoSidewaysScroll(page);
		await keep(page, '07-phone-search');
		await page.locator('tbody a[href^="/objects/"]:visible').first().tap();
		await page.waitForURL(/\/objects\//);
		await page.locator('canvas[data-painted]').first().waitFor();
		await keep(page, '07-phone-object');
		await expectNoSidewaysScroll(page);
		const small = await page.evaluate<string[]>(
			`[...document.querySelectorAll('.btn, nav a, .seg button, .seg a')].filter((el) => el.checkVisibility()).map((el) => [el, el.getBoundingClientRect()])
				.filter(([, box]) => box.height > 0 && box.height < 40).map(([el, box]) => box.height + ' ' + el.outerHTML.slice(0, 120))`,
		);
		expect(small).toEqual([]);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it.skipIf(missing)('has a keyboard only', async () => {
		const { page, complaints } = await open();
		const one = richest();
		await page.goto(origin);
		await page.locator('[data-ready]').first().waitFor();
		await page.keyboard.press('Tab');
		expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to content');
		await page.keyboard.press('Control+k');
		await page.getByRole('dialog', { name: 'Go to' }).waitFor();
		await page.keyboard.type(one.objectId);
		await page.keyboard.press('Enter');
		await page.waitForURL(new RegExp(pathOf(one)));
		await page.locator('canvas[data-painted]').first().waitFor();
		/** Goes on by Tab until something of that name has the focus. */
		const tabTo = async (label: RegExp): Promise<void> => {
			for (let presses = 0; presses < 90; presses += 1) {
				await page.keyboard.press('Tab');
				const here = await page.evaluate<string>(
					'(document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "").trim()',
				);
				if (label.test(here)) return;
			}
			throw new Error(`Tab never came to ${String(label)}`);
		};
		await tabTo(/^flux$/);
		await page.keyboard.press('Enter');
		await expect
			.poll(() => page.getByRole('button', { name: 'flux', exact: true }).getAttribute('aria-pressed'))
			.toBe('true');
		await tabTo(/^Light curve of/);
		/** The moment read out, MJD; NaN where no point is. */
		const moment = async (): Promise<number> =>
			Number(/^(\d{5}\.\d{3}) · \w+ · /.exec(await page.locator('.read').first().innerText())?.[1]);
		await page.keyboard.press('End');
		await expect.poll(moment).toBeGreaterThan(one.firstMjd);
		const last = await moment();
		await page.keyboard.press('Home');
		await expect.poll(moment).toBeLessThan(last);
		await keep(page, '08-keyboard');
		await expectClean(page, complaints);
		await page.context().close();
	});

	it.skipIf(missing)('works in daylight, and in the dark: every page is clean in both', async () => {
		const one = richest();
		const pages: Readonly<Record<string, string>> = {
			tonight: '/',
			sky: '/sky',
			search: '/search',
			alerts: '/search?kind=alerts',
			object: pathOf(one),
			alert: `/alerts/${one.survey}/${one.lastAlertId}`,
			status: '/status',
			statistics: '/statistics',
			models: '/models',
			catalogs: '/catalogs',
			docs: '/docs',
			api: '/docs/api',
			filterLanguage: '/docs/filters',
			policy: '/docs/data',
			design: '/docs/design',
			practice: '/scan/practice?origin=simulated',
			scan: '/scan',
			streams: '/streams',
			filters: '/filters',
		};
		for (const theme of ['light', 'dark'] as const) {
			const { page, complaints } = await open();
			await page.emulateMedia({ colorScheme: theme });
			for (const [word, path] of Object.entries(pages)) {
				const answer = await page.goto(`${origin}${path}`);
				expect(answer?.status(), path).toBe(200);
				await page.waitForLoadState('load');
				await page.evaluate('document.fonts.ready');
				expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme'), path).toContain(theme);
				await keepScreen(page, `${name}-09-${word}-${theme}`, {
					compared: !real && (word === 'design' || word === 'policy'),
				});
				await expectNoSidewaysScroll(page);
				await expectClean(page, complaints);
			}
			await page.context().close();
		}
	});

	it.skipIf(missing)(
		'is offline: nothing is asked of anybody else, and the place is drawn from what is here',
		async () => {
			const { page, complaints } = await open();
			await page.context().route(
				(url) => url.origin !== origin,
				(route) => route.abort('internetdisconnected'),
			);
			await page.goto(`${origin}${pathOf(richest())}`);
			await page.locator('#where').scrollIntoViewIfNeeded();
			await page.getByRole('button', { name: 'Open the atlas here' }).click();
			await page.locator('[data-atlas="atlas"] canvas').first().waitFor();
			await page.locator('#visibility').scrollIntoViewIfNeeded();
			await page.getByRole('img', { name: /^Finding chart of/ }).waitFor();
			await keep(page, '10-offline');
			await page.goto(`${origin}/sky`);
			await page.locator('.map[data-ready]').first().waitFor();
			await expectClean(page, complaints);
			await page.context().close();
		},
	);
});
