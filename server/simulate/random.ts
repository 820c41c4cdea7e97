/**
 * Counter-based random numbers: every draw is a pure function of its keys, so adding a class of objects
 * or generating nights in another order moves no other number. Mixing steps are those of MurmurHash3 (A. Appleby, public domain).
 */

/** What a draw is for; the numbers are part of the simulation's identity and are never reused. */
export const PURPOSE = {
	birth: 1,
	place: 2,
	physics: 3,
	host: 4,
	neighbours: 5,
	noise: 6,
	weather: 7,
	quadrant: 8,
	stamp: 9,
	fields: 10,
	bogus: 11,
	process: 12,
	schedule: 13,
	forced: 14,
	satellites: 15,
	position: 16,
	latency: 17,
} as const;

function finish(value: number): number {
	let h = value;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

function absorb(state: number, word: number): number {
	let k = Math.imul(word | 0, 0xcc9e2d51);
	k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
	const h = state ^ k;
	return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** Mixes up to four integers (taken modulo 2^32) into an unsigned 32-bit number. */
export function mix(a: number, b: number, c = 0, d = 0): number {
	return finish(absorb(absorb(absorb(absorb(0x9747b28c, a), b), c), d) ^ 16);
}

/** Uniform number in (0, 1) of these keys. */
export function uniformOf(a: number, b: number, c = 0, d = 0): number {
	return (mix(a, b, c, d) + 0.5) / 4294967296;
}

/** Standard normal deviate of these keys (Box and Muller 1958). */
export function normalOf(a: number, b: number, c = 0, d = 0): number {
	const first = mix(a, b, c, d);
	const u = (first + 0.5) / 4294967296;
	const v = finish(first ^ 0x5bd1e995) / 4294967296;
	return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}

/** A sequence of draws for one (seed, object, purpose). */
export class Stream {
	private counter = 0;
	private readonly key: number;

	constructor(seed: number, object: number, purpose: number, extra = 0) {
		this.key = mix(seed, object, purpose, extra);
	}

	/** Uniform in (0, 1). */
	uniform(): number {
		return uniformOf(this.key, this.counter++);
	}

	/** Uniform in (low, high). */
	between(low: number, high: number): number {
		return low + (high - low) * this.uniform();
	}

	/** Whole number from 0 to count - 1. */
	below(count: number): number {
		return Math.min(count - 1, Math.floor(this.uniform() * count));
	}

	/** Normal deviate. */
	normal(mean = 0, sigma = 1): number {
		return mean + sigma * normalOf(this.key, this.counter++);
	}

	/** Normal deviate held between low and high. */
	normalWithin(mean: number, sigma: number, low: number, high: number): number {
		return Math.min(high, Math.max(low, this.normal(mean, sigma)));
	}

	/** Log-normal deviate of this median and width in dex. */
	logNormal(median: number, dex: number): number {
		return median * 10 ** this.normal(0, dex);
	}

	/** Log-uniform between low and high. */
	logBetween(low: number, high: number): number {
		return low * (high / low) ** this.uniform();
	}

	/** Exponential deviate of this mean. */
	exponential(mean: number): number {
		return -mean * Math.log(this.uniform());
	}

	/** Poisson deviate (multiplication for small means, normal approximation above 60). */
	poisson(mean: number): number {
		if (mean <= 0) return 0;
		if (mean > 60) return Math.max(0, Math.round(this.normal(mean, Math.sqrt(mean))));
		const limit = Math.exp(-mean);
		let count = 0;
		let product = this.uniform();
		while (product > limit) {
			count++;
			product *= this.uniform();
		}
		return count;
	}

	/** Gamma deviate (Marsaglia and Tsang 2000). */
	gamma(shape: number): number {
		if (shape < 1) return this.gamma(shape + 1) * this.uniform() ** (1 / shape);
		const d = shape - 1 / 3;
		const c = 1 / Math.sqrt(9 * d);
		for (;;) {
			const x = this.normal();
			const v = (1 + c * x) ** 3;
			if (v > 0 && Math.log(this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
		}
	}

	/** Beta deviate. */
	beta(a: number, b: number): number {
		const x = this.gamma(a);
		return x / (x + this.gamma(b));
	}
}
