import { readObject } from '#clickhouse/read/objects.ts';
import { readScores } from '#clickhouse/read/scores.ts';
import { api, objectIdOf, surveyOf } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { readQuery, scoresSchema } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';

const COLUMNS = ['alertId', 'mjd', 'model', 'version', 'label', 'score', 'state', 'reason', 'knownAt'];

/** Scores of models on the alerts of one object, in the order of time. */
export const GET = api(async (event) => {
	const { versions, format: asked } = readQuery(scoresSchema, event.url);
	const { store, scope } = event.locals;
	const object = { survey: surveyOf(event), objectId: objectIdOf(event) };
	const { signal } = event.request;
	const scores = await readScores(store, scope, object, { signal, versions: versions === 'all' });
	if (scores.length === 0 && (await readObject(store, scope, object, { signal })) === null) {
		throw new ProblemError(404, 'There is no object of that id here: check the survey and the spelling.');
	}
	const format = fileFormat(asked);
	if (format === null) return jsonResponse({ scores });
	const name = `${object.survey}-${object.objectId}-scores`;
	return smallTable(
		scores.map((row) => ({ ...row })),
		COLUMNS,
		{ format, name },
	);
});
