import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Variable by which a child knows that it has a supervisor, also one that is gone already. */
export const SUPERVISED = 'NIGHTJAR_SUPERVISED';

/** A process to keep running. */
export interface ChildPlan {
	/** Stands before each line it prints. */
	readonly name: string;
	/** Words after `node`. */
	readonly args: readonly string[];
	readonly env: NodeJS.ProcessEnv;
	/** Whether an end with this code is final; every other end is followed by a restart. */
	readonly finished?: (code: number) => boolean;
	/** Called for each message that the child sends. */
	readonly onMessage?: (message: unknown) => void;
	/** Called when an end is final, or when it ended too often before it was ever marked ready. */
	readonly onFinished?: (code: number) => void;
	/** Milliseconds between the polite signal and the last one. */
	readonly graceMs: number;
	/** Where its lines go. */
	readonly log: (line: string) => void;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
/** After running this long an end counts as the first one again. */
const SETTLED_MS = 60_000;
/** Ends in a row, without ever being ready, after which restarting is given up. */
export const HOPELESS_ENDS = 5;

/** Milliseconds to wait before restart number `n`, from 1. */
export function restartDelayMs(n: number): number {
	return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (n - 1));
}

/** One process kept running: its lines prefixed, its ends followed by restarts with growing pauses. */
export class Child {
	readonly #plan: ChildPlan;
	#process: ChildProcess | null = null;
	#ends = 0;
	#ready = false;
	#stopping = false;
	#timer: NodeJS.Timeout | null = null;
	#gone: Promise<void> = Promise.resolve();

	constructor(plan: ChildPlan) {
		this.#plan = plan;
	}

	/** True between a start and the next end. */
	get running(): boolean {
		return this.#process !== null;
	}

	/** Its process id between a start and the next end. */
	get pid(): number | null {
		return this.#process?.pid ?? null;
	}

	/** Once ready, it is restarted for ever. */
	markReady(): void {
		this.#ready = true;
	}

	start(): void {
		const { name, args, env, log, onMessage } = this.#plan;
		const startedAt = Date.now();
		// a group of its own: Ctrl-C reaches the supervisor alone, which stops its children in order
		const child = spawn(process.execPath, [...args], {
			env: { ...env, [SUPERVISED]: '1' },
			// a child notices by its channel or its input that the supervisor is gone, also when that was killed
			stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
			detached: true,
		});
		this.#process = child;
		forward(child.stdout, name, log);
		forward(child.stderr, name, log);
		if (onMessage) child.on('message', onMessage);
		this.#gone = new Promise((resolve) => {
			let ended = false;
			const end = (code: number, why: string): void => {
				if (ended) return;
				ended = true;
				this.#process = null;
				resolve();
				this.#ended(code, why, Date.now() - startedAt);
			};
			child.on('error', (error) => {
				end(1, error.message);
			});
			child.on('exit', (code, signal) => {
				end(code ?? 1, signal === null ? `code ${code ?? 1}` : `signal ${signal}`);
			});
		});
	}

	#ended(code: number, why: string, ranMs: number): void {
		const { name, log, finished, onFinished } = this.#plan;
		if (this.#stopping) return;
		if (finished?.(code)) {
			onFinished?.(code);
			return;
		}
		this.#ends = ranMs > SETTLED_MS ? 1 : this.#ends + 1;
		if (!this.#ready && this.#ends >= HOPELESS_ENDS) {
			log(`${name} ended ${this.#ends} times without getting ready (last: ${why}); given up.`);
			onFinished?.(code === 0 ? 1 : code);
			return;
		}
		const delay = restartDelayMs(this.#ends);
		log(`${name} ended (${why}); starting it again in ${(delay / 1000).toFixed(2)} s.`);
		this.#timer = setTimeout(() => {
			this.start();
		}, delay);
	}

	/** Asks it to end, insists after the grace time; resolves once it is gone. */
	async stop(): Promise<void> {
		this.#stopping = true;
		if (this.#timer) clearTimeout(this.#timer);
		const child = this.#process;
		if (!child) return;
		child.kill('SIGTERM');
		const insist = setTimeout(() => child.kill('SIGKILL'), this.#plan.graceMs);
		await this.#gone;
		clearTimeout(insist);
	}
}

function forward(stream: Readable | null, name: string, log: (line: string) => void): void {
	if (!stream) return;
	createInterface({ input: stream }).on('line', (line) => {
		log(`${name.padEnd(7)}| ${line}`);
	});
}
