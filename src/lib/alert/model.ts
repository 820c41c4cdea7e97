import * as v from 'valibot';
import { CUTOUT_KINDS } from './cutout.ts';

// The manifest of a model folder (`model.json` beside `model.onnx`): everything that is needed to feed a network from an alert and
// to say what its numbers mean. docs/models.md explains it to whoever writes one.

const text = v.pipe(v.string(), v.trim(), v.nonEmpty());
const tensorName = text;
const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

/**
 * How an image becomes numbers. `l2`: divided by its own Euclidean norm (an image of zeros stays so). `mad`: (x - median) / (1.4826 MAD).
 * `asinhMad`: asinh((x - median) / (10 * 1.4826 MAD)). `none`: as it is. Median and MAD are of the finite pixels.
 */
const scaling = v.picklist(['l2', 'mad', 'asinhMad', 'none']);

const channel = v.variant('kind', [
	v.strictObject({
		kind: v.literal('image'),
		image: v.picklist(CUTOUT_KINDS),
		scaling,
		/** Values beyond are set to it; none by default. */
		clip: v.optional(v.pipe(v.number(), v.minValue(0))),
	}),
	/** 1 where the pixel of that image is finite and inside the image, else 0. */
	v.strictObject({ kind: v.literal('valid'), image: v.picklist(CUTOUT_KINDS) }),
]);

const imagesInput = v.strictObject({
	kind: v.literal('images'),
	name: tensorName,
	layout: v.picklist(['NHWC', 'NCHW']),
	/** Side of the square that the network takes, pixels. */
	pixels: whole(1, 512),
	channels: v.pipe(
		v.array(
			v.pipe(
				channel,
				v.check((one) => one.kind !== 'image' || one.scaling !== 'l2' || one.clip === undefined, 'l2 has no clip'),
			),
		),
		v.minLength(1),
		v.maxLength(8),
	),
	/** A smaller image gets `padValue` after scaling: below and to the right (`end`) or all round (`centre`); row 0 is the first of the FITS data. */
	smaller: v.picklist(['end', 'centre', 'refuse']),
	padValue: v.number(),
	/** A larger image is cut to its centre, or the alert is not scored. */
	larger: v.picklist(['centre', 'refuse']),
	/** Infinities and values beyond 1e30 count as absent pixels too, not only NaN. Absent pixels become 0 (before l2, after the others). */
	maskHuge: v.boolean(),
	/**
	 * Sign of the difference image. `asReceived`: what the survey sent (ZTF turns the difference of a negative detection over, to
	 * reference minus science). `scienceMinusTemplate`: turned back for those.
	 */
	difference: v.picklist(['asReceived', 'scienceMinusTemplate']),
});

/** A number of an alert: see INPUT_NUMBERS and docs/models.md for the names. */
const numberSource = v.strictObject({
	from: text,
	/** Used in this order where the first is absent. */
	else: v.optional(v.array(text), []),
	/** Used where all are absent; without it such an alert is not scored. */
	absent: v.optional(v.number()),
	/** `log10` of numbers above 0 (others are absent), `log1p` and `asinh` keep the sign. Before mean and scale. */
	transform: v.optional(v.picklist(['log10', 'log1p', 'asinh'])),
	/** (x - mean) / scale, after the transform; `absent` is put in as it stands. */
	mean: v.optional(v.number(), 0),
	scale: v.optional(
		v.pipe(
			v.number(),
			v.check((value) => value !== 0, 'scale must not be 0'),
		),
		1,
	),
	/** Smallest and largest value, last of all. */
	clip: v.optional(v.tuple([v.number(), v.number()])),
});

const numbersInput = v.strictObject({
	kind: v.literal('numbers'),
	name: tensorName,
	features: v.pipe(v.array(numberSource), v.minLength(1), v.maxLength(1000)),
});

/** Columns of a light curve as a sequence, one number per point; formulas in server/ml/inputs/sequence.ts and docs/models.md. */
export const SEQUENCE_COLUMNS = [
	'logDaysSinceFirst', 'logDaysSincePrevious', 'daysBefore', 'asinhFlux', 'fluxOverPeak', 'logErr', 'snr', 'mag', 'magErr', 'limitMag',
	'logWavelength', 'isDetection', 'isForced', 'isLimit', 'sign',
] as const; // prettier-ignore

const sequenceInput = v.strictObject({
	kind: v.literal('sequence'),
	name: tensorName,
	/** Name of a second input [N, length]: 1 where there is a point. */
	mask: v.optional(tensorName),
	length: whole(1, 4096),
	/** Which kinds of point go in. */
	kinds: v.pipe(v.array(v.picklist(['detection', 'forcedPhotometry', 'upperLimit'])), v.minLength(1)),
	/** With more points than `length` the newest stay. Fewer stand at the end, or at the start; the rest is 0. */
	align: v.picklist(['end', 'start']),
	columns: v.pipe(v.array(v.picklist(SEQUENCE_COLUMNS)), v.minLength(1)),
	/** Detections below which the alert is not scored. */
	minDetections: v.optional(whole(0, 1000), 1),
});

