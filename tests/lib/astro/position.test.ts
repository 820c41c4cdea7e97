import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSexagesimal, parsePosition, POSITION_FORMATS, type PositionFormat } from '#lib/astro/position.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
// astropy 5.2.1, by scripts/golden/coordinates.py
import golden from '../../fixtures/golden/coordinates.json' with { type: 'json' };

const RA = 285.387083;
const DEC = 15.13575;

const texts: [PositionFormat, string][] = [
	['decimal', '285.387083 15.13575'],
	['decimal', '285.387083 +15.13575'],
	['decimal', '285.387083, 15.13575'],
	['decimal', '285.387083,15.13575'],
	['decimal', '  285.387083\t+15.13575 '],
	['decimal', '285.387083; 15.13575'],
	['decimal', '285.387083+15.13575'],
	['decimal', '(285.387083, 15.13575)'],
	['decimal', 'RA 285.387083 Dec 15.13575'],
	['decimal', 'ra=285.387083, dec=15.13575'],
	['decimal', '285.387083 +15.13575 (J2000)'],
	['european', '285,387083 15,13575'],
	['european', '285,387083; +15,13575'],
	['european', '285,387083, 15,13575'],
	['suffix', '19.025806h +15.13575d'],
	['suffix', '285.387083d 15.13575d'],
	['suffix', '19.025806 h, 15.13575 deg'],
	['colons', '19:01:32.9 +15:08:08.7'],
	['colons', '19:01:32,9, +15:08:08,7'],
	['colons', '19:01:32.9+15:08:08.7'],
	['hms', '19h01m32.9s +15d08m08.7s'],
	['hms', '19h 01m 32.9s, +15d 08m 08.7s'],
	['hms', '19H01M32.9S+15D08M08.7S'],
	['dms', '285d23m13.5s +15d08m08.7s'],
	['spaces', '19 01 32.9 +15 08 08.7'],
	['spaces', '19 01 32.9 15 08 08.7'],
	['spaces', '19 01 32.9, +15 08 08.7'],
	['symbols', '285.387083° +15.13575°'],
	['symbols', '285.387083°, 15.13575°'],
	['symbols', `285°23'13.5" +15°08'08.7"`],
	['symbols', '285° 23′ 13.5″ +15° 08′ 08.7″'],
	['symbols', `19h01m32.9s +15°08'08.7"`],
	['iau', 'J190132.9+150808.7'],
	['iau', 'SDSS J190132.9+150808.7'],
];

