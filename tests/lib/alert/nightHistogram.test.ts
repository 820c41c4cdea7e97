import { expect, it } from 'vitest';
import { withArrivals } from '#lib/alert/nightHistogram.ts';

const night = [{ survey: 'ztf', startMjd: 61_363.1, binDays: 0.01, counts: [3, 0, 1] }];

it('puts what arrives into its bin, in new bins and new surveys too', () => {
	const grown = withArrivals(night, [
		{ survey: 'ztf', mjd: 61_363.105 },
		{ survey: 'ztf', mjd: 61_363.145 },
		{ survey: 'lsst', mjd: 61_363.115 },
	]);
	expect(grown).toEqual([
		{ ...night[0], counts: [4, 0, 1, 0, 1] },
		{ ...night[0], survey: 'lsst', counts: [0, 1] },
	]);
	expect(night[0]?.counts).toEqual([3, 0, 1]);
});

it('leaves out stray times, and makes nothing of nothing', () => {
	expect(
		withArrivals(night, [
			{ survey: 'ztf', mjd: 61_000 },
			{ survey: 'ztf', mjd: 62_000 },
		]),
	).toEqual(night);
	expect(withArrivals([], [{ survey: 'ztf', mjd: 61_000 }])).toEqual([]);
});
