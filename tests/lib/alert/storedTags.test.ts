import { describe, expect, it } from 'vitest';
import { passedOnce } from '#lib/alert/passedOnce.ts';
import { storedTags } from '#lib/alert/storedTags.ts';
import type { FilterPass, ShownScore } from '#lib/alert/views.ts';

const score = (model: string, value: number | null): ShownScore => ({
	alertId: '1',
	mjd: 61_000,
	model,
	version: 'd1',
	label: model,
	score: value,
	state: value === null ? 'notDone' : 'done',
	reason: '',
	knownAt: '2026-11-20T00:00:00Z',
});
const words = (features: Record<string, boolean | null>, scores: ShownScore[] = [], ssoName: string | null = null) =>
	storedTags({ features, ssoName }, scores).map(({ word }) => word);

describe('tags of what is stored', () => {
	it('stand only where a truth holds, with its rule', () => {
		expect(words({ rock: true, stationary: true, nearBrightStar: true })).toEqual([
			'rock',
			'stationary',
			'near bright star',
		]);
		expect(words({ rock: false, stationary: null })).toEqual([]);
		expect(words({ rock: true }, [], '2020 AB1')).toEqual([]);
		expect(storedTags({ features: { stationary: true }, ssoName: null }, [])[0]?.meaning).toContain('0.01 d');
	});

	it('put it in a galaxy where ACAI is above its cut, and nowhere where it was not done', () => {
		expect(words({}, [score('acai_h', 0.93), score('acai_n', 0.8)])).toEqual(['hosted']);
		expect(words({}, [score('acai_h', null), score('acai_n', 0.81), score('acai_o', 1)])).toEqual(['nuclear']);
	});
});

describe('tags of BTSbot and LSPSC', () => {
	const source = (sepArcsec: number, score: number | string, catalog = 'lspsc') => ({
		...{ catalog, release: '1', sourceId: '1', sepArcsec, ra: 1, dec: 1, mag: null, redshift: null },
		columns: { score },
	});
	const found = (...matches: ReturnType<typeof source>[]) =>
		storedTags({ features: {}, ssoName: null }, [], matches).map(({ word }) => word);

	it('call it a supernova above the cut, where BTSbot scored it', () => {
		expect(words({}, [score('btsbot', 0.81)])).toEqual(['SN?']);
		expect(words({}, [score('btsbot', 0.8)])).toEqual([]);
		expect(words({}, [score('btsbot', null)])).toEqual([]);
	});

	it('tell a star within an arcsecond, else a galaxy as the nearest source', () => {
		expect(found(source(0.9, 0.6), source(0.2, 0.1))).toEqual(['stellar?']);
		expect(found(source(1.1, 0.9))).toEqual([]);
		expect(found(source(4, 0.2), source(6, 0.9))).toEqual(['hosted?']);
		expect(found(source(6, 0.2), source(4, 0.9))).toEqual([]);
		expect(found(source(4, 0.5))).toEqual([]);
		expect(found(source(0.2, 0.1, 'other'), source(0.2, 'none'))).toEqual([]);
	});
});

describe('filters passed', () => {
	const pass = (filterId: string, version: number, alerts: number, knownAt: string): FilterPass => ({
		filterId,
		name: filterId,
		version,
		alertId: '1',
		alerts,
		knownAt,
	});
	it('are told once each, in the order of their first pass, and no alert is counted twice', () => {
		expect(
			passedOnce([pass('b', 2, 3, '2026-11-21'), pass('a', 1, 1, '2026-11-20'), pass('b', 1, 2, '2026-11-19')]),
		).toEqual([
			{ filterId: 'b', name: 'b', alerts: 3, since: '2026-11-19', version: 2 },
			{ filterId: 'a', name: 'a', alerts: 1, since: '2026-11-20', version: 1 },
		]);
	});
});
