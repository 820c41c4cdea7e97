// What readers see of scores: within their scope, the newest number of each model, through time, and the models themselves.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelScore } from '#lib/alert/enriched.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { ModelView } from '#lib/alert/views.ts';
import { readAlert } from '#clickhouse/read/alerts.ts';
import { newestScores, readScores } from '#clickhouse/read/scores.ts';
import { insertScores } from '#clickhouse/write/batch.ts';
import { GET as modelsRoute } from '../../../src/routes/api/v1/models/+server.ts';
import { GET as objectRoute } from '../../../src/routes/api/v1/objects/[survey]/[objectId]/+server.ts';
import { GET as scoresRoute } from '../../../src/routes/api/v1/objects/[survey]/[objectId]/scores/+server.ts';
import { publish, TEST_MJD, writeAlerts } from '../../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../support/embeddedStore.ts';
import { tinyManifest, tinyOnnx, writeModelFolder } from '../../support/models.ts';
import { ask, testLocals } from '../../support/route.ts';

const scope: AccessScope = { origin: 'real', grants: [] };
const granted: AccessScope = { origin: 'real', grants: [{ survey: 'ztf', programme: 'caltech' }] };
const object = { survey: 'ztf', objectId: 'ZTF26aaaaaaa' };
const FIRST = 170587115523932323n;

let embedded: EmbeddedStore;
let home: string;

const done = (model: string, version: string, score: number, label = 'a'): ModelScore => ({
	...{ model, version, label, score, state: 'done' as const, reason: '' },
});
const notDone = (model: string, version: string, label = 'a'): ModelScore => ({
	...{ model, version, label, score: Number.NaN, state: 'notDone' as const, reason: 'model.onnx is missing' },
});

async function write(
	number: bigint,
	knownAtMs: number,
	alertId: bigint,
	programme: string,
	scores: ModelScore[],
): Promise<void> {
	const alert = { ...object, alertId, programme, origin: 'real' as const, night: Math.floor(TEST_MJD) - 40_587 };
	await insertScores(
		embedded.store,
		{ writer: 'rescore', number, knownAtMs },
		scores.map((score) => ({ alert, score })),
	);
}

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	home = await mkdtemp(join(tmpdir(), 'nightjar-scores-'));
	const { store } = embedded;
	await writeAlerts(store, [
		{ alertId: FIRST, objectId: object.objectId },
		{ alertId: FIRST + 1n, objectId: object.objectId, mjd: TEST_MJD + 1 },
		{ alertId: FIRST + 2n, objectId: object.objectId, mjd: TEST_MJD + 2, programme: 'caltech' },
	]);
	const t = 1_780_000_000_000;
	await write(1n, t, FIRST, 'public', [done('m', '1', 0.25), notDone('n', '1')]);
	await write(2n, t, FIRST + 1n, 'public', [done('m', '1', 0.5), notDone('n', '1')]);
	await write(3n, t, FIRST + 2n, 'caltech', [done('m', '1', 0.75), done('n', '1', 0.1)]);
	// later: the missing one is filled in, a new version comes, and a failure after a number hides nothing
	await write(4n, t + 1000, FIRST, 'public', [done('n', '1', 0.125), done('m', '2', 1)]);
	await write(5n, t + 2000, FIRST + 1n, 'public', [notDone('m', '2')]);
	// of an alert that cannot be read (yet)
	await write(6n, t, 99n, 'public', [done('m', '1', 0.9)]);
	await publish(store, 'worker-1', 1);
	await publish(store, 'rescore', 6);
});
afterAll(async () => {
	await embedded.stop();
	await rm(home, { recursive: true, force: true });
});

const brief = (scores: readonly { alertId: string; model: string; version: string; score: number | null }[]) =>
	scores.map(({ alertId, model, version, score }) => [Number(BigInt(alertId) - FIRST), `${model} ${version}`, score]);

