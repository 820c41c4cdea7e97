import { api } from '#lib/server/api.ts';
import { hitFile, hitPage, hitQueryFrom } from '#lib/server/filters/hitList.ts';
import { filterOf } from '#lib/server/filters/library.ts';
import { hitsSchema } from '#lib/server/filters/schemas.ts';
import { fileFormat, jsonResponse } from '#lib/server/format.ts';
import { readQuery } from '#lib/server/params.ts';

/** The alerts that passed a filter, newest observed first: one page as JSON, or every one as a file. */
export const GET = api(async (event) => {
	const given = readQuery(hitsSchema, event.url);
	const filter = await filterOf(event.locals, event.params['id'] ?? '');
	const query = hitQueryFrom(given);
	const format = fileFormat(given.format);
	if (format !== null) return hitFile(event, filter, query, { format, fields: given.fields });
	const { limit, cursor } = given;
	return jsonResponse(await hitPage(event.locals, filter, query, { limit, cursor, signal: event.request.signal }));
});
