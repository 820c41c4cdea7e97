import type { SearchQuery } from '#lib/alert/views.ts';
import { ProblemError } from '../problem.ts';
import { findList, objectsOf } from './list.ts';
import { matchesOf } from './match.ts';
import { workOf } from './page.ts';

/** Objects of a list that a search can be narrowed to at most. */
const MOST_MEMBERS = 20_000;

/** A search with the objects of the list that it names: those in it, near its positions or in its area. */
export function withList<Query extends Pick<SearchQuery, 'list' | 'members'>>(
	locals: Pick<App.Locals, 'config' | 'principal'>,
	query: Query,
): Query {
	if (query.list === undefined) return query;
	const database = workOf(locals);
	const list = findList(database, locals.principal, query.list);
	const page = { limit: MOST_MEMBERS + 1 };
	const found = list.kind === 'objects' ? objectsOf(database, list.id, page) : matchesOf(database, list.id, page);
	if (found.length > MOST_MEMBERS) {
		throw new ProblemError(
			400,
			`This list holds more than ${MOST_MEMBERS} objects: too many to search in. Use it in a filter instead.`,
		);
	}
	const members = [...new Map(found.map((one) => [`${one.survey}/${one.objectId}`, one])).values()];
	return { ...query, members: members.map(({ survey, objectId }) => ({ survey, objectId })) };
}
