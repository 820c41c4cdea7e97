import { describe, expect, it } from 'vitest';
import { basisFunctions, fitHg1g2, hg1g2Mag, type Hg1g2Fit, UNTOLD_ERR } from '#lib/astro/hg1g2.ts';
import type { PhasePoint } from '#lib/astro/phase.ts';
// sbpy 0.6.0 and scipy 1.17.1, by scripts/golden/hg1g2.py
import golden from '../../fixtures/golden/hg1g2.json' with { type: 'json' };

const pointsOf = (list: readonly (readonly number[])[]): PhasePoint[] =>
	list.map(([phaseDeg = NaN, mag = NaN, err = NaN]) => ({ phaseDeg, mag, err }));
const onCurve = (angles: readonly number[], [h, g1, g2]: readonly [number, number, number]): PhasePoint[] =>
	angles.map((phaseDeg) => ({ phaseDeg, mag: hg1g2Mag(h, g1, g2, phaseDeg), err: 0.02 }));
function fitted(points: readonly PhasePoint[]): Hg1g2Fit {
	const fit = fitHg1g2(points);
	if (fit.kind !== 'fitted') throw new Error(`refused for its ${fit.why}`);
	return fit;
}
const WIDE = [0.4, 1.1, 2.3, 4, 7, 11, 16, 22, 27] as const;

describe('H, G1, G2', () => {
	it('has the basis functions of scipy through the knots of the paper, to 1e-7', () => {
		for (const [phase = NaN, ...values] of golden.basis) {
			basisFunctions(phase).forEach((value, i) => {
				expect(value).toBeCloseTo(values[i] ?? NaN, 7);
			});
		}
		expect(basisFunctions(0)).toEqual([1, 1, 1]);
		expect(basisFunctions(60)[2]).toBe(0);
		expect(basisFunctions(151)[0]).toBeNaN();
	});
	it('agrees with sbpy to 1e-6 mag, and to 0.001 with the derivative that sbpy 0.6.0 has at 0', () => {
		for (const [phase = NaN, g1 = NaN, g2 = NaN, mag = NaN] of golden.curve) {
			// at the far end of its limits the curve has little light, and the eight digits of the paper show
			expect(Math.abs(hg1g2Mag(12.5, g1, g2, phase) - mag)).toBeLessThan(1e-6);
		}
		for (const [phase = NaN, g1 = NaN, g2 = NaN, mag = NaN] of golden.asReleased) {
			expect(Math.abs(hg1g2Mag(12.5, g1, g2, phase) - mag)).toBeLessThan(1e-3);
		}
	});
	it('is fitted as scipy fits it, values and errors, within its limits', () => {
		const inside = golden.fits.filter((one) => one.inside);
		expect(inside).toHaveLength(4);
		for (const one of inside) {
			const fit = fitted(pointsOf(one.points));
			expect(fit.limits).toEqual([]);
			[fit.h, fit.g1, fit.g2].forEach(({ value, err }, i) => {
				expect(value).toBeCloseTo([one.h, one.g1, one.g2][i] ?? NaN, 6);
				expect(err / (one.freeErr[i] ?? NaN)).toBeCloseTo(1, 4);
			});
			expect(fit.points).toBe(one.points.length);
		}
	});
	it('is held to its limits as scipy holds it, and says by which', () => {
		const held = golden.fits.filter((one) => !one.inside);
		const limits = held.map((one) => {
			const fit = fitted(pointsOf(one.points));
			expect(fit.h.value).toBeCloseTo(one.h, 6);
			expect(fit.g1.value).toBeCloseTo(one.g1, 6);
			expect(fit.g2.value).toBeCloseTo(one.g2, 6);
			expect(fit.h.err).toBeGreaterThan(0);
			if (fit.limits.includes('g1')) expect(fit.g1).toEqual({ value: 0, err: 0 });
			if (fit.limits.includes('g2')) expect(fit.g2).toEqual({ value: 0, err: 0 });
			if (fit.limits.includes('sum')) {
				expect(fit.g1.value + fit.g2.value).toBeCloseTo(1, 12);
				expect(fit.g1.err).toBeCloseTo(fit.g2.err, 12);
			}
			return fit.limits.join();
		});
		expect(limits).toEqual(['g1', 'g2', 'sum', 'g2,sum']);
	});
	it('gives back the curve that its points lie on', () => {
		const fit = fitted(onCurve(WIDE, [18, 0.3, 0.4]));
		expect(fit.h.value).toBeCloseTo(18, 9);
		expect(fit.g1.value).toBeCloseTo(0.3, 9);
		expect(fit.g2.value).toBeCloseTo(0.4, 9);
		expect(fit.rms).toBeCloseTo(0, 9);
	});
	it('has errors that hold: a third of noisy fits lie outside one of them, few outside three', () => {
		let seed = 1;
		const uniform = (): number => {
			seed = (seed * 48271) % 2147483647;
			return seed / 2147483647;
		};
		const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
		const angles = Array.from({ length: 60 }, (_, i) => 0.3 + i * 0.45);
		const misses = Array.from({ length: 300 }, () => {
			const noisy = onCurve(angles, [17, 0.35, 0.3]).map((point) => ({ ...point, mag: point.mag + 0.02 * normal() }));
			const { h, g1, g2 } = fitted(noisy);
			return [(h.value - 17) / h.err, (g1.value - 0.35) / g1.err, (g2.value - 0.3) / g2.err];
		});
		for (const i of [0, 1, 2]) {
			const outside = (sigma: number): number =>
				misses.filter((miss) => Math.abs(miss[i] ?? NaN) > sigma).length / misses.length;
			expect(outside(1)).toBeGreaterThan(0.22);
			expect(outside(1)).toBeLessThan(0.42);
			expect(outside(3)).toBeLessThan(0.02);
		}
	});
});

