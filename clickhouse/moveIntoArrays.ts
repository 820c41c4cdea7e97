import { randomBytes } from 'node:crypto';
import type { StoredPlace } from '#lib/alert/fieldPlaces.ts';
import { PLACES } from './alertColumns.ts';
import { StoreError, type Store } from './store.ts';

// Migration 3. Up to schema 2 each field had a column or an alias of its own. Dropping them one by one would take hours, for each drop
// checks every default of the table: the alerts are copied into a table of the new form, which then takes the place of the old.

/** Rows a granule, what a look-up reads at least: up to schema 2 the width of a row kept granules at some 2,500 rows. */
const GRANULE = 'index_granularity = 2048';

/** A statement of the migrations with what later versions changed in the settings of its table. */
export function withGranules(statement: string): string {
	return /^CREATE TABLE IF NOT EXISTS alerts(?:_local)? .*MergeTree/s.test(statement)
		? statement.replace(/\nSETTINGS /, `\nSETTINGS ${GRANULE}, `)
		: statement;
}

interface Move {
	readonly cluster: string | null;
	/** All statements of the migrations. */
	readonly statements: readonly string[];
	/** Adds the columns that follow from declarations to a table. */
	readonly ensure: (table: string) => Promise<void>;
}

async function columnsOf(store: Store, table: string): Promise<Map<string, string>> {
	const rows = await store.query<{ name: string; kind: string }>(
		'SELECT name, default_kind AS kind FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position',
		{ table },
		{ class: 'ingest' },
	);
	return new Map(rows.map(({ name, kind }) => [name, kind]));
}

/** A field's own column as the number that stands for it in an array; absent is NaN. */
function toNumber({ column, type }: StoredPlace): string {
	switch (type) {
		case 'truth':
			return `ifNull(toFloat32(\`${column}\`), nan)`;
		case 'int':
			return `ifNull(toFloat64(\`${column}\`), nan)`;
		default:
			return `\`${column}\``;
	}
}

/** An array out of the columns that held its fields and, where it was there before, of what stood in it; empty where nothing did. */
function arraySql(array: string, old: ReadonlyMap<string, string>): string {
	const places = PLACES.filter((place) => place.array === array).sort((a, b) => a.index - b.index);
	const own = places.filter(({ column }) => old.has(column) && old.get(column) !== 'ALIAS');
	const values = places.map((place) => {
		if (own.includes(place)) return toNumber(place);
		return old.has(array) ? `if(length(\`${array}\`) < ${place.index}, nan, \`${array}\`[${place.index}])` : 'nan';
	});
	const given = own.map((place) => `NOT isNaN(${toNumber(place)})`);
	if (old.has(array)) given.push(`notEmpty(\`${array}\`)`);
	return given.length === 0 ? '[]' : `if(${given.join(' OR ')}, [${values.join(', ')}], [])`;
}

async function isMoved(store: Store, table: string): Promise<boolean> {
	const [row] = await store.query<{ engine: string }>(
		'SELECT engine_full AS engine FROM system.tables WHERE database = currentDatabase() AND name = {table:String}',
		{ table },
		{ class: 'ingest' },
	);
	return row?.engine.includes(GRANULE) === true;
}

async function rowsOf(store: Store, table: string): Promise<bigint> {
	const [row] = await store.query<{ n: string }>(`SELECT count() AS n FROM ${table}`, {}, { class: 'ingest' });
	return BigInt(row?.n ?? 0);
}

/** Drops copies that were not finished, or the old table where one was: whoever makes another now begins again. */
async function dropCopies(store: Store, onCluster: string): Promise<void> {
	const rows = await store.query<{ name: string }>(
		`SELECT name FROM system.tables WHERE database = currentDatabase() AND match(name, '^alerts_moved_[0-9a-f]{8}(_local)?$')`,
		{},
		{ class: 'ingest' },
	);
	for (const { name } of rows) await store.command(`DROP TABLE IF EXISTS ${name}${onCluster} SYNC`);
}

/**
 * Brings alerts of schema 2 into the form in which fields stand in arrays. Cut off anywhere it begins again at the next start; nothing
 * may write alerts meanwhile, and where something did it throws StoreError and leaves the old table. Of two processes at once each
 * makes a copy of its own, and one of them may have to be started again.
 */
export async function moveIntoArrays(store: Store, { cluster, statements, ensure }: Move): Promise<void> {
	const local = cluster === null ? '' : '_local';
	const onCluster = cluster === null ? '' : ` ON CLUSTER '${cluster}'`;
	const views = statements.filter((sql) => /^CREATE MATERIALIZED VIEW\b[^]*\bFROM alerts(?:_local)?\b/.test(sql));
	if (!(await isMoved(store, `alerts${local}`))) {
		await dropCopies(store, onCluster);
		const copy = `alerts_moved_${randomBytes(4).toString('hex')}`;
		for (const sql of statements) {
			if (!/^CREATE TABLE IF NOT EXISTS alerts(?:_local)?\b/.test(sql)) continue;
			await store.command(sql.replace(/\balerts(_local)?\b/g, `${copy}$1`));
		}
		await ensure(copy);
		await copyRows(store, copy, await columnsOf(store, `alerts${local}`));
		for (const sql of views) {
			const name = /VIEW IF NOT EXISTS (\w+)/.exec(sql)?.[1] ?? '';
			await store.command(`DROP VIEW IF EXISTS ${name}${onCluster} SYNC`);
		}
		if (!(await isMoved(store, `alerts${local}`)))
			await store.command(`EXCHANGE TABLES alerts${local} AND ${copy}${local}${onCluster}`);
	}
	await dropCopies(store, onCluster);
	if (cluster !== null && (await columnsOf(store, 'alerts')).size !== (await columnsOf(store, 'alerts_local')).size) {
		await store.command(`DROP TABLE IF EXISTS alerts${onCluster} SYNC`);
		for (const sql of statements) if (/^CREATE TABLE IF NOT EXISTS alerts\b/.test(sql)) await store.command(sql);
	}
	for (const sql of views) await store.command(sql);
}

/** Copies all alerts into a table of the new form; throws StoreError where alerts were written meanwhile. */
async function copyRows(store: Store, copy: string, old: ReadonlyMap<string, string>): Promise<void> {
	const arrays = new Set(PLACES.map(({ array }) => array));
	const kept = [...(await columnsOf(store, copy)).keys()].filter((name) => arrays.has(name) || old.has(name));
	const values = kept.map((name) => (arrays.has(name) ? `${arraySql(name, old)} AS moved_${name}` : `\`${name}\``));
	const before = await rowsOf(store, 'alerts');
	await store.command(
		`INSERT INTO ${copy} (${kept.map((name) => `\`${name}\``).join(', ')})
		SELECT ${values.join(', ')} FROM alerts
		SETTINGS enable_analyzer = 0, max_partitions_per_insert_block = 0, max_block_size = 16384, insert_deduplicate = 0`,
	);
	// fewer may be left where a merge dropped what stood twice
	if ((await rowsOf(store, 'alerts')) > before) {
		throw new StoreError(
			'Alerts were written while they were brought up to date. Stop every ingest of the older version, then start again.',
			0,
			false,
		);
	}
}
