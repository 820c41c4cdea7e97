import { readSolarSystemNames } from '#clickhouse/read/names.ts';
import { solarSystemNames } from '#lib/alert/name.ts';
import { api, designationOf } from '#lib/server/api.ts';
import { fileFormat, jsonResponse } from '#lib/server/format.ts';
import { readQuery, searchFrom, searchSchema } from '#lib/server/params.ts';
import { searchPage } from '#lib/server/portal.ts';
import { ProblemError } from '#lib/server/problem.ts';
import { searchFile } from '#lib/server/tables.ts';
import { narrowed } from '#lib/server/filters/inFilter.ts';

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
	const format = fileFormat(given.format);
	if (format !== null) return searchFile(event, query, { format, fields: given.fields, sorted: true });
	return jsonResponse(await searchPage(event.locals, query, signal));
});
