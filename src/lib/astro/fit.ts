// Simple fits to light curves: straight lines, and the rise and decline of Bazin et al. 2009 (A&A 499, 653, eq. 1).

/** A fitted number with its 1 sigma error, from the errors of the points. */
export interface Fitted {
	readonly value: number;
	readonly err: number;
}

/** Weighted straight line y = at + slope (x - x0), x0 the weighted mean of x. */
export interface LineFit {
	readonly slope: Fitted;
	readonly at: Fitted;
	readonly x0: number;
	readonly chiSquare: number;
	readonly points: number;
}

/** Weighted least squares line through points with errors; null with fewer than two different x. */
export function fitLine(x: readonly number[], y: readonly number[], err: readonly number[]): LineFit | null {
	const used = x.flatMap((value, i) => {
		const [point, sigma] = [y[i] ?? NaN, err[i] ?? NaN];
		return Number.isFinite(value) && Number.isFinite(point) && sigma > 0
			? [{ x: value, y: point, w: 1 / (sigma * sigma) }]
			: [];
	});
	const total = used.reduce((sum, { w }) => sum + w, 0);
	if (used.length < 2 || !(total > 0)) return null;
	const x0 = used.reduce((sum, point) => sum + point.w * point.x, 0) / total;
	const y0 = used.reduce((sum, point) => sum + point.w * point.y, 0) / total;
	const xx = used.reduce((sum, point) => sum + point.w * (point.x - x0) ** 2, 0);
	if (!(xx > 0)) return null;
	const slope = used.reduce((sum, point) => sum + point.w * (point.x - x0) * (point.y - y0), 0) / xx;
	const chiSquare = used.reduce((sum, point) => sum + point.w * (point.y - y0 - slope * (point.x - x0)) ** 2, 0);
	return {
		slope: { value: slope, err: 1 / Math.sqrt(xx) },
		at: { value: y0, err: 1 / Math.sqrt(total) },
		x0,
		chiSquare,
		points: used.length,
	};
}

/** Parameters of the rise and decline: f(t) = amplitude exp(-(t - t0)/fall) / (1 + exp(-(t - t0)/rise)); days, and the unit of f. */
export interface BazinParameters {
	readonly amplitude: number;
	readonly t0: number;
	readonly rise: number;
	readonly fall: number;
}

/** Flux of the rise and decline at a time. */
export function bazinFlux({ amplitude, t0, rise, fall }: BazinParameters, time: number): number {
	const x = time - t0;
	// for early times both exponentials overflow: their ratio does not
	return x < 0
		? (amplitude * Math.exp(x / rise - x / fall)) / (1 + Math.exp(x / rise))
		: (amplitude * Math.exp(-x / fall)) / (1 + Math.exp(-x / rise));
}

/** A fit of the rise and decline. */
export interface BazinFit {
	readonly amplitude: Fitted;
	readonly t0: Fitted;
	readonly rise: Fitted;
	readonly fall: Fitted;
	/** Time of greatest flux; NaN where the model has none (rise slower than decline). */
	readonly peakTime: number;
	readonly peakFlux: number;
	readonly chiSquare: number;
	readonly points: number;
}

/** Fewest points for four parameters to mean something. */
export const BAZIN_FEWEST = 6;

type Vector = readonly number[];

/** Inverse of a square matrix by Gauss-Jordan with row exchanges; null when singular. */
export function invert(matrix: readonly Vector[]): number[][] | null {
	const n = matrix.length;
	const rows = matrix.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))]);
	for (let i = 0; i < n; i += 1) {
		let pivot = i;
		for (let j = i + 1; j < n; j += 1) {
			if (Math.abs(rows[j]?.[i] ?? 0) > Math.abs(rows[pivot]?.[i] ?? 0)) pivot = j;
		}
		const top = rows[pivot];
		const here = rows[i];
		if (!top || !here || !(Math.abs(top[i] ?? 0) > 1e-300)) return null;
		[rows[i], rows[pivot]] = [top, here];
		const scale = top[i] ?? 1;
		for (let k = 0; k < 2 * n; k += 1) top[k] = (top[k] ?? 0) / scale;
		rows.forEach((row, j) => {
			if (j === i) return;
			const factor = row[i] ?? 0;
			for (let k = 0; k < 2 * n; k += 1) row[k] = (row[k] ?? 0) - factor * (top[k] ?? 0);
		});
	}
	return rows.map((row) => row.slice(n));
}

/** Internal parameters: amplitude in units of the greatest flux, t0, ln rise, ln fall. */
function unpack([amplitude = 0, t0 = 0, lnRise = 0, lnFall = 0]: Vector, scale: number): BazinParameters {
	return { amplitude: amplitude * scale, t0, rise: Math.exp(lnRise), fall: Math.exp(lnFall) };
}

/** Bounds of ln rise and ln fall: a tenth of a day to three years. */
const LN_TIME = [Math.log(0.1), Math.log(1000)] as const;
const clampTime = (value: number): number => Math.min(LN_TIME[1], Math.max(LN_TIME[0], value));

interface Data {
	readonly time: Vector;
	readonly flux: Vector;
	readonly err: Vector;
	readonly scale: number;
}

