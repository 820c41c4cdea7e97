import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	eclipticFromIcrs,
	galacticFromIcrs,
	icrsFromEcliptic,
	icrsFromGalactic,
	positionAngleDeg,
	separationArcsec,
	wrapRa,
} from '#lib/astro/sphere.ts';
// astropy 5.2.1, by scripts/golden/coordinates.py
import golden from '../../fixtures/golden/coordinates.json' with { type: 'json' };

const anyRa = fc.double({ min: 0, max: 360, maxExcluded: true, noNaN: true });
const anyDec = fc.double({ min: -90, max: 90, noNaN: true });

describe('separation', () => {
	it('agrees with astropy from a microarcsecond to nearly 180 degrees', () => {
		for (const [ra1 = NaN, dec1 = NaN, ra2 = NaN, dec2 = NaN, separation = NaN] of golden.pairs) {
			// positions in degrees hold about 1e-10 arcsec
			expect(Math.abs(separationArcsec(ra1, dec1, ra2, dec2) - separation)).toBeLessThan(2e-9);
		}
	});

	it('is 0 for one place, 180 degrees for antipodes, and exact for the smallest steps', () => {
		expect(separationArcsec(123.456, -45.6, 123.456, -45.6)).toBe(0);
		expect(separationArcsec(0, 90, 200, 90)).toBeLessThan(1e-9);
		expect(separationArcsec(10, 20, 190, -20)).toBeCloseTo(648000, 6);
		expect(separationArcsec(0, -90, 0, 90)).toBeCloseTo(648000, 6);
		expect(separationArcsec(359.9999999, 0, 1e-7, 0)).toBeCloseTo(7.2e-4, 9);
		expect(separationArcsec(50, 60, 50, 60 + 1e-9)).toBeCloseTo(3.6e-6, 9);
	});

	it('is symmetric and obeys the triangle', () => {
		fc.assert(
			fc.property(anyRa, anyDec, anyRa, anyDec, anyRa, anyDec, (ra1, dec1, ra2, dec2, ra3, dec3) => {
				const direct = separationArcsec(ra1, dec1, ra2, dec2);
				expect(separationArcsec(ra2, dec2, ra1, dec1)).toBeCloseTo(direct, 8);
				const detour = separationArcsec(ra1, dec1, ra3, dec3) + separationArcsec(ra3, dec3, ra2, dec2);
				expect(direct).toBeLessThanOrEqual(detour + 1e-6);
			}),
		);
	});
});

it('gives position angles as astropy does', () => {
	for (const [ra1 = NaN, dec1 = NaN, ra2 = NaN, dec2 = NaN, separation = NaN, angle = NaN] of golden.pairs) {
		if (separation < 1e-3 || separation > 647000 || Math.abs(dec1) === 90) continue;
		const off = Math.abs(positionAngleDeg(ra1, dec1, ra2, dec2) - angle);
		// degrees hold 1e-10 arcsec: that turns a direction the more the nearer the two are
		expect(Math.min(off, 360 - off)).toBeLessThan(1e-9 + 1e-7 / separation);
	}
	expect(positionAngleDeg(10, 0, 10, 1)).toBe(0);
	expect(positionAngleDeg(10, 0, 9, 0)).toBeCloseTo(270, 12);
});

describe('frames', () => {
	it('gives galactic coordinates within 0.03 arcsec of astropy, which goes by way of FK5', () => {
		for (const [ra = NaN, dec = NaN, l = NaN, b = NaN] of golden.frames) {
			const { lon, lat } = galacticFromIcrs(ra, dec);
			expect(separationArcsec(lon, lat, l, b)).toBeLessThan(0.03);
		}
	});

	it('gives ecliptic coordinates within 0.05 arcsec of astropy, which adds the frame bias', () => {
		for (const [ra = NaN, dec = NaN, , , l = NaN, b = NaN] of golden.frames) {
			const { lon, lat } = eclipticFromIcrs(ra, dec);
			expect(separationArcsec(lon, lat, l, b)).toBeLessThan(0.05);
		}
	});

	it('has the poles where their definitions put them', () => {
		expect(galacticFromIcrs(192.85948, 27.12825).lat).toBeCloseTo(90, 4);
		const middle = icrsFromGalactic(0, 0);
		expect(separationArcsec(middle.ra, middle.dec, 266.40499, -28.93617)).toBeLessThan(0.1);
		expect(eclipticFromIcrs(270, 90 - 84381.406 / 3600).lat).toBeCloseTo(90, 7);
	});

	it('turns back to the same place', () => {
		fc.assert(
			fc.property(anyRa, anyDec, (ra, dec) => {
				const galactic = galacticFromIcrs(ra, dec);
				const one = icrsFromGalactic(galactic.lon, galactic.lat);
				expect(separationArcsec(one.ra, one.dec, ra, dec)).toBeLessThan(1e-8);
				const ecliptic = eclipticFromIcrs(ra, dec);
				const two = icrsFromEcliptic(ecliptic.lon, ecliptic.lat);
				expect(separationArcsec(two.ra, two.dec, ra, dec)).toBeLessThan(1e-8);
				for (const lon of [galactic.lon, ecliptic.lon, one.ra, two.ra]) {
					expect(lon).toBeGreaterThanOrEqual(0);
					expect(lon).toBeLessThan(360);
				}
			}),
			{ numRuns: 1000 },
		);
	});
});

it('wraps right ascension into [0, 360)', () => {
	expect([-10, 0, 360, 370, 725, -0, -1e-20].map(wrapRa)).toEqual([350, 0, 0, 10, 5, 0, 0]);
	expect(wrapRa(NaN)).toBeNaN();
});
