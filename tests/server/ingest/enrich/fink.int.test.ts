// Rules and light-curve features that Fink stored with its alerts, recomputed here; the store itself reads the Parquet files.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import { BAND_FEATURES, featurePlace } from '#lib/alert/features.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { computeFeatures } from '#server/ingest/enrich/features/index.ts';
import { writeStatistics } from '#server/ingest/enrich/features/statistics.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../../support/embeddedStore.ts';

const samples = process.env['NIGHTJAR_SAMPLES'];
const folder = join(samples ?? '', 'alerts');

type Values = Record<string, unknown>;

interface Row {
	readonly objectId: string;
	readonly candid: string;
	readonly candidate: Values;
	readonly prv_candidates: Values[] | null;
	readonly roid: number;
	readonly nalerthist: number;
}

const LONGS = new Set(findSurvey('ztf')?.fields.flatMap(({ name, type }) => (type === 'long' ? [name] : [])));

/** A record of the packet as the decoder gives it: 64-bit numbers are bigint. */
function record(values: Values): Values {
	return Object.fromEntries(
		Object.entries(values).map(([name, value]) => [
			name,
			LONGS.has(name) && value !== null ? BigInt(value as string) : value,
		]),
	);
}

function alertOf(row: Row): Alert {
	return normalise(
		{
			recordName: 'ztf.alert',
			schemaId: null,
			record: {
				schemavsn: '3.3',
				publisher: 'Fink',
				objectId: row.objectId,
				candid: BigInt(row.candid),
				candidate: record(row.candidate),
				prv_candidates: row.prv_candidates?.map(record) ?? null,
				cutoutScience: null,
				cutoutTemplate: null,
				cutoutDifference: null,
			},
		},
		0,
	);
}

describe.skipIf(samples === undefined)('alerts that Fink enriched', () => {
	let embedded: EmbeddedStore;
	const read = async (files: string, columns: string): Promise<Row[]> =>
		embedded.store.query<Row>(`SELECT ${columns} FROM ${files}`);

	beforeAll(async () => {
		embedded = await startEmbeddedStore();
		const from = (path: string, columns: string): string =>
			`SELECT ${columns} FROM file('${join(folder, path)}', Parquet) SETTINGS schema_inference_make_columns_nullable = 1`;
		const packet = 'objectId, candid, candidate, prv_candidates, roid, nalerthist';
		const scored = `${packet}, cdsxmatch, tns, rf_snia_vs_nonia, snn_snia_vs_nonia, snn_sn_vs_all, mulens, rf_kn_vs_nonkn`;
		await embedded.store.command(
			`CREATE TABLE fink ENGINE = MergeTree ORDER BY tuple() AS ${from('fink_filters/regular-*.parquet', scored)}`,
		);
		for (const [i, path] of [
			'fink_filters/regular-0.parquet',
			'fink_ztf/part-0-0-435829.parquet',
			'fink_ztf/superluminous_test_alerts.parquet',
		].entries()) {
			await embedded.store.command(
				`CREATE TABLE curves_${i} ENGINE = MergeTree ORDER BY tuple() AS ${from(path, `${packet.replace('nalerthist', '0 AS nalerthist')}, lc_features_g, lc_features_r`)}`,
			);
		}
	});

	afterAll(async () => {
		await embedded.stop();
	});

	it('have the labels and counts that Fink stored, row by row', async () => {
		const rows = await read('fink', 'objectId, candid, candidate, prv_candidates, roid, nalerthist');
		expect(rows).toHaveLength(133);
		const wrong: unknown[] = [];
		const roids: Record<number, number> = {};
		for (const row of rows) {
			const alert = alertOf(row);
			const features = computeFeatures(alert, []);
			const roid = features[featurePlace('roid')] ?? -1;
			const n = features[featurePlace('nPacketDetections')];
			roids[roid] = (roids[roid] ?? 0) + 1;
			if (roid !== row.roid || n !== row.nalerthist)
				wrong.push({ id: row.objectId, roid, theirs: row.roid, n, hist: row.nalerthist });
		}
		expect(wrong).toEqual([]);
		expect(roids).toEqual({ 0: 130, 2: 2, 3: 1 });
	});

	it('fall into the filters and classes that the rules give', async () => {
		const [counts] = await embedded.store.query<Record<string, string>>(RULES);
		expect(Object.fromEntries(Object.entries(counts ?? {}).map(([name, n]) => [name, Number(n)]))).toEqual({
			quality: 133,
			sn: 7,
			earlySn: 2,
			kn: 2,
			microlensing: 0,
			roid2: 2,
			roid3: 1,
			simbad: 117,
			blazar: 2,
			rrlyr: 4,
			vra: 2,
		});
		const classes = await embedded.store.query<{ class: string; n: string }>(CLASSES);
		expect(Object.fromEntries(classes.map((row) => [row.class, Number(row.n)]))).toEqual({
			Unknown: 6,
			'SN candidate': 3,
			'Kilonova candidate': 2,
			'Early SN Ia candidate': 2,
			'Solar System candidate': 2,
			'Solar System MPC': 1,
			SIMBAD: 117,
		});
	});

	it('have the 26 features of each band that Fink computed from their magnitudes', async () => {
		let compared = 0;
		const wrong: unknown[] = [];
		for (const table of [0, 1, 2]) {
			const rows = await embedded.store.query<Row & Record<string, Record<string, number | null> | null>>(
				`SELECT objectId, candid, candidate, prv_candidates, lc_features_g, lc_features_r FROM curves_${table}`,
			);
			for (const row of rows) {
				for (const [fid, column] of [
					[1, 'lc_features_g'],
					[2, 'lc_features_r'],
				] as const) {
					const theirs = row[column] ?? {};
					if (typeof theirs['mean'] !== 'number') continue;
					// Fink takes apparent magnitudes for sources of the reference, else those of the difference
					const ours = [statisticsOf(row, fid, true), statisticsOf(row, fid, false)].find(
						(of) => Math.abs(of('fluxMean') - (theirs['mean'] ?? Number.NaN)) < 1e-5,
					);
					if (ours === undefined) {
						wrong.push({ id: row.objectId, fid, name: 'mean' });
						continue;
					}
					compared += 1;
					for (const [name, feature] of Object.entries(NAMES)) {
						const expected = theirs[name] ?? Number.NaN;
						const got = ours(feature);
						const tolerance = 2e-4 * Math.max(Math.abs(expected), 0.05);
						const agree = Number.isNaN(expected) ? Number.isNaN(got) : Math.abs(got - expected) <= tolerance;
						if (!agree) wrong.push({ id: row.objectId, fid, name, got, expected });
					}
				}
			}
		}
		expect(compared).toBe(173);
		expect(wrong).toEqual([]);
	});
});

