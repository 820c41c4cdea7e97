import { readNights } from '#clickhouse/read/nights.ts';
import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { nightsSchema, readQuery } from '#lib/server/params.ts';

/** Alerts per night and survey, newest night first, and whether the night is closed. */
export const GET = api(async (event) => {
	const given = readQuery(nightsSchema, event.url);
	const { store, scope } = event.locals;
	const nights = await readNights(store, scope, {
		...(given.nightFrom === undefined ? {} : { from: given.nightFrom }),
		...(given.nightTo === undefined ? {} : { to: given.nightTo }),
		limit: 10_000,
		signal: event.request.signal,
	});
	const format = fileFormat(given.format);
	if (format === null) return jsonResponse({ origin: scope.origin, nights });
	const rows = nights.map(({ survey, night, alerts, closed }) => ({ survey, night, alerts, closed }));
	return smallTable(rows, ['survey', 'night', 'alerts', 'closed'], { format, name: 'nightjar-nights' });
});
