import { readSolarSystemNames } from '#clickhouse/read/names.ts';
import { PREDICTION_COLUMNS, readPredictions } from '#clickhouse/read/solarSystem.ts';
import { solarSystemNames } from '#lib/alert/name.ts';
import { type Prediction, residualsOf } from '#lib/alert/prediction.ts';
import type { AlertRow, Page } from '#lib/alert/views.ts';
import { api, designationOf } from '#lib/server/api.ts';
import { fileFormat, jsonResponse } from '#lib/server/format.ts';
import { readQuery, searchFrom, searchSchema } from '#lib/server/params.ts';
import { searchPage } from '#lib/server/portal.ts';
import { ProblemError } from '#lib/server/problem.ts';
import { moreColumns, withMore } from '#lib/server/moreColumns.ts';
import { searchFile } from '#lib/server/tables.ts';
import { narrowed } from '#lib/server/filters/inFilter.ts';

/** Rows with what their packets predict and how far the measurement lies from it, under the names of the columns of files; null = not predicted. */
function withPredictions(rows: readonly AlertRow[], predictions: readonly Prediction[]): object[] {
	const key = (one: { survey: string; alertId: string }): string => `${one.survey} ${one.alertId}`;
	const predicted = new Map(predictions.map((one) => [key(one), one]));
	const offsets = new Map(residualsOf(rows, predictions).map((one) => [key(one), one]));
	return rows.map((row) => {
		const [said, off] = [predicted.get(key(row)), offsets.get(key(row))];
		return {
			...row,
			predictedRa: said?.ra ?? null,
			predictedDec: said?.dec ?? null,
			predictedMag: said?.mag ?? null,
			offsetRaArcsec: off?.raArcsec ?? null,
			offsetDecArcsec: off?.decArcsec ?? null,
			offsetArcsec: off?.sepArcsec ?? null,
			offsetMag: off?.mag ?? null,
		};
	});
}

/** The alerts of one body of the solar system, by any spelling of its name, newest first unless sorted otherwise. */
export const GET = api(async (event) => {
	const given = readQuery(searchSchema, event.url);
	const designation = designationOf(event);
	const { store, scope } = event.locals;
	const { signal } = event.request;
	// a page that goes on had a first one, which asked
	const names =
		given.cursor === undefined ? await readSolarSystemNames(store, scope, designation, { signal }) : [designation];
	if (names.length === 0) {
		throw new ProblemError(
			404,
			'No alert that you may see carries a spelling of that name or designation: a body is known by what its survey writes, which may be its number and not its name.',
		);
	}
	const query = {
		...(await narrowed(event.locals, searchFrom(given, 'alerts'))),
		ssoNames: solarSystemNames(designation),
	};
	const added = await moreColumns(event.locals, given.more);
	const format = fileFormat(given.format);
	if (format !== null)
		return searchFile(event, query, { format, fields: given.fields, sorted: true, more: PREDICTION_COLUMNS, added });
	const found = await searchPage(event.locals, query, signal);
	const page = (await withMore(event.locals, found, added, signal)) as Page<AlertRow>;
	const alertIds = page.rows.map(({ alertId }) => alertId);
	const predictions =
		alertIds.length === 0 ? [] : await readPredictions(store, scope, designation, { alertIds, signal });
	return jsonResponse({ ...page, rows: withPredictions(page.rows, predictions) });
});
