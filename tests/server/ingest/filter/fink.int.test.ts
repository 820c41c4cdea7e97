// Fink's filters against the values that Fink stored with its own test alerts; the store itself reads the Parquet files.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CatalogMatch, EnrichedAlert } from '#lib/alert/enriched.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { FilterSet, Pool } from '#lib/filter/index.ts';
import { checkSystemFilter, SYSTEM_BLOCKS, SYSTEM_FILTERS } from '#server/ingest/filter/system.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../../support/embeddedStore.ts';
import { enrichedFromPacket } from '../../../support/packetAlerts.ts';

const samples = process.env['NIGHTJAR_SAMPLES'];
const folder = join(samples ?? '', 'alerts');

type Values = Record<string, unknown>;

/** Objects, or ids, of the alerts that pass each filter or block. */
function passing(
	alerts: readonly EnrichedAlert[],
	names: readonly string[],
	what: 'objectId' | 'alertId' = 'objectId',
): Record<string, string[]> {
	const pool = new Pool();
	const entries = names.map((name) => {
		const entry = [...SYSTEM_FILTERS, ...SYSTEM_BLOCKS].find(
			({ topic, reference }) => topic === name || reference === name,
		);
		if (entry === undefined) throw new Error(`no filter ${name}`);
		return entry;
	});
	const runs = new FilterSet(entries.map((entry) => checkSystemFilter(entry, pool))).run(alerts);
	return Object.fromEntries(
		runs.map((run, i) => {
			if (run.error !== null) throw new Error(run.error);
			return [names[i] ?? '', Array.from(run.hits.rows, (row) => String(alerts[row]?.alert[what])).sort()];
		}),
	);
}

function longsOf(survey: string): Set<string> {
	return new Set(findSurvey(survey)?.fields.flatMap(({ name, type }) => (type === 'long' ? [name] : [])));
}

/** A record of the packet as the decoder gives it: 64-bit numbers are bigint. */
function record(values: Values, longs: ReadonlySet<string>): Values {
	return Object.fromEntries(
		Object.entries(values).map(([name, value]) => [
			name,
			longs.has(name) && value !== null ? BigInt(value as string) : value,
		]),
	);
}

interface ZtfRow {
	readonly objectId: string;
	readonly candid: string;
	readonly candidate: Values;
	readonly prv_candidates: Values[] | null;
	readonly roid: number;
	readonly cdsxmatch: string;
	readonly tns: string;
	readonly DR3Name: string | null;
	readonly [score: string]: unknown;
}

const ZTF_LONGS = longsOf('ztf');
const SCORES = {
	rf_snia_vs_nonia: ['fink_rf_snia', 'snia'],
	snn_snia_vs_nonia: ['fink_snn', 'ia'],
	snn_sn_vs_all: ['fink_snn', 'sn'],
	rf_kn_vs_nonkn: ['fink_kn', 'kn'],
	mulens: ['fink_mulens', 'mulens'],
} as const;

function matchOf(catalog: string, texts: Record<string, string>): CatalogMatch {
	const at = {
		release: 'Fink',
		sourceId: catalog,
		sepArcsec: 0.5,
		ra: 0,
		dec: 0,
		mag: Number.NaN,
		redshift: Number.NaN,
	};
	return { catalog, ...at, numbers: {}, texts };
}

