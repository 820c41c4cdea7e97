import { type Stream, uniformOf, normalOf } from './random.ts';

/** Effective wavelengths of u g r i z y, Angstrom. */
export const WAVELENGTH = [3670, 4780, 6220, 7550, 8690, 9710] as const;

/** Rise and fade times of the shape of Bazin et al. (2009) from half-peak times in days. */
export interface Bump {
	readonly rise: number;
	readonly fade: number;
	readonly peak: number;
	readonly top: number;
	/** Days from the peak to the explosion, negative. */
	readonly start: number;
}

function raw(bump: { rise: number; fade: number }, t: number): number {
	return Math.exp(-t / bump.fade) / (1 + Math.exp(-t / bump.rise));
}

/** A bump with these half-rise and half-fade times (days, from half peak to peak and from peak to half). */
export function makeBump(halfRise: number, halfFade: number, start: number): Bump {
	let rise = 0.4 * halfRise;
	let fade = Math.max(1.05 * halfFade, 1.3 * rise);
	for (let step = 0; step < 12; step++) {
		const peak = rise * Math.log(fade / rise - 1);
		const top = raw({ rise, fade }, peak);
		const up = halfTime({ rise, fade }, peak, top, -1);
		const down = halfTime({ rise, fade }, peak, top, 1);
		rise = Math.max(0.05 * halfRise, rise * (halfRise / up) ** 0.9);
		fade = Math.max(2.05 * rise, fade * (halfFade / down) ** 0.9);
	}
	const peak = rise * Math.log(fade / rise - 1);
	return { rise, fade, peak, top: raw({ rise, fade }, peak), start };
}

function halfTime(bump: { rise: number; fade: number }, peak: number, top: number, sign: number): number {
	let low = 0;
	let high = 60 * (bump.rise + bump.fade);
	for (let step = 0; step < 40; step++) {
		const middle = (low + high) / 2;
		if (raw(bump, peak + sign * middle) > top / 2) low = middle;
		else high = middle;
	}
	return low;
}

/** Flux relative to the peak at t days from it; zero before the explosion, quadratic below 0.3 of the peak on the rise. */
export function bumpFlux(bump: Bump, t: number): number {
	if (t <= bump.start) return 0;
	if (t >= 0) return raw(bump, t + bump.peak) / bump.top;
	const knee = kneeOf(bump);
	if (t >= knee.at) return raw(bump, t + bump.peak) / bump.top;
	return knee.value * ((t - bump.start) / (knee.at - bump.start)) ** 2;
}

const knees = new WeakMap<Bump, { at: number; value: number }>();

function kneeOf(bump: Bump): { at: number; value: number } {
	const known = knees.get(bump);
	if (known) return known;
	let low = bump.start;
	let high = 0;
	for (let step = 0; step < 40; step++) {
		const middle = (low + high) / 2;
		if (raw(bump, middle + bump.peak) / bump.top > 0.3) high = middle;
		else low = middle;
	}
	const at = Math.max(high, bump.start * 0.97);
	const knee = { at, value: raw(bump, at + bump.peak) / bump.top };
	knees.set(bump, knee);
	return knee;
}

/** Planck function per unit frequency at a wavelength (Angstrom) and temperature (K), arbitrary scale. */
export function planck(angstrom: number, kelvin: number): number {
	const x = 1.43877e8 / (angstrom * kelvin);
	return 1 / (angstrom ** 3 * Math.expm1(Math.min(600, x)));
}

/**
 * A stationary Gaussian process of unit variance and correlation exp(-|dt|/tau) (damped random walk),
 * a pure function of (key, time): exact at knots tau/16 apart, conditional mean between them.
 */
export class RandomWalk {
	private readonly step: number;
	private readonly decay: number;
	private readonly kick: number;
	private readonly forward: number[] = [];
	private readonly backward: number[] = [];

	constructor(
		private readonly key: number,
		tauDays: number,
		private readonly anchor = 61_000,
	) {
		this.step = Math.max(0.05, tauDays / 16);
		this.decay = Math.exp(-this.step / tauDays);
		this.kick = Math.sqrt(1 - this.decay * this.decay);
		this.forward.push(normalOf(key, 0));
		this.backward.push(this.forward[0] ?? 0);
	}

	private knot(n: number): number {
		const side = n >= 0 ? this.forward : this.backward;
		const wanted = Math.abs(n);
		while (side.length <= wanted) {
			side.push(
				this.decay * (side[side.length - 1] ?? 0) + this.kick * normalOf(this.key, side.length, n >= 0 ? 1 : 2),
			);
		}
		return side[wanted] ?? 0;
	}

	/** Value at MJD. */
	at(mjd: number): number {
		const place = (mjd - this.anchor) / this.step;
		const below = Math.floor(place);
		const weight = place - below;
		return this.knot(below) * (1 - weight) + this.knot(below + 1) * weight;
	}
}

/** Fourier series in magnitude scaled to a peak-to-peak amplitude of 1, from ratios R21.. and phases phi21.. (cosine, phi_k1 = phi_k - k phi_1). */
export function fourierShape(ratios: readonly number[], phases: readonly number[]): (phase: number) => number {
	const evaluate = (phase: number) => {
		let sum = Math.cos(2 * Math.PI * phase);
		for (let k = 0; k < ratios.length; k++)
			sum += (ratios[k] ?? 0) * Math.cos(2 * Math.PI * (k + 2) * phase + (phases[k] ?? 0));
		return sum;
	};
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (let n = 0; n < 100; n++) {
		const value = evaluate(n / 100);
		low = Math.min(low, value);
		high = Math.max(high, value);
	}
	const middle = (low + high) / 2;
	const range = high - low;
	return (phase) => (evaluate(phase) - middle) / range;
}

/** Mean of the middle 60 % of a flux over epochs of the reference image, years before the simulation. */
export function referenceMean(key: number, flux: (mjd: number) => number, count = 20): number {
	const values = new Float64Array(count);
	for (let n = 0; n < count; n++) values[n] = flux(60_250 + 400 * uniformOf(key, n, 991));
	values.sort();
	const cut = Math.floor(count / 5);
	const kept = values.subarray(cut, count - cut);
	return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

/** Draws from a piecewise-linear inverse distribution given at 10, 50 and 90 %. */
export function quantileDraw(stream: Stream, low: number, middle: number, high: number): number {
	const u = stream.between(0.02, 0.98);
	return u < 0.5 ? middle + ((middle - low) * (u - 0.5)) / 0.4 : middle + ((high - middle) * (u - 0.5)) / 0.4;
}
