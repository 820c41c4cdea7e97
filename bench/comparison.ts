/** Statistics that tell whether two sets of rows come from one distribution; absent values are NaN. */

/** Value below which a share p of the values lie, linear between them; NaN values are left out. */
export function quantile(values: readonly number[], p: number): number {
	const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
	const place = p * (sorted.length - 1);
	const below = Math.floor(place);
	const low = sorted[below] ?? Number.NaN;
	return low + ((sorted[below + 1] ?? low) - low) * (place - below);
}

/** Greatest distance of two empirical distribution functions (Kolmogorov and Smirnov), 0 to 1. */
export function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): number {
	const x = a.filter((value) => !Number.isNaN(value)).sort((p, q) => p - q);
	const y = b.filter((value) => !Number.isNaN(value)).sort((p, q) => p - q);
	let i = 0;
	let j = 0;
	let most = 0;
	while (i < x.length && j < y.length) {
		const at = Math.min(x[i] ?? 0, y[j] ?? 0);
		while (i < x.length && (x[i] ?? 0) <= at) i++;
		while (j < y.length && (y[j] ?? 0) <= at) j++;
		most = Math.max(most, Math.abs(i / x.length - j / y.length));
	}
	return most;
}

/** Area under the curve of true against false positives: the chance that a random positive scores above a random negative. */
export function areaUnderCurve(scores: readonly number[], positive: readonly boolean[]): number {
	const order = scores
		.map((score, index) => ({ score, positive: positive[index] === true }))
		.sort((a, b) => a.score - b.score);
	let rankSum = 0;
	let count = 0;
	for (let from = 0; from < order.length;) {
		let to = from;
		while (to < order.length && order[to]?.score === order[from]?.score) to++;
		for (let n = from; n < to; n++) {
			if (order[n]?.positive === true) {
				rankSum += (from + to + 1) / 2;
				count++;
			}
		}
		from = to;
	}
	return (rankSum - (count * (count + 1)) / 2) / (count * (order.length - count));
}

/** Rows with absent values set to the column's median, and each column as ranks from -1 to 1 over all rows. */
export function rankColumns(rows: readonly (readonly number[])[]): number[][] {
	const width = rows[0]?.length ?? 0;
	const made = rows.map(() => new Array<number>(width).fill(0));
	for (let column = 0; column < width; column++) {
		const middle = quantile(
			rows.map((row) => row[column] ?? Number.NaN),
			0.5,
		);
		const filled = rows.map((row, index) => ({
			index,
			value: Number.isNaN(row[column] ?? Number.NaN) ? middle : (row[column] ?? 0),
		}));
		filled.sort((a, b) => a.value - b.value);
		filled.forEach(({ index }, rank) => {
			const row = made[index];
			if (row) row[column] = (2 * (rank + 0.5)) / filled.length - 1;
		});
	}
	return made;
}

/** Groups numbered into five folds so that no group is in two. */
function foldsOf(groups: readonly string[], draw: (n: number) => number): number[] {
	const names = [...new Set(groups)];
	const fold = new Map(names.map((name, index) => [name, Math.floor(draw(index) * 5)]));
	return groups.map((name) => fold.get(name) ?? 0);
}

type Classifier = (
	train: readonly (readonly number[])[],
	labels: readonly boolean[],
) => (row: readonly number[]) => number;

/** AUC of a classifier in five folds grouped by object; `draw` gives uniform numbers for the folds. */
export function crossValidate(
	rows: readonly (readonly number[])[],
	labels: readonly boolean[],
	groups: readonly string[],
	fit: Classifier,
	draw: (n: number) => number,
): number {
	const fold = foldsOf(groups, draw);
	const scores = new Array<number>(rows.length).fill(0);
	for (let out = 0; out < 5; out++) {
		const inside = rows.map((_, index) => index).filter((index) => fold[index] !== out);
		const model = fit(
			inside.map((index) => rows[index] ?? []),
			inside.map((index) => labels[index] === true),
		);
		rows.forEach((row, index) => {
			if (fold[index] === out) scores[index] = model(row);
		});
	}
	return areaUnderCurve(scores, labels);
}

/** Logistic regression with a weak ridge, by 400 steps of gradient descent. */
export const logisticRegression: Classifier = (train, labels) => {
	const width = train[0]?.length ?? 0;
	const weights = new Array<number>(width + 1).fill(0);
	const score = (row: readonly number[]) =>
		row.reduce((sum, value, n) => sum + value * (weights[n] ?? 0), weights[width] ?? 0);
	for (let step = 0; step < 400; step++) {
		const slope = new Array<number>(width + 1).fill(0);
		train.forEach((row, index) => {
			const error = 1 / (1 + Math.exp(-score(row))) - (labels[index] === true ? 1 : 0);
			for (let n = 0; n < width; n++) slope[n] = (slope[n] ?? 0) + error * (row[n] ?? 0);
			slope[width] = (slope[width] ?? 0) + error;
		});
		for (let n = 0; n <= width; n++)
			weights[n] = (weights[n] ?? 0) - 1.5 * ((slope[n] ?? 0) / train.length + 0.002 * (weights[n] ?? 0));
	}
	return score;
};

interface Node {
	readonly column: number;
	readonly cut: number;
	readonly low: Node | number;
	readonly high: Node | number;
}

/** Random forest (Breiman 2001): trees on bootstrap samples, a third of the columns at each split, leaves of at least three. */
export function randomForest(trees: number, draw: () => number): Classifier {
	return (train, labels) => {
		const width = train[0]?.length ?? 0;
		const grow = (rows: readonly number[]): Node | number => {
			const share = rows.filter((index) => labels[index] === true).length / rows.length;
			if (rows.length < 6 || share === 0 || share === 1) return share;
			let best: { column: number; cut: number; impurity: number } | null = null;
			for (let trial = 0; trial < Math.max(2, Math.round(width / 3)); trial++) {
				const column = Math.floor(draw() * width);
				const sorted = rows
					.map((index) => ({ value: train[index]?.[column] ?? 0, positive: labels[index] === true }))
					.sort((a, b) => a.value - b.value);
				const total = sorted.filter((each) => each.positive).length;
				let positive = 0;
				for (let n = 1; n < sorted.length; n++) {
					if (sorted[n - 1]?.positive === true) positive++;
					if (n < 3 || sorted.length - n < 3 || sorted[n]?.value === sorted[n - 1]?.value) continue;
					const a = positive / n;
					const b = (total - positive) / (sorted.length - n);
					const impurity = n * a * (1 - a) + (sorted.length - n) * b * (1 - b);
					if (!best || impurity < best.impurity)
						best = { column, cut: ((sorted[n]?.value ?? 0) + (sorted[n - 1]?.value ?? 0)) / 2, impurity };
				}
			}
			if (!best) return share;
			const { column, cut } = best;
			const low = rows.filter((index) => (train[index]?.[column] ?? 0) < cut);
			const high = rows.filter((index) => (train[index]?.[column] ?? 0) >= cut);
			return { column, cut, low: grow(low), high: grow(high) };
		};
		const forest = Array.from({ length: trees }, () =>
			grow(Array.from({ length: train.length }, () => Math.floor(draw() * train.length))),
		);
		const follow = (node: Node | number, row: readonly number[]): number =>
			typeof node === 'number' ? node : follow((row[node.column] ?? 0) < node.cut ? node.low : node.high, row);
		return (row) => forest.reduce<number>((sum, tree) => sum + follow(tree, row), 0) / trees;
	};
}
