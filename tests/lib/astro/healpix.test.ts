import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	centreOf,
	cornersOf,
	coverOrder,
	discPixels,
	discRanges,
	ipixOf,
	ipixToArray,
	neighboursOf,
	pixelsOf,
	polygonRanges,
} from '#lib/astro/healpix.ts';
import { positionAngleDeg, separationArcsec } from '#lib/astro/sphere.ts';
// healpy 1.16.1, by scripts/golden/healpix.py
import golden from '../../fixtures/golden/healpix.json' with { type: 'json' };

const orders = Array.from({ length: 30 }, (_, order) => order);
const positions = golden.positions.map(([ra = NaN, dec = NaN]) => ({ ra, dec }));
/** Width of a pixel, degrees. */
const widthDeg = (order: number): number => (Math.sqrt(Math.PI / 3) * (180 / Math.PI)) / 2 ** order;

const anyOrder = fc.integer({ min: 0, max: 29 });
const anyRa = fc.double({ min: 0, max: 360, maxExcluded: true, noNaN: true });
const anyDec = fc.oneof(
	fc.double({ min: -1, max: 1, noNaN: true }).map((z) => (Math.asin(z) * 180) / Math.PI),
	fc.double({ min: 0, max: 13, noNaN: true }).map((power) => 90 - 10 ** -power),
	fc.double({ min: 0, max: 13, noNaN: true }).map((power) => 10 ** -power - 90),
);
const anyPixel = anyOrder.chain((order) =>
	fc.record({ order: fc.constant(order), ipix: fc.bigInt({ min: 0n, max: (12n << BigInt(2 * order)) - 1n }) }),
);

/** The position at an angular distance (degrees) in a direction (degrees east of north). */
function offsetBy(ra: number, dec: number, angleDeg: number, distanceDeg: number): { ra: number; dec: number } {
	const rad = Math.PI / 180;
	const [d, a, r] = [dec * rad, angleDeg * rad, distanceDeg * rad];
	const north = Math.cos(r) * Math.cos(d) - Math.sin(r) * Math.sin(d) * Math.cos(a);
	const east = Math.sin(r) * Math.sin(a);
	const up = Math.sin(d) * Math.cos(r) + Math.cos(d) * Math.sin(r) * Math.cos(a);
	return { ra: ra + Math.atan2(east, north) / rad, dec: Math.atan2(up, Math.hypot(north, east)) / rad };
}

const contains = (ranges: readonly [bigint, bigint][], ipix: bigint): boolean =>
	ranges.some(([first, end]) => ipix >= first && ipix < end);

describe('position to pixel', () => {
	it.each(orders)('agrees with healpy at order %i, one by one and in columns', (order) => {
		const out = new BigUint64Array(positions.length);
		ipixToArray(
			order,
			Float64Array.from(positions, ({ ra }) => ra),
			Float64Array.from(positions, ({ dec }) => dec),
			out,
		);
		expect([...out].map(String)).toEqual(golden.pixels[order]);
		expect(positions.map(({ ra, dec }) => String(ipixOf(order, ra, dec)))).toEqual(golden.pixels[order]);
	});

	it('writes only the rows it was given, at any offset of the buffer', () => {
		const out = new BigUint64Array(new ArrayBuffer(40), 8, 4).fill(7n);
		ipixToArray(29, Float64Array.of(10, 20), Float64Array.of(-5, 5), out);
		expect([...out]).toEqual([ipixOf(29, 10, -5), ipixOf(29, 20, 5), 7n, 7n]);
	});

	it('wraps right ascension', () => {
		for (const order of orders) {
			expect(ipixOf(order, 360, 12)).toBe(ipixOf(order, 0, 12));
			expect(ipixOf(order, -10, 12)).toBe(ipixOf(order, 350, 12));
			expect(ipixOf(order, 730, -80)).toBe(ipixOf(order, 10, -80));
			expect(ipixOf(order, -1e-20, 12)).toBe(ipixOf(order, 0, 12));
		}
	});

	it.each([
		[NaN, 0],
		[0, NaN],
		[0, 90.0001],
		[Infinity, 0],
	])('refuses RA %d, Dec %d', (ra, dec) => {
		expect(() => ipixOf(5, ra, dec)).toThrow(RangeError);
		expect(() => {
			ipixToArray(5, Float64Array.of(ra), Float64Array.of(dec), new BigUint64Array(1));
		}).toThrow(/row 0/);
	});

	it('refuses orders and pixels that do not exist', () => {
		expect(() => ipixOf(30, 0, 0)).toThrow(RangeError);
		expect(() => ipixOf(-1, 0, 0)).toThrow(RangeError);
		expect(() => centreOf(3, 768n)).toThrow(RangeError);
		expect(() => centreOf(3, -1n)).toThrow(RangeError);
	});

	it('nests: a coarser pixel is the finer one without its last two bits', () => {
		fc.assert(
			fc.property(anyRa, anyDec, anyOrder, (ra, dec, order) => {
				expect(ipixOf(29, ra, dec) >> BigInt(2 * (29 - order))).toBe(ipixOf(order, ra, dec));
			}),
			{ numRuns: 2000 },
		);
	});
});

