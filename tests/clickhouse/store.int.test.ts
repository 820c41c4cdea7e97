import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '#clickhouse/migrate.ts';
import { patiently } from '#clickhouse/patience.ts';
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
			// a slow machine may give the last of them no turn in time: then they are asked again, as by every writer
			patiently(() =>
				embedded.store.query<{ n: string; t: string }>('SELECT {n:UInt64} AS n, {t:String} AS t', {
					n: BigInt(i) + 170587115523932323n,
					t: `it's\t${i}\n\n"x" \\ é`,
				}),
			),
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

test('values of placeholders arrive as they are, short in the address and long in the body', async () => {
	const nasty = `a'b\\c"d\`e\n\n;--\r\n--x\t{y:String}$z$ é 𝛼 \\N \\n %41+&=?`;
	for (const text of [nasty, nasty.repeat(300), '', '\\', "'", '\\N']) {
		const [row] = await embedded.store.query('SELECT {t:String} AS t, {list:Array(String)} AS list', {
			t: text,
			list: [text, 'x'],
		});
		expect(row).toEqual({ t: text, list: [text, 'x'] });
	}
	const ids = Array.from({ length: 30_000 }, (_, i) => 170587115523932323n + BigInt(i));
	const [sum] = await embedded.store.query(
		'SELECT length({ids:Array(UInt64)}) AS n, arrayMax({ids:Array(UInt64)}) AS top',
		{ ids },
	);
	expect(sum).toEqual({ n: '30000', top: String(ids.at(-1)) });
	const [row] = await embedded.store.query(
		'SELECT {a:Nullable(String)} AS a, {b:Bool} AS b, {c:Float64} AS c, {d:Array(Tuple(UInt64, String))} AS d, {e:Int64} AS e, {f:Date} AS f',
		{ a: null, b: true, c: -0.1, d: [], e: -5n, f: '2026-01-02' },
	);
	expect(row).toEqual({ a: null, b: true, c: -0.1, d: [], e: '-5', f: '2026-01-02' });
});

test('numbers that JSON cannot hold: long ones as text, NaN and infinities as null', async () => {
	const rows = await embedded.store.query(
		'SELECT toUInt64(18446744073709551615) AS id, nan AS x, inf AS y, toFloat32(0.1) AS f, true AS t, NULL AS n',
	);
	expect(rows).toEqual([{ id: '18446744073709551615', x: null, y: null, f: 0.1, t: true, n: null }]);
	const { rowsRead } = await embedded.store.ask('SELECT sum(sipHash64(number)) AS s FROM numbers(1000)');
	expect(rowsRead).toBe(1000);
});

test('readers wait in a queue of their own while exports are slow', async () => {
	const slow = await Promise.all(
		Array.from({ length: 3 }, () =>
			embedded.store.stream('SELECT number, randomString(200) FROM numbers(100000000)', 'CSV'),
		),
	);
	const started = Date.now();
	expect(await embedded.store.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
	expect(Date.now() - started).toBeLessThan(30_000);
	for (const stream of slow) stream.destroy();
});
