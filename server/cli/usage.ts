import { UsageError } from './command.ts';

/** Runs a parser of arguments; what it refuses becomes a sentence about usage. */
export function usage<Result>(parse: () => Result): Result {
	try {
		return parse();
	} catch (error) {
		if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
			throw new UsageError(`${error.message.split('. To specify')[0] ?? error.message} (--help shows what there is)`);
		}
		throw error;
	}
}
