import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitLens, magnification, type FluxPoint } from '#lib/astro/microlensing.ts';

interface Golden {
	readonly magnification: readonly (readonly [number, number])[];
	readonly cases: readonly {
		readonly points: readonly FluxPoint[];
		readonly fit: {
			readonly t0: number;
			readonly tE: number;
			readonly u0: number;
			readonly chi2: number;
			readonly chi2Constant: number;
			readonly bands: Readonly<Record<string, { readonly source: number; readonly constant: number }>>;
		};
	}[];
}

// scipy.optimize.least_squares over all parameters (scripts/golden/microlensing.py)
const golden = JSON.parse(readFileSync('tests/fixtures/golden/microlensing.json', 'utf8')) as Golden;

describe('a point lens', () => {
	it('magnifies as Paczynski says', () => {
		for (const [u, value] of golden.magnification) expect(magnification(u) / value).toBeCloseTo(1, 12);
	});

	it.each(golden.cases.map((one, i) => [i, one] as const))(
		'is fitted as scipy fits it, case %i',
		(_, { points, fit }) => {
			const found = fitLens(points);
			expect(found).not.toBeNull();
			if (found === null) return;
			expect(found.chi2).toBeLessThanOrEqual(fit.chi2 * (1 + 1e-6));
			expect(found.chi2).toBeGreaterThan(fit.chi2 * (1 - 1e-6));
			expect(found.chi2Constant / fit.chi2Constant).toBeCloseTo(1, 9);
			expect(found.t0).toBeCloseTo(fit.t0, 2);
			expect(found.tE / fit.tE).toBeCloseTo(1, 2);
			expect(found.u0 / fit.u0).toBeCloseTo(1, 2);
			for (const [band, { source }] of Object.entries(fit.bands)) {
				expect((found.bands[band]?.source ?? 0) / source).toBeCloseTo(1, 2);
			}
		},
	);

	it('needs more points than parameters', () => {
		const points = golden.cases[0]?.points.filter(({ band }) => band === 'g').slice(0, 6) ?? [];
		expect(fitLens(points)).toBeNull();
		expect(fitLens([])).toBeNull();
	});

	it('takes no light away', () => {
		const dip = Array.from({ length: 30 }, (_, i) => ({
			mjd: i,
			flux: -Math.exp(-(((i - 15) / 4) ** 2)),
			err: 0.05,
			band: 'r',
		}));
		const found = fitLens(dip);
		expect(found?.bands['r']?.source).toBeGreaterThanOrEqual(0);
		expect((found?.chi2 ?? 0) / (found?.chi2Constant ?? 1)).toBeGreaterThan(0.5);
	});
});
