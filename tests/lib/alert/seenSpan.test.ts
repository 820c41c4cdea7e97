import { describe, expect, it } from 'vitest';
import { seenWithOthers } from '#lib/alert/seenSpan.ts';

const own = { survey: 'ztf', firstMjd: 1000, lastMjd: 1022 };
const at = (survey: string, mjd: number, kind: 'detection' | 'forcedPhotometry' | 'upperLimit' = 'detection') => ({
	...{ survey, mjd, kind },
});

describe('how long a place has been seen', () => {
	it('runs from the first detection of any survey to the last of any, and names who saw it outside the own span', () => {
		const rubin = [at('lsst', 810), at('lsst', 1005)];
		expect(seenWithOthers(own, [...rubin, at('ztf', 1000)])).toEqual({ days: 212, surveys: ['lsst'] });
		expect(seenWithOthers(own, [at('lsst', 1030), at('winter', 990)])).toEqual({
			days: 40,
			surveys: ['winter', 'lsst'],
		});
	});

	it('is told only where another survey adds to it, and by detections alone', () => {
		expect(seenWithOthers(own, [])).toBeNull();
		expect(seenWithOthers(own, [at('ztf', 500), at('lsst', 1000), at('lsst', 1022)])).toBeNull();
		expect(seenWithOthers(own, [at('lsst', 800, 'forcedPhotometry'), at('lsst', 900, 'upperLimit')])).toBeNull();
	});
});
