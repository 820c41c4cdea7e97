/** A stretch of the text: offsets in UTF-16 units, end excluded. */
export interface Place {
	readonly start: number;
	readonly end: number;
}

/** Something to say about a text: where, what, and how to mend it. */
export interface Problem {
	readonly severity: 'error' | 'warning';
	readonly place: Place;
	/** A sentence: what is wrong and, where known, what to write instead. */
	readonly message: string;
	/** Text to put at the place, where one is likely meant. */
	readonly suggestion?: string;
}

/** The smallest place that holds both. */
export function spanning(first: Place, last: Place): Place {
	return { start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
}

/** Line and column of an offset, both from 1; columns count UTF-16 units. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
	let line = 1;
	let lineStart = 0;
	for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
		line += 1;
		lineStart = at + 1;
	}
	return { line, column: offset - lineStart + 1 };
}
