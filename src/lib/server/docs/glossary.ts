import glossary from '../../../../docs/glossary.md?raw';

/** A word with what it means; names in code stand between backquotes. */
export interface GlossaryWord {
	readonly word: string;
	readonly meaning: string;
}

const ROW = /^\|\s*\*\*(.+?)\*\*\s*\|\s*(.+?)\s*\|$/;

/** The words of a glossary written as a Markdown table of two columns, the word in bold. */
export function readGlossary(markdown: string): GlossaryWord[] {
	return markdown.split('\n').flatMap((line) => {
		const [, word, meaning] = ROW.exec(line) ?? [];
		return word === undefined || meaning === undefined ? [] : [{ word, meaning: meaning.replaceAll('**', '') }];
	});
}

/** The words that mean the same in code, tables, API and pages. */
export const GLOSSARY: readonly GlossaryWord[] = readGlossary(glossary);
