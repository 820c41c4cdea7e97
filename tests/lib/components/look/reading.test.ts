import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepReading, Unread } from '#lib/components/look/reading.ts';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

/** A reading that fails so often before it is done; every try by the second it began in. */
function readingThat(fails: readonly Error[]) {
	const began = Date.now();
	const tries: number[] = [];
	const told: unknown[] = [];
	const signals: AbortSignal[] = [];
	const left = [...fails];
	const reading = keepReading(
		(signal) => {
			tries.push((Date.now() - began) / 1000);
			signals.push(signal);
			const error = left.shift();
			return error === undefined ? Promise.resolve() : Promise.reject(error);
		},
		(error) => told.push(error),
	);
	return { reading, tries, told, signals };
}
const away = (): Error => new Unread('away', 503);
const MINUTES_MS = 200_000;

describe('what a page keeps reading', () => {
	it('is asked for again after ever longer pauses until it is there', async () => {
		const { tries, told } = readingThat(Array.from({ length: 8 }, away));
		await vi.advanceTimersByTimeAsync(MINUTES_MS);
		expect(tries).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
		expect(told).toHaveLength(8);
	});
	it('is asked for at once when the reader wants it, and soon after where that fails', async () => {
		const { reading, tries, signals } = readingThat(Array.from({ length: 5 }, () => new TypeError('no network')));
		await vi.advanceTimersByTimeAsync(10_000);
		reading.again();
		await vi.advanceTimersByTimeAsync(MINUTES_MS);
		expect(tries).toEqual([0, 1, 3, 7, 10, 11]);
		expect(signals.at(-1)?.aborted).toBe(false);
	});
	it('is not asked for again where the answer stays the same', async () => {
		const { tries, told } = readingThat([new Unread('no such night', 400)]);
		await vi.advanceTimersByTimeAsync(MINUTES_MS);
		expect([tries.length, told.length]).toEqual([1, 1]);
	});
	it('is given up with the page, and tells of nothing then', async () => {
		const { reading, tries, told, signals } = readingThat([away(), away()]);
		await vi.advanceTimersByTimeAsync(500);
		reading.stop();
		await vi.advanceTimersByTimeAsync(MINUTES_MS);
		expect([tries.length, told.length, signals[0]?.aborted]).toEqual([1, 1, true]);
		const early = readingThat([away()]);
		early.reading.stop();
		await vi.advanceTimersByTimeAsync(MINUTES_MS);
		expect(early.told).toEqual([]);
	});
});
