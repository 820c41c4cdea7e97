// A thread that turns cutouts into tensors and runs networks on them: one session per network, one thread per session.
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ImagesInput, ModelManifest } from '#lib/alert/model.ts';
import { CutoutError, writeImages } from './inputs/images.ts';
import {
	imageShape,
	type FromWorker,
	type Job,
	type LoadedModel,
	type Run,
	type RunAnswer,
	type ToWorker,
} from './messages.ts';

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');

const say = (message: FromWorker, transfer: ArrayBuffer[] = []): void => {
	port.postMessage(message, transfer);
};
const sentence = (error: unknown): string =>
	(error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.slice(0, 300) ?? '';

/** Images of a job for one way of making tensors from them, and why an alert has none. */
interface ImageRows {
	readonly values: Float32Array;
	readonly problems: readonly (string | null)[];
}

interface Network {
	readonly session: InferenceSession;
	readonly inputs: ModelManifest['inputs'];
	readonly outputs: ModelManifest['outputs'];
	readonly images: ImagesInput | undefined;
}

/** Images that networks share are made once: the name of the tensor does not matter. */
const imageKey = (input: ImagesInput): string => JSON.stringify({ ...input, name: '' });
const buffers = new Map<string, Float32Array>();

function widthOf(shape: readonly number[]): number {
	return shape.reduce((product, size) => product * size, 1);
}

/** Compares what a manifest says of the inputs with what the network asks for; a sentence where they differ. */
function mismatch(session: InferenceSession, inputs: ModelManifest['inputs'], outputs: ModelManifest['outputs']): void {
	const given = new Map<string, readonly number[]>();
	for (const input of inputs) {
		if (input.kind === 'images') given.set(input.name, imageShape(input));
		else if (input.kind === 'numbers') given.set(input.name, [input.features.length]);
		else {
			given.set(input.name, [input.length, input.columns.length]);
			if (input.mask !== undefined) given.set(input.mask, [input.length]);
		}
	}
	for (const metadata of session.inputMetadata) {
		const shape = given.get(metadata.name);
		if (shape === undefined) throw new Error(`the network wants an input "${metadata.name}" that model.json lacks`);
		if (!metadata.isTensor || metadata.type !== 'float32') {
			throw new Error(`input "${metadata.name}" of the network is no tensor of 32-bit floats`);
		}
		const [, ...wanted] = metadata.shape;
		const fits =
			wanted.length === shape.length && wanted.every((size, i) => typeof size === 'string' || size === shape[i]);
		if (!fits) {
			throw new Error(
				`input "${metadata.name}" is [N, ${wanted.join(', ')}] in the network and [N, ${shape.join(', ')}] in model.json`,
			);
		}
		given.delete(metadata.name);
	}
	const [unknown] = given.keys();
	if (unknown !== undefined) throw new Error(`model.json has an input "${unknown}" that the network lacks`);
	const missing = outputs.find(({ name }) => !session.outputNames.includes(name));
	if (missing !== undefined) throw new Error(`the network has no output "${missing.name}"`);
}

async function load(model: LoadedModel): Promise<Network | string> {
	try {
		const session = await InferenceSession.create(model.onnx, {
			executionProviders: ['cpu'],
			intraOpNumThreads: 1,
			interOpNumThreads: 1,
			graphOptimizationLevel: 'all',
			// fatal only: what matters is thrown
			logSeverityLevel: 4,
		});
		mismatch(session, model.inputs, model.outputs);
		const images = model.inputs.find((input) => input.kind === 'images');
		return { session, inputs: model.inputs, outputs: model.outputs, images };
	} catch (error) {
		return `the network cannot be loaded: ${sentence(error)}`;
	}
}

function makeImages(input: ImagesInput, job: Job): ImageRows {
	const key = imageKey(input);
	const width = widthOf(imageShape(input));
	let values = buffers.get(key);
	if (values === undefined || values.length < width * job.alerts) {
		values = new Float32Array(width * job.alerts);
		buffers.set(key, values);
	}
	const problems = new Array<string | null>(job.alerts).fill(null);
	const cutout = (alert: number, kind: number): Uint8Array | null => {
		const offset = job.spans[6 * alert + 2 * kind] ?? 0;
		const length = job.spans[6 * alert + 2 * kind + 1] ?? 0;
		return length === 0 ? null : job.bytes.subarray(offset, offset + length);
	};
	for (let i = 0; i < job.alerts; i += 1) {
		const cutouts = { science: cutout(i, 0), template: cutout(i, 1), difference: cutout(i, 2) };
		try {
			writeImages(input, cutouts, job.negative[i] === 1, values, i);
		} catch (error) {
			if (!(error instanceof CutoutError)) throw error;
			problems[i] = error.message;
		}
	}
	return { values, problems };
}

/** Copies some rows of a tensor; the tensor itself where they are all of it. */
function gather(values: Float32Array, width: number, rows: readonly number[], total: number): Float32Array {
	if (rows.length === total && rows.every((row, i) => row === i)) return values.subarray(0, width * total);
	const out = new Float32Array(rows.length * width);
	for (const [i, row] of rows.entries()) out.set(values.subarray(row * width, (row + 1) * width), i * width);
	return out;
}

function activate(
	values: Float32Array,
	at: number,
	width: number,
	activation: 'none' | 'sigmoid' | 'softmax',
): number[] {
	const row = Array.from(values.subarray(at, at + width));
	if (activation === 'none') return row;
	if (activation === 'sigmoid') return row.map((value) => 1 / (1 + Math.exp(-value)));
	const largest = Math.max(...row);
	const powers = row.map((value) => Math.exp(value - largest));
	const sum = powers.reduce((total, power) => total + power, 0);
	return powers.map((power) => power / sum);
}

async function runNetwork(network: Network, run: Run, job: Job, images: ImageRows | null): Promise<RunAnswer> {
	const labels = network.outputs.reduce((sum, { labels }) => sum + labels.filter((label) => label !== null).length, 0);
	const scores = new Float32Array(run.rows.length * labels).fill(Number.NaN);
	const failures: [number, string][] = [];
	const usable: number[] = [];
	for (const [i, alert] of run.rows.entries()) {
		const problem = images?.problems[alert] ?? null;
		if (problem === null) usable.push(i);
		else failures.push([i, problem]);
	}
	if (usable.length === 0) return { scores, failures, problem: null };
	const feeds: Record<string, Tensor> = {};
	for (const { name, shape, values } of run.tensors) {
		feeds[name] = new Tensor('float32', gather(values, widthOf(shape), usable, run.rows.length), [
			usable.length,
			...shape,
		]);
	}
	if (network.images !== undefined && images !== null) {
		const shape = imageShape(network.images);
		const alerts = usable.map((i) => run.rows[i] ?? 0);
		feeds[network.images.name] = new Tensor('float32', gather(images.values, widthOf(shape), alerts, job.alerts), [
			usable.length,
			...shape,
		]);
	}
	const answers = await network.session.run(feeds);
	let column = 0;
	for (const output of network.outputs) {
		const data = answers[output.name]?.data;
		const width = output.labels.length;
		if (!(data instanceof Float32Array) || data.length !== usable.length * width) {
			throw new Error(
				`output "${output.name}" has ${String(data?.length)} numbers for ${usable.length} alerts, ${width} each were expected`,
			);
		}
		const kept = output.labels.flatMap((label, i) => (label === null ? [] : [i]));
		for (const [i, row] of usable.entries()) {
			const values = activate(data, i * width, width, output.activation);
			for (const [j, at] of kept.entries()) scores[row * labels + column + j] = values[at] ?? Number.NaN;
		}
		column += kept.length;
	}
	return { scores, failures, problem: null };
}

const models = (workerData as { models: readonly LoadedModel[] }).models;
const networks: (Network | string)[] = [];
for (const model of models) networks.push(await load(model));
say({ kind: 'ready', problems: networks.map((network) => (typeof network === 'string' ? network : null)) });

async function work(job: Job): Promise<void> {
	const made = new Map<string, ImageRows>();
	for (const [i, run] of job.runs.entries()) {
		const network = networks[run.model];
		say({ kind: 'running', job: job.id, run: i });
		let answer: RunAnswer;
		if (network === undefined || typeof network === 'string') {
			answer = { scores: new Float32Array(0), failures: [], problem: network ?? 'the network is not loaded' };
		} else {
			try {
				let images: ImageRows | null = null;
				if (network.images !== undefined) {
					const key = imageKey(network.images);
					images = made.get(key) ?? makeImages(network.images, job);
					made.set(key, images);
				}
				answer = await runNetwork(network, run, job, images);
			} catch (error) {
				answer = { scores: new Float32Array(0), failures: [], problem: `the network failed: ${sentence(error)}` };
			}
		}
		say({ kind: 'answer', job: job.id, run: i, answer }, [answer.scores.buffer]);
	}
	say({ kind: 'finished', job: job.id });
}

// the next job waits for the one in hand: a run blocks the thread
let turn = Promise.resolve();
port.on('message', (message: ToWorker) => {
	turn = turn.then(async () => {
		if (message.kind === 'job') await work(message.job);
		else port.close();
	});
});