/** Fink's name of a feature -> ours. */
const NAMES: Readonly<Record<string, string>> = {
	mean: 'fluxMean',
	weighted_mean: 'fluxWeightedMean',
	standard_deviation: 'fluxSd',
	median: 'fluxMedian',
	amplitude: 'fluxAmplitude',
	beyond_1_std: 'fluxBeyondSd',
	cusum: 'fluxCusum',
	inter_percentile_range_10: 'fluxRange10',
	kurtosis: 'fluxKurtosis',
	linear_trend: 'fluxTrend',
	linear_trend_sigma: 'fluxTrendErr',
	linear_trend_noise: 'fluxTrendNoise',
	linear_fit_slope: 'fluxSlope',
	linear_fit_slope_sigma: 'fluxSlopeErr',
	linear_fit_reduced_chi2: 'fluxSlopeChi2',
	magnitude_percentage_ratio_40_5: 'fluxRatio40',
	magnitude_percentage_ratio_20_10: 'fluxRatio20',
	maximum_slope: 'fluxMaxSlope',
	median_absolute_deviation: 'fluxMad',
	median_buffer_range_percentage_10: 'fluxNearMedian',
	percent_amplitude: 'fluxMaxDeviation',
	mean_variance: 'fluxRelativeSd',
	anderson_darling_normal: 'fluxNormality',
	chi2: 'fluxChi2',
	skew: 'fluxSkew',
	stetson_K: 'fluxStetsonK',
};

