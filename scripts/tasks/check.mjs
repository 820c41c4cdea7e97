import { conclude, runChecks } from './lanes.mjs';
import { install } from './prepare.mjs';

/** Runs the checks and ends with their count. */
export async function main() {
	await install();
	process.exitCode = conclude(await runChecks());
}
