// cats150 and fast of BOOM: what they select, by rules written in plain code, and by their own pipelines as MongoDB reads them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CurvePoint, EnrichedAlert } from '#lib/alert/enriched.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { check, FilterSet, print, type FilterRun } from '#lib/filter/index.ts';
import { SYSTEM_ENVIRONMENT } from '#server/ingest/filter/system.ts';
import { makeEnriched, Random } from '../../../support/enriched.ts';
import { runPipeline } from '../../../support/mongo.ts';
import { enrichedFromPacket, simulatedAlerts } from '../../../support/packetAlerts.ts';
import { CATS150, FAST } from '../../../support/peerFilters.ts';

const FIELDS = findSurvey('ztf')?.fields ?? [];
const PLACES = new Map(FIELDS.map(({ name }, place) => [name, place]));

/** A number of the packet as the store keeps it; NaN where absent. */
function number(alert: EnrichedAlert, name: string): number {
	const place = PLACES.get(name) ?? -1;
	const value = alert.alert.fields[place];
	if (typeof value !== 'number') return Number.NaN;
	return FIELDS[place]?.type === 'float32' ? Math.fround(value) : value;
}

const pointsOf = (alert: EnrichedAlert, kind: CurvePoint['kind']) => alert.curve.filter((one) => one.kind === kind);

function isNearBrightStar(n: (name: string) => number): boolean {
	for (const i of [1, 2, 3]) {
		const mag = n(`srmag${i}`);
		if (n(`distpsnr${i}`) < 20 && mag < 15 && mag > 0 && n(`sgscore${i}`) > 0.49) return true;
	}
	const mags = [n('sgmag1'), n('srmag1'), n('simag1')];
	return n('sgscore1') === 0.5 && n('distpsnr1') < 0.5 && mags.some((mag) => Math.abs(mag) < 17);
}

function isRock(n: (name: string) => number, magnitudes: number): boolean {
	const [sep, mag] = [n('ssdistnr'), n('ssmagnr')];
	if (sep < 0 || sep >= 12 || mag <= 0 || Number.isNaN(mag)) return false;
	return !(Math.abs(n('magpsf') - mag) >= magnitudes);
}

function cats150(alert: EnrichedAlert): boolean {
	const n = (name: string) => number(alert, name);
	const detections = pointsOf(alert, 'detection');
	const forced = pointsOf(alert, 'forcedPhotometry');
	const days = (point: CurvePoint) => Math.abs(alert.alert.mjd - point.mjd);
	const snr = (point: CurvePoint) => Math.abs(point.psfFlux) / point.psfFluxErr;
	const isGood = n('rb') >= 0.3 && n('drb') > 0.5 && n('fwhm') > 0.5 && n('fwhm') < 8 && n('nbad') < 5;
	if (!isGood || alert.alert.positive !== true || isRock(n, 2)) return false;
	if (!(Math.abs(n('magpsf') - n('magap')) < 0.75)) return false;
	if ((n('sgscore1') > 0.76 && n('distpsnr1') < 2) || isNearBrightStar(n)) return false;
	const second =
		detections.some((one) => days(one) > 0.007 && days(one) <= 3 && one.mag < 99 && one.positive === true) ||
		forced.some((one) => days(one) > 0.007 && days(one) <= 3 && snr(one) >= 4);
	const bright =
		n('magpsf') - n('sigmapsf') < 20 ||
		detections.some((one) => one.positive === true && one.mag - one.magErr < 20) ||
		forced.some((one) => snr(one) >= 4 && one.mag - one.magErr < 20);
	return second && bright;
}

function fast(alert: EnrichedAlert): boolean {
	const n = (name: string) => number(alert, name);
	const age = Math.abs(n('jd') - n('jdstarthist'));
	const isGood = n('rb') > 0.3 && n('drb') > 0.9 && n('nbad') < 5 && n('fwhm') > 0.5 && n('fwhm') < 8;
	if (!isGood || !(n('magpsf') < 99) || !(n('ndethist') <= 200) || alert.alert.positive !== true) return false;
	if (!(age > 0 && age < 7) || !(Math.abs(n('magpsf') - n('magap')) < 0.75)) return false;
	if (!(n('sgscore1') <= 0.76 || n('distpsnr1') >= 2 || n('distpsnr1') < 0) || isRock(n, 1)) return false;
	if (!(n('ncovhist') > n('ndethist')) || isNearBrightStar(n)) return false;
	const wise = alert.matches.find(({ catalog }) => catalog === 'CatWISE')?.numbers;
	if (wise !== undefined && (wise['w1mpro'] ?? Number.NaN) - (wise['w2mpro'] ?? Number.NaN) > 0.8) return false;
	const positive = pointsOf(alert, 'detection').filter((one) => one.positive === true);
	const { mjd, band } = alert.alert;
	if (!positive.some((one) => mjd - one.mjd > 0.015 && one.mag < 99)) return false;
	if (positive.some((one) => mjd - one.mjd > 7)) return false;
	const own = positive.filter((one) => one.band === band);
	const steps = own.slice(1).map((after, i) => {
		const before = own[i] as CurvePoint;
		return { days: after.mjd - before.mjd, rate: (after.mag - before.mag) / (after.mjd - before.mjd) };
	});
	const rises = steps.some(({ days, rate }) => days >= 0.02 && rate <= -0.2);
	const fades = steps.some(({ days, rate }) => days >= 0.02 && rate >= 0.2);
	return own.length >= 2 && rises !== fades;
}

