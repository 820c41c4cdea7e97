import { readCatalogs } from '#clickhouse/read/catalogs.ts';
import { readBlocks, readSystemNames } from '#clickhouse/read/filters.ts';
import { mayMatch } from '#lib/alert/catalog.ts';
import { readFrozen } from '#lib/filter/frozen.ts';
import { environmentFrom, type CatalogColumn, type Environment, type EnvironmentData } from '#lib/filter/index.ts';
import { readerOf } from './filters/locals.ts';
import { readModelViews } from './models.ts';
import { namedLists } from './work/environment.ts';

type EnvironmentLocals = Pick<App.Locals, 'store' | 'scope' | 'config' | 'principal'>;

/** Catalogues and models that the filters which come with Nightjar ask, whether they are loaded here or not: one that is not matches nothing. */
async function systemNames({ store }: EnvironmentLocals): Promise<Pick<EnvironmentData, 'catalogs' | 'models'>> {
	const catalogs: Record<string, readonly CatalogColumn[]> = {};
	const models: Record<string, readonly string[]> = {};
	for (const frozen of (await readSystemNames(store)).map(readFrozen)) {
		Object.assign(catalogs, frozen.catalogs);
		Object.assign(models, frozen.models);
	}
	return { catalogs, models };
}

/** The names that a reader's filters may use, as plain data: the blocks that they may import, their lists and areas, the catalogues that are loaded for their sky, and the models that are known. */
export async function readEnvironmentData(locals: EnvironmentLocals): Promise<EnvironmentData> {
	const [catalogs, models, blocks, system] = await Promise.all([
		readCatalogs(locals.store),
		readModelViews(locals),
		readBlocks(locals.store, readerOf(locals)),
		systemNames(locals),
	]);
	const labels = new Map<string, Set<string>>();
	for (const model of models) {
		if (model.state === 'broken' || model.state === 'notInstalled') continue;
		const known = labels.get(model.name) ?? new Set<string>();
		for (const label of model.labels) known.add(label);
		labels.set(model.name, known);
	}
	return {
		blocks: Object.fromEntries(blocks),
		...namedLists(locals),
		catalogs: {
			...system.catalogs,
			...Object.fromEntries(
				catalogs
					.filter(({ origin }) => mayMatch(origin, locals.scope.origin))
					.map(({ name, columns }) => [name, columns] as const),
			),
		},
		models: {
			...system.models,
			...Object.fromEntries([...labels].map(([name, known]) => [name, [...known]] as const)),
		},
	};
}

/** The same as filters are checked against. */
export async function readEnvironment(locals: EnvironmentLocals): Promise<Environment> {
	return environmentFrom(await readEnvironmentData(locals));
}
