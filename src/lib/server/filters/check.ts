import { recording } from '#lib/filter/frozen.ts';
import { check, Pool, type CheckedFilter, type Environment, type Problem } from '#lib/filter/index.ts';
import { ProblemError } from '../problem.ts';

/** A text that may be stored: checked, with what its names stood for. */
export interface CheckedText {
	readonly filter: CheckedFilter;
	/** JSON of a FrozenEnvironment. */
	readonly environment: string;
}

/** Checks a text; a 422 problem that names each fault with its place where it is no filter. */
export function checkText(text: string, environment: Environment): CheckedText {
	const recorder = recording(environment);
	const { filter, problems } = check(text, recorder.environment, new Pool());
	if (filter !== null) return { filter, environment: JSON.stringify(recorder.frozen()) };
	const errors = problems.filter(({ severity }) => severity === 'error');
	throw new ProblemError(
		422,
		`The filter has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}: ${errors[0]?.message ?? ''}`,
		errors.map((problem) => ({ parameter: `text:${placeOf(text, problem)}`, message: problem.message })),
	);
}

/** Line and column of a problem, from 1. */
function placeOf(text: string, { place }: Problem): string {
	const before = text.slice(0, place.start).split('\n');
	return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
