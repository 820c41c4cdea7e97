// A run of every network opens no connection and writes nothing outside the folder of state and a private folder in memory.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildMlWorker, tinyOnnx, type TinyName } from '../../support/models.ts';

const run = promisify(execFile);
const samples = process.env['NIGHTJAR_SAMPLES'];
let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'nightjar-silent-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a session of each network in the thread's own library, in a process with nothing but its own folders. */
async function runAll(command: readonly string[]): Promise<{ home: string[]; stdout: string }> {
	const places = Object.fromEntries(['home', 'tmp', 'work'].map((name) => [name, join(folder, name)]));
	for (const place of Object.values(places)) await mkdir(place, { recursive: true });
	const workerFile = await buildMlWorker();
	const script = join(folder, 'all.mjs');
	await writeFile(
		script,
		`import { readFileSync } from 'node:fs';
		import { Worker } from 'node:worker_threads';
		const models = process.argv.slice(2).map((file) => ({ key: file, onnx: readFileSync(file), inputs: [], outputs: [] }));
		const worker = new Worker(${JSON.stringify(workerFile)}, { workerData: { models } });
		const ready = await new Promise((done, failed) => { worker.once('message', done); worker.once('error', failed); });
		worker.postMessage({ kind: 'close' });
		// manifests without inputs: each network was loaded as far as the look at its inputs
		console.log(JSON.stringify(ready.problems));
		const { InferenceSession, Tensor } = await import(${JSON.stringify(resolve('node_modules/onnxruntime-node/dist/index.js'))}).then((m) => m.default ?? m);
		for (const { onnx } of models) {
			const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1 });
			const feeds = {};
			for (const { name, shape } of session.inputMetadata) {
				const dims = shape.map((size) => (typeof size === 'number' ? size : 4));
				feeds[name] = new Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.1), dims);
			}
			console.log(Object.keys(await session.run(feeds)).length);
		}`,
	);
	const tiny = (['images', 'numbers', 'sequence', 'nothing'] as TinyName[]).map(async (name) => {
		const file = join(folder, `${name}.onnx`);
		await writeFile(file, tinyOnnx(name));
		return file;
	});
	const published =
		samples === undefined
			? []
			: readdirSync(join(samples, 'models'))
					.filter((file) => file.endsWith('.onnx'))
					.map((file) => join(samples, 'models', file));
	const files = [...(await Promise.all(tiny)), ...published];
	const [program = '', ...words] = [...command, process.execPath, script, ...files];
	// no variable that would silence the library: the pinned release has to be silent of itself
	const { stdout } = await run(program, words, {
		cwd: places['work'],
		env: {
			PATH: process.env['PATH'] ?? '',
			HOME: places['home'],
			TMPDIR: places['tmp'],
			XDG_CACHE_HOME: places['home'],
		},
	});
	const left = await Promise.all(Object.values(places).map((place) => readdir(place, { recursive: true })));
	expect(stdout.trim().split('\n').slice(1)).toEqual(files.map(() => '1'));
	return { home: left.flat(), stdout };
}

it('leaves nothing in the home, the temporary and the working folder', async () => {
	const { home } = await runAll([]);
	expect(home).toEqual([]);
});

const hasStrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
it.skipIf(!hasStrace)('asks the kernel for no connection and no file to write (strace)', async () => {
	const log = join(folder, 'calls');
	await runAll([
		'strace',
		'-f',
		'-qq',
		'-o',
		log,
		'-e',
		'trace=connect,sendto,bind,open,openat,creat,mkdir,mkdirat,rename,renameat2,unlink,unlinkat',
	]);
	const calls = (await readFile(log, 'utf8')).split('\n');
	expect(calls.length).toBeGreaterThan(100);
	const connections = calls.filter((call) => /\b(connect|bind|sendto)\(.*(AF_INET|AF_UNIX)/.test(call));
	expect(connections).toEqual([]);
	const writes = calls.filter(
		(call) =>
			/O_WRONLY|O_RDWR|O_CREAT|\b(creat|mkdirat?|rename\w*|unlink\w*)\(/.test(call) &&
			!/"\/dev\/(null|tty|pts\/\d+)"/.test(call),
	);
	expect(writes).toEqual([]);
});
