import { afterEach, beforeEach, expect, test } from 'vitest';
import { COLUMN_TYPES } from '#clickhouse/alertColumns.ts';
import { moveIntoArrays } from '#clickhouse/moveIntoArrays.ts';
import type { Param, Store } from '#clickhouse/store.ts';
import { ensureColumns, migrate, renderMigrations } from '#clickhouse/migrate.ts';
import { FEATURES } from '#lib/alert/features.ts';
import { fieldLayout, storedSql } from '#lib/alert/fieldPlaces.ts';
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
	const selected: string[] = [];
	for (const survey of SURVEYS) {
		for (const place of fieldLayout(survey).places) {
			if (place.array === '') expect(types.get(place.column), place.column).toBe(COLUMN_TYPES[place.type]);
			else expect(types.has(place.column), place.column).toBe(false);
			selected.push(`toTypeName(${storedSql(place, 'alerts')}) AS ${place.column}`);
		}
	}
	for (const feature of FEATURES) selected.push(`toTypeName(${storedSql(feature, 'alerts')}) AS ${feature.column}`);
	// in an array or not, what is read has the type of a column
	const [read] = await embedded.store.query<Record<string, string>>(
		`SELECT ${selected.join(', ')} FROM (SELECT 1) AS one LEFT JOIN alerts ON false`,
	);
	for (const place of [...SURVEYS.flatMap((survey) => fieldLayout(survey).places), ...FEATURES]) {
		expect(read?.[place.column], place.column).toBe(COLUMN_TYPES[place.type]);
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

test('the engine can read what a cluster of schema 2 is moved with, the old table standing until all is copied', async () => {
	const commands: string[] = [];
	const recorded: Store = {
		...embedded.store,
		command: (sql) => {
			commands.push(sql);
			return Promise.resolve();
		},
		query: <Row>(sql: string, params?: Readonly<Record<string, Param>>) => {
			const names =
				params?.['table'] === 'alerts_local'
					? ['survey', 'lsst_trail_ndata', 'z_statistics']
					: ['survey', 'z_statistics'];
			if (sql.includes('match(name')) return Promise.resolve([]);
			const rows = sql.includes('system.columns')
				? names.map((name) => ({ name, kind: '' }))
				: [{ n: '1', engine: '' }];
			return Promise.resolve(rows as Row[]);
		},
	};
	await moveIntoArrays(recorded, {
		cluster: 'nightjar',
		statements: renderMigrations({ cluster: 'nightjar' }).flatMap(({ statements }) => statements),
		ensure: () => Promise.resolve(),
	});
	for (const statement of commands) {
		await embedded.store.query('SELECT formatQuery({statement:String}) AS sql', { statement });
	}
	const at = (pattern: RegExp) => commands.findIndex((sql) => pattern.test(sql));
	const copied = at(/^INSERT INTO alerts_moved_\w{8} \(`survey`, `z_statistics`\)/);
	const exchanged = at(/^EXCHANGE TABLES alerts_local AND alerts_moved_\w{8}_local ON CLUSTER 'nightjar'/);
	const created = [
		at(/^CREATE TABLE IF NOT EXISTS alerts_moved_\w{8}_local ON CLUSTER 'nightjar'/),
		at(
			/^CREATE TABLE IF NOT EXISTS alerts_moved_\w{8} ON CLUSTER .* Distributed\('nightjar', currentDatabase\(\), 'alerts_moved_\w{8}_local'/,
		),
	];
	expect(created).toEqual([0, 1]);
	expect(copied).toBeGreaterThan(1);
	expect(exchanged).toBeGreaterThan(copied);
	// nothing of the old table goes before
	expect(commands.slice(0, copied).filter((sql) => /^DROP/.test(sql) && !sql.includes('alerts_moved'))).toEqual([]);
	expect(commands.at(-1)).toContain('CREATE MATERIALIZED VIEW');
});
