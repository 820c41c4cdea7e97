import { countAlerts } from '#clickhouse/read/alerts.ts';
import { readSkyColumns, SKY_LEGEND } from '#clickhouse/read/sky.ts';
import { encodeSky } from '#lib/alert/skyColumns.ts';
import { api } from '#lib/server/api.ts';
import { freshHeaders, unchanged } from '#lib/server/fresh.ts';
import { readQuery, skySchema } from '#lib/server/params.ts';
import { skyRequest } from '#lib/server/skyRequest.ts';
import { sealCursor } from '#lib/server/cursor.ts';

/** Alerts as binary columns for the sky map; `#lib/alert/skyColumns.ts` reads them. */
export const GET = api(async (event) => {
	const { store, scope, cursorKey } = event.locals;
	const { signal } = event.request;
	const given = readQuery(skySchema, event.url);
	const request = await skyRequest(event, given);
	const { query, watermark, referenceMjd, limit, purpose } = request;
	const ids = given.ids === '1';
	const fresh = freshHeaders(`${purpose} ${given.ids}`, watermark, request.open);
	const known = unchanged(event.request, fresh);
	if (known !== null) return known;
	const columns = await readSkyColumns(store, scope, { query, watermark, referenceMjd, limit, ids }, { signal });
	const total = columns.count < limit ? columns.count : await countAlerts(store, scope, query, { watermark, signal });
	const header = {
		count: columns.count,
		total,
		referenceMjd,
		night: request.night,
		...SKY_LEGEND,
		cursor: sealCursor(cursorKey, purpose, watermark),
	};
	return new Response(encodeSky(header, columns), {
		headers: { 'content-type': 'application/octet-stream', 'x-total-count': String(total), ...fresh },
	});
});
