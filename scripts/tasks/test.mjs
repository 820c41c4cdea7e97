import { conclude, findBrowser, findKafka, runChecks, runShortNight, runTests } from './lanes.mjs';
import { build, install } from './prepare.mjs';

/** Builds, or answers why it could not: tests that need no build still run. */
async function buildAll() {
	try {
		await build(['portal', 'command']);
		return { name: 'build', passed: 1, failed: 0, skipped: 0 };
	} catch (error) {
		if (!error.expected) throw error;
		console.log(error.message);
		return { name: 'build', passed: 0, failed: 1, skipped: 0 };
	}
}

async function browserTests(built) {
	const skipped = { name: 'browser tests', passed: 0, failed: 0, skipped: 1 };
	if (!built) {
		console.log('\nSKIPPED browser tests: they need the build, which failed.');
		return skipped;
	}
	const browser = await findBrowser();
	if (browser !== null) return runTests('browser', { CHROMIUM: browser });
	console.log(
		'\nSKIPPED browser tests: no Chromium was found. Install chromium or Google Chrome, or set CHROMIUM to the path of one, and run npm test again.',
	);
	return skipped;
}

/** Runs all lanes, also after one fails, and ends with the counts; with --slow the long runs of properties alone. */
export async function main(args) {
	await install();
	if (args.includes('--slow')) {
		process.exitCode = conclude([await runTests('slow')]);
		return;
	}
	const built = await buildAll();
	const results = [built, ...(await runChecks())];
	results.push(await runTests('unit'));
	const kafka = await findKafka();
	if (kafka !== null) results.push(kafka);
	results.push(await runTests('integration'));
	if (built.failed === 0) results.push(await runShortNight());
	results.push(await browserTests(built.failed === 0));
	process.exitCode = conclude(results);
}
