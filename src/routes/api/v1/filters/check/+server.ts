import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { checkBody, checkText } from '#lib/server/filterTrial.ts';
import { jsonResponse } from '#lib/server/format.ts';

/** Checks a filter: problems with place and suggestion, canonical text, conditions, annotations, cost and the SQL it becomes. */
export const POST = api(async (event) => {
	const { text } = await readBody(checkBody, event, '{"text": "reliability > 0.8"}');
	return jsonResponse(await checkText(event.locals, text));
});
