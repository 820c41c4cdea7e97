import { api } from '#lib/server/api.ts';
import { readDeliver } from '#lib/server/deliver/view.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { readQuery, STATUS_TABLES, statusSchema } from '#lib/server/params.ts';
import { readStatusOf } from '#lib/server/portal.ts';
import { ProblemError } from '#lib/server/problem.ts';

/** The pipeline as it stands: writers, delays, nights, and for the operator completeness, dead letters and sizes. */
export const GET = api(async (event) => {
	const { table, format: asked } = readQuery(statusSchema, event.url);
	const status = await readStatusOf(event.locals, event.request.signal);
	const format = fileFormat(asked);
	if (format === null) return jsonResponse({ ...status, deliver: readDeliver(event.locals) });
	if (table === undefined) {
		throw new ProblemError(400, 'A file is one table: give table, such as table=nights.', [
			{ parameter: 'table', message: `is needed: ${Object.keys(STATUS_TABLES).join(', ')}` },
		]);
	}
	const rows = status[table].map((row: object) => ({ ...row }));
	return smallTable(rows, STATUS_TABLES[table], { format, name: `nightjar-${table}` });
});
