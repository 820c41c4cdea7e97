import { invert, type Fitted } from './fit.ts';
import { usablePoints, type PhasePoint } from './phase.ts';

// Phase curves of the solar system: the H, G1, G2 system of the IAU (Muinonen et al. 2010, Icarus 209, 542).

type Knot = readonly [phaseDeg: number, value: number, slopePerRad: number];

/** Cubic splines of the paper's tables A.1 to A.3: degrees, value, derivative per radian. */
const WIDE: readonly Knot[] = [
	[7.5, 0.75, -1.9098593],
	[30, 0.33486016, -0.55463432],
	[60, 0.1341056, -0.24404599],
	[90, 0.051104756, -0.094980438],
	[120, 0.021465687, -0.021411424],
	[150, 0.0036396989, -0.091328612],
];
const BRIGHT: readonly Knot[] = [
	[7.5, 0.925, -0.5729578],
	[30, 0.62884169, -0.76705367],
	[60, 0.31755495, -0.45665789],
	[90, 0.12716367, -0.28071809],
	[120, 0.022373903, -0.11173257],
	[150, 0.00016505689, -8.6573138e-8],
];
const OPPOSITION: readonly Knot[] = [
	[0, 1, -0.10630097],
	[0.3, 0.83381185, -41.180439],
	[1, 0.57735424, -10.366915],
	[2, 0.42144772, -7.5784615],
	[4, 0.2317423, -3.696095],
	[8, 0.10348178, -0.78605652],
	[12, 0.061733473, -0.46527012],
	[20, 0.016107006, -0.20459545],
	[30, 0, 0],
];
const RAD = Math.PI / 180;

/** The spline between its knots; NaN outside. */
function spline(knots: readonly Knot[], phaseDeg: number): number {
	const next = knots.findIndex(([at], i) => i > 0 && phaseDeg <= at);
	const [from, to] = [knots[next - 1], knots[next]];
	if (from === undefined || to === undefined) return Number.NaN;
	const width = (to[0] - from[0]) * RAD;
	const t = (phaseDeg - from[0]) / (to[0] - from[0]);
	const rise = to[1] - from[1];
	const bend = t * (1 - t) * ((1 - t) * (from[2] * width - rise) + t * (rise - to[2] * width));
	return from[1] + t * rise + bend;
}

/** The three basis functions of the H, G1, G2 system at a phase angle in degrees, 0 to 150: 1 at 0. */
export function basisFunctions(phaseDeg: number): readonly [number, number, number] {
	const linear = phaseDeg <= 7.5;
	return [
		linear ? 1 - (6 * phaseDeg * RAD) / Math.PI : spline(WIDE, phaseDeg),
		linear ? 1 - (9 * phaseDeg * RAD) / (5 * Math.PI) : spline(BRIGHT, phaseDeg),
		phaseDeg > 30 ? 0 : spline(OPPOSITION, phaseDeg),
	];
}

/** Reduced magnitude at a phase angle in degrees, of absolute magnitude H and the slopes G1 and G2. */
export function hg1g2Mag(h: number, g1: number, g2: number, phaseDeg: number): number {
	const [one, two, three] = basisFunctions(phaseDeg);
	return h - 2.5 * Math.log10(g1 * one + g2 * two + (1 - g1 - g2) * three);
}

/** Fewest points: twice the parameters. */
export const FEWEST_POINTS = 6;
/** The opposition effect is told by a point at least so near to opposition, degrees: at 5 a fifth of it is left. */
export const NEAREST_DEG = 5;
/** Least span of phase angles, degrees: beyond it the effect has faded and the slope of the rest shows. */
export const LEAST_SPAN_DEG = 8;
/** Standard deviation of G1, and of G2, when nothing is known but their limits: evenly spread over the triangle. */
export const UNTOLD_ERR = Math.sqrt(1 / 18);

/** A limit of G1 >= 0, G2 >= 0 or G1 + G2 <= 1 that holds a fit. */
export type Limit = 'g1' | 'g2' | 'sum';

/** A fitted phase curve. Errors are scaled to the scatter; what a limit holds is exact, and the others' errors take it so. */
export interface Hg1g2Fit {
	readonly kind: 'fitted';
	readonly h: Fitted;
	readonly g1: Fitted;
	readonly g2: Fitted;
	readonly limits: readonly Limit[];
	/** Root mean square about the curve, mag. */
	readonly rms: number;
	readonly points: number;
}

/** Why measurements cannot tell G1 and G2, with what they have: points, degrees of phase, or the larger error of the two. */
export interface Untold {
	readonly kind: 'untold';
	readonly why: 'points' | 'nearest' | 'span' | 'errors';
	readonly has: number;
}

type Vector = readonly number[];

/** Weighted sums of the flux a1 phi1 + a2 phi2 + a3 phi3, with flux 1 at magnitude `zero`. */
interface Sums {
	readonly zero: number;
	readonly matrix: readonly Vector[];
	readonly right: Vector;
	readonly square: number;
}

function sumsOf(points: readonly PhasePoint[]): Sums {
	const zero = Math.min(...points.map(({ mag }) => mag));
	const matrix = [0, 1, 2].map(() => [0, 0, 0]);
	const right = [0, 0, 0];
	let square = 0;
	for (const { phaseDeg, mag, err } of points) {
		const flux = 10 ** (-0.4 * (mag - zero));
		const weight = (2.5 / Math.LN10 / (flux * err)) ** 2;
		const basis = basisFunctions(phaseDeg);
		basis.forEach((own, i) => {
			matrix[i] = (matrix[i] ?? []).map((sum, j) => sum + weight * own * (basis[j] ?? 0));
			right[i] = (right[i] ?? 0) + weight * own * flux;
		});
		square += weight * flux * flux;
	}
	return { zero, matrix, right, square };
}

