import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pointNote, withImages } from '#lib/alert/images.ts';
import { isFlagged, type ShownPoint } from '#lib/alert/lightCurve.ts';
import { fluxErrFromMag, fluxFromMag } from '#lib/astro/photometry.ts';
import { binPoints } from '#lib/components/lightcurve/bins.ts';
import { visiblePoints } from '#lib/components/lightcurve/curve.ts';
import { lightCounts, pointsIn } from '#lib/components/lightcurve/light.ts';

interface Golden {
	readonly magnr: number;
	readonly sigmagnr: number;
	readonly magpsf: number;
	readonly sigmapsf: number;
	readonly positive: boolean;
	readonly flux: number;
	readonly fluxErr: number;
	readonly mag: number | null;
	readonly magErr: number | null;
}
const golden = JSON.parse(readFileSync(new URL('../../fixtures/golden/photometry.json', import.meta.url), 'utf8')) as {
	apparent: Golden[];
};

const point = (more: Partial<ShownPoint> = {}): ShownPoint => ({
	survey: 'ztf',
	objectId: 'ZTF26aaaaaaa',
	kind: 'detection',
	band: 'r',
	mjd: 61_000,
	psfFlux: 10_000,
	psfFluxErr: 500,
	mag: 21.4,
	magErr: 0.05,
	limitMag: 20.5,
	positive: true,
	ra: null,
	dec: null,
	alertId: '1',
	exposureAssumed: false,
	flags: '',
	...more,
});
const at = (more: Partial<Parameters<typeof pointNote>[0]> = {}): Parameters<typeof pointNote>[0] => ({
	survey: 'ztf',
	objectId: 'ZTF26aaaaaaa',
	alertId: '1',
	band: 'r',
	mjd: 61_000,
	...more,
});
const ztf = { distnr: 0.4, magnr: 19, sigmagnr: 0.02, nbad: 0 };
const notes = (...list: (ReturnType<typeof pointNote> | null)[]): NonNullable<ReturnType<typeof pointNote>>[] =>
	list.filter((note) => note !== null);
const none = { bands: new Set<string>(), surveys: new Set<string>(), kinds: new Set<never>(), negative: false };

describe('apparent magnitudes of ZTF', () => {
	it('agree with astropy: magnitude to 1e-9, error to the noise of a sample of 400,000', () => {
		let compared = 0;
		for (const one of golden.apparent) {
			const flux = fluxFromMag(one.magpsf) * (one.positive ? 1 : -1);
			const measured = point({ psfFlux: flux, psfFluxErr: fluxErrFromMag(one.magpsf, one.sigmapsf) });
			const note = pointNote(at(), { ...ztf, magnr: one.magnr, sigmagnr: one.sigmagnr });
			const [lit] = pointsIn(withImages([measured], notes(note)), 'science');
			expect((lit?.psfFlux ?? NaN) / one.flux).toBeCloseTo(1, 9);
			expect((lit?.psfFluxErr ?? NaN) / one.fluxErr).toBeCloseTo(1, 2);
			if (one.flux < 3 * one.fluxErr) {
				expect(lit?.mag).toBeNull();
				continue;
			}
			compared += 1;
			expect(lit?.mag).toBeCloseTo(one.mag ?? NaN, 9);
			expect((lit?.magErr ?? NaN) / (one.magErr ?? NaN)).toBeCloseTo(1, 2);
		}
		expect(compared).toBeGreaterThan(80);
	});
	it('need a source of the reference image within 1.4', () => {
		const far = pointNote(at(), { ...ztf, distnr: 1.41 });
		const [lit] = withImages([point()], notes(far));
		expect(lit?.images).toBeUndefined();
		expect(lightCounts([lit ?? point()], 'science')).toEqual({ shown: 0, without: 1, borrowed: 0 });
		expect(visiblePoints(pointsIn([lit ?? point()], 'science'), 'mag', none)).toEqual([]);
		for (const gone of [{ magnr: null }, { sigmagnr: null }, { distnr: null }]) {
			expect(withImages([point()], notes(pointNote(at(), { ...ztf, ...gone })))[0]?.images).toBeUndefined();
		}
	});
	it('of a point without an alert take the template of the nearest alert of its band, and say so', () => {
		const list = notes(
			pointNote(at({ alertId: '1', mjd: 61_000 }), { ...ztf, magnr: 19 }),
			pointNote(at({ alertId: '2', mjd: 61_010 }), { ...ztf, magnr: 18 }),
			pointNote(at({ alertId: '3', mjd: 61_004, band: 'g' }), { ...ztf, magnr: 15 }),
		);
		const forced = point({ kind: 'forcedPhotometry', alertId: null, mjd: 61_006 });
		const [lit] = withImages([forced], list);
		expect(lit?.images?.borrowed).toBe(true);
		expect(pointsIn([lit ?? point()], 'template')[0]?.psfFlux).toBeNull();
		expect(lightCounts([lit ?? point()], 'science')).toEqual({ shown: 1, without: 0, borrowed: 1 });
		expect(lit?.images?.template?.flux).toBeCloseTo(fluxFromMag(18), 6);
		expect(withImages([point({ ...forced, mjd: 61_004 })], list)[0]?.images?.template?.flux).toBeCloseTo(
			fluxFromMag(19),
			6,
		);
		expect(withImages([point({ ...forced, band: 'i' })], list)[0]?.images).toBeUndefined();
		expect(withImages([point({ ...forced, kind: 'upperLimit' })], list)[0]?.images).toBeUndefined();
	});
});

