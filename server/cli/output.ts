import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { CommandError, UsageError } from './command.ts';

/** Where a command writes what it was asked for: a file, or the shell's output. */
export class Output {
	readonly #to: Writable;
	readonly #file: string | null;
	readonly #part: string;
	#failure: Error | null = null;
	#closed = false;

	/** `whole`: the file has its name only when it is complete. */
	constructor(file: string | null, { whole }: { readonly whole: boolean }) {
		if (file !== null && existsSync(file)) throw new UsageError(`${file} exists already: name another file.`);
		this.#file = file;
		this.#part = file !== null && whole ? `${file}.part` : (file ?? '');
		this.#to = file === null ? process.stdout : createWriteStream(this.#part);
		this.#to.on('error', (error: NodeJS.ErrnoException) => {
			// a reader such as head has seen enough
			if (error.code === 'EPIPE') this.#closed = true;
			else this.#failure = error;
		});
	}

	/** Nobody reads any more. */
	get closed(): boolean {
		return this.#closed;
	}

	async write(bytes: string | Uint8Array): Promise<void> {
		this.#check();
		if (this.#closed || this.#to.write(bytes)) return;
		await new Promise<void>((resolve) => {
			const done = (): void => {
				this.#to.off('drain', done).off('close', done);
				resolve();
			};
			this.#to.on('drain', done).on('close', done);
		});
		this.#check();
	}

	/** Waits until all is written out. */
	async end(): Promise<void> {
		if (this.#file !== null) {
			await new Promise<void>((resolve) => {
				this.#to.once('close', resolve);
				this.#to.end();
			});
			this.#check();
			if (this.#part !== this.#file) await rename(this.#part, this.#file);
		} else if (!this.#closed)
			await new Promise<void>((resolve) =>
				this.#to.write('', () => {
					resolve();
				}),
			);
	}

	/** Removes what was written of a file that is only useful whole. */
	async discard(): Promise<void> {
		if (this.#file === null) return;
		this.#to.destroy();
		if (this.#part !== this.#file) await rm(this.#part, { force: true });
	}

	#check(): void {
		if (this.#failure === null) return;
		throw new CommandError(`${this.#file ?? 'The output'} cannot be written: ${this.#failure.message}.`, undefined, {
			cause: this.#failure,
		});
	}
}
