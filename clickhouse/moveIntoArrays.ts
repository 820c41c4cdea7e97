import type { StoredPlace } from '#lib/alert/fieldPlaces.ts';
import { PLACES } from './alertColumns.ts';
import { StoreError, type Store } from './store.ts';

// Migration 3. Up to schema 2 each field had a column or an alias of its own. Dropping them one by one would take hours, for each drop
// checks every default of the table: the alerts are copied into a table of the new form, which then takes the place of the old.

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

async function rowsOf(store: Store, table: string): Promise<string> {
	const [row] = await store.query<{ n: string }>(`SELECT count() AS n FROM ${table}`, {}, { class: 'ingest' });
	return row?.n ?? '0';
}

/**
 * Brings alerts of schema 2 into the form in which fields stand in arrays. Cut off anywhere it begins again at the next start; nothing
 * may write alerts meanwhile, and where something did it throws StoreError and leaves the old table.
 */
export async function moveIntoArrays(store: Store, { cluster, statements, ensure }: Move): Promise<void> {
	const local = cluster === null ? '' : '_local';
	const onCluster = cluster === null ? '' : ` ON CLUSTER '${cluster}'`;
	const views = statements.filter((sql) => /^CREATE MATERIALIZED VIEW\b[^]*\bFROM alerts(?:_local)?\b/.test(sql));
	const old = await columnsOf(store, `alerts${local}`);
	if (PLACES.some(({ array, column }) => array !== '' && old.has(column))) {
		for (const table of new Set(['alerts_moved', `alerts_moved${local}`])) {
			await store.command(`DROP TABLE IF EXISTS ${table}${onCluster} SYNC`);
		}
		for (const sql of statements) {
			if (!/^CREATE TABLE IF NOT EXISTS alerts(?:_local)?\b/.test(sql)) continue;
			await store.command(sql.replace(/\balerts(_local)?\b/g, 'alerts_moved$1'));
		}
		await ensure('alerts_moved');
		const names = [...(await columnsOf(store, 'alerts_moved')).keys()];
		const arrays = new Set(PLACES.map(({ array }) => array));
		const kept = names.filter((name) => arrays.has(name) || old.has(name));
		const values = kept.map((name) => (arrays.has(name) ? `${arraySql(name, old)} AS moved_${name}` : `\`${name}\``));
		const before = await rowsOf(store, 'alerts');
		await store.command(
			`INSERT INTO alerts_moved (${kept.map((name) => `\`${name}\``).join(', ')})
			SELECT ${values.join(', ')} FROM alerts
			SETTINGS enable_analyzer = 0, max_partitions_per_insert_block = 0, max_block_size = 16384, insert_deduplicate = 0`,
		);
		const after = await rowsOf(store, 'alerts');
		if (after !== before) {
			throw new StoreError(
				'Alerts were written while they were brought up to date. Stop every ingest of the older version, then start again.',
				0,
				false,
			);
		}
		for (const sql of views) {
			const name = /VIEW IF NOT EXISTS (\w+)/.exec(sql)?.[1] ?? '';
			await store.command(`DROP VIEW IF EXISTS ${name}${onCluster} SYNC`);
		}
		await store.command(`EXCHANGE TABLES alerts${local} AND alerts_moved${local}${onCluster}`);
	}
	for (const table of new Set(['alerts_moved', `alerts_moved${local}`])) {
		await store.command(`DROP TABLE IF EXISTS ${table}${onCluster} SYNC`);
	}
	if (cluster !== null && (await columnsOf(store, 'alerts')).size !== (await columnsOf(store, 'alerts_local')).size) {
		await store.command(`DROP TABLE IF EXISTS alerts${onCluster} SYNC`);
		for (const sql of statements) if (/^CREATE TABLE IF NOT EXISTS alerts\b/.test(sql)) await store.command(sql);
	}
	for (const sql of views) await store.command(sql);
}
