import { countPoints } from '#clickhouse/read/export.ts';
import { api } from '#lib/server/api.ts';
import { readAskedObjects } from '#lib/server/askedObjects.ts';
import { fileFormat, fileResponse, jsonResponse, streamedJson } from '#lib/server/format.ts';
import { photometrySchema, readQuery } from '#lib/server/params.ts';
import { asJsonList, photometryTable } from '#lib/server/photometryTable.ts';

/** Every point of many objects, one measurement each; objects of which there is none that the reader may see are named. */
export const POST = api(async (event) => {
	const given = readQuery(photometrySchema, event.url);
	const objects = await readAskedObjects(event.request);
	const { store, scope } = event.locals;
	const { signal } = event.request;
	const asOf = {
		...(given.asOf === undefined ? {} : { time: given.asOf }),
		...(given.mjdTo === undefined ? {} : { upToMjd: given.mjdTo }),
	};
	const counts = await countPoints(store, scope, objects, asOf, { signal });
	const known = new Set(counts.map(({ survey, objectId }) => `${survey} ${objectId}`));
	const [found, without] = [true, false].map((has) =>
		objects.filter(({ survey, objectId }) => known.has(`${survey} ${objectId}`) === has),
	) as [typeof objects, typeof objects];
	const total = counts.reduce((sum, { points }) => sum + points, 0);
	const headers = { 'x-objects-without-points': String(without.length) };
	const format = fileFormat(given.format);
	const head = { origin: scope.origin, objects: found.length, without, total };
	if (format === null && found.length === 0) return jsonResponse({ ...head, points: [] }, headers);
	// a file of nothing has its header, too
	const of = found.length === 0 ? objects.slice(0, 1) : found;
	const table = await photometryTable(store, scope, of, { format: format ?? 'ndjson', asOf }, { signal });
	if (format !== null) return fileResponse(table, { format, name: 'nightjar-photometry', total, headers });
	return streamedJson(asJsonList(table, `${JSON.stringify(head).slice(0, -1)},"points":[`, ']}\n'), {
		...headers,
		'x-total-count': String(total),
	});
});
