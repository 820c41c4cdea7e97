import { describe, expect, it } from 'vitest';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import { fluxFromMag } from '#lib/astro/photometry.ts';
import {
	buildSeries,
	domainOf,
	drawnPoint,
	drawnY,
	foldPoints,
	isBeyond,
	markSize,
	mjdAt,
	nearestPoint,
	panDomain,
	valueAt,
	visiblePoints,
	xOf,
	yOf,
	zoomDomain,
	type Frame,
} from '#lib/components/lightcurve/curve.ts';
import { phaseOf } from '#lib/astro/periodogram.ts';
import { markPath, negativePath } from '#lib/components/lightcurve/marks.ts';
import { trendOf } from '#lib/components/lightcurve/trend.ts';

const point = (given: Partial<ShownPoint>): ShownPoint => ({
	survey: 'ztf',
	objectId: 'SIM26aaaaaaa',
	kind: 'detection',
	band: 'g',
	mjd: 61_000,
	psfFlux: 10_000,
	psfFluxErr: 500,
	mag: 21.4,
	magErr: 0.05,
	limitMag: 20.6,
	positive: true,
	ra: null,
	dec: null,
	alertId: null,
	exposureAssumed: false,
	flags: '',
	...given,
});
const limit = (given: Partial<ShownPoint>): ShownPoint =>
	point({ kind: 'upperLimit', psfFlux: null, psfFluxErr: null, mag: null, magErr: null, positive: null, ...given });
const none = { bands: new Set<string>(), surveys: new Set<string>(), kinds: new Set<never>(), negative: false };
const frame: Frame = { left: 46, top: 12, width: 800, height: 500, domain: { x: [61_000, 61_100], y: [16, 22] } };

describe('points of a light curve', () => {
	it('shows a forced point without a magnitude as its limit on a magnitude axis, as a flux on a flux axis', () => {
		const faint = point({ kind: 'forcedPhotometry', mag: null, magErr: null, psfFlux: -300, limitMag: 20.5 });
		expect(drawnPoint(faint, 0, 'mag')).toMatchObject({ drawnAs: 'upperLimit', value: 20.5, negative: false });
		expect(drawnPoint(faint, 0, 'flux')).toMatchObject({ drawnAs: 'forcedPhotometry', value: -300, negative: true });
	});

	it('turns a limit into the flux of its magnitude', () => {
		expect(drawnPoint(limit({ limitMag: 20 }), 0, 'flux')?.value).toBeCloseTo(fluxFromMag(20), 6);
	});

	it('draws nothing for a point that holds nothing', () => {
		expect(drawnPoint(limit({ limitMag: null }), 0, 'mag')).toBeNull();
	});

	it('keeps negative detections apart and lets them be hidden', () => {
		const points = [point({ positive: false, psfFlux: -9000 }), point({})];
		expect(visiblePoints(points, 'mag', none).map((one) => one.negative)).toEqual([true, false]);
		expect(visiblePoints(points, 'mag', { ...none, negative: true })).toHaveLength(1);
	});

	it('hides bands, surveys and kinds, and sorts by time', () => {
		const points = [point({ mjd: 61_005, band: 'r' }), point({ mjd: 61_001 }), limit({ mjd: 61_003 })];
		expect(visiblePoints(points, 'mag', none).map((one) => one.at)).toEqual([1, 2, 0]);
		expect(visiblePoints(points, 'mag', { ...none, bands: new Set(['r']) })).toHaveLength(2);
		expect(visiblePoints(points, 'mag', { ...none, kinds: new Set(['upperLimit'] as const) })).toHaveLength(2);
		expect(visiblePoints(points, 'mag', { ...none, surveys: new Set(['ztf']) })).toHaveLength(0);
	});
});

