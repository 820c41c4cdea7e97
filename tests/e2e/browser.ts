import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Widths that every page is walked at: a desktop and a phone. */
export const SIZES = [
	{ name: 'desktop', width: 1440, height: 900 },
	{ name: 'phone', width: 390, height: 844 },
] as const;

/** A Chromium with software WebGL that calls nobody by itself. */
export function openBrowser(): Promise<Browser> {
	const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
	return chromium.launch({
		executablePath,
		args: [
			'--no-sandbox',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			'--use-angle=swiftshader',
			'--enable-unsafe-swiftshader',
			'--ignore-gpu-blocklist',
			// WebGL is drawn by SwiftShader; pages themselves by the software compositor, which costs about half of the CPU
			'--disable-gpu-compositing',
			'--disable-gpu-rasterization',
		],
	});
}

/** What a page did that it should not have. */
export interface Complaints {
	readonly console: string[];
	readonly foreign: string[];
}

/** A page of the portal as the server made it, whose script does not run yet: what is pressed or typed then is lost. */
const NOT_YET = 'html[data-allows]:not([data-hydrated])';

/**
 * A page of its own profile that remembers console errors and requests to other hosts. Whatever is done to an element, or waited for, waits
 * for the script of the page first: also after a form, a link or a reload brought another document.
 */
export async function openPage(
	browser: Browser,
	origin: string,
	size: { readonly width: number; readonly height: number },
	{ moving = false }: { /** The reader has not asked for less motion. */ readonly moving?: boolean } = {},
): Promise<{ page: Page; complaints: Complaints }> {
	const context = await browser.newContext({
		viewport: { width: size.width, height: size.height },
		acceptDownloads: true,
		reducedMotion: moving ? 'no-preference' : 'reduce',
		isMobile: size.width < 600,
		hasTouch: size.width < 600,
	});
	const page = await context.newPage();
	const complaints: Complaints = { console: [], foreign: [] };
	page.on('console', (message) => {
		// a warning, but the page is thrown away and drawn anew
		const redrawn = message.text().includes('hydration_mismatch');
		if (message.type() === 'error' || redrawn) complaints.console.push(`${page.url()}: ${message.text()}`);
	});
	page.on('pageerror', (error) => complaints.console.push(`${page.url()}: ${error.message}`));
	page.on('request', (request) => {
		const url = new URL(request.url());
		if (url.protocol.startsWith('http') && url.origin !== origin) complaints.foreign.push(url.href);
	});
	page.setDefaultTimeout(60_000);
	await page.addLocatorHandler(page.locator(NOT_YET), () => Promise.resolve());
	return { page, complaints };
}

/** Waits until a page stands: it is loaded whole, its script runs and its fonts are there. Keys need it, and what is measured or judged. */
export async function settled(page: Page): Promise<void> {
	await page.waitForLoadState();
	await page.locator(NOT_YET).waitFor({ state: 'detached' });
	await page.evaluate('document.fonts.ready.then(() => null)');
}

interface AxeResult {
	readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** Violations that axe finds on the page as it stands, as `rule: element`. */
export async function axeViolations(page: Page): Promise<string[]> {
	await settled(page);
	// evaluated by the tool, not by the page: the page's own policy would refuse it
	await page.evaluate(axeSource);
	const result = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })');
	return result.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** Fails when the page complained, called elsewhere, or axe finds anything. */
export async function expectClean(page: Page, complaints: Complaints): Promise<void> {
	expect(await axeViolations(page), `axe on ${page.url()}`).toEqual([]);
	expect(complaints.console).toEqual([]);
	expect(complaints.foreign).toEqual([]);
}

/** Fails when a section of the page has no "?" in its heading that explains it. */
export async function expectExplained(page: Page): Promise<void> {
	const heads = await page.locator('main .leaf > header > h2').evaluateAll((nodes) =>
		(nodes as unknown as { textContent: string; querySelector: (what: string) => unknown }[]).map((node) => ({
			head: node.textContent.trim().slice(0, 40),
			explained: node.querySelector('button[aria-label^="About "]') !== null,
		})),
	);
	expect(heads.length).toBeGreaterThan(0);
	expect(
		heads.filter(({ explained }) => !explained),
		page.url(),
	).toEqual([]);
}

/** Elements that reach past the right edge of the window and that no scrolling parent clips. */
const OVER_THE_EDGE = `[...document.querySelectorAll('body *')].filter((el) => {
	const box = el.getBoundingClientRect();
	if (box.width === 0 || box.right <= document.documentElement.clientWidth + 1) return false;
	const above = (at) => (getComputedStyle(at).position === 'absolute' ? at.offsetParent : at.parentElement);
	for (let up = above(el); up && up !== document.body; up = above(up))
		if (getComputedStyle(up).overflowX !== 'visible') return false;
	return true;
}).slice(0, 6).map((el) => el.outerHTML.slice(0, 160))`;

/** Fails when the page is wider than its window, and names what reaches past its edge. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
	await settled(page);
	const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
	const culprits = overflow === 0 ? [] : await page.evaluate<string[]>(OVER_THE_EDGE);
	expect(overflow, `${page.url()} runs over the edge: ${culprits.join('\n')}`).toBe(0);
}
