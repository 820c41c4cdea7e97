/** What a subcommand is given: the words after its name and the folder Nightjar is installed in. */
export interface Invocation {
	readonly args: readonly string[];
	readonly install: string;
	readonly version: string;
}

/** A subcommand of `nightjar`; `run` answers the exit code. */
export interface Subcommand {
	/** Shown by `nightjar NAME --help`; null for one that prints its own. */
	readonly help: string | null;
	run(invocation: Invocation): Promise<number>;
}

/** What exit codes mean, the same for every subcommand. */
export const EXIT = {
	done: 0,
	failed: 1,
	usage: 2,
	/** Finished, but some records became dead letters. */
	deadLetters: 3,
} as const;

/** Ends the command with a sentence that says what to do, without a stack. */
export class CommandError extends Error {
	override readonly name = 'CommandError';
	constructor(
		message: string,
		readonly exitCode: number = EXIT.failed,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}

/** The words after a command make no sense; ends with the exit code for usage. */
export class UsageError extends CommandError {
	constructor(message: string) {
		super(message, EXIT.usage);
	}
}
