import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import type { Alert } from '#lib/alert/alert.ts';
import type { CurvePoint } from '#lib/alert/enriched.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import { parseManifest, type ModelInput, type ModelManifest } from '#lib/alert/model.ts';
import type { ModelFolder, Subject } from '#server/ml/index.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OUT = join(ROOT, 'node_modules/.cache/nightjar-tests/ml');
const WORKER = join(OUT, 'ml-worker.js');
const SOURCES = [
	'server/ml/worker.ts',
	'server/ml/messages.ts',
	'server/ml/inputs/images.ts',
	'src/lib/format/fits.ts',
];

/** Builds the thread that runs networks when its sources are newer than the last build; returns its path. */
export async function buildMlWorker(): Promise<string> {
	const changed = await Promise.all(SOURCES.map(async (file) => (await stat(join(ROOT, file))).mtimeMs));
	const built = await stat(WORKER).then(
		(entry) => entry.mtimeMs,
		() => 0,
	);
	if (built < Math.max(...changed)) {
		await build({
			configFile: false,
			root: ROOT,
			publicDir: false,
			logLevel: 'error',
			build: {
				ssr: true,
				target: 'node20',
				outDir: OUT,
				emptyOutDir: false,
				rolldownOptions: { input: { 'ml-worker': join(ROOT, 'server/ml/worker.ts') } },
			},
		});
	}
	return WORKER;
}

/** The networks that scripts/golden/tiny_models.py makes. */
export type TinyName = 'images' | 'numbers' | 'sequence' | 'throws' | 'slow' | 'nothing';

export const tinyOnnx = (name: TinyName): Buffer =>
	readFileSync(join(ROOT, 'tests/fixtures/models', name, 'model.onnx'));

export const TRIPLET: Extract<ModelInput, { kind: 'images' }> = {
	kind: 'images',
	name: 'triplet',
	layout: 'NHWC',
	pixels: 63,
	channels: (['science', 'template', 'difference'] as const).map((image) => ({
		kind: 'image',
		image,
		scaling: 'l2',
	})),
	smaller: 'end',
	padValue: 1e-9,
	larger: 'refuse',
	maskHuge: false,
	difference: 'asReceived',
};

const number = (from: string) => ({ from, else: [], mean: 0, scale: 1 });
const FEATURES: ModelInput = {
	kind: 'numbers',
	name: 'features',
	features: [number('mag'), number('snr'), number('nDetections')],
};
const SEQUENCE: ModelInput = {
	kind: 'sequence',
	name: 'points',
	mask: 'mask',
	length: 8,
	kinds: ['detection', 'upperLimit'],
	align: 'end',
	columns: ['daysBefore', 'mag', 'isDetection', 'sign'],
	minDetections: 2,
};

type Output = ModelManifest['outputs'][number];
const INPUTS: Record<TinyName, ModelInput[]> = {
	images: [TRIPLET],
	numbers: [FEATURES],
	sequence: [SEQUENCE],
	throws: [FEATURES],
	slow: [FEATURES],
	nothing: [FEATURES],
};
const one: Output = { name: 'score', labels: ['value'], activation: 'none' };
const OUTPUTS: Record<TinyName, Output> = {
	images: { name: 'score', labels: ['left', 'right'], activation: 'softmax' },
	numbers: one,
	sequence: { name: 'score', labels: ['a', null, 'c'], activation: 'none' },
	throws: one,
	slow: one,
	nothing: one,
};

/** The manifest of a tiny network. */
export function tinyManifest(name: TinyName, over: Partial<ModelManifest> = {}): ModelManifest {
	const onnx = tinyOnnx(name);
	const manifest: ModelManifest = {
		format: 1,
		name: `tiny_${name}`,
		version: '1',
		title: `Tiny ${name}`,
		surveys: ['ztf'],
		files: [{ sha256: createHash('sha256').update(onnx).digest('hex'), bytes: onnx.length, urls: [] }],
		inputs: INPUTS[name],
		outputs: [OUTPUTS[name]],
		licence: 'GPL-3.0-or-later',
		card: {
			summary: 'A network for tests.',
			authors: 'Nightjar',
			source: 'scripts/golden/tiny_models.py',
			trainedOn: 'nothing',
			limits: [],
			metrics: [],
		},
		...over,
	};
	return parseManifest(JSON.stringify(manifest));
}

/** A tiny network as if it had been read from a folder. */
export function tinyModel(name: TinyName, over: Partial<ModelManifest> = {}): ModelFolder {
	const manifest = tinyManifest(name, over);
	const sha256 = manifest.files[0]?.sha256 ?? '';
	return { folder: `/tiny/${name}`, manifest, onnx: tinyOnnx(name), sha256, problem: null };
}

/** Writes a model folder; returns its path. */
export async function writeModelFolder(
	root: string,
	manifest: ModelManifest,
	onnx: Uint8Array | null,
): Promise<string> {
	const folder = join(root, manifest.name, manifest.version);
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
	if (onnx !== null) await writeFile(join(folder, 'model.onnx'), onnx);
	return folder;
}

function curvePoint(point: PhotometricPoint): CurvePoint {
	const { kind, band, mjd, psfFlux, psfFluxErr, mag, magErr, limitMag, positive, ra, dec, programme } = point;
	return { kind, band, mjd, psfFlux, psfFluxErr, mag, magErr, limitMag, positive, ra, dec, programme };
}

/** An alert with the light curve of its own packet, and nothing else known. */
export function subjectOf(alert: Alert, over: Partial<Subject> = {}): Subject {
	const curve = [...alert.history, alert.detection].map(curvePoint).sort((a, b) => a.mjd - b.mjd);
	return {
		alert,
		curve,
		features: new Float64Array(0),
		featureVersion: '',
		featureReason: '',
		matches: [],
		runs: [],
		associations: [],
		...over,
	};
}
