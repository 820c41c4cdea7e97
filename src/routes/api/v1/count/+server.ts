import { countAlerts } from '#clickhouse/read/alerts.ts';
import { countObjects } from '#clickhouse/read/searchObjects.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import { api } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { conditionsFrom, countSchema, readQuery } from '#lib/server/params.ts';
import { narrowed } from '#lib/server/filters/inFilter.ts';
import { without } from '#lib/server/without.ts';

/** How many alerts (or objects) a search would return. */
export const GET = api(async (event) => {
	const { store, scope } = event.locals;
	const { signal } = event.request;
	const given = readQuery(countSchema, event.url);
	const { kind } = given;
	const conditions = without(given, 'kind', 'origin');
	const query = {
		...(await narrowed(event.locals, conditionsFrom(conditions))),
		kind,
		sort: 'mjd' as const,
		descending: true,
		limit: 1,
	};
	const watermark = await readWatermark(store, signal);
	const count = kind === 'objects' ? countObjects : countAlerts;
	return jsonResponse({ kind, total: await count(store, scope, query, { watermark, signal }), origin: scope.origin });
});
