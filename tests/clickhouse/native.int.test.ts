import { afterAll, beforeAll, expect, test } from 'vitest';
import { NativeWriter } from '#clickhouse/native.ts';
import { RowBinaryWriter } from '#clickhouse/rowBinary.ts';
import type { RowSink } from '#clickhouse/rowSink.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';

let embedded: EmbeddedStore;
beforeAll(async () => {
	embedded = await startEmbeddedStore({ migrate: false });
});
afterAll(async () => {
	await embedded.stop();
});

type Write = (sink: RowSink, i: number) => void;

/** Column type and what is written in row i, with every value that is special somewhere. */
const COLUMNS: Readonly<Record<string, readonly [type: string, write: Write]>> = {
	u8: ['UInt8', (sink, i) => { sink.u8((i * 85) % 256); }],
	u16: ['UInt16', (sink, i) => { sink.u16((i * 13107) % 65536); }],
	u32: ['UInt32', (sink, i) => { sink.u32((i * 858993459) % 4294967296); }],
	u64: ['UInt64', (sink, i) => { sink.u64(BigInt.asUintN(64, -1n - BigInt(i) * 170587115523932323n)); }],
	parts: ['UInt64', (sink, i) => { sink.u64Parts(0x1fffff, i); }],
	f32: ['Float32', (sink, i) => { sink.f32([0.1, NaN, -Infinity, -0, 1e-45][i % 5] ?? 0); }],
	f64: ['Float64', (sink, i) => { sink.f64([-0.1, NaN, Infinity, 5e-324, 60000.123456789][i % 5] ?? 0); }],
	truth: ['Bool', (sink, i) => { sink.bool(i % 2 === 0); }],
	kind: ["Enum8('a' = 1, 'b' = 2, 'c' = 127)", (sink, i) => { sink.enum8([1, 2, 127][i % 3] ?? 1); }],
	day: ['Date', (sink, i) => { sink.date([0, 20000, 65535][i % 3] ?? 0); }],
	at: ["DateTime64(3, 'UTC')", (sink, i) => { sink.dateTime64([1730000000123, -1, 0][i % 3] ?? 0); }],
	plain: ['String', (sink, i) => { sink.string(['', 'a\n\nb é 𝛼', 'x'.repeat(300), `ZTF${i}`][i % 4] ?? ''); }],
	short: ['LowCardinality(String)', (sink, i) => { sink.string(['ztf', '', 'lsst'][i % 3] ?? ''); }],
	name: ['Nullable(String)', (sink, i) => { sink.nullableText([null, '', '2000 QW7'][i % 3] ?? null); }],
	word: ['LowCardinality(Nullable(String))', (sink, i) => { sink.nullableText(['x', null, ''][i % 3] ?? null); }],
	maybe: ['Nullable(Bool)', (sink, i) => { sink.nullableBool([true, null, false][i % 3] ?? null); }],
	nu32: ['Nullable(UInt32)', (sink, i) => { sink.nullableU32([4294967295, null, 0][i % 3] ?? null); }],
	ni32: ['Nullable(Int32)', (sink, i) => { sink.nullableI32([-2147483648, null, 7][i % 3] ?? null); }],
	ni64: ['Nullable(Int64)', (sink, i) => { sink.nullableI64([-(2n ** 63n), null, 170587115523932323n][i % 3] ?? null); }],
	list: ['Array(UInt32)', (sink, i) => { sink.arrayU32(Array.from({ length: i % 4 }, (_, k) => i * 10 + k)); }],
	floats: ['Array(Float32)', (sink, i) => { sink.arrayF32([0.1, NaN, -i].slice(0, i % 4)); }],
	doubles: ['Array(Float64)', (sink, i) => { sink.arrayF64([60000.123456789, NaN, -i].slice(0, i % 4)); }],
	map: ['Map(LowCardinality(String), UInt64)', (sink, i) => {
		sink.mapU64(new Map([['kafka', BigInt(i)], ['replay', 2n ** 63n]].slice(0, i % 3) as [string, bigint][]));
	}],
}; // prettier-ignore

