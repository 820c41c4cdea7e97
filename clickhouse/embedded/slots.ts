/** Turns for queries of one kind: so many run, so many wait, none waits longer than the limit. */
export class Slots {
	#running = 0;
	readonly #waiting: { start: () => void; refuse: (error: Error) => void; timer: NodeJS.Timeout }[] = [];

	constructor(
		readonly name: string,
		private readonly size: number,
		private readonly queueLength: number,
		private readonly waitMs: number,
	) {}

	get running(): number {
		return this.#running;
	}

	get waiting(): number {
		return this.#waiting.length;
	}

	/** Waits for a turn; the function returned gives it back. Throws BusyError when the queue is full or the wait too long. */
	async take(signal: AbortSignal): Promise<() => void> {
		signal.throwIfAborted();
		if (this.#running >= this.size) await this.#wait(signal);
		else this.#running++;
		let given = false;
		return () => {
			if (given) return;
			given = true;
			const next = this.#waiting.shift();
			if (next === undefined) this.#running--;
			else next.start();
		};
	}

	#wait(signal: AbortSignal): Promise<void> {
		if (this.#waiting.length >= this.queueLength) {
			return Promise.reject(new BusyError(`The store is busy: ${this.queueLength} ${this.name} queries wait already.`));
		}
		return new Promise((resolve, reject) => {
			const leave = (error: Error) => {
				const index = this.#waiting.indexOf(entry);
				if (index >= 0) this.#waiting.splice(index, 1);
				finish();
				reject(error);
			};
			const onAbort = () => {
				leave(new BusyError('The reader left while the query waited.'));
			};
			const finish = () => {
				clearTimeout(entry.timer);
				signal.removeEventListener('abort', onAbort);
			};
			const entry = {
				start: () => {
					finish();
					resolve();
				},
				refuse: leave,
				timer: setTimeout(() => {
					leave(new BusyError(`The store is busy: no turn for a ${this.name} query within ${this.waitMs / 1000} s.`));
				}, this.waitMs),
			};
			signal.addEventListener('abort', onAbort, { once: true });
			this.#waiting.push(entry);
		});
	}

	/** Refuses all that wait. */
	refuseWaiting(reason: string): void {
		for (const entry of [...this.#waiting]) entry.refuse(new BusyError(reason));
	}
}

/** No turn: the same call may succeed later. */
export class BusyError extends Error {
	override readonly name = 'BusyError';
}
