import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse } from '#lib/server/format.ts';
import { coneSchema, conditionsFrom, readQuery } from '#lib/server/params.ts';
import { searchPage } from '#lib/server/portal.ts';
import { searchFile } from '#lib/server/tables.ts';
import { without } from '#lib/server/without.ts';

/** Objects (or alerts) within a radius of a position, nearest first, with their separation in arcsec. */
export const GET = api(async (event) => {
	const given = readQuery(coneSchema, event.url);
	const { kind, limit, cursor, format: asked, fields } = given;
	const query = {
		...conditionsFrom(without(given, 'kind', 'limit', 'cursor', 'format', 'fields', 'origin')),
		kind,
		sort: 'sep' as const,
		descending: false,
		limit,
		...(cursor === undefined ? {} : { cursor }),
	};
	const format = fileFormat(asked);
	if (format !== null) return searchFile(event, query, { format, fields, sorted: true });
	return jsonResponse(await searchPage(event.locals, query, event.request.signal));
});
