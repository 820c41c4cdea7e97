/** A CSV text that cannot be read; the message says why. */
export class CsvError extends Error {
	override readonly name = 'CsvError';
}

/** Longest record that is read: beyond it a quote is surely not closed. */
const MOST_CHARACTERS = 4_000_000;

/** The delimiter of a table by its first line: the one of comma, semicolon, tab and bar that stands there most often outside quotes. */
export function sniffDelimiter(line: string): string {
	const plain = line.replace(/"[^"]*"/g, '');
	let best = ',';
	for (const candidate of [',', ';', '\t', '|']) {
		if (plain.split(candidate).length > plain.split(best).length) best = candidate;
	}
	return best;
}

/** Reads delimited text (RFC 4180, any line end) piece by piece; blank lines are passed over. */
export class CsvReader {
	#rest = '';
	#line = 0;

	constructor(readonly delimiter: string) {}

	/** Records that the next piece of text completes, each with the number of its last line, from 1. */
	push(text: string): { line: number; cells: string[] }[] {
		return this.#read(this.#rest + text, false);
	}

	/** What is left when the text has ended. */
	end(): { line: number; cells: string[] }[] {
		return this.#read(this.#rest, true);
	}

	#read(text: string, ended: boolean): { line: number; cells: string[] }[] {
		const records: { line: number; cells: string[] }[] = [];
		let at = 0;
		for (;;) {
			const end = this.#recordEnd(text, at, ended);
			if (end === -1) break;
			const record = text.slice(at, end.stop);
			this.#line += end.lines;
			at = end.next;
			if (record.trim() !== '') records.push({ line: this.#line, cells: this.#cells(record) });
			if (at >= text.length) break;
		}
		this.#rest = text.slice(at);
		if (this.#rest.length > MOST_CHARACTERS) {
			throw new CsvError(`The record after line ${this.#line} does not end: a quote is not closed.`);
		}
		return records;
	}

	/** Where the record that begins at `from` ends; -1 while that is not known. */
	#recordEnd(text: string, from: number, ended: boolean): { stop: number; next: number; lines: number } | -1 {
		let search = from;
		for (;;) {
			const newline = text.indexOf('\n', search);
			if (newline === -1) {
				if (!ended || from >= text.length) return -1;
				return { stop: text.length, next: text.length, lines: 1 };
			}
			const record = text.slice(from, newline);
			// an odd number of quotes: the line end belongs to a cell
			const quotes = record.includes('"') ? record.split('"').length - 1 : 0;
			if (quotes % 2 === 0) {
				const stop = record.endsWith('\r') ? newline - 1 : newline;
				return { stop, next: newline + 1, lines: record.split('\n').length };
			}
			search = newline + 1;
		}
	}

	#cells(record: string): string[] {
		if (!record.includes('"')) return record.split(this.delimiter);
		const cells: string[] = [];
		let at = 0;
		for (;;) {
			// blanks before a quote are no part of the cell
			const quote = /^ *"/.exec(record.slice(at, at + 40));
			if (quote !== null) at += quote[0].length - 1;
			if (record[at] === '"') {
				let close = at + 1;
				while (record[close] !== undefined && (record[close] !== '"' || record[close + 1] === '"')) {
					close += record[close] === '"' ? 2 : 1;
				}
				const next = record.indexOf(this.delimiter, close);
				cells.push(record.slice(at + 1, close).replaceAll('""', '"'));
				if (next === -1) return cells;
				at = next + 1;
			} else {
				const next = record.indexOf(this.delimiter, at);
				cells.push(record.slice(at, next === -1 ? undefined : next));
				if (next === -1) return cells;
				at = next + 1;
			}
		}
	}
}
