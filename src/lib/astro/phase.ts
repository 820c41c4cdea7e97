import type { Fitted } from './fit.ts';

// Phase curves of the solar system: the H, G system of the IAU (Bowell et al. 1989, Asteroids II, eq. A4).

const A = [3.332, 1.862] as const;
const B = [0.631, 1.218] as const;
const C = [0.986, 0.238] as const;
const RAD = Math.PI / 180;

/** The two phase functions of the H, G system at a phase angle in degrees, 0 to 120: 1 at 0. */
export function phaseFunctions(phaseDeg: number): readonly [number, number] {
	const sin = Math.sin(phaseDeg * RAD);
	const tan = Math.tan((phaseDeg * RAD) / 2);
	const near = Math.exp(-90.56 * tan * tan);
	const of = (a: number, b: number, c: number): number => {
		const small = 1 - (c * sin) / (0.119 + 1.341 * sin - 0.754 * sin * sin);
		return near * small + (1 - near) * Math.exp(-a * tan ** b);
	};
	return [of(A[0], B[0], C[0]), of(A[1], B[1], C[1])];
}

/** Reduced magnitude at a phase angle in degrees, of absolute magnitude H and slope G. */
export function hgMag(h: number, g: number, phaseDeg: number): number {
	const [one, two] = phaseFunctions(phaseDeg);
	return h - 2.5 * Math.log10((1 - g) * one + g * two);
}

/** A magnitude brought to 1 au from the Sun and from the observer (distances in au), still at its phase angle. */
export function reducedMag(mag: number, helioAu: number, topoAu: number): number {
	return mag - 5 * Math.log10(helioAu * topoAu);
}

/** One measurement of a phase curve: degrees, reduced magnitude and its 1 sigma error. */
export interface PhasePoint {
	readonly phaseDeg: number;
	readonly mag: number;
	readonly err: number;
}

/** The measurements that a phase curve can be fitted to: an angle from 0 to 120 degrees, a magnitude, an error above 0. */
export function usablePoints(all: readonly PhasePoint[]): PhasePoint[] {
	return all.filter(({ phaseDeg, mag, err }) => phaseDeg >= 0 && phaseDeg < 120 && Number.isFinite(mag) && err > 0);
}

/** A fitted phase curve; `g` without error where it was assumed. Errors are scaled to the scatter about the curve. */
export interface PhaseFit {
	readonly h: Fitted;
	readonly g: Fitted;
	readonly isGAssumed: boolean;
	/** Root mean square about the curve, mag. */
	readonly rms: number;
	readonly points: number;
}

/** The slope that is taken where the measurements cannot tell it. */
export const USUAL_G = 0.15;
/** Fewest points, and least span of phase angles in degrees, that tell a slope. */
const FEWEST = 4;
const LEAST_SPAN = 4;
const STEPS = 100;

interface Normal {
	readonly chiSquare: number;
	readonly hh: number;
	readonly hg: number;
	readonly gg: number;
	readonly gradient: readonly [number, number];
}

/** Sums of the weighted least squares about H and G; null where the curve has no light at some point. */
function normal(points: readonly PhasePoint[], h: number, g: number): Normal | null {
	let [chiSquare, hh, hg, gg, toH, toG] = [0, 0, 0, 0, 0, 0];
	for (const { phaseDeg, mag, err } of points) {
		const [one, two] = phaseFunctions(phaseDeg);
		const light = (1 - g) * one + g * two;
		if (!(light > 0)) return null;
		const weight = 1 / (err * err);
		const miss = mag - (h - 2.5 * Math.log10(light));
		const slope = ((2.5 / Math.LN10) * (one - two)) / light;
		chiSquare += weight * miss * miss;
		hh += weight;
		hg += weight * slope;
		gg += weight * slope * slope;
		toH += weight * miss;
		toG += weight * miss * slope;
	}
	return { chiSquare, hh, hg, gg, gradient: [toH, toG] };
}

function withG(points: readonly PhasePoint[]): { h: number; g: number; at: Normal } | null {
	let [h, g] = [0, USUAL_G];
	let at = normal(points, h, g);
	if (at === null) return null;
	h = at.gradient[0] / at.hh;
	at = normal(points, h, g);
	for (let step = 0; step < STEPS && at !== null; step += 1) {
		const determinant: number = at.hh * at.gg - at.hg * at.hg;
		if (!(determinant > 1e-12 * at.hh * at.gg)) return null;
		const [toH, toG]: readonly [number, number] = at.gradient;
		const dh: number = (at.gg * toH - at.hg * toG) / determinant;
		const dg: number = (at.hh * toG - at.hg * toH) / determinant;
		let part = 1;
		let next = normal(points, h + dh, g + dg);
		while ((next === null || next.chiSquare > at.chiSquare * (1 + 1e-12)) && part > 1e-4) {
			part /= 2;
			next = normal(points, h + part * dh, g + part * dg);
		}
		if (next === null) return null;
		[h, g, at] = [h + part * dh, g + part * dg, next];
		if (Math.abs(dh) + Math.abs(dg) < 1e-11) break;
	}
	return at === null ? null : { h, g, at };
}

/**
 * Weighted least squares of H and G in magnitudes; where too few points or angles cannot tell G it is taken as 0.15. Null without
 * a point with an error above 0.
 */
export function fitPhaseCurve(all: readonly PhasePoint[]): PhaseFit | null {
	const points = usablePoints(all);
	if (points.length === 0) return null;
	const angles = points.map(({ phaseDeg }) => phaseDeg);
	const told = points.length >= FEWEST && Math.max(...angles) - Math.min(...angles) >= LEAST_SPAN;
	const found = told ? withG(points) : null;
	const rmsOf = (h: number, g: number): number =>
		Math.sqrt(points.reduce((sum, { phaseDeg, mag }) => sum + (mag - hgMag(h, g, phaseDeg)) ** 2, 0) / points.length);
	if (found !== null) {
		const { h, g, at } = found;
		const scale = at.chiSquare / Math.max(1, points.length - 2);
		const determinant = at.hh * at.gg - at.hg * at.hg;
		return {
			h: { value: h, err: Math.sqrt((scale * at.gg) / determinant) },
			g: { value: g, err: Math.sqrt((scale * at.hh) / determinant) },
			isGAssumed: false,
			rms: rmsOf(h, g),
			points: points.length,
		};
	}
	const first = normal(points, 0, USUAL_G);
	if (first === null) return null;
	const h = first.gradient[0] / first.hh;
	const about = normal(points, h, USUAL_G);
	const scale = points.length > 1 && about !== null ? about.chiSquare / (points.length - 1) : 1;
	return {
		h: { value: h, err: Math.sqrt(scale / first.hh) },
		g: { value: USUAL_G, err: 0 },
		isGAssumed: true,
		rms: rmsOf(h, USUAL_G),
		points: points.length,
	};
}
