import { appendFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tokensOf } from './statement.ts';

/** One request as the log keeps it; values in the statement are left out. */
export interface LogEntry {
	readonly at: string;
	readonly id: string;
	readonly lane: string;
	readonly statement: string;
	/** 0 or the engine's error code. */
	readonly code: number;
	readonly error?: string;
	readonly waitedMs: number;
	readonly elapsedMs: number;
	readonly bytesIn: number;
	readonly bytesOut: number;
}

const RING = 1000;
const DAYS_KEPT = 14;

/** The statement on one line with every literal as `?`, at most 2,000 characters. */
export function withoutValues(sql: string): string {
	try {
		let text = '';
		let end = 0;
		for (const token of tokensOf(sql.slice(0, 20_000))) {
			if (token.start > end) text += ' ';
			text += token.kind === 'string' ? '?' : token.text;
			end = token.end;
		}
		return text.slice(0, 2_000);
	} catch {
		return '(unreadable statement)';
	}
}

/** The store's own query log: the last thousand requests in memory, all of them in a file per day. */
export class QueryLog {
	readonly #ring: LogEntry[] = [];
	#pending = '';
	#day = '';
	#writing: Promise<void> = Promise.resolve();

	constructor(private readonly folder: string) {}

	add(entry: LogEntry): void {
		this.#ring.push(entry);
		if (this.#ring.length > RING) this.#ring.shift();
		if (this.#pending === '') {
			this.#writing = this.#writing
				.then(() => new Promise((resolve) => setTimeout(resolve, 200)))
				.then(() => this.#write());
		}
		this.#pending += `${JSON.stringify(entry)}\n`;
	}

	recent(count: number): LogEntry[] {
		return this.#ring.slice(-count);
	}

	async #write(): Promise<void> {
		const text = this.#pending;
		this.#pending = '';
		const day = new Date().toISOString().slice(0, 10);
		try {
			if (day !== this.#day) await this.#sweep();
			this.#day = day;
			await appendFile(join(this.folder, `${day}.jsonl`), text, { mode: 0o600 });
		} catch {
			// a full disk must not stop the store: the ring still holds the entries
		}
	}

	async #sweep(): Promise<void> {
		await mkdir(this.folder, { recursive: true, mode: 0o700 });
		const files = (await readdir(this.folder)).filter((name) => /^\d{4}-\d\d-\d\d\.jsonl$/.test(name)).sort();
		for (const name of files.slice(0, -DAYS_KEPT)) await rm(join(this.folder, name), { force: true });
	}

	/** Writes what is pending. */
	async close(): Promise<void> {
		await this.#writing;
	}
}
