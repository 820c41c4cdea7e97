import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderMigrations } from '#clickhouse/migrate.ts';
import { rowEncoder, type CellValue } from '#clickhouse/rowEncoder.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';

let embedded: EmbeddedStore;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
});
afterAll(async () => {
	await embedded.stop();
});

// value written, expression over column v, what it gives
const CASES: [type: string, value: CellValue, expression: string, expected: unknown][] = [
	['UInt8', 255, 'v', 255],
	['UInt16', 65535, 'v', 65535],
	['UInt32', 4294967295, 'v', 4294967295],
	['UInt64', 18446744073709551615n, 'v', '18446744073709551615'],
	['UInt64', 170587115523932323n, 'v', '170587115523932323'],
	['Int32', -2147483648, 'v', -2147483648],
	['Int64', -9223372036854775808n, 'v', '-9223372036854775808'],
	['Float32', 19.25, 'v', 19.25],
	['Float32', null, 'isNaN(v)', 1],
	['Float64', -0.1, 'v', -0.1],
	['Float64', Infinity, 'isInfinite(v)', 1],
	['Bool', true, 'v', true],
	['Nullable(Bool)', false, 'v', false],
	['Nullable(Bool)', null, 'v', null],
	['String', '', 'v', ''],
	['String', 'a\n\nb é 𝛼', 'v', 'a\n\nb é 𝛼'],
	['String', 'x'.repeat(70_000), 'length(v)', '70000'],
	['String', Uint8Array.of(10, 10, 0, 255), 'hex(v)', '0A0A00FF'],
	['Nullable(String)', null, 'v', null],
	['Nullable(String)', '', 'v', ''],
	['LowCardinality(String)', 'ztf', 'v', 'ztf'],
	['LowCardinality(Nullable(String))', null, 'v', null],
	['LowCardinality(Nullable(String))', 'x', 'v', 'x'],
	["Enum8('real' = 1, 'it\\'s' = -2)", "it's", 'v', "it's"],
	['Date', 20000, 'v', '2024-10-04'],
	["DateTime64(3, 'UTC')", 1730000000123, 'v', '2024-10-27 03:33:20.123'],
	['UUID', '00112233-4455-6677-8899-aabbccddeeff', 'v', '00112233-4455-6677-8899-aabbccddeeff'],
	['FixedString(4)', Uint8Array.of(10, 10, 1, 2), 'hex(v)', '0A0A0102'],
	['Array(UInt32)', Uint32Array.of(1, 4294967295), 'v', [1, 4294967295]],
	['Array(UInt32)', [], 'v', []],
	['Array(Tuple(survey String, programme String))', [['ztf', 'public']], 'v', [{ survey: 'ztf', programme: 'public' }]],
	['Map(LowCardinality(String), UInt64)', new Map([['w1', 2n ** 63n]]), 'v', { w1: '9223372036854775808' }],
	['Map(LowCardinality(String), Float64)', { a: 0.5, b: -1 }, 'v', { a: 0.5, b: -1 }],
	['Map(LowCardinality(String), String)', {}, 'v', {}],
];

test('each type comes back as it was written', async () => {
	for (const [index, [type, value, expression, expected]] of CASES.entries()) {
		const table = `case_${index}`;
		await embedded.store.command(`CREATE TABLE ${table} (v ${type}, after UInt8) ENGINE = Memory`);
		const encoder = rowEncoder([
			{ name: 'v', type },
			{ name: 'after', type: 'UInt8' },
		]);
		encoder.row([value, 77]);
		await embedded.store.insert(table, encoder.names, encoder.finish(), 'one');
		const rows = await embedded.store.query(`SELECT ${expression} AS got, after FROM ${table}`);
		expect(rows, type).toEqual([{ got: expected, after: 77 }]);
	}
});

test('every column that the migrations make has an encoder', async () => {
	const columns = await embedded.store.query<{ table: string; name: string; type: string }>(
		"SELECT table, name, type FROM system.columns WHERE database = currentDatabase() AND type NOT LIKE 'AggregateFunction%'",
	);
	expect(columns.length).toBeGreaterThan(100);
	expect(renderMigrations().length).toBeGreaterThan(0);
	rowEncoder(columns);
});

test('10,000 rows of random bytes, blank lines and long texts arrive whole', async () => {
	await embedded.store.command(
		'CREATE TABLE noise (id UInt64, bytes String, h UInt64 DEFAULT 0) ENGINE = MergeTree ORDER BY id',
	);
	const encoder = rowEncoder(
		[
			{ name: 'id', type: 'UInt64' },
			{ name: 'bytes', type: 'String' },
		],
		16,
	);
	const sent = new Map<string, string>();
	for (let i = 0; i < 10_000; i++) {
		const noise = randomBytes(i % 400);
		const bytes = i % 3 === 0 ? Buffer.concat([Buffer.from('\n\n'), noise, Buffer.from('\n\nSELECT 1;\n\n')]) : noise;
		encoder.row([BigInt(i), bytes]);
		sent.set(String(i), bytes.toString('hex').toUpperCase());
	}
	await embedded.store.insert('noise', encoder.names, encoder.finish(), 'noise');
	const rows = await embedded.store.query<{ id: string; hex: string }>('SELECT id, hex(bytes) AS hex FROM noise');
	expect(rows.length).toBe(10_000);
	for (const { id, hex } of rows) expect(hex).toBe(sent.get(id));
});

test('a value of the wrong kind names its column', () => {
	const encoder = rowEncoder([{ name: 'mjd', type: 'Float64' }]);
	expect(() => {
		encoder.row(['yesterday']);
	}).toThrow('Column mjd: "yesterday" is no Float64.');
});
