import { describe, expect, it } from 'vitest';
import type { AlertRow, FilterPass, FirstScore } from '#lib/alert/views.ts';
import { historyOf } from '../../src/routes/objects/[survey]/[objectId]/history.ts';

const FIRST = '2026-11-19T06:00:01.000Z';
const SECOND = '2026-11-20T06:00:01.000Z';
const LATER = '2026-11-21T12:00:00.000Z';

const alert = (alertId: string, knownAt: string, kind: string): AlertRow =>
	({ survey: 'ztf', alertId, knownAt, class: kind, mjd: Number(alertId) }) as AlertRow;
const score = (model: string, version: string, knownAt: string): FirstScore => ({
	...{ model, version, knownAt },
	alertId: '1',
});
const pass = (name: string, version: number, knownAt: string): FilterPass => ({
	...{ name, version, knownAt },
	...{ filterId: name, alertId: '1', alerts: 2 },
});
const nothing = {
	alerts: [],
	matches: { runs: [], matches: [] },
	associations: [],
	firstScores: [],
	passed: [],
};

describe('the history of an object', () => {
	it('tells of first scores of each version and of filters passed, those of one moment together', () => {
		const history = historyOf({
			...nothing,
			alerts: [alert('2', SECOND, 'snia'), alert('1', FIRST, '')],
			firstScores: [score('acai_h', '1', FIRST), score('braai', '2', FIRST), score('acai_h', '2', LATER)],
			passed: [pass('bright', 1, FIRST), pass('young', 3, FIRST), pass('bright', 2, SECOND)],
		});
		expect(history.map(({ kind, at }) => [kind, at])).toEqual([
			['scores', LATER],
			['passed', SECOND],
			['class', SECOND],
			['alert', SECOND],
			['passed', FIRST],
			['scores', FIRST],
			['alert', FIRST],
		]);
		const told = history.flatMap((one) => {
			if (one.kind === 'scores') return [one.scores.map(({ model, version }) => `${model} ${version}`)];
			return one.kind === 'passed' ? [one.filters.map(({ name, version }) => `${name} ${version}`)] : [];
		});
		expect(told).toEqual([['acai_h 2'], ['bright 2'], ['bright 1', 'young 3'], ['acai_h 1', 'braai 2']]);
		expect(new Set(history.map(({ key }) => key)).size).toBe(history.length);
	});

	it('of an object that nothing was made of holds its alerts alone', () => {
		expect(historyOf({ ...nothing, alerts: [alert('1', FIRST, '')] })).toMatchObject([{ kind: 'alert', first: true }]);
	});
});
