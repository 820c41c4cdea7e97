import { field } from '../accounts/form.ts';
import { ProblemError } from '../problem.ts';
import { MOST_BYTES } from './upload.ts';

/** Bytes of the file of a form, or of the text pasted instead of one. */
export async function fileOf(form: FormData): Promise<Uint8Array> {
	const file = form.get('file');
	if (file instanceof File && file.size > 0) {
		if (file.size > MOST_BYTES) throw new ProblemError(413, `The file is too large: at most ${MOST_BYTES / 1e6} MB.`);
		return new Uint8Array(await file.arrayBuffer());
	}
	const text = field(form, 'text', MOST_BYTES);
	if (text.trim() === '') throw new ProblemError(400, 'Choose a file, or paste its text.');
	return new TextEncoder().encode(text);
}
