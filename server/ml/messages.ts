import type { ImagesInput, ModelManifest } from '#lib/alert/model.ts';

// What the threads say to each other. Everything large is an ArrayBuffer that is handed over, not copied.

/** A network as a worker gets it. */
export interface LoadedModel {
	readonly key: string;
	readonly onnx: Uint8Array;
	readonly inputs: ModelManifest['inputs'];
	readonly outputs: ModelManifest['outputs'];
}

/** Rows of a tensor that the main thread has filled; `shape` is that of one row. */
export interface RowTensor {
	readonly name: string;
	readonly shape: readonly number[];
	readonly values: Float32Array<ArrayBuffer>;
}

/** One network on some alerts of a job. */
export interface Run {
	readonly model: number;
	/** Which alerts of the job, in the order of the tensors' rows. */
	readonly rows: Int32Array<ArrayBuffer>;
	readonly tensors: readonly RowTensor[];
}

/** A batch of alerts for every network that takes them. */
export interface Job {
	readonly id: number;
	readonly alerts: number;
	/** Cutouts of all alerts one after the other. */
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** For each alert offset and length of science, template and difference in `bytes`; length 0 = none. */
	readonly spans: Int32Array<ArrayBuffer>;
	/** 1 where the survey took the detection as fainter than its template. */
	readonly negative: Uint8Array<ArrayBuffer>;
	readonly runs: readonly Run[];
}

/** What became of a run: scores of all kept labels row by row, NaN where a row could not be scored. */
export interface RunAnswer {
	readonly scores: Float32Array<ArrayBuffer>;
	/** Why a row has no score, by its place in `rows`. */
	readonly failures: readonly (readonly [row: number, reason: string])[];
	/** Why none has. */
	readonly problem: string | null;
}

/** `close`: end when what is in hand is done. */
export type ToWorker = { readonly kind: 'job'; readonly job: Job } | { readonly kind: 'close' };

export type FromWorker =
	| { readonly kind: 'ready'; readonly problems: readonly (string | null)[] }
	| { readonly kind: 'running'; readonly job: number; readonly run: number }
	| { readonly kind: 'answer'; readonly job: number; readonly run: number; readonly answer: RunAnswer }
	| { readonly kind: 'finished'; readonly job: number };

/** Tensor shape of one row of images. */
export function imageShape({ layout, pixels, channels }: ImagesInput): readonly [number, number, number] {
	return layout === 'NHWC' ? [pixels, pixels, channels.length] : [channels.length, pixels, pixels];
}
