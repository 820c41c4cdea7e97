import { nightsBefore, readNewestNight } from '#clickhouse/read/nights.ts';
import { readCells, readDensity, SKY_LEGEND } from '#clickhouse/read/sky.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import { encodeCells } from '#lib/alert/skyCells.ts';
import { api } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { freshHeaders, unchanged } from '#lib/server/fresh.ts';
import { densitySchema, readQuery } from '#lib/server/params.ts';

/** Alerts per HEALPix pixel of order 6 (nested) over a range of nights, the newest one unless told: two arrays of equal length. */
export const GET = api(async (event) => {
	const { store, scope } = event.locals;
	const given = readQuery(densitySchema, event.url);
	const newest = (await readNewestNight(store, scope)) ?? nightsBefore('1970-01-02', 1);
	const to = given.night ?? given.nightTo ?? newest;
	const from = given.night ?? given.nightFrom ?? (given.nightTo === undefined ? newest : to);
	const query = {
		from,
		to,
		...(given.survey === undefined ? {} : { surveys: [given.survey] }),
		...(given.class === undefined ? {} : { classes: given.class }),
	};
	const watermark = await readWatermark(store);
	const fresh = freshHeaders(JSON.stringify([scope, query, given.by]), watermark, to >= newest);
	const known = unchanged(event.request, fresh);
	if (known !== null) return known;
	const { signal } = event.request;
	if (given.by === 'pixel') {
		const density = await readDensity(store, scope, query, { signal });
		return jsonResponse({ origin: scope.origin, nightFrom: from, nightTo: to, ...density }, fresh);
	}
	const cells = await readCells(store, scope, { ...query, together: given.by === 'total' }, { signal });
	const { classes, surveys } = SKY_LEGEND;
	const header = { count: cells.count, order: 6, nightFrom: from, nightTo: to, classes, surveys } as const;
	return new Response(encodeCells(header, cells), {
		headers: { 'content-type': 'application/octet-stream', ...fresh },
	});
});
