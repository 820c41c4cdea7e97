import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { separationArcsec } from '#lib/astro/sphere.ts';
import { ipixOf } from '#lib/astro/healpix.ts';
import { areaComparer, objectComparer, positionComparer } from '#lib/server/work/compare.ts';

const place = (ra: number, dec: number) => ({ survey: 'ztf', objectId: 'a', ra, dec });
const ra = fc.double({ min: 0, max: 359.999, noNaN: true });
const dec = fc.double({ min: -90, max: 90, noNaN: true });

describe('positions', () => {
	it('meet what lies within the radius of each, as the plain angle says, all over the sky', () => {
		const position = fc.record({ ra, dec, radiusArcsec: fc.double({ min: 0.1, max: 3600, noNaN: true }) });
		fc.assert(
			fc.property(
				fc.array(position, { minLength: 1, maxLength: 20 }),
				fc.nat(19),
				fc.double({ min: 0, max: 1.5, noNaN: true }),
				fc.double({ min: 0, max: 360, noNaN: true }),
				(rows, at, share, turn) => {
					const positions = rows.map((row, i) => ({ ...row, place: i + 1, name: '' }));
					const near = positions[at % positions.length];
					if (near === undefined) return;
					// a point somewhere around one of them, inside or outside
					const reach = (near.radiusArcsec * share) / 3600;
					const latitude = Math.max(-90, Math.min(90, near.dec + reach * Math.cos((turn * Math.PI) / 180)));
					const shrink = Math.max(1e-6, Math.cos((latitude * Math.PI) / 180));
					const longitude = (((near.ra + (reach * Math.sin((turn * Math.PI) / 180)) / shrink) % 360) + 360) % 360;
					const found = positionComparer(positions)(place(longitude, latitude)).map((one) => one.place);
					const expected = positions
						.filter((one) => separationArcsec(one.ra, one.dec, longitude, latitude) <= one.radiusArcsec * (1 + 1e-12))
						.map((one) => one.place);
					expect(found.sort()).toEqual(expected.sort());
				},
			),
			{ numRuns: 300 },
		);
	});

	it('tell which one and how far', () => {
		const compare = positionComparer([{ place: 7, name: 'M31', ra: 10, dec: 0, radiusArcsec: 5 }]);
		expect(compare(place(10 + 3 / 3600, 0))).toEqual([
			{ place: 7, name: 'M31', sepArcsec: expect.closeTo(3, 6) as number },
		]);
		expect(compare(place(10 + 6 / 3600, 0))).toEqual([]);
	});
});

describe('areas and lists of objects', () => {
	it('an area meets the alerts in its pixels and no others', () => {
		fc.assert(
			fc.property(ra, dec, fc.array(fc.nat(12 * 4 ** 5 - 1), { maxLength: 40 }), (lon, lat, pixels) => {
				const held = [...new Set(pixels)].sort((a, b) => a - b);
				const compare = areaComparer({
					order: 5,
					skyFraction: 0,
					ranges: held.map((pixel) => [pixel, pixel + 1] as const),
				});
				expect(compare(place(lon, lat)).length === 1).toBe(held.includes(Number(ipixOf(5, lon, lat))));
			}),
			{ numRuns: 300 },
		);
	});

	it('a list meets its own objects, of the right survey', () => {
		const compare = objectComparer([{ survey: 'ztf', objectId: '12' }]);
		expect(compare({ survey: 'ztf', objectId: '12', ra: 0, dec: 0 })).toHaveLength(1);
		expect(compare({ survey: 'lsst', objectId: '12', ra: 0, dec: 0 })).toEqual([]);
	});
});
