import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, removeHome, type Running, simulateNights, startNightjar } from '../support/nightjar.ts';
import { openBrowser, openPage, settled, SIZES } from './browser.ts';

/** What a page may weigh before its lazy parts, in kB (1,000 bytes) after gzip. */
const BUDGET = { script: 200, style: 15, html: 75, fonts: 60, lazyChunk: 900 } as const;

const client = join(import.meta.dirname, '..', '..', 'build', 'client');
const home = makeHome();
let running: Running;
let object = '';
let alert = '';

beforeAll(async () => {
	const packets = join(home, 'packets');
	await simulateNights(packets, home, { seed: 7, nights: 2, perNight: 120 });
	running = await startNightjar(['--alerts', packets], home);
	await running.printed(/ingest has finished/, 240_000);
	const answer = await fetch(`${running.url}/api/v1/objects?limit=200`);
	const { rows } = (await answer.json()) as {
		rows: { survey: string; objectId: string; lastAlertId: string; nAlerts: number }[];
	};
	const [most] = rows.sort((a, b) => b.nAlerts - a.nAlerts);
	object = `/objects/${most?.survey ?? ''}/${most?.objectId ?? ''}`;
	alert = `/alerts/${most?.survey ?? ''}/${most?.lastAlertId ?? ''}`;
});
afterAll(async () => {
	await running.stop();
	removeHome(home);
});

const zipped = (bytes: Buffer): number => gzipSync(bytes).length / 1000;
const weightOf = (files: Iterable<string>): number =>
	[...files].reduce((sum, file) => sum + zipped(readFileSync(join(client, file))), 0);

/** Files below `_app` that a text names. */
const filesIn = (text: string, ending: string): string[] =>
	[...text.matchAll(new RegExp(String.raw`_app/immutable/[\w./~-]+\.${ending}`, 'g'))].map(([name]) => name);

/** What a browser fetches of a page before anything is asked for by its scripts: documents say it in links, headers and one import each. */
async function firstOf(path: string): Promise<{ script: number; style: number; html: number; scripts: number }> {
	const answer = await fetch(`${running.url}${path}`);
	expect(answer.status, path).toBe(200);
	const html = Buffer.from(await answer.arrayBuffer());
	const named = `${answer.headers.get('link') ?? ''}\n${html.toString()}`;
	const scripts = new Set(filesIn(named, 'js'));
	// static imports of those, and of theirs: `import{a as b}from"./x.js"`, never `import("./x.js")`
	for (const file of scripts) {
		const text = readFileSync(join(client, file), 'utf8');
		for (const [, before = '', name = ''] of text.matchAll(/(from|import)\s*"(\.{1,2}\/[\w./~-]+\.js)"/g)) {
			if (before !== '') scripts.add(join(file, '..', name));
		}
	}
	return {
		script: weightOf(scripts),
		style: weightOf(new Set(filesIn(named, 'css'))),
		html: zipped(html),
		scripts: scripts.size,
	};
}