const PEERS = { cats150: { text: CATS150, rule: cats150 }, fast: { text: FAST, rule: fast } } as const;

function run(text: string, alerts: readonly EnrichedAlert[]): FilterRun {
	const { filter, problems } = check(text, SYSTEM_ENVIRONMENT);
	if (filter === null) throw new Error(problems[0]?.message);
	const [result] = new FilterSet([filter]).run(alerts);
	if (result === undefined || result.error !== null) throw new Error(result?.error ?? 'not run');
	return result;
}

const passing = (text: string, alerts: readonly EnrichedAlert[]) => [...run(text, alerts).hits.rows];

/** Values of a packet that pass most conditions, with some on the other side of each. */
function valueOf(random: Random, name: string): number | null {
	const rare = (usual: number, other: readonly number[]) => (random.chance(0.93) ? usual : random.of(other));
	switch (name) {
		case 'rb':
			return rare(0.8, [0.1, 0.3, 0.31]);
		case 'drb':
			return rare(0.97, [0.4, 0.5, 0.6, 0.9]);
		case 'fwhm':
			return rare(2.2, [0.5, 8, 9]);
		case 'nbad':
			return rare(0, [4, 5]);
		case 'magap':
			return rare(18.6, [19.5, 25]);
		case 'magpsf':
			return rare(18.5, [18, 20.5]);
		case 'sigmapsf':
			return 0.1;
		case 'jdstarthist':
			return rare(-2.5, [0, -7, -30]);
		case 'ndethist':
			return rare(4, [1, 200, 201]);
		case 'ncovhist':
			return rare(300, [3]);
		default:
			if (/^sgscore\d$/.test(name)) return rare(0.1, [0.5, 0.76, 0.9]);
			if (/^distpsnr\d$/.test(name)) return rare(5, [0.3, 1.9, 2, 25]);
			if (/^s[gri]mag\d$/.test(name)) return rare(19, [14, 15, 16.5]);
			return null;
	}
}

/** Alerts of which every condition of the two filters decides some; `whole` leaves no value out. */
function randomAlert(random: Random, index: number, whole: boolean): EnrichedAlert {
	const made = makeEnriched(random, index, 'plain', 6);
	const rock = random.chance(0.15) ? [random.of([3, 11, 12]), random.of([18, 16.4, 17.4, 21])] : null;
	const jd = made.alert.mjd + 2_400_000.5;
	const fields = FIELDS.map(({ name }, place) => {
		if (name === 'ssdistnr') return rock?.[0] ?? Number.NaN;
		if (name === 'ssmagnr') return rock?.[1] ?? Number.NaN;
		if (!whole && random.chance(0.02)) return null;
		if (name === 'jd') return jd;
		const value = valueOf(random, name);
		if (name === 'jdstarthist') return jd + (value ?? 0);
		return value ?? made.alert.fields[place] ?? null;
	});
	const span = random.of([0.01, 0.3, 2, 2, 2, 4, 10]);
	const { mjd, band } = made.alert;
	const slope = random.between(-1, 1);
	const curve = [...made.curve, made.curve.at(-1)].flatMap((point, i): CurvePoint[] => {
		if (point === undefined) return [];
		const ago = i === made.curve.length ? 0 : random.next() * span;
		const trend = 18.5 - slope * ago + random.between(-0.05, 0.05);
		const mag = point.kind === 'upperLimit' ? Number.NaN : Math.fround(random.chance(0.95) ? trend : 20.4);
		const psfFlux = point.kind === 'upperLimit' ? Number.NaN : Math.fround(random.between(100, 3000));
		const magErr = point.kind === 'upperLimit' ? Number.NaN : Math.fround(0.1);
		const positive = point.kind === 'upperLimit' ? null : whole || random.chance(0.97) ? random.chance(0.9) : null;
		const own = i === made.curve.length ? { kind: 'detection' as const, band } : {};
		return [{ ...point, mjd: mjd - ago, mag, magErr, psfFlux, psfFluxErr: 100, positive, ...own }];
	});
	return {
		...made,
		alert: { ...made.alert, fields, positive: random.chance(0.95) },
		curve: curve.sort((a, b) => a.mjd - b.mjd),
		matches: random.chance(0.2)
			? [
					{
						...{ catalog: 'CatWISE', release: '1', sourceId: 'x', ra: 10, dec: 20, redshift: Number.NaN, mag: 15 },
						...{ sepArcsec: 1, numbers: { w1mpro: 15, w2mpro: random.of([14, 14.5]) }, texts: {} },
					},
				]
			: [],
	};
}

