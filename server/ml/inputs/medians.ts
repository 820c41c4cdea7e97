// Medians of images. Numbers are counted into bins first, for counting meets no branch that a processor would have to guess; only those of
// the bins in which a median can lie are then compared.

/**
 * Moves the k-th smallest of `values` from `first` to `last` to place k, smaller ones before it; returns it (Floyd and Rivest 1975, CACM
 * 18, 165: of many numbers a sample says first between which two the k-th lies).
 */
function select(values: Float64Array, first: number, last: number, k: number): number {
	let left = first;
	let right = last;
	while (left < right) {
		const count = right - left + 1;
		if (count > 600) {
			const place = k - left + 1;
			const log = Math.log(count);
			const size = 0.5 * Math.exp((2 * log) / 3);
			const spread = 0.5 * Math.sqrt((log * size * (count - size)) / count) * Math.sign(place - count / 2);
			const from = Math.max(left, Math.floor(k - (place * size) / count + spread));
			const to = Math.min(right, Math.floor(k + ((count - place) * size) / count + spread));
			select(values, from, to, k);
		}
		const pivot = values[k] ?? 0;
		let i = left;
		let j = right;
		while (i <= j) {
			while ((values[i] ?? 0) < pivot) i += 1;
			while ((values[j] ?? 0) > pivot) j -= 1;
			if (i <= j) {
				const low = values[i] ?? 0;
				values[i] = values[j] ?? 0;
				values[j] = low;
				i += 1;
				j -= 1;
			}
		}
		if (k <= j) right = j;
		else if (k >= i) left = i;
		else break;
	}
	return values[k] ?? 0;
}

/** Mean of the number of rank `k` among those from `first` on and before `end`, rank counted from place 0, and, where `even`, of the one before it. They change places. */
function atRank(values: Float64Array, first: number, end: number, k: number, even: boolean): number {
	const upper = select(values, first, end - 1, k);
	if (!even) return upper;
	let lower = Number.NEGATIVE_INFINITY;
	for (let i = first; i < k; i += 1) {
		const value = values[i] ?? 0;
		if (value > lower) lower = value;
	}
	return (lower + upper) / 2;
}

const SAMPLED = 32;
const BINS = 256;
const sample = new Float64Array(SAMPLED);
const counts = new Int32Array(BINS);
/** How many numbers lie before each bin. */
const before = new Int32Array(BINS + 1);
const ends = new Int32Array(BINS + 1);
let keys = new Uint8Array(0);
let inBins = new Float64Array(0);

// arrays are handed in: V8 asks anew for those of the file at every number

/** Counts numbers by bin, from `first` in steps of 1 / `scale`, and notes the bin of each. */
function countBins(
	values: Float64Array,
	count: number,
	{ first, scale }: Bins,
	bins: Uint8Array,
	held: Int32Array,
): void {
	for (let i = 0; i < count; i += 1) {
		const place = ((values[i] ?? 0) - first) * scale;
		// cut off as a double: a huge one would come round as an integer
		const bin = place < 0 ? 0 : place > BINS - 1 ? BINS - 1 : place | 0;
		bins[i] = bin;
		held[bin] = (held[bin] ?? 0) + 1;
	}
}

/** Puts the numbers in the order of their bins. `next`: where the next one of each bin goes. */
function sortByBin(values: Float64Array, count: number, bins: Uint8Array, next: Int32Array, into: Float64Array): void {
	for (let i = 0; i < count; i += 1) {
		const bin = bins[i] ?? 0;
		const at = next[bin] ?? 0;
		next[bin] = at + 1;
		into[at] = values[i] ?? 0;
	}
}

/** Where the bins lie: the first begins at `first`, each is 1 / `scale` wide; the first and the last hold all that is beyond. */
interface Bins {
	readonly first: number;
	readonly scale: number;
}

/** Bins about the middle half of a sample; null where they do not help. */
function chooseBins(values: Float64Array, count: number): Bins | null {
	if (count < 512 || count >= 65_536) return null;
	for (let i = 0; i < SAMPLED; i += 1) sample[i] = values[Math.floor(((i + 0.5) * count) / SAMPLED)] ?? 0;
	sample.sort();
	const low = sample[SAMPLED >> 2] ?? 0;
	const width = (sample[(3 * SAMPLED) >> 2] ?? 0) - low;
	const scale = 85 / width;
	return width > 0 && scale < Number.POSITIVE_INFINITY ? { first: low - width, scale } : null;
}

