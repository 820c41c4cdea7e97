// `npm run drill -- store [--seconds 100]`: kills the store with signal 9 every few tenths of a second while three writers insert with
// tokens and repeat what failed; afterwards every row, and the states of a view, must be there exactly once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectStore } from '#clickhouse/connect.ts';
import { startEmbeddedStore } from '../tests/support/embeddedStore.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '100' } } });
const ROWS = 200;
const ROW_BYTES = 9;
const home = mkdtempSync(join(tmpdir(), 'nightjar-drill-'));
let embedded = await startEmbeddedStore({ home });
const store = connectStore({ url: embedded.url, password: embedded.key });
await store.command(
	'CREATE TABLE drill (n UInt64, part UInt8) ENGINE = MergeTree PARTITION BY part ORDER BY n SETTINGS non_replicated_deduplication_window = 10000',
);
await store.command(
	'CREATE TABLE drill_states (part UInt8, n AggregateFunction(uniqExact, UInt64)) ENGINE = AggregatingMergeTree ORDER BY part SETTINGS non_replicated_deduplication_window = 10000',
);
await store.command(
	'CREATE MATERIALIZED VIEW drill_view TO drill_states AS SELECT part, uniqExactState(n) AS n FROM drill GROUP BY part',
);

let next = 0;
let stop = false;
async function write(): Promise<void> {
	while (!stop) {
		const batch = next++;
		const rows = Buffer.alloc(ROWS * ROW_BYTES);
		for (let i = 0; i < ROWS; i += 1) {
			rows.writeBigUInt64LE(BigInt(batch * ROWS + i), i * ROW_BYTES);
			rows.writeUInt8(i % 4, i * ROW_BYTES + 8);
		}
		await store.insert('drill', ['n', 'part'], rows, `drill:${batch}`);
	}
}
const writing = Promise.all([write(), write(), write()]);
let kills = 0;
for (const end = Date.now() + Number(values.seconds) * 1000; Date.now() < end; kills += 1) {
	await pause(150 + Math.random() * 500);
	await embedded.kill();
	embedded = await startEmbeddedStore({ home, migrate: false });
}
stop = true;
await writing;
const [found] = await store.query<{ rows: string; ids: string; states: string }>(
	'SELECT count() AS rows, uniqExact(n) AS ids, (SELECT uniqExactMerge(n) FROM drill_states) AS states FROM drill',
);
const expected = String(next * ROWS);
console.log(`${kills} kills, ${next} batches, ${expected} rows written; found:`, found);
const whole = found?.rows === expected && found.ids === expected && found.states === expected;
console.log(whole ? 'Every row is there once.' : 'Rows are lost or doubled.');
await store.close();
await embedded.stop();
rmSync(home, { recursive: true, force: true });
process.exitCode = whole ? 0 : 1;
