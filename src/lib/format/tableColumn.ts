/** A cell of a table from a file; absent values are null. Whole numbers beyond 2^53 come as text. */
export type Cell = number | string | null;

/** A column of a table from a file, as the file describes it. */
export interface TableColumn {
	readonly name: string;
	readonly kind: 'number' | 'text';
	readonly unit: string;
	/** Unified content descriptor, '' where the file has none. */
	readonly ucd: string;
	readonly meaning: string;
}
