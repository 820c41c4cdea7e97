import { describe, expect, it } from 'vitest';
import { bazinFlux, fitBazin, fitLine } from '#lib/astro/fit.ts';
// scipy 1.17.1 and numpy, by scripts/golden/object.py
import golden from '../../fixtures/golden/object.json' with { type: 'json' };

describe('the fit of rise and decline', () => {
	it('finds the parameters and errors of scipy', () => {
		for (const { t, y, err, p, sigma } of golden.bazin) {
			const fit = fitBazin(t, y, err);
			if (!fit) throw new Error('no fit');
			const ours = [fit.amplitude, fit.t0, fit.fall, fit.rise];
			ours.forEach(({ value, err: error }, i) => {
				// far within the error of the fit
				expect(Math.abs(value - (p[i] ?? NaN))).toBeLessThan(0.01 * (sigma[i] ?? NaN));
				expect(error / (sigma[i] ?? NaN)).toBeCloseTo(1, 2);
			});
		}
	});
	it('peaks where its curve does', () => {
		const [first] = golden.bazin;
		const fit = fitBazin(first?.t ?? [], first?.y ?? [], first?.err ?? []);
		if (!fit) throw new Error('no fit');
		const model = { amplitude: fit.amplitude.value, t0: fit.t0.value, rise: fit.rise.value, fall: fit.fall.value };
		expect(fit.peakFlux).toBeCloseTo(bazinFlux(model, fit.peakTime), 6);
		expect(bazinFlux(model, fit.peakTime - 0.1)).toBeLessThan(fit.peakFlux);
		expect(bazinFlux(model, fit.peakTime + 0.1)).toBeLessThan(fit.peakFlux);
	});
	it('does not overflow far from the peak', () => {
		const model = { amplitude: 1, t0: 0, rise: 0.1, fall: 1000 };
		expect(bazinFlux(model, -5000)).toBe(0);
		expect(bazinFlux(model, 100_000)).toBeLessThan(1e-30);
	});
	it('says that it cannot with few points, or with negative ones only', () => {
		expect(fitBazin([1, 2, 3], [1, 2, 1], [1, 1, 1])).toBeNull();
		const t = [1, 2, 3, 4, 5, 6, 7];
		expect(
			fitBazin(
				t,
				t.map(() => -5),
				t.map(() => 1),
			),
		).toBeNull();
	});
});

describe('a weighted line', () => {
	it('is that of numpy', () => {
		const { t, y, err, slope, sigma } = golden.line;
		const fit = fitLine(t, y, err);
		expect(fit?.slope.value).toBeCloseTo(slope, 10);
		expect(fit?.slope.err).toBeCloseTo(sigma, 10);
	});
	it('needs two times', () => {
		expect(fitLine([1], [2], [0.1])).toBeNull();
		expect(fitLine([1, 1], [2, 3], [0.1, 0.1])).toBeNull();
		expect(fitLine([1, NaN], [2, 3], [0.1, 0.1])).toBeNull();
	});
});
