import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readEndpoint, type Endpoint } from '#clickhouse/open.ts';
import { childEnvironment } from '#server/config.ts';

/** What the operator may say about the store's process. */
export interface StoreProcessOptions {
	readonly home: string;
	/** Port on loopback; 0 = the last one used, or any. */
	readonly port?: number;
	/** Bytes that the machine gives to the store; by default what the machine has. */
	readonly memoryBytes?: number;
	/** Wait for the disk at each insert: survives a power cut, costs time. */
	readonly sync?: boolean;
}

/** The running store. */
export interface StoreProcess {
	readonly child: ChildProcess;
	/** Resolves once the store answers, rejects when the process ended first. */
	readonly ready: Promise<Endpoint>;
	/** Resolves with the exit code; a crash of the engine's library after the work was done counts as 0. */
	readonly ended: Promise<number>;
	/** Ends it: it drains, cancels what is left and closes. */
	readonly stop: () => void;
}

function scriptPath(): string {
	// the bundler may put this module beside the script or into a folder of chunks below it
	const places = [import.meta.dirname, join(import.meta.dirname, '..')].map((folder) =>
		join(folder, 'store-process.js'),
	);
	const found = places.find((path) => existsSync(path));
	if (found === undefined) throw new Error('dist/store-process.js is missing: run "npm run build" first.');
	return found;
}

async function answer(home: string, child: ChildProcess): Promise<Endpoint> {
	while (child.exitCode === null && child.signalCode === null) {
		const endpoint = await readEndpoint(home);
		if (endpoint !== null && endpoint.pid === child.pid) return endpoint;
		await pause(25);
	}
	throw new Error('The store ended before it answered.');
}

/** Starts the embedded store as a process of its own; it ends with its parent. Its messages go to our stdout and stderr. */
export function startStoreProcess(options: StoreProcessOptions): StoreProcess {
	const args = ['--home', options.home, '--until-stdin-closes'];
	if (options.port !== undefined) args.push('--port', String(options.port));
	if (options.memoryBytes !== undefined) args.push('--memory', String(options.memoryBytes));
	if (options.sync === true) args.push('--sync');
	const child = spawn(process.execPath, [scriptPath(), ...args], {
		// running queries sit on libuv's threads: with only four, nothing could be cancelled
		env: childEnvironment({ UV_THREADPOOL_SIZE: '32' }),
		stdio: ['pipe', 'inherit', 'inherit'],
	});
	let stopped = false;
	const ended = once(child, 'exit').then(() => {
		const harmless = stopped && (child.signalCode === 'SIGSEGV' || child.exitCode === 139);
		return harmless ? 0 : (child.exitCode ?? 1);
	});
	const ready = answer(options.home, child);
	// who does not wait for it must not fall over it
	ready.catch(() => undefined);
	return {
		child,
		ready,
		ended,
		stop: () => {
			stopped = true;
			child.kill('SIGTERM');
		},
	};
}
