import { expect, it } from 'vitest';
import { project, type MapPoint, unproject } from '#lib/astro/hammer.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
import { capCentre, tangentOffsets } from '#lib/astro/tangent.ts';
import { lassoOf } from '#lib/components/sky/lasso.ts';

const REACH_ARCSEC = 80 * 3600;
// of the map's half width of 2 and half height of 1
const square = (left: number, right: number, low: number, high: number): MapPoint[] => [
	[left, high],
	[right, high],
	[right, low],
	[left, low],
	[left, high],
];

it('takes a quarter of the map, drawn over its rim and closed where it began', () => {
	const drawn = lassoOf(square(0.81, 1.83, -0.27, 0.81), 60, 0.01);
	if (drawn.kind !== 'polygon') throw new Error(drawn.why);
	const centre = capCentre(drawn.corners);
	for (const { ra, dec } of drawn.corners) {
		expect(separationArcsec(centre.ra, centre.dec, ra, dec)).toBeLessThan(REACH_ARCSEC);
	}
});

it('refuses what no centre is near enough to, and a line', () => {
	expect(lassoOf(square(-1.9, 1.9, -0.9, 0.9), 60, 0.01)).toMatchObject({
		kind: 'refused',
		why: expect.stringContaining('80°') as string,
	});
	expect(lassoOf(square(0.5, 0.5, 0.1, 0.1), 60, 0.01).kind).toBe('refused');
});

it('is the middle of the smallest cap, over 0 h and wherever corners crowd', () => {
	const crowd = Array.from({ length: 50 }, (_, i) => ({ ra: 350 + i / 1000, dec: 0 }));
	const centre = capCentre([...crowd, { ra: 30, dec: 0 }]);
	expect(Math.abs(centre.ra - 10)).toBeLessThan(0.5);
	expect(Math.abs(centre.dec)).toBeLessThan(0.01);
});

/** Whether a place lies within corners that great circles join: sides that a ray crosses in the tangent plane. */
function isInside(corners: readonly { ra: number; dec: number }[], place: { ra: number; dec: number }): boolean {
	const centre = capCentre(corners);
	if (separationArcsec(centre.ra, centre.dec, place.ra, place.dec) > REACH_ARCSEC) return false;
	const flat = corners.map((corner) => tangentOffsets(centre, corner));
	const [x, y] = tangentOffsets(centre, place);
	let inside = false;
	for (const [i, [ax, ay]] of flat.entries()) {
		const [bx, by] = flat.at(i - 1) ?? [ax, ay];
		if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
	}
	return inside;
}

it.each([
	{ left: 0.5, right: 1.6, low: -0.3, high: 0.5 },
	{ left: -1.2, right: 0.4, low: -0.5, high: 0.1 },
])('holds what lies within the straight sides that were drawn: $left to $right, $low to $high', (drawn) => {
	const lasso = lassoOf(square(drawn.left, drawn.right, drawn.low, drawn.high), 60, 0.01);
	if (lasso.kind !== 'polygon') throw new Error(lasso.why);
	const margin = 0.02;
	let looked = 0;
	for (let x = -1.95; x < 2; x += 0.1) {
		for (let y = -0.95; y < 1; y += 0.1) {
			const place = unproject(x, y, 60);
			if (place === null) continue;
			const [px, py] = project(place.ra, place.dec, 60);
			const [dx, dy] = [Math.max(drawn.left - px, px - drawn.right), Math.max(drawn.low - py, py - drawn.high)];
			if (Math.abs(Math.max(dx, dy)) < margin) continue;
			looked += 1;
			expect(isInside(lasso.corners, place), `${x.toFixed(2)} ${y.toFixed(2)}`).toBe(Math.max(dx, dy) < 0);
		}
	}
	expect(looked).toBeGreaterThan(300);
});
