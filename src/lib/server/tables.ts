import type { RequestEvent } from '@sveltejs/kit';
import { countAlerts } from '#clickhouse/read/alerts.ts';
import { chooseColumns, type Column } from '#clickhouse/read/columns.ts';
import { exportAlerts, exportObjects, OBJECT_COLUMNS, type FileFormat } from '#clickhouse/read/export.ts';
import { countObjects } from '#clickhouse/read/searchObjects.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import type { MoreColumns } from '#clickhouse/read/moreColumns.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { fileResponse } from './format.ts';
import { requireSortable } from './moreColumns.ts';
import { ProblemError } from './problem.ts';

/** Every row of a search as a file; the number of rows goes ahead in X-Total-Count. */
export async function searchFile(
	event: RequestEvent,
	query: SearchQuery,
	{
		format,
		fields,
		sorted,
		more = [],
		added = { fields: [], scores: [], unknown: [] },
	}: {
		format: FileFormat;
		fields: string | undefined;
		sorted: boolean;
		/** Columns that follow the usual ones, or all, where a reader names none. */
		more?: readonly Column[];
		/** Columns that a reader adds to whatever the table has. */
		added?: MoreColumns;
	},
): Promise<Response> {
	const { store, scope } = event.locals;
	const { signal } = event.request;
	const watermark = await readWatermark(store, signal);
	if (query.cursor !== undefined) {
		throw new ProblemError(400, 'A file holds every row: leave out cursor.', [
			{ parameter: 'cursor', message: 'goes with format=json' },
		]);
	}
	if (sorted) await requireSortable(event.locals, query, signal);
	if (query.kind === 'objects') {
		if (fields !== undefined) {
			throw new ProblemError(400, 'A table of objects has fixed columns: leave out fields, or ask for alerts.', [
				{ parameter: 'fields', message: 'goes with alerts' },
			]);
		}
		const total = await countObjects(store, scope, query, { watermark, signal });
		const request = { columns: OBJECT_COLUMNS, format, watermark, sorted, added };
		const table = await exportObjects(store, scope, query, request, { signal });
		return fileResponse(table, { format, name: 'nightjar-objects', total });
	}
	const { columns: chosen, unknown } = chooseColumns(fields);
	const columns = fields === undefined || fields === '' || fields === 'all' ? [...chosen, ...more] : chosen;
	if (unknown.length > 0 || columns.length === 0) {
		throw new ProblemError(
			400,
			`There is no field ${unknown[0] ?? fields ?? ''}: names are those of the field catalogue, such as mag or ztf_drb.`,
			unknown.map((name) => ({ parameter: 'fields', message: `${name} is not a field` })),
		);
	}
	const total = await countAlerts(store, scope, query, { watermark, signal });
	const table = await exportAlerts(store, scope, query, { columns, format, watermark, sorted, added }, { signal });
	return fileResponse(table, { format, name: 'nightjar-alerts', total });
}
