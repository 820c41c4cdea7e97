import { describe, expect, it } from 'vitest';
import type { Facets } from '#lib/alert/facets.ts';
import { countAxis, ageAxis, magAxis, nightAxis, scoreAxis } from '#lib/components/facet/facetAxis.ts';
import { countWords, fieldWords, madeByWords } from '#lib/components/facet/facetHelp.ts';

const NAMES = ['mag', 'reliability', 'age', 'nDetections', 'night', 'class', 'survey'] as const;
const exact: Facets = { windowFrom: null, bars: null, oneIn: 1, facets: [] };

describe('the help of a facet', () => {
	it('says meaning and unit as the field catalogue has them', () => {
		expect(fieldWords('mag')).toBe('mag: AB magnitude of |psfFlux|; see positive. Unit: mag.');
		expect(fieldWords('survey')).toMatch(/^survey: .+\. No unit\.$/);
		for (const name of NAMES) expect(fieldWords(name)).not.toMatch(/undefined|\.\./);
	});

	it('says what is counted: exactly, since a night, around nights, or estimated', () => {
		for (const name of NAMES) expect(countWords(name, exact, false)).toContain('Every one was counted');
		expect(countWords('mag', { ...exact, windowFrom: '2026-10-20' }, false)).toContain('nights since 2026-10-20');
		const around = { ...exact, bars: { from: '2026-10-20', to: '2026-11-18' } };
		expect(countWords('night', around, false)).toContain('from 2026-10-20 to 2026-11-18');
		expect(countWords('mag', around, false)).not.toContain('2026-10-20');
		const sampled = countWords('age', { ...exact, oneIn: 1024 }, true);
		expect(sampled).toContain('One object in 1,024');
		expect(sampled).toContain('exact counts follow');
		expect(sampled).not.toContain('Every one');
		expect(countWords('age', { ...exact, oneIn: 5 }, false)).toContain('10,000 objects is good to 2.0 % (1σ)');
		expect(countWords('age', null, false)).toContain('being counted');
	});

	it('names what gave the values, and the version that counted', () => {
		expect(madeByWords('class', '0.1.0')).toContain('classModel');
		for (const name of NAMES) expect(madeByWords(name, '0.1.0')).toContain('Nightjar 0.1.0');
	});

	it('tells of bars as they are drawn', () => {
		const ends = (slots: readonly { from: number; to: number }[]): string =>
			`${slots[0]?.from ?? ''} ${Math.round(slots.at(-1)?.to ?? 0)}`;
		expect(magAxis([]).slots[1]?.from).toBe(12.25);
		expect(ends(magAxis([]).slots)).toBe('12 25');
		expect(scoreAxis([]).slots[1]?.from).toBe(0.04);
		expect(ends(ageAxis([]).slots)).toBe('0.1 10000');
		expect(ageAxis([]).slots[8]?.from).toBe(1);
		expect(ends(countAxis([]).slots)).toBe('1 10000');
		expect(countAxis([]).slots[10]?.from).toBe(10);
		const night = (day: number) => ({ key: '', from: day, to: day + 1, alerts: 1 });
		expect(nightAxis([night(0), night(59)]).slots).toHaveLength(60);
		expect(nightAxis([night(0), night(60)]).slots).toHaveLength(31);
	});
});
