import { describe, expect, it } from 'vitest';
import { taiMjdFromUnixMs } from '#lib/astro/time.ts';
import { brightnessTicks, momentText, roomyTicks, timeTicks } from '#lib/components/lightcurve/axis.ts';

describe('ticks', () => {
	it('gives magnitudes the decimals of their step, all alike', () => {
		expect(brightnessTicks([16.5, 25.2], 9).map((tick) => tick.text)).toEqual([
			'17',
			'18',
			'19',
			'20',
			'21',
			'22',
			'23',
			'24',
			'25',
		]);
		expect(brightnessTicks([17.4, 19.1], 4).map((tick) => tick.text)).toEqual(['17.5', '18.0', '18.5', '19.0']);
	});

	it('are as many as have room', () => {
		const domain = [61_137.25, 61_138.4] as const;
		const make = (about: number) => timeTicks(domain, 'mjd', about, 0);
		for (const width of [60, 120, 280, 900]) {
			const place = (at: number): number => ((at - domain[0]) / (domain[1] - domain[0])) * width;
			const ticks = roomyTicks(make, 10, place);
			expect(ticks.length).toBeGreaterThan(0);
			const gaps = ticks.slice(1).map((tick, i) => place(tick.at) - place(ticks[i]?.at ?? 0));
			for (const gap of gaps) expect(gap).toBeGreaterThan(7 * 7);
		}
		expect(roomyTicks(make, 10, (at) => at * 1000)).toEqual(make(10));
	});

	it('separates thousands of a flux and writes a true minus', () => {
		const texts = brightnessTicks([20_000, -10_000], 4).map((tick) => tick.text);
		expect(texts).toContain('\u221210,000');
		expect(texts).toContain('20,000');
	});

	it('tells the same instants as MJD, days ago and UTC', () => {
		const domain = [61_300, 61_360] as const;
		expect(timeTicks(domain, 'mjd', 6, 61_364).map((tick) => tick.text)).toContain('61350');
		const ago = timeTicks(domain, 'ago', 6, 61_364);
		expect(ago.find((tick) => tick.text === '\u221220')?.at).toBeCloseTo(61_344, 9);
		const utc = timeTicks(domain, 'utc', 6, 61_364);
		for (const { at } of utc) expect(at).toBeGreaterThanOrEqual(domain[0]);
		const midnight = taiMjdFromUnixMs(Date.UTC(2026, 9, 4));
		expect(utc.some((tick) => Math.abs(tick.at - midnight) < 30 && /^\d+ (Sep|Oct|Nov)$/.test(tick.text))).toBe(true);
	});

	it('shows hours when the window is short', () => {
		const texts = timeTicks([61_300, 61_300.5], 'utc', 4, 61_364).map((tick) => tick.text);
		expect(texts[0]).toMatch(/^\d+ [A-Z][a-z]{2} \d\d:\d\d$/);
	});

	it('reads a moment in the words of its axis', () => {
		expect(momentText(61_352.318, 'mjd', 61_364)).toBe('61352.318');
		expect(momentText(61_352, 'ago', 61_364)).toBe('12.000 d ago');
		expect(momentText(61_352, 'utc', 61_364)).toMatch(/^2026-11-0\d \d\d:\d\d UTC$/);
	});
});
