// `npm run bench -- sky [--rows 1000000] [--home DIR]`: the sky page on a store of a million alerts in thirty nights, in a
// browser without a graphics card. Prints the time from the server's answer to the first picture, and for each interaction the
// longest gap between two frames (wall time) and the longest task of the page's main thread (CPU time).
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { openStore } from '#clickhouse/open.ts';
import { rowEncoder } from '#clickhouse/rowEncoder.ts';
import type { Store } from '#clickhouse/store.ts';
import { galacticFromIcrs } from '#lib/astro/sphere.ts';
import { ipixToArray } from '#lib/astro/healpix.ts';
import { makeHome, removeHome, startNightjar } from '../tests/support/nightjar.ts';
import { cpuSecondsOf } from './cpu.ts';
import { cpuOfTree, longestTasks, softwareBrowser, WATCH_FRAMES, worstGap } from './frames.ts';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' }, home: { type: 'string' } } });
const rows = Number(values.rows);
const NIGHTS = 30;
const BATCH = 20_000;
const FIRST_DAY = Date.parse('2026-10-22') / 86_400_000;
const MJD_1970 = 40_587;
const CLASSES = ['', '', '', 'star', 'star', 'star', 'sso', 'bogus', 'agn', 'snia'] as const;

const COLUMNS = [
	['survey', 'String'],
	['alert_id', 'UInt64'],
	['object_id', 'String'],
	['programme', 'String'],
	['origin', "Enum8('real' = 1, 'test' = 2, 'simulated' = 3)"],
	['night', 'Date'],
	['mjd', 'Float64'],
	['ra', 'Float64'],
	['dec', 'Float64'],
	['hpx29', 'UInt64'],
	['band', 'String'],
	['mag', 'Float32'],
	['reliability', 'Float32'],
	['class', 'String'],
	['writer', 'String'],
	['number', 'UInt64'],
	['known_at', 'DateTime64(3)'],
].map(([name = '', type = '']) => ({ name, type }));

/** A repeatable sequence in [0, 1). */
function sequence(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 4_294_967_296;
	};
}

/** A place that a survey would find an alert at: north of -30 for one, south of +10 for the other, twice as many near the Galaxy. */
function placeFor(survey: string, random: () => number): { ra: number; dec: number } {
	for (;;) {
		const ra = random() * 360;
		const dec = (Math.asin(2 * random() - 1) * 180) / Math.PI;
		if (survey === 'ztf' ? dec < -30 : dec > 10 || dec < -72) continue;
		if (Math.abs(galacticFromIcrs(ra, dec).lat) < 15 || random() < 0.5) return { ra, dec };
	}
}

/** Fills a store with alerts spread over the nights and both skies. */
async function fill(store: Store): Promise<void> {
	const random = sequence(20_261_121);
	const encoder = rowEncoder(COLUMNS, 1 << 22);
	for (let from = 0; from < rows; from += BATCH) {
		const count = Math.min(BATCH, rows - from);
		const night = Math.floor((from * NIGHTS) / rows);
		const [ra, dec] = [new Float64Array(count), new Float64Array(count)];
		const survey = (i: number): string => ((from + i) % 3 === 0 ? 'lsst' : 'ztf');
		for (let i = 0; i < count; i += 1) {
			const place = placeFor(survey(i), random);
			[ra[i], dec[i]] = [place.ra, place.dec];
		}
		const hpx = new BigUint64Array(count);
		ipixToArray(29, ra, dec, hpx);
		encoder.clear();
		for (let i = 0; i < count; i += 1) {
			const n = from + i;
			encoder.row([
				survey(i),
				2_500_000_000_000_000_000n + BigInt(n),
				`ZTF26b${n.toString(36)}`,
				'public',
				'real',
				FIRST_DAY + night,
				FIRST_DAY + night + MJD_1970 + 0.2 + 0.25 * random(),
				ra[i] ?? 0,
				dec[i] ?? 0,
				hpx[i] ?? 0n,
				n % 2 === 0 ? 'g' : 'r',
				14 + 7 * Math.sqrt(random()),
				random(),
				CLASSES[Math.floor(random() * CLASSES.length)] ?? '',
				'bench',
				BigInt(from / BATCH + 1),
				BigInt(Date.parse('2026-11-21')),
			]);
		}
		await store.insert('alerts', encoder.names, encoder.finish(), `sky-${from}`);
	}
	await store.command(
		`INSERT INTO ingest_log (writer, number, state, at, boundary, alerts, code_version) SELECT 'bench', ${Math.ceil(rows / BATCH)}, 'published', now64(3), '', 0, 'bench'`,
	);
}

const WATCH_PICTURE = `(() => {
	const look = () => {
		if (document.querySelector('.map[data-ready]')) { window.firstPicture = performance.now(); return; }
		requestAnimationFrame(look);
	};
	look();
})()`;

