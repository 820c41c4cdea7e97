import { describe, expect, it } from 'vitest';
import { colourCurves, coloursOfSource } from '#lib/alert/colours.ts';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';

function point(band: string, mjd: number, mag: number | null, over: Partial<ShownPoint> = {}): ShownPoint {
	return {
		survey: 'ztf',
		objectId: 'ZTF26aaaaaaa',
		kind: 'detection',
		band,
		mjd,
		psfFlux: 1000,
		psfFluxErr: 50,
		mag,
		magErr: 0.03,
		limitMag: 20.5,
		positive: true,
		ra: 150,
		dec: 2,
		alertId: '1',
		exposureAssumed: false,
		flags: '',
		...over,
	};
}

describe('colours in time', () => {
	it('pair each red measurement with the nearest blue one of the night, once, with both errors', () => {
		const [curve, ...others] = colourCurves([
			point('r', 61_000.2, 18),
			point('g', 61_000.1, 18.5, { magErr: 0.04 }),
			point('g', 61_000.45, 18.9),
			point('r', 61_003.2, 18.2),
			point('g', 61_004, 18.6),
		]);
		expect(others).toEqual([]);
		expect(curve).toMatchObject({ survey: 'ztf', blue: 'g', red: 'r' });
		expect(curve?.points).toHaveLength(1);
		const [one] = curve?.points ?? [];
		expect(one?.colour).toBeCloseTo(0.5, 10);
		expect(one?.err).toBeCloseTo(0.05, 10);
		expect(one?.mjd).toBeCloseTo(61_000.15, 6);
		expect(one?.mag).toBe(18);
	});
	it('take no negative subtraction, no limit, no forced point, and never mix surveys', () => {
		const night = [
			point('r', 61_000.2, 18),
			point('g', 61_000.21, 18.5, { positive: false }),
			point('g', 61_000.22, null),
			point('g', 61_000.23, 18.4, { kind: 'forcedPhotometry' }),
			point('g', 61_000.24, 18.4, { survey: 'lsst' }),
		];
		expect(colourCurves(night)).toEqual([]);
		expect(colourCurves([])).toEqual([]);
	});
	it('are those of trying every pair, in a long curve', () => {
		let seed = 7;
		const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
		const measured = Array.from({ length: 600 }, (_, i) =>
			// now and then two at the same moment
			point(random() < 0.6 ? 'g' : 'r', 61_000 + Math.round(random() * 1500) / 20, 18 + random(), { alertId: `${i}` }),
		);
		const inTime = (band: string): ShownPoint[] =>
			measured.filter((one) => one.band === band).sort((a, b) => a.mjd - b.mjd);
		const free = new Set(inTime('g'));
		const plain = inTime('r').flatMap((red) => {
			const apart = (blue: ShownPoint): number => Math.abs(blue.mjd - red.mjd);
			const [best] = [...free].filter((blue) => apart(blue) <= 0.3).sort((a, b) => apart(a) - apart(b));
			if (best === undefined) return [];
			free.delete(best);
			return [{ mjd: (red.mjd + best.mjd) / 2, colour: (best.mag ?? 0) - (red.mag ?? 0) }];
		});
		const [curve] = colourCurves(measured);
		expect(plain.length).toBeGreaterThan(150);
		expect(curve?.points.map(({ mjd, colour }) => ({ mjd, colour }))).toEqual(plain);
	});
	it('join neighbouring bands of those seen, the richest first', () => {
		const curves = colourCurves([
			...['u', 'r', 'i'].map((band, i) => point(band, 61_000 + i * 0.01, 19 - i * 0.1, { survey: 'lsst' })),
			...['r', 'i'].map((band, i) => point(band, 61_002 + i * 0.01, 19 - i * 0.1, { survey: 'lsst' })),
		]);
		expect(curves.map(({ blue, red, points }) => [blue, red, points.length])).toEqual([
			['r', 'i', 2],
			['u', 'r', 1],
		]);
	});
});

describe('colours of a source of a catalogue', () => {
	it('are g, r and i under the names that catalogues use', () => {
		const words = { colour: 'g − r', second: 'r − i', mag: 'r' };
		const simulated = coloursOfSource({ mag_g: 16.6, mag_r: 15.3, mag_i: 14.6 }, 15.3);
		expect(simulated).toMatchObject({ mag: 15.3, absolute: null, words });
		expect(simulated?.colour).toBeCloseTo(1.3, 10);
		expect(simulated?.second).toBeCloseTo(0.7, 10);
		expect(coloursOfSource({ gMeanPSFMag: 17, rMeanPSFMag: 16.5, iMeanPSFMag: -999 }, null)).toMatchObject({
			colour: 0.5,
			second: null,
		});
		expect(coloursOfSource({ gmag: 17, rmag: 16.5 }, null)?.colour).toBeCloseTo(0.5, 10);
	});
	it('are an absolute magnitude only from a parallax worth it: the Sun at 10 pc', () => {
		const sun = { bp_rp: 0.82, phot_g_mean_mag: 4.67, parallax: 100, parallax_error: 0.02 };
		expect(coloursOfSource(sun, null)?.absolute).toBeCloseTo(4.67, 10);
		expect(coloursOfSource({ ...sun, parallax: 10 }, null)?.absolute).toBeCloseTo(-0.33, 10);
		expect(coloursOfSource({ ...sun, parallax: 0.05 }, null)?.absolute).toBeNull();
		expect(coloursOfSource({ ...sun, parallax: -3 }, null)?.absolute).toBeNull();
	});
	it('are none where the columns hold none', () => {
		expect(coloursOfSource({ type: 'Gx' }, 12)).toBeNull();
		expect(coloursOfSource({ bv: 0.65 }, null)).toBeNull();
		expect(coloursOfSource({ bv: 0.65 }, 4.8)).toMatchObject({ colour: 0.65, mag: 4.8, words: { mag: 'V' } });
	});
});
