import type { Area, NamedList } from '#lib/filter/index.ts';
import { areaOf, listsOf, objectsOf, positionsOf } from './list.ts';
import { workOf } from './page.ts';

/** Most entries of a list that a filter can hold; larger ones are not offered. */
const MOST_IN_FILTER = 5000;

/** Lists and areas that a reader's filters may name: their own first, then those that others share; of one name the first counts. */
export function namedLists(locals: Pick<App.Locals, 'config' | 'principal' | 'scope'>): {
	readonly areas: Record<string, Area>;
	readonly lists: Record<string, NamedList>;
} {
	const database = workOf(locals);
	const areas: Record<string, Area> = {};
	const lists: Record<string, NamedList> = {};
	for (const { id, name, kind, entries } of listsOf(database, locals.principal, { origin: locals.scope.origin })) {
		if (entries > MOST_IN_FILTER) continue;
		const area = kind === 'area' ? areaOf(database, id) : null;
		if (area !== null) {
			areas[name] ??= { kind: 'region', order: area.order, ranges: area.ranges };
		} else if (kind === 'objects') {
			lists[name] ??= {
				objects: objectsOf(database, id).map(({ survey, objectId }) => ({ survey, objectId })),
				places: [],
			};
		} else if (kind === 'positions') {
			lists[name] ??= { objects: [], places: positionsOf(database, id) };
		}
	}
	return { areas, lists };
}
