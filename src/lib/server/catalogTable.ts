import type { Catalog } from '#lib/alert/catalog.ts';
import type { CsvValue } from '#lib/format/csv.ts';
import type { ShownSource } from '#clickhouse/read/catalogs.ts';

/** Columns of a table of a catalogue's sources: what all have, then its own. */
export function sourceColumns(catalog: Pick<Catalog, 'columns'>, near: boolean): string[] {
	const own = catalog.columns.map(({ name }) => name);
	return [...new Set([...(near ? ['sepArcsec'] : []), 'sourceId', 'ra', 'dec', 'mag', 'redshift', ...own])];
}

/** A source as a row of such a table; a catalogue's own column of the same name as a common one gives way to it. */
export function sourceRow(source: ShownSource): Record<string, CsvValue> {
	const { columns, ...common } = source;
	return { ...columns, ...common };
}
