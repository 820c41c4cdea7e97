import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '#clickhouse/migrate.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';

let embedded: EmbeddedStore;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
});
afterAll(async () => {
	expect(await embedded.stop()).toBe(0);
});

test('answers 300 parallel parameterised queries, each with its own value', async () => {
	const answers = await Promise.all(
		Array.from({ length: 300 }, (_, i) =>
			embedded.store.query<{ n: string; t: string }>('SELECT {n:UInt64} AS n, {t:String} AS t', {
				n: BigInt(i) + 170587115523932323n,
				t: `it's\t${i}\n\n"x" \\ é`,
			}),
		),
	);
	for (const [i, rows] of answers.entries()) {
		expect(rows).toEqual([{ n: String(BigInt(i) + 170587115523932323n), t: `it's\t${i}\n\n"x" \\ é` }]);
	}
});

test('migrations apply once and again to no effect', async () => {
	expect(await migrate(embedded.store)).toEqual([]);
	const tables = await embedded.store.query<{ name: string }>(
		"SELECT name FROM system.tables WHERE database = currentDatabase() AND engine NOT LIKE '%View' ORDER BY name",
	);
	expect(tables.map((row) => row.name)).toContain('alerts');
});

test('the data and the address outlive a restart', async () => {
	const home = await mkdtemp(join(tmpdir(), 'nightjar-test-'));
	const first = await startEmbeddedStore({ home });
	await first.store.command(
		'CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100',
	);
	await first.store.insert('kept', ['a'], Uint8Array.of(1, 2, 3), 'one');
	expect(await first.stop()).toBe(0);
	for (let round = 0; round < 3; round++) {
		const again = await startEmbeddedStore({ home });
		expect([again.url, again.key]).toEqual([first.url, first.key]);
		await again.store.insert('kept', ['a'], Uint8Array.of(1, 2, 3), 'one');
		expect(await again.store.query('SELECT sum(a) AS sum, count() AS n FROM kept')).toEqual([{ sum: '6', n: '3' }]);
		expect(await again.store.query("SELECT name FROM system.tables WHERE database = 'default'")).toEqual([]);
		expect(await again.stop()).toBe(0);
	}
	await rm(home, { recursive: true });
});
