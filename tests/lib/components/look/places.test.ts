import { describe, expect, it } from 'vitest';
import { PAGES, placesFor } from '#lib/components/look/places.ts';

const files = Object.keys(import.meta.glob('../../../../src/routes/**/+page.svelte'));
/** Addresses of the pages, without optional parts. */
const routes = files.map(
	(file) =>
		file
			.replace(/^.*\/src\/routes/, '')
			.replace('/+page.svelte', '')
			.replace(/\/\[\[\w+\]\]/, '') || '/',
);
/** Pages that a letter or another page leads to, with what they need. */
const LED_TO = ['/account/confirm', '/account/reset', '/account/sign-in', '/account/sign-up'];

const words = (text: string, operator = false): string[] =>
	placesFor(text, { operator, found: [] }).map(({ word }) => word);

describe('the command palette', () => {
	it('reaches every page that has an address of its own, and none that is not there', () => {
		const own = routes.filter((route) => !route.includes('[') && !LED_TO.includes(route));
		expect(PAGES.map(({ href }) => href).sort()).toEqual(own.sort());
	});

	it.each([
		['cat', 'Catalogues'],
		['catalogs', 'Catalogues'],
		['/docs/data', 'Data policy'],
		['docs', 'Fields'],
		['LISTS', 'Lists'],
		['policy', 'Data policy'],
		['filters', 'Filters'],
	])('finds by %s the page %s', (text, word) => {
		expect(words(text)).toContain(word);
	});

	it('shows operators their pages, and nobody else', () => {
		expect(words('dead')).toEqual(['Search for “dead”']);
		expect(words('dead', true)).toContain('Dead letters');
	});

	it('begins with the main pages, ends with the search, and puts what the store found before it', () => {
		expect(words('')[0]).toBe('Tonight');
		expect(words('').length).toBeLessThanOrEqual(12);
		const found = [{ href: '/objects/sso/Eros', word: 'Eros', note: 'solar-system object' }];
		expect(placesFor('eros', { operator: false, found }).map(({ href }) => href)).toEqual([
			'/objects/sso/Eros',
			'/search?q=eros',
		]);
		expect(placesFor('ZTF20abcdefg', { operator: false, found: [] })[0]?.href).toBe('/objects/ztf/ZTF20abcdefg');
		expect(words('150.1 +2.2')[0]).toMatch(/^10:00:24/);
	});
});