function ztfAlert(row: ZtfRow): EnrichedAlert {
	const cutouts = { cutoutScience: null, cutoutTemplate: null, cutoutDifference: null };
	const alert = normalise(
		{
			recordName: 'ztf.alert',
			schemaId: null,
			record: {
				...{ schemavsn: '3.3', publisher: 'Fink', objectId: row.objectId, candid: BigInt(row.candid), ...cutouts },
				candidate: record(row.candidate, ZTF_LONGS),
				prv_candidates: row.prv_candidates?.map((values) => record(values, ZTF_LONGS)) ?? null,
			},
		},
		0,
	);
	const failed = row.cdsxmatch.startsWith('Fail');
	const known = row.cdsxmatch !== 'Unknown' && !failed;
	const matches = [
		...(known ? [matchOf('SIMBAD', { otype: row.cdsxmatch })] : []),
		...(row.tns === '' ? [] : [matchOf('TNS', { type: row.tns })]),
		...(row.DR3Name === null || row.DR3Name === 'nan' || row.DR3Name === '' ? [] : [matchOf('Gaia', {})]),
	];
	const state = known ? ('matched' as const) : failed ? ('notDone' as const) : ('none' as const);
	return enrichedFromPacket(alert, {
		matches,
		runs: [{ catalog: 'SIMBAD', release: 'Fink', state, radiusArcsec: 1, reason: failed ? row.cdsxmatch : '' }],
		scores: Object.entries(SCORES).map(([column, [model, label]]) => ({
			...{ model, version: '1', label, score: Number(row[column]), state: 'done' as const, reason: '' },
		})),
	});
}

describe.skipIf(samples === undefined)('alerts that Fink filtered (NIGHTJAR_SAMPLES)', () => {
	let embedded: EmbeddedStore;
	const table = async (name: string, path: string, columns: string) => {
		await embedded.store.command(
			`CREATE TABLE ${name} ENGINE = MergeTree ORDER BY tuple() AS SELECT ${columns} FROM file('${join(folder, path)}', Parquet) SETTINGS schema_inference_make_columns_nullable = 1`,
		);
	};
	beforeAll(async () => {
		embedded = await startEmbeddedStore();
		const own = 'objectId, candid, candidate, prv_candidates, roid, cdsxmatch, tns, DR3Name';
		await table('fink', 'fink_filters/regular-*.parquet', `${own}, ${Object.keys(SCORES).join(', ')}`);
		await table(
			'rubin',
			'fink_lsst/rubin_sample_data_10_0.parquet',
			'diaSourceId, diaSource, prvDiaSources, diaObject, ssSource',
		);
	});
	afterAll(async () => {
		await embedded.stop();
	});

	it('of ZTF pass the filters that the oracle says', async () => {
		const rows = await embedded.store.query<ZtfRow>('SELECT * FROM fink');
		expect(rows).toHaveLength(133);
		const alerts = rows.map(ztfAlert);
		const names = {
			'fink.ztf.quality-cuts': 133,
			'fink.ztf.sn-candidates': 7,
			'fink.ztf.early-sn-candidates': 2,
			'fink.ztf.kn-candidates': 2,
			'fink.ztf.microlensing-candidates': 0,
			'fink.ztf.sso-fink-candidates': 2,
			'fink.ztf.sso-ztf-candidates': 1,
			'fink.ztf.simbad-candidates': 117,
			'fink.ztf.blazar': 2,
			'fink.ztf.rrlyr': 4,
			'fink.ztf.vra': 2,
			'fink.ztf.unknowns': 6,
		};
		const found = passing(alerts, Object.keys(names));
		expect(Object.fromEntries(Object.entries(found).map(([name, objects]) => [name, objects.length]))).toEqual(names);
		expect(new Set(found['fink.ztf.kn-candidates'])).toEqual(new Set(['ZTF25aaugqpe', 'ZTF25aauurnj']));
		expect(new Set(found['fink.ztf.early-sn-candidates'])).toEqual(new Set(['ZTF21acobels', 'ZTF21acoshvy']));
		expect(found['fink.ztf.sso-fink-candidates']).toEqual(['ZTF25aavbqut', 'ZTF25aavcvel']);
		expect(found['fink.ztf.sso-ztf-candidates']).toEqual(['ZTF21acqdcyb']);
		expect(found['fink.ztf.sn-candidates']).toEqual(expect.arrayContaining(['ZTF25aaugqpe', 'ZTF25aauurnj']));
	});

	it('of Rubin pass the blocks as the rules say, read from the same rows', async () => {
		const rows = await embedded.store.query<RubinRow>('SELECT * FROM rubin');
		expect(rows).toHaveLength(25);
		const alerts = rows.map(rubinAlert);
		const blocks = ['good-quality', 'solar-system', 'is-new', 'outside-plane', 'near-galaxy'].map(
			(name) => `fink.lsst.${name}@1`,
		);
		const found = passing(alerts, [...blocks, 'fink.lsst.remove-unlikely-transients'], 'alertId');
		const [rules] = await embedded.store.query<Record<'good' | 'new' | 'kept', string[]>>(RUBIN_RULES);
		expect(found['fink.lsst.good-quality@1']).toEqual(rules?.good);
		expect(found['fink.lsst.is-new@1']).toEqual(rules?.new);
		expect(found['fink.lsst.remove-unlikely-transients']).toEqual(rules?.kept);
		expect(Object.fromEntries(Object.entries(found).map(([name, objects]) => [name, objects.length]))).toEqual({
			// Fink's own count on its 27 alerts, of which these are part, is 7 good and 3 of the solar system too
			'fink.lsst.good-quality@1': 7,
			'fink.lsst.solar-system@1': 3,
			'fink.lsst.is-new@1': 22,
			'fink.lsst.outside-plane@1': 25,
			'fink.lsst.near-galaxy@1': 0,
			'fink.lsst.remove-unlikely-transients': 1,
		});
	});
});

