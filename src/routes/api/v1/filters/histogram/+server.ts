import { api } from '#lib/server/api.ts';
import { readHistogram } from '#lib/server/filterTrial.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { filterHistogramSchema, readQuery } from '#lib/server/params.ts';

/** How the values of a field, or of an expression of fields, spread over recent alerts. */
export const GET = api(async (event) => {
	const { field } = readQuery(filterHistogramSchema, event.url);
	const histogram = await readHistogram(event.locals, field, event.request.signal);
	return jsonResponse({ origin: event.locals.scope.origin, ...histogram });
});
