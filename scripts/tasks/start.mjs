import { join } from 'node:path';
import { build, install, ROOT } from './prepare.mjs';

/** Prepares what is stale and hands this process over to `nightjar start`. */
export async function main(args) {
	await install();
	await build(['portal', 'command']);
	// state stays in the repository, but paths on the command line are the reader's
	process.env.NIGHTJAR_HOME ||= join(ROOT, '.nightjar');
	if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
	const command = join(ROOT, 'bin', 'nightjar.mjs');
	process.argv = [process.execPath, command, 'start', ...args];
	await import(command);
}
