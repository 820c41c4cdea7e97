import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectStore } from '#clickhouse/connect.ts';
import type { Store } from '#clickhouse/store.ts';
import type { Config } from '#server/config.ts';

/** Where the embedded store of a data folder writes its address and key. */
export function endpointFile(home: string): string {
	return join(home, 'store', 'endpoint.json');
}

/** Address and key of the embedded store, or null when none has written them. */
export function readEndpoint(home: string): { readonly url: string; readonly key: string } | null {
	try {
		const value: unknown = JSON.parse(readFileSync(endpointFile(home), 'utf8'));
		if (typeof value !== 'object' || value === null || !('url' in value) || !('key' in value)) return null;
		return { url: String(value.url), key: String(value.key) };
	} catch {
		return null;
	}
}

/** A client of the configured store, or null when it is the embedded one and it is not running. */
export function openStore(config: Config): Store | null {
	if (config.storeUrl !== null) {
		return connectStore({
			url: config.storeUrl,
			user: config.storeUser,
			password: config.storePassword,
			...(config.cluster === null ? {} : { cluster: config.cluster }),
		});
	}
	const endpoint = readEndpoint(config.home);
	return endpoint === null ? null : connectStore({ url: endpoint.url, user: 'default', password: endpoint.key });
}

/** Whether the store answers a real query now. */
export async function answers(store: Store): Promise<boolean> {
	try {
		return await store.ping();
	} catch {
		return false;
	}
}
