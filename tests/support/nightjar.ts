import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const command = join(import.meta.dirname, '..', '..', 'bin', 'nightjar.mjs');
/** How long it may take until the portal listens: on a busy machine the store alone takes many seconds. */
const START_MS = 110_000;

/** A whole Nightjar on a home of its own and a free port. */
export interface Running {
	readonly url: string;
	readonly home: string;
	readonly pid: number;
	/** All that it printed so far. */
	output(): string;
	/** Resolves once a line that matches was printed. */
	printed(line: RegExp, withinMs: number): Promise<void>;
	/** Ends it as Ctrl-C does; answers the exit code. */
	stop(): Promise<number | null>;
}

/** What a command printed and its exit code. */
export interface Ran {
	readonly code: number | null;
	/** Both streams as they came: a line of one may stand in the middle of a line of the other. */
	readonly output: string;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs `nightjar ARGS` to its end; answers what it printed and its exit code. */
export function nightjar(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
	const child = spawn(process.execPath, [command, ...args], { env: { ...process.env, ...env } });
	return new Promise((resolve) => {
		let output = '';
		const streams = { stdout: '', stderr: '' };
		for (const name of ['stdout', 'stderr'] as const) {
			// a letter may be cut between two pieces
			child[name].setEncoding('utf8').on('data', (text: string) => {
				output += text;
				streams[name] += text;
			});
		}
		child.on('close', (code) => {
			resolve({ code, output, ...streams });
		});
	});
}

/** A new empty data folder; removed by `removeHome`. */
export function makeHome(): string {
	return mkdtempSync(join(tmpdir(), 'nightjar-test-'));
}

/** Removes a data folder. */
export function removeHome(home: string): void {
	rmSync(home, { recursive: true, force: true });
}

/** Writes simulated nights of both surveys into a folder, the same on every day that the test runs. Throws with what the program said. */
export async function simulateNights(
	out: string,
	home: string,
	{ seed, nights, perNight, from = '2026-11-10' }: { seed: number; nights: number; perNight: number; from?: string },
): Promise<void> {
	const numbers = ['--seed', String(seed), '--nights', String(nights), '--per-night', String(perNight)];
	const { code, output } = await nightjar(['simulate', '--out', out, '--from', from, ...numbers], {
		NIGHTJAR_HOME: home,
	});
	if (code !== 0) throw new Error(`nightjar simulate ended with ${code}: ${output}`);
}

/** Starts `nightjar start ARGS`, or another command that serves the portal, and resolves once the portal listens. */
export async function startNightjar(
	args: readonly string[],
	home: string,
	{ serve = 'start', env = {} }: { serve?: 'start' | 'portal'; env?: Readonly<Record<string, string>> } = {},
): Promise<Running> {
	const child = spawn(process.execPath, [command, serve, ...args], {
		env: { ...process.env, NIGHTJAR_HOME: home, PORT: '0', HOST: '127.0.0.1', ...env },
	});
	let output = '';
	const watchers = new Set<() => void>();
	const collect = (text: Buffer): void => {
		output += text.toString();
		for (const watcher of [...watchers]) watcher();
	};
	child.stdout.on('data', collect);
	child.stderr.on('data', collect);
	// not `exit`: what it printed last may come after that
	let isClosed = false;
	const closed = new Promise<void>((resolve) => {
		child.once('close', () => {
			isClosed = true;
			for (const watcher of [...watchers]) watcher();
			resolve();
		});
	});
	const printed = (line: RegExp, withinMs: number): Promise<void> =>
		new Promise((resolve, reject) => {
			const settle = (act: () => void): void => {
				clearTimeout(timer);
				watchers.delete(look);
				act();
			};
			const look = (): void => {
				if (line.test(output)) settle(resolve);
				else if (isClosed) {
					settle(() => {
						const how = child.exitCode ?? child.signalCode ?? '?';
						reject(new Error(`nightjar ended with ${how} before ${String(line)}:\n${output}`));
					});
				}
			};
			const timer = setTimeout(() => {
				settle(() => {
					reject(new Error(`${String(line)} was not printed within ${withinMs} ms:\n${output}`));
				});
			}, withinMs);
			watchers.add(look);
			look();
		});
	const stop = async (): Promise<number | null> => {
		if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
		await closed;
		return child.exitCode;
	};
	try {
		await printed(/listens on http:\S+/, START_MS);
	} catch (error) {
		await stop();
		throw error;
	}
	const url = /listens on (http:\S+)/.exec(output)?.[1] ?? '';
	return { url, home, pid: child.pid ?? 0, output: () => output, printed, stop };
}