interface RubinRow {
	readonly diaSourceId: string;
	readonly diaSource: Values;
	readonly prvDiaSources: Values[] | null;
	readonly diaObject: Values | null;
	readonly ssSource: Values | null;
}

const RUBIN_LONGS = longsOf('lsst');

function rubinAlert(row: RubinRow): EnrichedAlert {
	const cutouts = { cutoutScience: null, cutoutTemplate: null, cutoutDifference: null };
	// a record that is all null is one that was not sent
	const sent = (values: Values | null): Values | null =>
		values === null || Object.values(values).every((value) => value === null) ? null : record(values, RUBIN_LONGS);
	const alert = normalise(
		{
			recordName: 'lsst.v10_0.alert',
			schemaId: 1000,
			record: {
				...{
					diaSourceId: BigInt(row.diaSourceId),
					observation_reason: null,
					target_name: null,
					mpc_orbits: null,
					...cutouts,
				},
				...{
					diaSource: record(row.diaSource, RUBIN_LONGS),
					diaObject: sent(row.diaObject),
					ssSource: sent(row.ssSource),
				},
				...{
					prvDiaSources: row.prvDiaSources?.map((values) => record(values, RUBIN_LONGS)) ?? null,
					prvDiaForcedSources: null,
				},
			},
		},
		0,
	);
	return enrichedFromPacket(alert);
}

// b_good_quality, b_is_new and remove_unlikely_transients (with the sign put right) on the rows themselves
const FLAGS = [
	...[
		'isDipole',
		'pixelFlags',
		'pixelFlags_bad',
		'pixelFlags_saturated',
		'pixelFlags_streakCenter',
		'pixelFlags_interpolated',
	],
	...['pixelFlags_cr', 'pixelFlags_nodata', 'pixelFlags_streak', 'pixelFlags_edge', 'psfFlux_flag', 'apFlux_flag'],
	...['forced_PsfFlux_flag', 'forced_PsfFlux_flag_edge', 'shape_flag', 'centroid_flag'],
];
const of = (name: string) => `tupleElement(diaSource, '${name}')`;
const ID = 'toString(assumeNotNull(diaSourceId))';
const RUBIN_RULES = `
	WITH NOT (${FLAGS.map((flag) => `ifNull(${of(flag)}, false)`).join(' OR ')}) AND ${of('psfFlux')} >= 0
			AND ${of('psfFlux')} / ${of('psfFluxErr')} >= 6 AS isGood,
		arrayCount(p -> tupleElement(p, 'midpointMjdTai') < ${of('midpointMjdTai')}, ifNull(prvDiaSources, [])) = 0 AS isNew
	SELECT arraySort(groupArrayIf(${ID}, isGood)) AS good, arraySort(groupArrayIf(${ID}, isNew)) AS new,
		arraySort(groupArrayIf(${ID}, isGood AND ${of('snr')} > 10 AND tupleElement(diaObject, 'nDiaSources') >= 2)) AS kept
	FROM rubin`;
