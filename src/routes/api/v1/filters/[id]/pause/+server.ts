import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { pauseFilter } from '#lib/server/filters/library.ts';
import { reasonSchema } from '#lib/server/filters/schemas.ts';
import { jsonResponse } from '#lib/server/format.ts';

/** Stops a filter until it is activated again. */
export const POST = api(async (event) => {
	const { reason } = await readBody(reasonSchema, event);
	return jsonResponse({ filter: await pauseFilter(event.locals, event.params['id'] ?? '', reason) });
});
