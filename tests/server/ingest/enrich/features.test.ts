import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CurvePoint } from '#lib/alert/enriched.ts';
import { FEATURE_BANDS, featurePlace, featurePlacesOf, FEATURES } from '#lib/alert/features.ts';
import { fluxFromMag, magErrFromFlux, magFromFlux } from '#lib/astro/photometry.ts';
import { fitLine } from '#server/ingest/enrich/features/fit.ts';
import { computeFeatures, writeAssociated } from '#server/ingest/enrich/features/index.ts';
import { lnPhi } from '#server/ingest/enrich/features/statistics.ts';
import { makeAlert } from '../../../support/alerts.ts';

type Row = [CurvePoint['kind'], string, ...(number | null)[]];
interface Golden {
	readonly cases: readonly {
		readonly name: string;
		readonly mjd: number;
		readonly curve: readonly Row[] | null;
		readonly features: Readonly<Record<string, number | null>>;
	}[];
	readonly lnPhi: readonly (readonly [number, number])[];
}

const golden = JSON.parse(
	readFileSync(new URL('../../../fixtures/golden/features.json', import.meta.url), 'utf8'),
) as Golden;

/** A point whose magnitude follows from its flux. */
function seen(mjd: number, psfFlux: number, over: Partial<CurvePoint> = {}): CurvePoint {
	const psfFluxErr = over.psfFluxErr ?? 40;
	return {
		kind: 'detection',
		band: 'r',
		mjd,
		psfFlux,
		psfFluxErr,
		mag: magFromFlux(psfFlux),
		magErr: magErrFromFlux(psfFlux, psfFluxErr),
		limitMag: 20.5,
		positive: psfFlux > 0,
		ra: Number.NaN,
		dec: Number.NaN,
		programme: 'public',
		...over,
	};
}

function pointOf([kind, band, ...rest]: Row): CurvePoint {
	const [mjd, psfFlux, psfFluxErr, mag, magErr, limitMag, positive, ra, dec] = rest.map((value) => value ?? Number.NaN);
	const nan = Number.NaN;
	return {
		kind,
		band,
		mjd: mjd ?? nan,
		psfFlux: psfFlux ?? nan,
		psfFluxErr: psfFluxErr ?? nan,
		mag: mag ?? nan,
		magErr: magErr ?? nan,
		limitMag: limitMag ?? nan,
		positive: typeof positive === 'boolean' ? positive : null,
		ra: ra ?? nan,
		dec: dec ?? nan,
		programme: 'public',
	};
}

/** The curve of 2,000 points of scripts/golden/features.py. */
const wave = Array.from({ length: 2000 }, (_, i) =>
	seen(60000 + 0.37 * i, 20000 + 5000 * Math.sin(0.7 * i) + ((i * 7919) % 101), {
		band: i % 2 === 0 ? 'g' : 'r',
		psfFluxErr: 30 + (i % 7),
		magErr: magErrFromFlux(20000 + 5000 * Math.sin(0.7 * i) + ((i * 7919) % 101), 30 + (i % 7)),
	}),
);

const value = (values: Float64Array, name: string): number => {
	const place = featurePlace(name);
	if (place < 0) throw new Error(`no feature ${name}`);
	return values[place] ?? Number.NaN;
};

/** Features that the packet decides and not the curve. */
const OF_PACKET = new Set(['rock', 'star', 'nearBrightStar', 'nPacketDetections', 'roid']);

