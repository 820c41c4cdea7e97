import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { retireFilter } from '#lib/server/filters/library.ts';
import { reasonSchema } from '#lib/server/filters/schemas.ts';
import { jsonResponse } from '#lib/server/format.ts';

/** Ends a filter for good; its versions and hits stay. */
export const POST = api(async (event) => {
	const { reason } = await readBody(reasonSchema, event);
	return jsonResponse({ filter: await retireFilter(event.locals, event.params['id'] ?? '', reason) });
});
