import { readObjectsBeginning } from '#clickhouse/read/names.ts';
import { api } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { findNames } from '#lib/server/names.ts';
import { namesSchema, readQuery } from '#lib/server/params.ts';

/** What a name means here: sources of catalogues, bodies of the solar system, and objects whose ids begin with it. */
export const GET = api(async ({ locals, url, request }) => {
	const { name } = readQuery(namesSchema, url);
	const { signal } = request;
	const [found, objects] = await Promise.all([
		findNames(locals, name, signal),
		readObjectsBeginning(locals.store, locals.scope, name, { signal }),
	]);
	return jsonResponse({ name, ...found, objects });
});