describe('pixel to position', () => {
	it('agrees with healpy on centres within a ten-thousandth of the smallest pixel', () => {
		for (const { order, ipix, ra, dec } of golden.centres) {
			const centre = centreOf(order, BigInt(ipix));
			expect(separationArcsec(centre.ra, centre.dec, ra, dec)).toBeLessThan(4e-8);
		}
	});

	it('agrees with healpy on corners', () => {
		for (const { order, ipix, corners } of golden.centres) {
			for (const [index, corner] of cornersOf(order, BigInt(ipix)).entries()) {
				const [ra = NaN, dec = NaN] = corners[index] ?? [];
				// healpy gives vectors, whose z holds few digits near the poles
				expect(separationArcsec(corner.ra, corner.dec, ra, dec)).toBeLessThan(1e-5);
			}
		}
	});

	it('comes back to the same pixel from its centre, at every order', () => {
		fc.assert(
			fc.property(anyPixel, ({ order, ipix }) => {
				const { ra, dec } = centreOf(order, ipix);
				expect(ipixOf(order, ra, dec)).toBe(ipix);
			}),
			{ numRuns: 5000 },
		);
	});

	it('has the centre of the pixel of a position near that position', () => {
		fc.assert(
			fc.property(anyRa, anyDec, anyOrder, (ra, dec, order) => {
				const centre = centreOf(order, ipixOf(order, ra, dec));
				// the longest pixels reach 1.07 widths from their centre
				expect(separationArcsec(ra, dec, centre.ra, centre.dec)).toBeLessThan(1.05 * widthDeg(order) * 3600);
			}),
			{ numRuns: 2000 },
		);
	});
});

describe('neighbours', () => {
	it('agrees with healpy in order and number', () => {
		for (const { order, ipix, neighbours } of golden.centres) {
			expect(neighboursOf(order, BigInt(ipix)).map(String)).toEqual(neighbours);
		}
	});

	it('is mutual for every pixel of orders 0 to 3, and shares a corner each time', () => {
		for (const order of [0, 1, 2, 3]) {
			for (let ipix = 0n; ipix < 12n << BigInt(2 * order); ipix += 1n) {
				const mine = cornersOf(order, ipix);
				for (const other of neighboursOf(order, ipix)) {
					expect(neighboursOf(order, other)).toContain(ipix);
					const shared = cornersOf(order, other).some((corner) =>
						mine.some(({ ra, dec }) => separationArcsec(ra, dec, corner.ra, corner.dec) < 1e-6),
					);
					expect(shared).toBe(true);
				}
			}
		}
	});
});

describe('disc cover', () => {
	it.each(golden.discs)('order $order, RA $ra, Dec $dec, radius $radius: every pixel of healpy, few more', (disc) => {
		const mine = discPixels(disc.order, disc.ra, disc.dec, disc.radius).map(String);
		const have = new Set(mine);
		expect(disc.exact.filter((ipix) => !have.has(ipix))).toEqual([]);
		expect(disc.inclusive.filter((ipix) => !have.has(ipix))).toEqual([]);
		expect(mine.length).toBeLessThanOrEqual(disc.inclusive.length * 1.05);
	});

	it('holds every position within the radius, at the order it picks for it, down to milliarcseconds', () => {
		fc.assert(
			fc.property(
				anyRa,
				anyDec,
				fc.double({ min: -7, max: 1.5, noNaN: true }),
				fc.double({ min: 0, max: 360, noNaN: true }),
				fc.double({ min: 0, max: 1, noNaN: true }),
				(ra, dec, power, angle, part) => {
					const radius = 10 ** power;
					const order = coverOrder(radius);
					const inside = offsetBy(ra, dec, angle, radius * Math.sqrt(part) * 0.9999999);
					expect(contains(discRanges(order, ra, dec, radius), ipixOf(order, inside.ra, inside.dec))).toBe(true);
				},
			),
			{ numRuns: 1500 },
		);
	});

	it('has 15 to 60 pixels of one order for radii from milliarcseconds to 20 degrees', () => {
		fc.assert(
			fc.property(anyRa, anyDec, fc.double({ min: -6.2, max: 1.3, noNaN: true }), (ra, dec, power) => {
				const count = discPixels(coverOrder(10 ** power), ra, dec, 10 ** power).length;
				expect(count).toBeGreaterThanOrEqual(15);
				expect(count).toBeLessThanOrEqual(60);
			}),
			{ numRuns: 1500 },
		);
	});

	it('gives ascending, merged ranges that hold what the pixels hold', () => {
		for (const disc of golden.discs) {
			const ranges = discRanges(disc.order, disc.ra, disc.dec, disc.radius);
			for (const [index, [first, end]] of ranges.entries()) {
				expect(first).toBeLessThan(end);
				if (index > 0) expect(first).toBeGreaterThan(ranges[index - 1]?.[1] ?? 0n);
			}
			expect(pixelsOf(ranges)).toEqual(discPixels(disc.order, disc.ra, disc.dec, disc.radius));
		}
	});

	it('covers the whole sky from 180 degrees on', () => {
		expect(discRanges(9, 12, 34, 180)).toEqual([[0n, 12n << 18n]]);
		expect(discRanges(9, 12, 34, 999)).toEqual([[0n, 12n << 18n]]);
	});

	it('holds the pixel of a point for radius 0', () => {
		expect(discPixels(29, 266.4, -29, 0)).toContain(ipixOf(29, 266.4, -29));
		expect(coverOrder(0)).toBe(29);
	});

	it('refuses a radius that is none and covers beyond a million pieces', () => {
		expect(() => discRanges(5, 0, 0, -1)).toThrow(RangeError);
		expect(() => discRanges(5, 0, 0, NaN)).toThrow(RangeError);
		expect(() => discPixels(14, 0, 0, 30)).toThrow(/too many/);
	});
});

