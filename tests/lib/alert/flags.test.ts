import { describe, expect, it } from 'vitest';
import { conditionsOf } from '#clickhouse/read/conditions.ts';
import { FEATURES } from '#lib/alert/features.ts';
import { SEARCH_FLAGS } from '#lib/alert/flags.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { filterOfSearch } from '#lib/filter/beginnings.ts';
import { conditionsFrom, readQuery, searchSchema } from '#lib/server/params.ts';
import { apiParameters, facetParameters } from '../../../src/routes/search/address.ts';
import { searchOf, withSearch, wordsOf } from '../../../src/routes/search/pastSearches.ts';

const query = {
	kind: 'objects' as const,
	sort: 'mjd' as const,
	descending: true,
	limit: 50,
	rock: false,
	nearBrightStar: false,
	positive: true,
} satisfies SearchQuery;

describe('flags of a search', () => {
	it('are features of the catalogue, or the sign of the core fields', () => {
		const names = new Set(FEATURES.map(({ name }) => name));
		expect(SEARCH_FLAGS.filter(({ name }) => !names.has(name)).map(({ name }) => name)).toEqual(['positive']);
	});
	it('are read from the address, and refused in a sentence', () => {
		const read = (text: string): unknown =>
			conditionsFrom(readQuery(searchSchema, new URL(`http://localhost/?${text}`)));
		expect(read('rock=false&positive=true&star=')).toMatchObject({ rock: false, positive: true });
		expect(read('rock=false')).not.toHaveProperty('star');
		expect(() => read('rock=maybe')).toThrow(/rock must be true or false/);
	});
	it('go to the call of the rows, of the facets, and to a filter', () => {
		expect(apiParameters(query).toString()).toBe('rock=false&nearBrightStar=false&positive=true&sort=-mjd');
		expect(facetParameters(query).get('rock')).toBe('false');
		expect(filterOfSearch(query).text).toBe('not rock\nand not nearBrightStar\nand positive\n');
	});
	it('are bound, on columns of their own', () => {
		const { sql, params } = conditionsOf(query, null);
		expect(sql).toContain('alerts.near_bright_star = {nearBrightStar:Bool}');
		expect(params).toMatchObject({ rock: false, nearBrightStar: false, positive: true });
		expect(conditionsOf({ ...query, star: true }, null).params).toMatchObject({ star: true });
	});
});

describe('searches that a browser remembers', () => {
	it('are what was asked for, not how it was shown', () => {
		expect(searchOf('?q=g%3C19&col=mag&cursor=abc&sort=-mag&origin=real&survey=')).toBe('q=g%3C19');
		expect(searchOf('?kind=alerts')).toBe('');
		expect(searchOf('?kind=alerts&rock=false')).toBe('kind=alerts&rock=false');
		expect(wordsOf('q=g%3C19&rock=false')).toBe('g<19 rock=false');
	});
	it('stand once, the newest first, thirty of them', () => {
		const one = (query: string) => ({ query, at: 1, total: 2, kind: 'objects' });
		let list = withSearch([], one('q=a'));
		for (let i = 0; i < 40; i += 1) list = withSearch(list, one(`q=${i}`));
		list = withSearch(list, one('q=30'));
		expect(list).toHaveLength(30);
		expect(list.slice(0, 2).map((entry) => entry.query)).toEqual(['q=30', 'q=39']);
		expect(new Set(list.map((entry) => entry.query)).size).toBe(30);
	});
});
