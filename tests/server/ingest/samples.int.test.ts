import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import { CUTOUT_KINDS } from '#lib/alert/cutout.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { isGzip, readImage } from '#lib/format/fits.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { DecodeError } from '#server/ingest/decode/packet.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { archiveSource } from '#server/ingest/source/archive.ts';

const samples = process.env['NIGHTJAR_SAMPLES'];
const alertsFolder = join(samples ?? '', 'alerts');

/** What became of every record under alerts/. */
interface Read {
	readonly alerts: Map<string, Alert>;
	/** Per folder: alerts, and dead letters by kind. */
	readonly counts: Map<string, Record<string, number>>;
	readonly reasons: Map<string, string>;
}

async function readAll(): Promise<Read> {
	const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
	const out: Read = { alerts: new Map(), counts: new Map(), reasons: new Map() };
	const count = (name: string, what: string) => {
		const counts = out.counts.get(dirname(name)) ?? {};
		out.counts.set(dirname(name), { ...counts, [what]: (counts[what] ?? 0) + 1 });
	};
	for await (const packet of archiveSource([alertsFolder]).packets(new AbortController().signal)) {
		const name = relative(alertsFolder, packet.partition);
		try {
			if ('broken' in packet) throw new DecodeError(packet.kind, packet.reason);
			for (const decoded of await decoder.decode(packet)) {
				out.alerts.set(name, normalise(decoded, packet.receivedAtMs));
				count(name, 'alerts');
			}
		} catch (error) {
			if (!(error instanceof DecodeError)) throw error;
			count(name, error.kind);
			out.reasons.set(name, error.message);
		}
	}
	return out;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Golden = Record<string, { [key: string]: Json }[]>;

const python = process.env['NIGHTJAR_PYTHON'] ?? 'python3';
const script = join(import.meta.dirname, '../../../scripts/golden/packets.py');
const hasReader = samples !== undefined && spawnSync(python, ['-c', 'import fastavro, cramjam']).status === 0;

function at(record: Json | undefined, path: string): Json {
	let value: Json | undefined = record;
	for (const part of path.split('.'))
		value = typeof value === 'object' && value !== null && !Array.isArray(value) ? value[part] : undefined;
	return value ?? null;
}

/** A field's value as the independent reader gives it: absent ones null, 64-bit integers as text where needed. */
function asJson(value: number | bigint | string | boolean | null): Json {
	if (typeof value === 'bigint') return value < 2n ** 53n && value > -(2n ** 53n) ? Number(value) : String(value);
	return typeof value === 'number' && Number.isNaN(value) ? null : value;
}

const ABSENT: readonly Json[] = [null, -999, -99_999, 'null', ''];

describe.skipIf(samples === undefined)('real packets (NIGHTJAR_SAMPLES)', () => {
	let read: Read;
	beforeAll(async () => {
		read = await readAll();
	});

	it('of ZTF, Rubin and ELAsTiCC become alerts, others dead letters', () => {
		expect(Object.fromEntries(read.counts)).toEqual({
			atlas: { unknownSurvey: 2 },
			decam: { unknownSurvey: 1 },
			elasticc: { alerts: 6 },
			fink_filters: { unreadable: 3 },
			fink_lsst: { unreadable: 1 },
			fink_ztf: { unreadable: 4 },
			'lsst/confluent': { alerts: 5 },
			// v7.4 gives the time in seconds since 1970 where days are due
			'lsst/fake': { alerts: 4, invalid: 1 },
			pgir: { unknownSurvey: 2 },
			turbo: { unknownSurvey: 2 },
			winter: { unknownSurvey: 3 },
			'ztf/alerce_samples': { alerts: 13 },
			'ztf/boom': { alerts: 11 },
			'ztf/kowalski_20200202': { alerts: 12 },
			'ztf/ztf-avro-alert': { alerts: 2 },
		});
		expect(read.reasons.get('winter/boom.avro')).toMatch(/no adapter for WINTER/);
	});

	it('keep what makes them special', () => {
		const alerts = [...read.alerts.values()];
		expect(alerts.filter(({ programme }) => programme === 'caltech')).toHaveLength(1);
		expect(alerts.find(({ schemaVersion }) => schemaVersion === '7.1')?.alertId).toBe(25_409_136_044_802_067n);
		expect(alerts.find(({ alertId }) => alertId === 170_239_611_403_501_714n)?.history).toHaveLength(368);
		expect(alerts.some(({ survey, history }) => survey === 'ztf' && history.length === 0)).toBe(true);
	});

	describe.skipIf(!hasReader)(
		'beside an independent reader (python3 or NIGHTJAR_PYTHON with fastavro and cramjam)',
		() => {
			let golden: Golden;
			const pairs = () => [...read.alerts].map(([name, alert]) => [name, alert, golden[name]?.[0]] as const);
			beforeAll(() => {
				golden = JSON.parse(
					execFileSync(python, [script, samples ?? ''], { maxBuffer: 1e9, encoding: 'utf8' }),
				) as Golden;
			});

			it('have the same values in every declared field', () => {
				let compared = 0;
				for (const [name, alert, record] of pairs()) {
					const fields = findSurvey(alert.survey)?.fields ?? [];
					fields.forEach((field, i) => {
						const value = at(record, field.from);
						const ours = asJson(alert.fields[i] ?? null);
						const isHost =
							alert.survey === 'elasticc' && /^hostgal/.test(field.name) && [-9, 999].includes(Number(value));
						const isNone = /ssObjectId|parentDiaSourceId|diaObjectId/.test(field.name) && value === 0;
						if (ours === null)
							expect([name, field.name, isHost || isNone || ABSENT.includes(value)]).toEqual([name, field.name, true]);
						// a field that the version names otherwise is covered by the tests of the rules
						else if (value !== null) {
							expect([name, field.name, ours]).toEqual([name, field.name, value]);
							compared++;
						}
					});
				}
				expect(compared).toBeGreaterThan(4000);
			});

			it('have the same ids, times, positions and brightness', () => {
				for (const [name, alert, record] of pairs()) {
					const source = at(record, alert.survey === 'ztf' ? 'candidate' : 'diaSource');
					const [id, dec, time] = {
						ztf: ['candid', 'dec', 'jd'] as const,
						lsst: ['diaSourceId', 'dec', 'midpointMjdTai'] as const,
						elasticc: ['diaSourceId', 'decl', 'midPointTai'] as const,
					}[alert.survey] ?? ['', '', ''];
					expect([name, asJson(alert.alertId), alert.ra, alert.dec, alert.timeReceived]).toEqual([
						name,
						at(source, id),
						at(source, 'ra'),
						at(source, dec),
						at(source, time),
					]);
					if (alert.survey === 'ztf') {
						const exposure = Number(at(source, 'exptime'));
						// TAI - UTC has been 37 s since 2017
						const mjd = Number(at(source, 'jd')) - 2_400_000.5 + ((exposure > 0 ? exposure : 30) / 2 + 37) / 86_400;
						expect(alert.mjd).toBeCloseTo(mjd, 8);
						expect(alert.mag).toBe(at(source, 'magpsf'));
						const sign = at(source, 'isdiffpos') === 't' || at(source, 'isdiffpos') === '1' ? 1 : -1;
						expect(alert.psfFlux / (sign * 10 ** ((31.4 - alert.mag) / 2.5))).toBeCloseTo(1, 10);
					} else {
						const flux =
							Number(at(source, alert.survey === 'lsst' ? 'psfFlux' : 'psFlux')) *
							(alert.survey === 'lsst' ? 1 : 10 ** 1.56);
						expect(alert.psfFlux / flux).toBeCloseTo(1, 10);
						expect(alert.mjd).toBe(alert.timeReceived);
					}
				}
			});

			it('have the same history, point by point', () => {
				let compared = 0;
				for (const [name, alert, record] of pairs()) {
					const lists = [
						'prv_candidates',
						'fp_hists',
						'prvDiaSources',
						'prvDiaForcedSources',
						'prvDiaNondetectionLimits',
					];
					const points = lists.flatMap((list) => (at(record, list) ?? []) as Json[]);
					expect([name, alert.history.length]).toEqual([name, points.length]);
					alert.history.forEach((point, i) => {
						const raw = points[i];
						const time = ['jd', 'midpointMjdTai', 'midPointTai']
							.map((key) => at(raw, key))
							.find((value) => value !== null);
						expect(point.timeReceived).toBe(time);
						const id = ['candid', 'diaSourceId', 'diaForcedSourceId']
							.map((key) => at(raw, key))
							.find((value) => value !== null);
						expect(asJson(point.sourceId)).toBe(id ?? 0);
						if (point.kind === 'upperLimit' && alert.survey === 'ztf')
							expect([point.limitMag, point.mag]).toEqual([at(raw, 'diffmaglim'), NaN]);
						if (point.kind === 'detection' && alert.survey === 'ztf')
							expect([point.mag, point.ra]).toEqual([at(raw, 'magpsf'), at(raw, 'ra')]);
						if (alert.survey === 'lsst') expect(asJson(point.psfFlux)).toBe(at(raw, 'psfFlux'));
						if (point.kind === 'forcedPhotometry' && alert.survey === 'ztf') {
							const counts = Number(at(raw, 'forcediffimflux'));
							const flux = counts * 10 ** ((31.4 - Number(at(raw, 'magzpsci'))) / 2.5);
							if (counts === -99_999) expect(point.psfFlux).toBeNaN();
							else expect(point.psfFlux / flux).toBeCloseTo(1, 10);
						}
						compared++;
					});
				}
				expect(compared).toBeGreaterThan(1000);
			});

			it('have the same pixels in every cutout', () => {
				let compared = 0;
				for (const [name, alert, record] of pairs()) {
					for (const kind of CUTOUT_KINDS) {
						const key = `cutout${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
						const image = (at(record, `${key}.stampData.image`) ?? at(record, `${key}.image`)) as
							[number, number, number, number] | null;
						const bytes = alert.cutouts[kind];
						expect([name, kind, bytes === null]).toEqual([name, kind, image === null]);
						if (bytes === null || image === null) continue;
						const { width, height, data } = readImage(isGzip(bytes) ? gunzipSync(bytes) : bytes);
						const finite = [...data].filter((pixel) => !Number.isNaN(pixel));
						expect([name, kind, width, height, data.length - finite.length]).toEqual([
							name,
							kind,
							...image.slice(0, 3),
						]);
						const sum = finite.reduce((total, pixel) => total + pixel, 0);
						expect(Math.abs(sum - image[3])).toBeLessThan(
							1e-6 * finite.reduce((total, pixel) => total + Math.abs(pixel), 1),
						);
						compared++;
					}
				}
				expect(compared).toBeGreaterThan(120);
			});
		},
	);
});
