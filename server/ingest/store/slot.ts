import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Another process writes through this slot; the sentence says which and what to do. */
export class SlotTaken extends Error {
	override readonly name = 'SlotTaken';
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/**
 * Takes a named writer slot on this machine (design rule 6): one process at a time writes through it. Returns the
 * function that gives it back. A slot left by a process that is gone is taken over. Throws SlotTaken.
 */
export function takeSlot(folder: string, name: string): () => void {
	if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
		throw new SlotTaken(`A slot is named by lower-case letters, digits and dashes, up to 32 of them; not "${name}".`);
	}
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const path = join(folder, `${name}.lock`);
	for (let attempt = 0; attempt < 2; attempt += 1) {
		try {
			const file = openSync(path, 'wx', 0o600);
			writeSync(file, String(process.pid));
			closeSync(file);
			return () => {
				rmSync(path, { force: true });
			};
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
		const holder = Number(readFileSync(path, 'utf8'));
		if (Number.isInteger(holder) && holder > 0 && holder !== process.pid && isAlive(holder)) {
			throw new SlotTaken(
				`Process ${holder} is writing through the slot "${name}". Wait for it, or name another slot with --slot.`,
			);
		}
		rmSync(path, { force: true });
	}
	throw new SlotTaken(`The slot "${name}" was taken by another process just now. Try again.`);
}