describe('features of a light curve', () => {
	it.each(golden.cases)('agree with numpy, scipy and light-curve: $name', ({ mjd, curve, features }) => {
		const alert = makeAlert({ alertId: 1n, survey: 'lsst', mjd, fields: [] });
		const values = computeFeatures(alert, curve?.map(pointOf) ?? wave);
		const wrong: unknown[] = [];
		FEATURES.forEach(({ name, scope }, place) => {
			if (scope === 'combined' || OF_PACKET.has(name)) return;
			const got = values[place] ?? Number.NaN;
			const expected = features[name] ?? Number.NaN;
			const isTime = name.endsWith('Mjd');
			const tolerance = isTime ? 1e-8 : 1e-6 * Math.max(1, Math.abs(expected));
			if (Number.isNaN(expected) ? !Number.isNaN(got) : !(Math.abs(got - expected) <= tolerance)) {
				wrong.push({ name, got, expected });
			}
		});
		expect(wrong).toEqual([]);
	});

	it('do not depend on the order of the points', () => {
		const row = golden.cases.find(({ name }) => name === 'random signed 80');
		const points = (row?.curve ?? []).map(pointOf);
		const alert = makeAlert({ alertId: 1n, survey: 'lsst', mjd: row?.mjd ?? 0, fields: [] });
		const sorted = [...points].sort((a, b) => a.mjd - b.mjd);
		const expected = computeFeatures(alert, sorted);
		// sums in another order differ by rounding alone
		computeFeatures(alert, points).forEach((value, place) => {
			const other = expected[place] ?? Number.NaN;
			if (Number.isNaN(other)) expect(value).toBeNaN();
			else expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-6 * Math.abs(other));
		});
	});
});

describe('golden numbers of the notes', () => {
	it('weighted slope of five points', () => {
		const fit = fitLine([1, 2, 3, 4, 5], [2.0, 4.1, 6.0, 8.1, 10.2], Array<number>(5).fill(0.1));
		expect(fit?.rate).toBeCloseTo(2.04, 12);
		expect(fit?.rateErr).toBeCloseTo(0.031623, 6);
		expect(fit?.chi2).toBeCloseTo(0.4, 10);
	});

	it('two points have no chi-square', () => {
		const fit = fitLine([1, 2], [2, 4], [0.1, 0.1]);
		expect(fit?.rate).toBeCloseTo(2, 12);
		expect(fit?.rateErr).toBeCloseTo(0.141421, 6);
		expect(fit?.chi2).toBeNaN();
	});

	it.each([0, -0.1, Number.NaN, Infinity])('an error of %s makes no fit', (err) => {
		expect(fitLine([1, 2, 3], [1, 2, 3], [0.1, err, 0.1])).toBeNull();
	});

	it('fluxes are nJy: magnitude 20 is 36,307.8', () => {
		expect(fluxFromMag(20)).toBeCloseTo(36307.8, 1);
		const values = computeFeatures(makeAlert({ alertId: 1n, survey: 'lsst', mjd: 60000, fields: [] }), [
			seen(60000, fluxFromMag(20)),
		]);
		expect(value(values, 'r.fluxMean')).toBeCloseTo(36307.8, 1);
		expect(value(values, 'r.peakMag')).toBeCloseTo(20, 5);
	});

	it('the logarithm of the normal distribution holds far out', () => {
		for (const [x, expected] of golden.lnPhi) expect(lnPhi(x) / expected).toBeCloseTo(1, 7);
	});
});

