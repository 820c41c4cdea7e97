import { readMatches } from '#clickhouse/read/sky.ts';
import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { skyMatchesSchema, readQuery } from '#lib/server/params.ts';

const COLUMNS = ['catalog', 'release', 'sourceId', 'ra', 'dec', 'mag', 'redshift', 'survey', 'objectId', 'sepArcsec'];

/** Catalogue sources that the objects in a cone were matched to, nearest to their object first. */
export const GET = api(async (event) => {
	const { ra, dec, radius, limit, format: asked } = readQuery(skyMatchesSchema, event.url);
	const { store, scope } = event.locals;
	const cone = { ra, dec, radiusArcsec: radius };
	const matches = await readMatches(store, scope, cone, { limit, signal: event.request.signal });
	const format = fileFormat(asked);
	if (format === null) return jsonResponse({ origin: scope.origin, matches });
	const rows = matches.map((match) => ({ ...match }));
	return smallTable(rows, COLUMNS, { format, name: 'nightjar-matches' });
});
