import { describe, expect, it } from 'vitest';
import {
	age,
	bytes,
	count,
	duration,
	fieldText,
	fixed,
	nightShort,
	nightWords,
	shortId,
	signed,
} from '#lib/format/text.ts';

describe('numbers as people read them', () => {
	it('writes a true minus and a dash for what is absent', () => {
		expect(fixed(-1.255, 2)).toBe('\u22121.25');
		expect(fixed(null, 2)).toBe('–');
		expect(fixed(Number.NaN, 2)).toBe('–');
		expect(signed(0.5, 1)).toBe('+0.5');
		expect(signed(-0.5, 1)).toBe('\u22120.5');
	});

	it('separates thousands', () => {
		expect(count(184_302)).toBe('184,302');
		expect(count(null)).toBe('–');
	});

	it('chooses the unit of an age', () => {
		expect(age(0.5 / 24)).toEqual({ value: '30', unit: 'min' });
		expect(age(0.5)).toEqual({ value: '12.0', unit: 'h' });
		expect(age(31.2)).toEqual({ value: '31.2', unit: 'd' });
		expect(age(3652.5)).toEqual({ value: '10.0', unit: 'yr' });
	});

	it('tells lengths of time and sizes', () => {
		expect(duration(94)).toBe('94 s');
		expect(duration(29_160)).toBe('8 h 06 min');
		expect(duration(null)).toBe('–');
		expect(bytes(2_500_000)).toBe('2.5 MB');
		expect(bytes(12)).toBe('12 B');
	});

	it('shortens ids in the middle and nights to a word', () => {
		expect(shortId('313853517229318149')).toBe('313853…18149');
		expect(shortId('ZTF26acvlbqi')).toBe('ZTF26acvlbqi');
		expect(nightWords('2026-11-19')).toBe('19 November 2026');
		expect(nightShort('2026-02-03')).toBe('3 Feb');
	});

	it('shows packet values as they are', () => {
		expect(fieldText('170587115523932323')).toBe('170587115523932323');
		expect(fieldText(false)).toBe('false');
		expect(fieldText(null)).toBe('–');
		expect(fieldText(-999.5)).toBe('\u2212999.5');
	});
});
