import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'vite';
import { connectStore } from '#clickhouse/connect.ts';
import { migrate } from '#clickhouse/migrate.ts';
import { readEndpoint, type Endpoint } from '#clickhouse/open.ts';
import type { Store } from '#clickhouse/store.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OUT = join(ROOT, 'node_modules/.cache/nightjar-tests');
const PROCESS = join(OUT, 'store-process.js');
/** How long a store may take to start: below the limit of a hook, so that what it said is told; a busy machine takes many seconds. */
const START_MS = 110_000;

async function newest(folder: string): Promise<number> {
	const files = await readdir(folder);
	const times = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).mtimeMs));
	return Math.max(...times);
}

/** Builds the store's process when its sources are newer than the last build; returns the path of the script. */
export async function buildStoreProcess(): Promise<string> {
	const embedded = join(ROOT, 'clickhouse/embedded');
	const built = await stat(PROCESS).then(
		(entry) => entry.mtimeMs,
		() => 0,
	);
	if (built < (await newest(embedded))) {
		await build({
			configFile: false,
			root: ROOT,
			publicDir: false,
			logLevel: 'error',
			build: {
				ssr: true,
				target: 'node20',
				outDir: OUT,
				emptyOutDir: false,
				rolldownOptions: { input: { 'store-process': join(embedded, 'process.ts') } },
			},
		});
	}
	return PROCESS;
}

/** Starts the store's process on a folder without waiting; stderr and stdout are collected. */
export async function spawnStore(
	home: string,
	extra: readonly string[] = [],
): Promise<{ child: ChildProcess; output: () => string }> {
	const script = await buildStoreProcess();
	const child = spawn(process.execPath, [script, '--home', home, '--until-stdin-closes', ...extra], {
		env: { ...process.env, UV_THREADPOOL_SIZE: '32' },
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	let text = '';
	child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
	return { child, output: () => text };
}

/** A running embedded store for a test. */
export interface EmbeddedStore {
	readonly store: Store;
	readonly url: string;
	readonly key: string;
	readonly home: string;
	readonly pid: number;
	/** Ends it as an operator would, returns the exit code, and removes the folder if the helper made it. */
	stop(): Promise<number | null>;
	/** kill -9; the folder stays. */
	kill(): Promise<void>;
}

async function endpointOf(home: string, child: ChildProcess, output: () => string): Promise<Endpoint> {
	const closed = once(child, 'close');
	const deadline = Date.now() + START_MS;
	while (Date.now() < deadline) {
		const endpoint = await readEndpoint(home);
		if (endpoint?.pid === child.pid && endpoint !== null) return endpoint;
		if (child.exitCode !== null || child.signalCode !== null) break;
		await pause(25);
	}
	child.kill('SIGKILL');
	// its last words may still be on their way
	await closed;
	throw new Error(`The store did not start: ${output()}`);
}

/** Starts an embedded store on `home` (a fresh temporary folder by default), with all migrations applied unless `migrate` is false. */
export async function startEmbeddedStore(options: { home?: string; migrate?: boolean } = {}): Promise<EmbeddedStore> {
	const home = options.home ?? (await mkdtemp(join(tmpdir(), 'nightjar-test-')));
	const { child, output } = await spawnStore(home);
	const endpoint = await endpointOf(home, child, output);
	const store = connectStore({ url: endpoint.url, password: endpoint.key, handoff: endpoint.handoff });
	if (options.migrate !== false) await migrate(store);
	const ended = async () => {
		if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
	};
	return {
		store,
		url: endpoint.url,
		key: endpoint.key,
		home,
		pid: endpoint.pid,
		stop: async () => {
			await store.close();
			child.kill('SIGTERM');
			await ended();
			if (options.home === undefined) await rm(home, { recursive: true, force: true });
			return child.exitCode;
		},
		kill: async () => {
			child.kill('SIGKILL');
			await ended();
			await store.close();
		},
	};
}
