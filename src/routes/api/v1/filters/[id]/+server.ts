import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { changeFilter, deleteFilter, filterOf } from '#lib/server/filters/library.ts';
import { changeSchema, emptySchema } from '#lib/server/filters/schemas.ts';
import { readDetail } from '#lib/server/filters/views.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { plainSchema, readQuery } from '#lib/server/params.ts';

/** One filter with its versions, its history, its yield of each night and its cost. */
export const GET = api(async (event) => {
	readQuery(plainSchema, event.url);
	const filter = await filterOf(event.locals, event.params['id'] ?? '');
	return jsonResponse(await readDetail(event.locals, filter, { signal: event.request.signal }));
});

/** Changes name, meaning, visibility, topic or the expected yield of a filter. */
export const PATCH = api(async (event) => {
	const change = await readBody(changeSchema, event);
	return jsonResponse({ filter: await changeFilter(event.locals, event.params['id'] ?? '', change) });
});

/** Takes a filter away that never ran. */
export const DELETE = api(async (event) => {
	await readBody(emptySchema, event);
	await deleteFilter(event.locals, event.params['id'] ?? '');
	return new Response(null, { status: 204 });
});
