import { setTimeout as pause } from 'node:timers/promises';
import { StoreError, type Store } from './store.ts';

// A backup copies table after table while batches are written. What is whole in it is known by number:
// every batch finished before it began. The rest is dropped when it is restored, and ingest does it again.

/** Last finished batch per writer, as decimal text. */
export type PublishedNumbers = Readonly<Record<string, string>>;

const INGEST = { class: 'ingest' } as const;

/** Reads the last finished (published or abandoned) batch of each writer. */
export async function publishedNumbers(store: Store): Promise<PublishedNumbers> {
	const rows = await store.query<{ writer: string; number: string }>(
		`SELECT writer, max(number) AS number FROM ingest_log WHERE state IN ('published', 'abandoned') GROUP BY writer`,
		{},
		INGEST,
	);
	return Object.fromEntries(rows.map(({ writer, number }) => [writer, number]));
}

/** A table of ours: `batched` when its rows carry writer and number. */
interface Table {
	readonly name: string;
	readonly batched: boolean;
	/** Merges drop repeated keys. */
	readonly replacing: boolean;
}

async function tables(store: Store): Promise<Table[]> {
	return store.query<Table>(
		`SELECT t.name AS name, any(t.engine) LIKE '%Replacing%' AS is_replacing, toBool(is_replacing) AS replacing,
			toBool(countIf(c.name IN ('writer', 'number') AND t.name != 'watermarks') = 2) AS batched
		FROM system.tables AS t JOIN system.columns AS c ON c.database = t.database AND c.table = t.name
		WHERE t.database = currentDatabase() AND t.engine LIKE '%MergeTree'
		GROUP BY t.name ORDER BY t.name`,
		{},
		INGEST,
	);
}

/** Summaries whose rows hold several batches, so that their numbers of rows say nothing. */
const SUMMARIES = new Set(['objects', 'nightly', 'watermarks']);

/** Rows per table that belong to finished batches. */
export async function countRows(store: Store, published: PublishedNumbers): Promise<Record<string, string>> {
	const counts: Record<string, string> = {};
	const later = laterBatches(await writersOf(store), published);
	for (const { name, batched, replacing } of await tables(store)) {
		if (SUMMARIES.has(name)) continue;
		const [row] = await store.query<{ n: string }>(
			`SELECT count() AS n FROM \`${name}\` ${replacing ? 'FINAL' : ''} ${batched ? `WHERE NOT (${later})` : ''}`,
			{},
			{ class: 'export' },
		);
		counts[name] = row?.n ?? '0';
	}
	return counts;
}

async function writersOf(store: Store): Promise<string[]> {
	const rows = await store.query<{ writer: string }>(
		'SELECT DISTINCT writer FROM ingest_log ORDER BY writer',
		{},
		INGEST,
	);
	return rows.map(({ writer }) => writer);
}

const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;

/** Condition for rows of batches that were not finished. Writers that never opened a batch are left alone. */
function laterBatches(writers: readonly string[], published: PublishedNumbers): string {
	if (writers.length === 0) return '0';
	return writers
		.map((writer) => {
			const last = published[writer];
			return last === undefined
				? `(writer = ${quote(writer)})`
				: `(writer = ${quote(writer)} AND number > ${BigInt(last)})`;
		})
		.join(' OR ');
}

/** Rows per table that are not empty, the record of migrations left out. */
export async function filledTables(store: Store): Promise<Record<string, string>> {
	const rows = await store.query<{ name: string; n: string }>(
		`SELECT name, total_rows AS n FROM system.tables
		WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'migrations' AND total_rows > 0 ORDER BY name`,
		{},
		INGEST,
	);
	return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
}

/** Removes every table and view of ours. */
export async function dropTables(store: Store): Promise<void> {
	const rows = await store.query<{ name: string }>(
		`SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY engine = 'MaterializedView' DESC, name`,
		{},
		INGEST,
	);
	for (const { name } of rows) await store.command(`DROP TABLE IF EXISTS \`${name}\` SYNC`);
}

interface View {
	readonly target: string;
	readonly select: string;
}

async function views(store: Store): Promise<View[]> {
	const rows = await store.query<{ sql: string; select: string }>(
		`SELECT create_table_query AS sql, as_select AS select FROM system.tables
		WHERE database = currentDatabase() AND engine = 'MaterializedView'`,
		{},
		INGEST,
	);
	return rows.flatMap(({ sql, select }) => {
		const target = / TO (?:`?\w+`?\.)?`?(\w+)`? /.exec(sql)?.[1];
		return target === undefined ? [] : [{ target, select }];
	});
}

/** Drops the rows of batches that were not finished and makes the summaries anew where that changed them; returns rows dropped. */
export async function dropLaterBatches(store: Store, published: PublishedNumbers): Promise<bigint> {
	const where = laterBatches(await writersOf(store), published);
	let dropped = 0n;
	// the log last: it names the writers, should this be cut short and repeated
	const batched = (await tables(store))
		.filter((table) => table.batched && table.name !== 'ingest_log')
		.map(({ name }) => name);
	for (const name of [...batched, 'ingest_log']) {
		const [row] = await store.query<{ n: string }>(`SELECT count() AS n FROM \`${name}\` WHERE ${where}`, {}, INGEST);
		if (row === undefined || row.n === '0') continue;
		await store.command(`ALTER TABLE \`${name}\` DELETE WHERE ${where}`);
		dropped += BigInt(row.n);
	}
	if (dropped > 0n) {
		for (const { target, select } of await views(store)) {
			await store.command(`TRUNCATE TABLE \`${target}\``);
			await store.command(`INSERT INTO \`${target}\` ${select}`);
		}
	}
	return dropped;
}

/** Runs a BACKUP or RESTORE of the folder `name` among the store's backups and waits for its end; nothing is held open meanwhile. */
export async function runToEnd(store: Store, statement: string, name: string): Promise<void> {
	await store.command(`${statement} File('${name}') ASYNC`);
	for (let wait = 50; ; wait = Math.min(1_000, wait * 2)) {
		const [row] = await store.query<{ status: string; error: string }>(
			'SELECT toString(status) AS status, error FROM system.backups WHERE name = {name:String} ORDER BY start_time DESC LIMIT 1',
			{ name: `File('${name}')` },
			INGEST,
		);
		if (row?.status === 'BACKUP_CREATED' || row?.status === 'RESTORED') return;
		if (row === undefined || /FAILED|CANCELLED/.test(row.status)) {
			throw new StoreError(`The store could not finish: ${row?.error ?? 'it was restarted meanwhile'}`, 0, false);
		}
		await pause(wait);
	}
}
