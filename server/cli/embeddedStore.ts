import { join } from 'node:path';
import { openStore, readEndpoint } from '#clickhouse/open.ts';
import { type Store, StoreError } from '#clickhouse/store.ts';
import { childEnvironment, type Config } from '#server/config.ts';
import { CommandError } from './command.ts';
import { Child } from './supervise.ts';

/** A store that answers, with the process that was started for it, or null when it ran already or is elsewhere. */
export interface RunningStore {
	readonly store: Store;
	readonly child: Child | null;
}

const READY_WITHIN_MS = 60_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The configured store when it answers now, else null. */
export async function findStore(config: Config): Promise<Store | null> {
	if (config.storeUrl === null && (await readEndpoint(config.home)) === null) return null;
	try {
		return await openStore(config, 0);
	} catch (error) {
		if (error instanceof StoreError && error.retriable) return null;
		throw error;
	}
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
		if (await running.ping()) return { store: running, child: null };
		await running.close();
	}
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
		// an endpoint that a killed store left behind is not ours
		const ours = (await readEndpoint(config.home))?.pid === child.pid;
		const store = ours ? await findStore(config) : null;
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
