import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { funnelBody, readFunnel } from '#lib/server/filterTrial.ts';
import { jsonResponse } from '#lib/server/format.ts';

/** How many alerts of each night survive each condition of a filter, and pass each alone. */
export const POST = api(async (event) => {
	const asked = await readBody(funnelBody, event, '{"text": "reliability > 0.8", "nightFrom": "2026-11-01"}');
	const funnel = await readFunnel(event.locals, asked, event.request.signal);
	return jsonResponse({ origin: event.locals.scope.origin, ...funnel });
});
