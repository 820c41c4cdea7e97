// What benchmarks of pages measure in a browser that draws by software: gaps between frames, tasks, CPU.
import { readdirSync, readFileSync } from 'node:fs';
import { type BrowserServer, type CDPSession, chromium, type Page } from 'playwright-core';
import { cpuSecondsOf } from './cpu.ts';

/** Script of a page that counts its frames and the longest gap between two, ms. */
export const WATCH_FRAMES = `(() => {
	window.gaps = { last: 0, worst: 0, frames: 0 };
	const tick = (now) => {
		if (gaps.last) gaps.worst = Math.max(gaps.worst, now - gaps.last);
		gaps.last = now;
		gaps.frames += 1;
		requestAnimationFrame(tick);
	};
	requestAnimationFrame(tick);
})()`;

interface TraceEvent {
	readonly name: string;
	readonly ph: string;
	readonly tid: number;
	readonly pid: number;
	readonly dur?: number;
	readonly tdur?: number;
	readonly args?: { readonly name?: string };
}

/** Longest task (CPU milliseconds) per thread name while something is done. */
export async function longestTasks(cdp: CDPSession, run: () => Promise<void>): Promise<Record<string, number>> {
	const events: TraceEvent[] = [];
	const collect = (chunk: { value: readonly unknown[] }): void => {
		events.push(...(chunk.value as TraceEvent[]));
	};
	cdp.on('Tracing.dataCollected', collect);
	await cdp.send('Tracing.start', {
		traceConfig: { includedCategories: ['toplevel', '__metadata'] },
		transferMode: 'ReportEvents',
	});
	await run();
	const done = new Promise<void>((resolve) => {
		cdp.once('Tracing.tracingComplete', () => {
			resolve();
		});
	});
	await cdp.send('Tracing.end');
	await done;
	cdp.off('Tracing.dataCollected', collect);
	const names = new Map(
		events
			.filter((event) => event.name === 'thread_name')
			.map((event) => [`${event.pid} ${event.tid}`, event.args?.name ?? '']),
	);
	const longest: Record<string, number> = {};
	for (const event of events) {
		const name = names.get(`${event.pid} ${event.tid}`) ?? '';
		if (event.tdur === undefined || !/CrRendererMain|CrGpuMain/.test(name)) continue;
		longest[name] = Math.max(longest[name] ?? 0, event.tdur / 1000);
	}
	return longest;
}

/** The longest gap between two frames since the last call, ms; frames are counted from nothing again. */
export async function worstGap(page: Page): Promise<number> {
	return page.evaluate<number>(
		'(() => { const worst = gaps.worst; gaps.worst = 0; gaps.frames = 0; return worst; })()',
	);
}

/** CPU seconds so far of a process and all that it started. */
export function cpuOfTree(root: number): number {
	const parents = readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.flatMap((name) => {
			try {
				const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
				return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const];
			} catch {
				// it ended meanwhile
				return [];
			}
		});
	const tree = new Set([root]);
	for (let grown = true; grown;) {
		const more = parents.filter(([pid, parent]) => tree.has(parent) && !tree.has(pid));
		for (const [pid] of more) tree.add(pid);
		grown = more.length > 0;
	}
	return [...tree].reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
}

/** A Chromium without a graphics card, whose processes can be counted: `chromium.connect` to its address. */
export function softwareBrowser(): Promise<BrowserServer> {
	return chromium.launchServer({
		executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
		args: [
			'--no-sandbox',
			'--disable-quic',
			'--use-angle=swiftshader',
			'--enable-unsafe-swiftshader',
			'--ignore-gpu-blocklist',
		],
	});
}
