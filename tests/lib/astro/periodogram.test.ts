import { describe, expect, it } from 'vitest';
import {
	aliasesOf,
	bandSeries,
	frequencyGrid,
	periodCandidates,
	periodogram,
	phaseOf,
	powerAt,
	SIDEREAL_PER_DAY,
	type Measurement,
} from '#lib/astro/periodogram.ts';
// astropy 8.0.2, by scripts/golden/object.py
import golden from '../../fixtures/golden/object.json' with { type: 'json' };

const { periodogram: expected } = golden;
const points: Measurement[] = expected.points.map(([mjd, band, value, err]) => ({
	mjd: Number(mjd),
	band: String(band),
	value: Number(value),
	err: Number(err),
}));
const [from = 0, step = 0, count = 0] = expected.frequency;
const green = points.filter(({ band }) => band === 'g');

function farthest(power: Float64Array, other: readonly number[]): number {
	return power.reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] ?? NaN))), 0);
}

describe('the power of a periodogram', () => {
	const grid = { from, step, count };
	it.each([
		['one harmonic in one band', 'g1', green, 1],
		['two harmonics in one band', 'g2', green, 2],
		['two harmonics in three bands', 'multi2', points, 2],
	] as const)('agrees with astropy to 1e-6: %s', (_, key, data, harmonics) => {
		const power = periodogram(bandSeries(data, { harmonics, errorShare: 0 }), grid);
		expect(power).toHaveLength(count);
		expect(farthest(power, expected[key])).toBeLessThan(1e-6);
	});

	it('stays exact over a hundred thousand frequencies', () => {
		const series = bandSeries(points, { errorShare: 0 });
		const fine = { from: 1, step: 4e-5, count: 100_001 };
		const power = periodogram(series, fine);
		for (const at of [0, 4095, 40_000, 99_999]) {
			expect(power[at]).toBeCloseTo(powerAt(series, fine.from + at * fine.step), 9);
		}
	});

	it('tells how far it is', () => {
		const parts: number[] = [];
		periodogram(bandSeries(points), { from: 1, step: 1e-4, count: 20_000 }, (part) => parts.push(part));
		expect(parts.at(-1)).toBe(1);
		expect(parts.length).toBeGreaterThan(2);
	});
});

describe('candidate periods', () => {
	it('begin with the true one', () => {
		const series = bandSeries(points);
		const grid = frequencyGrid(series, { shortest: 0.2, longest: 1 });
		const found = periodCandidates(series, grid, periodogram(series, grid));
		expect(found).toHaveLength(5);
		expect(Math.abs((found[0]?.period ?? 0) / expected.period - 1)).toBeLessThan(1e-3);
		const powers = found.map(({ power }) => power);
		expect([...powers].sort((a, b) => b - a)).toEqual(powers);
	});

	it('name their aliases', () => {
		const aliases = aliasesOf(0.5);
		expect(aliases.map(({ name }) => name)).toEqual(['f/2', '2f', 'f + 1/d', 'f − 1/d', 'f + 2/d', 'f − 2/d']);
		expect(aliases[2]?.frequency).toBeCloseTo(0.5 + SIDEREAL_PER_DAY, 12);
		expect(aliases[3]?.frequency).toBeCloseTo(SIDEREAL_PER_DAY - 0.5, 12);
	});
});

describe('light curves that hold no period', () => {
	const flat = (n: number): Measurement[] =>
		Array.from({ length: n }, (_, i) => ({ mjd: 60_000 + i, band: 'r', value: 20, err: 0.1 }));
	it.each([0, 1, 2, 3, 200])('%d equal points give no series', (n) => {
		expect(bandSeries(flat(n))).toEqual([]);
		expect(periodogram([], { from: 1, step: 0.1, count: 5 }).every((value) => value === 0)).toBe(true);
	});
	it('leaves out points without a number or an error', () => {
		const [series] = bandSeries([
			...green,
			{ mjd: NaN, band: 'g', value: 1, err: 1 },
			{ mjd: 60_000, band: 'g', value: 18, err: 0 },
		]);
		expect(series?.times).toHaveLength(green.length);
	});
	it('all at one moment takes nothing and stays finite', () => {
		const together = green.map((point) => ({ ...point, mjd: 60_000 }));
		const power = periodogram(bandSeries(together), { from: 0.5, step: 0.1, count: 50 });
		expect(power.every((value) => value < 1e-9)).toBe(true);
	});
});

describe('phases', () => {
	it('run from 0 to below 1, before the epoch too', () => {
		expect(phaseOf(60_000.25, 0.5, 60_000)).toBeCloseTo(0.5, 9);
		expect(phaseOf(59_999.9, 0.5, 60_000)).toBeCloseTo(0.8, 9);
		expect(phaseOf(60_000 - 1e-17, 0.5, 60_000)).toBeLessThan(1);
	});
});
