import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { efficiencyBody, readFilterEfficiency } from '#lib/server/filterTrial.ts';
import { jsonResponse } from '#lib/server/format.ts';

const EXAMPLE = '{"text": "reliability > 0.8", "nightFrom": "2026-11-01", "nightTo": "2026-11-07"}';

/** What a filter finds of what was really there on simulated nights, by class and magnitude. */
export const POST = api(async (event) => {
	const asked = await readBody(efficiencyBody, event, EXAMPLE);
	const found = await readFilterEfficiency(event.locals, asked, event.request.signal);
	return jsonResponse({ origin: event.locals.scope.origin, ...found });
});
