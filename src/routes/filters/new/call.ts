/** A problem that the portal told: a sentence, and what it is about. */
export class ProblemError extends Error {
	override readonly name = 'ProblemError';
	constructor(
		readonly detail: string,
		readonly errors: readonly { readonly parameter: string; readonly message: string }[],
	) {
		super(detail);
	}
}

/** Posts JSON and reads the answer; rejects with the problem that was told. */
export async function post<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
	const answer = await fetch(path, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
		...(signal === undefined ? {} : { signal }),
	});
	return read<Answer>(answer);
}

interface Told {
	readonly detail?: string;
	readonly errors?: readonly { readonly parameter: string; readonly message: string }[];
}

/** Reads the answer of a call; rejects with the problem that was told. */
export async function read<Answer>(answer: Response): Promise<Answer> {
	if (answer.ok) return (await answer.json()) as Answer;
	const told = (await answer.json().catch(() => ({}))) as Told;
	throw new ProblemError(told.detail ?? `The portal answered ${answer.status}. Try again.`, told.errors ?? []);
}
