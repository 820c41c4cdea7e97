import { api } from '#lib/server/api.ts';
import { openApiDocument } from '#lib/server/openapi.ts';

/** The description of this API, made from the schemas that check its requests. */
export const GET = api(
	(event) =>
		new Response(JSON.stringify(openApiDocument(event.url.origin)), {
			headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'public, max-age=300' },
		}),
);
