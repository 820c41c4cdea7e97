import { spawnSync } from 'node:child_process';
import { INGEST_NODE_FLAGS } from '#server/ingest/nodeFlags.ts';

/** Runs this very program (`file`) again under the flags of an ingest, and `more`, unless it runs so already; says `last` and ends with its code. */
export function runAsIngest(file: string, more: readonly string[] = [], last = ''): void {
	const flags = [...INGEST_NODE_FLAGS, ...more];
	if (flags.every((flag) => process.execArgv.includes(flag))) return;
	const { status } = spawnSync(process.execPath, [...flags, file, ...process.argv.slice(2)], { stdio: 'inherit' });
	if (last !== '') console.log(last);
	process.exit(status ?? 1);
}
