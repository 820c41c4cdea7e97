import { describe, expect, it } from 'vitest';
import { momentIn, offsetIn, zoneHead } from '#lib/format/localTime.ts';

// expected: Python 3.11 zoneinfo, datetime.fromisoformat(iso).astimezone(ZoneInfo(zone)).isoformat()
describe.each([
	['Pacific/Honolulu', '2026-11-20T05:00:59.900Z', '2026-11-19 19:00:59', 'UTC−10'],
	['America/Santiago', '2026-11-20T02:30:00.000Z', '2026-11-19 23:30:00', 'UTC−3'],
	['America/St_Johns', '2026-01-01T03:29:59.000Z', '2025-12-31 23:59:59', 'UTC−3:30'],
	['Asia/Kolkata', '2026-02-28T18:30:00.000Z', '2026-03-01 00:00:00', 'UTC+5:30'],
	// the same hour twice, at the end of summer time
	['Europe/Berlin', '2026-10-25T00:30:00.000Z', '2026-10-25 02:30:00', 'UTC+2'],
	['Europe/Berlin', '2026-10-25T01:30:00.000Z', '2026-10-25 02:30:00', 'UTC+1'],
	['UTC', '2026-11-20T05:00:00.000Z', '2026-11-20 05:00:00', 'UTC'],
])('in %s', (zone, iso, told, offset) => {
	it(`tells ${iso} as its clocks do`, () => {
		expect(momentIn(zone, iso, 'second')).toBe(told);
		expect(momentIn(zone, iso, 'minute')).toBe(told.slice(0, 16));
		expect(momentIn(zone, iso, 'day')).toBe(told.slice(0, 10));
		expect(offsetIn(zone, iso)).toBe(offset);
	});
});

it('tells UTC where no zone is chosen, and what no other clock has', () => {
	expect(momentIn(null, '2026-11-20T05:00:59.999Z', 'second')).toBe('2026-11-20 05:00:59');
	expect(offsetIn(null, '2026-11-20T05:00:00Z')).toBe('UTC');
	expect(momentIn('Asia/Kolkata', '2016-12-31T23:59:60.500Z', 'second')).toBe('2016-12-31 23:59:60');
	expect(offsetIn('Asia/Kolkata', '2016-12-31T23:59:60.500Z')).toBe('UTC');
});

it('names a zone in the head of a column, by its city where the name is long', () => {
	expect(zoneHead(null)).toBe('UTC');
	expect(zoneHead('Europe/Berlin')).toBe('Europe/Berlin');
	expect(zoneHead('America/Argentina/Buenos_Aires')).toBe('Buenos Aires');
});
