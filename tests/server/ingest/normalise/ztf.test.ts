import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import { ztf } from '#lib/alert/surveys/ztf.ts';
import { fluxFromMag } from '#lib/astro/photometry.ts';
import { mjdFromJd, nightText, taiFromUtcMjd } from '#lib/astro/time.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { DecodeError, type DecodedPacket } from '#server/ingest/decode/packet.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { readImage } from '#lib/format/fits.ts';
import { gunzipSync } from 'node:zlib';
import { turboPacket } from '../../../support/otherPackets.ts';
import {
	container,
	JD,
	stamp,
	ztfForced,
	ztfLimit,
	ztfPacket,
	ztfPrevious,
	ztfRecord,
	ztfSchema,
	type Values,
} from '../../../support/packets.ts';

const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });

function alertOf(bytes: Uint8Array): Alert {
	const [decoded] = decoder.decode({ bytes }) as DecodedPacket[];
	if (decoded === undefined) throw new Error('no record');
	return normalise(decoded, 0);
}

const alert = (changes: Values = {}, candidate: Values = {}): Alert =>
	alertOf(ztfPacket(changes, candidate, 'null', true));
const field = (from: Alert, name: string) => from.fields[ztf.fields.findIndex((own) => own.name === name)];
const startTai = taiFromUtcMjd(mjdFromJd(JD));
const SECOND = 1 / 86_400;
// MJDs near 60,000 are exact to 7e-12 d, JDs to 5e-10 d
const NEAR = 7;