/** The bin of the k-th smallest number. */
function binAt(k: number): number {
	let bin = 0;
	while ((before[bin + 1] ?? 0) <= k) bin += 1;
	return bin;
}

/** Rounding may put a number beside the bin to which its distance says that it belongs. */
const EDGE = 1e-6;

/** First bin and the one after the last that lie wholly within `radius` bins of `place`. The outer ones never do. */
function within(place: number, radius: number): [number, number] {
	const from = Math.max(1, Math.ceil(place - radius + EDGE));
	const to = Math.min(BINS - 1, Math.floor(place + radius - EDGE));
	return to > from ? [from, to] : [0, 0];
}

/** First bin and the one after the last of which a part may lie within `radius` bins of `place`. */
function touching(place: number, radius: number): [number, number] {
	return [Math.max(0, Math.floor(place - radius - EDGE)), Math.min(BINS, Math.ceil(place + radius + EDGE))];
}

const held = ([from, to]: readonly [number, number]): number => (before[to] ?? 0) - (before[from] ?? 0);

/** Bins in which the distances from `place` of rank `low` to `high` lie, and those among them whose numbers are all nearer. */
function aroundRanks(place: number, low: number, high: number): { all: [number, number]; nearer: [number, number] } {
	if (!(place > 1 && place < BINS - 1)) return { all: [0, BINS], nearer: [0, 0] };
	// the smallest radius that surely holds enough, and the largest that surely does not
	let enough = BINS;
	for (let least = 0; enough - least > 1;) {
		const radius = (least + enough) >> 1;
		if (held(within(place, radius)) > high) enough = radius;
		else least = radius;
	}
	let few = 0;
	for (let most = enough; most - few > 1;) {
		const radius = (few + most) >> 1;
		if (held(touching(place, radius)) <= low) few = radius;
		else most = radius;
	}
	return { all: enough < BINS ? touching(place, enough) : [0, BINS], nearer: within(place, few) };
}

/** Puts the distances from `median` of the numbers in the bins from `from` to before `to` into `distances`, from place `n` on; returns the place after the last. */
function takeDistances(median: number, from: number, to: number, distances: Float64Array, n: number): number {
	const end = before[to] ?? 0;
	for (let i = before[from] ?? 0; i < end; i += 1) {
		distances[n] = Math.abs((inBins[i] ?? 0) - median);
		n += 1;
	}
	return n;
}

/** Median of the first `count` numbers, at least one and all finite, and the median of their distances from it. `values` is left in disorder. */
export function medians(values: Float64Array, count: number): { median: number; deviation: number } {
	const half = count >> 1;
	const even = count % 2 === 0;
	const bins = chooseBins(values, count);
	if (bins === null) {
		const median = atRank(values, 0, count, half, even);
		for (let i = 0; i < count; i += 1) values[i] = Math.abs((values[i] ?? 0) - median);
		return { median, deviation: atRank(values, 0, count, half, even) };
	}
	if (keys.length < count) {
		keys = new Uint8Array(count);
		inBins = new Float64Array(count);
	}
	counts.fill(0);
	countBins(values, count, bins, keys, counts);
	for (let bin = 0; bin < BINS; bin += 1) before[bin + 1] = (before[bin] ?? 0) + (counts[bin] ?? 0);
	ends.set(before);
	sortByBin(values, count, keys, ends, inBins);
	const low = even ? half - 1 : half;
	const median = atRank(inBins, before[binAt(low)] ?? 0, before[binAt(half) + 1] ?? 0, half, even);
	const { all, nearer } = aroundRanks((median - bins.first) * bins.scale, low, half);
	const [first, end] = nearer[1] > nearer[0] ? nearer : [all[1], all[1]];
	const left = takeDistances(median, end, all[1], values, takeDistances(median, all[0], first, values, 0));
	return { median, deviation: atRank(values, 0, left, half - held(nearer), even) };
}
