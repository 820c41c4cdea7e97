// Installs and builds what is missing or stale. Dependency-free: it runs before anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A failure whose sentence is all there is to say: printed without a stack. */
export class Refusal extends Error {
	expected = true;
}

/** Path of a file of a development dependency. */
export const tool = (...parts) => join(ROOT, 'node_modules', ...parts);

/**
 * Runs a program in the repository; resolves with its exit code (128 + signal number is folded to 1).
 * With `capture`, resolves with { code, output } and prints nothing.
 */
export function run(command, args, { env = {}, capture = false, quiet = false } = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, {
			cwd: ROOT,
			env: { ...process.env, ...env },
			stdio: capture || quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
		});
		const chunks = [];
		child.stdout?.on('data', (chunk) => chunks.push(chunk));
		child.stderr?.on('data', (chunk) => chunks.push(chunk));
		child.on('error', reject);
		child.on('close', (code) => {
			resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') });
		});
	});
}

/** Runs a JavaScript program of a dependency with this Node. */
export const runNode = (args, options) => run(process.execPath, args, options);

function digest(parts) {
	const hash = createHash('sha256');
	for (const part of parts) hash.update(part).update('\0');
	return hash.digest('hex');
}

function read(path) {
	return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** Whether npm's own record of what lies in node_modules agrees with the lock file. */
function installedAsLocked() {
	const record = read(tool('.package-lock.json'));
	if (record === null) return false;
	const have = JSON.parse(record).packages;
	const want = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
	return Object.entries(want).every(
		([path, entry]) => path === '' || (have[path] ? have[path].version === entry.version : entry.optional === true),
	);
}

/** Installs with `npm ci` when node_modules is missing, incomplete or of another lock file or machine. */
export async function install() {
	const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
	const want = digest([lock, process.platform, process.arch]);
	const stamp = tool('.nightjar-install');
	if (read(stamp) === want) return;
	if (!installedAsLocked()) {
		console.log('Installing packages (npm ci) ...');
		const npm = process.env.npm_execpath;
		const flags = ['ci', '--no-audit', '--no-fund'];
		// the post-install of ONNX Runtime asks a package host for GPU files unless told not to
		const env = { ONNXRUNTIME_NODE_INSTALL: 'skip', NODE_ENV: 'development' };
		const isScript = npm !== undefined && /\.[cm]?js$/.test(npm);
		const { code } = isScript
			? await run(process.execPath, [npm, ...flags], { env })
			: await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', flags, { env });
		if (code !== 0) {
			throw new Refusal(
				'npm ci failed (its message is above). Check that the npm registry can be reached, then run the command again.',
			);
		}
	}
	writeFileSync(stamp, want);
}

/** Files of a folder or a file itself, in a fixed order; nothing when it does not exist. */
function filesOf(path) {
	const full = join(ROOT, path);
	if (!existsSync(full)) return [];
	const entries = tryList(full);
	if (entries === null) return [full];
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath ?? entry.path, entry.name))
		.sort();
}

function tryList(folder) {
	try {
		return readdirSync(folder, { recursive: true, withFileTypes: true });
	} catch (error) {
		if (error.code === 'ENOTDIR') return null;
		throw error;
	}
}

/** A hash over names and contents of everything under `paths`. */
export function hashOf(paths) {
	return digest(
		paths.flatMap(filesOf).flatMap((file) => [relative(ROOT, file).split(sep).join('/'), readFileSync(file)]),
	);
}

const SHARED = ['package-lock.json', 'package.json'];

/** What is built: inputs by which it is judged stale, and how. */
export const BUILDS = {
	portal: {
		label: 'the portal',
		folder: 'build',
		inputs: [
			...SHARED,
			'src',
			'static',
			'clickhouse',
			'server/config.ts',
			'docs/glossary.md',
			'svelte.config.js',
			'vite.config.ts',
		],
		args: [tool('vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'],
	},
	command: {
		label: 'the command',
		folder: 'dist',
		inputs: [...SHARED, 'server', 'clickhouse', 'src/lib', 'vite.server.config.ts'],
		args: [tool('vite', 'bin', 'vite.js'), 'build', '--config', 'vite.server.config.ts', '--logLevel', 'warn'],
	},
	programs: {
		label: 'benchmarks and drills',
		folder: 'dist',
		stamp: '.inputs-programs',
		inputs: [...SHARED, 'bench', 'drills', 'training', 'server', 'clickhouse', 'src/lib', 'vite.programs.config.ts'],
		args: [tool('vite', 'bin', 'vite.js'), 'build', '--config', 'vite.programs.config.ts', '--logLevel', 'warn'],
	},
};

/** Builds the named parts that are stale. */
export async function build(names) {
	const stale = names
		.map((name) => ({ ...BUILDS[name], hash: hashOf(BUILDS[name].inputs) }))
		.map((part) => ({ ...part, stamp: join(ROOT, part.folder, part.stamp ?? '.inputs') }))
		.filter(({ stamp, hash }) => read(stamp) !== hash);
	for (const { label, stamp, hash, args } of stale) {
		console.log(`Building ${label} ...`);
		const { code, output } = await runNode(args, { quiet: true, env: { NODE_ENV: 'production' } });
		if (code !== 0) throw new Refusal(`${output.trim()}\nBuilding ${label} failed; the message is above.`);
		mkdirSync(dirname(stamp), { recursive: true });
		writeFileSync(stamp, hash);
	}
}
