import { describe, expect, it } from 'vitest';
import { editDistance, nearestName } from '#server/cli/nearestName.ts';

describe('nearestName', () => {
	const names = ['start', 'portal', 'ingest', 'store', 'doctor', 'simulate'];

	it('finds what was mistyped', () => {
		expect(nearestName('ingets', names)).toBe('ingest');
		expect(nearestName('strat', names)).toBe('start');
		expect(nearestName('docter', names)).toBe('doctor');
	});

	it('completes a beginning', () => {
		expect(nearestName('sim', names)).toBe('simulate');
	});

	it('is silent when nothing is near', () => {
		expect(nearestName('kafkacat', names)).toBeNull();
		expect(nearestName('xyz', [])).toBeNull();
	});
});

describe('editDistance', () => {
	it('counts insertions, deletions and replacements', () => {
		expect(editDistance('kitten', 'sitting')).toBe(3);
		expect(editDistance('', 'abc')).toBe(3);
		expect(editDistance('same', 'same')).toBe(0);
	});
});
