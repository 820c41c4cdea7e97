import { describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import { columnName } from '#lib/alert/fields.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { elasticc } from '#lib/alert/surveys/elasticc.ts';
import { lsst } from '#lib/alert/surveys/lsst.ts';
import { nightText } from '#lib/astro/time.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import type { DecodedPacket } from '#server/ingest/decode/packet.ts';
import { LSST_VERSIONS } from '#server/ingest/decode/schemas/lsst.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { elasticcPacket, lsstPacket, lsstPart, MJD, type Values } from '../../../support/packets.ts';

const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });

function alertOf(bytes: Uint8Array): Alert {
	const [decoded] = decoder.decode({ bytes }) as DecodedPacket[];
	if (decoded === undefined) throw new Error('no record');
	return normalise(decoded, 0);
}

const alert = (changes: Values = {}, source: Values = {}, version = '10.0'): Alert =>
	alertOf(lsstPacket(version, changes, source));
const field = (from: Alert, name: string) => from.fields[lsst.fields.findIndex((own) => own.name === name)];

describe('Rubin alerts', () => {
	it.each(LSST_VERSIONS)('of schema %s', (schemaVersion) => {
		const one = alert({}, {}, schemaVersion);
		expect(one).toMatchObject({
			survey: 'lsst',
			schemaVersion,
			alertId: 170_239_611_403_501_617n,
			objectId: '170226404518002921',
		});
		expect(one).toMatchObject({
			programme: 'public',
			origin: 'real',
			mjd: MJD,
			timeReceived: MJD,
			band: 'i',
			psfFlux: 1000,
			psfFluxErr: 50,
		});
		expect(one.mag).toBeCloseTo(31.4 - 7.5, 10);
		expect(one.limitMag).toBeCloseTo(31.4 - 2.5 * Math.log10(250), 10);
		expect(one).toMatchObject({
			exposureAssumed: false,
			positive: true,
			snr: 20,
			exposureSeconds: NaN,
			starScore: NaN,
		});
		expect(field(one, 'visit')).toBe(2_026_040_700_201n);
	});

	it.each([
		['an id', { diaObjectId: 12n }, {}, '12', null],
		// BOOM's golden one
		['no id and a short solar system id', { diaObjectId: null, ssObjectId: 7n }, {}, 'sso7', '7'],
		['id 0 and a solar system id', { diaObjectId: 0n, ssObjectId: 20_892_123n }, {}, 'sso20892123', '20892123'],
		[
			'no id, a solar system id and a designation',
			{ diaObjectId: null, ssObjectId: 20_892_123n },
			{ designation: '2011 AB1' },
			'sso20892123',
			'2011 AB1',
		],
		[
			'a designation alone',
			{ diaObjectId: null, ssObjectId: 0n },
			{ designation: '2011 AB1' },
			'sso2011 AB1',
			'2011 AB1',
		],
		['nothing', { diaObjectId: null, ssObjectId: null }, {}, '170239611403501617', null],
	])('object with %s', (_, source, sso, objectId, ssoName) => {
		const ssSource = 'designation' in sso ? lsstPart('10.0', 'ssSource', sso) : null;
		expect(alert({ ssSource }, source)).toMatchObject({ objectId, ssoName });
	});

	it.each([
		[61_138.4999, '2026-04-07'],
		[61_138.5 + 37 / 86_400 + 1e-6, '2026-04-08'],
		[61_138.5 + 36 / 86_400, '2026-04-07'],
		[61_139.3, '2026-04-08'],
	])('MJD %f is of the night %s', (midpointMjdTai, night) => {
		expect(nightText(alert({}, { midpointMjdTai }).night)).toBe(night);
	});

	it.each([
		[-1000, false],
		[1000, true],
	])('flux %f', (psfFlux, positive) => {
		const one = alert({}, { psfFlux, isNegative: !positive });
		expect(one).toMatchObject({ psfFlux, positive });
		expect(one.mag).toBeCloseTo(23.9, 10);
		expect(field(one, 'isNegative')).toBe(!positive);
	});

	it('keeps positive and isNegative apart', () => {
		const one = alert({}, { psfFlux: -5, isNegative: false });
		expect([one.positive, field(one, 'isNegative')]).toEqual([false, false]);
		expect(field(alert({}, { is_negative: true }, '7.4'), 'isNegative')).toBe(true);
	});

	it('keeps absent and NaN values absent', () => {
		const one = alert(
			{},
			{ psfFlux: null, psfFluxErr: NaN, snr: null, reliability: null, ssObjectId: 0n, parentDiaSourceId: 0n },
			'7.1',
		);
		expect([one.psfFlux, one.psfFluxErr, one.mag, one.limitMag, one.snr, one.reliability]).toEqual(Array(6).fill(NaN));
		expect([one.positive, one.reliabilityModel, field(one, 'ssObjectId'), field(one, 'parentDiaSourceId')]).toEqual([
			null,
			'',
			null,
			null,
		]);
	});

	it.each([
		[0.9, 0.9],
		[0.48634383, NaN],
		[NaN, NaN],
	])('reliability %f', (reliability, expected) => {
		const one = alert({}, { reliability });
		expect(one.reliability).toBe(Math.fround(expected));
	});

	it('still has the fallback reliability as a field', () => {
		expect(field(alert({}, { reliability: 0.48634383 }), 'reliability')).toBeCloseTo(0.48634383, 7);
	});

	it.each([
		['8.0e18', 8_000_000_000_000_000_000n, 'simulated'],
		['8.99e18', 8_990_000_000_000_000_000n, 'simulated'],
		['below 8.0e18', 7_999_999_999_999_999_999n, 'real'],
		['above 8.99e18', 8_990_000_000_000_000_001n, 'real'],
	])('origin of an id %s', (_, diaSourceId, origin) => {
		expect(alert({}, { diaSourceId })).toMatchObject({ origin, alertId: diaSourceId });
	});

	it('takes earlier detections, forced photometry and limits', () => {
		const earlier = lsstPart('10.0', 'diaSource', {
			diaSourceId: 5n,
			midpointMjdTai: MJD - 3,
			psfFlux: 400,
			psfFluxErr: 40,
			band: 'r',
			ra: 148.5,
			dec: 1.5,
		});
		const forced = (psfFlux: number) =>
			lsstPart('10.0', 'diaForcedSource', {
				diaForcedSourceId: 9n,
				midpointMjdTai: MJD - 2,
				psfFlux,
				psfFluxErr: 100,
				band: 'i',
			});
		const { history, firstMjd } = alert({ prvDiaSources: [earlier], prvDiaForcedSources: [forced(300), forced(299)] });
		expect(history.map(({ kind, sourceId, band }) => [kind, sourceId, band])).toEqual([
			['detection', 5n, 'r'],
			['forcedPhotometry', 9n, 'i'],
			['forcedPhotometry', 9n, 'i'],
		]);
		expect(history[1]?.mag).toBeCloseTo(31.4 - 2.5 * Math.log10(300), 10);
		expect(history[2]).toMatchObject({ mag: NaN, positive: true, psfFlux: 299 });
		expect(history[2]?.limitMag).toBeCloseTo(31.4 - 2.5 * Math.log10(500), 10);
		expect(firstMjd).toBe(MJD - 3);
		const limit = lsstPart('7.1', 'diaNondetectionLimit', { midpointMjdTai: MJD - 1, band: 'g', diaNoise: 20 });
		expect(alert({ prvDiaNondetectionLimits: [limit] }, {}, '7.1').history[0]).toMatchObject({
			kind: 'upperLimit',
			band: 'g',
			limitMag: 26.4,
		});
	});

	it('takes number and time of first detection from the object', () => {
		const diaObject = lsstPart('10.0', 'diaObject', { nDiaSources: 7, firstDiaSourceMjdTai: MJD - 20 });
		expect(alert({ diaObject })).toMatchObject({ nDetections: 7, firstMjd: MJD - 20 });
		expect(alert()).toMatchObject({ nDetections: null, firstMjd: MJD });
	});

	it('reads orbit and solar system fields of old and new schemas', () => {
		const orbit = lsstPart('10.0', 'mpc_orbits', { designation: '2011 AB1', e: 0.1 });
		expect(field(alert({ mpc_orbits: orbit }), 'orbitE')).toBe(0.1);
		expect(field(alert({ MPCORB: lsstPart('9.0', 'MPCORB', { e: 0.2 }) }, {}, '9.0'), 'orbitE')).toBe(0.2);
		const sso = lsstPart('8.0', 'ssSource', { heliocentricDist: 2.5 });
		expect(field(alert({ ssSource: sso }, {}, '8.0'), 'helioRange')).toBe(2.5);
	});

	it('keeps cutouts as they came, and an unknown band', () => {
		const bytes = Buffer.from('SIMPLE  =                    T');
		expect(alert({ cutoutScience: bytes }, { band: 'w' })).toMatchObject({
			band: 'w',
			cutouts: { science: bytes, template: null, difference: null },
		});
	});

	it.each<[string, Values, RegExp]>([
		['id 0', { diaSourceId: 0n }, /diaSourceId/],
		['NaN position', { ra: NaN }, /position/],
		['dec -91', { dec: -91 }, /declination/],
		['year 0', { midpointMjdTai: -678_000 }, /time/],
		['seconds for days', { midpointMjdTai: 1_480_360_995 }, /time/],
	])('refuses %s', (_, source, sentence) => {
		expect(() => alert({}, source)).toThrow(sentence);
	});
});

