import { describe, expect, it } from 'vitest';
import { HEIGHT, nearestPoint, planOf, skyGrid, WIDTH } from '#lib/components/sky/resultPlan.ts';

describe('the map of a result', () => {
	it('lays a cone out about its centre, east to the left and north up', () => {
		const cone = { ra: 359.9999, dec: 60, radiusArcsec: 10 };
		const { kind, reachDeg, points } = planOf(
			[
				{ ra: 359.9999, dec: 60 },
				// 5 arcsec east, over 0 h, and 10 north
				{ ra: (359.9999 + 5 / 3600 / Math.cos(Math.PI / 3)) % 360, dec: 60 },
				{ ra: 359.9999, dec: 60 + 10 / 3600 },
			],
			cone,
		);
		expect([kind, Math.round(reachDeg * 3600)]).toEqual(['local', 10]);
		const [middle, east, north] = points;
		expect(middle?.[0]).toBeCloseTo(WIDTH / 2, 6);
		expect(middle?.[1]).toBeCloseTo(HEIGHT / 2, 6);
		expect(east?.[0]).toBeCloseTo(WIDTH / 2 - 94, 1);
		expect(north?.[1]).toBeCloseTo(12, 3);
	});
	it('goes to the whole sky where rows lie far apart, and stays inside it', () => {
		const places = [0, 90, 180, 270, 359].flatMap((ra) => [-90, -40, 0, 40, 90].map((dec) => ({ ra, dec })));
		const { kind, points } = planOf(places);
		expect(kind).toBe('sky');
		for (const [x, y] of points) {
			const [u, v] = [(x - WIDTH / 2) / 188, (y - HEIGHT / 2) / 188];
			expect((u * u) / 4 + v * v).toBeLessThanOrEqual(1 + 1e-9);
		}
		expect(planOf([{ ra: 270, dec: 0 }, ...places]).points[0]?.[0]).toBeLessThan(WIDTH / 2);
		expect(skyGrid()).not.toContain('NaN');
	});
	it('lays out one row, and none', () => {
		const [x, y] = planOf([{ ra: 10, dec: -30 }]).points[0] ?? [0, 0];
		expect(x).toBeCloseTo(WIDTH / 2, 3);
		expect(y).toBeCloseTo(HEIGHT / 2, 3);
		expect(planOf([]).points).toEqual([]);
	});
	it('finds the row that was pointed at', () => {
		const points = [
			[10, 10],
			[20, 10],
			[300, 50],
		] as const;
		expect(nearestPoint(points, 16, 10, 14)).toBe(1);
		expect(nearestPoint(points, 200, 50, 14)).toBeNull();
	});
});