/** Our statistics of apparent magnitudes, or of those of the difference. */
function statisticsOf(row: Row, fid: number, isApparent: boolean): (feature: string) => number {
	const number = (values: Values, name: string): number => Number(values[name] ?? Number.NaN);
	const points = [...(row.prv_candidates ?? []), row.candidate]
		.filter((values) => number(values, 'fid') === fid && typeof values['magpsf'] === 'number')
		.map((values) => {
			const mag = number(values, 'magpsf');
			const err = number(values, 'sigmapsf');
			if (!isApparent) return { t: number(values, 'jd'), mag, err };
			const reference = 10 ** (-0.4 * number(values, 'magnr'));
			const difference = 10 ** (-0.4 * mag);
			const flux = reference + (['t', '1'].includes(String(values['isdiffpos'])) ? difference : -difference);
			const fluxErr = Math.hypot(difference * err, reference * number(values, 'sigmagnr'));
			return { t: number(values, 'jd'), mag: -2.5 * Math.log10(flux), err: fluxErr / flux };
		})
		.filter(({ mag }) => Number.isFinite(mag))
		.sort((a, b) => a.t - b.t);
	const out = new Float64Array(BAND_FEATURES.length).fill(Number.NaN);
	const of = (key: 't' | 'mag' | 'err'): number[] => points.map((point) => point[key]);
	writeStatistics(out, 0, of('t'), of('mag'), of('err'));
	return (feature) => {
		const value = out[BAND_FEATURES.findIndex(({ name }) => name === feature)] ?? Number.NaN;
		return Number.isFinite(value) ? value : Number.NaN;
	};
}

// Fink's published rules of sections filters and classes, as one SELECT
const PARTS = `
	WITH
		tupleElement(candidate, 'drb') AS drb, tupleElement(candidate, 'classtar') AS classtar,
		tupleElement(candidate, 'ndethist') AS ndethist, tupleElement(candidate, 'magpsf') AS magpsf,
		tupleElement(candidate, 'jd') - tupleElement(candidate, 'jdstarthist') AS age,
		cdsxmatch IN ('Unknown', 'Candidate_SN*', 'SN*_Candidate', 'SN', 'Transient', 'Fail', 'Fail 504', 'galaxy', 'Galaxy', 'EmG',
			'Seyfert', 'Seyfert_1', 'Seyfert_2', 'BlueCompG', 'StarburstG', 'LSB_G', 'HII_G', 'High_z_G', 'GinPair', 'GinGroup', 'BClG',
			'GinCl', 'PartofG', 'Compact_Gr_G', 'IG', 'PairG', 'GroupG', 'ClG', 'SuperClG', 'Void', 'LINER', 'Possible_ClG',
			'Possible_SClG', 'GravLens_Candidate') AS eg,
		snn_snia_vs_nonia > 0.5 OR snn_sn_vs_all > 0.5 AS isSnn,
		drb > 0.5 AND classtar > 0.4 AS good,
		isSnn AND eg AND age <= 90 AND good AND ndethist > 1 AND roid != 3 AS isSn,
		isSnn AND eg AND good AND ndethist <= 20 AND rf_snia_vs_nonia > 0.5 AS isEarly,
		rf_kn_vs_nonkn > 0.5 AND good AND age < 5 AND roid != 3 AND ndethist < 20 AND eg AS isKn,
		NOT (cdsxmatch IN ('Unknown', 'Transient', 'Fail') OR startsWith(cdsxmatch, 'Fail') OR startsWith(cdsxmatch, 'Galaxy')) AS isSimbad`;

const RULES = `${PARTS}
	SELECT countIf(tupleElement(candidate, 'nbad') = 0 AND tupleElement(candidate, 'rb') >= 0.55) AS quality, countIf(isSn) AS sn,
		countIf(isEarly) AS earlySn, countIf(isKn) AS kn, countIf(mulens > 0) AS microlensing, countIf(roid = 2) AS roid2,
		countIf(roid = 3) AS roid3, countIf(isSimbad) AS simbad,
		countIf(cdsxmatch IN ('Blazar', 'Blazar_Candidate', 'BLLac', 'BLLac_Candidate')) AS blazar,
		countIf(cdsxmatch = 'RRLyrae') AS rrlyr, countIf(cdsxmatch = 'Unknown' AND roid != 3 AND magpsf > 19.5 AND drb > 0.5) AS vra
	FROM fink`;

const CLASSES = `${PARTS}
	SELECT multiIf(isSimbad, 'SIMBAD', (mulens > 0) + isSn + (roid = 2) + (roid = 3) >= 2, 'Ambiguous', roid = 3, 'Solar System MPC',
		roid = 2, 'Solar System candidate', isKn, 'Kilonova candidate', isEarly, 'Early SN Ia candidate', isSn, 'SN candidate',
		mulens > 0, 'Microlensing candidate', 'Unknown') AS class, count() AS n
	FROM fink GROUP BY class`;
