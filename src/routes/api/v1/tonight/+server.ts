import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { readQuery, tonightSchema } from '#lib/server/params.ts';
import { readTonightView } from '#lib/server/tonight.ts';

/** What the page Tonight shows of the newest night, or of the one asked for; as a file, its new objects in their order. */
export const GET = api(async (event) => {
	const given = readQuery(tonightSchema, event.url);
	const tonight = await readTonightView(event.locals, given.night);
	const format = fileFormat(given.format);
	if (format === null) return jsonResponse(tonight);
	const rows = tonight.picks.map(({ object, why, riseMagPerDay }, at) => ({
		rank: at + 1,
		...object,
		riseMagPerDay,
		why,
	}));
	const columns = 'rank survey objectId ra dec lastBand lastMag lastMagErr lastNight lastAlertId firstMjd lastMjd';
	return smallTable(rows, [...columns.split(' '), 'nDetections', 'reliability', 'class', 'riseMagPerDay', 'why'], {
		format,
		name: `nightjar-new-${tonight.night ?? 'none'}`,
	});
});
