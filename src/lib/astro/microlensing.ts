/** One measured flux, in any one unit for all points of a band; `err` above 0. */
export interface FluxPoint {
	readonly mjd: number;
	readonly flux: number;
	readonly err: number;
	readonly band: string;
}

/** A point lens in front of a point source (Paczynski 1986), fitted to fluxes of one or more bands at once. */
export interface LensFit {
	/** Time of closest approach, MJD. */
	readonly t0: number;
	/** Time to cross the Einstein radius, days. */
	readonly tE: number;
	/** Closest approach in Einstein radii. */
	readonly u0: number;
	readonly chi2: number;
	/** Of the best constant in each band. */
	readonly chi2Constant: number;
	/** Points less parameters of the fit. */
	readonly freedom: number;
	/** By band: flux of the lensed source and the constant beside it, f(t) = source (A(t) - 1) + constant. */
	readonly bands: Readonly<Record<string, { readonly source: number; readonly constant: number }>>;
}

/** Magnification of a point source by a point lens at separation u > 0 in Einstein radii (Paczynski 1986, ApJ 304, 1). */
export function magnification(u: number): number {
	return (u * u + 2) / (u * Math.sqrt(u * u + 4));
}

interface Band {
	readonly name: string;
	readonly mjd: Float64Array;
	readonly flux: Float64Array;
	/** 1 / err^2 */
	readonly weight: Float64Array;
	/** A(t) - 1 of the trial in hand. */
	readonly shape: Float64Array;
}

function bandsOf(points: readonly FluxPoint[]): Band[] {
	const names = [...new Set(points.map(({ band }) => band))].sort();
	return names.map((name) => {
		const mine = points.filter(({ band }) => band === name);
		return {
			name,
			mjd: Float64Array.from(mine, ({ mjd }) => mjd),
			flux: Float64Array.from(mine, ({ flux }) => flux),
			weight: Float64Array.from(mine, ({ err }) => 1 / (err * err)),
			shape: new Float64Array(mine.length),
		};
	});
}

/** Source and constant of a band for the shape in hand, by weighted least squares with source >= 0, and their chi-square. */
function solve({ flux, weight, shape }: Band): { source: number; constant: number; chi2: number } {
	let w = 0;
	let ws = 0;
	let wf = 0;
	let wss = 0;
	let wsf = 0;
	for (let i = 0; i < flux.length; i += 1) {
		const p = weight[i] ?? 0;
		const s = shape[i] ?? 0;
		const f = flux[i] ?? 0;
		w += p;
		ws += p * s;
		wf += p * f;
		wss += p * s * s;
		wsf += p * s * f;
	}
	const determinant = w * wss - ws * ws;
	const source = determinant > 1e-12 * w * wss ? Math.max(0, (w * wsf - ws * wf) / determinant) : 0;
	const constant = (wf - source * ws) / w;
	let chi2 = 0;
	for (let i = 0; i < flux.length; i += 1) {
		const left = (flux[i] ?? 0) - source * (shape[i] ?? 0) - constant;
		chi2 += (weight[i] ?? 0) * left * left;
	}
	return { source, constant, chi2 };
}

/** Chi-square at (t0, ln tE, ln u0), the fluxes solved for. */
function chi2At(bands: readonly Band[], [t0, logTE, logU0]: readonly [number, number, number]): number {
	const tE = Math.exp(logTE);
	const u0 = Math.exp(logU0);
	let chi2 = 0;
	for (const band of bands) {
		for (let i = 0; i < band.mjd.length; i += 1) {
			const x = ((band.mjd[i] ?? 0) - t0) / tE;
			band.shape[i] = magnification(Math.sqrt(u0 * u0 + x * x)) - 1;
		}
		chi2 += solve(band).chi2;
	}
	return chi2;
}

const GRID_TE = [4, 10, 25, 60, 150].map(Math.log);
const GRID_U0 = [0.05, 0.2, 0.5, 0.9].map(Math.log);
const LOWEST = [Number.NEGATIVE_INFINITY, Math.log(0.5), Math.log(0.001)] as const;
const HIGHEST = [Number.POSITIVE_INFINITY, Math.log(1000), Math.log(2)] as const;

type Place = [number, number, number];