const names = Object.keys(COLUMNS);

function fill(sink: RowSink, rows: number): void {
	for (let i = 0; i < rows; i += 1) for (const [, write] of Object.values(COLUMNS)) write(sink, i);
}

async function make(table: string): Promise<void> {
	const columns = Object.entries(COLUMNS).map(([name, [type]]) => `${name} ${type}`);
	await embedded.store.command(`CREATE TABLE ${table} (${columns.join(', ')}) ENGINE = Memory`);
}

test.each([1, 2, 100, 70_000])('a block of %i rows reads as the same rows written one by one', async (rows) => {
	await make(`plain_${rows}`);
	await make(`block_${rows}`);
	const plain = new RowBinaryWriter();
	fill(plain, rows);
	await embedded.store.insert(`plain_${rows}`, names, plain.finish(), `p${rows}`);
	// too small an estimate: the buffer has to grow
	const block = new NativeWriter(names, rows, 1);
	fill(block, rows);
	await embedded.store.insert(`block_${rows}`, names, block.finish(), `b${rows}`);
	block.release();
	const [counts] = await embedded.store.query<Record<string, string>>(
		`SELECT (SELECT count() FROM plain_${rows}) AS plain, (SELECT count() FROM block_${rows}) AS block,
			(SELECT sum(cityHash64(*)) FROM plain_${rows}) AS plainSum, (SELECT sum(cityHash64(*)) FROM block_${rows}) AS blockSum,
			(SELECT groupBitXor(cityHash64(*)) FROM plain_${rows}) AS plainXor, (SELECT groupBitXor(cityHash64(*)) FROM block_${rows}) AS blockXor`,
	);
	expect(counts?.['plain']).toBe(String(rows));
	expect([counts?.['block'], counts?.['blockSum'], counts?.['blockXor']]).toEqual([
		counts?.['plain'],
		counts?.['plainSum'],
		counts?.['plainXor'],
	]);
	const read = (table: string) => embedded.store.query(`SELECT * FROM ${table} ORDER BY parts LIMIT 5`);
	expect(await read(`block_${rows}`)).toEqual(await read(`plain_${rows}`));
});

test('memory that was given back is used again without leaving traces', async () => {
	await make('again');
	for (let round = 0; round < 3; round += 1) {
		const block = new NativeWriter(names, 10, 4000);
		fill(block, 10);
		await embedded.store.insert('again', names, block.finish(), `again${round}`);
		block.release();
	}
	const rows = await embedded.store.query<{ n: string }>(
		`SELECT count() AS n FROM again GROUP BY ${names.map((name) => `\`${name}\``).join(', ')}`,
	);
	expect(rows.map((row) => row.n)).toEqual(Array.from({ length: 10 }, () => '3'));
});

test('rows too few, too many or of changing types are refused', () => {
	const few = new NativeWriter(['a', 'b'], 2, 8);
	few.u8(1);
	few.u8(2);
	few.u8(3);
	expect(() => few.finish()).toThrow('Column b lacks rows');
	const many = new NativeWriter(['a'], 1, 8);
	many.u8(1);
	expect(() => { many.u8(2); }).toThrow('More than 1 rows'); // prettier-ignore
	const mixed = new NativeWriter(['a'], 2, 8);
	mixed.u8(1);
	expect(() => { mixed.f32(2); }).toThrow('Column a is UInt8 and then Float32'); // prettier-ignore
	expect(() => { new NativeWriter(['a'], 1, 8).u8(256); }).toThrow('256 does not fit UInt8'); // prettier-ignore
	expect(() => { new NativeWriter(['a'], 1, 8).nullableI32(2 ** 31); }).toThrow('does not fit Int32'); // prettier-ignore
});
