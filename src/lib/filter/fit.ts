import { finite } from './catalogue.ts';
import type { NumberColumn } from './columns.ts';
import type { FitFn } from './core.ts';

// Every sum runs in the order of the list, so that ClickHouse's arraySum gives the same bits (sqlFit in sql.ts).

/** Median of the known values of rows from..to (end excluded): the middle one, or the mean of the middle two; NaN of none. */
export function medianOf(column: NumberColumn, from: number, to: number): number {
	const values: number[] = [];
	for (let i = from; i < to; i += 1) {
		const x = column.at(i);
		if (x === x) values.push(x);
	}
	values.sort((a, b) => a - b);
	const middle = values.length >> 1;
	const upper = values[middle];
	if (upper === undefined) return Number.NaN;
	return values.length % 2 === 1 ? upper : finite(((values[middle - 1] ?? Number.NaN) + upper) / 2);
}

/**
 * Weighted linear fit of y(x), weights 1 / err^2, over rows from..to (end excluded) whose three values are present and whose error is
 * above 0: slope = Sxy / Sxx and its error sqrt(1 / Sxx) about the weighted means, for 2 points and Sxx > 0; reduced chi-square for 3.
 */
export function fitOf(
	fn: FitFn,
	x: NumberColumn,
	y: NumberColumn,
	err: NumberColumn,
	from: number,
	to: number,
): number {
	let n = 0;
	let sw = 0;
	let swx = 0;
	let swy = 0;
	for (let i = from; i < to; i += 1) {
		if (!isUsable(x.at(i), y.at(i), err.at(i))) continue;
		const w = weightOf(err.at(i));
		n += 1;
		sw += w;
		swx += w * x.at(i);
		swy += w * y.at(i);
	}
	if (n < 2) return Number.NaN;
	const meanX = swx / sw;
	const meanY = swy / sw;
	let sxx = 0;
	let sxy = 0;
	for (let i = from; i < to; i += 1) {
		if (!isUsable(x.at(i), y.at(i), err.at(i))) continue;
		const w = weightOf(err.at(i));
		const dx = x.at(i) - meanX;
		sxx += w * dx * dx;
		sxy += w * dx * (y.at(i) - meanY);
	}
	if (!(sxx > 0)) return Number.NaN;
	if (fn === 'slope') return finite(sxy / sxx);
	if (fn === 'slopeError') return finite(Math.sqrt(1 / sxx));
	if (n < 3) return Number.NaN;
	const slope = sxy / sxx;
	let chi2 = 0;
	for (let i = from; i < to; i += 1) {
		if (!isUsable(x.at(i), y.at(i), err.at(i))) continue;
		const off = y.at(i) - meanY - slope * (x.at(i) - meanX);
		chi2 += weightOf(err.at(i)) * off * off;
	}
	return finite(chi2 / (n - 2));
}

const isUsable = (x: number, y: number, err: number): boolean => x === x && y === y && err > 0;
const weightOf = (err: number): number => 1 / (err * err);
