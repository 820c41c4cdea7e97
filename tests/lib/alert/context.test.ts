import { describe, expect, it } from 'vitest';
import { contextFacts, sentencePieces, tagsOf, type Known } from '#lib/alert/context.ts';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import { redshiftMatch, type ShownMatch } from '#lib/alert/matches.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';

const summary: ObjectSummary = {
	survey: 'ztf',
	objectId: 'ZTF26aaaaaaa',
	origin: 'real',
	ra: 150,
	dec: 40,
	firstMjd: 61_000,
	lastMjd: 61_003,
	nAlerts: 3,
	nDetections: 3,
	magMin: 18,
	lastAlertId: '1',
	lastBand: 'r',
	lastMag: 18,
	lastMagErr: 0.05,
	lastPositive: true,
	lastNight: '2026-11-19',
	reliability: 0.9,
	starScore: null,
	ssoName: null,
	class: '',
	classScore: null,
	classModel: '',
};
const point = (mjd: number, mag: number | null, more: Partial<ShownPoint> = {}): ShownPoint => ({
	survey: 'ztf',
	objectId: 'ZTF26aaaaaaa',
	kind: mag === null ? 'upperLimit' : 'detection',
	band: 'r',
	mjd,
	psfFlux: null,
	psfFluxErr: null,
	mag,
	magErr: mag === null ? null : 0.05,
	limitMag: 20.5,
	positive: mag === null ? null : true,
	ra: null,
	dec: null,
	alertId: null,
	exposureAssumed: false,
	flags: '',
	...more,
});
const match: ShownMatch = {
	catalog: 'OpenNGC',
	release: '2023',
	sourceId: '1',
	sepArcsec: 2.42,
	ra: 150,
	dec: 40,
	mag: 12,
	redshift: 0.0123,
	columns: { name: 'NGC 3198' },
};
const known = (more: Partial<Known> = {}): Known => ({
	summary,
	points: [],
	matches: { runs: [], matches: [] },
	twins: [],
	...more,
});
const sentence = (of: Known): string =>
	sentencePieces(contextFacts(of))
		.map(({ before, text }) => before + text)
		.join('');

describe('the sentence of context', () => {
	it('says the change between two points of one band, the match and that it is no asteroid', () => {
		const points = [point(61_000, 19.2), point(61_003.1, 18), point(61_002, 17, { band: 'g' })];
		expect(sentence(known({ points, matches: { runs: [], matches: [match] } }))).toBe(
			'Brightened 1.2 mag in 3.1 d (r); 2.4″ from NGC 3198 (OpenNGC) at z 0.0123; not a known asteroid',
		);
	});
	it('claims no change below three sigma, and none from negative detections', () => {
		expect(sentence(known({ points: [point(61_000, 18.1), point(61_003, 18)] }))).toMatch(/^No change above 3σ/);
		const negative = [point(61_000, 19.2, { positive: false }), point(61_003, 18, { positive: false })];
		expect(contextFacts(known({ points: negative })).map(({ kind }) => kind)).toEqual(['mover']);
		expect(tagsOf(known({ points: negative }), null).map(({ word }) => word)).toContain('only negative');
	});
	it('tells a rise and the fade after it, by nightly means, and what wanders as that', () => {
		// 27 points of nine nights, as a supernova rises and fades: no two points alone say so
		const noise = [0.09, -0.1, 0.03];
		const bump = [19.6, 19.4, 19.2, 19.05, 19.0, 19.0, 19.1, 19.25, 19.4].flatMap((mag, night) =>
			noise.map((off, i) => point(61_000 + 2 * night + 0.01 * i, mag + off, { magErr: 0.1 })),
		);
		expect(sentence(known({ points: bump }))).toMatch(
			/^Brightened 0\.6 mag in (8|10)\.0 d, then faded 0\.4 mag in (8|6)\.0 d \(r\); /,
		);
		const star = [18, 18.6, 18.1, 18.7, 18, 18.5].map((mag, night) => point(61_000 + night, mag));
		expect(sentence(known({ points: star }))).toMatch(/^Varied between 18\.0 and 18\.7 mag in 5\.0 d \(r\); /);
		const flat = [point(61_000, 19), point(61_001, 18), point(61_002, 18.02), point(61_005, 18.01)];
		expect(sentence(known({ points: flat }))).toMatch(
			/^Brightened 1\.0 mag in 1\.0 d \(r\), no change above 3σ in the 4\.0 d since; /,
		);
		const hour = [point(61_000, 19), point(61_000.03, 18.2)];
		expect(sentence(known({ points: hour }))).toMatch(/^Brightened 0\.8 mag in 43 min \(r\); /);
		const under = point(61_003.5, 19, { positive: false });
		expect(sentence(known({ points: [...hour, under] }))).toMatch(
			/^Brightened 0\.8 mag in 43 min \(r\), below the template since; /,
		);
	});
	it('tells how soon before the first detection nothing was there, only where the limit is deeper', () => {
		expect(sentence(known({ points: [point(60_999.1, null), point(61_000, 19.2)] }))).toMatch(
			/^Not seen to 20\.5 mag 21\.6 h before its first detection/,
		);
		const shallow = [point(60_999.1, null, { limitMag: 18 }), point(61_000, 19.2)];
		expect(sentence(known({ points: shallow }))).toBe('Not a known asteroid');
		const minutes = [point(60_999.99, null), point(61_000, 19.2)];
		expect(sentence(known({ points: minutes }))).toMatch(/^Not seen to 20\.5 mag 14 min before its first detection/);
		// faded below its template before: the place was not empty
		const variable = [point(60_990, 18, { positive: false }), ...minutes];
		expect(sentence(known({ points: variable }))).toBe('Not a known asteroid');
	});
	it('calls a mover by its name and does not speak of hosts then', () => {
		const mover = known({ summary: { ...summary, ssoName: '2020 AB' }, matches: { runs: [], matches: [match] } });
		expect(sentence(mover)).toBe('The survey takes it for the solar-system object 2020 AB');
	});
	it('stands without a single point', () => {
		expect(sentence(known())).toBe('Not a known asteroid');
		expect(tagsOf(known({ points: [point(61_000, 18)] }), null).map(({ word }) => word)).toContain('one detection');
	});
});

describe('the redshift of a match', () => {
	it('is that of the nearest source which has one', () => {
		const star = { ...match, redshift: -0.0001, sepArcsec: 0.2 };
		const bare = { ...match, redshift: null, sepArcsec: 1 };
		expect(redshiftMatch([star, bare, match])?.redshift).toBe(0.0123);
		expect(redshiftMatch([star, bare])).toBeNull();
	});
});
