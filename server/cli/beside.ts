import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SlotTaken, takeSlot } from '#server/ingest/store/slot.ts';

const EVERY_MS = 20_000;

/** What is done now and then while an ingest runs, by one process of a machine at a time: that which holds its slot. */
export interface Chore {
	readonly slot: string;
	/** Finishes what another left open under the slot. `signal`: the work is done, so that nothing may be waited for. */
	finishOpen(signal: AbortSignal): Promise<unknown>;
	once(signal: AbortSignal): Promise<unknown>;
}

/** Does the chore every twenty seconds while `work` runs, and once more when it is done; where another process holds its slot it waits for it. */
export async function beside<Result>(home: string, chore: Chore, work: () => Promise<Result>): Promise<Result> {
	const stop = new AbortController();
	const running = runUntil(join(home, 'slots'), chore, stop.signal);
	try {
		return await work();
	} finally {
		stop.abort();
		await running;
	}
}

async function runUntil(slots: string, chore: Chore, signal: AbortSignal): Promise<void> {
	let release: (() => void) | null = null;
	let begun = false;
	try {
		for (;;) {
			const last = signal.aborted;
			try {
				release ??= takeSlot(slots, chore.slot);
				if (!begun) await chore.finishOpen(signal);
				begun = true;
				await chore.once(signal);
			} catch (error) {
				// a slot that another holds, or a store that is away, of which the ingest itself tells: at the next turn
				begun &&= error instanceof SlotTaken;
			}
			if (last) return;
			await pause(EVERY_MS, undefined, { signal }).catch(() => undefined);
		}
	} finally {
		release?.();
	}
}
