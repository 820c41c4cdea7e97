import { describe, expect, it } from 'vitest';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import { magFromFlux } from '#lib/astro/photometry.ts';
import { binPoints, onAxis } from '#lib/components/lightcurve/bins.ts';
import { foldPoints, visiblePoints } from '#lib/components/lightcurve/curve.ts';

const point = (mjd: number, psfFlux: number | null, more: Partial<ShownPoint> = {}): ShownPoint => ({
	survey: 'ztf',
	objectId: 'ZTF26aaaaaaa',
	kind: 'detection',
	band: 'r',
	mjd,
	psfFlux,
	psfFluxErr: 1000,
	mag: psfFlux === null ? null : magFromFlux(psfFlux),
	magErr: 0.1,
	limitMag: 20.5,
	positive: (psfFlux ?? 0) > 0,
	ra: null,
	dec: null,
	alertId: '1',
	exposureAssumed: false,
	flags: '',
	...more,
});
const none = { bands: new Set<string>(), surveys: new Set<string>(), kinds: new Set<never>(), negative: false };

describe('means of a night', () => {
	it('weigh by 1/err², keep the sign, and remember their members', () => {
		const [mean, ...rest] = binPoints(
			[point(61_000.1, 10_000), point(61_000.3, 40_000, { psfFluxErr: 2000 })],
			'night',
		);
		expect(rest).toEqual([]);
		expect(mean?.psfFlux).toBeCloseTo((10_000 + 40_000 / 4) / 1.25, 6);
		expect(mean?.psfFluxErr).toBeCloseTo(1000 / Math.sqrt(1.25), 6);
		expect(mean?.mjd).toBeCloseTo(61_000.14, 6);
		expect(mean?.members).toEqual([0, 1]);
		expect(mean?.alertId).toBeNull();
	});
	it('that cancel become limits', () => {
		const [mean] = binPoints([point(61_000.1, 10_000), point(61_000.2, -10_000)], 'night');
		expect(mean?.mag).toBeNull();
		expect(mean?.limitMag).toBeCloseTo(magFromFlux((5 * 1000) / Math.SQRT2), 6);
	});
	it('mix neither bands, surveys nor nights, and leave limits alone', () => {
		const list = [
			point(61_000.1, 10_000),
			point(61_000.1, 10_000, { band: 'g' }),
			point(61_000.1, 10_000, { survey: 'lsst' }),
			point(61_001.6, 10_000),
			point(61_000.2, null, { kind: 'upperLimit', psfFluxErr: null }),
		];
		expect(binPoints(list, 'night')).toHaveLength(5);
		expect(binPoints(list, 'week').length).toBeLessThanOrEqual(5);
	});
	it('of one point is the point', () => {
		expect(binPoints([point(61_000.1, 10_000)], 'night')[0]).toMatchObject({
			psfFlux: 10_000,
			alertId: '1',
			members: [0],
		});
		expect(binPoints([], 'week')).toEqual([]);
	});
});

describe('axes', () => {
	it('put a model where its flux is, and nowhere without light', () => {
		expect(onAxis(-5, 'r', 'flux', 0)).toBe(-5);
		expect(onAxis(-5, 'r', 'mag', 0)).toBeNull();
		expect(onAxis(1000, 'r', 'absolute', 35)).toBeCloseTo(magFromFlux(1000) - 35, 9);
		// Vega in J
		expect(onAxis(1000, 'J', 'mag', 0)).toBeLessThan(magFromFlux(1000));
	});
	it('of absolute magnitude are the magnitudes less the modulus', () => {
		const [drawn] = visiblePoints([point(61_000, 10_000)], 'absolute', none, 35);
		expect(drawn?.value).toBeCloseTo(magFromFlux(10_000) - 35, 9);
	});
	it('of phase show every point twice, one period apart', () => {
		const folded = foldPoints(visiblePoints([point(61_000.6, 10_000)], 'flux', none), 0.5, 61_000);
		expect(folded.map(({ mjd }) => Number(mjd.toFixed(6)))).toEqual([0.2, 1.2]);
		expect(new Set(folded.map(({ at }) => at)).size).toBe(1);
	});
});
