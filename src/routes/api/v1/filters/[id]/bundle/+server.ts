import { api } from '#lib/server/api.ts';
import { hitBundle } from '#lib/server/filters/bundle.ts';
import { filterOf } from '#lib/server/filters/library.ts';
import { bundleSchema } from '#lib/server/filters/schemas.ts';
import { readQuery } from '#lib/server/params.ts';

/** Text, version, nights, hits and hashes of a filter as one archive, for a paper. */
export const GET = api(async (event) => {
	const query = readQuery(bundleSchema, event.url);
	const filter = await filterOf(event.locals, event.params['id'] ?? '');
	return hitBundle(event, filter, query);
});
