import { describe, expect, it } from 'vitest';
import { CORE_FIELDS } from '#lib/alert/fields.ts';
import { FUNCTIONS } from '#lib/filter/index.ts';
import { apiRoutes } from '#lib/server/docs/apiRoutes.ts';
import { GLOSSARY, readGlossary } from '#lib/server/docs/glossary.ts';
import { DOC_ENTRIES, findInDocs } from '../../../src/routes/docs/search/entries.server.ts';
import { type DocEntry, finderOf } from '../../../src/routes/docs/search/find.ts';

const entry = (name: string, text: string, more: Partial<DocEntry> = {}): DocEntry => ({
	kind: 'field',
	name,
	text,
	href: `/docs#${name}`,
	...more,
});
const FEW = [
	entry('g.riseRate', 'Slope of the rise, g band'),
	entry('rise', 'What goes up'),
	entry('fadeRate', 'As riseRate from the peak on'),
	entry('GET /rise', 'Rises', { kind: 'route', also: 'radius in arcsec' }),
];
const names = (asked: string, kind = 'field', find = finderOf(FEW)): string[] =>
	(find(asked).find((found) => found.kind === kind)?.entries ?? []).map(({ name }) => name);

describe('a question to the documentation', () => {
	it('finds names before their parts, and those before what is said of others', () => {
		expect(names('rise')).toEqual(['rise', 'g.riseRate', 'fadeRate']);
		expect(names('riseRate')).toEqual(['g.riseRate', 'fadeRate']);
		expect(names('RISERATE')[0]).toBe('g.riseRate');
		expect(names('rate')).toEqual(['g.riseRate', 'fadeRate']);
	});

	it('finds a word by its stem, after those that hold it as it is', () => {
		expect(names('rising')).toEqual([]);
		expect(names('slopes bands')).toEqual(['g.riseRate']);
		const limits = [entry('limitMag', 'Magnitude of a 5 sigma point'), entry('limiting', 'As it was asked')];
		expect(names('limiting', 'field', finderOf(limits))).toEqual(['limiting', 'limitMag']);
		expect(names('limiting magnitudes', 'field', finderOf(limits))).toEqual(['limitMag']);
		// little would be left
		expect(names('goes', 'field', finderOf([entry('go', 'A word')]))).toEqual([]);
		expect(findInDocs('limiting magnitude').flatMap(({ entries }) => entries.map(({ name }) => name))).toContain(
			'limitMag',
		);
	});

	it('needs every word of it, wherever it stands', () => {
		expect(names('slope band')).toEqual(['g.riseRate']);
		expect(names('slope nothing')).toEqual([]);
		expect(names('radius', 'route')).toEqual(['GET /rise']);
		expect(names('rise arcsec', 'route')).toEqual(['GET /rise']);
	});

	it('answers nothing to nothing, and takes signs and long texts as they come', () => {
		for (const asked of ['', '   ', '???', '<script>', 'x '.repeat(1000)]) expect(finderOf(FEW)(asked)).toEqual([]);
	});

	it('shows the best of many and says how many there are', () => {
		const many = Array.from({ length: 50 }, (_, i) => entry(`flux${i}`, 'One of many'));
		const [found] = finderOf([...many, entry('flux', 'The one')])('flux');
		expect(found?.total).toBe(51);
		expect(found?.entries).toHaveLength(20);
		expect(found?.entries[0]?.name).toBe('flux');
	});
});

describe('entries of one family', () => {
	it('are shown as one, by the name that was asked for', () => {
		const find = finderOf(['u', 'g', 'r'].map((band) => entry(`${band}.riseRate`, 'Slope', { family: '.riseRate' })));
		for (const [asked, shown] of [
			['riseRate', 'u.riseRate'],
			['r.riseRate', 'r.riseRate'],
		] as const) {
			const [found] = find(asked);
			expect(found?.entries.map(({ name }) => name)).toEqual([shown]);
			expect(found?.total).toBe(1);
		}
		expect(find('slope')[0]?.entries[0]?.alike).toBe(2);
	});
});

describe('the search of the documentation', () => {
	it('has every word, core field, function and route, each at a place of its own', () => {
		const hrefs = DOC_ENTRIES.map(({ href }) => href);
		expect(hrefs.filter((href, i) => hrefs.indexOf(href) !== i)).toEqual([]);
		const has = (kind: string, name: string): boolean =>
			DOC_ENTRIES.some((one) => one.kind === kind && one.name === name);
		expect(GLOSSARY.length).toBeGreaterThan(40);
		for (const { word } of GLOSSARY) expect(has('word', word), word).toBe(true);
		for (const { name } of CORE_FIELDS) expect(has('field', name), name).toBe(true);
		for (const { name } of FUNCTIONS) expect(has('filter', `${name}()`), name).toBe(true);
		for (const { method, path } of apiRoutes('')) expect(has('route', `${method} ${path}`), path).toBe(true);
		for (const { name, text } of DOC_ENTRIES) expect(text, name).not.toMatch(/undefined|\.\.$/);
	});

	it.each([
		['drb', 'field', 'ztf.drb'],
		['age', 'field', 'age'],
		['rising', 'field', 'nRising'],
		['rise rate', 'field', 'g.riseRate'],
		['J.riseRate', 'field', 'J.riseRate'],
		['combined.r.peakMag', 'field', 'combined.r.peakMag'],
		['upper limit', 'word', 'upper limit'],
		['crossmatch', 'route', 'POST /crossmatch'],
		['median', 'filter', 'median()'],
		['redshift', 'filter', '.redshift'],
		['annotate', 'filter', 'annotate name = …, …'],
		['tutorial', 'page', 'Filter tutorial'],
		['token', 'word', 'token'],
		['healpix', 'field', 'hpx29'],
	])('%s leads to the %s %s', (asked, kind, name) => {
		expect(names(asked, kind, findInDocs)[0]).toBe(name);
	});

	it('keeps pages of operators out', () => {
		expect(DOC_ENTRIES.filter(({ href }) => href.startsWith('/operator'))).toEqual([]);
	});
});

describe('the glossary', () => {
	it('is read from its table, names in code kept apart', () => {
		const text = '# G\n\n| word | meaning |\n| --- | --- |\n| **a, b** | one `x` of a **c**  |\nno row\n';
		expect(readGlossary(text)).toEqual([{ word: 'a, b', meaning: 'one `x` of a c' }]);
		for (const { word, meaning } of GLOSSARY) {
			expect(meaning.split('`').length % 2, `${word}: backquotes in pairs`).toBe(1);
			expect(meaning, word).not.toMatch(/\]\(|\|/);
		}
	});
});
