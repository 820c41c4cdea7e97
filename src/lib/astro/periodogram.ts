// Multiband Lomb-Scargle periodogram (VanderPlas & Ivezic 2015, ApJ 812, 18: independent models per band share the period).

/** One measurement of a light curve: time in days, brightness and its 1 sigma error in one unit (mag or nJy). */
export interface Measurement {
	readonly mjd: number;
	readonly band: string;
	readonly value: number;
	readonly err: number;
}

/** Equally spaced frequencies, cycles per day. */
export interface FrequencyGrid {
	readonly from: number;
	readonly step: number;
	readonly count: number;
}

/** Measurements of one band, ready for the sums: times from the first one, values less their weighted mean. */
export interface BandSeries {
	readonly band: string;
	/** Time of the first measurement of all bands, from which times count. */
	readonly origin: number;
	/** Weighted mean, taken from the values. */
	readonly mean: number;
	readonly times: Float64Array;
	readonly values: Float64Array;
	/** 1 / err². */
	readonly weights: Float64Array;
	readonly harmonics: 1 | 2;
	/** chi² about the weighted mean. */
	readonly chiSquare: number;
}

/** Peak of a periodogram. */
export interface PeriodCandidate {
	readonly frequency: number;
	/** Days. */
	readonly period: number;
	/** Share in [0, 1] of the chi² about the bands' means that the model takes away. */
	readonly power: number;
}

/** Cycles per day at which a site on Earth comes back to the same star: spacing of the usual aliases. */
export const SIDEREAL_PER_DAY = 1.00273790935;

/** Share of a band's own scatter that is added to its errors in quadrature: two harmonics describe no star exactly. */
export const MODEL_ERROR_SHARE = 0.1;

/** Fewest points of a band for a model of that many harmonics: twice its parameters, else any period fits. */
const FEWEST = { 1: 6, 2: 10 } as const;

/** Shortest period (days) that is folded or searched: 43 s, about an exposure. */
export const LEAST_PERIOD_DAYS = 0.0005;

/** Most frequencies of one search. */
export const MOST_FREQUENCIES = 2_000_000;

const CANDIDATES = 5;
/** Frequencies per width of a peak (1 / time span). */
const OVERSAMPLING = 5;
/** Phases are turned on from one frequency to the next, and computed afresh after so many. */
const RESYNC = 256;

/**
 * Groups measurements by band for the periodogram; bands with too few points for one harmonic are left out, those with
 * too few for two get one. `errorShare` of the band's weighted scatter is added to each error in quadrature.
 */
export function bandSeries(
	points: readonly Measurement[],
	{ harmonics = 2, errorShare = MODEL_ERROR_SHARE }: { readonly harmonics?: 1 | 2; readonly errorShare?: number } = {},
): BandSeries[] {
	const usable = points.filter(
		({ mjd, value, err }) => Number.isFinite(mjd) && Number.isFinite(value) && Number.isFinite(err) && err > 0,
	);
	const origin = usable.reduce((least, { mjd }) => Math.min(least, mjd), Infinity);
	return [...new Set(usable.map(({ band }) => band))].flatMap((band) => {
		const own = usable.filter((point) => point.band === band);
		if (own.length < FEWEST[1]) return [];
		const scatter = errorShare === 0 ? 0 : errorShare * weightedScatter(own);
		const weights = Float64Array.from(own, ({ err }) => 1 / (err * err + scatter * scatter));
		const total = weights.reduce((sum, weight) => sum + weight, 0);
		const mean = own.reduce((sum, { value }, i) => sum + value * (weights[i] ?? 0), 0) / total;
		const values = Float64Array.from(own, ({ value }) => value - mean);
		const chiSquare = values.reduce((sum, value, i) => sum + value * value * (weights[i] ?? 0), 0);
		if (!(chiSquare > 0)) return [];
		return [
			{
				band,
				origin,
				mean,
				times: Float64Array.from(own, ({ mjd }) => mjd - origin),
				values,
				weights,
				harmonics: own.length < FEWEST[harmonics] ? 1 : harmonics,
				chiSquare,
			},
		];
	});
}

/** Root of the weighted mean square about the weighted mean. */
function weightedScatter(points: readonly Measurement[]): number {
	let [weights, sum, squares] = [0, 0, 0];
	for (const { value, err } of points) {
		const weight = 1 / (err * err);
		weights += weight;
		sum += weight * value;
		squares += weight * value * value;
	}
	return Math.sqrt(Math.max(0, squares / weights - (sum / weights) ** 2));
}

/** Frequencies that hold every peak of the periods asked for (days), five per peak width, at most `most`. */
export function frequencyGrid(
	series: readonly BandSeries[],
	periods: { readonly shortest: number; readonly longest: number },
	most = MOST_FREQUENCIES,
): FrequencyGrid {
	let [first, last] = [Infinity, -Infinity];
	for (const { times } of series) {
		for (const time of times) {
			first = Math.min(first, time);
			last = Math.max(last, time);
		}
	}
	const span = Math.max(1e-3, last - first);
	const from = 1 / periods.longest;
	const width = Math.max(0, 1 / periods.shortest - from);
	const count = Math.max(2, Math.min(most, Math.ceil(width * span * OVERSAMPLING) + 1));
	return { from, step: width / (count - 1), count };
}

