import { describe, expect, it } from 'vitest';
import { workerState } from '#lib/alert/workerState.ts';

const worker = {
	...{ ended: false, silent: false, readTrouble: '', trouble: '', lag: 0 },
	topics: [{ topic: 'ztf_20260101_programid1', lag: 0 }],
};

describe('the state of a worker', () => {
	it.each([
		['up to date', false, {}],
		['catching up', false, { lag: 3 }],
		['no partition', false, { topics: [] }],
		['cannot send', true, { trouble: 'the broker is away', lag: 3 }],
		// a broker that is away leaves it without partitions: that is the reason, not the state
		['cannot read', true, { readTrouble: 'the broker is away', trouble: 'the broker is away', topics: [] }],
		// what it said last is not so any more
		['silent', true, { silent: true, readTrouble: 'the broker is away', lag: 3 }],
		['ended', false, { ended: true, lag: 3, topics: [] }],
	])('is “%s”', (words, bad, over) => {
		const why = words.startsWith('cannot') ? 'the broker is away' : '';
		expect(workerState({ ...worker, ...over })).toEqual({ words, why, bad });
	});
});
