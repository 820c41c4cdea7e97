/** What a CSV cell can hold; absent values (null, undefined, NaN) become empty cells. */
export type CsvValue = string | number | bigint | boolean | null | undefined;

/** Texts that a spreadsheet would run as a formula begin with one of these. */
const FORMULA = /^[=+\-@\t\r]/;

/** One RFC 4180 cell. Texts that a spreadsheet would take for a formula get an apostrophe in front; numbers never do. */
export function csvCell(value: CsvValue): string {
	if (value === null || value === undefined || Number.isNaN(value)) return '';
	if (typeof value !== 'string') return String(value);
	const safe = FORMULA.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One RFC 4180 record with its line end (CR LF). */
export function csvLine(values: readonly CsvValue[]): string {
	// a lone empty cell would be an empty line, which readers skip
	const only = values.length === 1 ? csvCell(values[0]) : null;
	return `${only === '' ? '""' : values.map(csvCell).join(',')}\r\n`;
}
