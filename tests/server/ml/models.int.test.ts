// Networks in their threads: what they are fed, what becomes of those that are missing, broken, slow or throwing.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
	chooseModels,
	INPUT_REASON,
	openModels,
	readModelFolders,
	type Models,
	type ModelsOptions,
} from '#server/ml/index.ts';
import { writeImage } from '#lib/format/fits.ts';
import { makeAlert, makePoint } from '../../support/alerts.ts';
import { buildMlWorker, subjectOf, tinyManifest, tinyModel, tinyOnnx, writeModelFolder } from '../../support/models.ts';
import { stamp } from '../../support/packets.ts';

let workerFile: string;
let folder: string;
beforeAll(async () => {
	workerFile = await buildMlWorker();
	folder = await mkdtemp(join(tmpdir(), 'nightjar-ml-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const lines: string[] = [];
let open: Models | null = null;
afterEach(async () => {
	await open?.close();
	open = null;
	lines.length = 0;
});

function start(over: Partial<ModelsOptions> & Pick<ModelsOptions, 'models'>): Models {
	open = openModels({ workerFile, workers: 1, log: (line) => lines.push(line), ...over });
	return open;
}

const alertOf = (i: number, over: Parameters<typeof makeAlert>[0] | object = {}) =>
	makeAlert({ alertId: BigInt(i + 1), mag: 18 + i, snr: i, nDetections: 2, ...over });
const alerts = (n: number) => Array.from({ length: n }, (_, i) => subjectOf(alertOf(i)));

describe('scores', () => {
	it('come in the order of models and labels, each with model and version', async () => {
		const models = start({ models: [tinyModel('numbers'), tinyModel('sequence', { version: '2' })] });
		const subject = subjectOf(
			alertOf(3, { mjd: 60_000, mag: 19, history: [makePoint({ mjd: 59_996, mag: 21, positive: false })] }),
		);
		const [scores] = await models.score([subject]);
		expect(scores).toEqual([
			{ model: 'tiny_numbers', version: '1', label: 'value', score: 19 + 10 * 3 + 100 * 2, state: 'done', reason: '' },
			// days before 4 and 0, magnitudes 21 and 19, both detections, signs -1 and 1
			{ model: 'tiny_sequence', version: '2', label: 'a', score: 2 + 0.5 * 0, state: 'done', reason: '' },
			{ model: 'tiny_sequence', version: '2', label: 'c', score: 1, state: 'done', reason: '' },
		]);
	});

	it('are the same whatever the batch and the number of threads', async () => {
		const options = { models: [tinyModel('numbers'), tinyModel('nothing')] };
		const expected = await start(options).score(alerts(50));
		await open?.close();
		for (const [batch, workers] of [
			[1, 3],
			[7, 2],
			[64, 1],
		] as const) {
			expect(await start({ ...options, batch, workers }).score(alerts(50))).toEqual(expected);
			await open?.close();
		}
		expect(expected[4]?.[0]?.score).toBe(22 + 40 + 200);
	});

	it('reach the network from the bytes of the cutouts', async () => {
		const pixel = (scale: number) => (i: number) => (i % 5) * scale;
		const cutouts = { science: stamp(63, 63, pixel(3)), template: stamp(63, 63, pixel(-2)), difference: stamp(63, 63) };
		const [scores] = await start({ models: [tinyModel('images')] }).score([subjectOf(alertOf(1, { cutouts }))]);
		// means of each channel over its norm, weighted (scripts/golden/tiny_models.py), and the softmax of both
		const ramp = Array.from({ length: 63 * 63 }, (_, i) => i % 5);
		const mean = ramp.reduce((sum, value) => sum + value, 0) / 3969;
		const norm = Math.sqrt(ramp.reduce((sum, value) => sum + value * value, 0));
		const means = [mean / norm, -mean / norm, 1 / 63];
		const left = 1000 * (means[0] ?? 0) + 500 * (means[1] ?? 0) + 2000 * (means[2] ?? 0) + 0.25;
		const right = -1000 * (means[0] ?? 0) + 250 * (means[1] ?? 0) - 100 * (means[2] ?? 0) - 0.25;
		const share = 1 / (1 + Math.exp(right - left));
		expect(scores?.map(({ label }) => label)).toEqual(['left', 'right']);
		expect(scores?.[0]?.score).toBeCloseTo(share, 5);
		expect(scores?.[1]?.score).toBeCloseTo(1 - share, 5);
	});

	it('leave out surveys that the model does not know', async () => {
		const models = start({ models: [tinyModel('numbers')] });
		const scores = await models.score([subjectOf(alertOf(0, { survey: 'lsst' })), subjectOf(alertOf(1))]);
		expect(scores.map((row) => row.length)).toEqual([0, 1]);
	});
});

describe('an alert that cannot be scored', () => {
	it('is not done for a reason of its own, and the others of its batch are scored', async () => {
		const models = start({ models: [tinyModel('numbers'), tinyModel('images'), tinyModel('nothing')] });
		const whole = { science: stamp(), template: stamp(), difference: stamp() };
		const large = Buffer.from(writeImage({ width: 81, height: 81, data: new Float32Array(6561) }));
		const scores = await models.score([
			subjectOf(alertOf(0, { cutouts: whole })),
			subjectOf(alertOf(1, { cutouts: { ...whole, template: null }, nDetections: null })),
			subjectOf(alertOf(2, { cutouts: { ...whole, science: Buffer.from('JFIF') } })),
			subjectOf(alertOf(3, { cutouts: { ...whole, difference: large }, mag: -1 })),
			subjectOf(alertOf(4, { cutouts: whole })),
		]);
		const states = scores.map((row) => row.filter(({ label }) => label !== 'right').map(({ reason }) => reason));
		// sorted as given: numbers, images, nothing
		expect(states).toEqual([
			['', '', ''],
			[
				`${INPUT_REASON}nDetections is absent`,
				`${INPUT_REASON}there is no template cutout`,
				`${INPUT_REASON}nDetections is absent`,
			],
			['', expect.stringContaining('input: a cutout cannot be read: Not a FITS file') as string, ''],
			[
				'',
				`${INPUT_REASON}a cutout has 81 x 81 pixels, at most 63 are taken`,
				`${INPUT_REASON}the network gave no number`,
			],
			['', '', ''],
		]);
		for (const row of scores) {
			for (const { score, state } of row) expect(Number.isNaN(score)).toBe(state === 'notDone');
		}
	});

	it('waits for the detections that a light-curve network needs', async () => {
		const [scores] = await start({ models: [tinyModel('sequence')] }).score([subjectOf(alertOf(1))]);
		expect(scores?.[0]).toMatchObject({ state: 'notDone', reason: `${INPUT_REASON}1 detection, 2 are needed` });
	});
});

describe('a model that cannot be used', () => {
	const good = () => tinyModel('numbers');
	it('that is missing or another file than named: not done with the reason, the others run', async () => {
		await writeModelFolder(folder, tinyManifest('numbers'), tinyOnnx('numbers'));
		await writeModelFolder(folder, tinyManifest('nothing', { name: 'missing' }), null);
		await writeModelFolder(folder, tinyManifest('nothing', { name: 'other' }), tinyOnnx('numbers'));
		await writeModelFolder(folder, tinyManifest('nothing', { name: 'no_manifest' }), tinyOnnx('nothing'));
		await writeFile(join(folder, 'no_manifest/1/model.json'), '{"format": 1, "name": "X"}');
		const found = await readModelFolders([folder, join(folder, 'nowhere')]);
		expect(found.unreadable.map(({ problem }) => problem)).toEqual([
			expect.stringMatching(/name: lower-case.*version/),
		]);
		const [scores] = await start({ models: chooseModels(found.models, null) }).score(alerts(1));
		expect(scores?.map(({ model, state, reason }) => [model, state, reason])).toEqual([
			['missing', 'notDone', 'model.onnx is missing'],
			['other', 'notDone', expect.stringContaining('not the file that model.json names') as string],
			['tiny_numbers', 'done', ''],
		]);
		expect(lines.length).toBe(2);
	});

	it('that is damaged, though its hash is right', async () => {
		const broken = { ...tinyModel('nothing'), onnx: tinyOnnx('nothing').subarray(0, 90) };
		const [scores] = await start({ models: [broken, good()] }).score(alerts(1));
		expect(scores?.[0]).toMatchObject({ model: 'tiny_nothing', state: 'notDone' });
		expect(scores?.[0]?.reason).toMatch(/^the network cannot be loaded: /);
		expect(scores?.[1]?.state).toBe('done');
	});

	it.each([
		['a tensor of another shape', { inputs: tinyManifest('images').inputs }, /wants an input "features"/],
		[
			'fewer numbers',
			{
				inputs: [
					{ kind: 'numbers' as const, name: 'features', features: [{ from: 'mag', else: [], mean: 0, scale: 1 }] },
				],
			},
			/"features" is \[N, 3\] in the network and \[N, 1\] in model.json/,
		],
		[
			'an output that it lacks',
			{ outputs: [{ name: 'other', labels: ['x'], activation: 'none' as const }] },
			/no output "other"/,
		],
		[
			'a number that does not exist',
			{
				inputs: [
					{
						kind: 'numbers' as const,
						name: 'features',
						features: ['ztf.nosuch', 'mag', 'snr'].map((from) => ({ from, else: [], mean: 0, scale: 1 })),
					},
				],
			},
			/There is no number "ztf.nosuch"/,
		],
	])('whose manifest names %s', async (_, over, reason) => {
		const [scores] = await start({ models: [tinyModel('nothing', over), good()] }).score(alerts(1));
		expect(scores?.[0]?.reason).toMatch(reason);
		expect(scores?.at(-1)?.state).toBe('done');
	});

	it('that throws: not done with its sentence, and left out after the third batch', async () => {
		const models = start({ models: [tinyModel('throws'), good()], batch: 4 });
		for (let i = 0; i < 4; i += 1) {
			for (const [first, second] of await models.score(alerts(4))) {
				expect(first).toMatchObject({ model: 'tiny_throws', state: 'notDone' });
				expect(first?.reason).toMatch(
					i < 3 ? /^the network failed: / : /^left out after failing 3 times: the network failed/,
				);
				expect(second?.state).toBe('done');
			}
		}
		expect(lines.filter((line) => line.includes('left out until the next start')).length).toBe(1);
	});

	it('that is slow: the batch goes on without it', async () => {
		// the slow one takes three times as long and more, the other a thousandth
		const models = start({ models: [tinyModel('slow'), good()], runLimitMs: 2000 });
		const before = performance.now();
		const scores = await models.score(alerts(2));
		expect(performance.now() - before).toBeLessThan(30_000);
		for (const [slow, quick] of scores) {
			expect(slow).toMatchObject({ state: 'notDone', reason: 'slower than 2 s for a batch' });
			expect(quick?.state).toBe('done');
		}
	});

	it('when the thread itself does not start: everything is not done, nothing hangs', async () => {
		const file = join(folder, 'throwing-worker.mjs');
		await writeFile(file, 'throw new Error("no library");');
		const [scores] = await start({ models: [good()], workerFile: file, workers: 2 }).score(alerts(1));
		expect(scores?.[0]?.reason).toMatch(/^ONNX Runtime does not start: the thread ended: no library/);
	});

	it('when the thread ends in a run: the batch is answered and the next one is scored again', async () => {
		const file = join(folder, 'ending-worker.mjs');
		// ends in the first run of the first thread, and works like the real one from then on
		const mark = join(folder, 'ended-once');
		await writeFile(
			file,
			`import { existsSync, writeFileSync } from 'node:fs';
			import { parentPort } from 'node:worker_threads';
			if (existsSync(${JSON.stringify(mark)})) await import(${JSON.stringify(workerFile)});
			else {
				parentPort.on('message', (job) => {
					parentPort.postMessage({ kind: 'running', job: job.id, run: 0 });
					writeFileSync(${JSON.stringify(mark)}, '');
					setTimeout(() => process.exit(9), 20);
				});
				parentPort.postMessage({ kind: 'ready', problems: [null, null] });
			}`,
		);
		const models = start({ models: [good(), tinyModel('nothing')], workerFile: file });
		const [scores] = await models.score(alerts(1));
		expect(scores?.map(({ reason }) => reason)).toEqual(['the thread ended with code 9', '']);
		expect((await models.score(alerts(1)))[0]?.map(({ state }) => state)).toEqual(['done', 'done']);
	});
});

describe('which models score', () => {
	it('is the newest version of each, or what is named', () => {
		const models = ['2', '10', '9.1'].map((version) => tinyModel('numbers', { version }));
		const other = tinyModel('nothing');
		const names = (wanted: readonly string[] | null) =>
			chooseModels([...models, other], wanted).map(({ manifest }) => `${manifest.name}@${manifest.version}`);
		expect(names(null)).toEqual(['tiny_nothing@1', 'tiny_numbers@10']);
		expect(names(['tiny_numbers@2', 'tiny_numbers'])).toEqual(['tiny_numbers@10', 'tiny_numbers@2']);
		expect(names([])).toEqual([]);
		expect(() => names(['nosuch'])).toThrow(/There is no model "nosuch"/);
	});
});
