import { describe, expect, it } from 'vitest';
import { separationArcsec } from '#lib/astro/sphere.ts';
import { comovingMpc, distanceModulus } from '#server/simulate/cosmology.ts';
import { EXTINCTION } from '#server/simulate/dust.ts';
import { moonPosition, sunPosition } from '#server/simulate/ephemeris.ts';
import type { Birth } from '#server/simulate/object.ts';
import { phaseDimming } from '#server/simulate/populations/asteroids.ts';
import { flareShape } from '#server/simulate/populations/cataclysmic.ts';
import { magnification, makeLensing } from '#server/simulate/populations/lensing.ts';
import { makePulsator } from '#server/simulate/populations/pulsating.ts';
import { makeExplosion } from '#server/simulate/populations/supernovae.ts';
import { bumpFlux, makeBump, RandomWalk } from '#server/simulate/shapes.ts';

const birth = (n: number, depth: 'ztf' | 'lsst' = 'ztf'): Birth => ({
	seed: 3,
	key: n * 7919,
	serial: n,
	year: 2026,
	depth,
	day: 61_000,
});
const R = 2;

describe('light curves', () => {
	it('reach the absolute magnitude, distance modulus and dust of their truth at peak', () => {
		for (const kind of ['SNIa', 'SNIbc', 'SNII', 'SNIIn', 'SLSN', 'TDE', 'KN', 'FBOT']) {
			const made = makeExplosion(kind, birth(11));
			if (!made) throw new Error(`no ${kind}`);
			const { absoluteMag, modulus, hostEbv } = made.parameters;
			expect(Number(modulus)).toBeCloseTo(distanceModulus(made.z), 10);
			const dust = EXTINCTION[R] * (made.ebv + Number(hostEbv));
			const mag = Number(absoluteMag) + Number(modulus) + dust - 2.5 * Math.log10(1 + made.z);
			expect(31.4 - 2.5 * Math.log10(made.flux(R, made.t0, 0)), kind).toBeCloseTo(mag, 6);
		}
	});

	it('are dark before the explosion and fade afterwards', () => {
		for (const kind of ['SNIa', 'SNII', 'SNIbc', 'FBOT']) {
			const made = makeExplosion(kind, birth(5));
			if (!made) throw new Error(`no ${kind}`);
			expect(made.flux(R, made.from - 1, 0)).toBe(0);
			expect(made.flux(R, made.t0 + 100 * (1 + made.z), 0)).toBeLessThan(0.5 * made.flux(R, made.t0, 0));
		}
	});

	it('have the half-peak times that were asked for', () => {
		for (const [rise, fade] of [
			[9.1, 12.5],
			[10.5, 17],
			[18, 45],
			[25, 40],
		] as const) {
			const bump = makeBump(rise, fade, -4 * rise);
			expect(bumpFlux(bump, 0)).toBeCloseTo(1, 9);
			expect(bumpFlux(bump, -rise)).toBeCloseTo(0.5, 2);
			expect(bumpFlux(bump, fade)).toBeCloseTo(0.5, 2);
		}
		expect(makeBump(9.1, 12.5, -20).rise).toBeCloseTo(3.73, 1);
		expect(makeBump(9.1, 12.5, -20).fade).toBeCloseTo(11.9, 1);
	});

	it('of SN Ia have the second bump in i and the colour a month after peak', () => {
		const colours: number[] = [];
		let bumps = 0;
		for (let n = 0; n < 60; n++) {
			const made = makeExplosion('SNIa', birth(100 + n));
			if (made?.parameters['x1'] === undefined) continue;
			const at = (band: number, days: number) => made.flux(band, made.t0 + days * (1 + made.z), 0);
			const reddening = 1.01 * (made.ebv + Number(made.parameters['hostEbv'])) + Number(made.parameters['c']);
			colours.push(-2.5 * Math.log10(at(1, 27) / at(R, 27)) - reddening);
			if (at(3, 25) > at(3, 15) * 0.9) bumps++;
		}
		colours.sort((a, b) => a - b);
		expect(colours[colours.length >> 1]).toBeGreaterThan(0.6);
		expect(colours[colours.length >> 1]).toBeLessThan(1.2);
		expect(bumps).toBeGreaterThan(colours.length / 2);
	});

	it('of RR Lyrae repeat with their period', () => {
		let found = 0;
		for (let n = 0; n < 12; n++) {
			const made = makePulsator('RRab', birth(200 + n));
			if (!made || made.parameters['blazhko'] !== 0) continue;
			found++;
			const period = Number(made.parameters['period']);
			for (const phase of [0.1, 0.37, 0.8]) {
				const first = made.flux(1, made.t0 + phase * period, 0);
				expect(made.flux(1, made.t0 + (phase + 40) * period, 0) / first).toBeCloseTo(1, 6);
			}
		}
		expect(found).toBeGreaterThan(3);
	});

	it('of lensed stars peak at their closest approach', () => {
		expect(magnification(1)).toBeCloseTo(3 / Math.sqrt(5), 12);
		const made = makeLensing(birth(7));
		if (!made) throw new Error('no event');
		const base = 10 ** (0.4 * (31.4 - (made.referenceMag[R] ?? 0)));
		const expected = base * Number(made.parameters['blend']) * (magnification(Number(made.parameters['u0'])) - 1);
		expect(made.flux(R, made.t0, 0) / expected).toBeCloseTo(1, 9);
		expect(made.flux(R, made.t0 + 3, 0)).toBeLessThan(made.flux(R, made.t0, 0));
	});

	it('of flares rise from nothing to one', () => {
		expect(flareShape(-1.01)).toBe(0);
		expect(flareShape(-1e-9)).toBeCloseTo(1, 6);
		expect(flareShape(1)).toBeLessThan(0.4);
	});
});

