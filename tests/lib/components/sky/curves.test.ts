import { describe, expect, it } from 'vitest';
import { altitudeDeg, curvesOf, horizonCircle, siderealDeg } from '#lib/components/sky/curves.ts';
import { project } from '#lib/astro/hammer.ts';
import { lineColumns } from '#lib/components/sky/lineColumns.ts';
import { nightAround, sunPosition } from '#lib/components/sky/sun.ts';

const palomar = { longitude: -116.8649, latitude: 33.3563 };

describe('sky curves', () => {
	it('gives the sidereal time of the textbook', () => {
		// Meeus, Astronomical Algorithms, example 12.b: 1987 April 10, 19:21:00 UT: 8h34m57.0896s
		expect(siderealDeg(46_895 + (19 * 60 + 21) / 1440)).toBeCloseTo((8 + 34 / 60 + 57.0896 / 3600) * 15, 4);
	});

	it('puts every place of a horizon circle at the altitude asked for', () => {
		const gmst = 123.4;
		for (const position of horizonCircle(palomar, gmst, 30)) {
			expect(altitudeDeg(position, palomar, gmst)).toBeCloseTo(30, 9);
		}
	});

	it('sees the zenith at 90 degrees', () => {
		expect(altitudeDeg({ ra: 50 + palomar.longitude, dec: palomar.latitude }, palomar, 50)).toBeCloseTo(90, 5);
	});

	it('draws twelve meridians and five parallels, none of which leaps over the seam', () => {
		const sky = { centreRa: 60, gmst: 0, observatories: [], lines: null, areas: [] };
		const curves = curvesOf({ grid: true }, sky);
		expect(curves.map((curve) => curve.look).filter((look) => look === 'equator')).toHaveLength(1);
		expect(curves).toHaveLength(17);
		for (const { line } of curves) {
			const xs = line.map(({ ra, dec }) => project(ra, dec, 60)[0]);
			expect(Math.max(...xs.slice(1).map((x, i) => Math.abs(x - (xs[i] ?? 0))))).toBeLessThan(0.2);
		}
		expect(curvesOf({}, sky)).toEqual([]);
	});

	it('steps long sides along the great circle', () => {
		// 90 degrees along the equator and up a meridian to the pole
		const lines = { lines: [[0, 0, 900, 0, 900, 900]], names: [], milkyWay: [] };
		const [figure] = curvesOf({ constellations: true }, { centreRa: 0, gmst: 0, observatories: [], lines, areas: [] });
		const line = figure?.line ?? [];
		expect(line.length).toBeGreaterThan(40);
		for (const { ra, dec } of line.slice(0, 20)) expect([dec, ra <= 90]).toEqual([expect.closeTo(0, 9), true]);
	});

	it('becomes pieces for the GPU, none over the seam', () => {
		const curve = {
			look: 'ecliptic',
			dashed: false,
			line: [170, 178, 186, 194].map((ra) => ({ ra, dec: 0 })),
		} as const;
		const whole = lineColumns([curve], 0, () => [1, 2, 3, 0.5]);
		expect(whole.pieces).toBe(2);
		expect([...whole.colours.slice(0, 4)]).toEqual([1, 2, 3, 128]);
		expect(lineColumns([{ ...curve, dashed: true }], 90, () => [0, 0, 0, 1]).pieces).toBe(2);
	});
});

describe('the Sun', () => {
	it('stands where the almanac puts it', () => {
		// astropy 2026-11-20T00:00 UTC, get_sun in TETE: 235.4019, -19.6391 deg
		const sun = sunPosition(61_364);
		expect(Math.abs(sun.ra - 235.4019)).toBeLessThan(0.015);
		expect(Math.abs(sun.dec + 19.6391)).toBeLessThan(0.015);
	});

	it('sets and rises around a winter night at Palomar', () => {
		const night = nightAround(61_364.35, palomar);
		expect(night).not.toBeNull();
		const hours = ((night?.sunrise ?? 0) - (night?.sunset ?? 0)) * 24;
		expect(hours).toBeGreaterThan(13);
		expect(hours).toBeLessThan(14.2);
		// sunset at Palomar in late November: about 00:43 UTC
		expect((((night?.sunset ?? 0) % 1) * 24).toFixed(0)).toBe('1');
	});

	it('has no night where the Sun does not set', () => {
		expect(nightAround(61_212, { longitude: 0, latitude: 80 })).toBeNull();
	});
});
