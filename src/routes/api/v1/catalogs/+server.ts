import { readCatalogs } from '#clickhouse/read/catalogs.ts';
import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { catalogsSchema, readQuery } from '#lib/server/params.ts';

const COLUMNS =
	'name release rows radiusArcsec radiusKpc nearRadiusArcsec origin licence citation description sourceUrl addedAt sha256';

/** The catalogues that alerts are matched with; they are of the sky, so every reader may see them. */
export const GET = api(async (event) => {
	const { format: asked } = readQuery(catalogsSchema, event.url);
	const catalogs = await readCatalogs(event.locals.store, { signal: event.request.signal });
	const format = fileFormat(asked);
	if (format === null) return jsonResponse({ catalogs });
	const rows = catalogs.map(({ columns: _, ...catalog }) => ({ ...catalog }));
	return smallTable(rows, COLUMNS.split(' '), { format, name: 'nightjar-catalogs' });
});
