import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { forkFilter } from '#lib/server/filters/library.ts';
import { activateSchema } from '#lib/server/filters/schemas.ts';

/** Makes a draft of your own from a version of a filter. */
export const POST = api(async (event) => {
	const { version } = await readBody(activateSchema, event);
	const filter = await forkFilter(event.locals, event.params['id'] ?? '', version);
	return new Response(JSON.stringify(filter), {
		status: 201,
		headers: { 'content-type': 'application/json; charset=utf-8', location: `/api/v1/filters/${filter.id}` },
	});
});
