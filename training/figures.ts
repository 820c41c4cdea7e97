import { Stream } from '#server/simulate/random.ts';

/** A row that a rule was tried on: whether it is what is looked for, and how sure the rule is of it. */
export interface Scored {
	readonly truth: boolean;
	readonly score: number;
}

/** Rows of a range of scores: their mean score, the share of them that is what is looked for, how many they are. */
export interface ReliabilityBin {
	readonly said: number;
	readonly found: number;
	readonly count: number;
}

/** Area under the ROC curve, 0 to 1; ties count half. NaN where one side is empty. */
export function auc(rows: readonly Scored[]): number {
	const sorted = [...rows].sort((a, b) => a.score - b.score);
	let ranks = 0;
	let wanted = 0;
	for (let from = 0; from < sorted.length;) {
		let to = from;
		let here = 0;
		while (to < sorted.length && sorted[to]?.score === sorted[from]?.score) {
			if (sorted[to]?.truth === true) here += 1;
			to += 1;
		}
		// ranks from 1 on; those of one score share their mean
		ranks += here * ((from + 1 + to) / 2);
		wanted += here;
		from = to;
	}
	return (ranks - (wanted * (wanted + 1)) / 2) / (wanted * (rows.length - wanted));
}

/** Share of what is looked for above the score that this share of the others exceeds, 0 to 1. */
export function recallAt(rows: readonly Scored[], falsePositives: number): number {
	const others = rows
		.filter(({ truth }) => !truth)
		.map(({ score }) => score)
		.sort((a, b) => b - a);
	const threshold = others[Math.floor(falsePositives * others.length)] ?? 0;
	const wanted = rows.filter(({ truth }) => truth);
	return wanted.filter(({ score }) => score > threshold).length / wanted.length;
}

/** Share of the weight of rows for which a statement holds, 0 to 1. */
export function weightedShare<Row>(
	rows: readonly Row[],
	weight: (row: Row) => number,
	holds: (row: Row) => boolean,
): number {
	let sum = 0;
	let held = 0;
	for (const row of rows) {
		sum += weight(row);
		if (holds(row)) held += weight(row);
	}
	return held / sum;
}

/** Rows in tenths of the score; neighbours are put together until each bin has at least this many. */
function binsOf<Row extends Scored>(rows: readonly Row[], least: number): Row[][] {
	const bins: Row[][] = [];
	let open: Row[] = [];
	for (let tenth = 0; tenth < 10; tenth += 1) {
		open.push(...rows.filter(({ score }) => Math.min(9, Math.floor(score * 10)) === tenth));
		if (open.length < least) continue;
		bins.push(open);
		open = [];
	}
	if (open.length > 0) bins.splice(-1, 1, [...(bins.at(-1) ?? []), ...open]);
	return bins;
}

/**
 * Expected calibration error of a score read as a probability, 0 to 1, and its bins: tenths, neighbours put together until each has at least
 * `least` rows. Shares and error are weighted, counts are not.
 */
export function calibration<Row extends Scored>(
	rows: readonly Row[],
	weight: (row: Row) => number,
	least: number,
): { readonly error: number; readonly bins: readonly ReliabilityBin[] } {
	const total = rows.reduce((sum, row) => sum + weight(row), 0);
	let error = 0;
	const bins = binsOf(rows, least).map((bin) => {
		const sum = bin.reduce((part, row) => part + weight(row), 0);
		const said = bin.reduce((part, row) => part + weight(row) * row.score, 0) / sum;
		const found = weightedShare(bin, weight, ({ truth }) => truth);
		error += (sum / total) * Math.abs(said - found);
		return { said, found, count: bin.length };
	});
	return { error, bins };
}

/** 5 and 95 % limits of a measure over rows whose objects are drawn again with replacement, 400 times, always the same way. */
export function interval<Row>(
	rows: readonly Row[],
	objectOf: (row: Row) => string,
	measure: (rows: readonly Row[]) => number,
): [number, number] | null {
	const objects = new Map<string, Row[]>();
	for (const row of rows) {
		const name = objectOf(row);
		const known = objects.get(name);
		if (known === undefined) objects.set(name, [row]);
		else known.push(row);
	}
	const groups = [...objects.values()];
	const stream = new Stream(1, 0, 0);
	const values: number[] = [];
	for (let draw = 0; draw < 400; draw += 1) {
		const value = measure(groups.flatMap(() => groups[stream.below(groups.length)] ?? []));
		if (Number.isFinite(value)) values.push(value);
	}
	values.sort((a, b) => a - b);
	const at = (share: number): number | undefined => values[Math.round(share * (values.length - 1))];
	const low = at(0.05);
	const high = at(0.95);
	return low === undefined || high === undefined ? null : [low, high];
}