describe('parsing', () => {
	it.each(texts)('reads %s: %s', (format, text) => {
		const parsed = parsePosition(text);
		if (parsed.kind !== 'position') throw new Error(JSON.stringify(parsed));
		expect(parsed.format).toBe(format);
		expect(separationArcsec(parsed.ra, parsed.dec, RA, DEC)).toBeLessThan(0.5);
	});

	it('reads its own examples as the formats they stand for', () => {
		for (const [format, { example }] of Object.entries(POSITION_FORMATS)) {
			expect(parsePosition(example)).toMatchObject({ kind: 'position', format });
		}
	});

	it('keeps the sign of a declination of less than a degree, typographic minus too', () => {
		for (const text of [
			'10:00:00 -00:30:00',
			'10 00 00 \u221200 30 00',
			'10h00m00s \u201300d30m00s',
			'J100000-003000',
		]) {
			expect(parsePosition(text)).toMatchObject({ kind: 'position', dec: -0.5, ra: 150 });
		}
		expect(parsePosition('150 \u22120.5')).toMatchObject({ ra: 150, dec: -0.5 });
	});

	it('reads positions to the minute', () => {
		expect(parsePosition('10:30 -05:15')).toMatchObject({ ra: 157.5, dec: -5.25, format: 'colons' });
		expect(parsePosition('10 30.5 -05 15.5')).toMatchObject({ ra: 157.625, format: 'spaces' });
		expect(parsePosition('J1030-0515')).toMatchObject({ ra: 157.5, dec: -5.25, format: 'iau' });
		expect(parsePosition('J1030.5-0515.5')).toMatchObject({ ra: 157.625, format: 'iau' });
	});

	it('reads the poles and takes 360 degrees and 24 hours for 0', () => {
		expect(parsePosition('0 90')).toMatchObject({ kind: 'position', ra: 0, dec: 90 });
		expect(parsePosition('12:00:00 -90:00:00')).toMatchObject({ kind: 'position', ra: 180, dec: -90 });
		expect(parsePosition('360 0')).toMatchObject({ kind: 'position', ra: 0 });
		expect(parsePosition('24:00:00 +00:00:00')).toMatchObject({ kind: 'position', ra: 0 });
	});

	it.each([
		['285.4 90.01', /Declination/],
		['285.4 -91', /Declination/],
		['360.1 10', /Right ascension/],
		['-10 10', /Right ascension/],
		['24:00:01 +10:00:00', /Right ascension/],
		['285:23:13 +15:08:08', /Right ascension/],
		['10:60:00 +10:00:00', /60 minutes/],
		['10:00:60 +10:00:00', /60 seconds/],
		['10:00:00 +10:61:00', /61 minutes/],
		['10:00:00 +90:00:01', /Declination/],
		['10h00m00s +10d00m99s', /99 seconds/],
		['25h00m00s +10d00m00s', /Right ascension/],
		['361d00m00s +10d00m00s', /Right ascension/],
		['25 00 00 +10 00 00', /Right ascension/],
		['285,4 95,5', /Declination/],
		['25h 10d', /Right ascension/],
		['400° 10°', /Right ascension/],
		['J256132.9+145808.7', /61 minutes/],
		['J250132.9+145808.7', /Right ascension/],
	])('refuses %s and says why', (text, reason) => {
		const parsed = parsePosition(text);
		expect(parsed.kind).toBe('impossible');
		if (parsed.kind === 'impossible') expect(parsed.reason).toMatch(reason);
	});

	it.each([
		'',
		' ',
		'ZTF21abcdefg',
		'170587115523932323',
		'LSST170587115523932323',
		'SN 2023ixf',
		'M 31',
		'2023-02-25',
		'2026-11-20T05:00:00',
		'12.5',
		'1 2 3',
		'1 2 3 4 5',
		'1:2:3',
		'+-5 10',
		'J2000',
		'10h',
		'a b',
		'NaN NaN',
		'285.38 15.13 extra',
		'9'.repeat(99999),
	])('sees no position in %.40j', (text) => {
		expect(parsePosition(text)).toEqual({ kind: 'none' });
	});

	it('reads two whole numbers with a comma as two, not as a fraction', () => {
		expect(parsePosition('10,20')).toMatchObject({ kind: 'position', ra: 10, dec: 20 });
	});

	it('answers any text, and only with positions that exist', () => {
		const pieces = fc.constantFrom(
			'1',
			'23',
			'.5',
			',',
			':',
			' ',
			'+',
			'-',
			'h',
			'd',
			'm',
			's',
			'°',
			"'",
			'"',
			'J',
			'59',
			'90',
		);
		const text = fc.oneof(
			fc.string(),
			fc.array(pieces, { maxLength: 24 }).map((parts) => parts.join('')),
		);
		fc.assert(
			fc.property(text, (input) => {
				const parsed = parsePosition(input);
				if (parsed.kind !== 'position') return;
				expect(parsed.ra).toBeGreaterThanOrEqual(0);
				expect(parsed.ra).toBeLessThan(360);
				expect(Math.abs(parsed.dec)).toBeLessThanOrEqual(90);
			}),
			{ numRuns: 5000 },
		);
	});
});

describe('printing', () => {
	it('agrees with astropy', () => {
		for (const [ra, dec, raText, decText] of golden.texts) {
			// a declination that rounds to nothing has no sign of its own
			const wanted = `${String(raText).replace(/^24:/, '00:')} ${String(decText)}`.replace(
				' -00:00:00.00',
				' +00:00:00.00',
			);
			expect(formatSexagesimal(Number(ra), Number(dec), { digits: 3 })).toBe(wanted);
		}
	});

	it('carries what rounds up', () => {
		expect(formatSexagesimal(359.99999999, 89.9999999)).toBe('00:00:00.00 +90:00:00.0');
		expect(formatSexagesimal(14.9999999, -9.9999999, { digits: 1 })).toBe('01:00:00.0 -10:00:00');
		expect(formatSexagesimal(0, -1e-9)).toBe('00:00:00.00 +00:00:00.0');
		expect(formatSexagesimal(285.387083, -0.5, { digits: 0 })).toBe('19:01:33 -00:30:00');
	});

	it('prints what it reads', () => {
		fc.assert(
			fc.property(
				fc.double({ min: 0, max: 360, maxExcluded: true, noNaN: true }),
				fc.double({ min: -90, max: 90, noNaN: true }),
				(ra, dec) => {
					const parsed = parsePosition(formatSexagesimal(ra, dec, { digits: 4 }));
					if (parsed.kind !== 'position') throw new Error(JSON.stringify(parsed));
					expect(separationArcsec(parsed.ra, parsed.dec, ra, dec)).toBeLessThan(0.0012);
				},
			),
			{ numRuns: 1000 },
		);
	});
});
