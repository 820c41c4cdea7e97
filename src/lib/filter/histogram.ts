/** How the values of an expression spread over alerts. */
export interface Histogram {
	readonly field?: string;
	readonly unit?: string;
	/** Alerts looked at, and those of them without a value. */
	readonly alerts: number;
	readonly absent: number;
	/** Of numbers: equal bins between the 1st and the 99th percentile; empty for texts and truth. */
	readonly bins: readonly { readonly from: number; readonly to: number; readonly alerts: number }[];
	/** Alerts with numbers below the first and from the end of the last bin on. */
	readonly below: number;
	readonly above: number;
	/** Of texts and truth: the most frequent values. */
	readonly values: readonly { readonly value: string; readonly alerts: number }[];
}

const BINS = 40;
const MOST_VALUES = 20;

/** The spread of values; absent ones are null or NaN. */
export function histogramOf(given: readonly (number | string | boolean | null)[]): Histogram {
	const present = given.filter((value) => value !== null && !Number.isNaN(value));
	const nothing = { bins: [], below: 0, above: 0, values: [] };
	const counted = { alerts: given.length, absent: given.length - present.length };
	const numbers = present.filter((value) => typeof value === 'number');
	if (numbers.length === 0) return { ...counted, ...nothing, values: frequent(present.map(String)) };
	return { ...counted, ...nothing, ...spread(Float64Array.from(numbers).sort()) };
}

function frequent(texts: readonly string[]): Histogram['values'] {
	const counts = new Map<string, number>();
	for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
	return [...counts]
		.map(([value, alerts]) => ({ value, alerts }))
		.sort((a, b) => b.alerts - a.alerts || (a.value < b.value ? -1 : 1))
		.slice(0, MOST_VALUES);
}

function spread(sorted: Float64Array): Pick<Histogram, 'bins' | 'below' | 'above'> {
	const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
	const [low, high] = [at(0.01), at(0.99)];
	const isWhole = sorted.every(Number.isInteger);
	// whole numbers get bins of whole width, so that none stays empty for want of a number
	const width = isWhole
		? Math.max(1, Math.ceil((high - low + 1) / BINS))
		: high > low
			? ((high - low) / BINS) * (1 + 1e-9)
			: Math.max(Math.abs(low) * 1e-3, 1e-9);
	const n = isWhole ? Math.floor((high - low) / width) + 1 : high > low ? BINS : 1;
	const counts = new Array<number>(n).fill(0);
	let [below, above] = [0, 0];
	for (const value of sorted) {
		const bin = Math.floor((value - low) / width);
		if (bin < 0) below += 1;
		else if (bin >= n) above += 1;
		else counts[bin] = (counts[bin] ?? 0) + 1;
	}
	const bins = counts.map((alerts, i) => ({ from: low + i * width, to: low + (i + 1) * width, alerts }));
	return { bins, below, above };
}
