// `npm run bench -- pages --home DIR` (a filled store; the bench starts a portal on it) or `--url ADDRESS` (a portal that runs), and
// [--runs 3]: opens the main pages cold, each in a new profile of a browser without a graphics card, at two widths. Prints the medians of
// first and largest contentful paint, layout shift, the time from one click to the frame that shows it, and the script CPU of the page.
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startNightjar } from '../tests/support/nightjar.ts';
import { softwareBrowser } from './frames.ts';

const { values } = parseArgs({
	options: {
		home: { type: 'string' },
		url: { type: 'string' },
		runs: { type: 'string', default: '3' },
		verbose: { type: 'boolean', default: false },
	},
});
if (values.home === undefined && values.url === undefined) {
	throw new Error('Name a home with a filled store (--home DIR) or a portal that runs (--url ADDRESS).');
}
const SIZES = [
	{ name: 'desktop', width: 1440, height: 900 },
	{ name: 'phone', width: 390, height: 844 },
] as const;

/** Keeps what the browser tells of the page, from its first moment on. */
const WATCH = `(() => {
	window.told = { lcp: 0, lcpOf: '', shift: 0, shifts: [], events: [], long: 0 };
	const watch = (type, take, more) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
	watch('largest-contentful-paint', (entry) => {
		told.lcp = entry.startTime;
		told.lcpOf = entry.element ? entry.element.tagName.toLowerCase() + '.' + entry.element.className : '';
	});
	watch('layout-shift', (entry) => {
		if (entry.hadRecentInput) return;
		told.shift += entry.value;
		told.shifts.push(entry.value.toFixed(3) + ' ' + entry.sources.map(({ node }) => node ? (node.nodeName + '.' + (node.className || '')).toLowerCase() : '?').slice(0, 3).join(' '));
	});
	watch('longtask', (entry) => (told.long = Math.max(told.long, entry.duration)));
	watch('event', (entry) => { if (entry.interactionId) told.events.push(entry.duration); }, { durationThreshold: 16 });
})()`;

interface Told {
	readonly lcp: number;
	readonly lcpOf: string;
	readonly shift: number;
	readonly shifts: readonly string[];
	readonly events: readonly number[];
	readonly long: number;
}
interface Measured {
	readonly answer: number;
	readonly fcp: number;
	readonly lcp: number;
	readonly shift: number;
	readonly click: number;
	readonly scriptMs: number;
	readonly taskMs: number;
	readonly long: number;
}

/** One page and what is clicked on it. */
interface Visit {
	readonly path: string;
	readonly click: (page: Page) => Promise<void>;
}

async function visitsOf(url: string): Promise<readonly Visit[]> {
	const answer = await fetch(new URL('/api/v1/objects?limit=200', url));
	const { rows } = (await answer.json()) as {
		rows: { survey: string; objectId: string; nAlerts: number; lastAlertId: string }[];
	};
	const [most] = [...rows].sort((a, b) => b.nAlerts - a.nAlerts);
	if (most === undefined) throw new Error('The store holds no object.');
	const button =
		(name: string | RegExp) =>
		(page: Page): Promise<void> =>
			page
				.locator('main')
				.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
				.first()
				.click();
	return [
		{ path: '/', click: button(/^About /) },
		{ path: '/sky', click: button('magnitude') },
		{ path: '/search', click: (page) => page.locator('.keys button[aria-pressed]').first().click() },
		{ path: `/objects/${most.survey}/${most.objectId}`, click: button('flux') },
		{ path: `/alerts/${most.survey}/${most.lastAlertId}`, click: button(/^About /) },
		{ path: '/status', click: button(/^About /) },
	];
}

async function measure(browser: Browser, url: string, visit: Visit, size: (typeof SIZES)[number]): Promise<Measured> {
	const phone = size.width < 600;
	const context = await browser.newContext({
		viewport: { width: size.width, height: size.height },
		bypassCSP: true,
		isMobile: phone,
		hasTouch: phone,
	});
	const page = await context.newPage();
	await page.addInitScript(WATCH);
	const cdp = await context.newCDPSession(page);
	await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
	const cost = async (): Promise<Map<string, number>> =>
		new Map((await cdp.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, 1000 * value]));
	await page.goto(new URL(visit.path, url).href, { waitUntil: 'load' });
	await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
	await page.waitForTimeout(2500);
	const spent = await cost();
	const before = await page.evaluate<Told>('told');
	const paint = await page.evaluate<number>(
		"performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
	);
	const answer = await page.evaluate<number>("performance.getEntriesByType('navigation')[0].responseEnd");
	await visit.click(page);
	await page.waitForTimeout(1500);
	const after = await page.evaluate<Told>('told');
	if (values.verbose) console.log(visit.path, size.name, before.lcpOf, before.shifts.join('; '));
	await context.close();
	return {
		answer,
		fcp: paint,
		lcp: before.lcp,
		shift: before.shift,
		// shorter ones are not told
		click: Math.max(0, ...after.events),
		scriptMs: spent.get('ScriptDuration') ?? Number.NaN,
		taskMs: spent.get('TaskDuration') ?? Number.NaN,
		long: before.long,
	};
}

function median(list: readonly number[]): number {
	const sorted = [...list].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const running = values.home === undefined ? null : await startNightjar(['--no-simulation'], values.home);
const url = values.url ?? running?.url ?? '';
const visits = await visitsOf(url);
const server = await softwareBrowser();
const browser = await chromium.connect(server.wsEndpoint());
// the portal's own first answers are not the pages', nor is the browser's first picture
const first = await browser.newPage();
await first.goto(new URL('/docs', url).href);
await first.waitForTimeout(2000);
await first.close();
for (const { path } of visits) await (await fetch(new URL(path, url))).arrayBuffer();
console.log(
	'ms; medians. Answer: the HTML is there. Click: to the frame after it, 0 = below 16 ms. Script and task: CPU of the main thread.',
);
console.log('page                                     answer   FCP   LCP   shift  click  script  tasks  longest task');
for (const size of SIZES) {
	for (const visit of visits) {
		const runs: Measured[] = [];
		for (let i = 0; i < Number(values.runs); i += 1) runs.push(await measure(browser, url, visit, size));
		const of = (name: keyof Measured, digits = 0): string => median(runs.map((run) => run[name])).toFixed(digits);
		const label = `${visit.path.replace(/^(\/\w+\/\w+\/).*/, '$1…')} ${size.name}`;
		console.log(
			`${label.padEnd(40)} ${of('answer').padStart(6)} ${of('fcp').padStart(5)} ${of('lcp').padStart(5)} ${of('shift', 3).padStart(7)} ${of('click').padStart(6)} ${of('scriptMs').padStart(7)} ${of('taskMs').padStart(6)} ${of('long').padStart(7)}`,
		);
	}
}
await browser.close();
await server.close();
await running?.stop();
