import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { separationArcsec } from '#lib/astro/sphere.ts';
import { pathThrough, project, projectAll, unproject, wrap180 } from '#lib/astro/hammer.ts';

const degrees = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('Hammer projection', () => {
	it('puts the centre at the origin, north up and greater right ascension to the left', () => {
		expect(project(60, 0, 60)).toEqual([-0, 0]);
		expect(project(60, 90, 60)[1]).toBeCloseTo(1, 12);
		expect(project(90, 0, 60)[0]).toBeLessThan(0);
		expect(project(30, 0, 60)[0]).toBeGreaterThan(0);
	});

	it('reaches the ends of the 2:1 ellipse at the anticentre', () => {
		expect(project(60 - 179.999999, 0, 60)[0]).toBeCloseTo(2, 6);
		expect(project(60 + 179.999999, 0, 60)[0]).toBeCloseTo(-2, 6);
	});

	it('comes back to the same place, anywhere on the sky and about any centre', () => {
		fc.assert(
			fc.property(degrees(0, 359.999), degrees(-90, 90), degrees(0, 359.999), (ra, dec, ra0) => {
				// at the seam left and right edge are the same place
				fc.pre(Math.abs(wrap180(ra - ra0)) < 179.99 && Math.abs(dec) < 89.9999);
				const [x, y] = project(ra, dec, ra0);
				expect((x * x) / 4 + y * y).toBeLessThanOrEqual(1 + 1e-9);
				const back = unproject(x, y, ra0);
				expect(back).not.toBeNull();
				expect(separationArcsec(ra, dec, back?.ra ?? 0, back?.dec ?? 0)).toBeLessThan(0.05);
			}),
		);
	});

	it('knows what lies outside the sky', () => {
		expect(unproject(2, 0.1, 0)).toBeNull();
		expect(unproject(0, 1.01, 0)).toBeNull();
		expect(unproject(0, 1, 0)?.dec).toBeCloseTo(90, 4);
	});

	it('keeps areas: cells of equal area cover equal areas of the map', () => {
		const area = (ra: number, sinDec: number): number => {
			const deg = 180 / Math.PI;
			const corner = (dRa: number, dSin: number) => project(ra + dRa, Math.asin(sinDec + dSin) * deg, 0);
			const [a, b, c, d] = [corner(0, 0), corner(0.5, 0), corner(0.5, 0.005), corner(0, 0.005)];
			const cross = (p: readonly [number, number], q: readonly [number, number]) => p[0] * q[1] - q[0] * p[1];
			return Math.abs(cross(a, b) + cross(b, c) + cross(c, d) + cross(d, a)) / 2;
		};
		const middle = area(0, 0);
		for (const [ra, sinDec] of [
			[120, 0],
			[-150, 0.5],
			[80, -0.8],
			[170, 0.3],
		] as const) {
			expect(area(ra, sinDec) / middle).toBeCloseTo(1, 3);
		}
	});

	it('projects columns as it projects single places', () => {
		const out = new Float32Array(6);
		projectAll([10, 300], [-40, 70], 200, out);
		const [x, y] = project(300, 70, 200);
		expect(out[3]).toBeCloseTo(x, 6);
		expect(out[4]).toBeCloseTo(y, 6);
		expect(out[5]).toBe(0);
	});

	it('breaks a line at the seam instead of drawing across the map', () => {
		const path = pathThrough(
			[170, 178, 182, 190].map((ra) => ({ ra, dec: 10 })),
			0,
		);
		expect(path.match(/M/g)).toHaveLength(2);
	});
});
