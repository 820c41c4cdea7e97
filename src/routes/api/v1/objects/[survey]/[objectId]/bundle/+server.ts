import { api, objectIdOf, surveyOf } from '#lib/server/api.ts';
import { folderOf, objectBundle } from '#lib/server/bundle.ts';
import { readObjectPage } from '#lib/server/objectPage.ts';
import { asOfSchema, readQuery } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';
import { version } from '#lib/server/version.ts';

/** Everything known of one object as a tar: fields as they came, photometry, cutouts, matches, versions, licence and citation. */
export const GET = api(async (event) => {
	const { asOf = null } = readQuery(asOfSchema, event.url);
	const { locals, request } = event;
	const page = await readObjectPage(locals, { survey: surveyOf(event), objectId: objectIdOf(event) }, asOf);
	if (page === null) {
		throw new ProblemError(404, 'There is no object of that id here: check the survey and the spelling.');
	}
	return new Response(objectBundle(page, { locals, version, signal: request.signal }), {
		headers: {
			'content-type': 'application/x-tar',
			'content-disposition': `attachment; filename="${folderOf(page)}.tar"`,
			'cache-control': 'no-store',
		},
	});
});
