import { runProgram } from './program.mjs';

/** Runs a benchmark. */
export function main(args) {
	return runProgram('bench', 'bench', args);
}
