import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '#clickhouse/store.ts';
import { childEnvironment, type Config } from '#server/config.ts';
import { CommandError } from './command.ts';
import { answers, endpointFile, openStore } from './openStore.ts';
import { Child } from './supervise.ts';

/** A store that answers, with the process that was started for it, or null when it ran already or is elsewhere. */
export interface RunningStore {
	readonly store: Store;
	readonly child: Child | null;
}

const READY_WITHIN_MS = 60_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The store that already runs, or null. */
async function findStore(config: Config): Promise<Store | null> {
	const store = openStore(config);
	if (store === null) return null;
	if (await answers(store)) return store;
	await store.close();
	return null;
}

async function requireRemoteStore(config: Config): Promise<Store> {
	const store = await findStore(config);
	if (store !== null) return store;
	throw new CommandError(
		`The store at ${config.storeUrl ?? ''} does not answer. Check NIGHTJAR_STORE_URL, NIGHTJAR_STORE_USER and NIGHTJAR_STORE_PASSWORD, and that the server runs.`,
	);
}

/**
 * Finds the configured store, or starts the embedded one and waits until it answers.
 * The store of a start that was killed may still be closing: one that answers is given a moment to go before it is used.
 */
export async function ensureStore(
	config: Config,
	install: string,
	log: (line: string) => void,
	signal: AbortSignal,
): Promise<RunningStore> {
	if (config.storeUrl !== null) return { store: await requireRemoteStore(config), child: null };
	const running = await findStore(config);
	if (running !== null) {
		await pause(500);
		if (await answers(running)) return { store: running, child: null };
		await running.close();
	}
	rmSync(endpointFile(config.home), { force: true });
	let gaveUp = false;
	const child = new Child({
		name: 'store',
		args: [join(install, 'dist', 'store-process.js'), '--home', config.home, '--until-stdin-closes'],
		// each running query holds one of these threads, and one must be left to cancel another
		env: childEnvironment({ UV_THREADPOOL_SIZE: '32' }),
		graceMs: 15_000,
		log,
		onFinished: () => {
			gaveUp = true;
		},
	});
	child.start();
	const until = Date.now() + READY_WITHIN_MS;
	while (Date.now() < until && !signal.aborted && !hasGivenUp()) {
		const store = await findStore(config);
		if (store !== null) {
			child.markReady();
			return { store, child };
		}
		await pause(50);
	}
	await child.stop();
	throw new CommandError(
		signal.aborted
			? 'Stopped before the store was ready.'
			: `The store of ${config.home} did not get ready; what it said is above. nightjar doctor looks for the cause.`,
	);

	function hasGivenUp(): boolean {
		return gaveUp;
	}
}
