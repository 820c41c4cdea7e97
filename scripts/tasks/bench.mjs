import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, install, Refusal, ROOT } from './prepare.mjs';

/** Builds and runs bench/NAME.ts; what follows the name goes to it. */
export async function main([name, ...rest]) {
	const folder = join(ROOT, 'bench');
	const names = existsSync(folder)
		? readdirSync(folder)
				.filter((file) => file.endsWith('.ts'))
				.map((file) => file.slice(0, -3))
				.sort()
		: [];
	if (name === undefined || !names.includes(name)) {
		throw new Refusal(`Use: npm run bench -- NAME [ARGS]\nBenchmarks: ${names.join(', ') || 'none yet'}`);
	}
	await install();
	await build(['command', 'bench']);
	const file = join(ROOT, 'dist', 'bench', `${name}.js`);
	process.argv = [process.execPath, file, ...rest];
	await import(pathToFileURL(file).href);
}
