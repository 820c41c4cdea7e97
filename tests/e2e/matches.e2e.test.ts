import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGERY_COOKIE, IMAGERY_YES } from '#lib/server/policy.ts';
import { insertCatalog } from '#clickhouse/write/crossmatch.ts';
import { startWorld, type World } from '../security/world.ts';
import { publish, writeAlerts } from '../support/alertRows.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';

const SOURCE = { ra: 150.0002, dec: 2.0001 } as const;
const CATALOG = { catalog: 'Stars', release: 'DR9' } as const;
const column = (name: string, unit: string, meaning: string) => ({ name, kind: 'number' as const, unit, meaning });

let browser: Browser;
let world: World;

async function insert(table: string, row: object): Promise<void> {
	await world.store.command(`INSERT INTO ${table} FORMAT JSONEachRow\n${JSON.stringify(row)}`);
}

beforeAll(async () => {
	browser = await openBrowser();
	world = await startWorld({}, { atTheMachine: true });
	await insertCatalog(
		world.store,
		{
			...{
				name: CATALOG.catalog,
				release: CATALOG.release,
				origin: 'real',
				description: '',
				licence: '',
				citation: '',
			},
			...{ sourceUrl: '', radiusArcsec: 2, radiusKpc: 0, nearRadiusArcsec: 0, rows: 1, sha256: '' },
			columns: [
				...[column('parallax', 'mas', 'Parallax'), column('pm', 'mas/yr', 'Proper motion')],
				...Array.from({ length: 8 }, (_, i) => column(`more${i}`, '', '')),
			],
		},
		Date.now() - 3_600_000,
	);
	const alert = { survey: 'ztf', object_id: 'ZTF26openaaa', programme: 'public', origin: 'real', alert_id: '101' };
	const stamp = { writer: 'worker-1', number: 1, known_at: '2026-11-19 06:00:01.000' };
	await insert('crossmatch_runs', {
		...{ ...alert, ...stamp, ...CATALOG, state: 'matched', n_matches: 1, radius_arcsec: 2, reason: '' },
	});
	const more = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`more${i}`, i]));
	await insert('crossmatches', {
		...{ ...alert, ...stamp, ...CATALOG, ...SOURCE, rank: 1, source_id: '4472832130942575872', sep_arcsec: 0.81 },
		...{ numbers: { parallax: -0.123456789012, ...more }, texts: { note: 'a star' } },
	});
	await writeAlerts(world.store, [
		{ alertId: 300n, objectId: 'ZTF26south', ra: 150, dec: -50, number: 2 },
		{ alertId: 301n, objectId: 'ZTF26edge', ra: 150, dec: -29.99, number: 2 },
	]);
	await publish(world.store, 'worker-1', 2);
});
afterAll(async () => {
	await browser.close();
	await world.stop();
});

describe.each(SIZES)('the matches of an object at $width px', (size) => {
	it('open to all their columns with units, and lead elsewhere around the source', async () => {
		const { page, complaints } = await openPage(browser, world.url, size);
		await page.goto(`${world.url}/objects/ztf/ZTF26openaaa`);
		const part = page.locator('#crossmatches');
		const match = part.locator('details');
		expect(await match.count()).toBe(1);
		const summary = match.locator('summary');
		expect(await summary.innerText()).toMatch(/all 11 columns/);
		await summary.focus();
		await page.keyboard.press('Enter');
		const rows = match.locator('dl > div');
		const said = async (name: string): Promise<string> =>
			(await rows.filter({ has: page.locator('dt', { hasText: name }) }).innerText()).replace(/\s+/g, ' ');
		expect(await said('parallax')).toBe('parallax mas −0.123456789012 Parallax');
		expect(await said('pm')).toBe('pm mas/yr – Proper motion');
		expect(await said('note')).toBe('note a star');
		expect(await rows.count()).toBe(2 + 11);
		const links = match.getByRole('link');
		expect(await links.allInnerTexts()).toEqual(['SIMBAD', 'NED']);
		expect(await links.first().getAttribute('href')).toContain('Coord=150.000200%202.000100');
		// what is opened is read without a move to the side
		const box = await match.locator('dl').boundingBox();
		expect(box && box.x >= 0 && box.x + box.width <= size.width).toBe(true);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.getByRole('button', { name: 'Switch between dark and light' }).click();
		await expectClean(page, complaints);
		await page.context().close();
	});
});

