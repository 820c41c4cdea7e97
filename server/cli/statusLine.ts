/** Where the state of a long command is shown: one line rewritten on a terminal, a line now and then elsewhere. */
export class StatusLine {
	readonly #out: NodeJS.WriteStream;
	readonly #everyMs: number;
	#shownAt = 0;
	#open = false;

	constructor(out: NodeJS.WriteStream) {
		this.#out = out;
		this.#everyMs = out.isTTY ? 200 : 10_000;
		// the first line of a log comes after one interval, so that short runs print none
		if (!out.isTTY) this.#shownAt = Date.now();
	}

	show(text: string): void {
		if (Date.now() - this.#shownAt < this.#everyMs) return;
		this.#shownAt = Date.now();
		if (!this.#out.isTTY) {
			this.#out.write(`${text}\n`);
			return;
		}
		this.#out.write(`\r\u001b[2K${text.slice(0, Math.max(20, this.#out.columns - 1))}`);
		this.#open = true;
	}

	/** Clears the line on a terminal. */
	end(): void {
		if (this.#open) this.#out.write('\r\u001b[2K');
		this.#open = false;
	}
}
