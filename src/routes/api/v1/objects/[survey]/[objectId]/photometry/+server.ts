import { readObjectAlertsWithNotes } from '#clickhouse/read/alerts.ts';
import { exportLightCurve } from '#clickhouse/read/export.ts';
import { readLightCurve } from '#clickhouse/read/lightCurve.ts';
import { readObject } from '#clickhouse/read/objects.ts';
import { withImages } from '#lib/alert/images.ts';
import { api, objectIdOf, surveyOf } from '#lib/server/api.ts';
import { fileFormat, fileResponse, jsonResponse } from '#lib/server/format.ts';
import { photometrySchema, readQuery } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';

/** Every point of one object, one measurement each, in time order; `asOf` gives what was known then. */
export const GET = api(async (event) => {
	const given = readQuery(photometrySchema, event.url);
	const { store, scope } = event.locals;
	const { signal } = event.request;
	const object = { survey: surveyOf(event), objectId: objectIdOf(event) };
	const asOf = {
		...(given.asOf === undefined ? {} : { time: given.asOf }),
		...(given.mjdTo === undefined ? {} : { upToMjd: given.mjdTo }),
	};
	if ((await readObject(store, scope, object, { signal })) === null) {
		throw new ProblemError(404, 'There is no object of that id here: check the survey and the spelling.');
	}
	const points = await readLightCurve(store, scope, object, { asOf, signal });
	const format = fileFormat(given.format);
	if (format === null) {
		const known = given.asOf === undefined ? {} : { known: given.asOf };
		const { notes } = await readObjectAlertsWithNotes(store, scope, object.survey, object.objectId, {
			signal,
			...known,
		});
		const then = notes.filter((note) => note.mjd <= (given.mjdTo ?? Infinity));
		return jsonResponse({ ...object, origin: scope.origin, points: withImages(points, then) });
	}
	const table = await exportLightCurve(store, scope, object, { format, asOf }, { signal });
	return fileResponse(table, { format, name: `${object.survey}-${object.objectId}`, total: points.length });
});
