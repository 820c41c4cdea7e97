import { describe, expect, it } from 'vitest';
import { fitPhaseCurve, hgMag, phaseFunctions, reducedMag, USUAL_G } from '#lib/astro/phase.ts';
// sbpy 0.6.0 and scipy 1.17.1, by scripts/golden/phase.py
import golden from '../../fixtures/golden/phase.json' with { type: 'json' };

const pointsOf = (list: readonly (readonly number[])[]) =>
	list.map(([phaseDeg = NaN, mag = NaN, err = NaN]) => ({ phaseDeg, mag, err }));

describe('phase curves', () => {
	it('agree with sbpy to 1e-9 mag', () => {
		for (const [phase = NaN, g = NaN, mag = NaN] of golden.curve) expect(hgMag(12.5, g, phase)).toBeCloseTo(mag, 9);
		expect(phaseFunctions(0)).toEqual([1, 1]);
	});
	it('are fitted as scipy fits them, values and errors', () => {
		for (const one of golden.fits) {
			const fit = fitPhaseCurve(pointsOf(one.points));
			expect(fit?.isGAssumed).toBe(false);
			expect(fit?.h.value).toBeCloseTo(one.h, 6);
			expect(fit?.g.value).toBeCloseTo(one.g, 6);
			expect((fit?.h.err ?? NaN) / one.hErr).toBeCloseTo(1, 4);
			expect((fit?.g.err ?? NaN) / one.gErr).toBeCloseTo(1, 4);
			expect(fit?.points).toBe(one.points.length);
		}
	});
	it('assume a slope where the angles cannot tell one, and say so', () => {
		const few = [10, 10.4, 11, 11.2, 11.3].map((phaseDeg) => ({
			phaseDeg,
			mag: hgMag(18, USUAL_G, phaseDeg),
			err: 0.05,
		}));
		const fit = fitPhaseCurve(few);
		expect(fit).toMatchObject({ isGAssumed: true, g: { value: USUAL_G, err: 0 }, points: 5 });
		expect(fit?.h.value).toBeCloseTo(18, 9);
		expect(fit?.rms).toBeCloseTo(0, 9);
		expect(fitPhaseCurve(few.slice(0, 1))?.h.value).toBeCloseTo(18, 9);
	});
	it('need a measurement with an error', () => {
		expect(fitPhaseCurve([])).toBeNull();
		expect(fitPhaseCurve([{ phaseDeg: 10, mag: 18, err: 0 }])).toBeNull();
		expect(fitPhaseCurve([{ phaseDeg: NaN, mag: 18, err: 0.1 }])).toBeNull();
	});
	it('are of magnitudes at 1 au from Sun and observer', () => {
		expect(reducedMag(20, 2, 5)).toBeCloseTo(15, 12);
	});
});
