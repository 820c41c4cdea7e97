import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareModels, ManifestError, parseManifest, type ModelManifest } from '#lib/alert/model.ts';

/** A folder with a `model.json`, and its network where that can be used. */
export interface ModelFolder {
	readonly folder: string;
	readonly manifest: ModelManifest;
	/** Bytes of `model.onnx`, checked against the manifest; null with a problem, and for a program. */
	readonly onnx: Uint8Array | null;
	/** SHA-256 of those bytes; '' where there are none. */
	readonly sha256: string;
	/** Why the network cannot be used; null when it can. */
	readonly problem: string | null;
}

/** A folder whose `model.json` cannot be read: not even its name is known. */
export interface UnreadableFolder {
	readonly folder: string;
	readonly problem: string;
}

export interface ModelFolders {
	/** By name, then version. Of two folders with the same name and version the first root's counts. */
	readonly models: readonly ModelFolder[];
	readonly unreadable: readonly UnreadableFolder[];
}

async function listFolders(root: string): Promise<string[]> {
	try {
		const entries = await readdir(root, { withFileTypes: true });
		return entries
			.filter((entry) => entry.isDirectory())
			.map((entry) => join(root, entry.name))
			.sort();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}

async function readManifest(folder: string): Promise<ModelManifest | null> {
	try {
		return parseManifest(await readFile(join(folder, 'model.json'), 'utf8'));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
		throw error;
	}
}

/** Whether bytes are one of the files that a manifest names; a sentence where not. */
export function hashProblem(manifest: ModelManifest, bytes: Uint8Array): { sha256: string; problem: string | null } {
	const sha256 = createHash('sha256').update(bytes).digest('hex');
	const known = manifest.files.some((file) => file.sha256 === sha256);
	return {
		sha256,
		problem: known ? null : `model.onnx is not the file that model.json names (its SHA-256 is ${sha256})`,
	};
}

/** Reads one folder; null without a `model.json`. Throws ManifestError. */
export async function readModelFolder(folder: string): Promise<ModelFolder | null> {
	const manifest = await readManifest(folder);
	if (manifest === null) return null;
	if (manifest.program !== undefined) return { folder, manifest, onnx: null, sha256: '', problem: null };
	let onnx: Uint8Array;
	try {
		onnx = await readFile(join(folder, 'model.onnx'));
	} catch (error) {
		const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
		const problem = missing ? 'model.onnx is missing' : 'model.onnx cannot be read';
		return { folder, manifest, onnx: null, sha256: '', problem };
	}
	const { sha256, problem } = hashProblem(manifest, onnx);
	return { folder, manifest, onnx: problem === null ? onnx : null, sha256, problem };
}

/** Reads all models of some roots: `root/NAME/model.json` or `root/NAME/VERSION/model.json`. */
export async function readModelFolders(roots: readonly string[]): Promise<ModelFolders> {
	const models = new Map<string, ModelFolder>();
	const unreadable: UnreadableFolder[] = [];
	const take = async (folder: string): Promise<boolean> => {
		try {
			const model = await readModelFolder(folder);
			if (model === null) return false;
			const key = modelKey(model.manifest);
			if (!models.has(key)) models.set(key, model);
		} catch (error) {
			if (!(error instanceof ManifestError)) throw error;
			unreadable.push({ folder, problem: error.message });
		}
		return true;
	};
	for (const root of roots) {
		for (const folder of await listFolders(root)) {
			if (await take(folder)) continue;
			for (const version of await listFolders(folder)) await take(version);
		}
	}
	return { models: [...models.values()].sort((a, b) => compareModels(a.manifest, b.manifest)), unreadable };
}

/** How a model is named in words: `acai_h@d1_dnn_20201130`. */
export function modelKey({ name, version }: Pick<ModelManifest, 'name' | 'version'>): string {
	return `${name}@${version}`;
}

const natural = new Intl.Collator('en', { numeric: true });

/**
 * The models that score every alert: `wanted` names them (`name` for its newest version, `name@version`), null = the newest version
 * of each. Versions are ordered as people do: 2 before 10. Throws RangeError for one that is not installed.
 */
export function chooseModels(models: readonly ModelFolder[], wanted: readonly string[] | null): readonly ModelFolder[] {
	const newest = new Map<string, ModelFolder>();
	for (const model of models) {
		const other = newest.get(model.manifest.name);
		if (other === undefined || natural.compare(other.manifest.version, model.manifest.version) < 0) {
			newest.set(model.manifest.name, model);
		}
	}
	if (wanted === null) return [...newest.values()].sort((a, b) => compareModels(a.manifest, b.manifest));
	const chosen = new Set<ModelFolder>();
	for (const name of wanted) {
		const model = newest.get(name) ?? models.find(({ manifest }) => modelKey(manifest) === name);
		if (model === undefined) {
			throw new RangeError(`There is no model "${name}"; "nightjar models list" shows what is installed.`);
		}
		chosen.add(model);
	}
	return [...chosen].sort((a, b) => compareModels(a.manifest, b.manifest));
}
