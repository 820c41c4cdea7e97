import { setTimeout as pause } from 'node:timers/promises';
import { RegistryError } from './confluent.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Waits for a schema registry that is away: an endless stream is delayed by it and does not end. */
export class RegistryPatience {
	readonly #log: (line: string) => void;
	readonly #firstWaitMs: number;
	#trouble = '';

	constructor(log: (line: string) => void, firstWaitMs = FIRST_WAIT_MS) {
		this.#log = log;
		this.#firstWaitMs = firstWaitMs;
	}

	/** What keeps packets from being read, '' for nothing. */
	get trouble(): string {
		return this.#trouble;
	}

	/** The outcome of `read`, which is tried again while the registry is away; RegistryError once `signal` ends the wait. */
	async outlast<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
		for (let wait = this.#firstWaitMs; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
			try {
				const outcome = await read();
				if (this.#trouble !== '') this.#log('schema registry: it answers again; the packets that waited are read.');
				this.#trouble = '';
				return outcome;
			} catch (error) {
				if (!(error instanceof RegistryError) || signal.aborted) throw error;
				if (error.what !== this.#trouble) this.#log(`${error.what}; packets wait until it does, nothing is lost.`);
				this.#trouble = error.what;
				const goesOn = await pause(wait, true, { signal }).catch(() => false);
				if (!goesOn) throw error;
			}
		}
	}
}
