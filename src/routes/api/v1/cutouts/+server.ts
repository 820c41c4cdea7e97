import { api } from '#lib/server/api.ts';
import { cutoutArchive, newestOf } from '#lib/server/cutoutArchive.ts';
import { narrowed } from '#lib/server/filters/inFilter.ts';
import { readQuery, searchCutoutsSchema, searchFrom } from '#lib/server/params.ts';
import { searchPage } from '#lib/server/portal.ts';
import { version } from '#lib/server/version.ts';

/** The cutouts of what a search finds, so many alerts at a time, as a tar. */
export const GET = api(async (event) => {
	const { kind, ...given } = readQuery(searchCutoutsSchema, event.url);
	const { locals, request } = event;
	const { rows, total, nextCursor } = await searchPage(
		locals,
		await narrowed(locals, searchFrom(given, kind)),
		request.signal,
	);
	const alerts = rows.map((row) => ('alertId' in row ? row : newestOf(row)));
	return new Response(cutoutArchive(locals, alerts, { total, version, signal: request.signal }), {
		headers: {
			'content-type': 'application/x-tar',
			'content-disposition': 'attachment; filename="nightjar-cutouts.tar"',
			'cache-control': 'no-store',
			'x-total-count': String(total),
			...(nextCursor === null ? {} : { 'x-next-cursor': nextCursor }),
		},
	});
});
