import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { readExamples } from '#lib/server/filters/examples.ts';
import { examplesSchema } from '#lib/server/filters/schemas.ts';
import { jsonResponse } from '#lib/server/format.ts';

/** Whether a text passes the alerts that it must, and not those that it must not. */
export const POST = api(async (event) => {
	const asked = await readBody(examplesSchema, event, '{"text": "mag < 18", "mustPass": ["ztf:123"]}');
	return jsonResponse({ examples: await readExamples(asked, event.locals, event.request.signal) });
});