/** Shortest period (days) to which a grid from `longest` reaches before it must skip peaks of points that span so many days. */
export function shortestPeriod(longest: number, spanDays: number): number {
	return 1 / (1 / longest + (MOST_FREQUENCIES - 2) / (OVERSAMPLING * Math.max(1e-3, spanDays)));
}

/**
 * Solves the normal equations of a constant and one or two harmonics in place by Cholesky; the chi² that the model takes
 * away. `m` is row-major, n by n, and holds the lower factor then; singular directions take nothing and get 0 on its diagonal.
 */
export function reduction(m: Float64Array, b: Float64Array, n: number): number {
	let taken = 0;
	for (let i = 0; i < n; i += 1) {
		const scale = m[i * n + i] ?? 0;
		let diagonal = scale;
		let right = b[i] ?? 0;
		for (let k = 0; k < i; k += 1) {
			const l = m[i * n + k] ?? 0;
			diagonal -= l * l;
			right -= l * (b[k] ?? 0);
		}
		if (!(diagonal > scale * 1e-12)) {
			for (let j = i; j < n; j += 1) m[j * n + i] = 0;
			b[i] = 0;
			continue;
		}
		const root = Math.sqrt(diagonal);
		m[i * n + i] = root;
		const z = right / root;
		b[i] = z;
		taken += z * z;
		for (let j = i + 1; j < n; j += 1) {
			let sum = m[j * n + i] ?? 0;
			for (let k = 0; k < i; k += 1) sum -= (m[j * n + k] ?? 0) * (m[i * n + k] ?? 0);
			m[j * n + i] = sum / root;
		}
	}
	return taken;
}

const matrix = new Float64Array(25);
const vector = new Float64Array(5);

/** Adds the chi² that one band's model takes away at each frequency of the grid; typed arrays in and out, no object per point. */
function addBand(
	{ times, values, weights, harmonics }: BandSeries,
	grid: FrequencyGrid,
	from: number,
	to: number,
	out: Float64Array,
): void {
	const n = times.length;
	const size = 1 + 2 * harmonics;
	const [cos, sin, turnCos, turnSin] = [0, 1, 2, 3].map(() => new Float64Array(n)) as [
		Float64Array,
		Float64Array,
		Float64Array,
		Float64Array,
	];
	let total = 0;
	for (let i = 0; i < n; i += 1) {
		const turn = 2 * Math.PI * grid.step * (times[i] as number);
		turnCos[i] = Math.cos(turn);
		turnSin[i] = Math.sin(turn);
		total += weights[i] as number;
	}
	for (let at = from; at < to; at += 1) {
		if ((at - from) % RESYNC === 0) {
			const frequency = grid.from + at * grid.step;
			for (let i = 0; i < n; i += 1) {
				const cycles = frequency * (times[i] as number);
				const angle = 2 * Math.PI * (cycles - Math.floor(cycles));
				cos[i] = Math.cos(angle);
				sin[i] = Math.sin(angle);
			}
		}
		let [c1, s1, c2, s2, c3, s3, c4, s4] = [0, 0, 0, 0, 0, 0, 0, 0];
		let [y1, z1, y2, z2] = [0, 0, 0, 0];
		for (let i = 0; i < n; i += 1) {
			const w = weights[i] as number;
			const a = cos[i] as number;
			const b = sin[i] as number;
			const wa = w * a;
			const wb = w * b;
			const a2 = a * a - b * b;
			const b2 = 2 * a * b;
			const wa2 = w * a2;
			const wb2 = w * b2;
			c1 += wa;
			s1 += wb;
			c2 += wa2;
			s2 += wb2;
			c3 += wa2 * a - wb2 * b;
			s3 += wb2 * a + wa2 * b;
			c4 += wa2 * a2 - wb2 * b2;
			s4 += 2 * wa2 * b2;
			const y = values[i] as number;
			y1 += wa * y;
			z1 += wb * y;
			y2 += wa2 * y;
			z2 += wb2 * y;
			const tc = turnCos[i] as number;
			const ts = turnSin[i] as number;
			cos[i] = a * tc - b * ts;
			sin[i] = b * tc + a * ts;
		}
		// products of sines and cosines from their sums: lower triangle of the normal equations
		const m = matrix;
		m[0] = total;
		m[size] = c1;
		m[size + 1] = (total + c2) / 2;
		m[2 * size] = s1;
		m[2 * size + 1] = s2 / 2;
		m[2 * size + 2] = (total - c2) / 2;
		vector[0] = 0;
		vector[1] = y1;
		vector[2] = z1;
		if (harmonics === 2) {
			m[15] = c2;
			m[16] = (c1 + c3) / 2;
			m[17] = (s3 - s1) / 2;
			m[18] = (total + c4) / 2;
			m[20] = s2;
			m[21] = (s3 + s1) / 2;
			m[22] = (c1 - c3) / 2;
			m[23] = s4 / 2;
			m[24] = (total - c4) / 2;
			vector[3] = y2;
			vector[4] = z2;
		}
		out[at] = (out[at] as number) + reduction(m, vector, size);
	}
}