describe('scores of an object', () => {
	it('are the newest number of each model on each alert in scope, in the order of time', async () => {
		const scores = await readScores(embedded.store, scope, object);
		expect(brief(scores)).toEqual([
			[0, 'm 2', 1],
			[0, 'n 1', 0.125],
			[1, 'm 1', 0.5],
			[1, 'n 1', null],
		]);
		expect(scores[3]).toMatchObject({ state: 'notDone', reason: 'model.onnx is missing', mjd: TEST_MJD + 1 });
		expect(brief(await readScores(embedded.store, granted, object)).length).toBe(6);
		expect(await readScores(embedded.store, { origin: 'simulated', grants: [] }, object)).toEqual([]);
	});

	it('can be had of every version, of one alert, and as they were known then', async () => {
		const all = await readScores(embedded.store, scope, object, { versions: true, alertId: FIRST });
		expect(brief(all)).toEqual([
			[0, 'm 1', 0.25],
			[0, 'm 2', 1],
			[0, 'n 1', 0.125],
		]);
		const then = await readScores(embedded.store, scope, object, { asOf: { rescore: '2', 'worker-1': '1' } });
		expect(brief(then)).toEqual([
			[0, 'm 1', 0.25],
			[0, 'n 1', null],
			[1, 'm 1', 0.5],
			[1, 'n 1', null],
		]);
	});

	it('come down to the last number of each model', async () => {
		expect(brief(newestScores(await readScores(embedded.store, scope, object)))).toEqual([
			[1, 'm 1', 0.5],
			[0, 'n 1', 0.125],
		]);
	});

	it('stand in the alert, in the object and on their own in the API', async () => {
		const { store } = embedded;
		expect(brief((await readAlert(store, scope, 'ztf', FIRST))?.scores ?? [])).toEqual([
			[0, 'm 2', 1],
			[0, 'n 1', 0.125],
		]);
		const locals = testLocals(store, scope);
		const params = { ...object };
		const summary = (await (await ask(objectRoute, '/', locals, { params })).json()) as { scores: object[] };
		expect(summary.scores.length).toBe(2);
		const csv = await (await ask(scoresRoute, '/?format=csv&versions=all', locals, { params })).text();
		expect(csv.split('\r\n')[0]).toBe('alertId,mjd,model,version,label,score,state,reason,knownAt');
		expect(csv.trim().split('\r\n').length).toBe(1 + 6);
		expect((await ask(scoresRoute, '/', locals, { params: { ...params, objectId: 'ZTF26zzzzzzz' } })).status).toBe(404);
		expect((await ask(scoresRoute, '/?versions=some', locals, { params })).status).toBe(400);
	});
});

describe('the models', () => {
	it('are listed with card, state and what they gave to alerts in scope', async () => {
		const root = join(home, 'models');
		await writeModelFolder(root, tinyManifest('numbers', { name: 'm', version: '1' }), tinyOnnx('numbers'));
		await writeModelFolder(root, tinyManifest('numbers', { name: 'm', version: '2' }), tinyOnnx('numbers'));
		const broken = await writeModelFolder(root, tinyManifest('nothing', { name: 'n', version: '1' }), null);
		await writeFile(join(broken, 'model.onnx'), 'something else');
		const locals = testLocals(embedded.store, scope);
		const response = await ask(modelsRoute, '/', { ...locals, config: { ...locals.config, home } });
		const { models } = (await response.json()) as { models: ModelView[] };
		const find = (name: string, version: string) =>
			models.find((model) => model.name === name && model.version === version);
		expect(find('m', '1')).toMatchObject({ state: 'installed', done: 3, notDone: 0, inputs: '3 numbers' });
		expect(find('m', '2')).toMatchObject({ state: 'inUse', done: 1, notDone: 1 });
		expect(find('n', '1')).toMatchObject({ state: 'broken', done: 1, notDone: 2 });
		expect(find('n', '1')?.problem).toMatch(/not the file/);
		expect(find('braai', 'd6_m9')).toMatchObject({ state: 'notInstalled', licence: 'MIT', fetchable: true, done: 0 });
		// where a folder lies is nobody's business
		expect(JSON.stringify(models)).not.toContain(home);
	});
});
