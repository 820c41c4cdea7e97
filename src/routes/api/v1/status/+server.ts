import { api } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { plainSchema, readQuery } from '#lib/server/params.ts';
import { readStatusOf } from '#lib/server/portal.ts';

/** The pipeline as it stands: writers, delays, nights, and for the operator completeness, dead letters and sizes. */
export const GET = api(async (event) => {
	readQuery(plainSchema, event.url);
	return jsonResponse(await readStatusOf(event.locals, event.request.signal));
});
