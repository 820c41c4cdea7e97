import { BAND_FEATURES } from '#lib/alert/features.ts';
import { fitLine } from './fit.ts';
import { placesOf } from './places.ts';

const AT = placesOf(BAND_FEATURES, [
	'nFlux', 'fluxMean', 'fluxWeightedMean', 'fluxSd', 'fluxMedian', 'fluxAmplitude', 'fluxBeyondSd', 'fluxCusum', 'fluxRange10',
	'fluxRange25', 'fluxSkew', 'fluxKurtosis', 'fluxTrend', 'fluxTrendErr', 'fluxTrendNoise', 'fluxSlope', 'fluxSlopeErr',
	'fluxSlopeChi2', 'fluxRatio40', 'fluxRatio20', 'fluxMaxSlope', 'fluxMad', 'fluxNearMedian', 'fluxMaxDeviation', 'fluxRelativeSd',
	'fluxNormality', 'fluxChi2', 'fluxStetsonK', 'fluxEta', 'fluxExcessVariance',
]); // prettier-ignore

/** Quantile of sorted values by Hazen's rule: linear between the middles of n equal steps. */
export function quantile(sorted: Float64Array, q: number): number {
	const n = sorted.length;
	const at = Math.min(n - 1, Math.max(0, n * q - 0.5));
	const below = Math.floor(at);
	const low = sorted[below] ?? Number.NaN;
	return low + (at - below) * ((sorted[Math.min(n - 1, below + 1)] ?? low) - low);
}

/** ln of the standard normal distribution function, relative precision better than 1e-6 everywhere (W. J. Cody's erfc by Numerical Recipes' Chebyshev fit). */
export function lnPhi(x: number): number {
	const z = Math.abs(x) / Math.SQRT2;
	const t = 2 / (2 + z);
	const ty = 4 * t - 2;
	let d = 0;
	let dd = 0;
	for (let j = ERFC.length - 1; j > 0; j -= 1) {
		const next = ty * d - dd + (ERFC[j] ?? 0);
		dd = d;
		d = next;
	}
	// ln erfc(z) = ln t - z^2 + polynomial
	const lnErfc = Math.log(t) - z * z + 0.5 * ((ERFC[0] ?? 0) + ty * d) - dd;
	return x < 0 ? lnErfc - Math.LN2 : Math.log1p(-0.5 * Math.exp(lnErfc));
}

// Numerical Recipes, 3rd edition, 6.2.2
const ERFC = [
	-1.3026537197817094, 0.6419697923564902, 1.9476473204185836e-2, -9.561514786808631e-3, -9.46595344482036e-4,
	3.66839497852761e-4, 4.2523324806907e-5, -2.0278578112534e-5, -1.624290004647e-6, 1.303655835580e-6, 1.5626441722e-8,
	-8.5238095915e-8, 6.529054439e-9, 5.059343495e-9, -9.91364156e-10, -2.27365122e-10, 9.6467911e-11, 2.394038e-12, -6.886027e-12,
	8.94487e-13, 3.13092e-13, -1.12708e-13, 3.81e-16, 7.106e-15, -1.523e-15, -9.4e-17, 1.21e-16, -2.8e-17,
]; // prettier-ignore

/** Anderson-Darling statistic of sorted values against a normal distribution, corrected for small samples. */
function andersonDarling(sorted: Float64Array, mean: number, sd: number): number {
	const n = sorted.length;
	let sum = 0;
	for (let i = 0; i < n; i += 1) {
		const z = ((sorted[i] ?? 0) - mean) / sd;
		sum += (2 * i + 1) * lnPhi(z) + (2 * (n - i) - 1) * lnPhi(-z);
	}
	return (1 + 4 / n - 25 / (n * n)) * (-n - sum / n);
}

/** Statistics that need only the values' distribution. */
function writeDistribution(out: Float64Array, base: number, flux: readonly number[], mean: number, sd: number): void {
	const n = flux.length;
	const sorted = Float64Array.from(flux).sort();
	const median = quantile(sorted, 0.5);
	const half = ((sorted[n - 1] ?? 0) - (sorted[0] ?? 0)) / 2;
	const range = (q: number): number => quantile(sorted, 1 - q) - quantile(sorted, q);
	const range10 = range(0.1);
	out[base + AT.fluxMedian] = median;
	out[base + AT.fluxAmplitude] = half;
	out[base + AT.fluxRange10] = range10;
	out[base + AT.fluxRange25] = range(0.25);
	out[base + AT.fluxRatio40] = range(0.4) / range(0.05);
	out[base + AT.fluxRatio20] = range(0.2) / range10;
	out[base + AT.fluxMaxDeviation] = Math.max((sorted[n - 1] ?? 0) - median, median - (sorted[0] ?? 0));
	if (n >= 4 && sd > 0) out[base + AT.fluxNormality] = andersonDarling(sorted, mean, sd);
	let near = 0;
	for (let i = 0; i < n; i += 1) {
		const distance = Math.abs((sorted[i] ?? 0) - median);
		if (distance < 0.1 * half) near += 1;
		sorted[i] = distance;
	}
	out[base + AT.fluxNearMedian] = near / n;
	out[base + AT.fluxMad] = quantile(sorted.sort(), 0.5);
}

