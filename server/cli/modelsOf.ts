import { join } from 'node:path';
import type { Config } from '#server/config.ts';
import { chooseModels, openModels, readModelFolders, type ModelFolder, type Models } from '#server/ml/index.ts';
import { CommandError } from './command.ts';

/** Folders that hold models: the operator's, then those that come with Nightjar. */
export function modelRoots(config: Pick<Config, 'home'>, install: string): readonly string[] {
	return [join(config.home, 'models'), join(install, 'models', 'shipped')];
}

/** The models that score every alert, as configured; folders that cannot be read are named through `log`. */
export async function chosenModels(
	config: Config,
	install: string,
	log: (line: string) => void,
): Promise<readonly ModelFolder[]> {
	const { models, unreadable } = await readModelFolders(modelRoots(config, install));
	for (const { folder, problem } of unreadable) log(`Models in ${folder} are left out: ${problem}`);
	try {
		return chooseModels(models, config.models);
	} catch (error) {
		if (error instanceof RangeError)
			throw new CommandError(`NIGHTJAR_MODELS: ${error.message}`, undefined, { cause: error });
		throw error;
	}
}

/** Starts the threads of the models that were chosen. */
export function startModels(
	config: Config,
	install: string,
	models: readonly ModelFolder[],
	log: (line: string) => void,
): Models {
	return openModels({
		models,
		workerFile: join(install, 'dist', 'ml-worker.js'),
		workers: config.modelThreads,
		log,
	});
}