describe('ZTF alerts', () => {
	it('takes identity, programme and origin from the packet', () => {
		const one = alert();
		expect(one).toMatchObject({
			survey: 'ztf',
			alertId: 2_245_250_005_015_000_009n,
			objectId: 'ZTF23abcdefg',
			programme: 'public',
			origin: 'real',
		});
		expect(one).toMatchObject({ schemaVersion: '3.3', band: 'g', nDetections: 2, alertIdText: '' });
	});

	it.each([
		[1, 'public'],
		[2, 'partnership'],
		[3, 'caltech'],
		[0, 'private'],
		[9, 'private'],
		[64, 'private'],
	])('programid %i is %s, of each point too', (programid, programme) => {
		const one = alert(
			{ prv_candidates: [ztfPrevious({ programid }), ztfLimit({ programid })], fp_hists: [ztfForced({ programid })] },
			{ programid },
		);
		expect([one.programme, one.detection.programme, ...one.history.map((point) => point.programme)]).toEqual(
			Array(5).fill(programme),
		);
	});

	it('has its time in the middle of the exposure, in TAI', () => {
		const one = alert();
		expect(one.mjd).toBeCloseTo(startTai + 15 * SECOND, NEAR);
		expect(one).toMatchObject({ timeReceived: JD, exposureSeconds: 30, exposureAssumed: false });
		expect(alert({}, { exptime: 240 }).mjd).toBeCloseTo(startTai + 120 * SECOND, NEAR);
	});

	it.each([0, null, -999])('takes 30 s for an exposure time of %s and says so', (exptime) => {
		const one = alert({}, { exptime });
		expect(one.mjd).toBeCloseTo(startTai + 15 * SECOND, NEAR);
		expect(one.exposureAssumed).toBe(true);
		expect(one.exposureSeconds).toBeNaN();
	});

	it('takes 30 s for histories, and the exposure time of forced photometry', () => {
		const { history } = alert(
			{ prv_candidates: [ztfPrevious()], fp_hists: [ztfForced({ exptime: 240 })] },
			{ exptime: 240 },
		);
		expect(history[0]?.exposureAssumed).toBe(true);
		expect(history[0]?.mjd).toBeCloseTo(taiFromUtcMjd(mjdFromJd(JD - 4)) + 15 * SECOND, NEAR);
		expect(history[1]?.exposureAssumed).toBe(false);
		expect(history[1]?.mjd).toBeCloseTo(taiFromUtcMjd(mjdFromJd(JD - 1)) + 120 * SECOND, NEAR);
	});

	it.each([
		[2_460_000.5, '2023-02-25'],
		[2_460_000.5 - 20 * SECOND, '2023-02-24'],
		[2_460_000.5 - 10 * SECOND, '2023-02-25'],
		[2_460_001.49, '2023-02-25'],
	])('JD %f is of the night %s', (jd, night) => {
		expect(nightText(alert({}, { jd }).night)).toBe(night);
	});

	it.each([
		['t', true],
		['1', true],
		['f', false],
		['0', false],
		['', null],
	])('isdiffpos %j gives positive %s and the sign of the flux', (isdiffpos, positive) => {
		const one = alert({}, { isdiffpos, magpsf: 17.5, sigmapsf: 0.05 });
		expect(one.positive).toBe(positive);
		expect(one.psfFlux).toBeCloseTo((positive === false ? -1 : 1) * fluxFromMag(17.5), 3);
		expect(one.mag).toBe(17.5);
		expect(one.magErr).toBeCloseTo(0.05, 6);
		expect(one.snr).toBeCloseTo(1.0857362 / Math.fround(0.05), 4);
	});

	it.each([0, -1, -999])('takes an error of %f as absent', (sigmapsf) => {
		const one = alert({}, { sigmapsf });
		expect([one.magErr, one.psfFluxErr, one.snr]).toEqual([NaN, NaN, NaN]);
		expect(one.mag).toBe(17.5);
	});

	it('keeps absent values absent', () => {
		const one = alert(
			{},
			{ sgscore1: -999, distpsnr1: null, diffmaglim: null, jdstarthist: null, ssnamenr: 'null', objectidps1: null },
		);
		expect([one.starScore, one.starSepArcsec, one.limitMag, one.firstMjd]).toEqual([NaN, NaN, NaN, NaN]);
		expect([field(one, 'ssdistnr'), field(one, 'ssnamenr'), field(one, 'objectidps1')]).toEqual([NaN, null, null]);
		expect(one.ssoName).toBeNull();
	});

	it('has every declared field, ids as bigint', () => {
		const one = alert();
		expect(one.fields).toHaveLength(ztf.fields.length);
		expect(field(one, 'objectidps1')).toBe(110_401_500_000_000_001n);
		expect(field(one, 'drbversion')).toBe('d6_m7');
		expect(field(one, 'drb')).toBeCloseTo(0.99, 6);
		expect(field(one, 'nmtchps')).toBeNull();
	});

	it.each([
		[{ drb: 0.99, drbversion: 'd6_m7' }, 0.99, 'drb d6_m7'],
		[{ drb: 0, drbversion: '' }, 0.8, 'rb t17_f5_c3'],
		[{ drb: null, drbversion: '' }, 0.8, 'rb t17_f5_c3'],
		[{ drb: null, drbversion: '', rb: null }, NaN, ''],
		[{ drb: -999, drbversion: 'd6_m7', rb: -999 }, NaN, ''],
	])('reliability of %j', (scores, score, model) => {
		const one = alert({}, scores);
		expect(one.reliability).toBe(Math.fround(score));
		expect(one.reliabilityModel).toBe(model);
	});

	it.each([
		[0.3, '2023AB', '2023AB'],
		[5, '2023AB', '2023AB'],
		[23, '2023AB', null],
		[-999, '2023AB', null],
		[1, 'null', null],
		[1, '', null],
	])('a solar system name at %f arcsec', (ssdistnr, ssnamenr, name) => {
		expect(alert({}, { ssdistnr, ssnamenr }).ssoName).toBe(name);
	});

	it('knows an unknown filter by its number', () => {
		expect(alert({}, { fid: 7 }).band).toBe('fid7');
	});

	it('puts RA 360 at 0 and accepts the poles', () => {
		expect(alert({}, { ra: 360, dec: 90 })).toMatchObject({ ra: 0, dec: 90 });
		expect(alert({}, { ra: 0, dec: -90 })).toMatchObject({ ra: 0, dec: -90 });
	});

	it.each([
		['a SIM name', { objectId: 'SIM23abcdefg' }, {}, 'simulated'],
		['nid 9000', {}, { nid: 9000 }, 'simulated'],
		['nid 9222', {}, { nid: 9222 }, 'simulated'],
		['nid 9223', {}, { nid: 9223 }, 'real'],
		['field 9000', {}, { field: 9000 }, 'simulated'],
		['a candid of night 9001', {}, { candid: 9_001_250_005_015_000_009n }, 'simulated'],
		['a pid of night 9001', {}, { pid: 9_001_250_005_015n }, 'simulated'],
		['none of these', {}, { field: 8999, nid: 8999 }, 'real'],
	])('origin with %s', (_, changes, candidate, origin) => {
		expect(alert(changes, candidate).origin).toBe(origin);
	});

	it('reads what Spark wrote under another name', () => {
		const one = alertOf(container(ztfSchema({ name: 'topLevelRecord' }), [ztfRecord()], 'snappy'));
		expect(one).toMatchObject({ survey: 'ztf', alertId: 2_245_250_005_015_000_009n });
	});
});

