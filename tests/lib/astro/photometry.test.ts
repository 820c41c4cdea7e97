import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
	fluxErrFromMag,
	fluxFromCounts,
	fluxFromMag,
	limitMagFromFluxErr,
	magErrFromFlux,
	magFromFlux,
} from '#lib/astro/photometry.ts';

it('has AB magnitude 31.4 at 1 nJy and 23.9 at 1 uJy', () => {
	expect(magFromFlux(1)).toBe(31.4);
	expect(magFromFlux(1000)).toBeCloseTo(23.9, 12);
	expect(fluxFromMag(16.4)).toBeCloseTo(1e6, 6);
});

it('takes the magnitude of the size of a negative flux, and none of no flux', () => {
	expect(magFromFlux(-35000)).toBe(magFromFlux(35000));
	expect(magErrFromFlux(-100, 10)).toBe(magErrFromFlux(100, 10));
	expect(magFromFlux(0)).toBeNaN();
	expect(magFromFlux(-0)).toBeNaN();
	expect(magErrFromFlux(0, 1)).toBeNaN();
	expect(magFromFlux(NaN)).toBeNaN();
});

it('gives an error of 1.0857 / SNR', () => {
	expect(magErrFromFlux(500, 100)).toBeCloseTo(0.21715, 5);
});

it('gives 5 sigma limits unless told otherwise', () => {
	expect(limitMagFromFluxErr(100)).toBe(magFromFlux(500));
	expect(limitMagFromFluxErr(100, 3)).toBe(magFromFlux(300));
	expect(limitMagFromFluxErr(0)).toBeNaN();
	expect(limitMagFromFluxErr(NaN)).toBeNaN();
});

it('has the golden numbers of BOOM: flux 200 +- 20 at zero points 23.9 and 25.0, the limit of its error, true nJy of magnitude 20', () => {
	for (const [zeroPoint, mag] of [
		[23.9, 18.147425],
		[25, 19.247425],
	] as const) {
		const [flux, err] = [fluxFromCounts(200, zeroPoint), fluxFromCounts(20, zeroPoint)];
		expect(magFromFlux(flux)).toBeCloseTo(mag, 6);
		expect(magErrFromFlux(flux, err)).toBeCloseTo(0.108574, 6);
	}
	expect(limitMagFromFluxErr(fluxFromCounts(20, 23.9))).toBeCloseTo(18.9, 6);
	expect(fluxFromMag(20)).toBeCloseTo(36_307.8, 1);
});

it('turns counts into flux by the zero point, with their sign', () => {
	expect(fluxFromCounts(1, 31.4)).toBe(1);
	expect(magFromFlux(fluxFromCounts(250, 26.275))).toBeCloseTo(26.275 - 2.5 * Math.log10(250), 12);
	expect(fluxFromCounts(-10, 25)).toBe(-fluxFromCounts(10, 25));
});

it('turns magnitudes and errors into flux and back', () => {
	fc.assert(
		fc.property(
			fc.double({ min: -5, max: 35, noNaN: true }),
			fc.double({ min: 0.001, max: 2, noNaN: true }),
			(mag, magErr) => {
				const flux = fluxFromMag(mag);
				expect(magFromFlux(flux)).toBeCloseTo(mag, 10);
				expect(magErrFromFlux(flux, fluxErrFromMag(mag, magErr))).toBeCloseTo(magErr, 10);
			},
		),
	);
});