describe('the damped random walk', () => {
	it('has unit variance and falls to 1/e in correlation over its time scale', () => {
		const tau = 20;
		let square = 0;
		let product = 0;
		const walks = 4000;
		for (let n = 0; n < walks; n++) {
			const walk = new RandomWalk(n * 31 + 5, tau, 61_000);
			// knots lie tau / 16 apart: these are knots
			const a = walk.at(61_000);
			const b = walk.at(61_000 + tau);
			square += (a * a + b * b) / 2;
			product += a * b;
		}
		expect(square / walks).toBeGreaterThan(0.96);
		expect(square / walks).toBeLessThan(1.04);
		expect(product / walks).toBeGreaterThan(Math.exp(-1) - 0.04);
		expect(product / walks).toBeLessThan(Math.exp(-1) + 0.04);
	});

	it('does not depend on the order in which it is asked', () => {
		const forward = new RandomWalk(9, 30);
		const backward = new RandomWalk(9, 30);
		const times = [60_500, 60_900, 61_000.3, 61_400];
		const first = times.map((time) => forward.at(time));
		expect(
			[...times]
				.reverse()
				.map((time) => backward.at(time))
				.reverse(),
		).toEqual(first);
	});
});

describe('cosmology, orbits and sky', () => {
	it('agrees with the standard flat universe', () => {
		// astropy FlatLambdaCDM(H0=70, Om0=0.3)
		expect(comovingMpc(0.1)).toBeCloseTo(418.454, 1);
		expect(comovingMpc(1)).toBeCloseTo(3303.829, 0);
		expect(distanceModulus(0.5)).toBeCloseTo(42.2612, 3);
	});

	it('dims asteroids by phase as Bowell et al. (1989)', () => {
		expect(phaseDimming(0, 0.15)).toBeCloseTo(0, 9);
		expect(phaseDimming((20 * Math.PI) / 180, 0.15)).toBeCloseTo(1.0, 2);
	});

	it('puts the Sun and the Moon where they were', () => {
		// astropy 5.2 get_sun and get_body at MJD 61364.3333 UTC: 235.36 -19.63 and 359.55 +3.04 on J2000 axes, here of date
		const sun = sunPosition(61_364 + 8 / 24);
		expect(separationArcsec(sun.ra, sun.dec, 235.36, -19.63) / 3600).toBeLessThan(0.5);
		const moon = moonPosition(61_364 + 8 / 24);
		expect(separationArcsec(moon.ra, moon.dec, 359.55, 3.04) / 3600).toBeLessThan(1);
		expect(moon.lit).toBeCloseTo((1 - Math.cos((123.1 * Math.PI) / 180)) / 2, 1);
	});
});