describe('ZTF history', () => {
	it('tells upper limits, detections and forced photometry apart', () => {
		const { history } = alert();
		expect(history.map(({ kind, sourceId, band }) => [kind, sourceId, band])).toEqual([
			['upperLimit', 0n, 'r'],
			['detection', 2_241_250_005_015_000_007n, 'r'],
			['forcedPhotometry', 0n, 'g'],
		]);
		expect(history[0]).toMatchObject({ mag: NaN, psfFlux: NaN, limitMag: 20.5, positive: null });
	});

	it('has none where the lists are null', () => {
		expect(alert({ prv_candidates: null, fp_hists: null }).history).toEqual([]);
	});

	it('converts forced counts with their own zero point', () => {
		const [bright, faint, negative] = alert({
			prv_candidates: null,
			fp_hists: [ztfForced(), ztfForced({ forcediffimflux: 149 }), ztfForced({ forcediffimflux: -500 })],
		}).history;
		const nJy = fluxFromMag(Math.fround(26.2));
		expect(bright?.psfFlux).toBeCloseTo(500 * nJy, 3);
		expect(bright?.mag).toBeCloseTo(26.2 - 2.5 * Math.log10(500), 5);
		expect(faint).toMatchObject({ mag: NaN, magErr: NaN, positive: true });
		expect(faint?.limitMag).toBeCloseTo(26.2 - 2.5 * Math.log10(250), 5);
		expect(negative?.positive).toBe(false);
		expect(negative?.psfFlux).toBeCloseTo(-500 * nJy, 3);
	});

	it('keeps unfinished forced points without a value', () => {
		const [point] = alert({
			prv_candidates: null,
			fp_hists: [ztfForced({ forcediffimflux: -99_999, forcediffimfluxunc: -99_999, procstatus: '61' })],
		}).history;
		expect(point).toMatchObject({
			psfFlux: NaN,
			psfFluxErr: NaN,
			mag: NaN,
			limitMag: NaN,
			positive: null,
			flags: '61',
		});
	});

	it('gives a detection the same received values in its own alert and in a later history', () => {
		const candidate = {
			jd: JD - 4,
			ra: 150.0001,
			dec: 2.0001,
			magpsf: 18.5,
			sigmapsf: 0.1,
			fid: 2,
			diffmaglim: 20.5,
			isdiffpos: '1',
		};
		const own = alert({}, { ...candidate, exptime: 240 }).detection;
		const later = alert({ prv_candidates: [ztfPrevious()] }).history[0];
		expect(later?.valueHash).toBe(own.valueHash);
	});

	it('drops history points without a time', () => {
		expect(
			alert({
				prv_candidates: [ztfLimit({ jd: 0 }), ztfLimit({ jd: NaN }), ztfLimit({ diffmaglim: null })],
				fp_hists: null,
			}).history,
		).toEqual([]);
	});
});

describe('ZTF cutouts', () => {
	it.each([
		[63, 63],
		[63, 43],
		[54, 63],
	])('are kept as they came, %i by %i', (width, height) => {
		const bytes = stamp(width, height, (i) => (i % 7 === 0 ? NaN : i));
		const one = alert({ cutoutScience: { fileName: 'x', stampData: bytes } });
		expect(Buffer.from(one.cutouts.science ?? [])).toEqual(bytes);
		const image = readImage(gunzipSync(one.cutouts.science ?? Buffer.alloc(0)));
		expect([image.width, image.height]).toEqual([width, height]);
		expect(image.data[0]).toBeNaN();
	});

	it('may be JPEG, empty or null', () => {
		const jpeg = Buffer.from('ffd8ffe000104a464946', 'hex');
		const one = alert({
			cutoutScience: { fileName: 'x', stampData: jpeg },
			cutoutTemplate: { fileName: 'x', stampData: Buffer.alloc(0) },
			cutoutDifference: null,
		});
		expect(one.cutouts).toEqual({ science: jpeg, template: null, difference: null });
	});
});

describe('ZTF packets that are no alerts', () => {
	const reason = (changes: Values, candidate: Values = {}): DecodeError => {
		try {
			alert(changes, candidate);
		} catch (error) {
			if (error instanceof DecodeError) return error;
		}
		throw new Error('expected a DecodeError');
	};

	it.each<[string, Values, Values, RegExp]>([
		['candid 0', { candid: 0n }, { candid: 0n }, /candid/],
		['negative candid', { candid: -1n }, { candid: -1n }, /candid/],
		['no name', { objectId: '' }, {}, /objectId/],
		['NaN position', {}, { ra: NaN }, /position/],
		['absent position', {}, { dec: -999 }, /position/],
		['dec 91', {}, { dec: 91 }, /declination/],
		['ra 361', {}, { ra: 361 }, /right ascension/],
		['ra -1', {}, { ra: -1 }, /right ascension/],
		['year 0', {}, { jd: 1_721_057.5 }, /time/],
		['year 9999', {}, { jd: 5_373_484.5 }, /time/],
		['no time', {}, { jd: NaN }, /time/],
	])('%s', (_, changes, candidate, sentence) => {
		const error = reason(changes, candidate);
		expect(error.kind).toBe('invalid');
		expect(error.message).toMatch(sentence);
	});

	it('name the survey that has no adapter, and why it has none', () => {
		expect(() => alertOf(turboPacket())).toThrow(/no adapter for TURBO: .*trials that name no object/);
	});

	it('any position, id and brightness gives an alert or a DecodeError', () => {
		const double = fc.double();
		fc.assert(
			fc.property(
				double,
				double,
				double,
				double,
				fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
				(ra, dec, jd, magpsf, candid) => {
					const [decoded] = decoder.decode({
						bytes: ztfPacket({ candid, cutoutScience: null }, { ra, dec, jd, magpsf, candid }),
					}) as DecodedPacket[];
					try {
						const one = normalise(decoded as DecodedPacket, 0);
						expect(one.ra >= 0 && one.ra < 360 && Math.abs(one.dec) <= 90 && one.alertId > 0n).toBe(true);
					} catch (error) {
						expect(error).toBeInstanceOf(DecodeError);
					}
				},
			),
			{ numRuns: 100 },
		);
	});
});