describe('what a page weighs before its lazy parts', () => {
	const paths = (): string[] => [
		'/', '/sky', '/search', '/search?kind=alerts', object, alert, '/status', '/statistics', '/models', '/catalogs', '/docs', '/docs/api',
		'/docs/data', '/docs/design', '/docs/filters', '/docs/search?q=flux', '/filters', '/filters/new', '/scan', '/scan/practice', '/streams', '/account/sign-in',
	]; // prettier-ignore

	it('is within the budgets', async () => {
		const found: Record<string, { script: number; style: number; html: number }> = {};
		for (const path of paths()) found[path] = await firstOf(path);
		console.table(
			Object.fromEntries(
				Object.entries(found).map(([path, { script, style, html }]) => [
					path,
					{ 'script kB': Math.round(script), 'style kB': Math.round(style), 'HTML kB': Math.round(html) },
				]),
			),
		);
		for (const [path, { script, style, html }] of Object.entries(found)) {
			// a page without any script would mean that nothing was measured
			expect(script, `script of ${path}`).toBeGreaterThan(10);
			expect(script, `script of ${path}`).toBeLessThan(BUDGET.script);
			expect(style, `style of ${path}`).toBeLessThan(BUDGET.style);
			expect(html, `HTML of ${path}`).toBeLessThan(BUDGET.html);
		}
	});

	it('holds the map and the atlas back', async () => {
		const chunks = readdirSync(join(client, '_app', 'immutable', 'chunks')).filter((name) => name.endsWith('.js'));
		const heavy = chunks.filter((name) => zipped(readFileSync(join(client, '_app/immutable/chunks', name))) > 100);
		expect(heavy.length, 'deck.gl, aladin-lite').toBeGreaterThan(0);
		for (const name of heavy) {
			expect(zipped(readFileSync(join(client, '_app/immutable/chunks', name))), name).toBeLessThan(BUDGET.lazyChunk);
		}
		for (const path of ['/', '/sky', '/search', object, '/filters/new']) {
			const html = await (await fetch(`${running.url}${path}`)).text();
			for (const name of heavy) expect(html.includes(name), `${path} asks for ${name} at once`).toBe(false);
		}
	});

	it('needs fonts of few kilobytes, from here', () => {
		const assets = join(client, '_app', 'immutable', 'assets');
		expect(existsSync(assets)).toBe(true);
		const styles = readdirSync(assets).filter((name) => name.endsWith('.css'));
		const named = new Set(
			styles.flatMap((name) =>
				[...readFileSync(join(assets, name), 'utf8').matchAll(/[\w.-]+\.woff2/g)].map(([font]) => font),
			),
		);
		expect(named.size).toBeGreaterThan(0);
		// woff2 is compressed already
		const weight = [...named].reduce((sum, name) => sum + readFileSync(join(assets, name)).length / 1000, 0);
		expect(weight).toBeLessThan(BUDGET.fonts);
	});
});

/** Sums what moved without the reader's doing, from the first picture on. */
const WATCH_SHIFTS = `globalThis.shifted = 0; new PerformanceObserver((list) => {
	for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifted += entry.value;
}).observe({ type: 'layout-shift', buffered: true })`;

/** Paths of the objects whose heads say most: what breaks its lines elsewhere moves the curve below. */
async function longestHeads(many: number): Promise<string[]> {
	const answer = await fetch(`${running.url}/api/v1/objects?limit=24`);
	const { rows } = (await answer.json()) as { rows: { survey: string; objectId: string }[] };
	const heads = await Promise.all(
		rows.map(async ({ survey, objectId }) => {
			const path = `/objects/${survey}/${objectId}`;
			const html = await (await fetch(`${running.url}${path}`)).text();
			const head = /<section class="ident[^]*?<\/section>/.exec(html)?.[0] ?? '';
			return { path, letters: head.replaceAll(/<[^>]*>/g, '').length };
		}),
	);
	const longest = heads.sort((a, b) => b.letters - a.letters).slice(0, many);
	expect(longest).toHaveLength(many);
	// a head of nothing would mean that nothing was measured
	for (const { path, letters } of longest) expect(letters, path).toBeGreaterThan(500);
	return longest.map(({ path }) => path);
}

describe('what stands on a page', () => {
	it.each(SIZES)('stays where it is while the lazy parts arrive, on a $name', async (size) => {
		const browser = await openBrowser();
		try {
			const { page } = await openPage(browser, running.url, size);
			await page.addInitScript(WATCH_SHIFTS);
			for (const path of ['/', '/sky', '/search', object, alert, '/status']) {
				await page.goto(`${running.url}${path}`);
				await settled(page);
				await page.waitForTimeout(2000);
				// 0.1 is where readers begin to lose their place (web.dev, Cumulative Layout Shift)
				expect(await page.evaluate<number>('globalThis.shifted'), path).toBeLessThan(0.1);
			}
		} finally {
			await browser.close();
		}
	});

	// text that is drawn in other letters first breaks its lines elsewhere: fonts are held by a browser that has seen a page
	it.each(SIZES)('stays where it is on the first page of all, on a $name', async (size) => {
		for (const path of [...(await longestHeads(3)), alert, '/search', '/', '/sky']) {
			const browser = await openBrowser();
			try {
				const { page } = await openPage(browser, running.url, size);
				await page.addInitScript(WATCH_SHIFTS);
				await page.goto(`${running.url}${path}`);
				await settled(page);
				await page.waitForTimeout(1000);
				expect(await page.evaluate<number>('globalThis.shifted'), path).toBeLessThan(0.02);
				// what a browser remembers of earlier searches has its room before it is asked
				const html = await (await fetch(`${running.url}${path}`)).text();
				if (path === '/search') expect(html).toContain('Earlier searches in this browser');
			} finally {
				await browser.close();
			}
		}
	});
});
