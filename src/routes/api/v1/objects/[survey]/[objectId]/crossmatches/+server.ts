import { readAssociations, readCrossmatches } from '#clickhouse/read/objectMatches.ts';
import { readObject } from '#clickhouse/read/objects.ts';
import { api, objectIdOf, surveyOf } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { objectMatchesSchema, readQuery } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';

const COLUMNS = 'catalog release state reason radiusArcsec sourceId sepArcsec ra dec mag redshift';

/** What became of matching one object with every catalogue, and the objects of other surveys at its place. */
export const GET = api(async (event) => {
	const given = readQuery(objectMatchesSchema, event.url);
	const { store, scope } = event.locals;
	const { signal } = event.request;
	const object = { survey: surveyOf(event), objectId: objectIdOf(event) };
	if ((await readObject(store, scope, object, { signal })) === null) {
		throw new ProblemError(404, 'There is no object of that id here: check the survey and the spelling.');
	}
	const [crossmatches, associations] = await Promise.all([
		readCrossmatches(store, scope, object, { signal }),
		readAssociations(store, scope, object, { signal }),
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
