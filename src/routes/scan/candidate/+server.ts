import { api } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { ProblemError } from '#lib/server/problem.ts';
import { workOf } from '#lib/server/work/page.ts';
import { readCandidate } from '#lib/server/work/scan.ts';

/** One candidate of a scan, for the page that is a step ahead of its reader. */
export const GET = api(async ({ locals, url }) => {
	const object = {
		survey: url.searchParams.get('survey') ?? '',
		objectId: (url.searchParams.get('objectId') ?? '').slice(0, 100),
	};
	const found = await readCandidate(locals, workOf(locals), object);
	if (found === null) throw new ProblemError(404, 'You cannot see that object.');
	return jsonResponse(found);
});
