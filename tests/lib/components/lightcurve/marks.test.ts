import { describe, expect, it } from 'vitest';
import { manyMarks, markPath } from '#lib/components/lightcurve/marks.ts';

describe('many marks of one shape', () => {
	const places = [
		[10, 20],
		[11.26, 20.04],
	] as const;

	it('are their middles, drawn by a line as wide as a mark, where its cap has the shape', () => {
		expect(manyMarks('circle', places, 3)).toEqual({ d: 'M10 20h0M11.3 20h0', stroke: { cap: 'round', width: 6 } });
		expect(manyMarks('square', places, 2).stroke?.cap).toBe('square');
		// as wide as one square alone
		expect(markPath('square', 'detection', 0, 0, 2)).toContain(`h${manyMarks('square', places, 2).stroke?.width}v`);
	});

	it('are filled paths of any other shape, and nothing where there are none', () => {
		const { d, stroke } = manyMarks('diamond', places, 3);
		expect(stroke).toBeNull();
		expect(d).toBe(places.map(([x, y]) => markPath('diamond', 'detection', x, y, 3)).join(''));
		expect(manyMarks('circle', [], 3).d).toBe('');
	});
});
