import { api } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { findNames } from '#lib/server/names.ts';
import { namesSchema, readQuery } from '#lib/server/params.ts';

/** What a name means here: sources of catalogues and bodies of the solar system. */
export const GET = api(async ({ locals, url, request }) => {
	const { name } = readQuery(namesSchema, url);
	return jsonResponse({ name, ...(await findNames(locals, name, request.signal)) });
});
