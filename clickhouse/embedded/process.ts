// The embedded store: one process, one folder, ClickHouse's HTTP interface on loopback.
// Started by server/cli/store.ts, which sets UV_THREADPOOL_SIZE: running queries hold libuv threads and a KILL needs a free one.
import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drainPending } from 'chdb';
import { repairDeduplicationLogs } from './deduplicationLogs.ts';
import { Engine } from './engine.ts';
import { Front } from './front.ts';
import { processLives, TemporaryFiles } from './insertFile.ts';
import { QueryLog } from './log.ts';
import { startProblem } from './problem.ts';
import { renderConfig, settingsFor } from './settings.ts';

const { values } = parseArgs({
	options: {
		home: { type: 'string' },
		port: { type: 'string' },
		memory: { type: 'string' },
		sync: { type: 'boolean', default: false },
		'until-stdin-closes': { type: 'boolean', default: false },
	},
});
if (values.home === undefined) {
	console.error('usage: store-process --home FOLDER [--port N] [--memory BYTES] [--sync] [--until-stdin-closes]');
	process.exit(2);
}

const folder = join(values.home, 'store');
const path = {
	data: join(folder, 'data'),
	config: join(folder, 'engine.xml'),
	backups: join(folder, 'backups'),
	temporary: join(folder, 'tmp'),
	log: join(folder, 'log'),
	key: join(folder, 'key'),
	port: join(folder, 'port'),
	endpoint: join(folder, 'endpoint.json'),
};

/** Writes a private file in one step: readers see the old text or the new. */
async function writeWhole(file: string, text: string): Promise<void> {
	const draft = `${file}.${String(process.pid)}`;
	await writeFile(draft, text, { mode: 0o600 });
	await rename(draft, file);
}

const readOr = (file: string, fallback: string) => readFile(file, 'utf8').catch(() => fallback);

/** The key outlives a restart, so that clients go on with it. */
async function ownKey(): Promise<string> {
	const kept = (await readOr(path.key, '')).trim();
	if (/^[0-9a-f]{64}$/.test(kept)) return kept;
	const key = randomBytes(32).toString('hex');
	await writeWhole(path.key, key);
	return key;
}

function listen(server: Server, port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', () => {
			server.off('error', reject);
			const address = server.address();
			resolve(typeof address === 'object' && address !== null ? address.port : port);
		});
	});
}

/** The port asked for; else the last one, so that clients find the store again after a restart; else any. */
async function listenSomewhere(server: Server): Promise<number> {
	const asked = Number(values.port ?? 0);
	if (asked > 0) return listen(server, asked);
	const last = Number(await readOr(path.port, '0'));
	if (Number.isInteger(last) && last > 0) {
		const port = await listen(server, last).catch(() => 0);
		if (port > 0) return port;
	}
	return listen(server, 0);
}

/** The living process that the engine's lock file names, other than this one. */
async function holderPid(): Promise<number | null> {
	const pid = Number(/^PID: (\d+)/.exec(await readOr(join(path.data, 'status'), ''))?.[1] ?? 0);
	return pid > 0 && pid !== process.pid && processLives(pid) ? pid : null;
}

async function start(): Promise<void> {
	const memory = Number(values.memory ?? 0) || Math.min(totalmem(), process.constrainedMemory() || Infinity);
	const settings = {
		...settingsFor(memory, availableParallelism(), `${path.backups}/`),
		syncInserts: values.sync,
	};
	await mkdir(path.data, { recursive: true, mode: 0o700 });
	accessSync(path.data, constants.R_OK | constants.W_OK | constants.X_OK);
	await writeWhole(path.config, renderConfig(settings));
	if ((await holderPid()) === null) {
		const struck = await repairDeduplicationLogs(path.data);
		if (struck > 0) console.log(`store: ${String(struck)} inserts were cut short by the last end and may be repeated`);
	}
	const engine = await Engine.open(path.data, path.config, settings);
	// from here on the folder is ours
	await rm(path.endpoint, { force: true });
	// a backup lies there only while it is made: what is left belongs to one that was cut short
	await rm(path.backups, { recursive: true, force: true });
	await mkdir(path.backups, { recursive: true, mode: 0o700 });
	const files = await TemporaryFiles.open(path.temporary);
	const log = new QueryLog(path.log);
	const key = await ownKey();
	const front = new Front({ engine, files, log, key, dataFolder: path.data });
	const port = await listenSomewhere(front.server);
	await writeWhole(path.port, String(port));
	if (!(await engine.answers())) throw new Error('the engine does not answer a query');
	const endpoint = { url: `http://127.0.0.1:${String(port)}`, key, pid: process.pid, handoff: files.handoffFolder };

	// before anyone is told the address: whoever reads it may ask us to end at once
	let stopping = false;
	const stop = async () => {
		if (stopping) return;
		stopping = true;
		await rm(path.endpoint, { force: true });
		await front.stop(5_000);
		await log.close();
		await files.close();
		engine.close();
		await drainPending();
		console.log('store: stopped');
		process.exit(0);
	};
	process.on('SIGTERM', () => void stop());
	process.on('SIGINT', () => void stop());
	if (values['until-stdin-closes']) {
		process.stdin.on('end', () => void stop());
		process.stdin.on('error', () => void stop());
		process.stdin.resume();
	}
	await writeWhole(path.endpoint, `${JSON.stringify(endpoint)}\n`);
	console.log(`store: ${endpoint.url} holds ${path.data}`);
	if (isStopping()) await rm(path.endpoint, { force: true });

	function isStopping(): boolean {
		return stopping;
	}
}

process.on('unhandledRejection', (error) => {
	console.error('store: unexpected', error);
});

try {
	await start();
} catch (error) {
	console.error(`store: ${startProblem(error, path.data, await holderPid())}`);
	process.exit(1);
}
