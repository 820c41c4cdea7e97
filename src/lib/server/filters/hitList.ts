import type { RequestEvent } from '@sveltejs/kit';
import { chooseColumns } from '#clickhouse/read/columns.ts';
import type { FileFormat } from '#clickhouse/read/export.ts';
import { countHits, exportHits, readHits, type HitQuery, type HitView } from '#clickhouse/read/hits.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import type { Page } from '#lib/alert/views.ts';
import type { StoredFilter } from '#lib/filter/stored.ts';
import type * as v from 'valibot';
import { openKeyset, sealCursor } from '../cursor.ts';
import { fileResponse } from '../format.ts';
import { ProblemError } from '../problem.ts';
import type { FilterLocals } from './locals.ts';
import type { hitsSchema } from './schemas.ts';

/** Which hits the query of a URL asks for. */
export function hitQueryFrom(given: v.InferOutput<typeof hitsSchema>): HitQuery {
	const from = given.night ?? given.nightFrom;
	const to = given.night ?? given.nightTo;
	return {
		...(given.version === undefined ? {} : { version: given.version }),
		...(from === undefined ? {} : { nightFrom: from }),
		...(to === undefined ? {} : { nightTo: to }),
		...(given.survey === undefined ? {} : { survey: given.survey }),
	};
}

/** One page of a filter's hits. */
export async function hitPage(
	locals: FilterLocals & Pick<App.Locals, 'cursorKey'>,
	filter: StoredFilter,
	query: HitQuery,
	{ limit, cursor, signal }: { limit: number; cursor?: string | undefined; signal?: AbortSignal },
): Promise<Page<HitView>> {
	const purpose = JSON.stringify(['hits', filter.id, query, locals.scope]);
	const { next, ...page } = await readHits(locals.store, locals.scope, filter.id, query, {
		limit,
		...(cursor === undefined ? {} : { after: openKeyset(locals.cursorKey, purpose, cursor) }),
		...(signal === undefined ? {} : { signal }),
	});
	return { ...page, nextCursor: next === null ? null : sealCursor(locals.cursorKey, purpose, next) };
}

/** Every hit as a file, with columns of its alert and its annotations. */
export async function hitFile(
	{ locals, request }: Pick<RequestEvent, 'locals' | 'request'>,
	filter: StoredFilter,
	query: HitQuery,
	{ format, fields }: { format: FileFormat; fields: string | undefined },
): Promise<Response> {
	const { columns, unknown } = chooseColumns(fields);
	if (unknown.length > 0) {
		throw new ProblemError(400, `There is no field ${unknown[0] ?? ''}: names are those of the field catalogue.`);
	}
	const { store, scope } = locals;
	const options = { signal: request.signal };
	const watermark = await readWatermark(store, request.signal);
	const total = await countHits(store, scope, filter.id, query, { ...options, watermark });
	const table = await exportHits(store, scope, filter.id, query, { columns, format, watermark }, options);
	return fileResponse(table, { format, name: `nightjar-hits-${filter.name}`, total });
}
