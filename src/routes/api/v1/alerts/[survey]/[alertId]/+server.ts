import { fieldRows } from '#lib/alert/fieldRows.ts';
import { readAlert } from '#clickhouse/read/alerts.ts';
import { alertIdOf, api, surveyOf } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { alertSchema, readQuery } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';

/** One alert with every field; the survey's own are nested under its name. As a table: one line a field, with unit and meaning. */
export const GET = api(async (event) => {
	const { format: asked, featureVersion } = readQuery(alertSchema, event.url);
	const { store, scope } = event.locals;
	const survey = surveyOf(event);
	const alert = await readAlert(store, scope, survey, alertIdOf(event), {
		signal: event.request.signal,
		...(featureVersion === undefined ? {} : { featureVersion }),
	});
	if (alert === null) {
		throw new ProblemError(
			404,
			featureVersion === undefined
				? 'There is no alert of that id here: check the survey and every digit of the id.'
				: `There is no alert of that id here with features of version ${featureVersion}: leave featureVersion out to see which there are.`,
		);
	}
	const format = fileFormat(asked);
	if (format !== null) {
		const rows = fieldRows(alert).map(({ name, value, unit, meaning, formula = '' }) => ({
			field: name,
			value,
			unit,
			meaning,
			formula,
		}));
		const name = `${survey}-${alert.alertId}`;
		return smallTable(rows, ['field', 'value', 'unit', 'meaning', 'formula'], { format, name });
	}
	const { core, fields, ...row } = alert;
	return jsonResponse({ ...row, ...core, [survey]: fields });
});
