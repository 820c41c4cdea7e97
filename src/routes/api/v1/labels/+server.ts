import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { listsSchema, readQuery } from '#lib/server/params.ts';
import { mayAct } from '#lib/server/principal.ts';
import { LABEL_COLUMNS, labelRow, labelsBy } from '#lib/server/work/label.ts';
import { workOf } from '#lib/server/work/page.ts';

/** What the reader said of alerts while they scanned, newest first. */
export const GET = api(({ locals, url }) => {
	const given = readQuery(listsSchema, url);
	const { origin } = locals.scope;
	const rows = labelsBy(workOf(locals), mayAct(locals), origin).map((label) => labelRow(label, origin));
	const format = fileFormat(given.format);
	return format === null
		? jsonResponse({ origin, rows })
		: smallTable(rows, LABEL_COLUMNS, { format, name: 'nightjar-labels' });
});
