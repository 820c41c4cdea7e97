import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { createFilter } from '#lib/server/filters/library.ts';
import { createSchema, filtersSchema } from '#lib/server/filters/schemas.ts';
import { readLibrary } from '#lib/server/filters/views.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { readQuery } from '#lib/server/params.ts';
import { mayAct } from '#lib/server/principal.ts';
import { without } from '#lib/server/without.ts';

const COLUMNS =
	'id name belonging ownerId visibility kind state version newest reason hits lastHitMjd msPerThousand topic meaning'.split(
		' ',
	);

/** The filters that the reader may see, with what they gave and cost lately. */
export const GET = api(async (event) => {
	const { owner, format: asked } = readQuery(filtersSchema, event.url);
	const all = await readLibrary(event.locals, { signal: event.request.signal });
	const filters = owner === 'all' ? all : all.filter(({ belonging }) => belonging === owner);
	const format = fileFormat(asked);
	if (format === null) return jsonResponse({ origin: event.locals.scope.origin, filters });
	const rows = filters.map((filter) => ({ ...without(filter, 'yields', 'expected') }));
	return smallTable(rows, COLUMNS, { format, name: 'nightjar-filters' });
});

/** Stores a new filter with its first version, as a draft. */
export const POST = api(async (event) => {
	mayAct(event.locals);
	const { group, topic, ...draft } = await readBody(createSchema, event);
	const filter = await createFilter(event.locals, {
		...draft,
		groupId: group,
		...(topic === undefined ? {} : { topic }),
	});
	return new Response(JSON.stringify(filter), {
		status: 201,
		headers: { 'content-type': 'application/json; charset=utf-8', location: `/api/v1/filters/${filter.id}` },
	});
});
