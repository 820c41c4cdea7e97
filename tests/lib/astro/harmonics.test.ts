import { describe, expect, it } from 'vitest';
import { fitHarmonics, harmonicsAt } from '#lib/astro/harmonics.ts';
import { bandSeries, powerAt, type BandSeries, type Measurement } from '#lib/astro/periodogram.ts';
import golden from '../../fixtures/golden/object.json' with { type: 'json' };

const points: Measurement[] = golden.periodogram.points.map(([mjd, band, value, err]) => ({
	mjd: Number(mjd),
	band: String(band),
	value: Number(value),
	err: Number(err),
}));

/** chi² that a fitted wave leaves of the points of its band, counted point by point. */
function left(series: BandSeries, frequency: number, epoch: number): number {
	const fit = fitHarmonics(series, frequency, epoch);
	return series.times.reduce((sum, time, i) => {
		const model = harmonicsAt(fit, (time + series.origin - epoch) * frequency);
		return sum + (series.weights[i] ?? 0) * ((series.values[i] ?? 0) + series.mean - model) ** 2;
	}, 0);
}

describe('the wave that a periodogram fits', () => {
	it.each([1, 2] as const)('leaves the chi² that the power says, with %d harmonics in three bands', (harmonics) => {
		const series = bandSeries(points, { harmonics });
		expect(series).toHaveLength(3);
		const total = series.reduce((sum, { chiSquare }) => sum + chiSquare, 0);
		for (const period of [golden.periodogram.period, 0.31, 17.3]) {
			const rest = series.reduce((sum, band) => sum + left(band, 1 / period, 58_123.4), 0);
			expect(1 - rest / total).toBeCloseTo(powerAt(series, 1 / period), 8);
		}
	});

	it('is the wave that made the points, with phase 0 at the epoch', () => {
		const epoch = 60_000.123;
		const wave = (phase: number): number =>
			40 + 5 * Math.cos(2 * Math.PI * phase) - 3 * Math.sin(2 * Math.PI * phase) + 2 * Math.sin(4 * Math.PI * phase);
		const made = Array.from({ length: 60 }, (_, i) => {
			const mjd = 60_010 + i * 0.917;
			return { mjd, band: 'r', value: wave((mjd - epoch) / 0.61), err: 0.1 + (i % 3) * 0.1 };
		});
		const [series] = bandSeries(made);
		if (!series) throw new Error('no series');
		const fit = fitHarmonics(series, 1 / 0.61, epoch);
		expect(fit.power).toBeCloseTo(1, 9);
		expect(fit.constant).toBeCloseTo(40, 6);
		[5, -3, 0, 2].forEach((wanted, i) => {
			expect(fit.waves[i]).toBeCloseTo(wanted, 6);
		});
		for (const phase of [0, 0.25, 0.7, 1.7]) expect(harmonicsAt(fit, phase)).toBeCloseTo(wave(phase), 6);
	});

	it('stays finite where the points tell no phase', () => {
		const together = points.filter(({ band }) => band === 'g').map((point) => ({ ...point, mjd: 60_000 }));
		const [series] = bandSeries(together);
		if (!series) throw new Error('no series');
		const fit = fitHarmonics(series, 2, 59_999.9);
		expect(fit.power).toBeLessThan(1e-9);
		for (const phase of [0, 0.3, 0.8]) expect(Number.isFinite(harmonicsAt(fit, phase))).toBe(true);
	});
});
