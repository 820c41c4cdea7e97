import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linksFor } from '#lib/alert/links.ts';
import { makeHome, nightjar, removeHome, type Running, startNightjar } from '../support/nightjar.ts';
import { ODD, writeOddPackets } from '../support/oddPackets.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, settled, SIZES } from './browser.ts';

/** Where the packet of the named object stands, and the report of the TNS half an arcsecond north of it. */
const NAMED = { survey: 'ztf', objectId: ODD.single, ra: 20, dec: 15, origin: 'real' } as const;
const LIST = [
	'"2026-11-19 00:00:00"',
	'"objid","name_prefix","name","ra","declination","redshift","typeid","type","discoverydate","internal_names"',
	`"1","SN","2026abc","${NAMED.ra}","${NAMED.dec + 0.5 / 3600}","0.0321","3","SN Ia","2026-04-01","${NAMED.objectId}"`,
	'"2","AT","2026xyz","200.5","-11.25","","","","2026-04-02",""',
	'',
].join('\n');
/** No report lies at its place. */
const UNNAMED = ODD.nan;

const home = makeHome();
let browser: Browser;
let running: Running;

beforeAll(async () => {
	browser = await openBrowser();
	const packets = join(home, 'packets');
	mkdirSync(packets, { recursive: true });
	writeOddPackets(packets);
	const list = join(home, 'tns_public_objects.csv');
	writeFileSync(list, LIST);
	const added = await nightjar(['catalog', 'add', list], { NIGHTJAR_HOME: home });
	expect(added.code, added.output).toBe(0);
	running = await startNightjar(['--alerts', packets], home);
	await running.printed(/ingest has finished/, 240_000);
	// alerts that come are matched with a list some twenty seconds after it was loaded
	const matched = await nightjar(['crossmatch', '--catalog', 'TNS'], { NIGHTJAR_HOME: home });
	expect(matched.code, matched.output).toBe(0);
});
afterAll(async () => {
	await browser.close();
	await running.stop();
	removeHome(home);
});

describe.each(SIZES)('what others know of an object at $width px', (size) => {
	const open = async (objectId: string): Promise<Awaited<ReturnType<typeof openPage>>> => {
		const opened = await openPage(browser, new URL(running.url).origin, size);
		await opened.page.goto(`${running.url}/objects/ztf/${objectId}`);
		await settled(opened.page);
		return opened;
	};
	const words = async (page: Page, what: string): Promise<string> =>
		(await page.locator(what).innerText()).replace(/\s+/g, ' ').trim();

	it('begins with its name in the TNS, with type and redshift, and leads to its page there', async () => {
		const { page, complaints } = await open(NAMED.objectId);
		const badge = page.locator('h1 .tns');
		expect(await words(page, 'h1 .tns')).toMatch(/^SN 2026abc SN Ia, z 0\.0321\b/);
		expect(await badge.getByRole('link').getAttribute('href')).toBe('https://www.wis-tns.org/object/2026abc');
		await badge.getByRole('button', { name: /^About the name in the TNS/ }).click();
		await page.getByText('The nearest report of the TNS at this place, 0.50″ away').waitFor();
		await page.keyboard.press('Escape');
		// the release that it is of stands among the matches
		await expect.poll(() => words(page, '#crossmatches')).toContain('TNS');
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('is no name where the list has none', async () => {
		const { page } = await open(UNNAMED);
		expect(await page.locator('.tns').count()).toBe(0);
		expect(await words(page, '#crossmatches')).toContain('TNS');
		await page.context().close();
	});

	it('opens by keys, stays within the window, and each site is asked for this object', async () => {
		const { page, complaints } = await open(NAMED.objectId);
		const opener = page.getByRole('button', { name: 'Other sites' });
		const dialog = page.getByRole('dialog', { name: 'Other sites' });
		expect(await dialog.isVisible()).toBe(false);
		await opener.focus();
		await page.keyboard.press('Enter');
		await dialog.waitFor();
		const shown = await dialog
			.getByRole('link')
			.evaluateAll((links) =>
				(links as unknown as { textContent: string; href: string }[]).map(({ textContent, href }) => [
					textContent.trim(),
					href,
				]),
			);
		const wanted = new Map(linksFor(NAMED).map(({ label, href }) => [label, new URL(href).href]));
		expect(shown.length).toBeGreaterThan(4);
		for (const [label = '', href] of shown) expect([label, href]).toEqual([label, wanted.get(label)]);
		// with those beside the button they are all
		const beside = await page.locator('.verdict .else a').allInnerTexts();
		expect([...beside, ...shown.map(([label]) => label)].sort()).toEqual([...wanted.keys()].sort());
		const box = await dialog.boundingBox();
		if (!box) throw new Error('no dialog');
		expect(box.x).toBeGreaterThanOrEqual(0);
		expect(box.x + box.width).toBeLessThanOrEqual(size.width);
		expect(box.y).toBeGreaterThanOrEqual(0);
		expect(box.y + box.height).toBeLessThanOrEqual(size.height);
		await page.keyboard.press('Tab');
		expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe(shown[0]?.[0]);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.keyboard.press('Escape');
		await expect.poll(() => dialog.isVisible()).toBe(false);
		// the key gives its place back
		expect(await page.evaluate('document.activeElement.textContent.trim()')).toContain('Other sites');
		await page.context().close();
	});
});
