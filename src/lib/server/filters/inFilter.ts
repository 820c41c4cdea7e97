import { readFilters } from '#clickhouse/read/filters.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { SYSTEM_OWNER, type StoredFilter } from '#lib/filter/stored.ts';
import { withList } from '../work/inList.ts';
import { filterOf } from './library.ts';
import { readerOf, type FilterLocals } from './locals.ts';

/** A filter by id, or one that comes with Nightjar by its name or topic in any case; 404 where the reader can see none. */
async function filterNamed(locals: FilterLocals, asked: string): Promise<StoredFilter> {
	const name = asked.toLowerCase();
	const system = (await readFilters(locals.store, readerOf(locals), { lookUp: true })).find(
		(filter) =>
			filter.ownerId === SYSTEM_OWNER && !filter.block && [filter.name.toLowerCase(), filter.topic].includes(name),
	);
	return system ?? filterOf(locals, asked);
}

/** A search with what its list and its filter stand for, as its reader may see them; a filter that is unknown or not theirs to see is a 404. */
export async function narrowed<Query extends Pick<SearchQuery, 'list' | 'members' | 'filter' | 'passed'>>(
	locals: FilterLocals,
	query: Query,
): Promise<Query> {
	const listed = withList(locals, query);
	if (listed.filter === undefined) return listed;
	const { id } = await filterNamed(locals, listed.filter);
	return { ...listed, passed: id };
}

/** A filter that a search can be narrowed to: what the address says, and its name. */
export interface FilterChoice {
	readonly value: string;
	readonly name: string;
	readonly isSystem: boolean;
}

/** Filters of the reader's that have run, with the one that a search names: theirs and others' first, then those that come with Nightjar. */
export async function filterChoices(
	locals: FilterLocals,
	{ filter, passed }: Pick<SearchQuery, 'filter' | 'passed'>,
): Promise<FilterChoice[]> {
	const filters = await readFilters(locals.store, readerOf(locals), { lookUp: true });
	const choices = filters
		.filter(({ id, block, everLive }) => !block && (everLive || id === passed))
		.map(({ id, name, ownerId, topic }) => {
			const isSystem = ownerId === SYSTEM_OWNER;
			// what the address has stays as it is written there
			const value = id === passed && filter !== undefined ? filter : isSystem ? (topic ?? id) : id;
			return { value, name, isSystem };
		});
	return [...choices.filter(({ isSystem }) => !isSystem), ...choices.filter(({ isSystem }) => isSystem)];
}