const output = v.strictObject({
	name: tensorName,
	/** A name for each number of the output, in its order; null for one that is not kept. */
	labels: v.pipe(v.array(v.nullable(text)), v.minLength(1)),
	/** What turns the network's numbers into scores. */
	activation: v.picklist(['none', 'sigmoid', 'softmax']),
});

const metric = v.strictObject({
	/** Which rows: `simulated hold-out`, `235 real ZTF alerts`. */
	set: text,
	origin: v.picklist(['simulated', 'test', 'real']),
	metric: text,
	value: v.number(),
	/** 5 and 95 % limits. */
	interval: v.optional(v.tuple([v.number(), v.number()])),
	rows: v.optional(whole(0, 1e9)),
	/** The same of a rule without a network, on the same rows. */
	baseline: v.optional(v.strictObject({ name: text, value: v.number() })),
	note: v.optional(text),
});

const card = v.strictObject({
	/** What it tells, in a sentence for an astronomer. */
	summary: text,
	authors: text,
	/** Where it comes from: a paper, a repository, a script of ours. */
	source: text,
	url: v.optional(v.pipe(v.string(), v.url())),
	trainedOn: text,
	/** What it does not know, or gets wrong. */
	limits: v.array(text),
	metrics: v.array(metric),
});

const HASH = /^[0-9a-f]{64}$/;

const file = v.strictObject({
	sha256: v.pipe(v.string(), v.regex(HASH, 'a SHA-256 in lower-case hexadecimal')),
	bytes: whole(1, 2_000_000_000),
	/** Who wrote this file. */
	madeBy: v.optional(text),
	/** Addresses it can be fetched from, tried in order. */
	urls: v.optional(v.array(v.pipe(v.string(), v.url())), []),
});

/** Members of `model.json`. */
const manifestObject = v.strictObject({
	format: v.literal(1),
	name: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,39}$/, 'lower-case letters, digits and _, a letter first')),
	version: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][\w.+-]{0,59}$/, 'letters, digits, dots, dashes')),
	title: text,
	/** Surveys whose alerts it scores. */
	surveys: v.pipe(v.array(text), v.minLength(1)),
	/** A test that Nightjar's own code computes and no network: such a model has neither files nor inputs. */
	program: v.optional(v.picklist(['microlensing'])),
	/** The files that hold this network: the same weights may have been written to ONNX more than once. */
	files: v.array(file),
	inputs: v.array(v.variant('kind', [imagesInput, numbersInput, sequenceInput])),
	outputs: v.pipe(v.array(output), v.minLength(1)),
	/** SPDX expression. */
	licence: text,
	card,
});

/** Schema of `model.json`. */
export const modelManifestSchema = v.pipe(
	manifestObject,
	v.check(
		({ program, files, inputs }) => (files.length > 0 && inputs.length > 0) || program !== undefined,
		'files and inputs are needed, unless a program is named',
	),
	v.check(
		({ program, files, inputs }) => program === undefined || (files.length === 0 && inputs.length === 0),
		'a program has neither files nor inputs',
	),
);

/** Schema of the inputs alone. */
export const modelInputsSchema = manifestObject.entries.inputs;

export type ModelManifest = v.InferOutput<typeof modelManifestSchema>;
export type ModelInput = ModelManifest['inputs'][number];
export type ImagesInput = Extract<ModelInput, { kind: 'images' }>;
export type NumbersInput = Extract<ModelInput, { kind: 'numbers' }>;
export type SequenceInput = Extract<ModelInput, { kind: 'sequence' }>;
export type SequenceColumn = (typeof SEQUENCE_COLUMNS)[number];

/** A manifest that cannot be used; the sentence says what is wrong where. */
export class ManifestError extends Error {
	override readonly name = 'ManifestError';
}

/** Reads the text of a `model.json`; throws ManifestError with every problem and its place. */
export function parseManifest(json: string): ModelManifest {
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch (cause) {
		throw new ManifestError('model.json is no JSON.', { cause });
	}
	const result = v.safeParse(modelManifestSchema, value);
	if (result.success) return result.output;
	const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'model.json'}: ${issue.message}`);
	throw new ManifestError(`model.json does not fit: ${problems.slice(0, 5).join('; ')}.`);
}

/** Names of the scores that a model gives, in the order of its outputs. */
export function labelsOf(manifest: Pick<ModelManifest, 'outputs'>): string[] {
	return manifest.outputs.flatMap(({ labels }) => labels.filter((label) => label !== null));
}

/** Models in the order in which their scores are listed: by name, then version. */
export function compareModels(
	a: Pick<ModelManifest, 'name' | 'version'>,
	b: Pick<ModelManifest, 'name' | 'version'>,
): number {
	if (a.name !== b.name) return a.name < b.name ? -1 : 1;
	return a.version === b.version ? 0 : a.version < b.version ? -1 : 1;
}
