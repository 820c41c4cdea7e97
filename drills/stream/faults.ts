import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { KafkaBroker } from '../../tests/support/kafkaBroker.ts';
import type { Supervised } from './processes.ts';
import type { StoreProxy } from './storeProxy.ts';

/** What faults are done to. */
export interface Stage {
	readonly workers: readonly Supervised[];
	/** One that joins and leaves. */
	readonly guest: Supervised;
	readonly broker: KafkaBroker;
	readonly proxy: StoreProxy;
	readonly portal: string;
	/** File with the milliseconds by which the clock of every worker is wrong. */
	readonly clockFile: string;
	/** Mount point of the store's small disk; null when there is none. */
	readonly disk: { readonly folder: string; readonly bytes: number } | null;
	killStore(): Promise<void>;
	startStore(): Promise<void>;
	readonly random: () => number;
	/** Reads that failed while the disk was full, and how many there were. */
	readonly reads: { done: number; failed: string[] };
}

/** A fault: answers how many workers ended by it, and what there is to tell. */
export interface Fault {
	readonly name: string;
	run(stage: Stage): Promise<{ readonly ends: number; readonly told: string }>;
}

const one = ({ workers, random }: Stage): Supervised => {
	const worker = workers[Math.floor(random() * workers.length)];
	if (worker === undefined) throw new Error('There is no worker.');
	return worker;
};

async function killWorker(worker: Supervised, downMs: number): Promise<void> {
	await worker.end('SIGKILL');
	await pause(downMs);
	worker.start();
}

/** Waits until a fault has met an insert, at most ten seconds. */
async function struck(has: () => boolean): Promise<void> {
	for (let waited = 0; !has() && waited < 10_000; waited += 100) await pause(100);
}

function resize(folder: string, bytes: number): void {
	execFileSync('mount', ['-o', `remount,size=${bytes}`, folder], { stdio: 'pipe' });
}

/** Leaves a store's disk a few pages more than are used: its next part does not fit. */
async function fill(folder: string): Promise<void> {
	for (let tries = 1; ; tries += 1) {
		const { blocks, bfree, bsize } = await statfs(folder);
		try {
			resize(folder, (blocks - bfree) * bsize + 32_768);
			return;
		} catch (error) {
			// the store wrote between the look and the change: a disk cannot be smaller than what is on it
			if (tries === 100) throw error;
			await pause(20);
		}
	}
}

/** Reads through the portal, as a visitor would. */
async function read(stage: Stage): Promise<void> {
	for (const path of ['/api/v1/alerts?limit=3&origin=simulated', '/api/v1/status', '/']) {
		stage.reads.done += 1;
		try {
			const answer = await fetch(`${stage.portal}${path}`, { signal: AbortSignal.timeout(20_000) });
			await answer.arrayBuffer();
			if (!answer.ok) stage.reads.failed.push(`${path} ${answer.status}`);
		} catch (error) {
			stage.reads.failed.push(`${path} ${error instanceof Error ? error.message : String(error)}`);
		}
	}
}

/** Every kind of fault that the drill knows, in a fixed order. */
export const FAULTS: readonly Fault[] = [
	{
		name: 'kill -9 of a worker',
		async run(stage) {
			await killWorker(one(stage), stage.random() * 2000);
			return { ends: 1, told: '' };
		},
	},
	{
		name: 'kill -9 of the store',
		async run(stage) {
			await stage.killStore();
			await pause(stage.random() * 3000);
			await stage.startStore();
			return { ends: 0, told: '' };
		},
	},
	{
		name: 'kill -9 of the broker',
		async run({ broker, random }) {
			await broker.kill();
			await pause(random() * 3000);
			await broker.restart();
			return { ends: 0, told: '' };
		},
	},
	{
		name: 'store refuses writes',
		async run({ proxy, random }) {
			const before = proxy.refused;
			proxy.fate = 'refuse';
			await pause(2000 + random() * 4000);
			await struck(() => proxy.refused > before);
			proxy.fate = 'pass';
			return { ends: 0, told: `${proxy.refused - before} inserts refused` };
		},
	},
	{
		name: 'answers of the store are lost',
		async run({ proxy, random }) {
			const before = proxy.lost;
			proxy.fate = 'loseAnswer';
			await pause(1000 + random() * 2500);
			await struck(() => proxy.lost > before);
			proxy.fate = 'pass';
			return { ends: 0, told: `${proxy.lost - before} inserts done whose answer never came` };
		},
	},
	{
		name: 'full disk',
		async run(stage) {
			const { disk, proxy, random, reads } = stage;
			if (disk === null) throw new Error('There is no small disk.');
			const before = reads.done;
			const failed = proxy.failed;
			await fill(disk.folder);
			const begun = Date.now();
			const end = begun + 3000 + random() * 4000;
			while (Date.now() < end || (proxy.failed === failed && Date.now() < begun + 15_000)) {
				await read(stage);
				await pause(300);
			}
			resize(disk.folder, disk.bytes);
			return { ends: 0, told: `${proxy.failed - failed} inserts failed, ${reads.done - before} reads meanwhile` };
		},
	},
	{
		name: 'rebalance storm',
		async run({ guest, random }) {
			for (let i = 0; i < 3; i += 1) {
				guest.start();
				await pause(2500 + random() * 2500);
				await guest.end(random() < 0.5 ? 'SIGKILL' : 'SIGTERM');
			}
			// what it left unfinished is its own to finish
			guest.start();
			return { ends: 3, told: 'a third worker came and went three times' };
		},
	},
	{
		name: 'clock jump',
		async run({ clockFile, random }) {
			const hours = [(random() * 2 - 1) * 6, (random() * 2 - 1) * 6];
			for (const jump of hours) {
				writeFileSync(clockFile, String(Math.round(jump * 3_600_000)));
				await pause(2500);
			}
			writeFileSync(clockFile, '0');
			return {
				ends: 0,
				told: `the workers' clocks by ${hours.map((jump) => jump.toFixed(1)).join(' h, then ')} h, then right`,
			};
		},
	},
	{
		name: 'a worker stands still past its session',
		async run(stage) {
			const worker = one(stage);
			worker.signal('SIGSTOP');
			await pause(9000);
			worker.signal('SIGCONT');
			return { ends: 1, told: '' };
		},
	},
	{
		name: 'kill -9 of a worker and of the store at once',
		async run(stage) {
			const worker = one(stage);
			await Promise.all([worker.end('SIGKILL'), stage.killStore()]);
			await pause(stage.random() * 1000);
			await stage.startStore();
			worker.start();
			return { ends: 1, told: '' };
		},
	},
];