describe('polygon cover', () => {
	it.each(golden.polygons)('order $order: every pixel of healpy, few more', ({ order, vertices, exact, inclusive }) => {
		const corners = vertices.map(([ra = NaN, dec = NaN]) => ({ ra, dec }));
		const mine = pixelsOf(polygonRanges(order, corners)).map(String);
		expect(exact.filter((ipix) => !mine.includes(ipix))).toEqual([]);
		expect(mine.length).toBeLessThanOrEqual(inclusive.length * 1.05);
		expect(polygonRanges(order, corners.toReversed())).toEqual(polygonRanges(order, corners));
	});

	it('holds every point of a triangle of any size', () => {
		fc.assert(
			fc.property(
				anyRa,
				anyDec,
				fc.double({ min: -6, max: 1.4, noNaN: true }),
				fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
				(ra, dec, power, weights) => {
					const size = 10 ** power;
					const corners = [10, 130, 260].map((angle) => offsetBy(ra, dec, angle, size));
					const order = coverOrder(size);
					const rad = Math.PI / 180;
					const sum = [0, 0, 0];
					for (const [index, corner] of corners.entries()) {
						const weight = weights[index] ?? 0;
						const cosDec = Math.cos(corner.dec * rad) * weight;
						sum[0] = (sum[0] ?? 0) + cosDec * Math.cos(corner.ra * rad);
						sum[1] = (sum[1] ?? 0) + cosDec * Math.sin(corner.ra * rad);
						sum[2] = (sum[2] ?? 0) + Math.sin(corner.dec * rad) * weight;
					}
					const [x = 0, y = 0, z = 0] = sum;
					const inside = { ra: Math.atan2(y, x) / rad, dec: Math.atan2(z, Math.hypot(x, y)) / rad };
					expect(contains(polygonRanges(order, corners), ipixOf(order, inside.ra, inside.dec))).toBe(true);
				},
			),
			{ numRuns: 1000 },
		);
	});

	it('leaves out the notch of a polygon that is not convex', () => {
		const corners = [
			{ ra: 0, dec: 0 },
			{ ra: 20, dec: 0 },
			{ ra: 20, dec: 20 },
			{ ra: 10, dec: 2 },
			{ ra: 0, dec: 20 },
		];
		const ranges = polygonRanges(7, corners);
		expect(contains(ranges, ipixOf(7, 10, 10))).toBe(false);
		expect(contains(ranges, ipixOf(7, 2, 10))).toBe(true);
		expect(contains(ranges, ipixOf(7, 18, 10))).toBe(true);
	});

	it('refuses two corners, and polygons beyond a hemisphere', () => {
		expect(() =>
			polygonRanges(3, [
				{ ra: 0, dec: 0 },
				{ ra: 1, dec: 0 },
			]),
		).toThrow(/3 or more/);
		const girdle = [0, 120, 240].map((ra) => ({ ra, dec: 0 }));
		expect(() => polygonRanges(3, girdle)).toThrow(/hemisphere/);
	});
});

it('takes no pixel for larger than it is: the bound on its radius holds for every pixel of orders 0 to 4', () => {
	// a disc of radius 0 at a corner must hold the pixels that meet there
	for (const order of [0, 1, 2, 3, 4]) {
		for (let ipix = 0n; ipix < 12n << BigInt(2 * order); ipix += 1n) {
			for (const corner of cornersOf(order, ipix)) {
				expect(contains(discRanges(order, corner.ra, corner.dec, 1e-9), ipix)).toBe(true);
			}
		}
	}
});

it('measures directions east of north', () => {
	expect(positionAngleDeg(10, 0, 11, 0)).toBeCloseTo(90, 9);
});
