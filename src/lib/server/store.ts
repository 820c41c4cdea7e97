import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connectStore } from '#clickhouse/connect.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import * as v from 'valibot';

const endpointSchema = v.object({ url: v.string(), key: v.string() });
const CHECK_EVERY_MS = 1000;

/** What of the configuration says where the store is. */
export interface StoreSettings {
	readonly home: string;
	readonly storeUrl: string | null;
	readonly storeUser: string;
	readonly storePassword: string;
	readonly cluster: string | null;
}

interface Connection {
	readonly store: Store;
	/** Time of change of the endpoint file that it was made from; 0 for a configured server. */
	readonly made: number;
}

/** Where the portal's store is at this moment: a configured server, or the embedded one, found again whenever its address changes. */
function storeFinder(settings: StoreSettings): () => Store {
	const endpointFile = join(settings.home, 'store', 'endpoint.json');
	let connection: Connection | null = null;
	let checkedAt = 0;

	function changed(): number {
		try {
			return statSync(endpointFile).mtimeMs;
		} catch {
			return -1;
		}
	}

	function connectEmbedded(made: number): Connection {
		try {
			const endpoint = v.parse(endpointSchema, JSON.parse(readFileSync(endpointFile, 'utf8')));
			const options = { url: endpoint.url, user: 'default', password: endpoint.key };
			return {
				store: connectStore(settings.cluster === null ? options : { ...options, cluster: settings.cluster }),
				made,
			};
		} catch (cause) {
			throw new StoreError('The embedded store is not running', 0, true, { cause });
		}
	}

	return () => {
		if (settings.storeUrl !== null) {
			connection ??= {
				store: connectStore({
					url: settings.storeUrl,
					user: settings.storeUser,
					password: settings.storePassword,
					...(settings.cluster === null ? {} : { cluster: settings.cluster }),
				}),
				made: 0,
			};
			return connection.store;
		}
		const now = Date.now();
		if (connection === null || now - checkedAt > CHECK_EVERY_MS) {
			checkedAt = now;
			const made = changed();
			if (connection === null || (made !== -1 && made !== connection.made)) {
				const old = connection;
				connection = connectEmbedded(made);
				// queries in flight on the old address fail by themselves: the process behind it is gone
				void old?.store.close().catch(() => undefined);
			}
		}
		return connection.store;
	};
}

/** The store that the portal talks to for as long as it runs, whatever becomes of the process behind it. */
export function portalStore(settings: StoreSettings): Store {
	const find = storeFinder(settings);
	return {
		get cluster() {
			return find().cluster;
		},
		query: async <Row>(...call: Parameters<Store['query']>) => find().query<Row>(...call),
		ask: async <Row>(...call: Parameters<Store['ask']>) => find().ask<Row>(...call),
		stream: async (...call) => find().stream(...call),
		command: async (...call) => find().command(...call),
		insert: async (...call) => find().insert(...call),
		ping: async () => find().ping(),
		close: async () => find().close(),
	};
}
