import { readSparklines } from '#clickhouse/read/lightCurve.ts';
import { api } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { objectsFrom, readQuery, sparklinesSchema } from '#lib/server/params.ts';

/** The newest points of up to 200 objects, in one question; objects without any are left out. */
export const GET = api(async (event) => {
	const { objects } = readQuery(sparklinesSchema, event.url);
	const { store, scope } = event.locals;
	const sparklines = await readSparklines(store, scope, objectsFrom(objects), { signal: event.request.signal });
	return jsonResponse({ origin: scope.origin, sparklines: sparklines.filter((curve) => curve.points.length > 0) });
});
