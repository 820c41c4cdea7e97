import { describe, expect, it } from 'vitest';
import { medianOf, residualOf, residualsOf, type Prediction } from '#lib/alert/prediction.ts';

const alert = { survey: 'lsst', alertId: '7', mjd: 61_000, band: 'r', ra: 0.0001, dec: 60, mag: 20.4, positive: true };
const predicted: Prediction = {
	...{ survey: 'lsst', alertId: '7' },
	...{ ra: 359.9999, dec: 60.0001, sepArcsec: null, mag: 20.1 },
};

describe('measured less predicted', () => {
	it('is on the sky, in arcsec, east and north of the prediction, across the end of right ascension', () => {
		const found = residualOf(alert, predicted);
		expect(found?.raArcsec).toBeCloseTo(0.36, 4);
		expect(found?.decArcsec).toBeCloseTo(-0.36, 4);
		expect(found?.sepArcsec).toBeCloseTo(0.36 * Math.SQRT2, 4);
		expect(found?.mag).toBeCloseTo(0.3, 6);
	});

	it('knows a distance alone where the packet says no more, and no magnitude of a negative difference', () => {
		const distance = { ...predicted, ra: null, dec: null, sepArcsec: 1.5 };
		expect(residualOf({ ...alert, positive: false }, distance)).toEqual({
			...{ survey: 'lsst', alertId: '7', mjd: 61_000, band: 'r' },
			...{ raArcsec: null, decArcsec: null, sepArcsec: 1.5, mag: null },
		});
	});

	it('is none where the packet predicts nothing, or another alert was meant', () => {
		expect(residualOf(alert, { ...predicted, ra: null, mag: null })).toBeNull();
		expect(residualOf({ ...alert, mag: null }, { ...predicted, ra: null, dec: null })).toBeNull();
		expect(residualsOf([alert], [{ ...predicted, survey: 'ztf' }])).toEqual([]);
		expect(residualsOf([alert], [predicted])).toHaveLength(1);
	});

	it('has a median of what is known', () => {
		expect([medianOf([3, null, 1, 2]), medianOf([4, 1]), medianOf([null])]).toEqual([2, 2.5, null]);
	});
});
