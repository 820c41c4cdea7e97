import { UsageError } from './command.ts';

/** The sentence for what parseArgs refused, or null for any other error. */
export function usageProblem(error: unknown): UsageError | null {
	if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))) return null;
	return new UsageError(`${error.message.split('. To specify')[0] ?? error.message} (--help shows what there is)`);
}

/** Runs a parser of arguments; what it refuses becomes a sentence about usage. */
export function usage<Result>(parse: () => Result): Result {
	try {
		return parse();
	} catch (error) {
		throw usageProblem(error) ?? error;
	}
}
