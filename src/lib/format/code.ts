/** Languages in which a call of the API is offered to copy. */
export const CODE_LANGUAGES = ['curl', 'Python', 'JavaScript'] as const;
export type CodeLanguage = (typeof CODE_LANGUAGES)[number];

/** A text as a string literal of JavaScript and Python alike. */
function literal(text: string): string {
	return JSON.stringify(text);
}

/** A text in single quotes for a POSIX shell. */
function quoted(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A program that runs as pasted and needs nothing but the language itself: reads the rows of a table of the API (an absolute
 * address without format) and prints how many there are. Ids stay exact: they are text.
 */
export function codeFor(language: CodeLanguage, address: string): string {
	const withFormat = (format: string): string => {
		const url = new URL(address);
		url.searchParams.set('format', format);
		return url.href;
	};
	switch (language) {
		case 'curl':
			return `curl --fail --silent --show-error ${quoted(withFormat('csv'))} --output nightjar.csv`;
		case 'Python':
			return [
				'import csv, io, urllib.request',
				'',
				`url = ${literal(withFormat('csv'))}`,
				'with urllib.request.urlopen(url) as answer:',
				'    rows = list(csv.DictReader(io.TextIOWrapper(answer, "utf-8", newline="")))',
				'print(len(rows), "rows")',
				'',
			].join('\n');
		case 'JavaScript':
			return [
				`fetch(${literal(withFormat('ndjson'))})`,
				'  .then((answer) => answer.text())',
				"  .then((text) => text.split('\\n').filter(Boolean).map((line) => JSON.parse(line)))",
				"  .then((rows) => console.log(rows.length, 'rows'));",
				'',
			].join('\n');
	}
}
