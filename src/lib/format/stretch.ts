/** Values shown as black and white. */
export interface Limits {
	readonly low: number;
	readonly high: number;
}

export interface ZscaleOptions {
	/** Pixels looked at, spread evenly over the image. */
	readonly samples?: number;
	/** How much of the fitted slope the limits take, IRAF's contrast. */
	readonly contrast?: number;
}

const REJECT_SIGMA = 2.5;
const MAX_ITERATIONS = 5;
const MIN_PIXELS = 5;
/** With more than this part of the samples rejected the line means nothing. */
const MAX_REJECTED = 0.5;

/** At most `samples` finite values, evenly spread over the data, ascending. */
function sampleOf(data: ArrayLike<number>, samples: number): Float64Array {
	const finite: number[] = [];
	for (let i = 0; i < data.length; i += 1) {
		const value = data[i] ?? Number.NaN;
		if (Number.isFinite(value)) finite.push(value);
	}
	const step = Math.max(1, Math.floor(finite.length / samples));
	const taken = finite.filter((_, index) => index % step === 0).slice(0, samples);
	return Float64Array.from(taken).sort();
}

interface Line {
	readonly slope: number;
	readonly kept: number;
}

/** Straight line through sorted values against their rank, far ones (and their next neighbours) rejected again and again. */
function fitLine(sorted: Float64Array): Line {
	const count = sorted.length;
	const grow = Math.max(1, Math.trunc(count * 0.01));
	const fewest = Math.max(MIN_PIXELS, Math.trunc(count * MAX_REJECTED));
	let bad = new Uint8Array(count);
	let kept = count;
	let before = count + 1;
	let slope = 0;
	for (let iteration = 0; iteration < MAX_ITERATIONS && kept < before && kept >= fewest; iteration += 1) {
		let n = 0;
		let sumX = 0;
		let sumY = 0;
		for (let i = 0; i < count; i += 1) {
			if (bad[i] === 1) continue;
			n += 1;
			sumX += i;
			sumY += sorted[i] ?? 0;
		}
		const meanX = sumX / n;
		const meanY = sumY / n;
		let xx = 0;
		let xy = 0;
		for (let i = 0; i < count; i += 1) {
			if (bad[i] === 1) continue;
			xx += (i - meanX) ** 2;
			xy += (i - meanX) * ((sorted[i] ?? 0) - meanY);
		}
		slope = xy / xx;
		const residual = (i: number): number => (sorted[i] ?? 0) - meanY - slope * (i - meanX);
		let squares = 0;
		for (let i = 0; i < count; i += 1) if (bad[i] !== 1) squares += residual(i) ** 2;
		const threshold = REJECT_SIGMA * Math.sqrt(squares / n);
		const grown = new Uint8Array(count);
		for (let i = 0; i < count; i += 1) {
			if (bad[i] !== 1 && Math.abs(residual(i)) <= threshold) continue;
			const from = Math.max(0, i - Math.trunc(grow / 2));
			grown.fill(1, from, Math.min(count, from + grow));
		}
		bad = grown;
		before = kept;
		kept = count - grown.reduce((sum, flag) => sum + flag, 0);
	}
	return { slope, kept };
}

/**
 * Display limits by the zscale algorithm of IRAF's display task (its help page): a line is fitted to the sorted sample, and
 * the range about the median follows its slope. Without a finite value 0 and 1; where all are equal, that value twice.
 */
export function zscale(data: ArrayLike<number>, { samples = 1000, contrast = 0.25 }: ZscaleOptions = {}): Limits {
	const sorted = sampleOf(data, samples);
	const count = sorted.length;
	if (count === 0) return { low: 0, high: 1 };
	const lowest = sorted[0] ?? 0;
	const highest = sorted[count - 1] ?? 0;
	const centre = Math.floor((count - 1) / 2);
	const lower = sorted[centre] ?? 0;
	const median = count % 2 === 1 ? lower : (lower + (sorted[centre + 1] ?? lower)) / 2;
	const { slope, kept } = fitLine(sorted);
	if (kept < Math.max(MIN_PIXELS, Math.trunc(count * MAX_REJECTED))) return { low: lowest, high: highest };
	const perRank = contrast > 0 ? slope / contrast : slope;
	return {
		low: Math.max(lowest, median - centre * perRank),
		high: Math.min(highest, median + (count - 1 - centre) * perRank),
	};
}

/** Limits symmetric about 0, from a zscale of the values: for difference images. */
export function symmetricLimits(data: ArrayLike<number>, options: ZscaleOptions = {}): Limits {
	const { low, high } = zscale(data, options);
	const reach = Math.max(Math.abs(low), Math.abs(high));
	return { low: -reach, high: reach };
}

/** Value below which a percentage (0 to 100) of the finite values lies, straight between neighbours; null without a finite value. */
export function percentileOf(data: ArrayLike<number>, percent: number): number | null {
	const sorted = sampleOf(data, data.length);
	if (sorted.length === 0) return null;
	const place = (Math.min(100, Math.max(0, percent)) / 100) * (sorted.length - 1);
	const low = sorted[Math.floor(place)] ?? 0;
	const high = sorted[Math.ceil(place)] ?? low;
	return low + (high - low) * (place - Math.floor(place));
}

export type Stretch = 'linear' | 'sqrt' | 'log' | 'asinh';
export const STRETCHES: readonly Stretch[] = ['linear', 'sqrt', 'log', 'asinh'];

const LOG_STEEPNESS = 1000;
const ASINH_SOFTENING = 0.1;

/** Brightness in [0, 1] of a value between limits; NaN stays NaN. */
export function stretched(value: number, { low, high }: Limits, stretch: Stretch): number {
	const range = high - low;
	const part = range > 0 ? (value - low) / range : value > low ? 1 : value <= low ? 0 : Number.NaN;
	const x = Math.min(1, Math.max(0, part));
	switch (stretch) {
		case 'linear':
			return x;
		case 'sqrt':
			return Math.sqrt(x);
		case 'log':
			return Math.log1p(LOG_STEEPNESS * x) / Math.log1p(LOG_STEEPNESS);
		case 'asinh':
			return Math.asinh(x / ASINH_SOFTENING) / Math.asinh(1 / ASINH_SOFTENING);
	}
}
