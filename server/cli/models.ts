import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { labelsOf, ManifestError, parseManifest, type ModelManifest } from '#lib/alert/model.ts';
import { type Config, readConfig } from '#server/config.ts';
import { chooseModels, hashProblem, modelKey, readModelFolder, readModelFolders } from '#server/ml/index.ts';
import { CommandError, EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { openHome } from './home.ts';
import { modelRoots } from './modelsOf.ts';
import { nearestName } from './nearestName.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar models: the networks that score alerts.

Use: nightjar models list
     nightjar models add FOLDER
     nightjar models fetch NAME [--from FILE]

list    what is installed, whether it can be used, and what can be fetched
add     copies a folder with model.json and model.onnx into NIGHTJAR_HOME/models (docs/models.md says what stands in it)
fetch   brings in a published network by name. Its SHA-256 is pinned: any other file is refused. --from takes the file
        from the disk instead of the network

A running ingest takes up new models when it is started again; "nightjar rescore" applies them to alerts that are stored.
`;

interface Published {
	readonly folder: string;
	readonly manifest: ModelManifest;
	readonly json: string;
}

async function readPublished(install: string): Promise<Published[]> {
	const root = join(install, 'models', 'published');
	const names = (await readdir(root)).sort();
	return Promise.all(
		names.map(async (name) => {
			const json = await readFile(join(root, name, 'model.json'), 'utf8');
			return { folder: join(root, name), manifest: parseManifest(json), json };
		}),
	);
}

/** Writes a model folder whole or not at all; an older one of the same name and version is replaced. */
async function installModel(home: string, manifest: ModelManifest, json: string, onnx: Uint8Array): Promise<string> {
	const to = join(home, 'models', manifest.name, manifest.version);
	const half = `${to}.${process.pid}.new`;
	await mkdir(half, { recursive: true, mode: 0o700 });
	await writeFile(join(half, 'model.onnx'), onnx);
	await writeFile(join(half, 'model.json'), json);
	await rm(to, { recursive: true, force: true });
	await rename(half, to);
	return to;
}

async function list(config: Config, install: string): Promise<number> {
	const { models, unreadable } = await readModelFolders(modelRoots(config, install));
	const used = new Set(chooseModels(models, null));
	const rows = models.map((model) => [
		modelKey(model.manifest),
		model.problem ?? (used.has(model) ? 'ready' : 'older version'),
		model.manifest.surveys.join(','),
		labelsOf(model.manifest).join(', '),
		model.manifest.licence,
		model.folder,
	]);
	const installed = new Set(models.map(({ manifest }) => modelKey(manifest)));
	for (const { manifest } of await readPublished(install)) {
		if (installed.has(modelKey(manifest))) continue;
		const { surveys, licence, name } = manifest;
		rows.push([
			modelKey(manifest),
			'not installed',
			surveys.join(','),
			labelsOf(manifest).join(', '),
			licence,
			`nightjar models fetch ${name}`,
		]);
	}
	print([['model', 'state', 'surveys', 'scores', 'licence', 'folder'], ...rows]);
	for (const { folder, problem } of unreadable) console.log(`${folder}: ${problem}`);
	return unreadable.length > 0 || models.some(({ problem }) => problem !== null) ? EXIT.failed : EXIT.done;
}

function print(rows: readonly (readonly string[])[]): void {
	const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
	for (const row of rows)
		console.log(
			row
				.map((cell, i) => cell.padEnd(widths[i] ?? 0))
				.join('  ')
				.trimEnd(),
		);
}

async function add(config: Config, folder: string): Promise<number> {
	let model: Awaited<ReturnType<typeof readModelFolder>>;
	try {
		model = await readModelFolder(resolve(folder));
	} catch (error) {
		if (error instanceof ManifestError)
			throw new CommandError(`${folder}: ${error.message}`, undefined, { cause: error });
		throw error;
	}
	if (model === null) throw new CommandError(`There is no model.json in ${folder}.`);
	if (model.onnx === null)
		throw new CommandError(`${folder}: ${model.problem ?? 'model.onnx is missing'}. Nothing was installed.`);
	const json = await readFile(join(model.folder, 'model.json'), 'utf8');
	const to = await installModel(config.home, model.manifest, json, model.onnx);
	console.log(`${modelKey(model.manifest)} is installed in ${to}.`);
	return EXIT.done;
}

const FETCH_LIMIT_MS = 120_000;

/** The bytes at an address; throws with a sentence. At most `limit` bytes are read. */
async function download(url: string, limit: number): Promise<Uint8Array> {
	const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_LIMIT_MS) });
	if (!answer.ok || answer.body === null) throw new Error(`answered ${answer.status}`);
	const pieces: Uint8Array[] = [];
	let size = 0;
	for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
		size += piece.length;
		if (size > limit) throw new Error(`sent more than the ${limit} bytes that were expected`);
		pieces.push(piece);
	}
	return Buffer.concat(pieces);
}

function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

async function bring(manifest: ModelManifest): Promise<Uint8Array> {
	const tried: string[] = [];
	for (const file of manifest.files) {
		for (const url of file.urls) {
			try {
				const bytes = await download(url, file.bytes);
				const { problem } = hashProblem(manifest, bytes);
				if (problem === null) return bytes;
				tried.push(`${url}: another file than the pinned one; refused`);
			} catch (error) {
				tried.push(`${url}: ${reasonOf(error)}`);
			}
		}
	}
	const hashes = manifest.files.map(
		({ sha256, bytes, madeBy }) => `  ${sha256} (${bytes} bytes${madeBy === undefined ? '' : `; ${madeBy}`})`,
	);
	throw new CommandError(
		`${tried.length === 0 ? `No address carries ${manifest.name} as ONNX.` : `${manifest.name} could not be fetched:\n  ${tried.join('\n  ')}`}
Get one of these files by SHA-256 by other means and give it with "nightjar models fetch ${manifest.name} --from FILE":
${hashes.join('\n')}`,
	);
}

async function fetchModel(config: Config, install: string, name: string, from: string | undefined): Promise<number> {
	const published = await readPublished(install);
	const found = published.find(({ manifest }) => manifest.name === name || modelKey(manifest) === name);
	if (found === undefined) {
		const names = published.map(({ manifest }) => manifest.name);
		const near = nearestName(name, names);
		throw new UsageError(
			`There is no published network "${name}".${near === null ? '' : ` Did you mean "${near}"?`} These can be fetched: ${names.join(', ')}.`,
		);
	}
	const { manifest, json } = found;
	let onnx: Uint8Array;
	if (from === undefined) onnx = await bring(manifest);
	else {
		try {
			onnx = await readFile(resolve(from));
		} catch (cause) {
			throw new CommandError(`${from} cannot be read.`, undefined, { cause });
		}
		const { sha256, problem } = hashProblem(manifest, onnx);
		if (problem !== null) {
			const wanted = manifest.files.map((file) => file.sha256).join(' or ');
			throw new CommandError(`${from} is refused: its SHA-256 is ${sha256}, and ${name} is ${wanted}.`);
		}
	}
	const to = await installModel(config.home, manifest, json, onnx);
	console.log(`${modelKey(manifest)} is installed in ${to} (${manifest.licence}, ${manifest.card.source}).`);
	return EXIT.done;
}

async function run({ args, install }: Invocation): Promise<number> {
	const { values, positionals } = usage(() =>
		parseArgs({ args: [...args], allowPositionals: true, options: { from: { type: 'string' } } }),
	);
	const [verb, what, ...more] = positionals;
	const config = readConfig();
	if (verb !== 'fetch' && values.from !== undefined) throw new UsageError('--from goes with "nightjar models fetch".');
	if (verb === 'list' && what === undefined) return list(config, install);
	if (what !== undefined && more.length === 0 && (verb === 'add' || verb === 'fetch')) {
		await openHome(config.home);
		return verb === 'add' ? add(config, what) : fetchModel(config, install, what, values.from);
	}
	throw new UsageError(
		'Use: nightjar models list, nightjar models add FOLDER, or nightjar models fetch NAME. --help tells more.',
	);
}

export const models: Subcommand = { help: HELP, run };