function chiSquareOf(data: Data, p: Vector): number {
	const model = unpack(p, data.scale);
	return data.time.reduce((sum, time, i) => {
		const residual = ((data.flux[i] ?? 0) - bazinFlux(model, time)) / (data.err[i] ?? 1);
		return sum + residual * residual;
	}, 0);
}

/** Normal matrix and gradient of the residuals, derivatives by central differences. */
function normalEquations(data: Data, p: Vector): { matrix: number[][]; gradient: number[] } {
	const steps = [1e-5, 1e-5, 1e-5, 1e-5];
	const derivatives = p.map((_, k) => {
		const h = steps[k] ?? 1e-5;
		const shifted = (by: number): BazinParameters =>
			unpack(
				p.map((value, j) => (j === k ? value + by : value)),
				data.scale,
			);
		const [up, down] = [shifted(h), shifted(-h)];
		return data.time.map((time, i) => (bazinFlux(up, time) - bazinFlux(down, time)) / (2 * h) / (data.err[i] ?? 1));
	});
	const model = unpack(p, data.scale);
	const residuals = data.time.map((time, i) => ((data.flux[i] ?? 0) - bazinFlux(model, time)) / (data.err[i] ?? 1));
	const product = (a: Vector, b: Vector): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
	return {
		matrix: derivatives.map((a) => derivatives.map((b) => product(a, b))),
		gradient: derivatives.map((a) => product(a, residuals)),
	};
}

/** Levenberg-Marquardt from one start. */
function descend(data: Data, start: Vector): { p: Vector; chiSquare: number } {
	let p = start;
	let chiSquare = chiSquareOf(data, p);
	let damping = 1e-2;
	for (let round = 0; round < 200 && damping < 1e10; round += 1) {
		const { matrix, gradient } = normalEquations(data, p);
		const damped = matrix.map((row, i) => row.map((value, j) => (i === j ? value * (1 + damping) + 1e-12 : value)));
		const inverse = invert(damped);
		if (inverse === null) break;
		const step = inverse.map((row) => row.reduce((sum, value, j) => sum + value * (gradient[j] ?? 0), 0));
		const next = p.map((value, i) => (i >= 2 ? clampTime(value + (step[i] ?? 0)) : value + (step[i] ?? 0)));
		const better = chiSquareOf(data, next);
		if (better < chiSquare) {
			const done = chiSquare - better < 1e-9 * (1 + chiSquare);
			[p, chiSquare, damping] = [next, better, Math.max(1e-12, damping / 5)];
			if (done) break;
		} else damping *= 4;
	}
	return { p, chiSquare };
}

/**
 * Fits the rise and decline to fluxes with errors (the template is subtracted, so there is no constant), from several
 * starts. Errors are those of the linear theory. Null with fewer than six points, without a positive flux, or where
 * nothing holds the parameters.
 */
export function fitBazin(time: readonly number[], flux: readonly number[], err: readonly number[]): BazinFit | null {
	const keep = time
		.map((_, i) => i)
		.filter((i) => Number.isFinite(time[i]) && Number.isFinite(flux[i]) && (err[i] ?? 0) > 0);
	if (keep.length < BAZIN_FEWEST) return null;
	const brightest = keep.reduce((best, i) => ((flux[i] ?? 0) > (flux[best] ?? 0) ? i : best), keep[0] ?? 0);
	const scale = flux[brightest] ?? 0;
	if (!(scale > 0)) return null;
	const origin = time[brightest] ?? 0;
	const data: Data = {
		time: keep.map((i) => (time[i] ?? 0) - origin),
		flux: keep.map((i) => flux[i] ?? 0),
		err: keep.map((i) => err[i] ?? 1),
		scale,
	};
	let best: { p: Vector; chiSquare: number } | null = null;
	for (const [rise, fall] of [
		[3, 20],
		[1, 5],
		[8, 60],
		[20, 200],
	] as const) {
		for (const shift of [0, -rise]) {
			const found = descend(data, [1.5, shift, Math.log(rise), Math.log(fall)]);
			if (best === null || found.chiSquare < best.chiSquare) best = found;
		}
	}
	if (best === null) return null;
	const inverse = invert(normalEquations(data, best.p).matrix);
	if (inverse === null) return null;
	const sigma = (i: number): number => Math.sqrt(inverse[i]?.[i] ?? NaN);
	if (![0, 1, 2, 3].every((i) => Number.isFinite(sigma(i)))) return null;
	const found = unpack(best.p, scale);
	const bend = found.fall / found.rise - 1;
	const peak = found.t0 + found.rise * Math.log(bend);
	return {
		amplitude: { value: found.amplitude, err: sigma(0) * scale },
		t0: { value: found.t0 + origin, err: sigma(1) },
		rise: { value: found.rise, err: sigma(2) * found.rise },
		fall: { value: found.fall, err: sigma(3) * found.fall },
		peakTime: bend > 0 ? peak + origin : Number.NaN,
		peakFlux: bend > 0 ? bazinFlux(found, peak) : Number.NaN,
		chiSquare: best.chiSquare,
		points: keep.length,
	};
}
