// `npm run bench -- curve [--points 10000]`: the page of an object with so many detections, on a store of its own, in a browser without a
// graphics card. Prints what the page weighs, the longest task of its main thread (CPU time) while it opens, and for each interaction the
// longest gap between two frames (wall time), the CPU of the whole browser for each frame and the longest task.
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { openStore } from '#clickhouse/open.ts';
import { LONG, writeLongCurve } from '../tests/support/longCurve.ts';
import { makeHome, removeHome, startNightjar } from '../tests/support/nightjar.ts';
import { cpuOfTree, longestTasks, softwareBrowser, WATCH_FRAMES, worstGap } from './frames.ts';

const { values } = parseArgs({ options: { points: { type: 'string', default: '10000' } } });
const points = Number(values.points);

const home = makeHome();
const running = await startNightjar(['--no-simulation'], home);
const store = await openStore({ home, storeUrl: null, storeUser: '', storePassword: '', cluster: null });
await writeLongCurve(store, points);
await store.close();
const address = new URL(`/objects/${LONG.survey}/${LONG.objectId}`, running.url).href;
for (let i = 0; i < 3; i += 1) {
	const began = performance.now();
	const answer = await fetch(address);
	const { byteLength } = await answer.arrayBuffer();
	console.log(
		`the page: ${answer.status}, ${(byteLength / 1024).toFixed(0)} KiB before compression, ${(performance.now() - began).toFixed(0)} ms`,
	);
}

const server = await softwareBrowser();
const root = server.process().pid ?? 0;
const browser = await chromium.connect(server.wsEndpoint());
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
await page.addInitScript(WATCH_FRAMES);
const cdp = await page.context().newCDPSession(page);

const rendererTask = (longest: Readonly<Record<string, number>>): string =>
	`${(longest['CrRendererMain'] ?? 0).toFixed(0)} ms CPU`;

const began = performance.now();
const opening = await longestTasks(cdp, async () => {
	await page.goto(address);
	await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
	await page.waitForTimeout(1500);
});
const paint = await page.evaluate<number>(
	"performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
);
console.log(
	`opened in ${(performance.now() - began - 1500).toFixed(0)} ms, first contentful paint ${paint.toFixed(0)} ms; longest task ${rendererTask(opening)}`,
);
await worstGap(page);

const plot = page.getByRole('slider', { name: /^Light curve of/ });
await plot.scrollIntoViewIfNeeded();
const box = await plot.boundingBox();
if (!box) throw new Error('The light curve is not there.');
const [x, y] = [box.x + box.width * 0.5, box.y + box.height * 0.45];
const click = (name: string) => (): Promise<void> => page.getByRole('button', { name, exact: true }).first().click();
const drag = async (): Promise<void> => {
	await page.mouse.move(x, y);
	await page.mouse.down();
	for (let i = 1; i <= 30; i += 1) await page.mouse.move(x - 8 * i, y + 2 * i);
	await page.mouse.up();
};
const steps: readonly (readonly [string, () => Promise<void>])[] = [
	[
		'hover',
		async () => {
			for (let i = 0; i < 40; i += 1) await page.mouse.move(box.x + 60 + i * 15, y + (i % 5) * 12);
		},
	],
	[
		'zoom by the wheel',
		async () => {
			await page.mouse.move(x, y);
			for (let i = 0; i < 12; i += 1) {
				await page.mouse.wheel(0, -150);
				await page.waitForTimeout(30);
			}
		},
	],
	['pan', drag],
	['whole curve again', click('Reset')],
	[
		'zoom a little, pan with nearly all in view',
		async () => {
			await page.mouse.move(x, y);
			await page.mouse.wheel(0, -100);
			await drag();
		},
	],
	['whole curve again', click('Reset')],
	[
		'select ten points',
		async () => {
			for (let i = 0; i < 10; i += 1) {
				await page.mouse.click(box.x + 120 + i * 50, y);
				await page.waitForTimeout(50);
			}
		},
	],
	[
		'twenty steps by keys',
		async () => {
			await plot.focus();
			for (let i = 0; i < 20; i += 1) await page.keyboard.press('ArrowLeft');
		},
	],
	['flux', click('flux')],
	['mag', click('mag')],
	[
		'means by night, and off',
		async () => {
			await page.getByLabel('Means by').selectOption('night');
			await page.waitForTimeout(300);
			await page.getByLabel('Means by').selectOption({ label: 'off' });
		},
	],
	['one panel per band', click('One panel per band')],
	['one plot again', click('One panel per band')],
	['search the period', click('Period')],
	[
		'fold',
		async () => {
			const panel = page.getByRole('region', { name: 'Period' });
			await panel.getByLabel('period, d').fill(String(LONG.periodDays));
			await panel.getByRole('button', { name: 'Fold', exact: true }).click();
			await page.getByText('phase at').waitFor();
		},
	],
	[
		'hover over the fold',
		async () => {
			for (let i = 0; i < 40; i += 1) await page.mouse.move(box.x + 60 + i * 15, y + (i % 5) * 12);
		},
	],
	['unfold', click('Unfold')],
	[
		'band g off and on',
		async () => {
			const band = page.getByRole('button', { name: 'band g', exact: true });
			await band.click();
			await page.waitForTimeout(300);
			await band.click();
		},
	],
	[
		'down the whole page',
		async () => {
			for (let i = 0; i < 40; i += 1) {
				await page.mouse.wheel(0, 250);
				await page.waitForTimeout(40);
			}
		},
	],
	[
		'every point in the table',
		() => page.getByRole('button', { name: `All ${points.toLocaleString('en-US')} points` }).click(),
	],
];
for (const [label, run] of steps) {
	let perFrame = 0;
	const longest = await longestTasks(cdp, async () => {
		const cpu = cpuOfTree(root);
		await worstGap(page);
		await run();
		await page.evaluate(
			'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => null)',
		);
		const frames = await page.evaluate<number>('gaps.frames');
		perFrame = (1000 * (cpuOfTree(root) - cpu)) / Math.max(1, frames);
		// what comes late counts for gaps and tasks
		await page.waitForTimeout(1000);
	});
	console.log(
		`${label.padEnd(42)} longest gap ${(await worstGap(page)).toFixed(0).padStart(5)} ms; ${perFrame.toFixed(0).padStart(4)} ms CPU of the whole browser a frame; longest task ${rendererTask(longest)}`,
	);
}
await browser.close();
await server.close();
await running.stop();
removeHome(home);
