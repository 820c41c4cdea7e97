// Numbers of BOOM's own tests, and of its published formulas, asked of the language that filters are written in.
import { describe, expect, it } from 'vitest';
import type { CurvePoint, EnrichedAlert } from '#lib/alert/enriched.ts';
import { check, FilterSet, Pool } from '#lib/filter/index.ts';
import { exampleAlert, readExample } from '#server/ingest/filter/example.ts';
import { checkSystemFilter, SYSTEM_FILTERS } from '#server/ingest/filter/system.ts';

const BASE = exampleAlert(readExample('{}', 'test'));

function value(expression: string, alert: EnrichedAlert = BASE): unknown {
	const { filter, problems } = check(`mag is present or mag is absent\nannotate x = ${expression}`);
	if (filter === null) throw new Error(problems[0]?.message);
	const [run] = new FilterSet([filter]).run([alert]);
	return run?.hits.annotations[0]?.values[0];
}

/** The alert with a light curve of these days, magnitudes and error. */
function withCurve(mags: readonly number[], err: number): EnrichedAlert {
	const template = BASE.curve[0] as CurvePoint;
	const curve = mags.map((mag, i): CurvePoint => ({
		...template,
		mjd: BASE.alert.mjd - mags.length + i,
		mag,
		magErr: err,
	}));
	return { ...BASE, curve };
}

describe('golden numbers of BOOM', () => {
	it('flux to magnitude, in our one unit of flux', () => {
		// 200 +- 20 with zero point 23.9 is 18.147425 +- 0.108574; ours is nJy with zero point 31.4
		expect(value('magOf(200 * pow(10, 3))')).toBeCloseTo(18.147425, 6);
		expect(value('magOf(36307.8)')).toBeCloseTo(20, 5);
		expect(value('fluxOf(20)')).toBeCloseTo(36307.8, 1);
		expect(value('2.5 / ln(10) * 20 / 200')).toBeCloseTo(0.108574, 6);
	});

	it('weighted slope, its error and reduced chi-square', () => {
		const line = withCurve([2.0, 4.1, 6.0, 8.1, 10.2], 0.1);
		expect(value('slope(detections)', line)).toBeCloseTo(2.04, 5);
		expect(value('slopeError(detections)', line)).toBeCloseTo(0.031623, 5);
		expect(value('slopeChi2(detections)', line)).toBeCloseTo(0.4, 4);
		const two = withCurve([2, 4], 0.1);
		expect(value('slope(detections)', two)).toBeCloseTo(2, 5);
		expect(value('slopeError(detections)', two)).toBeCloseTo(0.141421, 5);
		expect(value('slopeChi2(detections)', two)).toBeNull();
	});

	it.each([0, -0.1, Number.NaN])('no fit where the error is %d', (err) => {
		expect(value('slope(detections)', withCurve([2, 4, 6], err))).toBeNull();
	});
});

describe('the luminosity distance in a Rubin filter of Fink', () => {
	const entry = SYSTEM_FILTERS.find(({ topic }) => topic === 'fink.lsst.sn-near-galaxy-candidate');

	/** Mpc for H0 70, Om 0.3, flat: Simpson's rule over 1 / E(z). */
	function integrated(redshift: number): number {
		const steps = 2000;
		const inverseE = (z: number) => 1 / Math.sqrt(0.3 * (1 + z) ** 3 + 0.7);
		let sum = inverseE(0) + inverseE(redshift);
		for (let i = 1; i < steps; i += 1) sum += (i % 2 === 1 ? 4 : 2) * inverseE((i * redshift) / steps);
		return ((299_792.458 / 70) * (1 + redshift) * sum * redshift) / steps / 3;
	}

	it.each([0.001, 0.01, 0.1, 0.3, 0.8, 1.5])('is right at z = %d', (redshift) => {
		if (entry === undefined) throw new Error('no such filter');
		// bright enough to be a supernova at that distance
		const flux = 10 ** ((31.4 - (-18 + 25 + 5 * Math.log10(integrated(redshift)))) / 2.5);
		const fields = { 'lsst.nDiaSources': 7, 'lsst.r_psfFluxMax': flux };
		const example = { survey: 'lsst', matches: [{ catalog: 'PhotoZ', redshift }], fields };
		const filter = checkSystemFilter(entry, new Pool());
		const [run] = new FilterSet([filter]).run([exampleAlert(readExample(JSON.stringify(example), 'test'))]);
		const [absolute, distance] = run?.hits.annotations.map(({ values }) => Number(values[0])) ?? [];
		expect((distance ?? 0) / integrated(redshift)).toBeCloseTo(1, 2);
		expect(absolute).toBeCloseTo(-18, 1);
	});
});
