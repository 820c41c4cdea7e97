import { createHash } from 'node:crypto';
import { version as codeVersion } from '../package.json';
import { DECLARED, definition, typeOf, type DeclaredColumn } from './alertColumns.ts';
import { moveIntoArrays, withGranules } from './moveIntoArrays.ts';
import { StoreError, type Store } from './store.ts';

// Two processes may migrate at once and one may die half way: every statement can be repeated (... IF NOT EXISTS).

/** Number of inserts per table whose tokens are remembered: an insert repeated within them is stored once. */
const DEDUPLICATION_WINDOW = 10_000;

/** One file of migrations/, rendered. */
export interface Migration {
	readonly id: number;
	readonly name: string;
	/** Of the template without comments and line breaks, so that one file has one sum on one machine and on a cluster. */
	readonly sha256: string;
	readonly statements: readonly string[];
}

const files: Record<string, string> = import.meta.glob('./migrations/*.sql', {
	query: '?raw',
	import: 'default',
	eager: true,
});

interface Target {
	readonly cluster: string | null;
}

function renderStatement(template: string, { cluster }: Target): string[] {
	const local = cluster === null ? '' : '_local';
	const onCluster = cluster === null ? '' : ` ON CLUSTER '${cluster}'`;
	const distributed: string[] = [];
	const altered = /^\{alter (\w+)\} (.+)$/s.exec(template);
	if (altered !== null) {
		const [, name = '', change = ''] = altered;
		const tables = cluster === null ? [name] : [`${name}_local`, name];
		return tables.map((table) => `ALTER TABLE ${table}${onCluster} ${change}`);
	}
	const sql = template
		.replace(/\{table (\w+) (.+)\}/g, (_, name: string, key: string) => {
			if (cluster !== null) {
				distributed.push(
					`CREATE TABLE IF NOT EXISTS ${name}${onCluster} AS ${name}_local ENGINE = Distributed('${cluster}', currentDatabase(), '${name}_local', ${key})`,
				);
			}
			return `CREATE TABLE IF NOT EXISTS ${name}${local}${onCluster}`;
		})
		.replace(
			/\{view (\w+) (\w+)\}/g,
			(_, name: string, to: string) => `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name}${onCluster} TO ${to}${local}`,
		)
		.replace(/\{from (\w+)\}/g, (_, name: string) => `${name}${local}`)
		.replace(/\{engine (\w+(?:\([^}]*\))?)\}/g, (_, engine: string) =>
			cluster === null ? engine : `Replicated${engine}`,
		)
		.replaceAll(
			'{dedup}',
			`${cluster === null ? 'non_replicated_' : 'replicated_'}deduplication_window = ${String(DEDUPLICATION_WINDOW)}`,
		);
	const left = /\{[^}]*\}/.exec(sql)?.[0];
	if (left !== undefined) throw new Error(`The migration has an unknown template ${left}.`);
	return [sql, ...distributed];
}

const withoutComments = (text: string) => text.replace(/^\s*--.*$/gm, '');

function statementsOf(text: string, target: Target): string[] {
	return withoutComments(text)
		.split(/;\s*$/m)
		.map((statement) => statement.trim().replace(/\n{2,}/g, '\n'))
		.filter((statement) => statement !== '')
		.flatMap((statement) => renderStatement(statement, target));
}

/** All migrations in order, rendered for one machine (cluster null) or for the cluster of that name. */
export function renderMigrations({ cluster = null }: { readonly cluster?: string | null } = {}): Migration[] {
	if (cluster !== null && !/^[\w-]+$/.test(cluster)) {
		throw new StoreError(`NIGHTJAR_CLUSTER must be the name of a cluster; it is "${cluster}".`, 0, false);
	}
	return Object.entries(files)
		.map(([path, text]) => {
			const found = /(\d{4})_(\w+)\.sql$/.exec(path);
			if (found === null) throw new Error(`${path} is not named NNNN_name.sql.`);
			return {
				id: Number(found[1]),
				name: found[2] ?? '',
				sha256: createHash('sha256').update(withoutComments(text).replace(/\s+/g, ' ')).digest('hex'),
				statements: statementsOf(text, { cluster }).map(withGranules),
			};
		})
		.sort((a, b) => a.id - b.id);
}

