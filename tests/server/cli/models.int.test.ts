// `nightjar models` and the words of `nightjar rescore`.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { models } from '#server/cli/models.ts';
import { readRescoreRequest } from '#server/cli/rescore.ts';
import { parseManifest } from '#lib/alert/model.ts';
import { tinyManifest, tinyOnnx, writeModelFolder } from '../../support/models.ts';

let folder: string;
let install: string;
const lines: string[] = [];
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'nightjar-models-'));
	install = join(folder, 'install');
	vi.stubEnv('NIGHTJAR_HOME', join(folder, 'home'));
	vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
});
let server: Server | null = null;
afterEach(async () => {
	server?.close();
	server = null;
	lines.length = 0;
	vi.unstubAllEnvs();
	vi.restoreAllMocks();
	await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => models.run({ args, install, version: '0' });
const installed = (name: string) => join(folder, 'home/models', name, '1');

/** Puts a published network into the installation whose file can be had at these addresses. */
async function publish(urls: readonly string[]): Promise<void> {
	const manifest = tinyManifest('numbers', { name: 'tiny' });
	const files = manifest.files.map((file) => ({ ...file, urls: [...urls] }));
	const to = join(install, 'models/published');
	await writeModelFolder(join(folder, 'made'), { ...manifest, files }, null);
	const json = await readFile(join(folder, 'made/tiny/1/model.json'), 'utf8');
	await writeModelFolder(to, manifest, null);
	await rm(join(to, 'tiny'), { recursive: true });
	const { mkdir } = await import('node:fs/promises');
	await mkdir(join(to, 'tiny'), { recursive: true });
	await writeFile(join(to, 'tiny/model.json'), json);
}

/** Serves bytes on a port of its own. */
async function serve(bytes: Uint8Array, status = 200): Promise<string> {
	server = createServer((_, response) => {
		response.writeHead(status).end(bytes);
	});
	await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/model.onnx`;
}

describe('nightjar models', () => {
	it('fetches a published network by name and lists it as ready', async () => {
		await publish(['http://127.0.0.1:1/nobody', await serve(tinyOnnx('numbers'))]);
		expect(await run('list')).toBe(0);
		expect(lines.join('\n')).toMatch(/tiny@1\s+not installed\s+ztf\s+value/);
		expect(await run('fetch', 'tiny')).toBe(0);
		expect((await readFile(join(installed('tiny'), 'model.onnx'))).equals(tinyOnnx('numbers'))).toBe(true);
		expect(parseManifest(await readFile(join(installed('tiny'), 'model.json'), 'utf8')).name).toBe('tiny');
		lines.length = 0;
		expect(await run('list')).toBe(0);
		expect(lines.join('\n')).toMatch(/tiny@1\s+ready/);
	});

	it('refuses another file than the pinned one, too much of it, and says what to do', async () => {
		await publish([await serve(tinyOnnx('nothing').subarray(0, 100))]);
		await expect(run('fetch', 'tiny')).rejects.toThrow(/another file than the pinned one; refused[^]*--from FILE/);
		server?.close();
		await publish([await serve(new Uint8Array(100_000))]);
		await expect(run('fetch', 'tiny')).rejects.toThrow(/sent more than the 152 bytes/);
		server?.close();
		await publish([await serve(new Uint8Array(10), 404)]);
		await expect(run('fetch', 'tiny')).rejects.toThrow(/answered 404/);
		await publish([]);
		await expect(run('fetch', 'tiny')).rejects.toThrow(/No address carries tiny as ONNX/);
		await expect(readFile(join(installed('tiny'), 'model.json'))).rejects.toThrow(/ENOENT/);
	});

	it('takes the file from the disk, with the same pin', async () => {
		await publish([]);
		const file = join(folder, 'some.onnx');
		await writeFile(file, tinyOnnx('images'));
		await expect(run('fetch', 'tiny', '--from', file)).rejects.toThrow(/is refused: its SHA-256 is/);
		await writeFile(file, tinyOnnx('numbers'));
		expect(await run('fetch', 'tiny', '--from', file)).toBe(0);
		await expect(run('fetch', 'tinny')).rejects.toThrow(/Did you mean "tiny"\?/);
	});

	it('adds a folder of one’s own, whole or not at all', async () => {
		await publish([]);
		const good = await writeModelFolder(
			join(folder, 'mine'),
			tinyManifest('images', { name: 'own' }),
			tinyOnnx('images'),
		);
		expect(await run('add', good)).toBe(0);
		expect((await readFile(join(installed('own'), 'model.onnx'))).equals(tinyOnnx('images'))).toBe(true);
		const bad = await writeModelFolder(
			join(folder, 'mine'),
			tinyManifest('images', { name: 'bad' }),
			tinyOnnx('numbers'),
		);
		await expect(run('add', bad)).rejects.toThrow(/is not the file that model.json names.*Nothing was installed/);
		await writeFile(join(bad, 'model.json'), '{}');
		await expect(run('add', bad)).rejects.toThrow(/model.json does not fit/);
		await expect(run('add', folder)).rejects.toThrow(/There is no model.json/);
	});

	it('names damaged models in its list and in its exit code', async () => {
		await publish([]);
		await writeModelFolder(join(folder, 'home/models'), tinyManifest('images', { name: 'gone' }), null);
		expect(await run('list')).toBe(1);
		expect(lines.join('\n')).toMatch(/gone@1\s+model.onnx is missing/);
	});

	it('explains itself', async () => {
		for (const words of [[], ['list', 'x'], ['add'], ['fetch', 'a', 'b'], ['list', '--from', 'x'], ['remove', 'x']]) {
			await expect(run(...words), words.join(' ')).rejects.toMatchObject({ exitCode: 2 });
		}
	});
});

describe('the words after rescore', () => {
	it('choose models, nights and origin', () => {
		expect(readRescoreRequest([])).toMatchObject({
			models: null,
			nightFrom: '1970-01-01',
			slot: 'rescore',
			again: false,
		});
		expect(
			readRescoreRequest(['--model', 'a', '--model', 'b@2', '--night', '2026-11-20', '--origin', 'real']),
		).toMatchObject({
			models: ['a', 'b@2'],
			nightFrom: '2026-11-20',
			nightTo: '2026-11-20',
			origin: 'real',
		});
	});
	it.each([
		['--night', 'today'],
		['--night', '2026-13-40'],
		['--night', '2026-11-20', '--to', '2026-11-21'],
		['--origin', 'sky'],
		['--batch-rows', '0'],
		['--slot', 'Upper'],
	])('are refused where they make no sense: %s %s', (...words) => {
		expect(() => readRescoreRequest(words)).toThrow();
	});
});
