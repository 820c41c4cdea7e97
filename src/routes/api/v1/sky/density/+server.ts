import { nightsBefore, readNewestNight } from '#clickhouse/read/nights.ts';
import { readDensity } from '#clickhouse/read/sky.ts';
import { api } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { densitySchema, readQuery } from '#lib/server/params.ts';

/** Alerts per HEALPix pixel of order 6 (nested) over a range of nights, the newest one unless told: two arrays of equal length. */
export const GET = api(async (event) => {
	const { store, scope } = event.locals;
	const given = readQuery(densitySchema, event.url);
	const newest = (await readNewestNight(store, scope)) ?? nightsBefore('1970-01-02', 1);
	const to = given.night ?? given.nightTo ?? newest;
	const from = given.night ?? given.nightFrom ?? (given.nightTo === undefined ? newest : to);
	const density = await readDensity(
		store,
		scope,
		{
			from,
			to,
			...(given.survey === undefined ? {} : { surveys: [given.survey] }),
			...(given.class === undefined ? {} : { classes: given.class }),
		},
		{ signal: event.request.signal },
	);
	return jsonResponse({ origin: scope.origin, nightFrom: from, nightTo: to, ...density });
});
