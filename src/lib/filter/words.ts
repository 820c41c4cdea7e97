/** Names as a list in a sentence. */
export function listed(names: readonly string[], word = 'and'): string {
	if (names.length > 12) return `${names.slice(0, 12).join(', ')} ...`;
	return names.length < 2
		? names.join('')
		: `${names.slice(0, -1).join(', ')} ${word} ${names[names.length - 1] ?? ''}`;
}

/** With a capital first letter. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
