/** A line of plain numbers and names; nothing here needs quoting. */
export function csvLine(values: readonly (string | number)[]): string {
	return values.join(',');
}
