import { SEARCH_FLAGS } from '#lib/alert/flags.ts';
import { SEARCH_TRENDS } from '#lib/alert/trends.ts';
import type { SearchQuery } from '#lib/alert/views.ts';

/** What a search is sorted by, as addresses name it. */
export function sortName({ sort }: Pick<SearchQuery, 'sort'>): string {
	return typeof sort === 'string' ? sort : sort.column;
}

type Given = Omit<SearchQuery, 'alertId'> & { readonly alertId?: string | undefined };

/** Parameters of the API call that gives the rows of a search, in a fixed order; `q` is resolved into what it was read as. */
export function apiParameters(query: Given): URLSearchParams {
	const out = new URLSearchParams();
	const put = (name: string, value: string | number | boolean | undefined): void => {
		if (value !== undefined) out.set(name, String(value));
	};
	put('survey', query.survey);
	put('objectId', query.objectId);
	put('alertId', query.alertId);
	if (query.cone) {
		put('ra', query.cone.ra);
		put('dec', query.cone.dec);
		put('radius', query.cone.radiusArcsec);
	}
	if (query.box) for (const [name, edge] of Object.entries(query.box)) put(name, edge);
	put('nightFrom', query.nightFrom);
	put('nightTo', query.nightTo);
	put('mjdFrom', query.mjdFrom);
	put('mjdTo', query.mjdTo);
	put('magMin', query.magMin);
	put('magMax', query.magMax);
	put('band', query.band);
	put('reliabilityMin', query.reliabilityMin);
	put('reliabilityMax', query.reliabilityMax);
	put('nDetectionsMin', query.nDetectionsMin);
	put('nDetectionsMax', query.nDetectionsMax);
	put('ageMin', query.ageMin);
	put('ageMax', query.ageMax);
	if (query.class) put('class', query.class.join(','));
	for (const { name } of SEARCH_FLAGS) put(name, query[name]);
	for (const { name } of SEARCH_TRENDS) put(name, query[name]);
	put('list', query.list);
	put('filter', query.filter);
	put('sort', `${query.descending ? '-' : ''}${sortName(query)}`);
	return out;
}

/** Parameters of the call that gives the facets of a search. */
export function facetParameters(query: Given): URLSearchParams {
	const out = apiParameters(query);
	out.delete('sort');
	return out;
}

/** The page's own address with some parameters changed; null removes one. The cursor goes whenever anything else changes. */
export function withParameters(url: URL, changes: Readonly<Record<string, string | null>>): string {
	const params = new URLSearchParams(url.search);
	params.delete('cursor');
	for (const [name, value] of Object.entries(changes)) {
		if (value === null) params.delete(name);
		else params.set(name, value);
	}
	for (const [name, value] of [...params]) if (value === '') params.delete(name);
	const text = params.toString();
	return text === '' ? url.pathname : `${url.pathname}?${text}`;
}

/** The page's own address, the same rows looked at as a table or as cards. */
export function withView(url: URL, view: 'table' | 'cards'): string {
	const params = new URLSearchParams(url.search);
	params.delete('view');
	if (view === 'cards') params.set('view', view);
	return params.size === 0 ? url.pathname : `${url.pathname}?${params.toString()}`;
}