const MIGRATIONS_TABLE = `{table migrations id} (
  id UInt32,
  name String,
  sha256 String,
  applied_at DateTime64(3, 'UTC'),
  code_version String
) ENGINE = {engine ReplacingMergeTree(applied_at)}
ORDER BY id`;

interface AppliedRow {
	readonly id: number;
	readonly name: string;
	readonly sha256: string;
	readonly code_version: string;
}

function checkApplied(applied: readonly AppliedRow[], known: readonly Migration[]): void {
	for (const row of applied) {
		const migration = known.find((entry) => entry.id === row.id);
		if (migration === undefined) {
			throw new StoreError(
				`The store was written by a newer Nightjar (${row.code_version}, migration ${row.id} "${row.name}"); this is ${codeVersion}. Update Nightjar, or restore a backup made by this version.`,
				0,
				false,
			);
		}
		if (migration.sha256 !== row.sha256) {
			throw new StoreError(
				`Migration ${row.id} "${row.name}" differs from the one that made this store (Nightjar ${row.code_version}). Migrations are never edited: put the file back and add a new one.`,
				0,
				false,
			);
		}
	}
}

/** The migration from which on fields stand in arrays; a table made before it is copied. */
const FIELDS_IN_ARRAYS = 3;

async function moveFields(store: Store, known: readonly Migration[], cluster: string | null): Promise<void> {
	const statements = known.flatMap((migration) => migration.statements);
	await moveIntoArrays(store, { cluster, statements, ensure: (table) => ensureColumns(store, { cluster, table }) });
}

/** Brings the tables up to date and returns what was applied; refuses an edited migration and a store from a newer version. */
export async function migrate(
	store: Store,
	{ cluster = null }: { readonly cluster?: string | null } = {},
): Promise<Migration[]> {
	const known = renderMigrations({ cluster });
	for (const statement of renderStatement(MIGRATIONS_TABLE, { cluster })) await store.command(statement);
	const applied = await store.query<AppliedRow>(
		'SELECT id, name, sha256, code_version FROM migrations ORDER BY id, applied_at LIMIT 1 BY id',
		{},
		{ class: 'ingest' },
	);
	checkApplied(applied, known);
	const done = new Set(applied.map((row) => row.id));
	const missing = known.filter((migration) => !done.has(migration.id));
	for (const migration of missing) {
		if (migration.id === FIELDS_IN_ARRAYS) await moveFields(store, known, cluster);
		for (const statement of migration.statements) await store.command(statement);
		await store.command(
			`INSERT INTO migrations (id, name, sha256, applied_at, code_version)
			SELECT {id:UInt32}, {name:String}, {sha256:String}, now64(3, 'UTC'), {version:String}`,
			{ id: migration.id, name: migration.name, sha256: migration.sha256, version: codeVersion },
		);
	}
	await ensureColumns(store, { cluster });
	return missing;
}

/** Adds the columns of all surveys' own fields and of the features to a table of alerts; columns that exist are left as they are. */
export async function ensureColumns(
	store: Store,
	{ cluster = null, table = 'alerts' }: { readonly cluster?: string | null; readonly table?: string } = {},
): Promise<void> {
	const rows = await store.query<{ name: string }>(
		'SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String}',
		{ table },
		{ class: 'ingest' },
	);
	const present = new Set(rows.map((row) => row.name));
	const missing = DECLARED.filter(({ name }) => !present.has(name));
	if (missing.length === 0) return;
	const adds = (of: (column: DeclaredColumn) => string) =>
		missing.map((column) => `ADD COLUMN IF NOT EXISTS \`${column.name}\` ${of(column)}`).join(', ');
	if (cluster === null) {
		await store.command(`ALTER TABLE ${table} ${adds(definition)}`);
		return;
	}
	await store.command(`ALTER TABLE ${table}_local ON CLUSTER '${cluster}' ${adds(definition)}`);
	// the distributed table has no defaults
	await store.command(`ALTER TABLE ${table} ON CLUSTER '${cluster}' ${adds(typeOf)}`);
}

/** Number of the last migration in the store and the version that applied it; 0 and '' for a store without tables. */
export async function appliedVersion(store: Store): Promise<{ schema: number; codeVersion: string }> {
	const rows = await store.query<AppliedRow>(
		'SELECT id, code_version FROM migrations ORDER BY id DESC LIMIT 1',
		{},
		{ class: 'ingest' },
	);
	return { schema: rows[0]?.id ?? 0, codeVersion: rows[0]?.code_version ?? '' };
}
