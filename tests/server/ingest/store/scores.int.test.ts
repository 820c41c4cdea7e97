// Scores in the store: with the batch that brings an alert, filled in later, and never lost or doubled by a kill.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import type { ModelManifest } from '#lib/alert/model.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import { valueHash } from '#lib/alert/pointHash.ts';
import { runRescore, type RescoreOptions } from '#server/ingest/store/rescore.ts';
import { INPUT_REASON, openModels, type ModelFolder, type Models } from '#server/ml/index.ts';
import { makeAlert, makePoint } from '../../../support/alerts.ts';
import { startEmbeddedStore } from '../../../support/embeddedStore.ts';
import { ingestAlerts } from '../../../support/memoryIngest.ts';
import { buildMlWorker, tinyModel, type TinyName } from '../../../support/models.ts';
import { stamp } from '../../../support/packets.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let store: Store;
let workerFile: string;
beforeAll(async () => {
	workerFile = await buildMlWorker();
	embedded = await startEmbeddedStore({});
	store = embedded.store;
});
afterAll(async () => {
	await embedded.stop();
});
const TABLES = [
	'alerts',
	'photometry',
	'cutouts',
	'scores',
	'ingest_log',
	'watermarks',
	'deliveries',
	'nightly',
	'objects',
];
beforeEach(async () => {
	for (const table of TABLES) await store.command(`TRUNCATE TABLE ${table}`);
});
const open: Models[] = [];
afterEach(async () => {
	for (const models of open.splice(0)) await models.close();
});

const modelsOf = (folders: readonly ModelFolder[]): Models => {
	const models = openModels({ models: folders, workerFile, workers: 1, log: () => undefined });
	open.push(models);
	return models;
};
const tiny = (name: TinyName, over: Partial<ModelManifest> = {}) => tinyModel(name, over);
const missing = (name: TinyName, over: Partial<ModelManifest> = {}): ModelFolder => ({
	...tinyModel(name, over),
	onnx: null,
	problem: 'model.onnx is missing',
});

/** A model of features as the store keeps them. */
const FEATURES: Partial<ModelManifest> = {
	name: 'tiny_features',
	inputs: [
		{
			kind: 'numbers',
			name: 'features',
			features: ['feature.r.peakMag', 'feature.r.fadeRate', 'history.daysSincePeak'].map((from) => ({
				...{ from, else: [], absent: -1, mean: 0.3, scale: 1.7 },
			})),
		},
	],
};

/** The store with another insert. */
const withInsert = (insert: Store['insert']): Store => ({
	cluster: store.cluster,
	query: (...args) => store.query(...args),
	ask: (...args) => store.ask(...args),
	stream: (...args) => store.stream(...args),
	command: (...args) => store.command(...args),
	ping: () => store.ping(),
	close: () => store.close(),
	insert,
});

const fields = (findSurvey('ztf')?.fields ?? []).map(() => null);

/** Alerts of two objects, each packet with the limits and detections before it, some of them in between. */
function alerts(n = 12): Alert[] {
	return Array.from({ length: n }, (_, i) => {
		const mjd = 60_000 + i;
		return makeAlert({
			fields,
			alertId: 2_500_000_000_000_000_000n + BigInt(i),
			objectId: `ZTF26aaaaaa${i % 2 === 0 ? 'a' : 'b'}`,
			mjd,
			mag: Math.fround(19 - i / 7),
			snr: Math.fround(5 + i / 3),
			nDetections: i + 1,
			programme: i % 5 === 4 ? 'partnership' : 'public',
			cutouts: { science: stamp(63, 63, (k) => (k * (i + 1)) % 17), template: stamp(), difference: stamp() },
			history:
				i < 2
					? []
					: [
							makePoint({
								kind: 'upperLimit',
								mjd: mjd - 0.5 - i / 100,
								timeReceived: mjd - 0.5 - i / 100,
								valueHash: valueHash([i]),
							}),
						],
		});
	});
}

interface Row {
	readonly alert_id: string;
	readonly model: string;
	readonly version: string;
	readonly label: string;
	readonly score: number | null;
	readonly state: string;
	readonly reason: string;
	readonly writer: string;
	readonly number: string;
}

const scoreRows = (where = '1'): Promise<Row[]> =>
	store.query<Row>(
		`SELECT alert_id, model, version, label, score, state, reason, writer, number FROM scores WHERE ${where}
		ORDER BY writer, number, alert_id, model, version, label`,
		{},
		{ class: 'ingest' },
	);
/** Without what says who wrote it. */
const plain = (rows: readonly Row[]) =>
	rows
		.map(({ writer: _w, number: _n, ...row }) => row)
		.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

