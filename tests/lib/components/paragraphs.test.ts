import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Elements that end a paragraph where the browser meets them: the page then is not the one that was sent, and is drawn anew. */
const BLOCKS =
	/<(?:article|aside|details|div|dl|fieldset|figure|footer|form|h[1-6]|header|hr|main|nav|ol|p|pre|section|table|ul)\b/;

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
	.filter((path) => path.endsWith('.svelte'))
	.map((path) => ({
		path,
		markup: readFileSync(join('src', path), 'utf8').replace(/<(script|style)\b[\s\S]*?<\/\1>/g, ''),
	}));
const ofBlocks = new Set(
	files.filter(({ markup }) => BLOCKS.test(markup)).map(({ path }) => basename(path, '.svelte')),
);

describe('paragraphs', () => {
	it('hold no component that renders a block', () => {
		expect(ofBlocks).toContain('Help');
		const wrong = files.flatMap(({ path, markup }) =>
			[...markup.matchAll(/<p\b[^>]*>([\s\S]*?)<\/p>/g)].flatMap(([, inner = '']) =>
				[...inner.matchAll(/<([A-Z]\w*)/g)].flatMap(([, name = '']) =>
					ofBlocks.has(name) ? [`${path}: ${name}`] : [],
				),
			),
		);
		expect(wrong).toEqual([]);
	});
});