describe('ELAsTiCC alerts', () => {
	const own = (from: Alert, name: string) =>
		from.fields[elasticc.fields.findIndex((declared) => declared.name === name)];

	it('are of origin test, with fluxes of zero point 27.5', () => {
		const one = alertOf(elasticcPacket());
		expect(one).toMatchObject({
			survey: 'elasticc',
			origin: 'test',
			alertId: 2_354_006n,
			objectId: '1177',
			band: 'Y',
			schemaVersion: '0.9',
		});
		expect(one.mag).toBeCloseTo(27.5 - 5, 10);
		expect(one.snr).toBeCloseTo(20, 10);
		expect(one.history).toHaveLength(1);
		expect(one.firstMjd).toBe(59_612.1);
	});

	it('have hosts with absent values absent, under the names of later versions', () => {
		const one = alertOf(elasticcPacket());
		expect([
			own(one, 'hostgal_zspec'),
			own(one, 'hostgal2_zspec'),
			own(one, 'hostgal_mag_u'),
			own(one, 'hostgal2_mag_u'),
		]).toEqual([1.5, NaN, 30, NaN]);
		expect(own(one, 'hostgal_zphot_q010')).toBe(0.5);
	});
});

describe('declared fields', () => {
	it.each(SURVEYS.map((survey) => [survey.name, survey] as const))(
		'of %s have names, columns and units of their own',
		(_, survey) => {
			const columns = survey.fields.map(({ name }) => columnName(name, survey.name));
			expect(new Set(columns).size).toBe(columns.length);
			for (const { name, meaning, unit } of survey.fields) {
				expect(name).toMatch(/^[A-Za-z]\w*$/);
				expect(meaning.length).toBeGreaterThan(3);
				expect(unit).toMatch(/^$|^[A-Za-z]+(\*\*-?\d)?(\.[A-Za-z]+(\*\*-?\d)?)*$/);
			}
		},
	);
});