it('offers only pictures of surveys that have some of the place', async () => {
	const { page } = await openPage(browser, world.url, SIZES[0]);
	await page.context().addCookies([{ name: IMAGERY_COOKIE, value: IMAGERY_YES, url: world.url }]);
	// nobody is asked for pictures by a test
	await page.context().route(
		(url) => url.origin !== world.url && url.protocol.startsWith('http'),
		(route) => route.abort(),
	);
	const offered = async (object: string): Promise<string[]> => {
		await page.goto(`${world.url}/objects/ztf/${object}`);
		await page.locator('#where').scrollIntoViewIfNeeded();
		await page.getByRole('button', { name: 'Open the atlas here' }).click();
		await page.locator('[data-atlas="atlas"]').waitFor();
		return page.getByLabel('Picture').locator('option').allInnerTexts();
	};
	expect(await offered('ZTF26openaaa')).toEqual([
		...['Alert density', 'DSS2 colour', 'Pan-STARRS DR1', 'DESI Legacy DR10', 'SDSS DR9', '2MASS', 'unWISE W1 W2'],
	]);
	expect(await page.getByText('has none here').count()).toBe(0);
	expect(await offered('ZTF26south')).not.toContain('Pan-STARRS DR1');
	await page.getByText('Pan-STARRS DR1 has none here: it ends at −30°.').waitFor();
	// chosen where it is, another goes on where it ends
	expect(await offered('ZTF26edge')).toContain('Pan-STARRS DR1');
	const picture = page.getByLabel('Picture');
	await picture.selectOption({ label: 'Pan-STARRS DR1' });
	await page.getByRole('application', { name: /^Sky around ZTF26edge/ }).focus();
	for (let presses = 0; presses < 8; presses += 1) await page.keyboard.press('ArrowDown');
	await page.getByText('Pan-STARRS DR1 has none here').waitFor();
	await expect.poll(() => picture.inputValue()).toBe('dss');
	await page.context().close();
});

describe.each(SIZES)('SIMBAD over the atlas at $width px', (size) => {
	// in the form of its cone search
	const rows = [
		['NGC 1', '150.0003', '2.0002', 'Galaxy'],
		['<b>a &amp; b</b>', '149.9990', '2.0010', 'Star'],
	].map((cells) => `<TR>${cells.map((cell) => `<TD>${cell.replaceAll('<', '&lt;')}</TD>`).join('')}</TR>`);
	const table = (body: readonly string[]): string =>
		`<?xml version="1.0"?><VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE type="results"><TABLE>
<FIELD name="main_id" datatype="char" arraysize="*" ucd="meta.id;meta.main"/><FIELD name="ra" datatype="double" unit="deg" ucd="pos.eq.ra;meta.main"/>
<FIELD name="dec" datatype="double" unit="deg" ucd="pos.eq.dec;meta.main"/><FIELD name="otype_txt" datatype="char" arraysize="*" ucd="src.class"/>
<DATA><TABLEDATA>${body.join('')}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>`;

	it('is asked when the reader says so, and is listed beside the picture', async () => {
		const { page } = await openPage(browser, world.url, size);
		await page.context().addCookies([{ name: IMAGERY_COOKIE, value: IMAGERY_YES, url: world.url }]);
		const asked: string[] = [];
		let answer: { readonly status: number; readonly body: string } = { status: 200, body: table(rows) };
		await page.context().route(
			(url) => url.origin !== world.url && url.protocol.startsWith('http'),
			async (route) => {
				const url = new URL(route.request().url());
				if (url.host !== 'simbad.cds.unistra.fr') return route.abort();
				asked.push(url.href);
				return route.fulfill({
					...answer,
					headers: { 'access-control-allow-origin': '*', 'content-type': 'application/x-votable+xml' },
				});
			},
		);
		await page.goto(`${world.url}/objects/ztf/ZTF26openaaa`);
		const where = page.locator('#where');
		await where.scrollIntoViewIfNeeded();
		await page.getByRole('button', { name: 'Open the atlas here' }).click();
		await page.locator('[data-atlas="atlas"]').waitFor();
		const box = page.getByLabel('SIMBAD');
		expect(asked).toEqual([]);
		await box.check();
		await where.getByText(/^2 within/).waitFor();
		expect(asked).toHaveLength(1);
		const parameters = new URL(asked[0] ?? '').searchParams;
		expect(Number(parameters.get('RA'))).toBeCloseTo(150, 2);
		expect(Number(parameters.get('SR'))).toBeGreaterThan(0);
		const galaxy = where.getByRole('link', { name: 'NGC 1' });
		expect(await galaxy.getAttribute('href')).toBe('https://simbad.cds.unistra.fr/simbad/sim-id?Ident=NGC%201');
		// text of another site stays text
		expect(await where.getByRole('link', { name: '<b>a & b</b>' }).count()).toBe(1);
		await expectNoSidewaysScroll(page);
		// elsewhere: asked again by the reader alone, and no answer is said
		answer = { status: 500, body: 'down' };
		await page.getByRole('application', { name: /^Sky around ZTF26openaaa/ }).focus();
		for (let presses = 0; presses < 8; presses += 1) await page.keyboard.press('ArrowDown');
		expect(asked).toHaveLength(1);
		await where.getByRole('button', { name: 'Ask here' }).click();
		await where.getByText('no answer').waitFor();
		expect(await galaxy.count()).toBe(0);
		answer = { status: 200, body: '<html>busy</html>' };
		await where.getByRole('button', { name: 'Ask again' }).click();
		await expect.poll(() => asked.length).toBe(3);
		await where.getByText('no answer').waitFor();
		answer = { status: 200, body: table([]) };
		await where.getByRole('button', { name: 'Ask again' }).click();
		await where.getByText(/^0 within/).waitFor();
		await box.uncheck();
		expect(await where.getByText(/^0 within/).count()).toBe(0);
		await page.context().close();
	});
});
