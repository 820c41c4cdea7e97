import { describe, expect, it } from 'vitest';
import { auc, calibration, interval, recallAt, weightedShare } from '../../training/figures.ts';

const row = (truth: boolean, score: number) => ({ truth, score });

describe('figures of a rule', () => {
	it('the area under the curve is the share of pairs in the right order, ties half', () => {
		expect(auc([row(true, 0.9), row(true, 0.4), row(false, 0.5), row(false, 0.1)])).toBe(0.75);
		expect(auc([row(true, 0), row(false, 0), row(false, 0)])).toBe(0.5);
		expect(auc([row(true, 1), row(true, 1), row(false, 0)])).toBe(1);
		expect(auc([row(true, 1)])).toBeNaN();
	});

	it('recall counts what lies above the score that so many of the others exceed', () => {
		const others = Array.from({ length: 100 }, (_, i) => row(false, i / 100));
		// one of a hundred others lies above 0.98
		expect(recallAt([...others, row(true, 0.985), row(true, 0.97)], 0.01)).toBe(0.5);
		expect(recallAt([...others, row(true, 0.985), row(true, 0.97)], 0.05)).toBe(1);
	});

	it('calibration puts tenths together until each has enough rows, counts them all, and weighs shares', () => {
		const rows = [
			...Array.from({ length: 30 }, () => row(false, 0.05)),
			...Array.from({ length: 5 }, () => row(true, 0.35)),
			...Array.from({ length: 5 }, () => row(false, 0.45)),
			...Array.from({ length: 10 }, () => row(true, 1)),
			...Array.from({ length: 3 }, () => row(false, 1)),
		];
		const { error, bins } = calibration(rows, ({ truth }) => (truth ? 0.1 : 1), 10);
		expect(bins.map(({ count }) => count)).toEqual([30, 10, 13]);
		for (const [i, share] of [0, 0.5 / 5.5, 1 / 4].entries()) expect(bins[i]?.found).toBeCloseTo(share, 12);
		expect(bins[2]?.said).toBeCloseTo(1, 12);
		const said = [0.05, (0.5 * 0.35 + 5 * 0.45) / 5.5, 1];
		const sums = [30, 5.5, 4];
		const found = [0, 0.5 / 5.5, 0.25];
		const expected = sums.reduce((sum, w, i) => sum + (w / 39.5) * Math.abs((said[i] ?? 0) - (found[i] ?? 0)), 0);
		expect(error).toBeCloseTo(expected, 12);
		// the last rows go to the bin before them where they are too few
		const few = calibration([...rows.slice(0, 30), row(true, 0.95)], () => 1, 10);
		expect(few.bins).toHaveLength(1);
		expect(few.bins[0]?.count).toBe(31);
		expect(
			weightedShare(
				rows,
				() => 1,
				({ truth }) => truth,
			),
		).toBeCloseTo(15 / 53, 12);
	});

	it('limits are those of objects, not of rows, and the same each time', () => {
		const rows = Array.from({ length: 200 }, (_, i) => ({ object: String(i % 20), value: i % 20 < 10 ? 1 : 0 }));
		const mean = (some: readonly { value: number }[]): number =>
			some.reduce((sum, { value }) => sum + value, 0) / some.length;
		const byObject = interval(rows, ({ object }) => object, mean);
		const byRow = interval(
			rows.map((one, i) => ({ ...one, object: String(i) })),
			({ object }) => object,
			mean,
		);
		const width = (limits: [number, number] | null): number => (limits === null ? NaN : limits[1] - limits[0]);
		expect(width(byObject)).toBeGreaterThan(2 * width(byRow));
		expect(interval(rows, ({ object }) => object, mean)).toEqual(byObject);
	});
});
