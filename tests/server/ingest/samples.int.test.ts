import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import { CUTOUT_KINDS } from '#lib/alert/cutout.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { DecodeError } from '#server/ingest/decode/packet.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { archiveSource } from '#server/ingest/source/archive.ts';
import {
	asJson,
	at,
	cutoutOf,
	imageOf,
	independentReader,
	readerMissing,
	type Golden,
	type Json,
} from '../../support/independentReader.ts';

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

/** Where a survey's packets have id, position, time and flux; `start` is subtracted from a time that is a start in UTC. */
interface Places {
	readonly source: string;
	readonly id: string;
	readonly ra: string;
	readonly dec: string;
	readonly time: string;
	readonly start: number | null;
	/** Its name and nJy per unit; null where there are magnitudes. */
	readonly flux: readonly [string, number] | null;
}

const candidate = { source: 'candidate', id: 'candidate.candid', ra: 'ra', dec: 'dec' };
const inMagnitudes = { ...candidate, time: 'jd', start: 2_400_000.5, flux: null };
const diaSource = { source: 'diaSource', id: 'diaSource.diaSourceId', ra: 'ra', start: null };
const PLACES: Readonly<Record<string, Places>> = {
	ztf: inMagnitudes,
	winter: inMagnitudes,
	pgir: inMagnitudes,
	decam: { ...candidate, id: 'candid', time: 'mjd', start: 0, flux: ['psfFlux', 1] },
	atlas: { ...candidate, ra: 'RA', dec: 'Dec', time: 'mjd', start: 0, flux: ['flux', 1000] },
	lsst: { ...diaSource, dec: 'dec', time: 'midpointMjdTai', flux: ['psfFlux', 1] },
	elasticc: { ...diaSource, dec: 'decl', time: 'midPointTai', flux: ['psFlux', 10 ** 1.56] },
};

const ABSENT: readonly Json[] = [null, -999, -99_999, 'null', ''];

describe.skipIf(samples === undefined)('real packets (NIGHTJAR_SAMPLES)', () => {
	let read: Read;
	beforeAll(async () => {
		read = await readAll();
	});

	it('of the surveys with an adapter become alerts, others dead letters', () => {
		expect(Object.fromEntries(read.counts)).toEqual({
			atlas: { alerts: 2 },
			decam: { alerts: 1 },
			elasticc: { alerts: 6 },
			fink_filters: { unreadable: 3 },
			fink_lsst: { unreadable: 1 },
			fink_ztf: { unreadable: 4 },
			'lsst/confluent': { alerts: 5 },
			// v7.4 gives the time in seconds since 1970 where days are due
			'lsst/fake': { alerts: 4, invalid: 1 },
			pgir: { alerts: 2 },
			turbo: { unknownSurvey: 2 },
			winter: { alerts: 3 },
			'ztf/alerce_samples': { alerts: 13 },
			'ztf/boom': { alerts: 11 },
			'ztf/kowalski_20200202': { alerts: 12 },
			'ztf/ztf-avro-alert': { alerts: 2 },
		});
		expect(read.reasons.get('turbo/1.avro')).toMatch(/no adapter for TURBO: .*trials that name no object/);
	});

	it('keep what makes them special', () => {
		const alerts = [...read.alerts.values()];
		expect(alerts.filter(({ programme }) => programme === 'caltech')).toHaveLength(1);
		expect(alerts.find(({ schemaVersion }) => schemaVersion === '7.1')?.alertId).toBe(25_409_136_044_802_067n);
		expect(alerts.find(({ alertId }) => alertId === 170_239_611_403_501_714n)?.history).toHaveLength(368);
		expect(alerts.some(({ survey, history }) => survey === 'ztf' && history.length === 0)).toBe(true);
	});

	describe.skipIf(readerMissing !== null)(
		'beside an independent reader (python3 or NIGHTJAR_PYTHON with fastavro and cramjam)',
		() => {
			let golden: Golden;
			const pairs = () => [...read.alerts].map(([name, alert]) => [name, alert, golden[name]?.[0]] as const);
			beforeAll(() => {
				golden = independentReader(samples ?? '');
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
						const isMinus99 = alert.survey === 'pgir' && value === -99;
						// the name occurs twice in the packet: the reader keeps the second, we the first
						if (alert.survey === 'winter' && field.name === 'sgmag1') return;
						const isNone = /ssObjectId|parentDiaSourceId|diaObjectId/.test(field.name) && value === 0;
						if (ours === null)
							expect([name, field.name, isHost || isNone || isMinus99 || ABSENT.includes(value)]).toEqual([
								name,
								field.name,
								true,
							]);
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
					const place = PLACES[alert.survey];
					if (place === undefined) throw new Error(`nowhere to look in packets of ${alert.survey}`);
					const source = at(record, place.source);
					const id = alert.alertIdText === '' ? asJson(alert.alertId) : alert.alertIdText;
					expect([name, id, alert.ra, alert.dec, alert.timeReceived]).toEqual([
						name,
						at(record, place.id),
						at(source, place.ra),
						at(source, place.dec),
						at(source, place.time),
					]);
					if (place.flux !== null) {
						expect(alert.psfFlux / (Number(at(source, place.flux[0])) * place.flux[1])).toBeCloseTo(1, 10);
					} else {
						expect(alert.mag).toBe(at(source, 'magpsf'));
						const sign = ['t', '1', true].includes(at(source, 'isdiffpos') as string | boolean) ? 1 : -1;
						const jansky = alert.band === 'J' ? 1594 : alert.band === 'H' ? 1024 : 3631;
						expect(alert.psfFlux / (sign * jansky * 1e9 * 10 ** (-0.4 * alert.mag))).toBeCloseTo(1, 3);
					}
					if (place.start === null) expect(alert.mjd).toBe(alert.timeReceived);
					else {
						const exposure = Number(at(source, 'exptime'));
						// TAI - UTC has been 37 s since 2017
						const mjd = alert.timeReceived - place.start + ((exposure > 0 ? exposure : 30) / 2 + 37) / 86_400;
						expect(alert.mjd).toBeCloseTo(mjd, 8);
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
						const time = ['jd', 'mjd', 'midpointMjdTai', 'midPointTai']
							.map((key) => at(raw, key))
							.find((value) => value !== null);
						expect(point.timeReceived).toBe(time);
						const id = ['candid', 'diaSourceId', 'diaForcedSourceId']
							.map((key) => at(raw, key))
							.find((value) => value !== null);
						expect(asJson(point.sourceId)).toBe(id ?? 0);
						const isLikeZtf = ['ztf', 'winter', 'pgir'].includes(alert.survey);
						if (point.kind === 'upperLimit' && isLikeZtf)
							expect([point.limitMag, point.mag]).toEqual([at(raw, 'diffmaglim'), NaN]);
						if (point.kind === 'detection' && isLikeZtf)
							expect([point.mag, point.ra]).toEqual([at(raw, 'magpsf'), at(raw, 'ra')]);
						if (['lsst', 'decam'].includes(alert.survey)) expect(asJson(point.psfFlux)).toBe(at(raw, 'psfFlux'));
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
						const image = cutoutOf(record, kind);
						const bytes = alert.cutouts[kind];
						expect([name, kind, bytes && imageOf(bytes)]).toEqual([name, kind, image]);
						if (image === null) continue;
						compared++;
					}
				}
				expect(compared).toBeGreaterThan(120);
			});
		},
	);
});
