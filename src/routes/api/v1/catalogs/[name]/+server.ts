import { readCatalogSample } from '#clickhouse/read/catalogs.ts';
import { api, catalogOf } from '#lib/server/api.ts';
import { sourceColumns, sourceRow } from '#lib/server/catalogTable.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { catalogSchema, readQuery } from '#lib/server/params.ts';

/** One catalogue: release, columns, and a sample of its sources, the same each time. */
export const GET = api(async (event) => {
	const given = readQuery(catalogSchema, event.url);
	const catalog = await catalogOf(event);
	const { signal } = event.request;
	const sample = await readCatalogSample(event.locals.store, catalog, given.sample ?? 10, { signal });
	const format = fileFormat(given.format);
	if (format === null) return jsonResponse({ ...catalog, sample });
	return smallTable(sample.map(sourceRow), sourceColumns(catalog, false), { format, name: `${catalog.name}-sample` });
});
