/** Reads RFC 4180 text by the letter of the standard; throws where the text departs from it. */
export function parseCsv(text: string): string[][] {
	const rows: string[][] = [];
	let row: string[] = [];
	let at = 0;
	while (at < text.length) {
		let cell = '';
		if (text[at] === '"') {
			at += 1;
			for (;;) {
				const end = text.indexOf('"', at);
				if (end < 0) throw new Error('a quoted cell does not end');
				cell += text.slice(at, end);
				at = end + 1;
				if (text[at] !== '"') break;
				cell += '"';
				at += 1;
			}
		} else {
			const end = /[,\r\n]/g;
			end.lastIndex = at;
			const stop = end.exec(text)?.index ?? text.length;
			cell = text.slice(at, stop);
			if (cell.includes('"')) throw new Error(`a bare cell holds a quote: ${cell}`);
			at = stop;
		}
		row.push(cell);
		if (text[at] === ',') {
			at += 1;
			continue;
		}
		if (text.startsWith('\r\n', at)) at += 2;
		else if (text[at] === '\n') at += 1;
		else if (at < text.length) throw new Error(`unexpected text after a cell: ${text.slice(at, at + 20)}`);
		rows.push(row);
		row = [];
	}
	if (row.length > 0) rows.push(row);
	return rows;
}

/** Rows of a CSV text as objects by the names of its first line; throws when a row has another number of cells. */
export function readTable(text: string): Record<string, string>[] {
	const [header = [], ...rows] = parseCsv(text);
	return rows.map((row, i) => {
		if (row.length !== header.length) throw new Error(`line ${i + 2} has ${row.length} cells, not ${header.length}`);
		return Object.fromEntries(header.map((name, j) => [name, row[j] ?? '']));
	});
}
