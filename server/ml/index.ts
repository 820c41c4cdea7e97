import type { ModelScore } from '#lib/alert/enriched.ts';
import { labelsOf, type ModelManifest } from '#lib/alert/model.ts';
import { modelKey, type ModelFolder } from './folders.ts';
import { numbersWriter, type NumbersWriter } from './inputs/numbers.ts';
import { writeSequence } from './inputs/sequence.ts';
import { microlensing } from './microlensing.ts';
import type { Job, LoadedModel, RowTensor, Run, RunAnswer } from './messages.ts';
import { WorkerPool } from './pool.ts';
import type { Subject } from './subject.ts';

export { chooseModels, hashProblem, modelKey, readModelFolder, readModelFolders } from './folders.ts';
export type { ModelFolder } from './folders.ts';
export type { Subject } from './subject.ts';

/** Reasons that begin so lie in the alert, not in the model: scoring it again with the same version changes nothing. */
export const INPUT_REASON = 'input: ';

export interface ModelsOptions {
	readonly models: readonly ModelFolder[];
	/** Path of the built worker.ts. */
	readonly workerFile: string;
	readonly workers: number;
	readonly log: (line: string) => void;
	/** Alerts in one run of a network. */
	readonly batch?: number;
	readonly runLimitMs?: number;
	readonly loadLimitMs?: number;
}

/** Models that are code, by the `program` of their manifest. */
const PROGRAMS: Readonly<Record<NonNullable<ModelManifest['program']>, NonNullable<Known['program']>>> = {
	microlensing: (subject) => {
		const score = microlensing(subject);
		return typeof score === 'string' ? score : [score];
	},
};

const BATCH = 64;
const RUN_LIMIT_MS = 20_000;
const LOAD_LIMIT_MS = 60_000;

/** A network that is known here, or why it is not. */
interface Known {
	readonly manifest: ModelManifest;
	readonly labels: readonly string[];
	/** Place among the networks of the pool; -1 with a problem. */
	readonly place: number;
	readonly problem: string | null;
	readonly numbers: ReadonlyMap<string, NumbersWriter>;
	readonly images: boolean;
	/** Our own code in place of a network: a number for each label, or why there are none. */
	readonly program: ((subject: Subject) => readonly number[] | string) | null;
}

/** What can score alerts: networks in worker threads. */
export interface Models {
	/** Manifests of the models that give scores, or should, in the order of their scores. */
	readonly manifests: readonly ModelManifest[];
	/** The scores of each alert, in the order of models and their labels; never throws for a model's sake. */
	score(subjects: readonly Subject[]): Promise<ModelScore[][]>;
	close(): Promise<void>;
}

/** No models: every alert has no scores. */
export const NO_MODELS: Models = {
	manifests: [],
	score: (subjects) => Promise.resolve(subjects.map(() => [])),
	close: () => Promise.resolve(),
};

/** Starts the threads that run these models; the networks load while the caller goes on. */
export function openModels(options: ModelsOptions): Models {
	const loaded: LoadedModel[] = [];
	const known = options.models.map((model) => admit(model, loaded, options));
	if (known.length === 0) return NO_MODELS;
	const pool =
		loaded.length === 0
			? null
			: new WorkerPool({
					workerFile: options.workerFile,
					workers: options.workers,
					models: loaded,
					runLimitMs: options.runLimitMs ?? RUN_LIMIT_MS,
					loadLimitMs: options.loadLimitMs ?? LOAD_LIMIT_MS,
					log: options.log,
				});
	return {
		manifests: known.map(({ manifest }) => manifest),
		score: (subjects) => scoreAll(known, pool, subjects, options.batch ?? BATCH),
		close: async () => {
			await pool?.close();
		},
	};
}

