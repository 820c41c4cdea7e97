/** Counts of one source as they stand at the end of an ingest. */
export interface SourceCounts {
	readonly source: string;
	readonly received: number;
	readonly stored: number;
	readonly duplicates: number;
	readonly redelivered: number;
	readonly deadLetters: Readonly<Record<string, number>>;
}

const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** Adds counts under one name. */
export function addCounts(source: string, parts: readonly SourceCounts[]): SourceCounts {
	const deadLetters: Record<string, number> = {};
	for (const part of parts) {
		for (const [kind, n] of Object.entries(part.deadLetters)) deadLetters[kind] = (deadLetters[kind] ?? 0) + n;
	}
	const sum = (key: 'received' | 'stored' | 'duplicates' | 'redelivered'): number =>
		parts.reduce((total, part) => total + part[key], 0);
	return {
		source,
		received: sum('received'),
		stored: sum('stored'),
		duplicates: sum('duplicates'),
		redelivered: sum('redelivered'),
		deadLetters,
	};
}

/** Joins the counts of partitions into those of the paths that were asked for, in that order. */
export function countsByPath(paths: readonly string[], partitions: readonly SourceCounts[]): SourceCounts[] {
	return paths.map((path) =>
		addCounts(
			path,
			partitions.filter(({ source }) => source === path || source.startsWith(path.endsWith('/') ? path : `${path}/`)),
		),
	);
}

/** A table for people: one line a source, a line of totals when there are several. */
export function summaryTable(rows: readonly SourceCounts[]): string {
	const all = rows.length > 1 ? [...rows, addCounts('total', rows)] : rows;
	const kinds = [...new Set(all.flatMap((row) => Object.keys(row.deadLetters)))].sort();
	const header = ['source', 'read', 'stored', 'duplicates', 'again', 'dead letters', ...kinds];
	const lines = all.map((row) => [
		row.source,
		...[row.received, row.stored, row.duplicates, row.redelivered, sumOf(row.deadLetters)].map(String),
		...kinds.map((kind) => String(row.deadLetters[kind] ?? 0)),
	]);
	const width = header.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]?.length ?? 0)));
	const print = (cells: readonly string[]): string =>
		cells.map((cell, i) => (i === 0 ? cell.padEnd(width[i] ?? 0) : cell.padStart(width[i] ?? 0))).join('  ');
	return [header, ...lines].map(print).join('\n');
}
