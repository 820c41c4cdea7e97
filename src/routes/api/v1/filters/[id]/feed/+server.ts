import { api } from '#lib/server/api.ts';
import { hitFeed } from '#lib/server/filters/feed.ts';
import { filterOf } from '#lib/server/filters/library.ts';
import { feedSchema } from '#lib/server/filters/schemas.ts';
import { readQuery } from '#lib/server/params.ts';

/** The newest hits of a filter as an Atom feed, with alerts of public programmes only. */
export const GET = api(async (event) => {
	readQuery(feedSchema, event.url);
	const filter = await filterOf(event.locals, event.params['id'] ?? '');
	return hitFeed(event, filter);
});
