// The lanes of `npm run check` and `npm test`: each prints what it does and answers with counts.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaRequired, locateKafka } from '../kafka/locate.mjs';
import { countsOf } from './counts.mjs';
import { ROOT, run, runNode, tool } from './prepare.mjs';

const SOURCES = ['src', 'server', 'clickhouse', 'tests', 'bench', 'drills', 'training'].filter((name) =>
	existsSync(join(ROOT, name)),
);

/** Checks: name and the program that must end with 0. */
const CHECKS = [
	['format', [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']],
	['types', [tool('svelte-check', 'bin', 'svelte-check'), '--tsconfig', './tsconfig.json', '--output', 'human']],
	['lint', [tool('eslint', 'bin', 'eslint.js'), '.']],
	[
		'import rules',
		[
			tool('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
			'--config',
			'.dependency-cruiser.cjs',
			'--output-type',
			'err',
			...SOURCES,
		],
	],
	['dead code', [tool('knip', 'bin', 'knip.js'), '--no-progress']],
	['lock file', [join('scripts', 'complete-lock.mjs'), '--check']],
];

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

function report(name, counts, since) {
	const state = counts.failed > 0 ? 'FAILED' : counts.passed > 0 ? 'passed' : 'skipped';
	console.log(`${state.padEnd(8)}${name} (${seconds(since)})`);
	return { name, ...counts };
}

/** Runs one check; its output is shown only when it fails. */
async function check(name, args) {
	const since = Date.now();
	const { code, output } = await runNode(args, { quiet: true });
	if (code !== 0) console.log(`\n--- ${name} ---\n${output.trim()}\n`);
	return report(name, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }, since);
}

/** Runs all checks, also after one fails. */
export async function runChecks() {
	await runNode([tool('@sveltejs', 'kit', 'svelte-kit.js'), 'sync'], { quiet: true });
	const results = [];
	for (const [name, args] of CHECKS) results.push(await check(name, args));
	return results;
}

/** Runs one project of vitest.config.ts and counts its tests. */
export async function runTests(project, env = {}) {
	const since = Date.now();
	console.log(`\n--- ${project} tests ---`);
	const folder = join(ROOT, 'test-results');
	const file = join(folder, `${project}.json`);
	mkdirSync(folder, { recursive: true });
	const failuresFile = join(folder, `${project}.failures.txt`);
	for (const old of [file, failuresFile]) rmSync(old, { force: true });
	const { code } = await runNode(
		[
			tool('vitest', 'vitest.mjs'),
			'run',
			'--project',
			project,
			'--passWithNoTests',
			'--reporter=default',
			'--reporter=json',
			`--reporter=${join(ROOT, 'scripts', 'tasks', 'failureReporter.mjs')}`,
			`--outputFile.json=${file}`,
		],
		{ env: { ...env, FAILURES_FILE: failuresFile } },
	);
	const textOf = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null);
	const failures = (textOf(failuresFile) ?? '').split('\n').filter((line) => line !== '');
	return { ...report(`${project} tests`, countsOf(textOf(file), code), since), failures };
}

/** A short night of `npm run bench -- night`: it fails on a crash or a wrong count, not on time. */
export async function runShortNight() {
	const since = Date.now();
	console.log('\n--- bench night, short ---');
	const args = ['--alerts', '400', '--galaxies', '20000', '--seconds', '2', '--networks', 'ours'];
	const { code } = await runNode([join('scripts', 'bench.mjs'), 'night', ...args]);
	const failed = code === 0 ? 0 : 1;
	return report('bench night, short', { passed: 1 - failed, failed, skipped: 0 }, since);
}

const BROWSERS = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/usr/bin/google-chrome-stable',
	'/opt/google/chrome/chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Path of a Chromium or Chrome, installed from Debian when we may; null when there is none. */
export async function findBrowser() {
	const named = process.env.CHROMIUM;
	if (named) {
		if (existsSync(named)) return named;
		console.log(`CHROMIUM says ${named}, where there is no file.`);
		return null;
	}
	const found = () => BROWSERS.find((path) => existsSync(path)) ?? null;
	if (found() || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return found();
	console.log('Installing Chromium from Debian for the browser tests ...');
	const env = { DEBIAN_FRONTEND: 'noninteractive' };
	const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { quiet: true, env });
	if ((await install()).code !== 0) {
		await run('apt-get', ['update'], { quiet: true, env });
		const { code, output } = await install();
		if (code !== 0) console.log(output.trim().split('\n').slice(-5).join('\n'));
	}
	return found();
}

/**
 * Makes ready what a real Kafka broker needs; answers a failed lane where there must be one and is none. Elsewhere its
 * tests are counted as skipped, and say so.
 */
export async function findKafka() {
	const place = await locateKafka({ install: true, say: (line) => console.log(line) });
	if (place.kind !== 'none') return null;
	const required = kafkaRequired();
	console.log(
		`\n${required ? 'FAILED' : 'NOT RUN:'} the tests with a real Kafka broker: ${place.reason}. Install Java 17 or newer (its jars are then fetched), start Docker, or set KAFKA_BROKERS, and run npm test again.`,
	);
	return required ? { name: 'Kafka broker', passed: 0, failed: 1, skipped: 0 } : null;
}

/** Prints which lanes failed and, as the last line, the counts; answers the exit code. */
export function conclude(results) {
	const failed = results.filter((one) => one.failed > 0);
	console.log('');
	if (failed.length > 0) console.log(`Failed: ${failed.map((one) => one.name).join(', ')}`);
	for (const line of failed.flatMap((one) => one.failures ?? [])) console.log(`  ${line}`);
	const sum = (key) => results.reduce((total, one) => total + one[key], 0);
	console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
	return failed.length > 0 ? 1 : 0;
}
