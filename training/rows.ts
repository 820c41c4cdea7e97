import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { readFileSync } from 'node:fs';
import { modelInputsSchema, type ModelInput } from '#lib/alert/model.ts';
import { numbersWriter } from '#server/ml/inputs/numbers.ts';
import { CutoutError, writeImages } from '#server/ml/inputs/images.ts';
import { writeSequence } from '#server/ml/inputs/sequence.ts';
import type { Subject } from '#server/ml/index.ts';
import * as v from 'valibot';

/** Reads the inputs of a network to be: the members `inputs` of a model.json, without mean, scale and stand-ins. */
export function readInputs(file: string): readonly ModelInput[] {
	return v.parse(modelInputsSchema, JSON.parse(readFileSync(file, 'utf8')));
}

/**
 * Tensors of a network as files that numpy reads: STEM.INPUT.f32 for each input, row after row, and STEM.rows.jsonl with what is
 * known of each row. They are written by the code that feeds the network later, so that training and use cannot differ.
 */
export class Rows {
	count = 0;
	private readonly files: readonly WriteStream[];
	private readonly about: WriteStream;
	private readonly writers: readonly ((subject: Subject) => Float32Array | null)[];

	constructor(stem: string, inputs: readonly ModelInput[]) {
		this.files = inputs.map(({ name }) => createWriteStream(`${stem}.${name}.f32`));
		this.about = createWriteStream(`${stem}.rows.jsonl`);
		this.writers = inputs.map((input) => writerOf(input));
	}

	/** Appends a row; false where the alert lacks what the network needs (absent numbers are NaN, not a lack). */
	async add(subject: Subject, about: Readonly<Record<string, unknown>>): Promise<boolean> {
		const tensors: Float32Array[] = [];
		for (const write of this.writers) {
			const tensor = write(subject);
			if (tensor === null) return false;
			tensors.push(tensor);
		}
		for (const [i, tensor] of tensors.entries()) await put(this.files[i], Buffer.from(tensor.buffer));
		await put(this.about, `${JSON.stringify(about)}\n`);
		this.count += 1;
		return true;
	}

	async end(): Promise<void> {
		for (const file of [...this.files, this.about]) {
			file.end();
			await finished(file);
		}
	}
}

async function put(file: WriteStream | undefined, bytes: Buffer | string): Promise<void> {
	if (file !== undefined && !file.write(bytes)) await once(file, 'drain');
}

function writerOf(input: ModelInput): (subject: Subject) => Float32Array | null {
	switch (input.kind) {
		case 'images': {
			const size = input.pixels * input.pixels * input.channels.length;
			return ({ alert }) => {
				const out = new Float32Array(size);
				try {
					writeImages(input, alert.cutouts, alert.positive === false, out, 0);
				} catch (error) {
					if (error instanceof CutoutError) return null;
					throw error;
				}
				return out;
			};
		}
		case 'numbers': {
			const write = numbersWriter(input);
			return (subject) => {
				const out = new Float32Array(input.features.length);
				write(subject, out, 0);
				return out;
			};
		}
		case 'sequence':
			return (subject) => {
				const out = new Float32Array(input.length * input.columns.length);
				return writeSequence(input, subject, { values: out, mask: null }, 0) === null ? out : null;
			};
	}
}
