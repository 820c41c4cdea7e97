import { describe, expect, it } from 'vitest';
import { digestIsDue, isQuiet, type NoticeSettings } from '#lib/server/work/quiet.ts';

const settings = (over: Partial<NoticeSettings>): NoticeSettings => ({
	zone: 'UTC',
	quietFrom: 0,
	quietTo: 0,
	digestAt: 960,
	digestedAt: 0,
	...over,
});
const at = (time: string): number => Date.parse(`2026-11-19T${time}:00Z`);

describe('quiet hours', () => {
	it('reach over midnight, hold their first minute and not their last', () => {
		const night = settings({ quietFrom: 22 * 60, quietTo: 7 * 60 });
		expect(['21:59', '22:00', '23:30', '03:00', '06:59', '07:00'].map((time) => isQuiet(night, at(time)))).toEqual([
			false,
			true,
			true,
			true,
			true,
			false,
		]);
		const noon = settings({ quietFrom: 12 * 60, quietTo: 13 * 60 });
		expect(['11:59', '12:00', '12:59', '13:00'].map((time) => isQuiet(noon, at(time)))).toEqual([
			false,
			true,
			true,
			false,
		]);
		expect(isQuiet(settings({ quietFrom: 60, quietTo: 60 }), at('01:00'))).toBe(false);
	});

	it('are meant in the time zone of whoever sets them, summer time too', () => {
		// Pasadena: UTC-8 in November, UTC-7 in July
		const night = settings({ zone: 'America/Los_Angeles', quietFrom: 0, quietTo: 60 });
		expect(isQuiet(night, Date.parse('2026-11-19T08:30:00Z'))).toBe(true);
		expect(isQuiet(night, Date.parse('2026-07-19T08:30:00Z'))).toBe(false);
		expect(isQuiet(night, Date.parse('2026-07-19T07:30:00Z'))).toBe(true);
	});
});

describe('a daily letter', () => {
	it('is due once after its hour, and on the next day again', () => {
		const sent = at('16:00') / 1000;
		expect(digestIsDue(settings({ digestedAt: at('10:00') / 1000 }), at('15:59'))).toBe(false);
		expect(digestIsDue(settings({ digestedAt: at('10:00') / 1000 }), at('16:00'))).toBe(true);
		expect(digestIsDue(settings({ digestedAt: sent }), at('16:05'))).toBe(false);
		expect(digestIsDue(settings({ digestedAt: sent }), at('23:59'))).toBe(false);
		expect(digestIsDue(settings({ digestedAt: sent }), at('15:59') + 86_400_000)).toBe(false);
		expect(digestIsDue(settings({ digestedAt: sent }), at('16:01') + 86_400_000)).toBe(true);
	});
});
