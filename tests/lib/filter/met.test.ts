// What tells why an alert passes or not: the values that each condition weighs.
import { describe, expect, it } from 'vitest';
import { EMPTY_ENVIRONMENT, valuesMet } from '#lib/filter/index.ts';
import { makeEnriched, Random } from '../../support/enriched.ts';

const alerts = [makeEnriched(new Random(3), 0, 'plain', 6)];
const namesMet = (text: string): string[][] =>
	valuesMet(text, EMPTY_ENVIRONMENT, alerts).map((met) => met.map(({ name }) => name));

describe('the values that a condition met', () => {
	it('are those on either side of its comparisons, with their unit', () => {
		const [met] = valuesMet('mag - peakMag < 1.5 and not rock', EMPTY_ENVIRONMENT, alerts);
		expect(met).toEqual([expect.objectContaining({ name: 'mag - peakMag', unit: 'mag' })]);
	});

	it('of a named part that asks something are what it weighs, not yes or no', () => {
		const text = `let young = age < 5
let seen = any(detections, d => d.mag < 20) or young
let change = mag - peakMag
young and seen and change < 1 and positive`;
		expect(namesMet(text)).toEqual([
			['age'],
			['count(detections, d => d.mag < 20)', 'count(detections)', 'age'],
			['change'],
			['positive'],
		]);
	});
});
