// Features in the alerts table: as known then, in scope, the same after a retry, and computed again as a new version.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import { storedSql } from '#lib/alert/fieldPlaces.ts';
import { FEATURE_VERSION, featurePlacesOf, FEATURES } from '#lib/alert/features.ts';
import { readAlert } from '#clickhouse/read/alerts.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { createSimulation } from '#server/simulate/index.ts';
import { runRecompute, type RecomputeProgress } from '#server/ingest/store/recompute.ts';
import type { Stage } from '#server/ingest/store/stage.ts';
import { STAGES } from '#server/ingest/store/stages.ts';
import { startEmbeddedStore } from '../../../support/embeddedStore.ts';
import { ingestAlerts } from '../../../support/memoryIngest.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let store: Store;
let alerts: Alert[];

/** Packets of some nights of both simulated surveys, in the order of their exposures. */
async function simulated(count: number): Promise<Alert[]> {
	const simulation = createSimulation({ seed: 11, alertsPerNight: 80, surveys: ['ztf', 'lsst'] });
	const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
	const all: Alert[] = [];
	for (let night = 20_700; all.length < count; night += 1) {
		for (const { bytes } of simulation.night(night)) {
			const raw = { bytes, source: 't', partition: 't', offset: 0n, member: '', receivedAtMs: 0 };
			for (const decoded of await decoder.decode(raw)) all.push(normalise(decoded, 0));
		}
	}
	return all.slice(0, count).sort((a, b) => a.mjd - b.mjd);
}

beforeAll(async () => {
	embedded = await startEmbeddedStore({});
	store = embedded.store;
	alerts = await simulated(400);
});
afterAll(async () => {
	await embedded.stop();
});
beforeEach(async () => {
	const rows = await store.query<{ name: string }>(
		`SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'migrations'`,
	);
	for (const { name } of rows) await store.command(`TRUNCATE TABLE ${name}`);
});

const columns = FEATURES.map((feature) => `${storedSql(feature, 'alerts')} AS ${feature.column}`);
type Stored = Record<string, unknown>;

/** The features of every alert by its id. */
async function stored(): Promise<Map<string, Stored>> {
	const rows = await store.query<Stored>(
		`SELECT survey, alert_id, feature_version, ${columns.join(', ')} FROM alerts ORDER BY survey, alert_id`,
	);
	return new Map(rows.map(({ alert_id, ...row }) => [`${String(row['survey'])} ${String(alert_id)}`, row]));
}

/** Features as an earlier version of the formulas might have made them. */
const earlier: Stage = {
	name: 'features of version 0',
	enrich(drafts) {
		for (const draft of drafts) {
			draft.features = draft.features.map((value) => value + 1);
			draft.featureVersion = '0';
		}
	},
	notDone: () => undefined,
};

async function recompute(over: Partial<Parameters<typeof runRecompute>[0]> = {}): Promise<RecomputeProgress> {
	return runRecompute({
		store,
		slot: 'recompute',
		surveys: ['ztf', 'lsst'],
		nightFrom: '1970-01-01',
		nightTo: '2148-12-31',
		origins: ['real', 'test', 'simulated'],
		made: [],
		batchRows: 100,
		codeVersion: 'test',
		signal: new AbortController().signal,
		...over,
	});
}

const newest = async (): Promise<Map<string, Stored>> => {
	const rows = await store.query<{ survey: string; alert_id: string; features: Record<string, number> }>(
		`SELECT survey, alert_id, features FROM alert_features WHERE version = '${FEATURE_VERSION}'`,
	);
	expect(new Set(rows.map(({ survey, alert_id }) => `${survey} ${alert_id}`)).size).toBe(rows.length);
	return new Map(
		rows.map(({ survey, alert_id, features }) => [
			`${survey} ${alert_id}`,
			Object.fromEntries(
				FEATURES.map(({ name, column, type }) => {
					const value = features[name] ?? null;
					return [column, type === 'truth' && value !== null ? value !== 0 : value];
				}),
			),
		]),
	);
};

/** JSON of the store gives 32-bit floats shortly. */
const single = (row: Stored): Stored =>
	Object.fromEntries(
		FEATURES.map(({ column, type }) => {
			const value = row[column];
			return [column, type === 'float32' && typeof value === 'number' ? Math.fround(value) : value];
		}),
	);

