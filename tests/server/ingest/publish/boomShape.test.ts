import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { exampleAlert, readExample } from '#server/ingest/filter/example.ts';
import { boomMessage, BOOM_SCHEMA, toBoomAlert } from '#server/ingest/publish/boomShape.ts';

const PASSED = 1_795_000_000_123;
const HIT = {
	filterId: '7d0d3a8e-5f0b-5a38-9d1c-000000000001',
	name: 'Fast faders',
	annotations: [
		{ name: 'fadeRate', value: 0.42 },
		{ name: 'host', value: null },
		{ name: 'id', value: '170587115523932323' },
	],
};

const enriched = (example: object): EnrichedAlert => exampleAlert(readExample(JSON.stringify(example), 'test'));

/** What a reader of Kafka finds in the message. */
async function received(alert: EnrichedAlert): Promise<Record<string, unknown>> {
	const made = toBoomAlert(alert, [HIT], PASSED);
	if (made === null) throw new Error('not sent');
	const decoded = await createDecoder({ cacheFolder: '/nowhere', registryUrl: null }).decode({
		bytes: boomMessage(made),
	});
	expect(decoded).toHaveLength(1);
	return decoded[0]?.record ?? {};
}

interface Point {
	readonly jd: number;
	readonly flux: number | null;
	readonly flux_err: number;
	readonly band: string;
	readonly origin: string;
	readonly programid: number;
	readonly survey: string;
}

/** Zero points with which SkyPortal's module reads fluxes, after 1e-9. */
const SKYPORTAL_ZP: Readonly<Record<string, number>> = { LSST: 8.9, ZTF: 23.9 };

function magnitudes(points: readonly Point[]): (number | null)[] {
	return points.map(({ flux, survey }) =>
		flux === null ? null : -2.5 * Math.log10(Math.abs(flux * 1e-9)) + (SKYPORTAL_ZP[survey] ?? Number.NaN),
	);
}

