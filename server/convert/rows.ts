import { csvLine, type CsvValue } from '#lib/format/csv.ts';
import { type AvroValues, type Column, jsonValue } from './columns.ts';

/** A cell of a CSV file: lists as JSON. */
function csvValue(value: unknown): CsvValue {
	if (value === null || value === undefined) return null;
	if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return value;
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	return JSON.stringify(jsonValue(value));
}

/** Columns that a CSV file holds: all but bytes. */
export function csvColumns(columns: readonly Column[]): Column[] {
	return columns.filter(({ kind }) => kind !== 'bytes');
}

/** The first line of a CSV file. */
export function csvHead(columns: readonly Column[]): string {
	return csvLine(columns.map(({ name }) => name));
}

/** A record as a line of a CSV file. */
export function csvRow(columns: readonly Column[], record: AvroValues): string {
	return csvLine(columns.map((column) => csvValue(column.read(record))));
}

/** A record as a line of JSON, as deep as it is. */
export function jsonRow(record: AvroValues): string {
	return `${JSON.stringify(jsonValue(record))}\n`;
}

/** A text column that holds several kinds of value has them as JSON. */
function plainText({ kind }: Column, value: unknown): unknown {
	return kind === 'text' && value !== null && typeof value !== 'string' ? JSON.stringify(value) : value;
}

/** A record as a line of JSON with the columns of a table, for the store. */
export function tableRow(columns: readonly Column[], record: AvroValues): string {
	const cells = columns.map((column) => [column.name, plainText(column, jsonValue(column.read(record)))] as const);
	return `${JSON.stringify(Object.fromEntries(cells))}\n`;
}
