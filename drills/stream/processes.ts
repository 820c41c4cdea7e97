import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Folder of the installation; this file is built into dist/drills. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A process of ours that is started again when it ends by itself, as its supervisor would. `script` is the command or what it starts. */
export class Supervised {
	/** Ends that nobody asked for. */
	ownEnds = 0;
	output = '';
	readonly #script: string;
	readonly #args: readonly string[];
	readonly #env: Readonly<Record<string, string>>;
	#child: ChildProcess | null = null;
	#wanted = false;

	constructor(args: readonly string[], env: Readonly<Record<string, string>>, script = 'bin/nightjar.mjs') {
		this.#script = script;
		this.#args = args;
		this.#env = env;
	}

	get pid(): number {
		return this.#child?.pid ?? 0;
	}

	start(): void {
		this.#wanted = true;
		const child = spawn(process.execPath, [`${ROOT}${this.#script}`, ...this.#args], {
			env: { ...process.env, UV_THREADPOOL_SIZE: '32', ...this.#env },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const keep = (text: Buffer): void => {
			this.output = `${this.output}${text.toString()}`.slice(-20_000);
		};
		child.stdout.on('data', keep);
		child.stderr.on('data', keep);
		this.#child = child;
		child.once('exit', () => {
			if (this.#child !== child) return;
			this.#child = null;
			if (!this.#wanted) return;
			this.ownEnds += 1;
			void pause(1000).then(() => {
				if (this.#wanted && this.#child === null) this.start();
			});
		});
	}

	/** Ends it and leaves it so. */
	async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
		this.#wanted = false;
		const child = this.#child;
		if (child === null) return;
		const gone = once(child, 'exit');
		child.kill(signal);
		await gone;
	}

	signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
		this.#child?.kill(signal);
	}

	/** Waits for a line that it prints. */
	async printed(line: RegExp, ms: number): Promise<void> {
		const deadline = Date.now() + ms;
		while (!line.test(this.output)) {
			if (Date.now() > deadline)
				throw new Error(`${this.#args.join(' ')} did not print ${String(line)}:\n${this.output}`);
			await pause(50);
		}
	}
}