/** A part of the least squares: some amplitudes free, the others 0. */
interface Part {
	readonly amplitudes: Vector;
	/** Of the amplitudes, 0 where they are held; not yet scaled to the scatter. */
	readonly covariance: readonly Vector[];
	readonly chiSquare: number;
	readonly free: Vector;
}

/** Past this inflation of a variance by the others, the angles are taken for the same. */
const GREATEST_INFLATION = 1e10;

function solve({ matrix, right, square }: Sums, free: Vector): Part | null {
	const size = (i: number): number => Math.sqrt(matrix[i]?.[i] ?? 0);
	if (!free.every((i) => size(i) > 0)) return null;
	const inverse = invert(free.map((i) => free.map((j) => (matrix[i]?.[j] ?? 0) / size(i) / size(j))));
	if (inverse?.every((row, k) => (row[k] ?? 0) > 0 && (row[k] ?? 0) < GREATEST_INFLATION) !== true) return null;
	const covariance = [0, 1, 2].map((i) =>
		[0, 1, 2].map((j) => {
			const [at, beside] = [free.indexOf(i), free.indexOf(j)];
			return at < 0 || beside < 0 ? 0 : (inverse[at]?.[beside] ?? 0) / size(i) / size(j);
		}),
	);
	const amplitudes = covariance.map((row) => row.reduce((sum, value, j) => sum + value * (right[j] ?? 0), 0));
	const explained = amplitudes.reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0);
	return { amplitudes, covariance, chiSquare: Math.max(0, square - explained), free };
}

/** Every choice of free amplitudes. */
const CHOICES: readonly Vector[] = [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]];

/** Least squares with no amplitude below 0: the best of the choices whose free amplitudes are above. */
function solveWithin(sums: Sums): Part | null {
	let best: Part | null = null;
	for (const free of CHOICES) {
		const part = solve(sums, free);
		if (part === null || !free.every((i) => (part.amplitudes[i] ?? 0) > 0)) continue;
		if (best === null || part.chiSquare < best.chiSquare) best = part;
	}
	return best;
}

/** Errors of H, G1 and G2 at amplitudes, by their derivatives and a covariance. */
function errorsAt(amplitudes: Vector, covariance: readonly Vector[], scale: number): [number, number, number] {
	const sum = amplitudes.reduce((total, value) => total + value, 0);
	const dot = (one: Vector, two: Vector): number => one.reduce((total, value, i) => total + value * (two[i] ?? 0), 0);
	const errOf = (slopes: Vector): number =>
		// what a limit holds has variance 0, which rounding may carry below
		Math.sqrt(
			Math.max(
				0,
				scale *
					dot(
						slopes,
						covariance.map((row) => dot(row, slopes)),
					),
			),
		);
	const ofShare = (k: number): number =>
		errOf(amplitudes.map((_, i) => ((i === k ? 1 : 0) - (amplitudes[k] ?? 0) / sum) / sum));
	return [errOf(amplitudes.map(() => 2.5 / Math.LN10 / sum)), ofShare(0), ofShare(1)];
}

/** Whether points and angles are enough to try; null when they are. */
function tooLittle(points: readonly PhasePoint[]): Untold | null {
	if (points.length < FEWEST_POINTS) return { kind: 'untold', why: 'points', has: points.length };
	const angles = points.map(({ phaseDeg }) => phaseDeg);
	const nearest = Math.min(...angles);
	const span = Math.max(...angles) - nearest;
	if (span < LEAST_SPAN_DEG) return { kind: 'untold', why: 'span', has: span };
	return nearest > NEAREST_DEG ? { kind: 'untold', why: 'nearest', has: nearest } : null;
}

/**
 * Weighted least squares of H, G1 and G2 in flux, held to G1 >= 0, G2 >= 0 and G1 + G2 <= 1. Where points or angles are too few, or
 * leave G1 or G2 as uncertain as their limits alone do, it says so in place of a fit.
 */
export function fitHg1g2(all: readonly PhasePoint[]): Hg1g2Fit | Untold {
	const points = usablePoints(all);
	const refused = tooLittle(points);
	if (refused !== null) return refused;
	const sums = sumsOf(points);
	const [found, unheld] = [solveWithin(sums), solve(sums, [0, 1, 2])];
	if (found === null || unheld === null) return { kind: 'untold', why: 'errors', has: Infinity };
	const scaleOf = (part: Part): number => part.chiSquare / (points.length - part.free.length);
	const [, ...slopeErrors] = errorsAt(found.amplitudes, unheld.covariance, scaleOf(unheld));
	const worst = Math.max(...slopeErrors);
	if (!(worst < UNTOLD_ERR)) return { kind: 'untold', why: 'errors', has: worst };
	const [one = 0, two = 0, three = 0] = found.amplitudes;
	const sum = one + two + three;
	const [h, g1, g2] = [sums.zero - 2.5 * Math.log10(sum), one / sum, two / sum];
	const [hErr, g1Err, g2Err] = errorsAt(found.amplitudes, found.covariance, scaleOf(found));
	const square = points.reduce((total, { phaseDeg, mag }) => total + (mag - hg1g2Mag(h, g1, g2, phaseDeg)) ** 2, 0);
	return {
		kind: 'fitted',
		h: { value: h, err: hErr },
		g1: { value: g1, err: g1Err },
		g2: { value: g2, err: g2Err },
		limits: (['g1', 'g2', 'sum'] as const).filter((_, i) => !found.free.includes(i)),
		rms: Math.sqrt(square / points.length),
		points: points.length,
	};
}
