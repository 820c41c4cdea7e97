/** Pauses before something is read again, ms: 1, 2, 4, ... seconds. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** An answer of the portal with another status than asked for, in words for the reader. */
export class Unread extends Error {
	constructor(
		message: string,
		readonly status: number,
	) {
		super(message);
	}

	/** Whether the same question may be answered later: the store was away, or too much was asked at once. */
	get retriable(): boolean {
		return this.status >= 500 || this.status === 429;
	}
}

/** Something that a page reads until it has it. */
export interface Reading {
	/** Reads at once. */
	readonly again: () => void;
	/** Gives up what is under way; nothing is read any more. */
	readonly stop: () => void;
}

/** Reads, and where that fails tells why and reads again after ever longer pauses, until it is done or stopped. */
export function keepReading(
	read: (signal: AbortSignal) => Promise<void>,
	failed: (error: unknown) => void = () => undefined,
): Reading {
	let pause = FIRST_PAUSE_MS;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let current: AbortController;

	function attempt(): void {
		const mine = new AbortController();
		current = mine;
		read(mine.signal).catch((error: unknown) => {
			if (mine.signal.aborted) return;
			failed(error);
			if (error instanceof Unread && !error.retriable) return;
			timer = setTimeout(attempt, pause);
			pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
		});
	}
	function stop(): void {
		clearTimeout(timer);
		current.abort();
	}

	attempt();
	return {
		again: () => {
			stop();
			pause = FIRST_PAUSE_MS;
			attempt();
		},
		stop,
	};
}
