import type { RequestEvent, RequestHandler } from '@sveltejs/kit';
import { randomBytes } from 'node:crypto';
import type { Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';

/** What the hooks give every request, for a test that calls routes themselves. */
export function testLocals(store: Store, scope: AccessScope): App.Locals {
	return {
		store,
		scope,
		origins: [scope.origin],
		operator: false,
		cursorKey,
		config: {
			home: '/nowhere',
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
	}: { params?: Record<string, string>; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> {
	const url = new URL(path, 'http://localhost');
	const request = new Request(url, { headers, ...(signal === undefined ? {} : { signal }) });
	// the routes of the API read these four and nothing else of the event
	const event = { url, params, locals, request } as unknown as RequestEvent;
	return route(event);
}