describe('H, G1, G2 is refused', () => {
	it('with fewer than six points that count', () => {
		expect(fitHg1g2([])).toEqual({ kind: 'untold', why: 'points', has: 0 });
		expect(fitHg1g2(onCurve([1, 20], [18, 0.3, 0.4]))).toEqual({ kind: 'untold', why: 'points', has: 2 });
		const bad = onCurve(WIDE, [18, 0.3, 0.4]).map((point, i): PhasePoint => {
			if (i < 2) return { ...point, phaseDeg: NaN };
			if (i === 2) return { ...point, mag: NaN };
			return i === 3 ? { ...point, err: 0 } : point;
		});
		expect(fitHg1g2(bad)).toEqual({ kind: 'untold', why: 'points', has: 5 });
	});
	it('where the angles span too little, or all are the same', () => {
		expect(fitHg1g2(onCurve([4, 4, 4, 4, 4, 4, 4], [18, 0.3, 0.4]))).toEqual({ kind: 'untold', why: 'span', has: 0 });
		expect(fitHg1g2(onCurve([1, 2, 3, 4, 5, 6, 7], [18, 0.3, 0.4]))).toEqual({ kind: 'untold', why: 'span', has: 6 });
	});
	it('where none is near opposition', () => {
		const far = onCurve([9, 11, 14, 18, 22, 27], [18, 0.3, 0.4]);
		expect(fitHg1g2(far)).toEqual({ kind: 'untold', why: 'nearest', has: 9 });
	});
	it('where the angles are two only, however many the points', () => {
		const two = onCurve([2, 2, 2, 2, 20, 20, 20, 20], [18, 0.3, 0.4]);
		expect(fitHg1g2(two)).toMatchObject({ kind: 'untold', why: 'errors' });
	});
	it('where the scatter leaves G1 or G2 as uncertain as their limits do', () => {
		const scattered = onCurve([2, 3, 4, 6, 8, 10, 12, 14], [18, 0.3, 0.4]).map((point, i) => ({
			...point,
			mag: point.mag + (i % 2 === 0 ? 0.15 : -0.15),
		}));
		const refused = fitHg1g2(scattered);
		expect(refused).toMatchObject({ kind: 'untold', why: 'errors' });
		if (refused.kind === 'untold') expect(refused.has).toBeGreaterThan(UNTOLD_ERR);
	});
});
