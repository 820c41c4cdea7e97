import { readFacets } from '#clickhouse/read/facets.ts';
import type { Facets } from '#lib/alert/facets.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import { api } from '#lib/server/api.ts';
import { briefly } from '#clickhouse/read/brief.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { conditionsFrom, facetsSchema, readQuery } from '#lib/server/params.ts';
import { narrowed } from '#lib/server/filters/inFilter.ts';
import { without } from '#lib/server/without.ts';

const counted = briefly<Facets>({ holdMs: 10_000 });

/** How the alerts of a search spread over magnitude, reliability, age, detections, night, class and survey. */
export const GET = api(async (event) => {
	const { store, scope } = event.locals;
	const { signal } = event.request;
	const { counts, ...asked } = readQuery(facetsSchema, event.url);
	const conditions = without(asked, 'origin');
	const exact = counts === 'exact';
	const query = {
		...(await narrowed(event.locals, conditionsFrom(conditions))),
		kind: 'alerts' as const,
		sort: 'mjd' as const,
		descending: true,
		limit: 1,
	};
	const started = performance.now();
	const watermark = await readWatermark(store, signal);
	const read = (ending: AbortSignal): Promise<Facets> =>
		readFacets(store, scope, query, watermark, { signal: ending, exact });
	// of one watermark they stay as they are
	const facets =
		query.members === undefined
			? await counted(store, [scope, query, watermark, exact], read, signal)
			: await read(signal);
	return jsonResponse({ ...facets, origin: scope.origin, elapsedMs: performance.now() - started });
});
