import { readScores } from '#clickhouse/read/scores.ts';
import { api, objectIdOf, surveyOf } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { readObjectAsOf } from '#lib/server/objectPage.ts';
import { readQuery, scoresSchema } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';

const COLUMNS = ['alertId', 'mjd', 'model', 'version', 'label', 'score', 'state', 'reason', 'knownAt'];

/** Scores of models on the alerts of one object, in the order of time; `asOf` gives what was known then. */
export const GET = api(async (event) => {
	const { versions, asOf, format: asked } = readQuery(scoresSchema, event.url);
	const { store, scope } = event.locals;
	const object = { survey: surveyOf(event), objectId: objectIdOf(event) };
	const { signal } = event.request;
	const then = { signal, ...(asOf === undefined ? {} : { known: asOf }) };
	const scores = await readScores(store, scope, object, { ...then, versions: versions === 'all' });
	if (scores.length === 0 && (await readObjectAsOf(event.locals, object, then)) === null) {
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
