import { describe, expect, it } from 'vitest';
import { judgeClock, judgeNode, judgeSpace } from '#server/cli/doctor.ts';

describe('doctor', () => {
	it('knows which Node is too old', () => {
		expect(judgeNode('20.20.2').state).toBe('ok');
		expect(judgeNode('20.10.0')).toEqual({
			state: 'problem',
			text: 'Node 20.10.0 is too old: install 20.11 or newer.',
		});
		expect(judgeNode('12.22.0').state).toBe('problem');
	});

	it('warns of a disk that is nearly full', () => {
		expect(judgeSpace('/data', 100e9).state).toBe('ok');
		expect(judgeSpace('/data', 1e9).text).toContain('only 1.0 GB free');
	});

	it('sees a clock that is hours behind what is stored', () => {
		const now = Date.UTC(2026, 10, 20);
		expect(judgeClock(0, now).state).toBe('ok');
		expect(judgeClock(now + 60_000, now).state).toBe('ok');
		expect(judgeClock(now + 5 * 3_600_000, now)).toMatchObject({ state: 'problem' });
		expect(judgeClock(now + 5 * 3_600_000, now).text).toContain('300 min behind');
	});
});
