import { describe, expect, it } from 'vitest';
import { durationText, etaSeconds, progressText } from '#server/cli/progressLine.ts';

const half = { received: 500, stored: 480, deadLetters: 2, bytesRead: 50, bytesTotal: 100, seconds: 10 };

describe('progress of an ingest', () => {
	it('tells share, counts, rate and time left', () => {
		expect(progressText(half)).toBe('50 %, 500 read, 480 stored, 2 dead letters, 50/s, 10 s left');
	});

	it('leaves out what an endless source cannot know', () => {
		expect(progressText({ ...half, bytesTotal: null, deadLetters: 0 })).toBe('500 read, 480 stored, 50/s');
	});

	it('says nothing of the time left before anything was read', () => {
		expect(etaSeconds({ ...half, bytesRead: 0 })).toBeNull();
		expect(progressText({ ...half, received: 0, stored: 0, deadLetters: 0, bytesRead: 0, seconds: 0 })).toBe(
			'0 %, 0 read, 0 stored, 0.0/s',
		);
	});

	it('never goes beyond the whole', () => {
		expect(progressText({ ...half, bytesRead: 120 })).toMatch(/^100 %/);
		expect(etaSeconds({ ...half, bytesRead: 120 })).toBe(0);
	});

	it('writes durations for people', () => {
		expect(durationText(12.4)).toBe('12 s');
		expect(durationText(185)).toBe('3 min 05 s');
		expect(durationText(3725)).toBe('1 h 02 min');
	});
});
