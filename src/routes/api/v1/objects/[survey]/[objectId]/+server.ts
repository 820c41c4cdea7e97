import { readObject } from '#clickhouse/read/objects.ts';
import { readNeighbours } from '#clickhouse/read/fewObjects.ts';
import { newestScores, readScores } from '#clickhouse/read/scores.ts';
import { api, objectIdOf, surveyOf } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { plainSchema, readQuery } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';

/** One object: its summary over the alerts in scope, the newest score of each model, and the objects within an arcminute. */
export const GET = api(async (event) => {
	readQuery(plainSchema, event.url);
	const { store, scope } = event.locals;
	const object = { survey: surveyOf(event), objectId: objectIdOf(event) };
	const { signal } = event.request;
	const summary = await readObject(store, scope, object, { signal });
	if (summary === null) {
		throw new ProblemError(404, 'There is no object of that id here: check the survey and the spelling.');
	}
	const place = { ra: summary.ra, dec: summary.dec, radiusArcsec: 60, except: object };
	const [scores, neighbours] = await Promise.all([
		readScores(store, scope, object, { signal }),
		readNeighbours(store, scope, place, { signal }),
	]);
	return jsonResponse({ ...summary, scores: newestScores(scores), neighbours });
});
