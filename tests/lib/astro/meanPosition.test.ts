import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { meanPosition } from '#lib/astro/meanPosition.ts';

interface Case {
	readonly positions: readonly (readonly [number, number])[];
	readonly mean: readonly [number, number];
	readonly scatter: readonly [number, number];
	readonly error: readonly [number, number];
}
// scripts/golden/mean_position.py: astropy and numpy
const golden = JSON.parse(
	readFileSync(join(import.meta.dirname, '..', '..', 'fixtures', 'golden', 'mean_position.json'), 'utf8'),
) as readonly Case[];

describe('mean position', () => {
	it.each(golden.map((one) => [one.mean.map((value) => value.toFixed(4)).join(' '), one] as const))(
		'agrees with astropy at %s',
		(_, { positions, mean, scatter, error }) => {
			const found = meanPosition(positions.map(([ra, dec]) => ({ ra, dec })));
			expect(found?.count).toBe(positions.length);
			// 0.1 milliarcsec on the sky
			const east = ((((found?.ra ?? 0) - mean[0] + 540) % 360) - 180) * Math.cos((mean[1] * Math.PI) / 180);
			expect(Math.abs(east) * 3600).toBeLessThan(1e-4);
			expect(Math.abs((found?.dec ?? 0) - mean[1]) * 3600).toBeLessThan(1e-4);
			for (const axis of [0, 1] as const) {
				expect(found?.scatter?.[axis]).toBeCloseTo(scatter[axis], 5);
				expect(found?.error?.[axis]).toBeCloseTo(error[axis], 5);
			}
		},
	);

	it('knows no error of one position, and nothing of none', () => {
		expect(meanPosition([{ ra: 10, dec: -20 }])).toMatchObject({ count: 1, scatter: null, error: null });
		expect(meanPosition([])).toBeNull();
	});
});
