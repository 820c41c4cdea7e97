/** Kinds of file that hold every row of a search. */
export type RowFile = 'csv' | 'ndjson' | 'parquet' | 'arrow' | 'votable';

/**
 * Bytes of a file before its first row, and of each row, with the columns that a file has unless others are asked for: from files of
 * a few and of 20,431 simulated alerts, and of their objects. Rows of other surveys differ by a fifth or so.
 */
const SIZES: Readonly<Record<'objects' | 'alerts', Readonly<Record<RowFile, readonly [head: number, row: number]>>>> = {
	objects: {
		csv: [195, 197],
		ndjson: [0, 446],
		parquet: [8_000, 93],
		arrow: [3_600, 139],
		votable: [3_600, 370],
	},
	alerts: {
		csv: [231, 286],
		ndjson: [0, 590],
		parquet: [11_000, 110],
		arrow: [4_400, 185],
		votable: [4_500, 516],
	},
};

/** About how many bytes a file of so many rows with the usual columns has, to two digits. */
export function fileSize(kind: 'objects' | 'alerts', format: RowFile, rows: number): number {
	const [head, row] = SIZES[kind][format];
	return Number((head + row * rows).toPrecision(2));
}
