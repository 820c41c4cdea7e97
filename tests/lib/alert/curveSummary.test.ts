import { describe, expect, it } from 'vitest';
import { countsByBand, milestonesOf } from '#lib/alert/curveSummary.ts';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';

const point = (mjd: number, more: Partial<ShownPoint>): ShownPoint => ({
	survey: 'ztf',
	objectId: 'ZTF26aaaaaaa',
	kind: 'detection',
	band: 'r',
	mjd,
	psfFlux: null,
	psfFluxErr: null,
	mag: null,
	magErr: null,
	limitMag: null,
	positive: null,
	ra: null,
	dec: null,
	alertId: null,
	exposureAssumed: false,
	flags: '',
	...more,
});
const told = (points: readonly ShownPoint[]) => milestonesOf(points).map(({ word, point: { mjd } }) => [word, mjd]);

describe('a light curve in short', () => {
	it('has first, brightest and last detection and the outer limits, whatever the order of the points', () => {
		const points = [
			point(5, { mag: 18.5, positive: true }),
			point(4, { mag: 17.5, positive: true, band: 'g' }),
			point(3, { mag: 19, positive: true }),
			point(1, { kind: 'upperLimit', limitMag: 20.5 }),
			point(6, { kind: 'forcedPhotometry', limitMag: 20.8 }),
			point(7, { kind: 'forcedPhotometry', mag: 16, limitMag: 20.8, positive: true }),
		];
		expect(told(points)).toEqual([
			['first', 3],
			['brightest', 4],
			['last', 5],
			['first limit', 1],
			['last limit', 6],
		]);
	});

	it('takes no fade and no Vega magnitude for the brightest beside AB ones, and claims none where there is none', () => {
		const fades = [point(1, { mag: 15, positive: false }), point(2, { mag: 19, positive: true })];
		expect(told(fades)).toContainEqual(['brightest', 2]);
		expect(told(fades.slice(0, 1))).toEqual([
			['first', 1],
			['last', 1],
		]);
		const infrared = point(3, { mag: 14, positive: true, band: 'J' });
		expect(told([...fades, infrared])).toContainEqual(['brightest', 2]);
		expect(told([infrared])).toContainEqual(['brightest', 3]);
		expect(told([point(1, { kind: 'upperLimit' })])).toEqual([]);
	});

	it('counts kinds of each band from blue to red', () => {
		const points = [
			point(1, { band: 'r' }),
			point(2, { band: 'r', kind: 'forcedPhotometry' }),
			point(3, { band: 'g', kind: 'upperLimit' }),
			point(4, { band: 'g', kind: 'upperLimit' }),
		];
		expect(countsByBand(points)).toEqual([
			{ band: 'g', detection: 0, forcedPhotometry: 0, upperLimit: 2 },
			{ band: 'r', detection: 1, forcedPhotometry: 1, upperLimit: 0 },
		]);
	});
});
