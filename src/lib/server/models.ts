import { join } from 'node:path';
import { readModelScores } from '#clickhouse/read/scores.ts';
import type { Store } from '#clickhouse/store.ts';
import { compareModels, labelsOf, parseManifest, type ModelManifest } from '#lib/alert/model.ts';
import { inputsOf, type ModelInputs } from '#lib/alert/modelInputs.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { ModelView } from '#lib/alert/views.ts';
import type { ObjectPage } from './objectPage.ts';
import { chooseModels, readModelFolders, type ModelFolder } from '#server/ml/folders.ts';

// what comes with Nightjar is part of the built portal; the operator's folder is read when it is asked for
const shippedFiles = import.meta.glob<string>('/models/shipped/**/model.json', {
	query: '?raw',
	import: 'default',
	eager: true,
});
const publishedFiles = import.meta.glob<string>('/models/published/*/model.json', {
	query: '?raw',
	import: 'default',
	eager: true,
});
const shipped = Object.values(shippedFiles).map(parseManifest);
const published = Object.values(publishedFiles).map(parseManifest);

const BINS = 20;
const HOLD_MS = 30_000;
const memory = new Map<string, { at: number; store: Store; value: Promise<ModelView[]> }>();

const keyOf = ({ name, version }: Pick<ModelManifest, 'name' | 'version'>): string => `${name}@${version}`;

interface Known {
	readonly manifest: ModelManifest;
	readonly state: ModelView['state'];
	readonly problem: string;
}

/** Every model that is known here, by name and version. */
async function knownModels(home: string, wanted: readonly string[] | null): Promise<Known[]> {
	const { models } = await readModelFolders([join(home, 'models')]);
	const own = new Set(models.map(({ manifest }) => keyOf(manifest)));
	const installed: ModelFolder[] = [
		...models,
		...shipped
			.filter((manifest) => !own.has(keyOf(manifest)))
			.map((manifest) => ({ folder: '', manifest, onnx: null, sha256: '', problem: null })),
	];
	// names that are not installed are the worker's to report
	const names = new Set(installed.flatMap(({ manifest }) => [manifest.name, keyOf(manifest)]));
	const used = new Set(chooseModels(installed, wanted?.filter((name) => names.has(name)) ?? null));
	const known = installed.map((model): Known => {
		if (model.problem !== null) return { manifest: model.manifest, state: 'broken', problem: model.problem };
		return { manifest: model.manifest, state: used.has(model) ? 'inUse' : 'installed', problem: '' };
	});
	const have = new Set(installed.map(({ manifest }) => keyOf(manifest)));
	for (const manifest of published) {
		if (!have.has(keyOf(manifest))) known.push({ manifest, state: 'notInstalled', problem: '' });
	}
	return known.sort((a, b) => compareModels(a.manifest, b.manifest));
}

function inputText(manifest: ModelManifest): string {
	return manifest.inputs
		.map((input) => {
			if (input.kind === 'images') {
				const kinds = new Set(input.channels.map(({ image }) => image));
				return `${[...kinds].join(', ')} cutouts of ${input.pixels} x ${input.pixels} pixels`;
			}
			if (input.kind === 'sequence') return `the newest ${input.length} points of the light curve`;
			return `${input.features.length} numbers`;
		})
		.join('; ');
}

/** The models that are installed here, and whether they score new alerts. */
export async function readModelStates({
	config,
}: Pick<App.Locals, 'config'>): Promise<
	Pick<ModelView, 'name' | 'version' | 'title' | 'surveys' | 'state' | 'problem'>[]
> {
	const known = await knownModels(config.home, config.models);
	return known
		.filter(({ state }) => state !== 'notInstalled')
		.map(({ manifest: { name, version, title, surveys }, state, problem }) => {
			return { name, version, title, surveys, state, problem };
		});
}

/** Most of the numbers that stand out which a page tells, of each model. */
const MOST_TOLD = 8;

/** The numbers that the models which scored an alert were given of it, those that lie farthest from the middle. */
export async function readInputsOf(
	{ config }: Pick<App.Locals, 'config'>,
	{ newest, newestScores }: Pick<ObjectPage, 'newest' | 'newestScores'>,
): Promise<readonly (ModelInputs & { readonly given: number })[]> {
	const scored = new Set(
		newestScores.flatMap(({ state, model, version }) => (state === 'done' ? [`${model}@${version}`] : [])),
	);
	if (scored.size === 0) return [];
	const known = await knownModels(config.home, config.models);
	const manifests = known.map(({ manifest }) => manifest).filter((manifest) => scored.has(keyOf(manifest)));
	return inputsOf(manifests, newest).map((inputs) => ({
		...inputs,
		placed: inputs.placed.slice(0, MOST_TOLD),
		given: inputs.placed.length,
	}));
}

/** What every model that is known here gives, by its name. */
export async function readModelLabels({
	config,
}: Pick<App.Locals, 'config'>): Promise<ReadonlyMap<string, Set<string>>> {
	const labels = new Map<string, Set<string>>();
	for (const { manifest } of await knownModels(config.home, config.models)) {
		labels.set(manifest.name, new Set([...(labels.get(manifest.name) ?? []), ...labelsOf(manifest)]));
	}
	return labels;
}

async function readModels(
	store: Store,
	scope: AccessScope,
	home: string,
	wanted: readonly string[] | null,
): Promise<ModelView[]> {
	const [known, bins] = await Promise.all([knownModels(home, wanted), readModelScores(store, scope)]);
	return known.map(({ manifest, state, problem }) => {
		const mine = bins.filter(({ model, version }) => model === manifest.name && version === manifest.version);
		const sum = (rows: typeof mine): number => rows.reduce((total, { scores }) => total + scores, 0);
		const labels = labelsOf(manifest);
		const { name, version, title, surveys, licence, card, files } = manifest;
		return {
			...{ name, version, title, surveys, licence, card, state, problem, labels },
			inputs: inputText(manifest),
			files: files.map(({ sha256, bytes, madeBy = '' }) => ({ sha256, bytes, madeBy })),
			fetchable: published.some((entry) => keyOf(entry) === keyOf(manifest)),
			done: sum(mine.filter(({ bin }) => bin >= 0)),
			notDone: sum(mine.filter(({ bin }) => bin < 0)),
			newest: mine.reduce<string | null>((last, row) => (last === null || row.newest > last ? row.newest : last), null),
			spread: labels.map((label) => ({
				label,
				counts: Array.from({ length: BINS }, (_, bin) =>
					sum(mine.filter((row) => row.label === label && row.bin === bin)),
				),
			})),
		};
	});
}

/** The models with their cards and what they gave to alerts in scope; at most half a minute old. */
export function readModelViews(locals: Pick<App.Locals, 'store' | 'scope' | 'config'>): Promise<ModelView[]> {
	const { store, scope, config } = locals;
	const key = JSON.stringify(scope);
	const held = memory.get(key);
	const now = Date.now();
	if (held !== undefined && held.store === store && now - held.at < HOLD_MS) return held.value;
	if (memory.size > 100) memory.clear();
	const value = readModels(store, scope, config.home, config.models);
	memory.set(key, { at: now, store, value });
	value.catch(() => memory.delete(key));
	return value;
}
