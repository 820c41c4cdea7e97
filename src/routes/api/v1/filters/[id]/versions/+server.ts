import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { addVersion, filterOf } from '#lib/server/filters/library.ts';
import { newVersionSchema } from '#lib/server/filters/schemas.ts';
import { readVersionViews } from '#lib/server/filters/views.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { plainSchema, readQuery } from '#lib/server/params.ts';
import { without } from '#lib/server/without.ts';

/** The versions of a filter, newest first, each with what changed since the one before. */
export const GET = api(async (event) => {
	readQuery(plainSchema, event.url);
	const filter = await filterOf(event.locals, event.params['id'] ?? '');
	return jsonResponse({ versions: await readVersionViews(event.locals, filter, { signal: event.request.signal }) });
});

/** Stores the next version, made from `base`. */
export const POST = api(async (event) => {
	const { base, ...draft } = await readBody(newVersionSchema, event);
	const version = await addVersion(event.locals, event.params['id'] ?? '', draft, base);
	return new Response(JSON.stringify(without(version, 'environment', 'grants')), {
		status: 201,
		headers: { 'content-type': 'application/json; charset=utf-8' },
	});
});
