import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { readWhy, whyBody } from '#lib/server/filterTrial.ts';
import { jsonResponse } from '#lib/server/format.ts';

/** Why an alert passes a filter or not, condition by condition with the values that they met. */
export const POST = api(async (event) => {
	const asked = await readBody(whyBody, event, '{"text": "reliability > 0.8", "alertId": "123"}');
	return jsonResponse({
		origin: event.locals.scope.origin,
		...(await readWhy(event.locals, asked, event.request.signal)),
	});
});
