/** Anchor of a word of the glossary on its page. */
export function wordAnchor(word: string): string {
	return `word-${word.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
}
