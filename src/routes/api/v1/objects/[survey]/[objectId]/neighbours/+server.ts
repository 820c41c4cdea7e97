import { readNeighbours } from '#clickhouse/read/fewObjects.ts';
import { api, objectIdOf, surveyOf } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { readObjectAsOf } from '#lib/server/objectPage.ts';
import { neighboursSchema, readQuery } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';

const COLUMNS =
	'survey objectId sepArcsec paDeg ra dec class classScore lastBand lastMag lastNight nAlerts lastAlertId';

/** Objects of every survey within an arcminute of one object, nearest first; angles in arcsec, and degrees east of north; `asOf` gives what was known then. */
export const GET = api(async (event) => {
	const given = readQuery(neighboursSchema, event.url);
	const { store, scope } = event.locals;
	const { signal } = event.request;
	const object = { survey: surveyOf(event), objectId: objectIdOf(event) };
	const known = given.asOf === undefined ? {} : { known: given.asOf };
	const summary = await readObjectAsOf(event.locals, object, { signal, ...known });
	if (summary === null) {
		throw new ProblemError(404, 'There is no object of that id here: check the survey and the spelling.');
	}
	const place = { ra: summary.ra, dec: summary.dec, radiusArcsec: given.radius ?? 60, except: object, ...known };
	const neighbours = await readNeighbours(store, scope, place, { signal });
	const format = fileFormat(given.format);
	if (format === null) return jsonResponse({ ...object, origin: scope.origin, neighbours });
	const rows = neighbours.map(({ object: other, sepArcsec, paDeg }) => ({ ...other, sepArcsec, paDeg }));
	return smallTable(rows, COLUMNS.split(' '), { format, name: `${object.survey}-${object.objectId}-neighbours` });
});
