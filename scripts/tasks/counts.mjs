/**
 * Counts of a vitest report in JSON (null when none was written) and the exit code of its run;
 * a file that could not be loaded counts as one failure.
 * @param {string | null} text
 * @param {number} code
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countsOf(text, code) {
	if (text === null) return { passed: 0, failed: 1, skipped: 0 };
	const file = JSON.parse(text);
	const broken = file.testResults.filter(
		/** @param {{ status: string, assertionResults: unknown[] }} one */
		(one) => one.status === 'failed' && one.assertionResults.length === 0,
	).length;
	const failed = file.numFailedTests + broken;
	return {
		passed: file.numPassedTests,
		// an error outside any test fails the run without failing a test
		failed: failed === 0 && code !== 0 ? 1 : failed,
		skipped: file.numPendingTests + file.numTodoTests,
	};
}
