import { describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { winter } from '#lib/alert/surveys/winter.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import type { DecodedPacket } from '#server/ingest/decode/packet.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { atlasPacket, decamPacket, pgirPacket, winterPacket } from '../../../support/otherPackets.ts';
import { JD } from '../../../support/packets.ts';

const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });

function alertOf(bytes: Uint8Array): Alert {
	const [decoded] = decoder.decode({ bytes }) as DecodedPacket[];
	if (decoded === undefined) throw new Error('no record');
	return normalise(decoded, 0);
}

/** MJD TAI of the middle of an exposure that starts at an MJD UTC after 2017. */
const middle = (startMjd: number, exposure: number) => startMjd + (exposure / 2 + 37) / 86_400;

describe('WINTER alerts', () => {
	it('have infrared bands, Vega magnitudes with fluxes in nJy, and the middle of the exposure', () => {
		const one = alertOf(winterPacket());
		expect(one).toMatchObject({
			survey: 'winter',
			alertId: 9_007_199_254_740_993n,
			objectId: 'WNTR24abcde',
			programme: 'private',
			origin: 'real',
			band: 'J',
			mag: 16,
			magErr: 0.0625,
			limitMag: 17.75,
			exposureSeconds: 120,
			exposureAssumed: false,
			nDetections: 3,
			starSepArcsec: 3,
			ssoName: null,
		});
		expect(one.mjd).toBeCloseTo(middle(JD - 2_400_000.5, 120), 8);
		expect(one.firstMjd).toBeCloseTo(middle(JD - 5 - 2_400_000.5, 30), 8);
		// 1594 Jy at J = 0
		expect(one.psfFlux / (1594e9 * 10 ** (-0.4 * 16))).toBeCloseTo(1, 3);
		expect(one.cutouts.template?.length).toBeGreaterThan(100);
	});

	it('keep the first of two fields of one name, and history points with an assumed exposure', () => {
		const one = alertOf(winterPacket());
		expect(one.fields[winter.fields.findIndex(({ name }) => name === 'sgmag1')]).toBe(18.25);
		expect(one.history).toHaveLength(1);
		expect(one.history[0]).toMatchObject({ kind: 'detection', exposureAssumed: true, positive: false, mag: 16.5 });
		expect(one.history[0]?.psfFlux).toBeLessThan(0);
	});

	it('of a dark frame or an unknown filter are invalid', () => {
		expect(() => alertOf(winterPacket({ fid: 4 }))).toThrow(/filter number 4 is none of WINTER's/);
		expect(() => alertOf(winterPacket({ fid: 0 }))).toThrow(/filter number 0/);
	});

	it.each([
		[{ ra: NaN }, /no position/],
		[{ candid: 0n }, /no candid/],
		[{ jd: 0 }, /time of observation/],
	])('with %o are invalid', (changes, sentence) => {
		expect(() => alertOf(winterPacket(changes))).toThrow(sentence);
	});
});

describe('PGIR alerts', () => {
	it('are J band detections with upper limits before, without a solar system object at -99', () => {
		const one = alertOf(pgirPacket());
		expect(one).toMatchObject({
			survey: 'pgir',
			alertId: 114_297_926n,
			objectId: 'PGIR21abcdef',
			band: 'J',
			mag: 10,
			positive: true,
			reliability: 0.75,
			reliabilityModel: 'drb model',
			ssoName: null,
			nDetections: 12,
		});
		expect(one.mjd).toBeCloseTo(middle(JD - 2_400_000.5, 64), 8);
		expect(one.history).toMatchObject([{ kind: 'upperLimit', limitMag: 12.5, mag: NaN, positive: null }]);
	});

	it('name a solar system object within 5 arcsec only', () => {
		expect(alertOf(pgirPacket({ ssdistnr: 2, ssnamenr: 'Ceres' })).ssoName).toBe('Ceres');
		expect(alertOf(pgirPacket({ ssdistnr: 20, ssnamenr: 'Ceres' })).ssoName).toBeNull();
		expect(alertOf(pgirPacket({ isdiffpos: 'f' })).psfFlux).toBeLessThan(0);
	});
});

describe('DECam alerts', () => {
	it('have fluxes in nJy as sent and forced photometry as history', () => {
		const one = alertOf(decamPacket());
		expect(one).toMatchObject({
			survey: 'decam',
			alertId: 65_346n,
			objectId: 'c4d_260708_015517_xxx_g',
			band: 'g',
			psfFlux: 1000,
			psfFluxErr: 250,
			limitMag: 23,
			snr: 4,
			exposureAssumed: true,
			reliability: 0.875,
		});
		expect(one.mag).toBeCloseTo(31.4 - 7.5, 10);
		expect(one.mjd).toBeCloseTo(middle(61_229.0625, 30), 8);
		expect(one.history).toMatchObject([{ kind: 'forcedPhotometry', psfFlux: 1000, sourceId: 0n }]);
	});

	it('that are fainter than the template have negative flux', () => {
		expect(alertOf(decamPacket({ psfFlux: -1000 }))).toMatchObject({ psfFlux: -1000, positive: false });
	});
});

describe('ATLAS alerts', () => {
	it('have a 63-bit id from their text, the sign of the flux and no template', () => {
		const one = alertOf(atlasPacket());
		expect(one).toMatchObject({
			survey: 'atlas',
			alertIdText: '02a59543o0040o_006230',
			// printf '02a59543o0040o_006230' | sha256sum: the first eight bytes, shifted right by one
			alertId: 3_764_399_304_795_479_300n,
			objectId: '1200825211121548288',
			band: 'o',
			psfFlux: -512_000,
			psfFluxErr: 16_000,
			positive: false,
			snr: 32,
			exposureSeconds: 30,
		});
		expect(one.mag).toBeCloseTo(23.9 - 2.5 * Math.log10(512), 10);
		expect(one.mjd).toBeCloseTo(middle(59_543.25, 30), 8);
		expect([one.cutouts.science === null, one.cutouts.template, one.cutouts.difference === null]).toEqual([
			false,
			null,
			false,
		]);
	});
});

describe('surveys', () => {
	it('whose data are not public say so in every programme', () => {
		const closed = SURVEYS.filter(({ programmes }) => programmes.every((programme) => !programme.public));
		expect(closed.map(({ name }) => name)).toEqual(['winter', 'decam', 'pgir', 'atlas']);
	});
});