describe('axes of a light curve', () => {
	it('holds all points, magnitudes growing downwards and fluxes upwards', () => {
		const points = visiblePoints([point({ mag: 18 }), point({ mag: 20, mjd: 61_010 })], 'mag', none);
		const { x, y } = domainOf(points, 'mag');
		expect(y[0]).toBeLessThan(18);
		expect(y[1]).toBeGreaterThan(20);
		expect(x[0]).toBeLessThan(61_000);
		const flux = domainOf(visiblePoints([point({})], 'flux', none), 'flux');
		expect(flux.y[0]).toBeGreaterThan(flux.y[1]);
	});

	it('has a domain without points, and with one point alone', () => {
		expect(domainOf([], 'mag').y).toEqual([15, 22]);
		const one = domainOf(visiblePoints([point({})], 'mag', none), 'mag');
		expect(one.x[1] - one.x[0]).toBeGreaterThan(0);
		expect(one.y[1] - one.y[0]).toBeGreaterThan(0);
	});

	it('is set by what was measured: limits far off stand at its edge', () => {
		const points = [
			...[13.5, 14.2, 15.5].map((mag, i) => point({ mag, mjd: 61_000 + i })),
			...[19.8, 20.1].map((limitMag, i) => limit({ limitMag, mjd: 60_990 + i })),
		];
		const drawn = visiblePoints(points, 'mag', none);
		const { x, y } = domainOf(drawn, 'mag');
		expect(y[0]).toBeGreaterThan(13);
		expect(y[0]).toBeLessThan(13.5);
		expect(y[1]).toBeGreaterThan(15.5);
		expect(y[1]).toBeLessThan(16);
		expect(x[0]).toBeLessThan(60_990);
		const whole = { ...frame, domain: { x, y } };
		expect(drawn.filter((one) => isBeyond(one, whole))).toHaveLength(2);
		for (const one of drawn) {
			expect(drawnY(one, whole)).toBeGreaterThanOrEqual(whole.top);
			expect(drawnY(one, whole)).toBeLessThanOrEqual(whole.top + whole.height);
		}
		const limits = buildSeries(drawn, whole, 4).find((series) => series.kind === 'upperLimit');
		expect(limits?.marks.match(/z/g)).toHaveLength(2);
		const first = drawn.findIndex((one) => one.drawnAs === 'upperLimit');
		const at = drawn[first];
		expect(at && nearestPoint(drawn, whole, xOf(whole, at.mjd), drawnY(at, whole), 5)).toBe(first);
	});

	it('keeps the limits just below a young supernova', () => {
		const points = [point({ mag: 18.4, mjd: 61_004 }), point({ mag: 19.9, mjd: 61_001 }), limit({ limitMag: 20.5 })];
		expect(domainOf(visiblePoints(points, 'mag', none), 'mag').y[1]).toBeGreaterThan(20.5);
	});

	it('counts forced photometry as measured, on both axes', () => {
		const forced = point({ kind: 'forcedPhotometry', mag: 22.5, magErr: 0.2, psfFlux: 3600, mjd: 60_995 });
		const points = [point({ mag: 19, psfFlux: 91_000 }), forced, limit({ limitMag: 17, mjd: 60_990 })];
		expect(domainOf(visiblePoints(points, 'mag', none), 'mag').y[1]).toBeGreaterThan(22.5);
		const flux = domainOf(visiblePoints(points, 'flux', none), 'flux').y;
		expect(flux[0]).toBeLessThan(fluxFromMag(17));
		expect(flux[1]).toBeLessThan(3600);
	});

	it('is set by limits where nothing else is known', () => {
		const { y } = domainOf(visiblePoints([limit({ limitMag: 20 }), limit({ limitMag: 21 })], 'mag', none), 'mag');
		expect(y[0]).toBeLessThan(20);
		expect(y[1]).toBeGreaterThan(21);
	});

	it('draws smaller marks where many points share the width', () => {
		expect(markSize(12, 900)).toBeCloseTo(3.6, 6);
		expect(markSize(900, 900)).toBeLessThan(2.4);
		expect(markSize(5000, 390)).toBeGreaterThan(1.5);
	});

	it('maps there and back', () => {
		expect(mjdAt(frame, xOf(frame, 61_033))).toBeCloseTo(61_033, 9);
		expect(valueAt(frame, yOf(frame, 18.25))).toBeCloseTo(18.25, 9);
	});

	it('zooms about a place and pans by pixels', () => {
		const at = { x: xOf(frame, 61_020), y: yOf(frame, 18) };
		const near = { ...frame, domain: zoomDomain(frame, 0.5, at, { x: true, y: true }) };
		expect(xOf(near, 61_020)).toBeCloseTo(at.x, 6);
		expect(yOf(near, 18)).toBeCloseTo(at.y, 6);
		expect(near.domain.x[1] - near.domain.x[0]).toBeCloseTo(50, 9);
		expect(panDomain(frame, 80, 0).x[0]).toBeCloseTo(60_990, 9);
	});
});