function admit(model: ModelFolder, loaded: LoadedModel[], options: ModelsOptions): Known {
	const { manifest } = model;
	const numbers = new Map<string, NumbersWriter>();
	const refused = (problem: string): Known => {
		options.log(`Model ${modelKey(manifest)}: ${problem}.`);
		return { manifest, labels: labelsOf(manifest), place: -1, problem, numbers, images: false, program: null };
	};
	if (manifest.program !== undefined) {
		const program = PROGRAMS[manifest.program];
		return { manifest, labels: labelsOf(manifest), place: -1, problem: null, numbers, images: false, program };
	}
	if (model.onnx === null) return refused(model.problem ?? 'model.onnx is missing');
	try {
		for (const input of manifest.inputs) {
			if (input.kind === 'numbers') numbers.set(input.name, numbersWriter(input));
		}
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		return refused(`model.json: ${error.message.replace(/\.$/, '')}`);
	}
	if (manifest.inputs.filter(({ kind }) => kind === 'images').length > 1) {
		return refused('model.json: one input of images at most');
	}
	loaded.push({ key: modelKey(manifest), onnx: model.onnx, inputs: manifest.inputs, outputs: manifest.outputs });
	return {
		manifest,
		labels: labelsOf(manifest),
		place: loaded.length - 1,
		problem: null,
		numbers,
		images: manifest.inputs.some(({ kind }) => kind === 'images'),
		program: null,
	};
}

/** The rows that one network takes of a batch, and why it does not take the others. */
interface Rows {
	readonly model: Known;
	/** Places in the batch. */
	readonly taken: readonly number[];
	readonly refused: ReadonlyMap<number, string>;
	/** All inputs but images of the rows that are taken, with room for the whole batch. */
	readonly tensors: readonly RowTensor[];
}

async function scoreAll(
	known: readonly Known[],
	pool: WorkerPool | null,
	subjects: readonly Subject[],
	batch: number,
): Promise<ModelScore[][]> {
	const out: ModelScore[][] = subjects.map(() => []);
	const jobs: Promise<void>[] = [];
	for (let from = 0; from < subjects.length; from += batch) {
		jobs.push(scoreBatch(known, pool, subjects.slice(from, from + batch), out.slice(from, from + batch)));
	}
	await Promise.all(jobs);
	return out;
}

async function scoreBatch(
	known: readonly Known[],
	pool: WorkerPool | null,
	subjects: readonly Subject[],
	out: readonly ModelScore[][],
): Promise<void> {
	const plans = known.map((model) => plan(model, subjects));
	const byPlace = new Map(plans.filter(({ model }) => model.place >= 0).map((rows) => [rows.model.place, rows]));
	const running = [...byPlace.values()].filter(({ taken }) => taken.length > 0).map(({ model }) => model.place);
	const answers =
		pool === null || running.length === 0
			? new Map<number, RunAnswer>()
			: await pool.run(running, (id, places) => makeJob(id, places, byPlace, subjects));
	for (const { model, taken, refused } of plans) {
		if (model.program !== null) {
			runProgram(model, model.program, subjects, out);
			continue;
		}
		const answer = answers.get(model.place);
		const problem = model.problem ?? answer?.problem ?? null;
		const rowOf = new Map(taken.map((alert, row) => [alert, row]));
		const failures = new Map(answer?.failures);
		for (const [i, subject] of subjects.entries()) {
			if (!model.manifest.surveys.includes(subject.alert.survey)) continue;
			const row = rowOf.get(i);
			const reason = problem ?? (row === undefined ? (refused.get(i) ?? '') : (failures.get(row) ?? null));
			const input = problem === null && reason !== null;
			for (const [j, label] of model.labels.entries()) {
				const score = row === undefined ? Number.NaN : (answer?.scores[row * model.labels.length + j] ?? Number.NaN);
				out[i]?.push(
					scoreOf(model, label, score, reason === null ? null : input ? `${INPUT_REASON}${reason}` : reason),
				);
			}
		}
	}
}

function runProgram(
	model: Known,
	program: NonNullable<Known['program']>,
	subjects: readonly Subject[],
	out: readonly ModelScore[][],
): void {
	for (const [i, subject] of subjects.entries()) {
		if (!model.manifest.surveys.includes(subject.alert.survey)) continue;
		let values: readonly number[] | string;
		try {
			values = program(subject);
		} catch (error) {
			values = `the program failed: ${error instanceof Error ? error.message : String(error)}`;
		}
		const reason = typeof values === 'string' ? `${INPUT_REASON}${values}` : null;
		for (const [j, label] of model.labels.entries()) {
			out[i]?.push(scoreOf(model, label, typeof values === 'string' ? Number.NaN : (values[j] ?? Number.NaN), reason));
		}
	}
}

function scoreOf({ manifest }: Known, label: string, score: number, reason: string | null): ModelScore {
	const { name: model, version } = manifest;
	if (reason === null && Number.isFinite(score)) return { model, version, label, score, state: 'done', reason: '' };
	const why = reason ?? `${INPUT_REASON}the network gave no number`;
	return { model, version, label, score: Number.NaN, state: 'notDone', reason: why };
}