describe('mistakes of others that are mended', () => {
	it('a deep negative residual is no peak', () => {
		const curve = [seen(60000, -90000), seen(60001, 1000), seen(60003, 4000)];
		const values = computeFeatures(makeAlert({ alertId: 1n, survey: 'lsst', mjd: 60003, fields: [] }), curve);
		expect(value(values, 'r.peakMag')).toBeCloseTo(magFromFlux(4000), 5);
		expect(value(values, 'r.nNegative')).toBe(1);
		expect(value(values, 'r.duration')).toBeCloseTo(2, 5);
		expect(value(values, 'r.fluxMean')).toBeCloseTo((-90000 + 1000 + 4000) / 3, 2);
	});

	it('a combined light curve is sorted: own points on days 10 and 12, another survey on days 1 and 5', () => {
		const alert = makeAlert({ alertId: 1n, survey: 'ztf', mjd: 60012, fields: [] });
		const curve = [seen(60010, 4000), seen(60012, 2000)];
		const association = {
			survey: 'lsst',
			objectId: '1',
			programme: 'public',
			sepArcsec: 0.2,
			ra: 0,
			dec: 0,
			nDetections: 2,
			firstMjd: 60001,
			lastMjd: 60005,
			curve: [seen(60001, 1000), seen(60005, 2500)],
		};
		const values = computeFeatures(alert, curve);
		writeAssociated(
			values,
			alert,
			curve,
			[],
			[association, { ...association, sepArcsec: 0.9, curve: [seen(59000, 9e5)] }],
		);
		expect(value(values, 'combined.duration')).toBeCloseTo(11, 5);
		expect(value(values, 'combined.nSurveys')).toBe(2);
		expect(value(values, 'combined.nPositive')).toBe(4);
		expect(value(values, 'combined.r.riseRate')).toBeLessThan(0);
		expect(value(values, 'combined.r.fadeRate')).toBeGreaterThan(0);
		expect(value(values, 'r.duration')).toBeCloseTo(2, 5);
		expect(value(values, 'r.riseRate')).toBeNaN();
	});

	it('points of another survey that are not public, or later than the alert, are left out', () => {
		const alert = makeAlert({ alertId: 1n, survey: 'lsst', mjd: 60012, fields: [] });
		const curve = [seen(60012, 2000)];
		const values = computeFeatures(alert, curve);
		writeAssociated(
			values,
			alert,
			curve,
			[],
			[
				{
					survey: 'ztf',
					objectId: 'ZTF26aaaaaaa',
					programme: 'partnership',
					sepArcsec: 0.2,
					ra: 0,
					dec: 0,
					nDetections: 2,
					firstMjd: 60001,
					lastMjd: 60013,
					curve: [seen(60001, 5000, { programme: 'partnership' }), seen(60013, 8000), seen(60002, 3000)],
				},
			],
		);
		expect(value(values, 'combined.nPositive')).toBe(2);
		expect(value(values, 'combined.peakMag')).toBeCloseTo(magFromFlux(3000), 5);
	});

	it('without another survey the combined features are the own ones', () => {
		const alert = makeAlert({ alertId: 1n, survey: 'lsst', mjd: 60012, fields: [] });
		const curve = [seen(60008, 1000), seen(60010, 2000), seen(60012, 1500)];
		const values = computeFeatures(alert, curve);
		writeAssociated(values, alert, curve, [], []);
		for (const { name, scope } of FEATURES) {
			if (scope !== 'combined' || name === 'combined.nSurveys') continue;
			expect(value(values, name)).toEqual(value(values, name.replace('combined.', '')));
		}
		expect(value(values, 'combined.nSurveys')).toBe(1);
	});

	it('the Y band of ELAsTiCC and WINTER stands with y', () => {
		const values = computeFeatures(makeAlert({ alertId: 1n, survey: 'elasticc', mjd: 60000, fields: [] }), [
			seen(60000, 3000, { band: 'Y' }),
		]);
		expect(value(values, 'y.nPositive')).toBe(1);
	});
});

describe('the table of features', () => {
	it('has names and columns of its own, each with meaning and formula', () => {
		expect(new Set(FEATURES.map(({ name }) => name)).size).toBe(FEATURES.length);
		expect(new Set(FEATURES.map(({ column }) => column.toLowerCase())).size).toBe(FEATURES.length);
		for (const { meaning, formula } of FEATURES) expect(meaning.length * formula.length).toBeGreaterThan(0);
		expect(FEATURES[featurePlace('g.riseRate')]?.column).toBe('g_rise_rate');
		expect(FEATURES[featurePlace('combined.g.riseRate')]?.column).toBe('combined_g_rise_rate');
	});

	it('gives a survey those of its bands', () => {
		const bands = new Set(
			featurePlacesOf('ztf')
				.flatMap((place) => FEATURES[place] ?? [])
				.filter(({ scope }) => scope === 'band')
				.map(({ band }) => band),
		);
		expect([...bands].sort()).toEqual(['g', 'i', 'r']);
		expect(FEATURE_BANDS).toEqual(expect.arrayContaining(['u', 'g', 'r', 'i', 'z', 'y', 'J', 'c', 'o']));
	});
});
