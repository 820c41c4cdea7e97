/** A straight line through points: slope per day, its error, reduced chi-square (NaN for 2 points). */
export interface LineFit {
	readonly rate: number;
	readonly rateErr: number;
	readonly chi2: number;
}

/**
 * Weighted linear fit of y(t) with weights 1/err^2 to the points first..last, both included; null for fewer than 2 points, an
 * error that is not above 0 and finite, or times that are all the same.
 */
export function fitLine(
	time: readonly number[],
	y: readonly number[],
	err: readonly number[],
	first = 0,
	last = time.length - 1,
): LineFit | null {
	const n = last - first + 1;
	if (n < 2) return null;
	let weights = 0;
	let timeSum = 0;
	let ySum = 0;
	for (let i = first; i <= last; i += 1) {
		const e = err[i] ?? Number.NaN;
		if (!(e > 0) || e === Infinity) return null;
		const weight = 1 / (e * e);
		weights += weight;
		timeSum += weight * (time[i] ?? 0);
		ySum += weight * (y[i] ?? 0);
	}
	const timeMean = timeSum / weights;
	const yMean = ySum / weights;
	let sxx = 0;
	let sxy = 0;
	for (let i = first; i <= last; i += 1) {
		const e = err[i] ?? 1;
		const dt = (time[i] ?? 0) - timeMean;
		sxx += (dt * dt) / (e * e);
		sxy += (dt * ((y[i] ?? 0) - yMean)) / (e * e);
	}
	if (!(sxx >= 1e-10)) return null;
	const rate = sxy / sxx;
	let chi2 = 0;
	for (let i = first; i <= last; i += 1) {
		const residual = ((y[i] ?? 0) - yMean - rate * ((time[i] ?? 0) - timeMean)) / (err[i] ?? 1);
		chi2 += residual * residual;
	}
	return { rate, rateErr: Math.sqrt(1 / sxx), chi2: n > 2 ? chi2 / (n - 2) : Number.NaN };
}
