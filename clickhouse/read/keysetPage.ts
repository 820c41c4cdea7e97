import type { SearchQuery } from '#lib/alert/views.ts';
import type { Answer } from '../store.ts';
import type { Keyset } from './conditions.ts';
import { withSeparation } from './separation.ts';
import type { Watermark } from './watermark.ts';

/** One page of a keyset list; `next` goes on after its last row, null at the end. */
export interface KeysetPage<Row> {
	readonly rows: readonly Row[];
	readonly total: number;
	readonly next: Keyset | null;
	readonly elapsedMs: number;
	readonly rowsRead: number;
}

/** A page of what was found, which is one more than the page holds where there is another; rows of a cone with their distance. */
export function pageOf<
	Row extends { readonly ra: number; readonly dec: number },
	Found extends { readonly survey: string; readonly sortKey: number | string },
>(
	rows: readonly Row[],
	found: Answer<Found>,
	{
		total,
		query,
		watermark,
		idOf,
	}: {
		readonly total: number;
		readonly query: SearchQuery;
		readonly watermark: Watermark;
		readonly idOf: (entry: Found) => string;
	},
): KeysetPage<Row & { sepArcsec?: number }> {
	const last = found.rows[query.limit - 1];
	return {
		rows: withSeparation(rows, query.cone),
		total,
		next:
			found.rows.length > query.limit && last !== undefined
				? { key: last.sortKey, survey: last.survey, id: idOf(last), watermark, total }
				: null,
		elapsedMs: found.elapsedMs,
		rowsRead: found.rowsRead,
	};
}
