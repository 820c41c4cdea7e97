import { describe, expect, it } from 'vitest';
import type { ShownScore } from '#lib/alert/views.ts';
import { linePath, scorePlots, spread } from '#lib/components/table/scoreHistory.ts';

let next = 0;
function score(model: string, label: string, mjd: number, value: number | null, version = '1'): ShownScore {
	next += 1;
	return {
		alertId: String(mjd),
		mjd,
		model,
		version,
		label,
		score: value,
		state: value === null ? 'notDone' : 'done',
		reason: '',
		knownAt: `2026-01-01T00:00:${String(next % 60).padStart(2, '0')}Z`,
	};
}
const history = [
	...[60_002, 60_000, 60_001].flatMap((mjd) => [
		score('stamp', 'sn', mjd, (mjd - 60_000) / 4, mjd < 60_001 ? '1' : '2'),
		score('stamp', 'agn', mjd, 0.3, mjd < 60_001 ? '1' : '2'),
	]),
	score('braai', 'real', 60_001, 0.9),
	score('braai', 'real', 60_002, null),
	score('anomaly', 'anomaly', 60_000, 0.1),
];

describe('scores through time', () => {
	const [stamp, single, ...more] = scorePlots(history);
	it('have a plot for each model with several labels and one for the others', () => {
		expect([stamp?.model, single?.model, more.length]).toEqual(['stamp', '', 0]);
		expect(stamp?.lines.map(({ label }) => label)).toEqual(['sn', 'agn']);
		expect(single?.lines.map(({ model, points }) => [model, points.length])).toEqual([
			['anomaly', 1],
			['braai', 1],
		]);
		expect(scorePlots([])).toEqual([]);
	});
	it('are lines in the order of time, without what is not done', () => {
		expect(stamp?.lines[0]?.points.map(({ mjd, score: value }) => [mjd, value])).toEqual([
			[60_000, 0],
			[60_001, 0.25],
			[60_002, 0.5],
		]);
		expect(single?.epochs.map(({ mjd }) => mjd)).toEqual([60_000, 60_001]);
	});
	it('tell once where a model changed its version, and break the line there', () => {
		expect(stamp?.changes).toEqual([{ model: 'stamp', mjd: 60_001, from: '1', to: '2' }]);
		expect(single?.changes).toEqual([]);
		const [line] = stamp?.lines ?? [];
		if (!line) throw new Error('no line');
		const path = linePath(
			line,
			(mjd) => (mjd - 60_000) * 10,
			(value) => 100 - 100 * value,
		);
		expect(path).toBe('M0.0 100.0M10.0 75.0L20.0 50.0');
	});
});

describe('names at the ends of lines', () => {
	it('stand apart, in the order of what they name, and stay inside', () => {
		expect(spread([50, 10, 52], 15, 0, 200)).toEqual([50, 10, 65]);
		expect(spread([198, 199, 200], 15, 0, 200)).toEqual([170, 185, 200]);
		expect(spread([-5], 15, 0, 200)).toEqual([0]);
		expect(spread([], 15, 0, 200)).toEqual([]);
	});
});
