import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	isoFromTaiMjd,
	jdFromMjd,
	mjdFromJd,
	nightFromText,
	nightOf,
	nightText,
	taiFromUtcMjd,
	taiMjdFromIso,
	taiMjdFromUnixMs,
	unixMsFromTaiMjd,
	utcFromTaiMjd,
} from '#lib/astro/time.ts';
// astropy 5.2.1, by scripts/golden/time.py: UTC MJD, TAI MJD, ISO text
import golden from '../../fixtures/golden/time.json' with { type: 'json' };

const rows = golden.map(([utc, tai, iso]) => ({ utc: Number(utc), tai: Number(tai), iso: String(iso) }));
const DAY_S = 86400;

const at = (iso: string): number => {
	const mjd = taiMjdFromIso(iso);
	if (mjd === null) throw new Error(`no time: ${iso}`);
	return mjd;
};

describe('UTC and TAI', () => {
	it('agrees with astropy to a microsecond at every leap second', () => {
		for (const { utc, tai } of rows) {
			expect(Math.abs(taiFromUtcMjd(utc) - tai) * DAY_S).toBeLessThan(2e-6);
			expect(Math.abs(utcFromTaiMjd(tai) - utc) * DAY_S).toBeLessThan(2e-6);
		}
	});

	it('prints what astropy prints, second 60 of a leap second too', () => {
		for (const { tai, iso } of rows) {
			// both round to ms, from doubles that hold a microsecond
			const difference = Math.abs(at(isoFromTaiMjd(tai)) - at(`${iso}Z`)) * DAY_S;
			expect(difference).toBeLessThan(1.01e-3);
		}
		expect(isoFromTaiMjd(at('2016-12-31T23:59:60.250Z'))).toBe('2016-12-31T23:59:60.250Z');
		expect(isoFromTaiMjd(taiFromUtcMjd(57753 + 86400.5 / 86401))).toBe('2016-12-31T23:59:60.500Z');
	});

	it('takes 10 s before 1972 and 37 s after 2017', () => {
		expect((taiFromUtcMjd(0) - 0) * DAY_S).toBeCloseTo(10, 6);
		expect((taiFromUtcMjd(41316) - 41316) * DAY_S).toBeCloseTo(10, 5);
		expect((taiFromUtcMjd(41317) - 41317) * DAY_S).toBeCloseTo(10, 5);
		expect((taiFromUtcMjd(61364) - 61364) * DAY_S).toBeCloseTo(37, 5);
	});

	it('goes there and back, and never backwards', () => {
		fc.assert(
			fc.property(fc.double({ min: -700_000, max: 3_000_000, noNaN: true }), (mjd) => {
				expect(Math.abs(utcFromTaiMjd(taiFromUtcMjd(mjd)) - mjd)).toBeLessThan(2e-9);
			}),
			{ numRuns: 2000 },
		);
		for (const { utc } of rows) {
			for (let step = -3; step < 3; step += 0.25) {
				const tai = taiFromUtcMjd(utc) + step / DAY_S;
				expect(utcFromTaiMjd(tai + 0.25 / DAY_S)).toBeGreaterThan(utcFromTaiMjd(tai));
				expect(Math.abs(taiFromUtcMjd(utcFromTaiMjd(tai)) - tai) * DAY_S).toBeLessThan(2e-6);
			}
		}
	});

	it('counts JD from 2400000.5 days before MJD', () => {
		expect(mjdFromJd(2459000.5)).toBe(59000);
		expect(jdFromMjd(59000.25)).toBe(2459000.75);
	});
});

describe('Unix time', () => {
	it('is the time of day without leap seconds', () => {
		expect(unixMsFromTaiMjd(at('1970-01-01'))).toBeCloseTo(0, 2);
		expect(unixMsFromTaiMjd(at('2026-11-20T05:00:00Z'))).toBeCloseTo(Date.UTC(2026, 10, 20, 5), 2);
		expect(unixMsFromTaiMjd(at('2016-12-31T23:59:60.5Z'))).toBeCloseTo(Date.UTC(2017, 0, 1) + 500, 2);
	});

	it('goes there and back', () => {
		fc.assert(
			fc.property(fc.integer({ min: -6e13, max: 2.5e14 }), (ms) => {
				// a double holds an MJD of the year 9999 to 0.04 ms
				expect(Math.abs(unixMsFromTaiMjd(taiMjdFromUnixMs(ms)) - ms)).toBeLessThan(0.1);
			}),
			{ numRuns: 2000 },
		);
	});
});

