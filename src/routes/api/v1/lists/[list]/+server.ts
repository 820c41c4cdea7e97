import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { listsSchema, readQuery } from '#lib/server/params.ts';
import { findList } from '#lib/server/work/list.ts';
import { ENTRY_COLUMNS, listEntries } from '#lib/server/work/listFile.ts';
import { workOf } from '#lib/server/work/page.ts';

/** A list with every object of it that the reader may see. */
export const GET = api(async ({ locals, params, url }) => {
	const given = readQuery(listsSchema, url);
	const database = workOf(locals);
	const list = findList(database, locals.principal, params['list'] ?? '');
	const rows = await listEntries(locals, database, list);
	const format = fileFormat(given.format);
	if (format !== null) return smallTable(rows, ENTRY_COLUMNS, { format, name: `nightjar-${list.name}` });
	return jsonResponse({ origin: list.origin, list, rows });
});
