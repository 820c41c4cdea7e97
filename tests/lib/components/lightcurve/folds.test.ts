import { describe, expect, it } from 'vitest';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import { foldedModel, measurementsOf } from '#lib/components/lightcurve/folds.ts';
import { periodMarks, typedDays, typedRange } from '#lib/components/lightcurve/periodRange.ts';

const EPOCH = 60_001.2;
/** Flux, nJy, of a star of 0.61 d at a phase. */
const flux = (phase: number): number =>
	9000 + 4000 * Math.cos(2 * Math.PI * phase) + 900 * Math.sin(4 * Math.PI * phase);

function point(mjd: number, band: string, part: Partial<ShownPoint> = {}): ShownPoint {
	return {
		survey: 'lsst',
		objectId: '1',
		kind: 'detection',
		band,
		mjd,
		psfFlux: flux((mjd - EPOCH) / 0.61),
		psfFluxErr: 100,
		mag: 21,
		magErr: 0.01,
		limitMag: 24,
		positive: true,
		ra: 1,
		dec: 1,
		alertId: null,
		exposureAssumed: false,
		flags: '',
		...part,
	};
}
const star = ['g', 'r'].flatMap((band) => Array.from({ length: 30 }, (_, i) => point(60_000 + i * 1.37, band)));
const at = { period: 0.61, epoch: EPOCH, harmonics: 2 } as const;

describe('the model of a folded curve', () => {
	it('is one wave over two phases for each survey and band, through the points', () => {
		const model = foldedModel([...star, point(60_003, 'r', { survey: 'ztf' })], at);
		expect(model?.curves.map(({ key, band }) => [key, band])).toEqual([
			['wave lsst g', 'g'],
			['wave lsst r', 'r'],
		]);
		expect(model?.power).toBeCloseTo(1, 9);
		for (const { times, fluxes } of model?.curves ?? []) {
			expect([times[0], times.at(-1)]).toEqual([0, 2]);
			times.forEach((phase, i) => {
				expect(fluxes[i]).toBeCloseTo(flux(phase), 3);
			});
		}
	});
	it('with one harmonic leaves what the second would take', () => {
		const one = foldedModel(star, { ...at, harmonics: 1 })?.power ?? 0;
		expect(one).toBeGreaterThan(0.9);
		expect(one).toBeLessThan(0.99);
	});
	it('is not made from limits or of too few points', () => {
		expect(foldedModel(star.slice(0, 5), at)).toBeNull();
		expect(measurementsOf([point(1, 'g', { kind: 'upperLimit' }), point(2, 'g', { psfFluxErr: null })])).toEqual([]);
	});
});

describe('a typed range of periods', () => {
	it('is read with points and commas', () => {
		expect(typedRange(' 0,25', '12.5 ', 400)).toEqual({ range: { shortest: 0.25, longest: 12.5 } });
		expect(typedDays('')).toBeNaN();
	});
	it.each([
		['', '1', 'low', 'The lowest period is a number of days, 0.0005 or more, such as 0.2.'],
		['0', '1', 'low', 'The lowest period is a number of days, 0.0005 or more, such as 0.2.'],
		['Infinity', '1', 'low', 'The lowest period is a number of days, 0.0005 or more, such as 0.2.'],
		['0.2', 'long', 'high', 'The highest period is a number of days, such as 10.'],
		['2', '1', 'high', 'The highest period must be above the lowest.'],
		['2', '500', 'high', 'The points span 400.0 days: no longer period can be told from them.'],
	])('says what is wrong with %s to %s', (low, high, where, wrong) => {
		expect(typedRange(low, high, 400)).toEqual({ wrong, at: where });
	});
	it('says from where on a search is fine enough, and takes that', () => {
		const refused = typedRange('0.0005', '10', 2000);
		const text = 'wrong' in refused ? refused.wrong : '';
		expect(text).toMatch(/^That takes more than 2,000,000 frequencies: begin at [\d.]+ days or above\.$/);
		const least = /at ([\d.]+) days/.exec(text)?.[1] ?? '';
		expect(Number(least)).toBeCloseTo(0.005, 4);
		expect('range' in typedRange(least, '10', 2000)).toBe(true);
	});
	it('has round marks, or even ones where it is narrow, never more than ten', () => {
		expect(periodMarks({ shortest: 0.2, longest: 1 })).toEqual([0.2, 0.3, 0.5, 0.7, 1]);
		expect(periodMarks({ shortest: 0.05, longest: 1000 })).toEqual([0.1, 1, 10, 100, 1000]);
		expect(periodMarks({ shortest: 0.54, longest: 0.55 })).toEqual([0.54, 0.542, 0.544, 0.546, 0.548, 0.55]);
	});
});
