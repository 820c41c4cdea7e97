import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { activateFilter } from '#lib/server/filters/library.ts';
import { activateSchema } from '#lib/server/filters/schemas.ts';
import { jsonResponse } from '#lib/server/format.ts';

/** Makes a version the one that runs on the stream, unless it passes too much of the newest closed night. */
export const POST = api(async (event) => {
	const { version } = await readBody(activateSchema, event);
	return jsonResponse(await activateFilter(event.locals, event.params['id'] ?? '', version));
});
