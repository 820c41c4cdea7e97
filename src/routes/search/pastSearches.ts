import { keptList } from '#lib/components/look/keptList.ts';

const MOST = 30;

/** A search as this browser remembers it. */
export interface PastSearch {
	/** Parameters of /search without the question mark; columns and the place in the pages are left out. */
	readonly query: string;
	/** Unix milliseconds. */
	readonly at: number;
	readonly total: number;
	readonly kind: string;
}

function isPast(value: unknown): value is PastSearch {
	return (
		typeof value === 'object' &&
		value !== null &&
		'query' in value &&
		typeof value.query === 'string' &&
		'at' in value &&
		typeof value.at === 'number' &&
		'total' in value &&
		typeof value.total === 'number' &&
		'kind' in value &&
		typeof value.kind === 'string'
	);
}

/** What of an address makes it another search; '' for one that asks for nothing. */
export function searchOf(search: string): string {
	const params = new URLSearchParams(search);
	for (const name of ['cursor', 'col', 'more', 'view', 'ask', 'sort', 'limit', 'origin']) params.delete(name);
	for (const [name, value] of [...params]) if (value === '' || name.startsWith('/')) params.delete(name);
	const asks = [...params.keys()].some((name) => name !== 'kind');
	return asks ? params.toString() : '';
}

/** The same for people: the text of the box, then the other conditions as key=value. */
export function wordsOf(query: string): string {
	return [...new URLSearchParams(query)].map(([name, value]) => (name === 'q' ? value : `${name}=${value}`)).join(' ');
}

/** The list with one more search before the others, each once, at most thirty. */
export function withSearch(list: readonly PastSearch[], one: PastSearch): PastSearch[] {
	return [one, ...list.filter(({ query }) => query !== one.query)].slice(0, MOST);
}

/** Searches of this browser, the newest first. */
export const PAST_SEARCHES = keptList('nightjar-searches', isPast);
