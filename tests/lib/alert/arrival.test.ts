import { describe, expect, it } from 'vitest';
import { liveDelaySeconds } from '#lib/alert/arrival.ts';
import { unixMsFromTaiMjd } from '#lib/astro/time.ts';

const MJD = 61_363.25;
const exposed = unixMsFromTaiMjd(MJD);

describe('how an alert arrived', () => {
	it('is told in seconds since the exposure while it is a stream', () => {
		expect(liveDelaySeconds(MJD, exposed + 94_000)).toBeCloseTo(94, 3);
		expect(liveDelaySeconds(MJD, exposed + 6 * 3_600_000)).toBeCloseTo(21_600, 3);
	});
	it('is no delay once it is the age of an archive', () => {
		expect(liveDelaySeconds(MJD, exposed + 6 * 3_600_000 + 1000)).toBeNull();
		expect(liveDelaySeconds(MJD, exposed + 30 * 86_400_000)).toBeNull();
	});
});
