import { readNeighbours } from '#clickhouse/read/fewObjects.ts';
import { newestScores, readScores } from '#clickhouse/read/scores.ts';
import { api, objectIdOf, surveyOf } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { readObjectAsOf } from '#lib/server/objectPage.ts';
import { asOfSchema, readQuery } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';

/** One object: its summary over the alerts in scope, the newest score of each model, and the objects within an arcminute; `asOf` gives what was known then. */
export const GET = api(async (event) => {
	const { asOf } = readQuery(asOfSchema, event.url);
	const { store, scope } = event.locals;
	const object = { survey: surveyOf(event), objectId: objectIdOf(event) };
	const { signal } = event.request;
	const known = asOf === undefined ? {} : { known: asOf };
	const then = { signal, ...known };
	const summary = await readObjectAsOf(event.locals, object, then);
	if (summary === null) {
		throw new ProblemError(404, 'There is no object of that id here: check the survey and the spelling.');
	}
	const place = { ra: summary.ra, dec: summary.dec, radiusArcsec: 60, except: object, ...known };
	const [scores, neighbours] = await Promise.all([
		readScores(store, scope, object, then),
		readNeighbours(store, scope, place, { signal }),
	]);
	return jsonResponse({ ...summary, scores: newestScores(scores), neighbours });
});
