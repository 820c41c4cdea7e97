import { describe, expect, it } from 'vitest';
import { nightFromText, nightText } from '#lib/astro/time.ts';
import {
	addMonths,
	dateText,
	FORMS,
	isoWeek,
	monthWeeks,
	problemOf,
	readDate,
	stepped,
	type DateKind,
} from '#lib/components/date/dateText.ts';

/** The text of a box after what was typed, as it is written back. */
function written(text: string, kind: DateKind): string | null {
	const seconds = readDate(text, kind);
	return seconds === null ? null : dateText(seconds, kind);
}

describe('the text of a box', () => {
	it.each([
		['2026-11-19', 'date', '2026-11-19'],
		[' 2024-02-29 ', 'date', '2024-02-29'],
		['1969-12-31', 'date', '1969-12-31'],
		['2026-11-19T04:30', 'moment', '2026-11-19 04:30'],
		['2026-11-19 04:30 UTC', 'moment', '2026-11-19 04:30'],
		['2026-11-19T04:30:12.345Z', 'moment', '2026-11-19 04:30:12'],
		['1969-12-31 23:59', 'moment', '1969-12-31 23:59'],
		['2026-11-19', 'moment', '2026-11-19 00:00'],
		['07:05', 'time', '07:05'],
	] as const)('%j as a %s is %j', (text, kind, is) => {
		expect(written(text, kind)).toBe(is);
		expect(problemOf(text, { kind })).toBe('');
	});

	it.each([
		['11/19/2026', 'date'],
		['19.11.2026', 'date'],
		['2026-02-29', 'date'],
		['2026-11-19T04:30', 'date'],
		['0000-01-01', 'date'],
		['2026-11-19 4:30 PM', 'moment'],
		['2026-11-19 24:00', 'moment'],
		['2026-02-31 10:00', 'moment'],
		['7:05 AM', 'time'],
		['24:00', 'time'],
	] as const)('%j is no %s, and it says what to write', (text, kind) => {
		expect(readDate(text, kind)).toBeNull();
		expect(problemOf(text, { kind })).toContain(FORMS[kind].form);
	});

	it('is held between its ends, which count', () => {
		const rule = { kind: 'date', min: '2026-11-10', max: '2026-11-12' } as const;
		expect(['2026-11-10', '2026-11-12', ''].map((text) => problemOf(text, rule))).toEqual(['', '', '']);
		expect(problemOf('2026-11-09', rule)).toBe('Not before 2026-11-10.');
		expect(problemOf('2026-11-13', rule)).toBe('Not after 2026-11-12.');
		expect(problemOf('2026-11-10 03:00', { kind: 'moment', min: '2026-11-10T03:01' })).toBe(
			'Not before 2026-11-10 03:01.',
		);
	});

	it('goes into an address with a T, as a native box sent it', () => {
		expect(dateText(readDate('2026-11-19 04:30', 'moment') ?? 0, 'moment', 'T')).toBe('2026-11-19T04:30');
	});
});

describe('a key in a box', () => {
	const today = '2026-11-23';
	it.each([
		['2026-11-30', 'ArrowUp', 0, 'date', '2026-12-01'],
		['2026-03-01', 'ArrowDown', 10, 'date', '2026-02-28'],
		['2026-03-31', 'PageDown', 0, 'date', '2026-02-28'],
		['2026-12-15', 'PageUp', 0, 'date', '2027-01-15'],
		['', 'ArrowDown', 0, 'date', today],
		['2026-11', 'ArrowUp', 0, 'date', '2026-11'],
		['2026-11-30 23:59', 'ArrowUp', 3, 'moment', '2026-12-01 23:59'],
		['2026-11-30 23:59', 'ArrowUp', 12, 'moment', '2026-12-01 00:59'],
		['2026-11-30 23:59', 'ArrowUp', 16, 'moment', '2026-12-01 00:00'],
		['00:00', 'ArrowDown', 0, 'time', '23:00'],
		['23:59', 'ArrowUp', 5, 'time', '00:00'],
	] as const)('%j with %s at %i, a %s, becomes %j', (text, key, caret, kind, is) => {
		expect(stepped(text, key, caret, { kind, today })).toBe(is);
	});

	it('stops at the ends, and leaves other keys alone', () => {
		const rule = { kind: 'date', min: '2026-11-10', max: '2026-11-12', today } as const;
		expect(stepped('2026-11-12', 'ArrowUp', 0, rule)).toBe('2026-11-12');
		expect(stepped('2026-11-12', 'PageDown', 0, rule)).toBe('2026-11-10');
		expect(stepped('9999-12-31', 'ArrowUp', 0, { kind: 'date', today })).toBe('9999-12-31');
		expect(stepped('2026-11-12', 'ArrowLeft', 0, rule)).toBeNull();
		expect(stepped('10:00', 'PageUp', 0, { kind: 'time', today })).toBeNull();
	});
});

describe('a month', () => {
	// ISO 8601: week 1 has the first Thursday; dates of the standard's own examples
	it.each([
		['2005-01-01', 53],
		['2005-01-03', 1],
		['2007-12-31', 1],
		['2008-12-28', 52],
		['2009-12-31', 53],
		['1970-01-01', 1],
		['2026-11-23', 48],
	] as const)('%s is in week %i', (day, week) => {
		expect(isoWeek(nightFromText(day) ?? 0)).toBe(week);
	});

	it('has all its days once, in weeks from Monday', () => {
		for (let month = 0, day = nightFromText('2023-01-15') ?? 0; month < 60; month++, day = addMonths(day, 1)) {
			const weeks = monthWeeks(day);
			const days = weeks.flatMap((week) => week.days);
			const name = nightText(day).slice(0, 7);
			const own = days.filter((one) => nightText(one).startsWith(name));
			expect(own[0]).toBe(nightFromText(`${name}-01`));
			expect(nightText((own.at(-1) ?? 0) + 1).slice(8)).toBe('01');
			expect(own.length).toBe((own.at(-1) ?? 0) - (own[0] ?? 0) + 1);
			for (const week of weeks) {
				expect(week.days.some((one) => own.includes(one))).toBe(true);
				expect(new Date((week.days[0] ?? 0) * 86_400_000).getUTCDay()).toBe(1);
			}
		}
	});
});
