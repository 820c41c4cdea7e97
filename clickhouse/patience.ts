import { setTimeout as pause } from 'node:timers/promises';
import { StoreError } from './store.ts';

/** How long the write path waits for a store that restarts. */
const PATIENCE_MS = 120_000;

/** Codes after which the write path tries again: no answer, busy, stopping, cancelled by a restart. */
const REPEATED = new Set([0, 202, 209, 210, 236, 252, 319, 394, 425, 999]);

/** Repeats an attempt while the store restarts or is busy, up to two minutes; other failures are thrown at once. */
export async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
	const giveUp = Date.now() + PATIENCE_MS;
	for (let wait = 50; ; wait = Math.min(2_000, wait * 2)) {
		try {
			return await attempt();
		} catch (error) {
			if (!(error instanceof StoreError) || !REPEATED.has(error.code) || Date.now() + wait > giveUp) throw error;
		}
		await pause(wait);
	}
}