const random = new Random(150);
const ANY = Array.from({ length: 6000 }, (_, i) => randomAlert(random, i, false));

describe.each(Object.entries(PEERS))('%s', (_, { text, rule }) => {
	it('is understood, also as it is printed', () => {
		const { syntax, problems } = check(text, SYSTEM_ENVIRONMENT);
		expect(problems).toEqual([]);
		expect(check(print(syntax), SYSTEM_ENVIRONMENT).problems).toEqual([]);
		expect(passing(print(syntax), ANY)).toEqual(passing(text, ANY));
	});

	it('selects what the rules in plain code select, whatever is absent', () => {
		const expected = ANY.flatMap((alert, i) => (rule(alert) ? [i] : []));
		expect(expected.length).toBeGreaterThan(200);
		expect(expected.length).toBeLessThan(ANY.length - 200);
		expect(passing(text, ANY)).toEqual(expected);
	});
});

describe('on simulated nights', () => {
	let alerts: EnrichedAlert[];
	beforeAll(async () => {
		const read = await simulatedAlerts({ survey: 'ztf', seed: 150, count: 300 });
		alerts = read.map((alert) => enrichedFromPacket(alert));
	}, 120_000);

	it.each(Object.entries(PEERS))('%s selects what its rules select', (name, { text, rule }) => {
		const expected = alerts.flatMap((alert, i) => (rule(alert) ? [i] : []));
		expect(passing(text, alerts)).toEqual(expected);
		if (name === 'cats150') expect(expected.length).toBeGreaterThan(5);
	});
});

const samples = process.env['NIGHTJAR_SAMPLES'];

/** The document that BOOM has of an alert, with the names that the pipelines use; what is absent in ZTF is -999. */
function documentOf(alert: EnrichedAlert): Record<string, unknown> {
	const candidate: Record<string, unknown> = {};
	for (const { name } of FIELDS) {
		const value = number(alert, name);
		candidate[name] = Number.isNaN(value) ? -999 : value;
	}
	const point = (one: CurvePoint) => ({
		...{ jd: one.mjd + 2_400_000.5, magpsf: one.mag, sigmapsf: one.magErr, band: one.band, isdiffpos: one.positive },
		// the stale names of cats150
		...{ mag: one.mag, magerr: one.magErr, snr: Math.abs(one.psfFlux) / one.psfFluxErr, procstatus: '0' },
	});
	const wise = alert.matches.filter(({ catalog }) => catalog === 'CatWISE').map(({ numbers }) => numbers);
	return {
		objectId: alert.alert.objectId,
		candidate: {
			...candidate,
			...{ jd: alert.alert.mjd + 2_400_000.5, isdiffpos: alert.alert.positive, band: alert.alert.band },
			srmag: candidate['srmag1'],
		},
		prv_candidates: pointsOf(alert, 'detection').map(point),
		fp_hists: pointsOf(alert, 'forcedPhotometry').map(point),
		cross_matches: wise.length > 0 ? { AllWISE: wise } : {},
	};
}

describe.skipIf(samples === undefined)("BOOM's own pipelines, read as MongoDB reads them", () => {
	const whole = Array.from({ length: 3000 }, (_, i) => randomAlert(random, i, true));
	const pipeline = (file: string) =>
		JSON.parse(readFileSync(join(samples ?? '', 'filters', file), 'utf8')) as Record<string, unknown>[];

	it.each([
		['cats150', 'cats150.pipeline.json'],
		['fast', 'fast.json'],
	] as const)('%s selects the same alerts, with the same annotations', (name, file) => {
		const stages = pipeline(file);
		const results = whole.map((alert) => runPipeline(stages, documentOf(alert)));
		const expected = results.flatMap((result, i) => (result === null ? [] : [i]));
		expect(expected.length).toBeGreaterThan(100);
		const { hits } = run(PEERS[name].text, whole);
		expect([...hits.rows]).toEqual(expected);
		for (const [place, i] of expected.entries()) {
			const wanted = results[i]?.['annotations'] as Record<string, number>;
			for (const { name: label, values } of hits.annotations) {
				expect(Number(values[place])).toBeCloseTo(wanted[label] ?? Number.NaN, 6);
			}
		}
	});
});
