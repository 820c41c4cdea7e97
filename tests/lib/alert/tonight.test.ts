import { describe, expect, it } from 'vitest';
import type { ObjectSummary } from '#lib/alert/object.ts';
import { interest, isStar, rankPicks, riseOf, whyOf, withoutTrails } from '#lib/alert/tonight.ts';
import type { Sparkline } from '#lib/alert/views.ts';

type Point = Sparkline['points'][number];

const seen = (mjd: number, mag: number, band = 'r'): Point => ({
	kind: 'detection',
	band,
	mjd,
	mag,
	limitMag: 20.5,
	positive: true,
});
const limit = (mjd: number, limitMag: number, band = 'r'): Point => ({
	kind: 'upperLimit',
	band,
	mjd,
	mag: null,
	limitMag,
	positive: null,
});

const object = (values: Partial<ObjectSummary>): ObjectSummary => ({
	survey: 'ztf',
	objectId: 'ZTF26aaaaaaa',
	origin: 'real',
	ra: 0,
	dec: 0,
	firstMjd: 61000,
	lastMjd: 61001,
	nAlerts: 2,
	nDetections: 2,
	magMin: 19,
	lastAlertId: '1',
	lastBand: 'r',
	lastMag: 19,
	lastMagErr: 0.1,
	lastPositive: true,
	lastNight: '2025-11-21',
	reliability: 0.9,
	starScore: null,
	ssoName: null,
	class: '',
	classScore: null,
	classModel: '',
	...values,
});

describe('the rise of a new object', () => {
	it('is measured in the newest band, and bounded by the last limit where there is one detection', () => {
		expect(riseOf([seen(61000, 20), seen(61001, 19.5)])).toMatchObject({ kind: 'measured', band: 'r', days: 1 });
		expect(riseOf([seen(61000, 20), seen(61001, 19.5)])?.magPerDay).toBeCloseTo(0.5, 12);
		expect(riseOf([seen(61000, 20, 'g'), limit(60999, 20.6), seen(61000, 19.6)])).toMatchObject({
			kind: 'atLeast',
			limitMag: 20.6,
			days: 1,
		});
		expect(riseOf([limit(60999, 19), seen(61000, 19.6)])).toBeNull();
		expect(riseOf([seen(61000, 19.6)])).toBeNull();
		expect(riseOf([])).toBeNull();
	});

	it('is told in numbers of the store alone', () => {
		const rise = riseOf([limit(60999.1, 20.6), seen(61000, 19.6)]);
		expect(whyOf(object({ lastMag: 19.6, nDetections: 1, firstMjd: 61000, lastMjd: 61000 }), rise)).toBe(
			'Rose at least 1.11 mag/d in r: limit 20.6 only 21.6 h before; r 19.6 mag, first seen this exposure, 1 detection.',
		);
		expect(whyOf(object({}), riseOf([seen(61000, 19.5), seen(61001, 19)]))).toBe(
			'Rising 0.50 mag/d in r over 1.0 d; r 19.0 mag, first seen 1.0 d before, 2 detections.',
		);
		expect(whyOf(object({ lastMag: null }), null)).toBe('First seen 1.0 d before, 2 detections.');
	});

	it('ranks two detections before one, then bright and rising ones', () => {
		const curve = (points: Point[]): Sparkline => ({ survey: 'ztf', objectId: '', points });
		const picks = rankPicks(
			[
				{ object: object({ objectId: 'faint', lastMag: 20 }), sparkline: curve([]) },
				{ object: object({ objectId: 'once', nDetections: 1, lastMag: 15 }), sparkline: curve([]) },
				{ object: object({ objectId: 'rising', lastMag: 20 }), sparkline: curve([seen(61000, 21), seen(61001, 20)]) },
			],
			2,
		);
		expect(picks.map((pick) => pick.object.objectId)).toEqual(['rising', 'faint']);
		expect(interest(object({ lastMag: 25, reliability: null }), null)).toBe(0);
	});

	it('leaves out stars only where one is near', () => {
		expect(isStar({ starScore: 0.9, starSepArcsec: 1 })).toBe(true);
		expect(isStar({ starScore: 0.9, starSepArcsec: 3 })).toBe(false);
		expect(isStar({ starScore: null, starSepArcsec: 1 })).toBe(false);
	});

	it('leaves out what moves: new objects of one survey side by side', () => {
		const at = (survey: string, ra: number, dec: number): { survey: string; ra: number; dec: number } => ({
			survey,
			ra,
			dec,
		});
		const alone = at('ztf', 120, 10);
		const [first, second] = [at('ztf', 359.999, 60), at('ztf', 0.003, 60.003)];
		// another survey's view of the same source is no trail
		const twin = at('lsst', 120, 10.0001);
		expect(withoutTrails([alone, first, second, twin])).toEqual([alone, twin]);
	});
});