const rescore = (models: Models, over: Partial<RescoreOptions> = {}) =>
	runRescore({
		store,
		slot: 'rescore',
		scorer: models,
		scorerOf: () => Promise.resolve(null),
		nightFrom: '1970-01-01',
		nightTo: '2148-12-31',
		origins: ['real', 'test', 'simulated'],
		inputReason: INPUT_REASON,
		again: false,
		batchRows: 5,
		codeVersion: 'test',
		signal: new AbortController().signal,
		...over,
	});

describe('a batch of alerts', () => {
	it('brings its scores with model and version, before the alerts, each once', async () => {
		const models = modelsOf([tiny('numbers'), missing('nothing')]);
		const order: string[] = [];
		const spied = withInsert(async (...args) => {
			order.push(args[0]);
			await store.insert(...args);
		});
		await ingestAlerts({ store: spied, alerts: alerts(), batchRows: 100, options: { models } });
		expect(order.indexOf('scores')).toBeGreaterThan(-1);
		expect(order.indexOf('scores')).toBeLessThan(order.indexOf('alerts'));
		const rows = await scoreRows();
		expect(rows.length).toBe(24);
		const [first, second] = rows;
		expect(first).toMatchObject({
			model: 'tiny_nothing',
			state: 'notDone',
			score: null,
			reason: 'model.onnx is missing',
		});
		expect(second).toMatchObject({ model: 'tiny_numbers', version: '1', label: 'value', state: 'done', number: '1' });
		expect(second?.score).toBeCloseTo(19 + 10 * 5 + 100, 3);
		// the same alerts once more: known, so nothing is added
		await ingestAlerts({ store, alerts: alerts(), partition: '/memory/again', options: { models } });
		expect((await scoreRows()).length).toBe(24);
		const programmes = await store.query(
			'SELECT DISTINCT programme FROM scores ORDER BY programme',
			{},
			{ class: 'ingest' },
		);
		expect(programmes).toEqual([{ programme: 'partnership' }, { programme: 'public' }]);
	});

	it('is stored although every model fails', async () => {
		const failing = { ...modelsOf([tiny('numbers')]), score: () => Promise.reject(new Error('out of everything')) };
		const failures: string[] = [];
		await ingestAlerts({
			store,
			alerts: alerts(),
			options: { models: failing, onStageFailure: ({ reason }) => failures.push(reason) },
		});
		expect(failures).toEqual(['out of everything']);
		const rows = await scoreRows();
		expect(rows.length).toBe(12);
		expect(rows.every(({ state, reason }) => state === 'notDone' && reason === 'out of everything')).toBe(true);
	});
});

