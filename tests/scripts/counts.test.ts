import { describe, expect, it } from 'vitest';
import { countsOf } from '../../scripts/tasks/counts.mjs';
import { newEnough } from '../../scripts/node-version.mjs';

const report = (passed: number, failed: number, skipped: number, brokenFiles = 0): string =>
	JSON.stringify({
		numPassedTests: passed,
		numFailedTests: failed,
		numPendingTests: skipped,
		numTodoTests: 0,
		testResults: Array.from({ length: brokenFiles }, () => ({ status: 'failed', assertionResults: [] })),
	});

describe('the counts of npm test', () => {
	it('are those of the test runner', () => {
		expect(countsOf(report(5, 0, 2), 0)).toEqual({ passed: 5, failed: 0, skipped: 2 });
		expect(countsOf(report(5, 3, 0), 1)).toEqual({ passed: 5, failed: 3, skipped: 0 });
	});

	it('count a file that cannot be loaded', () => {
		expect(countsOf(report(5, 0, 0, 2), 1)).toEqual({ passed: 5, failed: 2, skipped: 0 });
	});

	it('never hide a failed run', () => {
		expect(countsOf(report(5, 0, 0), 1).failed).toBe(1);
		expect(countsOf(null, 139).failed).toBe(1);
	});
});

describe('the Node that is needed', () => {
	it('is 20.11 or newer', () => {
		expect(['20.11.0', '20.20.2', '22.0.0', '24.1.0'].map(newEnough)).toEqual([true, true, true, true]);
		expect(['20.10.0', '18.20.4', '12.22.12'].map(newEnough)).toEqual([false, false, false]);
	});
});