describe('drawing', () => {
	it('makes one path for each survey, band and kind, limits under detections', () => {
		const many = Array.from({ length: 2000 }, (_, i) => point({ mjd: 61_000 + i / 20, mag: 17 + (i % 7) / 3 }));
		const points = visiblePoints(
			[...many, limit({ mjd: 61_050, limitMag: 20 }), point({ band: 'r', mag: 18 })],
			'mag',
			none,
		);
		const series = buildSeries(points, frame, 3.6);
		expect(series.map((one) => one.kind)).toEqual(['upperLimit', 'detection', 'detection']);
		expect(series.find((one) => one.band === 'g' && one.kind === 'detection')?.marks.match(/M/g)).toHaveLength(2000);
	});

	it('leaves out what lies outside the frame, and error bars shorter than the mark', () => {
		const points = visiblePoints(
			[point({ mag: 12 }), point({ mag: 18, magErr: 0.001 }), point({ mag: 19, magErr: 0.5 })],
			'mag',
			none,
		);
		const [series] = buildSeries(points, frame, 3.6);
		expect(series?.marks.match(/M/g)).toHaveLength(2);
		expect(series?.errors.match(/M/g)).toHaveLength(1);
	});

	it('marks negative differences with a bar', () => {
		const [series] = buildSeries(visiblePoints([point({ mag: 18, positive: false })], 'mag', none), frame, 3.6);
		expect(series?.bars).toMatch(/^M[\d.]+ [\d.]+h7\.2$/);
	});

	it('tells surveys by shape and limits by an open triangle', () => {
		expect(markPath('circle', 'detection', 10, 10, 4)).toContain('a4 4');
		expect(markPath('square', 'forcedPhotometry', 10, 10, 4)).toBe('M6.32 6.32h7.36v7.36h-7.36z');
		expect(markPath('diamond', 'detection', 10, 10, 4)).toBe('M10 5l5 5l-5 5l-5 -5z');
		const triangle = 'M6 8h8l-4 6z';
		expect(markPath('circle', 'upperLimit', 10, 10, 4)).toBe(triangle);
		expect(markPath('square', 'upperLimit', 10, 10, 4)).toBe(triangle);
		expect(negativePath(10, 10, 4)).toBe('M6 10h8');
	});

	it('finds the nearest point within reach', () => {
		const points = visiblePoints([point({ mjd: 61_010, mag: 18 }), point({ mjd: 61_011, mag: 18 })], 'mag', none);
		const [x, y] = [xOf(frame, 61_011), yOf(frame, 18)];
		expect(nearestPoint(points, frame, x + 1, y + 1, 20)).toBe(1);
		expect(nearestPoint(points, frame, x + 100, y, 20)).toBeNull();
		expect(nearestPoint([], frame, x, y, 20)).toBeNull();
	});
});

describe('trend', () => {
	it('fits the last band in magnitudes a day', () => {
		const points = [0, 2, 4, 6].map((day) => point({ mjd: 61_000 + day, mag: 18 + 0.05 * day, magErr: 0.02 }));
		const trend = trendOf([...points, point({ band: 'r', mjd: 60_990 })]);
		expect(trend?.band).toBe('g');
		expect(trend?.magPerDay).toBeCloseTo(0.05, 9);
		expect(trend?.points).toBe(4);
	});

	it('says nothing where the newest detection is below the template', () => {
		const points = [0, 2, 4, 6].map((day) => point({ mjd: 61_000 + day, mag: 18 + 0.05 * day, magErr: 0.02 }));
		expect(trendOf([...points, point({ positive: false, mjd: 61_020, mag: 17 })])).toBeNull();
		expect(trendOf([...points, point({ positive: false, mjd: 60_990, mag: 17 })])?.points).toBe(4);
	});

	it('says nothing from one night, from negative points, or below its own error', () => {
		expect(trendOf([point({}), point({ mjd: 61_000.02, mag: 19 })])).toBeNull();
		expect(trendOf([point({ positive: false }), point({ positive: false, mjd: 61_004, mag: 19 })])).toBeNull();
		expect(trendOf([point({ mag: 18, magErr: 0.3 }), point({ mjd: 61_004, mag: 18.01, magErr: 0.3 })])).toBeNull();
	});
});

describe('a folded curve', () => {
	const drawn = visiblePoints(
		// many of one phase, for the period divides the distance of every eighth
		Array.from({ length: 400 }, (_, i) =>
			point({ mjd: 61_000 + i * 0.25, band: i % 3 === 0 ? 'r' : 'g', mag: 20 + (i % 7) / 10 }),
		),
		'mag',
		none,
	);

	it('is every point at its phase and one turn later, in the order of phases', () => {
		const plain = (period: number, epoch: number) =>
			[0, 1]
				.flatMap((turn) => drawn.map((one) => ({ ...one, mjd: phaseOf(one.mjd, period, epoch) + turn })))
				.sort((a, b) => a.mjd - b.mjd);
		for (const [period, epoch] of [
			[2, 61_000],
			[0.5427, 61_050.3],
			[1e-3, 0],
			[5000, 61_020],
		] as const) {
			expect(foldPoints(drawn, period, epoch)).toEqual(plain(period, epoch));
		}
		expect(foldPoints([], 2, 61_000)).toEqual([]);
	});
});
