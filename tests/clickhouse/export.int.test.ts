import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';

const ROWS = 200_000;
// set NIGHTJAR_PYTHON to an interpreter with pyarrow to have Parquet and Arrow read by another implementation
const PYTHON = process.env['NIGHTJAR_PYTHON'] ?? 'python3';
const hasPyarrow = spawnSync(PYTHON, ['-c', 'import pyarrow.parquet']).status === 0;

const SQL = `SELECT number AS id, toFloat64(number) / 7 AS x, concat('a "b", \\n', toString(number)) AS text,
	if(number % 2 = 0, NULL, toInt32(number)) AS maybe FROM numbers({rows:UInt64})`;
const text = (i: number) => `a "b", \n${i}`;

let embedded: EmbeddedStore;
let folder: string;
beforeAll(async () => {
	embedded = await startEmbeddedStore({ migrate: false });
	folder = await mkdtemp(join(tmpdir(), 'nightjar-export-'));
});
afterAll(async () => {
	await embedded.stop();
	await rm(folder, { recursive: true });
});

const exported = async (format: string, sql = SQL) => buffer(await embedded.store.stream(sql, format, { rows: ROWS }));

/** Plain RFC 4180 reader. */
function parseCsv(bytes: string): string[][] {
	const rows: string[][] = [];
	let row: string[] = [];
	for (const [, quoted, plain, end] of bytes.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g)) {
		if (end === '' && row.length === 0 && plain === '') break;
		row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
		if (end !== ',') {
			rows.push(row);
			row = [];
		}
	}
	return rows;
}

function checkCsv(rows: string[][]): void {
	expect(rows.length).toBe(ROWS);
	for (const [i, [id, x, cell, maybe]] of rows.entries()) {
		if (id !== String(i) || Number(x) !== i / 7 || cell !== text(i) || maybe !== (i % 2 === 0 ? '\\N' : String(i))) {
			expect([i, id, x, cell, maybe]).toEqual('the row as written');
		}
	}
}

test('CSV and CSVWithNames: every row once, one header', async () => {
	checkCsv(parseCsv((await exported('CSV')).toString()));
	const [header, ...rows] = parseCsv((await exported('CSVWithNames')).toString());
	expect(header).toEqual(['id', 'x', 'text', 'maybe']);
	checkCsv(rows);
});

test('a query with a scalar sub-query exports the same rows', async () => {
	const sql = `${SQL} WHERE number < (SELECT toUInt64({rows:UInt64}))`;
	const [header, ...rows] = parseCsv((await exported('CSVWithNames', sql)).toString());
	expect(header).toEqual(['id', 'x', 'text', 'maybe']);
	checkCsv(rows);
});

test('JSONEachRow: every row once', async () => {
	const lines = (await exported('JSONEachRow')).toString().trimEnd().split('\n');
	expect(lines.length).toBe(ROWS);
	for (const [i, line] of lines.entries()) {
		const row: unknown = JSON.parse(line);
		const expected = { id: String(i), x: i / 7, text: text(i), maybe: i % 2 === 0 ? null : i };
		if (JSON.stringify(row) !== JSON.stringify(expected)) expect(row).toEqual(expected);
	}
});

test('RowBinary: the bytes are as long as the rows', async () => {
	const bytes = await exported('RowBinary');
	let at = 0;
	let rows = 0;
	while (at < bytes.length) {
		if (bytes.readBigUInt64LE(at) !== BigInt(rows)) expect(rows).toBe('the next id');
		const length = bytes[at + 16] ?? 0;
		at += 17 + length;
		at += bytes[at] === 1 ? 1 : 5;
		rows++;
	}
	expect([rows, at]).toEqual([ROWS, bytes.length]);
});

test('no rows give a header and nothing else', async () => {
	const none = `SELECT 1 AS a, 'x' AS b FROM numbers({rows:UInt64}) WHERE 0`;
	expect((await exported('CSVWithNames', none)).toString()).toBe('"a","b"\n');
	expect((await exported('JSONEachRow', none)).toString()).toBe('');
	const parquet = await exported('Parquet', none);
	expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
});

test('an answer that fails half way is cut, and says why', async () => {
	const source = await embedded.store.stream('SELECT throwIf(number = 15000000) FROM numbers(20000000)', 'CSV');
	await expect(buffer(source)).rejects.toMatchObject({ code: 395 });
});

const READ = `
import sys, pyarrow as pa, pyarrow.parquet as pq, pyarrow.ipc as ipc
kind, path = sys.argv[1:]
t = pq.read_table(path) if kind == 'Parquet' else ipc.open_file(path).read_all() if kind == 'Arrow' else ipc.open_stream(path).read_all()
ids = t.column('id').to_pylist()
assert ids == list(range(${ROWS})), 'ids'
def s(v): return v.decode() if isinstance(v, bytes) else v
assert [s(v) for v in t.column('text').to_pylist()] == ['a "b", \\n%d' % i for i in ids], 'text'
assert t.column('x').to_pylist() == [i / 7 for i in ids], 'x'
assert t.column('maybe').to_pylist() == [None if i % 2 == 0 else i for i in ids], 'maybe'
print(t.num_rows)
`;

for (const format of ['Parquet', 'Arrow', 'ArrowStream']) {
	test(`${format}: one document`, async () => {
		const bytes = await exported(format);
		const mark = format === 'Parquet' ? 'PAR1' : format === 'Arrow' ? 'ARROW1' : '';
		expect(bytes.subarray(0, mark.length).toString()).toBe(mark);
		expect(bytes.subarray(bytes.length - mark.length).toString()).toBe(mark);
		const path = join(folder, format);
		await writeFile(path, bytes);
	});

	test.skipIf(!hasPyarrow)(`${format}: read whole by pyarrow`, () => {
		const path = join(folder, format);
		expect(execFileSync(PYTHON, ['-c', READ, format, path], { encoding: 'utf8' }).trim()).toBe(String(ROWS));
	});
}

test('an export does not hold the answer in memory', async () => {
	const source = await embedded.store.stream('SELECT number, toString(number) FROM numbers(3000000)', 'CSVWithNames');
	let bytes = 0;
	let peak = 0;
	for await (const chunk of source as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		peak = Math.max(peak, source.readableLength);
	}
	expect(bytes).toBeGreaterThan(40_000_000);
	expect(peak).toBeLessThan(4_000_000);
});
