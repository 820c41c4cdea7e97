import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, install, Refusal, ROOT } from './prepare.mjs';

/** Names of the programs in a folder: files that export nothing. */
function programsIn(folder) {
	const path = join(ROOT, folder);
	if (!existsSync(path)) return [];
	return readdirSync(path)
		.filter((file) => file.endsWith('.ts') && !/^export /m.test(readFileSync(join(path, file), 'utf8')))
		.map((file) => file.slice(0, -3))
		.sort();
}

/** Builds and runs FOLDER/NAME.ts; what follows the name goes to it. */
export async function runProgram(script, folder, [name, ...rest]) {
	const names = programsIn(folder);
	if (name === undefined || !names.includes(name)) {
		throw new Refusal(`Use: npm run ${script} -- NAME [ARGS]\nNAME is one of: ${names.join(', ') || 'none yet'}`);
	}
	await install();
	await build(['portal', 'command', 'programs']);
	const file = join(ROOT, 'dist', folder, `${name}.js`);
	process.argv = [process.execPath, file, ...rest];
	await import(pathToFileURL(file).href);
}
