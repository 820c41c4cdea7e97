import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stretched, STRETCHES, symmetricLimits, zscale } from '#lib/format/stretch.ts';
// astropy 5.2.1 ZScaleInterval, by scripts/golden/fits.py
import golden from '../../fixtures/golden/fits.json' with { type: 'json' };

describe('zscale', () => {
	it.each(golden.zscales)('agrees with astropy: $name', ({ data, low, high }) => {
		const limits = zscale(data);
		const range = Math.max(high - low, 1e-9);
		expect(Math.abs(limits.low - low) / range).toBeLessThan(0.02);
		expect(Math.abs(limits.high - high) / range).toBeLessThan(0.02);
	});

	it('looks past NaN and infinities', () => {
		const noise = golden.zscales[0]?.data ?? [];
		const holed = noise.flatMap((value) => [value, NaN, Infinity]);
		expect(zscale(holed)).toEqual(zscale(noise));
	});

	it('has limits for nothing, one value and equal values', () => {
		expect(zscale([])).toEqual({ low: 0, high: 1 });
		expect(zscale([NaN])).toEqual({ low: 0, high: 1 });
		expect(zscale([5])).toEqual({ low: 5, high: 5 });
		expect(zscale(new Float32Array(5000).fill(3))).toEqual({ low: 3, high: 3 });
	});

	it('stays within the values', () => {
		fc.assert(
			fc.property(
				fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 2000 }),
				(data) => {
					const { low, high } = zscale(data);
					expect(low).toBeLessThanOrEqual(high);
					expect(low).toBeGreaterThanOrEqual(Math.min(...data));
					expect(high).toBeLessThanOrEqual(Math.max(...data));
				},
			),
		);
	});

	it('is symmetric about 0 for difference images', () => {
		const { low, high } = symmetricLimits([-5, -1, 0, 1, 2, 3]);
		expect(low).toBe(-high);
	});
});

describe('stretches', () => {
	const limits = { low: -10, high: 90 };

	it.each(STRETCHES)('%s runs from 0 to 1, never down, and keeps NaN', (stretch) => {
		expect(stretched(-10, limits, stretch)).toBe(0);
		expect(stretched(90, limits, stretch)).toBeCloseTo(1, 12);
		expect(stretched(-1e9, limits, stretch)).toBe(0);
		expect(stretched(1e9, limits, stretch)).toBeCloseTo(1, 12);
		expect(stretched(NaN, limits, stretch)).toBeNaN();
		let before = -1;
		for (let value = -10; value <= 90; value += 5) {
			const now = stretched(value, limits, stretch);
			expect(now).toBeGreaterThan(before);
			before = now;
		}
	});

	it('shows equal limits as a step', () => {
		const flat = { low: 7, high: 7 };
		expect([6, 7, 8, NaN].map((value) => stretched(value, flat, 'linear'))).toEqual([0, 0, 1, NaN]);
	});

	it('lifts the faint most by log, then asinh, then sqrt', () => {
		const [linear, sqrt, log, asinh] = STRETCHES.map((stretch) => stretched(0, limits, stretch));
		expect(linear).toBeCloseTo(0.1, 12);
		expect(sqrt).toBeCloseTo(Math.sqrt(0.1), 12);
		expect(log).toBeCloseTo(Math.log(101) / Math.log(1001), 12);
		expect(asinh).toBeCloseTo(Math.asinh(1) / Math.asinh(10), 12);
	});
});