const home = values.home ?? makeHome();
const filled = existsSync(`${home}/store`);
const running = await startNightjar(['--no-simulation'], home);
const endpoint = JSON.parse(readFileSync(`${home}/store/endpoint.json`, 'utf8')) as { pid: number };
if (!filled) {
	const store = await openStore({ home, storeUrl: null, storeUser: '', storePassword: '', cluster: null });
	const began = performance.now();
	await fill(store);
	await store.close();
	console.log(`${rows} alerts written in ${((performance.now() - began) / 1000).toFixed(0)} s.`);
}
const lastNight = new Date((FIRST_DAY + NIGHTS - 1) * 86_400_000).toISOString().slice(0, 10);
const firstNight = new Date(FIRST_DAY * 86_400_000).toISOString().slice(0, 10);
const address = `${running.url.replace(/\/$/, '')}/sky?nightFrom=${firstNight}&nightTo=${lastNight}`;

const nightRange = `nightFrom=${firstNight}&nightTo=${lastNight}`;
for (const [label, path] of [
	['counts of 30 nights by pixel and class', `/api/v1/sky/density?by=class&${nightRange}`],
	['counts of 30 nights by pixel', `/api/v1/sky/density?by=total&${nightRange}`],
	['counts of one night', `/api/v1/sky/density?by=class&nightFrom=${lastNight}&nightTo=${lastNight}`],
	[
		'alerts of 12 pixels of order 5',
		`/api/v1/sky?order=5&pixels=${Array.from({ length: 12 }, (_, i) => 3000 + i).join(',')}&ids=1&limit=20000&${nightRange}`,
	],
	['overview of the density HiPS', '/hips/density/Norder3/Allsky.png'],
	['a tile of order 3', '/hips/density/Norder3/Dir0/Npix400.png'],
] as const) {
	const [began, cpu] = [performance.now(), cpuSecondsOf(endpoint.pid)];
	const answer = await fetch(new URL(path, running.url));
	const { byteLength } = await answer.arrayBuffer();
	const store = cpuSecondsOf(endpoint.pid) - cpu;
	console.log(
		`${label.padEnd(42)} ${answer.status} ${(byteLength / 1024).toFixed(0).padStart(6)} KiB ${(performance.now() - began).toFixed(0).padStart(6)} ms, store CPU ${store.toFixed(2)} s`,
	);
}

const server = await softwareBrowser();
const browser = await chromium.connect(server.wsEndpoint());
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
await page.addInitScript(WATCH_FRAMES);
await page.addInitScript(WATCH_PICTURE);
const cdp = await page.context().newCDPSession(page);

const start = await longestTasks(cdp, async () => {
	await page.goto(address);
	await page.waitForFunction('window.firstPicture !== undefined', undefined, { timeout: 60_000 });
});
const answered = await page.evaluate<number>("performance.getEntriesByType('navigation')[0].responseEnd");
const first = await page.evaluate<number>('window.firstPicture');
console.log(`first picture ${(first - answered).toFixed(0)} ms after the server's answer`, start);
await page.waitForTimeout(3000);
await worstGap(page);

const box = await page.locator('.map').boundingBox();
if (!box) throw new Error('The map is not there.');
const [x, y] = [box.x + box.width * 0.45, box.y + box.height * 0.45];
const steps: readonly (readonly [string, () => Promise<void>])[] = [
	[
		'turn the whole sky',
		async () => {
			await page.mouse.move(x, y);
			await page.mouse.down();
			for (let i = 1; i <= 20; i += 1) await page.mouse.move(x + 12 * i, y);
			await page.mouse.up();
		},
	],
	[
		'zoom in, density to alerts',
		async () => {
			for (let i = 0; i < 12; i += 1) {
				await page.mouse.move(x, y);
				await page.mouse.wheel(0, -150);
				await page.waitForTimeout(60);
			}
		},
	],
	[
		'pan among alerts',
		async () => {
			await page.mouse.move(x, y);
			await page.mouse.down();
			for (let i = 1; i <= 20; i += 1) await page.mouse.move(x - 10 * i, y + 4 * i);
			await page.mouse.up();
		},
	],
	[
		'hover over alerts',
		async () => {
			for (let i = 1; i <= 40; i += 1) await page.mouse.move(x + 5 * i, y + 3 * i);
		},
	],
	['colour by magnitude', () => page.getByRole('button', { name: 'magnitude', exact: true }).click()],
	['whole sky again', () => page.getByRole('button', { name: 'Whole sky' }).click()],
	['one night earlier', () => page.getByRole('button', { name: 'Earlier' }).click()],
];
for (const [label, run] of steps) {
	let perFrame = 0;
	const longest = await longestTasks(cdp, async () => {
		const cpu = cpuOfTree(server.process().pid ?? 0);
		await run();
		const frames = await page.evaluate<number>('gaps.frames');
		perFrame = (1000 * (cpuOfTree(server.process().pid ?? 0) - cpu)) / Math.max(1, frames);
		await page.waitForTimeout(2500);
	});
	const told = await page.locator('.tl [role=status]').textContent();
	console.log(
		`${label.padEnd(28)} longest gap ${(await worstGap(page)).toFixed(0).padStart(5)} ms; ${perFrame.toFixed(0).padStart(4)} ms CPU of the whole browser a frame; longest task`,
		Object.fromEntries(Object.entries(longest).map(([name, ms]) => [name, `${ms.toFixed(0)} ms CPU`])),
		`(${told ?? ''})`,
	);
}
await browser.close();
await server.close();
await running.stop();
if (values.home === undefined) removeHome(home);