describe("alerts in BOOM's shape", () => {
	const ZTF = {
		fields: { alertId: '2517255523932320012', 'ztf.exptime': 30 },
		points: [
			{ ago: 2, band: 'g', mag: 19.25 },
			{ ago: 1.5, kind: 'upperLimit', limitMag: 20.5 },
			{ ago: 1, kind: 'forcedPhotometry', mag: 19 },
			{ ago: 0.5, mag: 18.75, positive: false },
		],
		scores: { 'acai_h/h': 0.9, 'classes/sn': 0.25, 'classes/agn': 0.5 },
		associated: ['lsst'],
	};

	it('have the documented fields, 64-bit ids exact', async () => {
		const record = await received(enriched(ZTF));
		expect(Object.keys(record)).toEqual([
			...[
				'candid',
				'objectId',
				'jd',
				'ra',
				'dec',
				'survey',
				'filters',
				'classifications',
				'photometry',
				'survey_matches',
			],
			...['cutoutScience', 'cutoutTemplate', 'cutoutDifference'],
		]);
		const { fields } = JSON.parse(BOOM_SCHEMA) as { fields: { name: string }[] };
		expect(Object.keys(record)).toEqual(fields.map(({ name }) => name));
		expect(record).toMatchObject({
			candid: 2_517_255_523_932_320_012n,
			objectId: 'SIM26aaaaaab',
			survey: 'ZTF',
			ra: 180,
			dec: 20,
		});
		expect(record['filters']).toEqual([
			{
				filter_id: HIT.filterId,
				filter_name: 'Fast faders',
				passed_at: PASSED,
				annotations: '{"fadeRate":0.42,"host":null,"id":"170587115523932323"}',
			},
		]);
		const classifications = record['classifications'] as {
			classifier: string;
			score: number;
			distance_arcsec: number | null;
		}[];
		expect(classifications.map(({ classifier }) => classifier)).toEqual([
			...['rb', 'drb', 'sgscore1', 'acai_h', 'classes_sn', 'classes_agn'],
		]);
		expect(classifications[2]).toEqual({ classifier: 'sgscore1', score: 0.1, distance_arcsec: 3 });
	});

	it('carry fluxes that SkyPortal reads as the magnitudes they were, for both surveys', async () => {
		const photometry = (await received(enriched(ZTF)))['photometry'] as Point[];
		const expected = [19.25, null, 19, 18.75, 18.5];
		for (const [i, mag] of magnitudes(photometry).entries()) {
			if (expected[i] === null) expect(mag).toBeNull();
			else expect(mag).toBeCloseTo(expected[i] ?? 0, 9);
		}
		expect(photometry.map(({ band, origin }) => `${band} ${origin}`)).toEqual([
			...['ztfg Alert', 'ztfr Alert', 'ztfr ForcedPhot', 'ztfr Alert', 'ztfr Alert'],
		]);
		expect(photometry[3]?.flux).toBeLessThan(0);
		// a limit is read as 5 sigma of its error
		const limit = (photometry[1]?.flux_err ?? 0) * 1e-9;
		expect(-2.5 * Math.log10(5 * limit) + 23.9).toBeCloseTo(20.5, 9);
		const rubin = (await received(enriched({ survey: 'lsst', points: [{ ago: 1, mag: 22 }] })))[
			'photometry'
		] as Point[];
		expect(magnitudes(rubin)[0]).toBeCloseTo(22, 9);
		expect(rubin[0]).toMatchObject({ band: 'lsstr', programid: 1, survey: 'LSST' });
	});

	it('give the time as BOOM does: UTC, of ZTF at the start of the exposure', async () => {
		const ztf = enriched(ZTF);
		// 37 s between TAI and UTC, and half of 30 s
		const start = ztf.alert.mjd + 2_400_000.5 - (37 + 15) / 86_400;
		const record = await received(ztf);
		expect(record['jd']).toBeCloseTo(start, 8);
		expect((record['photometry'] as Point[]).at(-1)?.jd).toBeCloseTo(start, 8);
		const lsst = enriched({ survey: 'lsst' });
		expect((await received(lsst))['jd']).toBeCloseTo(lsst.alert.mjd + 2_400_000.5 - 37 / 86_400, 8);
	});

	it('name the object of the other survey with its points', async () => {
		const matches = (await received(enriched(ZTF)))['survey_matches'];
		expect(matches).toMatchObject({
			ztf: null,
			lsst: { objectId: '8000000000000000009', ra: 180, photometry: [{ band: 'lsstr', survey: 'LSST' }] },
		});
		expect((await received(enriched({})))['survey_matches']).toEqual({ ztf: null, lsst: null });
	});

	it('hold cutouts that SkyPortal can open: of ZTF gzipped, of Rubin as they came, absent ones empty', async () => {
		const fits = Buffer.from('SIMPLE  =                    T');
		const alert = (survey: string, science: Uint8Array): EnrichedAlert => {
			const made = enriched({ survey });
			return { ...made, alert: { ...made.alert, cutouts: { science, template: null, difference: science } } };
		};
		const bytesOf = async (made: EnrichedAlert) => Buffer.from((await received(made))['cutoutScience'] as Uint8Array);
		expect(gunzipSync(await bytesOf(alert('ztf', fits)))).toEqual(fits);
		expect(gunzipSync(await bytesOf(alert('ztf', gzipSync(fits))))).toEqual(fits);
		expect(await bytesOf(alert('lsst', fits))).toEqual(fits);
		expect(Buffer.from((await received(alert('ztf', fits)))['cutoutTemplate'] as Uint8Array)).toHaveLength(0);
	});

	it('show nobody what is not public', () => {
		const hidden = enriched({ ...ZTF, fields: { programme: 'partnership' } });
		expect(toBoomAlert(hidden, [HIT], PASSED)).toBeNull();
		const seen = enriched(ZTF);
		const curve = seen.curve.map((point, i) => (i === 0 ? { ...point, programme: 'partnership' } : point));
		expect(toBoomAlert({ ...seen, curve }, [HIT], PASSED)?.photometry).toHaveLength(4);
		const associations = seen.associations.map((one) => ({ ...one, curve: [] }));
		expect(toBoomAlert({ ...seen, associations }, [HIT], PASSED)?.survey_matches.lsst).toBeNull();
	});
});