describe('light of the images of Rubin', () => {
	const rubin = { templateFlux: 5000, templateFluxErr: 50, scienceFlux: 8100, scienceFluxErr: 120 };
	const detection = point({ survey: 'lsst', psfFlux: 3000, psfFluxErr: 100 });
	it('is what the packet measured, not a sum', () => {
		const [lit] = withImages([detection], notes(pointNote(at({ survey: 'lsst' }), rubin)));
		expect(lit?.images).toEqual({
			template: { flux: 5000, err: 50 },
			science: { flux: 8100, err: 120 },
			borrowed: false,
		});
		expect(pointsIn([lit ?? point()], 'template')[0]?.psfFlux).toBe(5000);
		expect(lit?.psfFlux).toBe(3000);
	});
	it('is the sum where the fit on the science image failed or the point is forced', () => {
		const failed = pointNote(at({ survey: 'lsst' }), { ...rubin, forced_PsfFlux_flag: true });
		expect(withImages([detection], notes(failed))[0]?.images?.science).toEqual({
			flux: 8000,
			err: Math.hypot(50, 100),
		});
		const forced = point({ ...detection, kind: 'forcedPhotometry', alertId: null });
		const [lit] = withImages([forced], notes(pointNote(at({ survey: 'lsst' }), rubin)));
		expect(lit?.images?.science?.flux).toBe(8000);
	});
	it('below 3 sigma is a limit, and negative light has no magnitude', () => {
		const faint = pointNote(at({ survey: 'lsst' }), { ...rubin, scienceFlux: 200 });
		const [lit] = pointsIn(withImages([detection], notes(faint)), 'science');
		expect(lit?.mag).toBeNull();
		expect(lit?.limitMag).toBeCloseTo(31.4 - 2.5 * Math.log10(600), 9);
		expect(visiblePoints([lit ?? point()], 'mag', none)[0]?.drawnAs).toBe('upperLimit');
		const below = pointNote(at({ survey: 'lsst' }), { ...rubin, scienceFlux: -9000 });
		expect(pointsIn(withImages([detection], notes(below)), 'science')[0]?.mag).toBeNull();
	});
});

describe('points in another light', () => {
	it('keep their places, so that cutouts and means find them', () => {
		const list = withImages(
			[point({ kind: 'upperLimit', alertId: null }), point({ mjd: 61_000.2 }), point({ mjd: 61_000.3, alertId: '2' })],
			notes(pointNote(at(), ztf), pointNote(at({ alertId: '2' }), ztf)),
		);
		const lit = pointsIn(list, 'science');
		expect(lit.map(({ alertId }) => alertId)).toEqual([null, '1', '2']);
		expect(binPoints(lit, 'night').find(({ members }) => members.length === 2)?.members).toEqual([1, 2]);
		expect(pointsIn(list, 'difference')).toBe(list);
	});
	it('of a survey that says nothing of its images are none', () => {
		expect(pointNote(at({ survey: 'atlas' }), ztf)).toBeNull();
		const atlas = point({ survey: 'atlas' });
		expect(withImages([atlas], [])).toEqual([atlas]);
	});
});

describe('flags', () => {
	it('come from the alert: bad pixels of ZTF, the footprint of Rubin', () => {
		const bad = withImages([point()], notes(pointNote(at(), { ...ztf, nbad: 2 })))[0];
		expect(bad?.flags).toBe('2 bad pixels');
		const rubin = { pixelFlags_crCenter: true, psfFlux_flag: true, pixelFlags_interpolated: true };
		const lsst = point({ survey: 'lsst', flags: 'psfFlux_flag' });
		expect(withImages([lsst], notes(pointNote(at({ survey: 'lsst' }), rubin)))[0]?.flags).toBe(
			'psfFlux_flag, pixelFlags_crCenter',
		);
	});
	it('0 of forced photometry is none', () => {
		expect(['', '0', '61', 'psfFlux_flag'].map((flags) => isFlagged({ flags }))).toEqual([false, false, true, true]);
	});
});
