import { countPoints } from '#clickhouse/read/export.ts';
import type { AsOf } from '#clickhouse/read/lightCurve.ts';
import type { ObjectKey } from '#clickhouse/read/objects.ts';
import type { RequestEvent } from '@sveltejs/kit';
import { fileFormat, fileResponse, jsonResponse, streamedJson } from './format.ts';
import { asJsonList, photometryTable } from './photometryTable.ts';

/** The points of many objects as JSON or as a file; JSON begins with `more`, and files have `headers` beside the usual ones. */
export async function manyPhotometry(
	event: Pick<RequestEvent, 'locals' | 'request'>,
	objects: readonly ObjectKey[],
	{
		format: asked,
		asOf,
		more = {},
		headers: own = {},
	}: {
		readonly format: Parameters<typeof fileFormat>[0];
		readonly asOf: AsOf;
		readonly more?: Readonly<Record<string, unknown>>;
		readonly headers?: Readonly<Record<string, string>>;
	},
): Promise<Response> {
	const { store, scope } = event.locals;
	const { signal } = event.request;
	const counts = objects.length === 0 ? [] : await countPoints(store, scope, objects, asOf, { signal });
	const known = new Set(counts.map(({ survey, objectId }) => `${survey} ${objectId}`));
	const [found, without] = [true, false].map((has) =>
		objects.filter(({ survey, objectId }) => known.has(`${survey} ${objectId}`) === has),
	) as [ObjectKey[], ObjectKey[]];
	const total = counts.reduce((sum, { points }) => sum + points, 0);
	const headers = { ...own, 'x-objects-without-points': String(without.length) };
	const format = fileFormat(asked);
	const head = { origin: scope.origin, ...more, objects: found.length, without, total };
	if (format === null && found.length === 0) return jsonResponse({ ...head, points: [] }, headers);
	// a file of nothing has its header, too
	const of = found.length === 0 ? [objects[0] ?? NOBODY] : found;
	const table = await photometryTable(store, scope, of, { format: format ?? 'ndjson', asOf }, { signal });
	if (format !== null) return fileResponse(table, { format, name: 'nightjar-photometry', total, headers });
	return streamedJson(asJsonList(table, `${JSON.stringify(head).slice(0, -1)},"points":[`, ']}\n'), {
		...headers,
		'x-total-count': String(total),
	});
}

/** No object has no id. */
const NOBODY: ObjectKey = { survey: '', objectId: '' };
