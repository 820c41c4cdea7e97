import { describe, expect, it } from 'vitest';
import { understandText } from '#lib/alert/searchText.ts';

const read = (text: string) => understandText(text, '2026-11-19');

describe('the search box', () => {
	it('knows ids of every survey, exact and in any case', () => {
		expect(read('ztf20ABCDEFG').objects).toEqual([{ survey: 'ztf', objectId: 'ZTF20abcdefg' }]);
		expect(read('20abcdefg').objects).toEqual([{ survey: 'ztf', objectId: 'ZTF20abcdefg' }]);
		expect(read('SIM26abcdefg').objects).toEqual([{ survey: 'ztf', objectId: 'SIM26abcdefg' }]);
		const digits = read('170587115523932323');
		expect(digits.alertId).toBe(170587115523932323n);
		expect(digits.objects.map((object) => object.survey)).toContain('lsst');
		expect(read('LSST 170587115523932323').objects[0]?.objectId).toBe('170587115523932323');
		expect(read('18446744073709551616').alertId).toBeNull();
	});

	it.each([
		['150.1 +2.2', 150.1, 2.2, 5],
		['150.1, 2.2 10"', 150.1, 2.2, 10],
		["150.1 2.2 2'", 150.1, 2.2, 120],
		['150.1 2.2 1d', 150.1, 2.2, 3600],
		['150.1 2.2 0.5 deg', 150.1, 2.2, 1800],
		['cone 150.1 2.2 within 30 arcsec', 150.1, 2.2, 30],
		['150.1 2.2 r=3 arcmin', 150.1, 2.2, 180],
		['10:00:24 +02:12:00 7"', 150.1, 2.2, 7],
		['10h00m24s +02d12m00s', 150.1, 2.2, 5],
		['J100024.0+021200', 150.1, 2.2, 5],
		['360 0 5"', 0, 0, 5],
		['0 -90 5"', 0, -90, 5],
	])('reads the position %s', (text, ra, dec, radius) => {
		const { conditions, problems } = read(text);
		expect(problems).toEqual([]);
		expect(conditions.cone?.ra).toBeCloseTo(ra, 8);
		expect(conditions.cone?.dec).toBeCloseTo(dec, 8);
		expect(conditions.cone?.radiusArcsec).toBeCloseTo(radius, 8);
	});

	it.each(['400 0', '10 95 5"', '10 10 0"', '10 10 11d', '10 10 -5"'])(
		'refuses the impossible position %s in a sentence',
		(text) => {
			const { conditions, problems } = read(text);
			expect(conditions.cone).toBeUndefined();
			expect(problems).toHaveLength(1);
			expect(problems[0]).toMatch(/\.$/);
		},
	);

	it.each([
		['night 2026-11-19', { nightFrom: '2026-11-19', nightTo: '2026-11-19' }],
		['2026-11-19', { nightFrom: '2026-11-19', nightTo: '2026-11-19' }],
		['since 2026-11-01', { nightFrom: '2026-11-01' }],
		['until 2026-11-01', { nightTo: '2026-11-01' }],
		['2026-11-05..2026-11-01', { nightFrom: '2026-11-01', nightTo: '2026-11-05' }],
		['last 30d', { nightFrom: '2026-10-21' }],
		['last 1 night', { nightFrom: '2026-11-19' }],
		['tonight', { nightFrom: '2026-11-19', nightTo: '2026-11-19' }],
		['g<19', { band: 'g', magMax: 19 }],
		['r >= 18.5', { band: 'r', magMin: 18.5 }],
		['mag 16..19', { magMin: 16, magMax: 19 }],
		['g 19-16', { band: 'g', magMin: 16, magMax: 19 }],
		['rb>0.8 age<5 ndet>=2', { reliabilityMin: 0.8, ageMax: 5, nDetectionsMin: 2 }],
		['class snia', { class: ['snia'] }],
		['Rubin last 2 nights i<22', { survey: 'lsst', nightFrom: '2026-11-18', band: 'i', magMax: 22 }],
		['ztf', { survey: 'ztf' }],
		['rock=false class=SN', { rock: false, class: ['sn'] }],
		[
			'nearBrightStar=no star:false stationary=yes positive=1',
			{ nearBrightStar: false, star: false, stationary: true, positive: true },
		],
		['not rock g<19', { rock: false, band: 'g', magMax: 19 }],
		['rising g<19', { rising: true, band: 'g', magMax: 19 }],
		['not rising, fading', { rising: false, fading: true }],
		['rising=no fading:true', { rising: false, fading: true }],
		['filter=fink.ztf.rrlyr g<19', { filter: 'fink.ztf.rrlyr', band: 'g', magMax: 19 }],
		['filter: "Fink ZTF: RR Lyrae 2026-11-19"', { filter: 'Fink ZTF: RR Lyrae 2026-11-19' }],
		[
			'filter=c8c7cbed-e5bc-59b9-b28e-9069c2cc7142 150.1 +2.2 10"',
			{ filter: 'c8c7cbed-e5bc-59b9-b28e-9069c2cc7142', cone: { ra: 150.1, dec: 2.2, radiusArcsec: 10 } },
		],
		['survey=lsst band=i mag=18..20', { survey: 'lsst', band: 'i', magMin: 18, magMax: 20 }],
		['night=2026-11-19 class=star', { nightFrom: '2026-11-19', nightTo: '2026-11-19', class: ['star'] }],
	])('reads the conditions of %s', (text, conditions) => {
		const understood = read(text);
		expect(understood.problems).toEqual([]);
		expect(understood.conditions).toEqual(conditions);
		expect(understood.parts.length).toBeGreaterThan(0);
	});

	it('takes ids and positions as key=value too', () => {
		expect(read('objectId=ztf20abcdefg').objects).toEqual([{ survey: 'ztf', objectId: 'ZTF20abcdefg' }]);
		expect(read('candid=170587115523932323').alertId).toBe(170587115523932323n);
		const { conditions, problems } = read('ra=150.1 dec=-2.2 30" rock=false');
		expect(problems).toEqual([]);
		expect(conditions).toEqual({ rock: false, cone: { ra: 150.1, dec: -2.2, radiusArcsec: 30 } });
	});

	it('combines a position with conditions', () => {
		const { conditions, problems } = read('150.1 +2.2 10" g<19 last 30d ztf');
		expect(problems).toEqual([]);
		expect(conditions).toMatchObject({
			survey: 'ztf',
			band: 'g',
			magMax: 19,
			nightFrom: '2026-10-21',
			cone: { radiusArcsec: 10 },
		});
	});

	it.each([
		['NGC 3198', 'NGC 3198', 5, {}],
		['Vega', 'Vega', 5, {}],
		["M31 2'", 'M31', 120, {}],
		['near M 31 1d', 'M 31', 3600, {}],
		['M31 mag<18', 'M31', 5, { magMax: 18 }],
		['M 31, 10" and g<19', 'M 31', 10, { band: 'g', magMax: 19 }],
		['ZTF last 2 nights SN 2023ixf', 'SN 2023ixf', 5, { survey: 'ztf', nightFrom: '2026-11-18' }],
		// a year is no radius, and Andromeda no conjunction
		['SN 1987D', 'SN 1987D', 5, {}],
		['51 And', '51 And', 5, {}],
		['(433) Eros', '(433) Eros', 5, {}],
		['2023 AB1', '2023 AB1', 5, {}],
		['AT 2023ixf', 'AT 2023ixf', 5, {}],
	])('leaves the name in %s to the store', (text, name, radiusArcsec, conditions) => {
		const understood = read(text);
		expect(understood.problems).toEqual([]);
		expect(understood.name).toEqual({ text: name, radiusArcsec });
		expect(understood.conditions).toEqual(conditions);
		expect(understood.objects).toEqual([]);
	});

	it('takes for a name what is an id as well, and no position', () => {
		expect(read('433')).toMatchObject({ alertId: 433n, name: { text: '433' } });
		expect(read('150.1 +2.2').name).toBeNull();
		expect(read('J100024.0+021200').name).toBeNull();
		expect(read('last 30d g<19').name).toBeNull();
	});

	it.each([
		'night 2026-02-30',
		'class unicorn',
		'rock=maybe',
		'colour=red',
		"'; DROP TABLE alerts; --",
		'<script>',
		'x'.repeat(501),
		'🦉',
	])('says what it does not understand: %s', (text) => {
		expect(read(text).problems.length).toBeGreaterThan(0);
	});

	it('finds everything in nothing', () => {
		expect(read('   ')).toMatchObject({ conditions: {}, problems: [], parts: [] });
	});
});
