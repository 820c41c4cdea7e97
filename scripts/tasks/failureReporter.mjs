// A reporter of vitest that leaves a line for each failure in the file that FAILURES_FILE names: test, hook, file or stray error, with its reason.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** @param {string | undefined} message */
const firstLine = (message) => (message ?? 'no reason was given').trim().split('\n')[0];

export default class FailureReporter {
	/**
	 * @param {readonly import('vitest/node').TestModule[]} modules
	 * @param {readonly { message?: string }[]} strays
	 */
	onTestRunEnd(modules, strays) {
		const file = process.env.FAILURES_FILE;
		if (!file) return;
		/** @type {string[]} */
		const lines = [];
		for (const module of modules) {
			const name = relative(process.cwd(), module.moduleId);
			for (const error of module.errors()) lines.push(`${name}: ${firstLine(error.message)}`);
			for (const suite of module.children.allSuites()) {
				for (const error of suite.errors()) lines.push(`${name}: ${suite.fullName}: ${firstLine(error.message)}`);
			}
			for (const test of module.children.allTests('failed')) {
				for (const error of test.result().errors ?? [])
					lines.push(`${name}: ${test.fullName}: ${firstLine(error.message)}`);
			}
		}
		for (const error of strays) lines.push(`outside any test: ${firstLine(error.message)}`);
		writeFileSync(file, lines.join('\n'));
	}
}
