import { describe, expect, it } from 'vitest';
import { OBSERVING_SITES } from '#lib/astro/observatories.ts';
import { eveningOf, nightFor, overhead, planNight, shiftTo } from '#lib/components/observe/night.ts';

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

describe('the night of a date', () => {
	it('begins on that evening at every observatory, years away too', () => {
		// 2026-11-22 at four times of the day
		for (const now of [61_366, 61_366.25, 61_366.5, 61_366.99]) {
			for (const site of OBSERVING_SITES) {
				for (const evening of ['1950-01-01', '2018-02-28', '2026-11-21', '2026-11-22', '2028-02-29', '2050-12-31']) {
					const shift = shiftTo(evening, now, site);
					if (shift === null) throw new Error(`${evening} cannot be had at ${site.name}`);
					expect(eveningOf(nightFor(now, site, shift), site), site.name).toBe(evening);
				}
			}
		}
	});
	it('is the one that is on, or the coming one, without a shift', () => {
		const palomar = OBSERVING_SITES.find(({ key }) => key === 'palomar');
		if (!palomar) throw new Error('no Palomar');
		// 2026-11-22, midnight there at about 7:33 UTC
		expect(eveningOf(nightFor(61_366.3, palomar, 0), palomar)).toBe('2026-11-21');
		expect(shiftTo('2026-11-21', 61_366.3, palomar)).toBe(0);
		expect(shiftTo('2026-11-22', 61_366.3, palomar)).toBe(1);
		expect(shiftTo('2026-11-22', 61_366.8, palomar)).toBe(0);
	});
	it('is none for what is no date, or too far off', () => {
		const [site] = OBSERVING_SITES;
		if (!site) throw new Error('no site');
		for (const text of ['', '2026-02-30', '1949-12-31', '2051-01-01', '0002-01-01']) {
			expect(shiftTo(text, 61_366, site)).toBe(null);
		}
	});
});
