import { api } from '#lib/server/api.ts';
import { readSample } from '#lib/server/filterTrial.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { filterSampleSchema, readQuery } from '#lib/server/params.ts';

/** Recent alerts with all that was known of them, to try a filter on: one an object, evenly over surveys and classes. */
export const GET = api(async (event) => {
	const { limit } = readQuery(filterSampleSchema, event.url);
	const sample = await readSample(event.locals, limit);
	return jsonResponse({ origin: event.locals.scope.origin, ...sample });
});