describe('features as stored', () => {
	it('are those of the version, and most alerts have light curves that give some', async () => {
		await ingestAlerts({ store, alerts, batchRows: 100 });
		const rows = [...(await stored()).values()];
		expect(rows).toHaveLength(400);
		expect(new Set(rows.map((row) => row['feature_version']))).toEqual(new Set([FEATURE_VERSION]));
		const share = (column: string): number => rows.filter((row) => row[column] !== null).length / rows.length;
		expect(share('peak_mag')).toBeGreaterThan(0.5);
		expect(share('duration')).toBeGreaterThan(0.5);
		expect(rows.some((row) => typeof row['r_rise_rate'] === 'number')).toBe(true);
		expect(rows.some((row) => typeof row['r_flux_stetson_k'] === 'number')).toBe(true);
		// a survey has no features of bands that it does not observe
		expect(rows.filter((row) => row['survey'] === 'ztf').every((row) => row['u_peak_mag'] === null)).toBe(true);
	});

	it('do not depend on how packets in order are cut into batches', async () => {
		const ztf = alerts.filter(({ survey }) => survey === 'ztf').slice(0, 120);
		await ingestAlerts({ store, alerts: ztf, batchRows: 13 });
		const small = await stored();
		for (const table of ['alerts', 'photometry', 'ingest_log', 'watermarks', 'deliveries', 'objects', 'associations']) {
			await store.command(`TRUNCATE TABLE ${table}`);
		}
		await ingestAlerts({ store, alerts: ztf, batchRows: 1000 });
		const large = await stored();
		expect(large).toEqual(small);
	});

	it('are the same when a batch is written again after a crash', async () => {
		const some = alerts.slice(0, 150);
		await ingestAlerts({ store, alerts: some.slice(0, 100) });
		await ingestAlerts({ store, alerts: some.slice(100), firstOffset: 100n });
		const expected = await stored();
		for (const table of ['alerts', 'photometry', 'ingest_log', 'watermarks', 'deliveries', 'objects', 'associations']) {
			await store.command(`TRUNCATE TABLE ${table}`);
		}
		await ingestAlerts({ store, alerts: some.slice(0, 100) });
		const failing: Store = {
			...store,
			insert: async (table, ...rest) => {
				// photometry of the batch stands by then; the alerts are not there yet
				if (table === 'alerts') throw new StoreError('the store went away', 999, false);
				return store.insert(table, ...rest);
			},
		};
		await expect(ingestAlerts({ store: failing, alerts: some.slice(100), firstOffset: 100n })).rejects.toThrow(
			'went away',
		);
		await ingestAlerts({ store, alerts: some.slice(100), firstOffset: 100n });
		expect(await stored()).toEqual(expected);
	});
});

describe('nightjar recompute', { timeout: 600_000 }, () => {
	it('gives history the features that ingest would have given, as known then, beside the old ones', async () => {
		await ingestAlerts({ store, alerts, batchRows: 90 });
		const expected = await stored();
		for (const table of ['alerts', 'photometry', 'ingest_log', 'watermarks', 'deliveries', 'objects', 'associations']) {
			await store.command(`TRUNCATE TABLE ${table}`);
		}
		// the combined stage must not add its own on top
		const at = STAGES.findIndex(({ name }) => name === 'combined features') + 1;
		const stages = [...STAGES.slice(0, at), earlier, ...STAGES.slice(at)];
		await ingestAlerts({ store, alerts, batchRows: 90, options: { stages } });
		const before = await stored();
		expect(await recompute()).toEqual({ due: 400, alerts: 400 });
		const after = await newest();
		// features of the packet's history are kept as they were made: +1 in the earlier version
		const ofHistory = new Set(['n_packet_detections', 'roid']);
		for (const [key, row] of expected) {
			const wanted = Object.fromEntries(Object.entries(single(row)).filter(([column]) => !ofHistory.has(column)));
			const got = Object.fromEntries(Object.entries(after.get(key) ?? {}).filter(([column]) => !ofHistory.has(column)));
			expect(got, key).toEqual(wanted);
		}
		expect(await stored()).toEqual(before);
		expect(await recompute()).toEqual({ due: 0, alerts: 0 });
	});

	it('goes on where it was stopped, and doubles nothing after a crash', async () => {
		const stages = [...STAGES, earlier];
		await ingestAlerts({ store, alerts, batchRows: 40, options: { stages } });
		const stop = new AbortController();
		await recompute({
			signal: stop.signal,
			onProgress: () => {
				stop.abort();
			},
		});
		const first = (await newest()).size;
		expect(first).toBeGreaterThan(0);
		expect(first).toBeLessThan(400);
		const failing: Store = {
			...store,
			insert: async (table, names, rows, token) => {
				await store.insert(table, names, rows, token);
				if (table === 'alert_features') throw new StoreError('the store went away', 999, false);
			},
		};
		await expect(recompute({ store: failing })).rejects.toThrow('went away');
		await recompute();
		expect((await newest()).size).toBe(400);
	});

	it('takes only the alerts asked for', async () => {
		const ztf = alerts.filter(({ survey }) => survey === 'ztf').length;
		await ingestAlerts({ store, alerts, batchRows: 200, options: { stages: [...STAGES, earlier] } });
		expect(await recompute({ made: [''] })).toEqual({ due: 0, alerts: 0 });
		expect((await recompute({ surveys: ['ztf'], made: ['0'] })).alerts).toBe(ztf);
		expect((await recompute({ nightFrom: '2100-01-01' })).due).toBe(0);
		expect((await recompute({ origins: ['real'] })).due).toBe(0);
	});

	it('shows readers the newest version, or the one they ask for', async () => {
		await ingestAlerts({ store, alerts: alerts.slice(0, 50), options: { stages: [...STAGES, earlier] } });
		await recompute();
		const [alert] = alerts.filter(({ survey }) => survey === 'ztf');
		if (alert === undefined) throw new Error('no alert');
		const scope = { origin: 'simulated', grants: [] } as const;
		const read = (featureVersion?: string) =>
			readAlert(store, scope, 'ztf', alert.alertId, featureVersion === undefined ? {} : { featureVersion });
		const now = await read();
		const old = await read('0');
		expect(now?.core['featureVersion']).toBe(FEATURE_VERSION);
		expect(now?.featureVersions.map(({ version }) => version)).toEqual([FEATURE_VERSION, '0']);
		expect(old?.core['featureVersion']).toBe('0');
		expect(Object.keys(now?.features ?? {})).toHaveLength(featurePlacesOf('ztf').length);
		expect(now?.features['nPositive']).toBe(Number(old?.features['nPositive']) - 1);
		expect(typeof now?.features['rock']).toBe('boolean');
		expect(await read('7')).toBeNull();
	});
});
