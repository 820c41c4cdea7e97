import type { RequestEvent, RequestHandler } from '@sveltejs/kit';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';

/** State folder of the routes that are asked, gone with the process. */
const home = join(tmpdir(), `nightjar-routes-${process.pid}`);
process.on('exit', () => {
	rmSync(home, { recursive: true, force: true });
});

/** What the hooks give every request, for a test that calls routes themselves. */
export function testLocals(store: Store, scope: AccessScope): App.Locals {
	return {
		store,
		scope,
		origins: [scope.origin],
		operator: false,
		principal: null,
		identity: null,
		imagery: false,
		cursorKey,
		config: {
			home,
			host: '127.0.0.1',
			port: 0,
			storeUrl: null,
			storeUser: 'default',
			storePassword: '',
			cluster: null,
			cutoutBudgetBytes: 0,
			simulationBudgetBytes: 0,
			schemaRegistryUrl: null,
			publicOrigin: null,
			kafka: [],
			publish: null,
			nightTarBytes: 0,
			models: null,
			modelThreads: 1,
			filterGate: 0.05,
			accounts: { signUp: 'open', mail: { kind: 'files' }, mailFrom: 'nightjar@localhost', providers: [] },
			feed: 'unknown',
			privateHosts: [],
			simbadUrl: null,
		},
	};
}

const cursorKey = randomBytes(32);

/** Asks a route as a browser would; `path` has the query. */
export async function ask(
	route: RequestHandler,
	path: string,
	locals: App.Locals,
	{
		params = {},
		headers = {},
		signal,
		method = 'GET',
		body,
	}: {
		params?: Record<string, string>;
		headers?: Record<string, string>;
		signal?: AbortSignal;
		method?: string;
		/** Sent as JSON. */
		body?: unknown;
	} = {},
): Promise<Response> {
	const url = new URL(path, 'http://localhost');
	const request = new Request(url, {
		method,
		headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
		...(signal === undefined ? {} : { signal }),
	});
	// the routes of the API read these four and nothing else of the event
	const event = { url, params, locals, request } as unknown as RequestEvent;
	return route(event);
}
