import { expect, it } from 'vitest';
import { reversedRanges } from '#lib/alert/ranges.ts';

it('names every range that ends before it begins, with its two ends', () => {
	expect(reversedRanges({ magMin: 21, magMax: 18, nightFrom: '2026-11-20', nightTo: '2026-11-19' })).toEqual([
		'Night is asked for from 2026-11-20 to 2026-11-19, and nothing lies between: exchange the two.',
		'Magnitude is asked for from 21 to 18, and nothing lies between: exchange the two.',
	]);
	expect(reversedRanges({ mjdFrom: 61_363, mjdTo: 61_362 })).toEqual([
		expect.stringMatching(/^Time is asked for from 2026-\d\d-\d\dT.*Z to 2026-.*Z, and nothing lies between/),
	]);
});

it('says nothing of a range of one value, nor of one that is open', () => {
	expect(reversedRanges({ magMin: 18, magMax: 18, nightFrom: '2026-11-20', nDetectionsMax: 0, ageMin: 5 })).toEqual([]);
	expect(reversedRanges({ mjdFrom: 61_362, mjdTo: 61_362 })).toEqual([]);
});
