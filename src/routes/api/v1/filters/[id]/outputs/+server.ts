import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { filterOf } from '#lib/server/filters/library.ts';
import { createOutput, listOutputs } from '#lib/server/filters/outputs.ts';
import { outputSchema } from '#lib/server/filters/schemas.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { plainSchema, readQuery } from '#lib/server/params.ts';

/** Your own outputs of a filter, with how their queues stand. */
export const GET = api(async (event) => {
	readQuery(plainSchema, event.url);
	const filter = await filterOf(event.locals, event.params['id'] ?? '');
	return jsonResponse({ outputs: listOutputs(event.locals, filter) });
});

/** Sends hits of a filter from now on; the secret of a webhook is in this answer alone. */
export const POST = api(async (event) => {
	const draft = await readBody(outputSchema, event);
	const id = event.params['id'] ?? '';
	const made = await createOutput(event.locals, id, draft);
	return new Response(JSON.stringify(made), {
		status: 201,
		headers: {
			'content-type': 'application/json; charset=utf-8',
			'cache-control': 'no-store',
			location: `/api/v1/filters/${id}/outputs/${made.output.id}`,
		},
	});
});
