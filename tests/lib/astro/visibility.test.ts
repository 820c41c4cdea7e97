import { describe, expect, it } from 'vitest';
import { constellationAt } from '#lib/astro/constellations.ts';
import { distanceModulus } from '#lib/astro/distance.ts';
import { OBSERVING_SITES } from '#lib/astro/observatories.ts';
import {
	airmass,
	horizontal,
	moonAltitudeDeg,
	moonOfDate,
	nightNear,
	ofDate,
	type Site,
} from '#lib/astro/visibility.ts';
// astropy 8.0.2, by scripts/golden/object.py
import golden from '../../fixtures/golden/object.json' with { type: 'json' };

function site(key: unknown): Site {
	const found = OBSERVING_SITES.find((one) => one.key === key);
	if (!found) throw new Error(`no site ${String(key)}`);
	return found;
}
const DAY_S = 86_400;

describe('altitude and air mass', () => {
	const rows = golden.airmass.map(([key, ...numbers]) => ({ key, numbers: numbers.map(Number) }));
	it('agrees with astropy to 0.01 above 10 degrees', () => {
		const high = rows.filter(({ numbers }) => (numbers[3] ?? 0) > 10);
		expect(high.length).toBeGreaterThan(30);
		for (const { key, numbers } of high) {
			const [mjd = 0, ra = 0, dec = 0, , , secz = 0] = numbers;
			expect(Math.abs(airmass(horizontal(ofDate(ra, dec, mjd), site(key), mjd).altitude) - secz)).toBeLessThan(0.01);
		}
	});
	it('agrees in altitude to 0.01 degrees everywhere, azimuth away from the zenith', () => {
		for (const { key, numbers } of rows) {
			const [mjd = 0, ra = 0, dec = 0, altitude = 0, azimuth = 0] = numbers;
			const at = horizontal(ofDate(ra, dec, mjd), site(key), mjd);
			expect(Math.abs(at.altitude - altitude)).toBeLessThan(0.01);
			const turn = ((at.azimuth - azimuth + 540) % 360) - 180;
			expect(Math.abs(turn) * Math.cos((altitude * Math.PI) / 180)).toBeLessThan(0.01);
		}
	});
	it('is absent below the horizon', () => {
		expect(airmass(0)).toBeNaN();
		expect(airmass(-5)).toBeNaN();
		expect(airmass(90)).toBe(1);
	});
});

describe('a night', () => {
	it('has its twilights within 30 s of astropy', () => {
		for (const row of golden.night) {
			const night = nightNear(row.near, site(row.site));
			for (const name of ['sunset', 'civil', 'nautical', 'astronomical'] as const) {
				const [dusk = 0, dawn = 0] = row[name];
				expect(Math.abs((night.dusk[name] ?? NaN) - dusk) * DAY_S).toBeLessThan(30);
				expect(Math.abs((night.dawn[name] ?? NaN) - dawn) * DAY_S).toBeLessThan(30);
			}
		}
	});
	it('says so where the Sun does not set or does not get dark', () => {
		const summer = nightNear(60_481, { longitude: 20, latitude: 69 });
		expect(summer.dusk.sunset).toBeNull();
		const northern = nightNear(60_481, { longitude: 0, latitude: 55 });
		expect(northern.dusk.sunset).not.toBeNull();
		expect(northern.dawn.astronomical).toBeNull();
		// polar night: it never rises
		expect(nightNear(60_665, { longitude: 20, latitude: 78 }).dusk.sunset).toBeNull();
	});
});

describe('the Moon', () => {
	it('stands within half a degree of astropy, its lit share within 0.01', () => {
		for (const [key, mjd, altitude, lit] of golden.moon) {
			expect(Math.abs(moonAltitudeDeg(site(key), Number(mjd)) - Number(altitude))).toBeLessThan(0.5);
			expect(Math.abs(moonOfDate(Number(mjd)).lit - Number(lit))).toBeLessThan(0.01);
		}
	});
});

describe('constellations', () => {
	it('are those of astropy, which moves positions by the aberration of J2000: a border may lie 20 arcsec off', () => {
		const around = [0, 0.006, -0.006];
		const rows = golden.constellation.map(([ra, dec, name]) => ({ ra: Number(ra), dec: Number(dec), name }));
		const at = (ra: number, dec: number): string => constellationAt(ra, dec).abbreviation;
		expect(rows.filter(({ ra, dec, name }) => at(ra, dec) !== name).length).toBeLessThanOrEqual(1);
		for (const { ra, dec, name } of rows) {
			expect(around.flatMap((x) => around.map((y) => at(ra + x, dec + y)))).toContain(name);
		}
	});
	it('are named at the poles and at RA 0', () => {
		expect(constellationAt(0, 90).name).toBe('Ursa Minor');
		expect(constellationAt(0, -90).name).toBe('Octans');
		expect(constellationAt(0, 0).name).toBe('Pisces');
		expect(constellationAt(359.99999, 0).name).toBe('Pisces');
	});
});

describe('the distance modulus', () => {
	it('agrees with astropy to a thousandth of a magnitude', () => {
		for (const [z, modulus] of golden.modulus)
			expect(Math.abs(distanceModulus(z ?? 0) - (modulus ?? 0))).toBeLessThan(1e-3);
	});
	it('needs a redshift', () => {
		expect(distanceModulus(0)).toBeNaN();
		expect(distanceModulus(NaN)).toBeNaN();
	});
});
