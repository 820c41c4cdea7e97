import { describe, expect, it } from 'vitest';
import { middleOf } from '#server/ml/inputs/images.ts';

/** Numbers from 0 to 1, the same every time. */
function numbers(seed: number): () => number {
	let state = seed;
	return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;
}

const skies: Readonly<Record<string, (random: () => number, normal: number) => number>> = {
	'of noise': (_, normal) => normal,
	'of whole numbers': (_, normal) => Math.round(normal) + 0,
	'of one number': () => 5,
	'of two heaps': (random, normal) => (random() < 0.5 ? 1e8 : 200 + normal),
	'with a bright star': (random, normal) => (random() < 0.2 ? 1e30 * random() : 200 + 0.01 * normal),
	'of huge numbers': (_, normal) => 1e300 * normal,
	'of tiny numbers': (_, normal) => 1e-310 * normal,
};

describe('the median of an image', () => {
	it.each(Object.entries(skies))('is that of the sorted numbers, %s', (_, pixel) => {
		const random = numbers(7);
		for (let round = 0; round < 60; round += 1) {
			const values = Float64Array.from({ length: 1 + Math.floor(random() * 4000) }, () =>
				pixel(random, Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())),
			);
			const sorted = [...values].sort((a, b) => a - b);
			const upper = sorted[sorted.length >> 1] ?? Number.NaN;
			const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
			expect(middleOf(values, values.length)).toBe(sorted.length % 2 === 1 ? upper : (lower + upper) / 2);
		}
	});
});
