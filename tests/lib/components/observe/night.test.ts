import { describe, expect, it } from 'vitest';
import { OBSERVING_SITES } from '#lib/astro/observatories.ts';
import { nightFor, overhead, planNight } from '#lib/components/observe/night.ts';

const rounded = ([x, y]: readonly [number, number]): number[] =>
	[x, y].map((value) => Math.round(value * 1e6) / 1e6 + 0);

describe('the sky overhead', () => {
	it('has the zenith in the middle, north up and east left', () => {
		expect(rounded(overhead(90, 123))).toEqual([0, 0]);
		expect(rounded(overhead(0, 0))).toEqual([0, -1]);
		expect(rounded(overhead(0, 90))).toEqual([-1, 0]);
		expect(rounded(overhead(45, 180))).toEqual([0, 0.5]);
		expect(rounded(overhead(0, 270))).toEqual([1, 0]);
	});
	it('shows the celestial pole at the latitude above north, all night', () => {
		const site = OBSERVING_SITES.find(({ key }) => key === 'palomar');
		if (!site) throw new Error('no Palomar');
		const { steps } = planNight(0, 90, site, nightFor(61_365, site, 0));
		for (const step of steps) {
			const [x, y] = overhead(step.altitude, step.azimuth);
			// precession and nutation since 2000 move the pole by 0.15 degrees
			expect(Math.hypot(x, y + (90 - site.latitude) / 90)).toBeLessThan(0.2 / 90);
		}
	});
	it('moves a star of the equator from east to west over the south', () => {
		const site = OBSERVING_SITES.find(({ key }) => key === 'palomar');
		if (!site) throw new Error('no Palomar');
		const { steps } = planNight(60, 0, site, nightFor(61_365, site, 0));
		const up = steps.filter(({ altitude }) => altitude > 5).map((step) => overhead(step.altitude, step.azimuth));
		expect(up.length).toBeGreaterThan(50);
		expect(up[0]?.[0]).toBeLessThan(0);
		expect(up.at(-1)?.[0]).toBeGreaterThan(0);
		expect(up.every(([, y]) => y > -0.1)).toBe(true);
	});
});
