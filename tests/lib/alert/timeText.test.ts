import { describe, expect, it } from 'vitest';
import { understandText } from '#lib/alert/searchText.ts';
import { momentFrom, momentText, windowStart } from '#lib/alert/timeText.ts';
import { taiMjdFromIso } from '#lib/astro/time.ts';

const iso = (text: string): number => Number((taiMjdFromIso(text) ?? Number.NaN).toFixed(8));
const NEWEST = iso('2026-11-20T05:00:00.400Z');
const read = (text: string) => understandText(text, '2026-11-19', NEWEST);

describe('a moment', () => {
	it.each([
		['2026-11-19', false, iso('2026-11-19T00:00:00Z')],
		['2026-11-19', true, iso('2026-11-20T00:00:00Z')],
		['2026-11-19T03:12', true, iso('2026-11-19T03:12:00Z')],
		['2026-11-19 03:12:45.5 UTC', false, iso('2026-11-19T03:12:45.500Z')],
		['61363.5', false, 61363.5],
		['mjd 61363.5', true, 61363.5],
		['2461364', false, 61363.5],
		['JD=2461364.25', false, 61363.75],
	])('is read from %s', (text, isEnd, mjd) => {
		expect(momentFrom(text, isEnd)).toEqual({ kind: 'moment', mjd });
	});
	it.each(['soon', '2026-02-30', '2026-11-19T25:00', '', 'mjd 300000', '999999', '-5', "1'; DROP"])(
		'is not read from %j, and a sentence says what to write',
		(text) => {
			const moment = momentFrom(text, false);
			expect(moment.kind === 'unread' ? moment.problem : '').toMatch(/: .+\.$/);
		},
	);
	it('is written as it was read', () => {
		for (const text of ['2026-11-19T03:12:45Z', '2026-11-19T03:12:45.678Z']) expect(momentText(iso(text))).toBe(text);
	});
});

describe('times in the search box', () => {
	it('end windows of hours at the newest alert, from a whole second on', () => {
		const from = iso('2026-11-19T23:00:00Z');
		expect(windowStart(NEWEST, 6)).toBe(from);
		for (const text of ['last 6h', 'last 6 hours', 'g<19 last 6 h']) {
			expect(read(text)).toMatchObject({ conditions: { mjdFrom: from }, problems: [], name: null });
		}
		expect(read('last 6h').parts).toEqual([
			{ label: 'time', value: 'the last 6 h before the newest alert, from 2026-11-19T23:00:00Z' },
		]);
	});
	it.each([
		['mjd 60000..60010', { mjdFrom: 60000, mjdTo: 60010 }],
		['mjd=60010.5 to 60000.25', { mjdFrom: 60000.25, mjdTo: 60010.5 }],
		['jd 2460000.5-2460001.5', { mjdFrom: 60000, mjdTo: 60001 }],
		['mjd>60000 mjd<=60010', { mjdFrom: 60000, mjdTo: 60010 }],
		['since 2026-11-19T03:00', { mjdFrom: iso('2026-11-19T03:00Z') }],
		['until 2026-11-19 03:00Z', { mjdTo: iso('2026-11-19T03:00Z') }],
		['2026-11-19T03:00..2026-11-19T05:30', { mjdFrom: iso('2026-11-19T03:00Z'), mjdTo: iso('2026-11-19T05:30Z') }],
		['2026-11-18 to 2026-11-19T05:30', { mjdFrom: iso('2026-11-18'), mjdTo: iso('2026-11-19T05:30Z') }],
		['class snia mjd>60000 i<22', { class: ['snia'], mjdFrom: 60000, band: 'i', magMax: 22 }],
	])('are read from %s', (text, conditions) => {
		expect(read(text)).toMatchObject({ problems: [], name: null, objects: [] });
		expect(read(text).conditions).toEqual(conditions);
	});
	it.each(['mjd 60000', 'mjd 300000..300001', 'since 2026-11-19T25:00', '2026-11-19T03:00', 'last 0h'])(
		'are told from what is none: %s',
		(text) => {
			expect(read(text).conditions).toEqual({});
			for (const problem of read(text).problems) expect(problem).toMatch(/: .+\.$/);
			expect(read(text).problems).not.toEqual([]);
		},
	);
	it('leave nights as they were', () => {
		expect(read('last 30d').conditions).toEqual({ nightFrom: '2026-10-21' });
		expect(read('2026-11-01..2026-11-05').conditions).toEqual({ nightFrom: '2026-11-01', nightTo: '2026-11-05' });
	});
});