/** Statistics that need the order in time. */
function writeSequence(
	out: Float64Array,
	base: number,
	{ time, flux, mean, sd }: { time: readonly number[]; flux: readonly number[]; mean: number; sd: number },
): void {
	const n = flux.length;
	let steps = 0;
	let steepest = Number.NaN;
	let sum = 0;
	let least = Infinity;
	let most = -Infinity;
	for (let i = 0; i < n; i += 1) {
		sum += (flux[i] ?? 0) - mean;
		least = Math.min(least, sum);
		most = Math.max(most, sum);
		if (i === 0) continue;
		const step = (flux[i] ?? 0) - (flux[i - 1] ?? 0);
		const slope = Math.abs(step / ((time[i] ?? 0) - (time[i - 1] ?? 0)));
		steps += step * step;
		if (!(steepest >= slope)) steepest = slope;
	}
	out[base + AT.fluxMaxSlope] = steepest;
	out[base + AT.fluxCusum] = (most - least) / (n * sd);
	out[base + AT.fluxEta] = steps / ((n - 1) * sd * sd);
}

/** The unweighted trend; needs 3 points. */
function writeTrend(
	out: Float64Array,
	base: number,
	time: readonly number[],
	flux: readonly number[],
	mean: number,
): void {
	const n = flux.length;
	let timeMean = 0;
	for (const t of time) timeMean += t / n;
	let sxx = 0;
	let sxy = 0;
	for (let i = 0; i < n; i += 1) {
		const dt = (time[i] ?? 0) - timeMean;
		sxx += dt * dt;
		sxy += dt * ((flux[i] ?? 0) - mean);
	}
	const slope = sxy / sxx;
	let squares = 0;
	for (let i = 0; i < n; i += 1) squares += ((flux[i] ?? 0) - mean - slope * ((time[i] ?? 0) - timeMean)) ** 2;
	const noise = Math.sqrt(squares / (n - 2));
	out[base + AT.fluxTrend] = slope;
	out[base + AT.fluxTrendErr] = noise / Math.sqrt(sxx);
	out[base + AT.fluxTrendNoise] = noise;
}

/** Writes the statistics of the flux points of a band (times ascending, errors above 0) into its features, which begin at `base`. */
export function writeStatistics(
	out: Float64Array,
	base: number,
	time: readonly number[],
	flux: readonly number[],
	fluxErr: readonly number[],
): void {
	const n = flux.length;
	out[base + AT.nFlux] = n;
	if (n === 0) return;
	let sum = 0;
	let weights = 0;
	let weighted = 0;
	let errSquares = 0;
	for (let i = 0; i < n; i += 1) {
		const e = fluxErr[i] ?? 1;
		const f = flux[i] ?? 0;
		sum += f;
		weights += 1 / (e * e);
		weighted += f / (e * e);
		errSquares += e * e;
	}
	// of equal values the mean is that value, whatever rounding makes of the sum: their scatter is 0
	const isFlat = flux.every((f) => f === flux[0]);
	const mean = isFlat ? (flux[0] ?? 0) : sum / n;
	const weightedMean = isFlat ? mean : weighted / weights;
	let second = 0;
	let third = 0;
	let fourth = 0;
	let chi2 = 0;
	let absolute = 0;
	for (let i = 0; i < n; i += 1) {
		const d = (flux[i] ?? 0) - mean;
		second += d * d;
		third += d * d * d;
		fourth += d * d * d * d;
		const r = ((flux[i] ?? 0) - weightedMean) / (fluxErr[i] ?? 1);
		chi2 += r * r;
		absolute += Math.abs(r);
	}
	const sd = n >= 2 ? Math.sqrt(second / (n - 1)) : Number.NaN;
	out[base + AT.fluxMean] = mean;
	out[base + AT.fluxWeightedMean] = weightedMean;
	writeDistribution(out, base, flux, mean, sd);
	if (n < 2) return;
	let beyond = 0;
	for (let i = 0; i < n; i += 1) if (Math.abs((flux[i] ?? 0) - mean) > sd) beyond += 1;
	out[base + AT.fluxSd] = sd;
	out[base + AT.fluxBeyondSd] = beyond / n;
	out[base + AT.fluxRelativeSd] = sd / mean;
	out[base + AT.fluxChi2] = chi2 / (n - 1);
	out[base + AT.fluxStetsonK] = absolute / Math.sqrt(n * chi2);
	out[base + AT.fluxExcessVariance] = (sd * sd - errSquares / n) / (mean * mean);
	writeSequence(out, base, { time, flux, mean, sd });
	if (n < 3) return;
	out[base + AT.fluxSkew] = ((n / ((n - 1) * (n - 2))) * third) / sd ** 3;
	writeTrend(out, base, time, flux, mean);
	const fit = fitLine(time, flux, fluxErr);
	if (fit !== null) {
		out[base + AT.fluxSlope] = fit.rate;
		out[base + AT.fluxSlopeErr] = fit.rateErr;
		out[base + AT.fluxSlopeChi2] = fit.chi2;
	}
	if (n < 4) return;
	out[base + AT.fluxKurtosis] =
		(((n * (n + 1)) / ((n - 1) * (n - 2) * (n - 3))) * fourth) / sd ** 4 - (3 * (n - 1) ** 2) / ((n - 2) * (n - 3));
}
