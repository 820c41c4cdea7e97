// What the editor of the text offers, by what stands before the place.
import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { completer } from '#lib/components/filter/language.ts';

const environment = {
	blocks: { 'real things@2': 'let bright = mag < 18\nlet sharp = reliability > 0.8\nbright and sharp' },
	areas: { 'my field': { kind: 'circle', ra: 1, dec: 2, radiusArcsec: 3 } },
	lists: { 'known novae': { objects: [], places: [] } },
	catalogs: { Gaia: [] },
	models: { acai_h: ['h'] },
} as const;
const complete = completer(environment, () => ['young']);

/** What is offered at the end of a text, and what taking the first of it writes. */
function offered(text: string): { labels: string[]; written: string } {
	const state = EditorState.create({ doc: text });
	const found = complete(new CompletionContext(state, text.length, true));
	const labels = found?.options.map(({ label }) => label) ?? [];
	const apply = found?.options[0]?.apply;
	return { labels, written: text.slice(0, found?.from ?? text.length) + (typeof apply === 'string' ? apply : (labels[0] ?? '')) };
} // prettier-ignore

describe('completions', () => {
	it.each([
		['use "re', ['real things@2'], 'use "real things@2"'],
		['use ', ['real things@2'], 'use "real things@2"'],
		['in list("known n', ['known novae'], 'in list("known novae"'],
		['in area(', ['my field'], 'in area("my field"'],
		['nearest("G', ['Gaia'], 'nearest("Gaia"'],
		['score(', ['acai_h'], 'score("acai_h"'],
	])('offer the names that are there: %s', (text, labels, written) => {
		expect(offered(text)).toEqual({ labels, written });
	});

	it('close a quote that is open, once', () => {
		const state = EditorState.create({ doc: 'nearest("G").sepArcsec < 2' });
		const found = complete(new CompletionContext(state, 10, true));
		expect(found?.options[0]?.apply).toBe('Gaia');
	});

	it('offer the values of a field that has few', () => {
		expect(offered('class == "').labels).toEqual(expect.arrayContaining(['snia', 'agn']));
		expect(offered('class == "').labels).not.toContain('none');
		expect(offered('any(detections, d => d.band == "').labels).toEqual(expect.arrayContaining(['g', 'r', 'y']));
		expect(offered('survey != ').written).toMatch(/^survey != "\w+"$/);
	});

	it('offer the parts of a block under the name that it was imported as', () => {
		const text = 'use "real things@2" as good\ngood.';
		expect(offered(text)).toEqual({ labels: ['bright', 'sharp'], written: `${text}bright` });
	});

	it('go on with words where no name is meant', () => {
		expect(offered('class == "star" and yo').labels).toContain('young');
		expect(offered('band == "g" and mag < r').labels).toContain('reliability');
	});
});
