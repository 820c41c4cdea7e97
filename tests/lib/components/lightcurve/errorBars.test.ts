import { describe, expect, it } from 'vitest';
import { mergedBars } from '#lib/components/lightcurve/errorBars.ts';

describe('error bars on a canvas', () => {
	it('fill each column of pixels once, however many bars lie over each other', () => {
		const bars = { x: [10.5, 10.6, 10.4, 10.5, 30.5], low: [5, 15, 40, 7, 1], high: [20, 30, 50, 9, 2] };
		expect(mergedBars(bars, 1)).toEqual([
			[10, 5, 30],
			[10, 40, 50],
			[30, 1, 2],
		]);
	});

	it('stand in pixels of the screen, and a point without one has none', () => {
		expect(mergedBars({ x: [10.5, 11], low: [5, NaN], high: [20, NaN] }, 2)).toEqual([[21, 10, 40]]);
		expect(mergedBars({ x: [], low: [], high: [] }, 1)).toEqual([]);
	});

	it('cover what the bars cover, of ten thousand, in no more rectangles than pixels', () => {
		const n = 10_000;
		const x = Array.from({ length: n }, (_, i) => 50 + (900 * ((i * 7919) % n)) / n);
		const low = x.map((_, i) => 100 + ((i * 31) % 200));
		const high = low.map((at, i) => at + 8 + (i % 13));
		const merged = mergedBars({ x, low, high }, 1);
		const covered = new Set<string>();
		for (const [column, from, to] of merged) {
			for (let row = from; row < to; row += 1) {
				const key = `${column} ${row}`;
				if (covered.has(key)) throw new Error(`${key} is filled twice`);
				covered.add(key);
			}
		}
		const wanted = new Set<string>();
		x.forEach((at, i) => {
			for (let row = low[i] ?? 0; row < (high[i] ?? 0); row += 1) wanted.add(`${Math.round(at - 0.5)} ${row}`);
		});
		expect(covered).toEqual(wanted);
		expect(merged.length).toBeLessThan(n);
	});
});
