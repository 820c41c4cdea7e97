import { afterEach, beforeEach, expect, test } from 'vitest';
import { COLUMN_TYPES, ensureColumns, migrate, renderMigrations } from '#clickhouse/migrate.ts';
import { columnName } from '#lib/alert/fields.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';

let embedded: EmbeddedStore;
beforeEach(async () => {
	embedded = await startEmbeddedStore({ migrate: false });
});
afterEach(async () => {
	await embedded.stop();
});

test('two processes may migrate at once, and again', async () => {
	const both = await Promise.all([migrate(embedded.store), migrate(embedded.store)]);
	expect(both.flat().length).toBeGreaterThanOrEqual(renderMigrations().length);
	expect(await migrate(embedded.store)).toEqual([]);
	const rows = await embedded.store.query<{ id: number; sha256: string }>(
		'SELECT id, sha256 FROM migrations FINAL ORDER BY id',
	);
	expect(rows.map(({ id, sha256 }) => ({ id, sha256 }))).toEqual(
		renderMigrations().map(({ id, sha256 }) => ({ id, sha256 })),
	);
});

test('an edited migration is refused', async () => {
	await migrate(embedded.store);
	// a merge keeps the newer row of the two, which is the right one
	await embedded.store.command('SYSTEM STOP MERGES migrations');
	await embedded.store.command(
		"INSERT INTO migrations SELECT 1, 'alerts', 'other', toDateTime64(0, 3, 'UTC'), '0.0.1'",
	);
	await expect(migrate(embedded.store)).rejects.toThrow(
		'Migration 1 "alerts" differs from the one that made this store',
	);
});

test('a store from a newer version is refused', async () => {
	await migrate(embedded.store);
	await embedded.store.command("INSERT INTO migrations SELECT 999, 'future', 'x', now64(3), '9.0.0'");
	await expect(migrate(embedded.store)).rejects.toThrow(
		'The store was written by a newer Nightjar (9.0.0, migration 999 "future")',
	);
});

test("the surveys' own columns are there with their types, and absent values are absent", async () => {
	await migrate(embedded.store);
	await ensureColumns(embedded.store);
	const rows = await embedded.store.query<{ name: string; type: string }>(
		"SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = 'alerts'",
	);
	const types = new Map(rows.map(({ name, type }) => [name, type]));
	for (const survey of SURVEYS) {
		for (const field of survey.fields) {
			expect(types.get(columnName(field.name, survey.name)), field.name).toBe(COLUMN_TYPES[field.type]);
		}
	}
});

test('the engine can read the statements for a cluster', async () => {
	for (const { statements } of renderMigrations({ cluster: 'nightjar' })) {
		for (const statement of statements) {
			const [row] = await embedded.store.query<{ sql: string }>('SELECT formatQuery({statement:String}) AS sql', {
				statement,
			});
			expect(row?.sql).toContain('ON CLUSTER');
		}
	}
});