describe('ISO text', () => {
	it.each([
		'0000-01-01T00:00:00.000Z',
		'0000-12-31T23:59:59.999Z',
		'0099-03-01T12:00:00.000Z',
		'1858-11-17T00:00:00.000Z',
		'1972-01-01T00:00:00.000Z',
		'2024-02-29T23:59:59.999Z',
		'9999-12-31T23:59:59.999Z',
	])('reads and prints %s', (text) => {
		expect(isoFromTaiMjd(at(text))).toBe(text);
	});

	it('does not crash outside the years with four digits, nor without a time', () => {
		expect(isoFromTaiMjd(at('9999-12-31T23:59:59.999Z') + 1)).toBe('+010000-01-01T23:59:59.999Z');
		expect(isoFromTaiMjd(at('0000-01-01') - 1)).toBe('-000001-12-31T00:00:00.000Z');
		expect(isoFromTaiMjd(NaN)).toBe('');
		expect(isoFromTaiMjd(Infinity)).toBe('');
		expect(isoFromTaiMjd(1e30)).toBe('');
	});

	it('carries what rounds up to the next minute and day', () => {
		expect(isoFromTaiMjd(at('2026-06-30T23:59:59.9996Z'))).toBe('2026-07-01T00:00:00.000Z');
		expect(isoFromTaiMjd(at('2026-06-30T10:59:59.7Z'), 0)).toBe('2026-06-30T11:00:00Z');
		expect(isoFromTaiMjd(at('2016-12-31T23:59:59.9996Z'))).toBe('2016-12-31T23:59:60.000Z');
	});

	it('understands dates, offsets and spaces', () => {
		expect(at('2026-11-20')).toBe(at('2026-11-20T00:00:00Z'));
		expect(at('2026-11-20 05:00')).toBe(at('2026-11-20T05:00:00Z'));
		expect(at('2026-11-20T02:30:00-03:00')).toBe(at('2026-11-20T05:30:00Z'));
		expect(at('2026-11-20T00:30:00+02:00')).toBe(at('2026-11-19T22:30:00Z'));
	});

	it.each([
		'',
		'yesterday',
		'2026-02-30',
		'2026-13-01',
		'2026-11-20T24:00:00Z',
		'2026-11-20T23:60:00Z',
		'2026-11-20T23:59:60Z',
		'2016-12-31T12:00:60Z',
		'2026-11-20T05:00:00+25:00',
	])('refuses %j', (text) => {
		expect(taiMjdFromIso(text)).toBeNull();
	});
});

describe('night', () => {
	// design rule 3: UTC date of (mid-exposure - offset); 0 h for Palomar, 12 h for Rubin
	it.each([
		['Palomar, evening', '2026-11-20T02:00:00Z', 0, '2026-11-20'],
		['Palomar, dawn', '2026-11-20T13:30:00Z', 0, '2026-11-20'],
		['Palomar, last second of a UTC day', '2026-11-20T23:59:59.9Z', 0, '2026-11-20'],
		['Palomar, first of the next', '2026-11-21T00:00:00Z', 0, '2026-11-21'],
		['Rubin, evening', '2026-11-20T23:50:00Z', 12, '2026-11-20'],
		['Rubin, after UTC midnight', '2026-11-21T03:00:00Z', 12, '2026-11-20'],
		['Rubin, dawn', '2026-11-21T09:00:00Z', 12, '2026-11-20'],
		['Rubin, before local noon', '2026-11-21T11:59:59Z', 12, '2026-11-20'],
		['Rubin, at 12 h UTC', '2026-11-21T12:00:00Z', 12, '2026-11-21'],
		['across a new year', '2027-01-01T04:00:00Z', 12, '2026-12-31'],
		['leap day', '2024-03-01T04:00:00Z', 12, '2024-02-29'],
		['within a leap second', '2016-12-31T23:59:60.5Z', 0, '2016-12-31'],
		['an east longitude', '2026-11-20T15:00:00Z', -9, '2026-11-21'],
		['before 1970', '1969-07-20T20:17:00Z', 0, '1969-07-20'],
	])('%s: %s less %d h is %s', (_, iso, offsetHours, night) => {
		expect(nightText(nightOf(at(iso), offsetHours))).toBe(night);
	});

	it('counts days from 1970-01-01', () => {
		expect(nightFromText('1970-01-01')).toBe(0);
		expect(nightFromText('2026-11-20')).toBe(20777);
		expect(nightText(20777)).toBe('2026-11-20');
		expect(nightText(NaN)).toBe('');
	});

	it('refuses texts that are no date', () => {
		for (const text of ['2026-02-29', '2026-1-1', '20261120', '2026-11-20T00:00', 'x'])
			expect(nightFromText(text)).toBeNull();
	});

	it('reads what it prints', () => {
		fc.assert(
			fc.property(fc.integer({ min: -719_528, max: 2_932_896 }), (days) => {
				expect(nightFromText(nightText(days))).toBe(days);
			}),
		);
	});
});
