import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipixOf, nearOrder, nearPixels } from '#lib/astro/healpix.ts';

/** A place at a distance and direction from another, degrees, by the spherical law of cosines. */
function displaced(ra: number, dec: number, distance: number, angle: number): { ra: number; dec: number } {
	const rad = Math.PI / 180;
	const [d, a, r] = [dec * rad, angle * rad, distance * rad];
	const sinDec = Math.sin(d) * Math.cos(r) + Math.cos(d) * Math.sin(r) * Math.cos(a);
	const east = Math.sin(a) * Math.sin(r) * Math.cos(d);
	const north = Math.cos(r) - Math.sin(d) * sinDec;
	return {
		ra: (((ra + Math.atan2(east, north) / rad) % 360) + 360) % 360,
		dec: Math.max(-90, Math.min(90, Math.asin(Math.max(-1, Math.min(1, sinDec))) / rad)),
	};
}

// everywhere, and where pixels are oddly shaped: poles, the caps' edge (|z| = 2/3), quarter meridians, RA 0
const places = fc.oneof(
	fc.tuple(fc.double({ min: 0, max: 360, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true })),
	fc.tuple(fc.constantFrom(0, 45, 89.9999, 90, 180, 359.99999), fc.double({ min: -90, max: 90, noNaN: true })),
	fc.tuple(
		fc.double({ min: 0, max: 360, noNaN: true }),
		fc.constantFrom(90, -90, 89.9999, -89.9999, 41.8103148958, -41.8103148958, 0, 41.81, -41.82),
	),
);

describe('nearPixels', () => {
	it('misses no pixel that holds a point of the disc', () => {
		fc.assert(
			fc.property(
				places,
				fc.constantFrom(0.5, 2, 5, 30, 300, 3600),
				fc.integer({ min: 0, max: 3 }),
				fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 360, noNaN: true })), {
					minLength: 20,
					maxLength: 20,
				}),
				([ra, dec], radiusArcsec, finer, points) => {
					const radius = radiusArcsec / 3600;
					const order = nearOrder(radius) + finer;
					const pixels = new Set(nearPixels(order, ra, dec, radius));
					for (const [share, angle] of points) {
						const point = displaced(ra, dec, radius * (share > 0.7 ? 1 : share), angle);
						expect(pixels.has(ipixOf(order, point.ra, point.dec))).toBe(true);
					}
				},
			),
			{ numRuns: 3000 },
		);
	});

	it('holds the pixel of the place itself, and few beside it', () => {
		fc.assert(
			fc.property(places, fc.constantFrom(1, 10, 100), ([ra, dec], radiusArcsec) => {
				const radius = radiusArcsec / 3600;
				const order = nearOrder(radius);
				const near = nearPixels(order, ra, dec, radius);
				expect(near).toContain(ipixOf(order, ra, dec));
				expect(new Set(near).size).toBe(near.length);
				expect(near.length).toBeLessThan(16);
			}),
			{ numRuns: 500 },
		);
	});

	it('takes few pixels on average', () => {
		let count = 0;
		const order = nearOrder(2 / 3600);
		expect(order).toBe(14);
		for (let i = 0; i < 1000; i += 1) count += nearPixels(order, (i * 137.508) % 360, -80 + i * 0.16, 2 / 3600).length;
		expect(count / 1000).toBeLessThan(3);
	});
});
