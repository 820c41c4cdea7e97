import {
	bandSeries,
	frequencyGrid,
	periodCandidates,
	periodogram,
	type Measurement,
	type PeriodCandidate,
} from '#lib/astro/periodogram.ts';

/** What the page asks of the worker: a search over periods in days. */
export interface PeriodSearch {
	readonly points: readonly Measurement[];
	readonly shortest: number;
	readonly longest: number;
	/** Of the wave of each band; bands with few points get one. */
	readonly harmonics: 1 | 2;
	/** Columns of the plot: the greatest power in each that holds a frequency is sent back. */
	readonly columns: number;
}

/** What comes back: how far it is, then the result; frequencies in cycles per day. */
export type PeriodAnswer =
	| { readonly kind: 'part'; readonly part: number }
	| {
			readonly kind: 'done';
			readonly candidates: readonly PeriodCandidate[];
			readonly frequencies: Float64Array;
			readonly power: Float64Array;
			readonly tried: number;
			readonly bands: readonly { readonly band: string; readonly points: number; readonly harmonics: number }[];
	  };

const answer = (message: PeriodAnswer): void => {
	postMessage(message);
};

onmessage = ({ data }: MessageEvent<PeriodSearch>): void => {
	const { points, shortest, longest, harmonics, columns } = data;
	const series = bandSeries(points, { harmonics });
	const grid = frequencyGrid(series, { shortest, longest });
	const power = periodogram(series, grid, (part) => {
		answer({ kind: 'part', part });
	});
	const top = new Float64Array(columns).fill(-1);
	const frequencies = new Float64Array(columns);
	const [low, high] = [Math.log(grid.from), Math.log(grid.from + grid.step * (grid.count - 1))];
	power.forEach((value, i) => {
		const frequency = grid.from + i * grid.step;
		const column = Math.min(columns - 1, Math.floor(((Math.log(frequency) - low) / (high - low)) * columns));
		if (value > (top[column] ?? -1)) {
			top[column] = value;
			frequencies[column] = frequency;
		}
	});
	answer({
		kind: 'done',
		candidates: series.length === 0 ? [] : periodCandidates(series, grid, power),
		frequencies: frequencies.filter((_, i) => (top[i] ?? -1) >= 0),
		power: top.filter((value) => value >= 0),
		tried: grid.count,
		bands: series.map((one) => ({ band: one.band, points: one.times.length, harmonics: one.harmonics })),
	});
};
