import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse } from '#lib/server/format.ts';
import { readQuery, searchFrom, searchSchema } from '#lib/server/params.ts';
import { searchPage } from '#lib/server/portal.ts';
import { moreColumns, withMore } from '#lib/server/moreColumns.ts';
import { narrowed } from '#lib/server/filters/inFilter.ts';
import { searchFile } from '#lib/server/tables.ts';

/** Search over alerts: one page as JSON, or every row as a file. */
export const GET = api(async (event) => {
	const given = readQuery(searchSchema, event.url);
	const query = await narrowed(event.locals, searchFrom(given, 'alerts'));
	const added = await moreColumns(event.locals, given.more);
	const format = fileFormat(given.format);
	if (format !== null) {
		return searchFile(event, query, { format, fields: given.fields, sorted: given.sort !== undefined, added });
	}
	const { signal } = event.request;
	return jsonResponse(await withMore(event.locals, await searchPage(event.locals, query, signal), added, signal));
});
