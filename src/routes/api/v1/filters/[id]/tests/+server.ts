import { api } from '#lib/server/api.ts';
import { filterOf } from '#lib/server/filters/library.ts';
import { trialsOf } from '#lib/server/filters/trials.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { plainSchema, readQuery } from '#lib/server/params.ts';

/** Your trials of a filter, newest first. */
export const GET = api(async (event) => {
	readQuery(plainSchema, event.url);
	const filter = await filterOf(event.locals, event.params['id'] ?? '');
	return jsonResponse({ tests: await trialsOf(event.locals, filter.id) });
});
