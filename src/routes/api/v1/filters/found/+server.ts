import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { foundBody, readGallery } from '#lib/server/filterTrial.ts';
import { jsonResponse } from '#lib/server/format.ts';

const EXAMPLE = '{"text": "reliability > 0.8", "nightFrom": "2026-11-01", "nightTo": "2026-11-07"}';

/** Alerts of some nights that pass a filter, and some that one condition alone keeps out. */
export const POST = api(async (event) => {
	const asked = await readBody(foundBody, event, EXAMPLE);
	const found = await readGallery(event.locals, asked, event.request.signal);
	return jsonResponse({ origin: event.locals.scope.origin, ...found });
});
