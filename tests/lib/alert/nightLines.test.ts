import { describe, expect, it } from 'vitest';
import { nightLines, nightWords } from '#lib/alert/nightLines.ts';
import type { NightCompleteness } from '#lib/alert/views.ts';

const row = (over: Partial<NightCompleteness> = {}): NightCompleteness => ({
	...{ night: '2026-11-20', survey: 'ztf', source: 'kafka', topic: 'ztf_20261120_programid1', partition: 0 },
	...{ received: 10, stored: 8, duplicates: 1, deadLetters: 1, missing: 0, closed: 'idle', state: 'complete' },
	...over,
});

describe('nights on the page of the status', () => {
	it('add up their partitions, stand as the worst of them, and name those that are odd', () => {
		const gap = row({ partition: 1, missing: 3, state: 'gaps' });
		const [line, ...more] = nightLines([row(), gap, row({ survey: 'lsst', state: 'open', closed: null })]);
		expect(line).toEqual({
			...{ night: '2026-11-20', survey: 'ztf', source: 'kafka', closed: 'idle', partitions: 2 },
			...{ received: 20, stored: 16, duplicates: 2, deadLetters: 2, missing: 3, state: 'gaps', odd: [gap] },
		});
		expect(more).toMatchObject([{ survey: 'lsst', partitions: 1, state: 'open', odd: [] }]);
		// one that is not known makes the sum so
		expect(nightLines([row(), row({ partition: 1, missing: null, state: 'unknown' })])).toMatchObject([
			{ missing: null, state: 'unknown', odd: [{ partition: 1 }] },
		]);
	});

	it('are told in words', () => {
		expect(nightWords(row())).toBe('complete');
		expect(nightWords(row({ closed: 'operator' }))).toBe('complete, closed by hand');
		expect(nightWords(row({ state: 'gaps', missing: 2 }))).toBe('gaps');
		expect(nightWords(row({ state: 'gaps', missing: null }))).toBe('does not add up');
		expect(nightWords(row({ night: null, state: 'unknown' }))).toBe('');
	});
});
