import { describe, expect, it } from 'vitest';
import {
	calendarYears,
	HEAT_LEVELS,
	heatLevel,
	heatSteps,
	nightRange,
	runningSums,
	summariseNights,
	totalNights,
} from '#lib/alert/nightStatistics.ts';

const count = (night: string, survey: string, alerts: number, closed = true) => ({ night, survey, alerts, closed });
const COUNTS = [
	count('2026-11-20', 'ztf', 100, false),
	count('2026-11-20', 'lsst', 40),
	count('2026-11-18', 'ztf', 300),
	count('2026-11-17', 'lsst', 0),
	count('2025-12-31', 'ztf', 20),
];

describe('nights in numbers', () => {
	it('are summed by night over the surveys asked for, newest first', () => {
		const nights = totalNights(COUNTS, ['ztf', 'lsst']);
		expect(nights.map(({ night, alerts, open }) => [night, alerts, open])).toEqual([
			['2026-11-20', 140, true],
			['2026-11-18', 300, false],
			['2025-12-31', 20, false],
		]);
		expect(nights[0]?.by).toEqual({ ztf: 100, lsst: 40 });
		expect(totalNights(COUNTS, ['lsst'])).toEqual([{ night: '2026-11-20', alerts: 40, open: false, by: { lsst: 40 } }]);
		expect(totalNights(COUNTS, [])).toEqual([]);
	});

	it('have a mean of nights with alerts, a peak, and a number of nights without', () => {
		const nights = totalNights(COUNTS.slice(0, 3), ['ztf', 'lsst']);
		expect(summariseNights(nights)).toMatchObject({ alerts: 440, nights: 2, without: 1, mean: 220 });
		expect(summariseNights(nights).peak?.night).toBe('2026-11-18');
		expect(summariseNights([])).toEqual({ alerts: 0, nights: 0, without: 0, mean: null, peak: null });
	});

	it('are those of the range, the last ones where none is asked for, whichever end comes first', () => {
		expect(nightRange({}, '2026-11-20', 60)).toEqual({ from: '2026-09-22', to: '2026-11-20' });
		expect(nightRange({ from: '2026-01-01' }, '2026-11-20', 60)).toEqual({ from: '2026-01-01', to: '2026-11-20' });
		expect(nightRange({ to: '2026-03-01' }, '2026-11-20', 2)).toEqual({ from: '2026-02-28', to: '2026-03-01' });
		expect(nightRange({ from: '2026-03-02', to: '2026-03-01' }, '2026-11-20', 2)).toEqual({
			from: '2026-03-01',
			to: '2026-03-02',
		});
	});

	it('add up', () => {
		expect(runningSums([2, 0, 5])).toEqual([2, 2, 7]);
	});
});

describe('the calendar', () => {
	it('has every month between the first and the last night of a year, and every day of it', () => {
		const years = calendarYears(totalNights([...COUNTS, count('2026-09-01', 'ztf', 5)], ['ztf', 'lsst']));
		expect(years.map(({ year, nights, alerts }) => [year, nights, alerts])).toEqual([
			['2026', 3, 445],
			['2025', 1, 20],
		]);
		const [autumn] = years;
		expect(autumn?.months.map(({ month, days }) => [month, days.length])).toEqual([
			['2026-11', 30],
			['2026-10', 31],
			['2026-09', 30],
		]);
		expect(autumn?.months[0]?.days[19]?.night).toBe('2026-11-20');
		expect(autumn?.months[0]?.days[18]).toBe(null);
		// a leap day has a place
		expect(calendarYears(totalNights([count('2028-02-29', 'ztf', 1)], ['ztf']))[0]?.months[0]?.days[28]?.night).toBe(
			'2028-02-29',
		);
	});

	it('colours by doublings, and its legend says where each begins', () => {
		const most = 1000;
		const steps = heatSteps(most);
		expect(steps).toEqual([1, 63, 125, 250, 500]);
		expect([0, 1, 62, 63, 124, 125, 250, 499, 500, 1000].map((alerts) => heatLevel(alerts, most))).toEqual([
			0, 1, 1, 2, 2, 3, 4, 4, 5, 5,
		]);
		for (const [i, least] of steps.entries()) {
			expect(heatLevel(least, most)).toBe(i + 1);
			if (i > 0) expect(heatLevel(least - 1, most)).toBe(i);
		}
		expect(heatLevel(3, 0)).toBe(0);
		expect(heatLevel(1, 1)).toBe(HEAT_LEVELS);
	});
});
