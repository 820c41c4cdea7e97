// The networks that come with Nightjar: they give what Python's ONNX Runtime gives, and score simulated alerts of both surveys.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelsOf, type ModelInput } from '#lib/alert/model.ts';
import { FEATURES } from '#lib/alert/features.ts';
import { computeFeatures } from '#server/ingest/enrich/features/index.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { openModels, readModelFolders, type ModelFolder, type Subject } from '#server/ml/index.ts';
import { createSimulation } from '#server/simulate/index.ts';
import { buildMlWorker, subjectOf } from '../../support/models.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
// scripts/golden/shipped_models.py
const golden = JSON.parse(readFileSync(join(ROOT, 'tests/fixtures/golden/shipped_models.json'), 'utf8')) as Record<
	string,
	Record<string, readonly number[]>
>;
const ROWS = 3;

/** Inputs by a formula of whole numbers, as in the script. */
function inputOf(input: ModelInput, j: number): Tensor {
	const shape =
		input.kind === 'images'
			? [ROWS, input.channels.length, input.pixels, input.pixels]
			: input.kind === 'numbers'
				? [ROWS, input.features.length]
				: [ROWS, input.length, input.columns.length];
	const size = shape.reduce((product, side) => product * side, 1);
	const values = Float32Array.from({ length: size }, (_, k) => {
		const word = Number((BigInt(k + 1000 * j + 1) * 2_654_435_761n) % 4_294_967_296n);
		return (word / 4_294_967_296) * 4 - 2;
	});
	if (input.kind === 'sequence') {
		for (const [column, name] of input.columns.entries()) {
			if (!name.startsWith('is')) continue;
			for (let at = column; at < size; at += input.columns.length) values[at] = (values[at] ?? 0) > 0 ? 1 : 0;
		}
	}
	return new Tensor('float32', values, shape);
}

let models: readonly ModelFolder[] = [];
beforeAll(async () => {
	const found = await readModelFolders([join(ROOT, 'models/shipped')]);
	expect(found.unreadable).toEqual([]);
	models = found.models;
});

/** Simulated alerts of both surveys, this many of each at most, with the light curve of their own packet. */
async function simulatedSubjects(each: number): Promise<Subject[]> {
	const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
	const simulation = createSimulation({ seed: 99, alertsPerNight: 60 });
	const subjects: Subject[] = [];
	const counts = { ztf: 0, lsst: 0 };
	for (let night = 20_700; Math.min(counts.ztf, counts.lsst) < each; night += 1) {
		for (const { bytes } of simulation.night(night)) {
			const place = { source: 'test', partition: '0', offset: 0n, member: '', receivedAtMs: 0 };
			for (const decoded of await decoder.decode({ bytes, ...place })) {
				const alert = normalise(decoded, 0);
				const survey = alert.survey === 'lsst' ? 'lsst' : 'ztf';
				if (counts[survey] >= each) continue;
				counts[survey] += 1;
				const plain = subjectOf(alert, { features: new Float64Array(FEATURES.length).fill(Number.NaN) });
				subjects.push({ ...plain, features: computeFeatures(alert, plain.curve) });
			}
		}
	}
	return subjects;
}