/** Nelder and Mead's simplex from a place of the grid. */
function descend(bands: readonly Band[], start: Place, steps: Place): { at: Place; chi2: number } {
	const bounded = (at: Place): Place => [
		at[0],
		Math.min(HIGHEST[1], Math.max(LOWEST[1], at[1])),
		Math.min(HIGHEST[2], Math.max(LOWEST[2], at[2])),
	];
	const measured = (at: Place) => {
		const inside = bounded(at);
		return { at: inside, chi2: chi2At(bands, inside) };
	};
	const simplex = [measured(start)];
	for (const k of [0, 1, 2] as const) {
		const at: Place = [...start];
		at[k] += steps[k];
		simplex.push(measured(at));
	}
	const between = (from: Place, to: Place, share: number): Place => [
		from[0] + share * (to[0] - from[0]),
		from[1] + share * (to[1] - from[1]),
		from[2] + share * (to[2] - from[2]),
	];
	for (let round = 0; round < 400; round += 1) {
		simplex.sort((a, b) => a.chi2 - b.chi2);
		const [best, second, third, worst] = simplex;
		if (best === undefined || second === undefined || third === undefined || worst === undefined) break;
		const wide =
			Math.abs(worst.at[0] - best.at[0]) + Math.abs(worst.at[1] - best.at[1]) + Math.abs(worst.at[2] - best.at[2]);
		if (worst.chi2 - best.chi2 <= 1e-10 * (best.chi2 + 1e-6) && wide < 1e-6) break;
		const centre: Place = [
			(best.at[0] + second.at[0] + third.at[0]) / 3,
			(best.at[1] + second.at[1] + third.at[1]) / 3,
			(best.at[2] + second.at[2] + third.at[2]) / 3,
		];
		const mirrored = measured(between(worst.at, centre, 2));
		if (mirrored.chi2 < best.chi2) {
			const further = measured(between(worst.at, centre, 3));
			simplex[3] = further.chi2 < mirrored.chi2 ? further : mirrored;
		} else if (mirrored.chi2 < third.chi2) simplex[3] = mirrored;
		else {
			const nearer = measured(between(worst.at, centre, mirrored.chi2 < worst.chi2 ? 1.5 : 0.5));
			if (nearer.chi2 < Math.min(worst.chi2, mirrored.chi2)) simplex[3] = nearer;
			else for (const k of [1, 2, 3] as const) simplex[k] = measured(between(best.at, simplex[k]?.at ?? best.at, 0.5));
		}
	}
	simplex.sort((a, b) => a.chi2 - b.chi2);
	return simplex[0] ?? { at: start, chi2: Number.POSITIVE_INFINITY };
}

/**
 * Fits one point lens to all bands at once: t0, tE and u0 shared (a lens knows no colour), source flux and constant of each band by
 * linear least squares. A grid of 5 x 4 shapes about the brightest point of each band, then a simplex from the best. Null with fewer points than
 * parameters + 2. The constant takes up whatever is not lensed, so differences from a template serve as well as fluxes.
 */
export function fitLens(points: readonly FluxPoint[]): LensFit | null {
	const bands = bandsOf(points);
	const freedom = points.length - 3 - 2 * bands.length;
	if (freedom < 2) return null;
	let chi2Constant = 0;
	const peaks: number[] = [];
	for (const band of bands) {
		band.shape.fill(0);
		chi2Constant += solve(band).chi2;
		let brightest = 0;
		for (let i = 1; i < band.flux.length; i += 1) {
			// by signal over noise: a poor point is no peak
			const share = (k: number) => (band.flux[k] ?? 0) * Math.sqrt(band.weight[k] ?? 0);
			if (share(i) > share(brightest)) brightest = i;
		}
		peaks.push(band.mjd[brightest] ?? 0);
	}
	let start: Place = [peaks[0] ?? 0, GRID_TE[2] ?? 0, GRID_U0[1] ?? 0];
	let least = Number.POSITIVE_INFINITY;
	for (const peak of new Set(peaks)) {
		for (const logTE of GRID_TE) {
			for (const shift of [-0.3, 0, 0.3]) {
				for (const logU0 of GRID_U0) {
					const at: Place = [peak + shift * Math.exp(logTE), logTE, logU0];
					const chi2 = chi2At(bands, at);
					if (chi2 < least) {
						least = chi2;
						start = at;
					}
				}
			}
		}
	}
	const { at } = descend(bands, start, [0.2 * Math.exp(start[1]), 0.4, 0.4]);
	const chi2 = chi2At(bands, at);
	const fluxes = bands.map((band) => [band.name, solve(band)] as const);
	return {
		t0: at[0],
		tE: Math.exp(at[1]),
		u0: Math.exp(at[2]),
		chi2,
		chi2Constant,
		freedom,
		bands: Object.fromEntries(fluxes.map(([name, { source, constant }]) => [name, { source, constant }])),
	};
}
