import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Bodies that lie in memory between inserts, at most; each is about as large as the table's last one. */
const MOST_KEPT = 3;

/** A body that is left for the store under a name. */
export interface LeftBody {
	readonly name: string;
	readonly bytes: number;
}

/**
 * Leaves insert bodies where an embedded store of this machine takes them: half the copies of a socket. Files whose insert is done
 * are written over by later ones of about their size, for memory that was given back to the system is dear to get again.
 */
export class Handoff {
	readonly #kept: LeftBody[] = [];

	constructor(private readonly folder: string) {}

	/** Leaves a body; null when there is no room: then it has to be sent. */
	async leave(pieces: readonly Uint8Array[], bytes: number): Promise<LeftBody | null> {
		const old = this.#takeLike(bytes);
		const name = old?.name ?? `${randomUUID()}.body`;
		const path = join(this.folder, name);
		try {
			const file = await open(path, old === null ? 'wx' : 'r+', 0o600);
			try {
				let at = 0;
				// the system takes so many pieces in one call
				for (let i = 0; i < pieces.length; i += 1024) {
					const some = pieces.slice(i, i + 1024);
					at += (await file.writev(some, at)).bytesWritten;
				}
				if (at !== bytes) throw new Error('no room');
				if (old !== null && old.bytes > bytes) await file.truncate(bytes);
			} finally {
				await file.close();
			}
			return { name, bytes };
		} catch {
			await rm(path, { force: true });
			// a kept file may have been swept
			return old === null ? null : this.leave(pieces, bytes);
		}
	}

	/** Keeps the file of an insert that was answered for the next one. */
	async done(body: LeftBody): Promise<void> {
		this.#kept.push(body);
		if (this.#kept.length > MOST_KEPT) await this.drop(this.#kept.shift());
	}

	/** Removes a file: the store may still be reading it, so that it must not be written over. */
	async drop(body: LeftBody | undefined): Promise<void> {
		if (body !== undefined) await rm(join(this.folder, body.name), { force: true });
	}

	async close(): Promise<void> {
		for (const body of this.#kept.splice(0)) await this.drop(body);
	}

	#takeLike(bytes: number): LeftBody | null {
		const place = this.#kept.findIndex((body) => body.bytes <= bytes * 2 && bytes <= body.bytes * 2);
		return place < 0 ? null : (this.#kept.splice(place, 1)[0] ?? null);
	}
}
