import { describe, expect, it } from 'vitest';
import { medians } from '#server/ml/inputs/medians.ts';

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
	'that rises to one side': (random, normal) => Math.exp(2 * normal) + (random() < 0.3 ? 50 * random() : 0),
	'of few numbers': (random) => Math.floor(3 * random()),
	'whose sample misleads': (random, normal) => (random() < 0.45 ? normal : 40 + 8 * random()),
	'of tiny numbers': (_, normal) => 1e-310 * normal,
};

/** Median by sorting. */
function middle(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const upper = sorted[sorted.length >> 1] ?? Number.NaN;
	const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
	return sorted.length % 2 === 1 ? upper : (lower + upper) / 2;
}

describe('the median of an image and that of the distances from it', () => {
	it.each(Object.entries(skies))('are those of the sorted numbers, %s', (_, pixel) => {
		const random = numbers(7);
		for (let round = 0; round < 120; round += 1) {
			const values = Array.from({ length: 1 + Math.floor(random() * 4000) }, () =>
				pixel(random, Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())),
			);
			const median = middle(values);
			const deviation = middle(values.map((value) => Math.abs(value - median)));
			expect(medians(Float64Array.from(values), values.length)).toEqual({ median, deviation });
		}
	});
});
