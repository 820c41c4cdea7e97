import { runProgram } from './program.mjs';

/** Runs a fault drill. */
export function main(args) {
	return runProgram('drill', 'drills', args);
}