describe('the shipped models', () => {
	it('are whole, small and ours', () => {
		expect(models.map(({ manifest }) => manifest.name)).toEqual([
			'anomaly',
			'light_curve',
			'microlensing',
			'stamp_lsst',
			'stamp_ztf',
		]);
		for (const { manifest, problem, onnx } of models) {
			expect(problem, manifest.name).toBeNull();
			expect(onnx?.length ?? 0).toBeLessThan(400_000);
			expect(manifest.licence).toBe('GPL-3.0-or-later');
			expect(manifest.card.metrics.length).toBeGreaterThan(0);
		}
	});

	it('say on their cards what a plain rule reaches on the same rows, and how far a probability may be believed', () => {
		for (const name of ['light_curve', 'microlensing', 'stamp_lsst', 'stamp_ztf']) {
			const { metrics } = models.find(({ manifest }) => manifest.name === name)?.manifest.card ?? { metrics: [] };
			expect(
				metrics.some(({ baseline }) => baseline !== undefined),
				name,
			).toBe(true);
			const calibrated = metrics.filter(({ metric }) => metric.startsWith('calibration error'));
			expect(
				calibrated.map(({ note }) => /said,? (?:and )?\w+/.test(note ?? '')),
				name,
			).toContain(true);
		}
	});

	it('the microlensing test is measured on hundreds of lenses, every row is in a bin, and where a rule is as good it says so', () => {
		const metrics = models.find(({ manifest }) => manifest.name === 'microlensing')?.manifest.card.metrics ?? [];
		expect(Number(/\((\d+) lenses, \d+ other objects\)/.exec(metrics[0]?.set ?? '')?.[1])).toBeGreaterThanOrEqual(200);
		const calibrated = metrics.find(({ metric }) => metric.startsWith('calibration error'));
		const bins = [...(calibrated?.note ?? '').matchAll(/(\d\.\d\d) (\d\.\d{3}) (\d+)(?:,|$)/g)].map((bin) =>
			bin.slice(1).map(Number),
		);
		expect(bins.length).toBeGreaterThanOrEqual(4);
		expect(bins.reduce((sum, [, , n = 0]) => sum + n, 0)).toBe(calibrated?.rows);
		for (const [, , n = 0] of bins) expect(n).toBeGreaterThanOrEqual(20);
		const ruled = metrics.filter(({ baseline }) => baseline !== undefined);
		expect(ruled.map(({ origin }) => origin)).toContain('real');
		for (const { metric, value, baseline, note } of ruled) {
			const more = !/^share (?:of the others )?above/.test(metric);
			const rule = baseline?.value ?? Number.NaN;
			expect(/no better than the rule/.test(note ?? ''), metric).toBe(more ? value <= rule : value >= rule);
		}
	});

	it('give the numbers of the Python reference', async () => {
		const networks = models.filter(({ onnx }) => onnx !== null);
		expect(networks.map(({ manifest }) => manifest.name)).toEqual(Object.keys(golden).sort());
		for (const { manifest, onnx } of networks) {
			if (onnx === null) continue;
			const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1, logSeverityLevel: 4 });
			const feeds = Object.fromEntries(manifest.inputs.map((input, j) => [input.name, inputOf(input, j)]));
			const answers = await session.run(feeds);
			for (const [name, expected] of Object.entries(golden[manifest.name] ?? {})) {
				const data = answers[name]?.data as Float32Array;
				expect(data.length).toBe(expected.length);
				for (const [k, value] of expected.entries())
					expect(Math.abs((data[k] ?? Number.NaN) - value), `${manifest.name} ${name} ${k}`).toBeLessThanOrEqual(
						1e-5 * Math.max(1, Math.abs(value)),
					);
			}
			await session.release();
		}
	});

	it('score alerts of both surveys: probabilities that sum to 1, and a reason where there is none', async () => {
		const subjects = await simulatedSubjects(30);
		expect(new Set(subjects.map(({ alert }) => alert.survey))).toEqual(new Set(['ztf', 'lsst']));
		const opened = openModels({ models, workerFile: await buildMlWorker(), workers: 1, log: () => undefined });
		const scores = await opened.score(subjects);
		await opened.close();
		for (const [i, { alert, curve }] of subjects.entries()) {
			const mine = scores[i] ?? [];
			for (const { manifest } of models) {
				const own = mine.filter(({ model }) => model === manifest.name);
				const labels = manifest.surveys.includes(alert.survey) ? labelsOf(manifest) : [];
				expect(own.map(({ label }) => label)).toEqual(labels);
				for (const { score, state, reason } of own) {
					if (state === 'done') expect(score >= 0 && score <= 1).toBe(true);
					else
						expect(reason).toMatch(/^input: \d+ (?:detection|point)s?, \d+ are needed|^input: \d+ points are too few/);
				}
			}
			const sum = (model: string, labels: readonly string[]): number =>
				mine
					.filter((one) => one.model === model && labels.includes(one.label))
					.reduce((all, { score }) => all + score, 0);
			const stamp = models.find(({ manifest }) => manifest.name === `stamp_${alert.survey}`);
			expect(sum(`stamp_${alert.survey}`, labelsOf(stamp?.manifest ?? { outputs: [] }))).toBeCloseTo(1, 4);
			const detections = curve.filter(({ kind }) => kind === 'detection').length;
			const done = mine.filter(({ model, state }) => model === 'light_curve' && state === 'done');
			expect(done.length > 0).toBe(detections >= 2);
			if (done.length > 0) {
				const classes = done.filter(({ label }) => label !== 'unlike').reduce((all, { score }) => all + score, 0);
				expect(classes).toBeCloseTo(1, 4);
			}
		}
	}, 300_000);
});