const totalChiSquare = (series: readonly BandSeries[]): number =>
	series.reduce((sum, { chiSquare }) => sum + chiSquare, 0);

/**
 * Power in [0, 1] at each frequency: the share of the chi² about the bands' weighted means that a constant and the
 * harmonics of each band take away (VanderPlas & Ivezic 2015, eq. 33). `onPart` hears the part done.
 */
export function periodogram(
	series: readonly BandSeries[],
	grid: FrequencyGrid,
	onPart?: (part: number) => void,
): Float64Array {
	const power = new Float64Array(grid.count);
	const chiSquare = totalChiSquare(series);
	if (!(chiSquare > 0)) return power;
	const stretch = RESYNC * 16;
	for (let from = 0; from < grid.count; from += stretch) {
		const to = Math.min(grid.count, from + stretch);
		for (const band of series) addBand(band, grid, from, to, power);
		onPart?.(to / grid.count);
	}
	for (let i = 0; i < power.length; i += 1) power[i] = (power[i] as number) / chiSquare;
	return power;
}

/** Power at one frequency, cycles per day. */
export function powerAt(series: readonly BandSeries[], frequency: number): number {
	return periodogram(series, { from: frequency, step: 0, count: 1 })[0] ?? 0;
}

/** The top of a peak between two frequencies, by golden section. */
function climb(series: readonly BandSeries[], low: number, high: number): PeriodCandidate {
	const ratio = (Math.sqrt(5) - 1) / 2;
	let [a, b] = [low, high];
	let [x, y] = [b - ratio * (b - a), a + ratio * (b - a)];
	let [px, py] = [powerAt(series, x), powerAt(series, y)];
	for (let i = 0; i < 24; i += 1) {
		if (px > py) {
			[b, y, py] = [y, x, px];
			x = b - ratio * (b - a);
			px = powerAt(series, x);
		} else {
			[a, x, px] = [x, y, py];
			y = a + ratio * (b - a);
			py = powerAt(series, y);
		}
	}
	const frequency = (a + b) / 2;
	return { frequency, period: 1 / frequency, power: powerAt(series, frequency) };
}

/** The highest peaks of a periodogram, each climbed to its top, at least two peak widths apart. */
export function periodCandidates(
	series: readonly BandSeries[],
	grid: FrequencyGrid,
	power: Float64Array,
	most = CANDIDATES,
): PeriodCandidate[] {
	const peaks: number[] = [];
	for (let i = 0; i < power.length; i += 1) {
		const here = power[i] as number;
		if (here > 0 && here >= (power[i - 1] ?? -1) && here > (power[i + 1] ?? -1)) peaks.push(i);
	}
	peaks.sort((a, b) => (power[b] as number) - (power[a] as number));
	const apart = 2 * OVERSAMPLING;
	const chosen: number[] = [];
	for (const peak of peaks) {
		if (chosen.length >= most) break;
		if (chosen.every((other) => Math.abs(other - peak) > apart)) chosen.push(peak);
	}
	return chosen
		.map((peak) => {
			const at = grid.from + peak * grid.step;
			return climb(series, Math.max(at - grid.step, grid.from * 0.999), at + grid.step);
		})
		.sort((a, b) => b.power - a.power);
}

/** Another frequency that observing once a night, or a wave of two humps, mistakes for this one. */
export interface Alias {
	/** "f + 1/d", "f/2", ... with d the sidereal day. */
	readonly name: string;
	readonly frequency: number;
}

/** The usual aliases of a frequency (cycles per day): f ± k per sidereal day for k = 1 and 2, f/2 and 2f; only positive ones. */
export function aliasesOf(frequency: number): Alias[] {
	const list: Alias[] = [
		{ name: 'f/2', frequency: frequency / 2 },
		{ name: '2f', frequency: 2 * frequency },
	];
	for (const k of [1, 2]) {
		for (const sign of [1, -1]) {
			// a negative frequency is the same wave run backwards
			const at = Math.abs(frequency + sign * k * SIDEREAL_PER_DAY);
			list.push({ name: `f ${sign > 0 ? '+' : '−'} ${k}/d`, frequency: at });
		}
	}
	return list.filter((alias) => alias.frequency > 1e-4);
}

/** Phase in [0, 1) of a time for a period, both days, counted from `epoch`. */
export function phaseOf(mjd: number, period: number, epoch: number): number {
	const cycles = (mjd - epoch) / period;
	const phase = cycles - Math.floor(cycles);
	return phase >= 1 ? 0 : phase;
}
