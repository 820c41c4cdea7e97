import { readAlert } from '#clickhouse/read/alerts.ts';
import { alertIdOf, api, surveyOf } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { plainSchema, readQuery } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';

/** One alert with every field; the survey's own are nested under its name. */
export const GET = api(async (event) => {
	readQuery(plainSchema, event.url);
	const { store, scope } = event.locals;
	const survey = surveyOf(event);
	const alert = await readAlert(store, scope, survey, alertIdOf(event), { signal: event.request.signal });
	if (alert === null) {
		throw new ProblemError(404, 'There is no alert of that id here: check the survey and every digit of the id.');
	}
	const { core, fields, ...row } = alert;
	return jsonResponse({ ...row, ...core, [survey]: fields });
});
