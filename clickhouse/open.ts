import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectStore } from './connect.ts';
import { StoreError, type Store } from './store.ts';

/** Where the embedded store of a folder answers; its process writes this once it does. */
export interface Endpoint {
	readonly url: string;
	readonly key: string;
	readonly pid: number;
	/** Folder in memory that large insert bodies may be left in; null when there is none. */
	readonly handoff: string | null;
}

/** The part of the configuration that says which store to use. */
export interface StoreChoice {
	readonly home: string;
	readonly storeUrl: string | null;
	readonly storeUser: string;
	readonly storePassword: string;
	readonly cluster: string | null;
}

/** The endpoint of the embedded store under `home`, or null while none runs. */
export async function readEndpoint(home: string): Promise<Endpoint | null> {
	try {
		const parsed: unknown = JSON.parse(await readFile(join(home, 'store', 'endpoint.json'), 'utf8'));
		if (typeof parsed !== 'object' || parsed === null) return null;
		if (!('url' in parsed && 'key' in parsed && 'pid' in parsed)) return null;
		const { url, key, pid } = parsed;
		const handoff = 'handoff' in parsed && typeof parsed.handoff === 'string' ? parsed.handoff : null;
		return typeof url === 'string' && typeof key === 'string' && typeof pid === 'number'
			? { url, key, pid, handoff }
			: null;
	} catch {
		return null;
	}
}

/** Connects to the configured store, embedded or a server, waiting until it answers. */
export async function openStore(choice: StoreChoice, patienceMs = 30_000): Promise<Store> {
	const giveUp = Date.now() + patienceMs;
	for (;;) {
		const store = await connectNow(choice);
		if (store !== null) {
			if (await store.ping()) return store;
			await store.close();
		}
		if (Date.now() > giveUp) {
			const where = choice.storeUrl ?? `of ${choice.home}`;
			throw new StoreError(`The store ${where} does not answer. Is it running? ("nightjar store" starts it.)`, 0, true);
		}
		await pause(100);
	}
}

async function connectNow(choice: StoreChoice): Promise<Store | null> {
	if (choice.storeUrl !== null) {
		return connectStore({
			url: choice.storeUrl,
			user: choice.storeUser,
			password: choice.storePassword,
			cluster: choice.cluster,
		});
	}
	const endpoint = await readEndpoint(choice.home);
	return endpoint === null
		? null
		: connectStore({ url: endpoint.url, password: endpoint.key, handoff: endpoint.handoff });
}