function plan(model: Known, subjects: readonly Subject[]): Rows {
	const taken: number[] = [];
	const refused = new Map<number, string>();
	if (model.place < 0) return { model, taken, refused, tensors: [] };
	const inputs = model.manifest.inputs
		.filter((input) => input.kind !== 'images')
		.map((input) => ({
			input,
			write: model.numbers.get(input.name),
			values: new Float32Array(subjects.length * rowWidth(input)),
			mask:
				input.kind === 'sequence' && input.mask !== undefined ? new Float32Array(subjects.length * input.length) : null,
		}));
	for (const [i, subject] of subjects.entries()) {
		if (!model.manifest.surveys.includes(subject.alert.survey)) continue;
		const row = taken.length;
		let reason: string | null = null;
		for (const { input, write, values, mask } of inputs) {
			if (input.kind === 'numbers') {
				const missing = write?.(subject, values, row * rowWidth(input)) ?? null;
				if (missing !== null) reason ??= `${missing} is absent`;
			} else reason ??= writeSequence(input, subject, { values, mask }, row);
		}
		if (reason === null) taken.push(i);
		else {
			refused.set(i, reason);
			// the row is the next one's, and sequences are written over zeros
			for (const { input, values, mask } of inputs) {
				values.fill(0, row * rowWidth(input), (row + 1) * rowWidth(input));
				if (input.kind === 'sequence') mask?.fill(0, row * input.length, (row + 1) * input.length);
			}
		}
	}
	const tensors = inputs.flatMap(({ input, values, mask }): RowTensor[] => {
		if (input.kind === 'numbers') return [{ name: input.name, shape: [input.features.length], values }];
		const points = { name: input.name, shape: [input.length, input.columns.length], values };
		if (mask === null || input.mask === undefined) return [points];
		return [points, { name: input.mask, shape: [input.length], values: mask }];
	});
	return { model, taken, refused, tensors };
}

function rowWidth(input: ModelManifest['inputs'][number]): number {
	if (input.kind === 'images') return 0;
	return input.kind === 'numbers' ? input.features.length : input.length * input.columns.length;
}

/** Packs a batch for a thread: what networks share is packed once, and all of it can be handed over. */
function makeJob(
	id: number,
	places: readonly number[],
	plans: ReadonlyMap<number, Rows>,
	subjects: readonly Subject[],
): Job {
	const wanted = places.map((place) => {
		const rows = plans.get(place);
		if (rows === undefined) throw new Error('A job names a model that was not planned.');
		return rows;
	});
	const images = wanted.some(({ model }) => model.images);
	const { bytes, spans } = images ? packCutouts(subjects) : { bytes: new Uint8Array(0), spans: new Int32Array(0) };
	const negative = Uint8Array.from(subjects, ({ alert }) => (alert.positive === false ? 1 : 0));
	return { id, alerts: subjects.length, bytes, spans, negative, runs: wanted.map(makeRun) };
}

/** Copies of its tensors: a thread keeps what it gets. */
function makeRun({ model, taken, tensors }: Rows): Run {
	return {
		model: model.place,
		rows: Int32Array.from(taken),
		tensors: tensors.map(({ name, shape, values }) => {
			const width = shape.reduce((product, side) => product * side, 1);
			return { name, shape, values: values.slice(0, taken.length * width) };
		}),
	};
}

function packCutouts(subjects: readonly Subject[]): { bytes: Uint8Array<ArrayBuffer>; spans: Int32Array<ArrayBuffer> } {
	const spans = new Int32Array(subjects.length * 6);
	const all = subjects.map(({ alert: { cutouts } }) => [cutouts.science, cutouts.template, cutouts.difference]);
	const bytes = new Uint8Array(all.flat().reduce((sum, cutout) => sum + (cutout?.length ?? 0), 0));
	let at = 0;
	for (const [i, cutouts] of all.entries()) {
		for (const [kind, cutout] of cutouts.entries()) {
			if (cutout === null) continue;
			bytes.set(cutout, at);
			spans[6 * i + 2 * kind] = at;
			spans[6 * i + 2 * kind + 1] = cutout.length;
			at += cutout.length;
		}
	}
	return { bytes, spans };
}