describe('rescoring', () => {
	it('fills what is not done with the numbers that the live batch would have given', async () => {
		const folders = [tiny('numbers', FEATURES), tiny('images'), tiny('numbers'), tiny('sequence')];
		const batches = { batchRows: 4 };
		await ingestAlerts({ store, alerts: alerts(), options: { models: modelsOf(folders) }, ...batches });
		const live = plain(await scoreRows());
		for (const table of TABLES) await store.command(`TRUNCATE TABLE ${table}`);
		await ingestAlerts({
			store,
			alerts: alerts(),
			options: {
				models: modelsOf([missing('numbers', FEATURES), missing('images'), tiny('numbers'), missing('sequence')]),
			},
			...batches,
		});
		expect((await scoreRows("state = 'notDone'")).length).toBe(12 * 5);

		const progress = await rescore(modelsOf(folders));
		// the first alert of each object has one detection: the sequence needs two
		expect(progress).toEqual({ due: 12, alerts: 12, done: 12 * 3 + 10 * 2, unfit: 4, notDone: 0 });
		const rows = await scoreRows("state = 'done'");
		expect(plain(rows)).toEqual(live.filter(({ state }) => state === 'done'));
		// earlier rows stay, and what has its number is not written again
		expect((await scoreRows()).length).toBe(12 * 6 + 56);
		expect(
			new Set(rows.filter(({ model }) => model === 'tiny_features').map(({ score }) => score)).size,
		).toBeGreaterThan(8);
		expect(rows.filter(({ writer }) => writer === 'rescore').every(({ model }) => model !== 'tiny_numbers')).toBe(true);
		const written = await scoreRows("writer = 'rescore'");
		expect(new Set(written.map(({ number }) => number))).toEqual(new Set(['1', '2', '3']));
	});

	it('leaves nothing to do for the next one, unless asked to try unfit alerts again', async () => {
		await ingestAlerts({ store, alerts: alerts() });
		const models = modelsOf([tiny('numbers'), tiny('sequence')]);
		expect((await rescore(models)).due).toBe(12);
		const rows = await scoreRows();
		expect(await rescore(models)).toEqual({ due: 0, alerts: 0, done: 0, unfit: 0, notDone: 0 });
		// the first alert of each object is unfit for the sequence
		expect(await rescore(models, { again: true })).toMatchObject({ due: 2, alerts: 2, done: 0, unfit: 4 });
		expect(await scoreRows()).toEqual(rows);
	});

	it('gives a new version beside the old one, for the nights that are asked for', async () => {
		await ingestAlerts({ store, alerts: alerts(), options: { models: modelsOf([tiny('numbers')]) } });
		const [night] = await store.query<{ night: string }>(
			'SELECT toString(min(night)) AS night FROM alerts',
			{},
			{ class: 'ingest' },
		);
		const newer = modelsOf([tiny('numbers', { version: '2' })]);
		const first = night?.night ?? '';
		expect(await rescore(newer, { nightFrom: first, nightTo: first })).toMatchObject({ due: 1, alerts: 1, done: 1 });
		expect(await rescore(newer)).toMatchObject({ due: 11, alerts: 11, done: 11 });
		const versions = await store.query(
			'SELECT version, count() AS n, uniqExact(alert_id) AS alerts FROM scores GROUP BY version ORDER BY version',
			{},
			{ class: 'ingest' },
		);
		expect(versions).toEqual([
			{ version: '1', n: '12', alerts: '12' },
			{ version: '2', n: '12', alerts: '12' },
		]);
	});

	it('uses the light curve that was known then, not what came later', async () => {
		const all = alerts(6);
		const [late] = all.splice(2, 1);
		if (late === undefined) throw new Error('no alert');
		await ingestAlerts({ store, alerts: all });
		// comes after the others, though it was taken before them
		await ingestAlerts({ store, alerts: [late], partition: '/memory/late' });
		const sequence = () => modelsOf([tiny('sequence')]);
		await rescore(sequence());
		const rescored = plain(await scoreRows());
		for (const table of TABLES) await store.command(`TRUNCATE TABLE ${table}`);
		await ingestAlerts({ store, alerts: all, options: { models: sequence() } });
		await ingestAlerts({ store, alerts: [late], partition: '/memory/late', options: { models: sequence() } });
		expect(rescored).toEqual(plain(await scoreRows()));
		expect(rescored.some(({ state }) => state === 'done')).toBe(true);
	});

	it.each(['scores', 'ingest_log'])(
		'finishes a batch that ended at its insert into %s under the same number, once',
		async (table) => {
			await ingestAlerts({ store, alerts: alerts() });
			const models = modelsOf([tiny('numbers')]);
			let inserts = 0;
			const ending = withInsert(async (...args) => {
				// second batch: before its scores, or before it is published
				if (args[0] === table && (inserts += 1) === (table === 'scores' ? 2 : 4))
					throw new StoreError('gone', 0, false);
				await store.insert(...args);
			});
			await expect(rescore(models, { store: ending })).rejects.toThrow('gone');
			expect((await scoreRows()).length).toBe(table === 'scores' ? 5 : 10);
			const asked: (readonly string[])[] = [];
			await rescore(models, {
				scorerOf: (keys) => {
					asked.push(keys);
					return Promise.resolve(models);
				},
			});
			expect(asked).toEqual([['tiny_numbers@1']]);
			const rows = await scoreRows();
			expect(rows.length).toBe(12);
			expect(new Set(rows.map(({ alert_id }) => alert_id)).size).toBe(12);
			expect(rows.map(({ number }) => number)).toEqual(['1', '1', '1', '1', '1', '2', '2', '2', '2', '2', '3', '3']);
		},
	);

	it('gives a batch up whose model is gone, and scores its alerts with those at hand', async () => {
		await ingestAlerts({ store, alerts: alerts() });
		const models = modelsOf([tiny('numbers')]);
		let first = true;
		const failing = {
			...models,
			score: (...args: Parameters<Models['score']>) => {
				if (!first) throw new Error('killed');
				first = false;
				return models.score(...args);
			},
		};
		await expect(rescore(failing)).rejects.toThrow('killed');
		const other = modelsOf([tiny('nothing')]);
		expect(await rescore(other)).toMatchObject({ alerts: 12, done: 12 });
		expect((await scoreRows("model = 'tiny_numbers'")).length).toBe(5);
		const [log] = await store.query<{ n: string }>(
			"SELECT count() AS n FROM ingest_log WHERE state = 'abandoned'",
			{},
			{ class: 'ingest' },
		);
		expect(log?.n).toBe('1');
	});
});
