import { readAssociations, readCrossmatches } from '#clickhouse/read/objectMatches.ts';
import { api, objectIdOf, surveyOf } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { readObjectAsOf } from '#lib/server/objectPage.ts';
import { objectMatchesSchema, readQuery } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';

const COLUMNS = 'catalog release state reason radiusArcsec sourceId sepArcsec ra dec mag redshift';

/** What became of matching one object with every catalogue, and the objects of other surveys at its place; `asOf` gives what was known then. */
export const GET = api(async (event) => {
	const given = readQuery(objectMatchesSchema, event.url);
	const { store, scope } = event.locals;
	const { signal } = event.request;
	const object = { survey: surveyOf(event), objectId: objectIdOf(event) };
	const then = { signal, ...(given.asOf === undefined ? {} : { known: given.asOf }) };
	if ((await readObjectAsOf(event.locals, object, then)) === null) {
		throw new ProblemError(404, 'There is no object of that id here: check the survey and the spelling.');
	}
	const [crossmatches, associations] = await Promise.all([
		readCrossmatches(store, scope, object, then),
		readAssociations(store, scope, object, then),
	]);
	const format = fileFormat(given.format);
	if (format === null) return jsonResponse({ ...object, origin: scope.origin, crossmatches, associations });
	// a catalogue without a match keeps its line: its state is an answer, too
	const rows = crossmatches.flatMap(({ catalog, release, state, reason, radiusArcsec, matches }) => {
		const head = { catalog, release, state, reason, radiusArcsec };
		if (matches.length === 0) return [head];
		return matches.map(({ columns, ...match }) => ({ ...columns, ...match, ...head }));
	});
	const own = [
		...new Set(crossmatches.flatMap(({ matches }) => matches.flatMap(({ columns }) => Object.keys(columns)))),
	];
	const columns = [...new Set([...COLUMNS.split(' '), ...own])];
	return smallTable(rows, columns, { format, name: `${object.survey}-${object.objectId}-crossmatches` });
});
