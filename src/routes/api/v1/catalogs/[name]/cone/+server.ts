import { readCatalogCone } from '#clickhouse/read/catalogs.ts';
import { api, catalogOf } from '#lib/server/api.ts';
import { sourceColumns, sourceRow } from '#lib/server/catalogTable.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { catalogConeSchema, readQuery } from '#lib/server/params.ts';

/** Sources of a catalogue around a position, nearest first, at most `limit` of them. */
export const GET = api(async (event) => {
	const given = readQuery(catalogConeSchema, event.url);
	const catalog = await catalogOf(event);
	const { signal } = event.request;
	const cone = { ra: given.ra % 360, dec: given.dec, radiusArcsec: given.radius, limit: given.limit };
	const sources = await readCatalogCone(event.locals.store, catalog, cone, { signal });
	const format = fileFormat(given.format);
	if (format === null) {
		const { name, release } = catalog;
		return jsonResponse({ catalog: name, release, cone, complete: sources.length < given.limit, sources });
	}
	return smallTable(sources.map(sourceRow), sourceColumns(catalog, true), { format, name: `${catalog.name}-cone` });
});
