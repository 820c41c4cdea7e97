import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { listsSchema, readQuery } from '#lib/server/params.ts';
import { listsOf } from '#lib/server/work/list.ts';
import { LIST_COLUMNS } from '#lib/server/work/listFile.ts';
import { workOf } from '#lib/server/work/page.ts';

/** Lists, watch-lists and areas that the reader may see, their own first. */
export const GET = api(({ locals, url }) => {
	const given = readQuery(listsSchema, url);
	const { origin } = locals.scope;
	const rows = listsOf(workOf(locals), locals.principal, { origin, publicToo: true });
	const format = fileFormat(given.format);
	if (format !== null) {
		return smallTable(
			rows.map((row) => ({ ...row })),
			LIST_COLUMNS,
			{ format, name: 'nightjar-lists' },
		);
	}
	return jsonResponse({ origin, rows });
});
