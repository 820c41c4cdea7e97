import { api } from '#lib/server/api.ts';
import { readAskedObjects } from '#lib/server/askedObjects.ts';
import { narrowed } from '#lib/server/filters/inFilter.ts';
import { manyPhotometry } from '#lib/server/manyPhotometry.ts';
import { photometrySchema, readQuery, searchFrom, searchPhotometrySchema } from '#lib/server/params.ts';
import { searchPage } from '#lib/server/portal.ts';

/** Every point of many objects, one measurement each; objects of which there is none that the reader may see are named. */
export const POST = api(async (event) => {
	const { format, asOf, mjdTo } = readQuery(photometrySchema, event.url);
	return manyPhotometry(event, await readAskedObjects(event.request), {
		format,
		asOf: { ...(asOf === undefined ? {} : { time: asOf }), ...(mjdTo === undefined ? {} : { upToMjd: mjdTo }) },
	});
});

/** The same of the objects that a search finds, so many at a time. */
export const GET = api(async (event) => {
	const given = readQuery(searchPhotometrySchema, event.url);
	const query = await narrowed(event.locals, searchFrom(given, 'objects'));
	const { rows, total, nextCursor } = await searchPage(event.locals, query, event.request.signal);
	const objects = rows.map(({ survey, objectId }) => ({ survey, objectId }));
	return manyPhotometry(event, objects, {
		format: given.format,
		asOf: {},
		more: { matching: total, nextCursor },
		headers: {
			'x-objects-matching': String(total),
			...(nextCursor === null ? {} : { 'x-next-cursor': nextCursor }),
		},
	});
});
