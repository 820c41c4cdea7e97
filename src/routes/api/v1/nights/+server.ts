import { readNightClasses, readNights } from '#clickhouse/read/nights.ts';
import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { nightsSchema, readQuery } from '#lib/server/params.ts';

/** Nights of one answer, times surveys. */
const MOST_NIGHTS = 10_000;

/** Alerts per night and survey, and with `by=class` per class, newest night first, and whether the night is closed. */
export const GET = api(async (event) => {
	const { nightFrom, nightTo, by, format: asked } = readQuery(nightsSchema, event.url);
	const { store, scope } = event.locals;
	const to = nightTo === undefined ? {} : { to: nightTo };
	const options = { ...to, signal: event.request.signal };
	const from = nightFrom === undefined ? {} : { from: nightFrom };
	const counted = await readNights(store, scope, { ...from, ...options, limit: MOST_NIGHTS });
	const format = fileFormat(asked);
	if (by === 'survey') {
		if (format === null) return jsonResponse({ origin: scope.origin, nights: counted });
		const rows = counted.map(({ survey, night, alerts, closed }) => ({ survey, night, alerts, closed }));
		return smallTable(rows, ['survey', 'night', 'alerts', 'closed'], { format, name: 'nightjar-nights' });
	}
	const isClosed = new Map(counted.map(({ survey, night, closed }) => [`${survey}/${night}`, closed]));
	const classes = await readNightClasses(store, scope, nightFrom, options);
	const nights = classes.map(({ survey, night, class: key, alerts }) => ({
		survey,
		night,
		class: key === '' ? 'none' : key,
		alerts,
		closed: isClosed.get(`${survey}/${night}`) ?? false,
	}));
	if (format === null) return jsonResponse({ origin: scope.origin, nights });
	return smallTable(nights, ['survey', 'night', 'class', 'alerts', 'closed'], {
		format,
		name: 'nightjar-night-classes',
	});
});
