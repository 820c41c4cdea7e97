import type { Cell, TableColumn } from '#lib/format/tableColumn.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import { CatalogError } from './error.ts';
import type { CatalogTable } from './table.ts';

const KEPT =
	/^(?:LowCardinality\()?(?:Nullable\()?((?:U?Int|Float|Decimal|String|FixedString|Bool|Date|DateTime|UUID|Enum)\w*)/;
const NUMBERS = /^(?:U?Int(?:8|16|32)|Float|Bool|Decimal)/;

interface ParquetColumn extends TableColumn {
	readonly type: string;
}

/** Columns of a table in the store. */
async function columnsOf(store: Store, table: string): Promise<{ kept: ParquetColumn[]; leftOut: string[] }> {
	const rows = await store.query<{ name: string; type: string }>(
		`SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position`,
		{ table },
		{ class: 'ingest' },
	);
	const kept: ParquetColumn[] = [];
	const leftOut: string[] = [];
	for (const { name, type } of rows) {
		const plain = KEPT.exec(type)?.[1];
		if (plain === undefined || type.startsWith('Array') || type.startsWith('Map')) leftOut.push(name);
		else
			kept.push({
				name,
				kind: NUMBERS.test(plain) || /^U?Int64/.test(plain) ? 'number' : 'text',
				unit: '',
				ucd: '',
				meaning: '',
				type: plain,
			});
	}
	return { kept, leftOut };
}

const quoted = (name: string): string => `\`${name.replace(/[\\`]/g, (sign) => `\\${sign}`)}\``;

function cellOf(value: unknown, { kind, type }: ParquetColumn): Cell {
	if (value === null || value === '') return null;
	if (typeof value === 'boolean') return kind === 'number' ? Number(value) : String(value);
	if (typeof value === 'number') return kind === 'number' ? value : String(value);
	if (typeof value !== 'string') return null;
	// 64-bit integers come as text
	if (/^U?Int64/.test(type)) return Number.isSafeInteger(Number(value)) ? Number(value) : value;
	return value.trim() === '' ? null : value.trim();
}

/**
 * A Parquet file, read by the embedded store: into a table of its own for as long as it is read, so that nothing but SQL is
 * spoken with it.
 */
export async function openParquet(path: string, store: Store, size: number): Promise<CatalogTable> {
	const table = `catalog_staging_${process.pid}_${Date.now()}`;
	const file = path.replace(/[\\']/g, (sign) => `\\${sign}`);
	const drop = (): Promise<void> => store.command(`DROP TABLE IF EXISTS ${table}`);
	try {
		await store.command(
			`CREATE TABLE ${table} ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM file('${file}', Parquet) SETTINGS schema_inference_make_columns_nullable = 1`,
		);
	} catch (error) {
		await drop().catch(() => undefined);
		if (!(error instanceof StoreError) || error.code === 0) throw error;
		throw new CatalogError(
			`The store could not read the Parquet file: ${error.message.split('\n')[0]?.slice(0, 300) ?? ''} A ClickHouse elsewhere cannot see files of this machine: give CSV, VOTable or FITS there.`,
			{ cause: error },
		);
	}
	try {
		const { kept, leftOut } = await columnsOf(store, table);
		const [count] = await store.query<{ rows: string }>(
			`SELECT count() AS rows FROM ${table}`,
			{},
			{ class: 'ingest' },
		);
		const total = Number(count?.rows ?? 0);
		let done = 0;
		return {
			format: `Parquet, ${size} bytes`,
			columns: kept.map(({ name, kind, unit, ucd, meaning }) => ({ name, kind, unit, ucd, meaning })),
			leftOut,
			frame: '',
			rowsTotal: total,
			share: () => (total === 0 ? 1 : done / total),
			async *rows() {
				const list = kept
					.map(({ name, type }) => (/^(?:U?Int64|Decimal)/.test(type) ? `toString(${quoted(name)})` : quoted(name)))
					.join(', ');
				const stream = await store.stream(
					`SELECT ${list} FROM ${table}`,
					'JSONCompactEachRow',
					{},
					{ class: 'export' },
				);
				let rest = '';
				const decoder = new TextDecoder();
				for await (const chunk of stream) {
					const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
					rest = lines.pop() ?? '';
					for (const line of lines) {
						if (line === '') continue;
						done += 1;
						const values = JSON.parse(line) as unknown[];
						yield { place: `row ${done}`, cells: kept.map((column, i) => cellOf(values[i] ?? null, column)) };
					}
				}
			},
			close: drop,
		};
	} catch (error) {
		await drop().catch(() => undefined);
		throw error;
	}
}
