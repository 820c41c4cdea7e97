import { parseArgs } from 'node:util';
import type { Config } from '#server/config.ts';
import { startStoreProcess } from './storeProcess.ts';

const HELP = `nightjar store [--port N] [--memory-gb N] [--sync]

Runs the embedded column store of NIGHTJAR_HOME until it is stopped (Ctrl-C or SIGTERM).
It listens on 127.0.0.1 only and writes its address and key to store/endpoint.json.

  --port N        listen on this port; by default the last one used, or any free one
  --memory-gb N   memory the store may plan with; by default that of the machine
  --sync          wait for the disk at each insert: survives a power cut, costs time

"nightjar start" runs the store by itself.
`;

/** Runs the embedded store in the foreground; resolves with the exit code. */
export async function run(args: readonly string[], config: Config): Promise<number> {
	const { values } = parseArgs({
		args: [...args],
		options: {
			help: { type: 'boolean', short: 'h', default: false },
			port: { type: 'string' },
			'memory-gb': { type: 'string' },
			sync: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		process.stdout.write(HELP);
		return 0;
	}
	if (config.storeUrl !== null) {
		console.error('NIGHTJAR_STORE_URL names another store; unset it to run the embedded one.');
		return 2;
	}
	const port = Number(values.port ?? 0);
	const memory = Number(values['memory-gb'] ?? 0);
	if (!Number.isInteger(port) || port < 0 || port > 65_535 || !(memory >= 0)) {
		console.error('--port takes a whole number up to 65535 and --memory-gb a number of gigabytes.');
		return 2;
	}
	const store = startStoreProcess({
		home: config.home,
		port,
		sync: values.sync,
		...(memory > 0 ? { memoryBytes: Math.round(memory * 1e9) } : {}),
	});
	process.on('SIGTERM', store.stop);
	process.on('SIGINT', store.stop);
	return store.ended;
}
