import { api } from '#lib/server/api.ts';
import { smallTable } from '#lib/server/format.ts';
import { findList } from '#lib/server/work/list.ts';
import { ENTRY_COLUMNS, listEntries } from '#lib/server/work/listFile.ts';
import { workOf } from '#lib/server/work/page.ts';

/** A list as CSV. */
export const GET = api(async ({ locals, params }) => {
	const database = workOf(locals);
	const list = findList(database, locals.principal, params['id'] ?? '');
	const rows = await listEntries(locals, database, list);
	return smallTable(rows, ENTRY_COLUMNS, { format: 'csv', name: `nightjar-${list.name}` });
});
