import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectStore } from '#clickhouse/connect.ts';
import { rowEncoder, type CellValue } from '#clickhouse/rowEncoder.ts';
import { startEmbeddedStore } from '../support/embeddedStore.ts';

let home: string;
beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), 'nightjar-test-'));
});
afterEach(async () => {
	await rm(home, { recursive: true, force: true });
});

const COLUMNS = [
	{ name: 'survey', type: 'LowCardinality(String)' },
	{ name: 'alert_id', type: 'UInt64' },
	{ name: 'object_id', type: 'String' },
	{ name: 'programme', type: 'LowCardinality(String)' },
	{ name: 'origin', type: "Enum8('real' = 1, 'test' = 2, 'simulated' = 3)" },
	{ name: 'night', type: 'Date' },
	{ name: 'mjd', type: 'Float64' },
	{ name: 'hpx29', type: 'UInt64' },
	{ name: 'mag', type: 'Float32' },
	{ name: 'writer', type: 'LowCardinality(String)' },
	{ name: 'number', type: 'UInt64' },
	{ name: 'known_at', type: "DateTime64(3, 'UTC')" },
] as const;
const NAMES = COLUMNS.map((column) => column.name);

/** A batch of alerts of two nights and two origins, hence of two partitions. */
function alerts(number: number, size: number): Uint8Array {
	const encoder = rowEncoder(COLUMNS);
	for (let i = 0; i < size; i++) {
		const id = number * size + i;
		const row: CellValue[] = [
			'ztf',
			BigInt(id),
			`ZTF${id % 500}`,
			'public',
			id % 7 === 0 ? 'test' : 'real',
			20_000 + (id % 2),
		];
		row.push(60_000 + (id % 2), BigInt(id) << 34n, 18, 'w1', BigInt(number), 1_730_000_000_000 + number);
		encoder.row(row);
	}
	return encoder.finish();
}

const COUNTS = `SELECT
	(SELECT count() FROM alerts) AS rows,
	(SELECT uniqExact(alert_id) FROM alerts) AS ids,
	(SELECT uniqExactMerge(alerts) FROM objects) AS objects,
	(SELECT uniqExactMerge(alerts) FROM nightly) AS nightly`;

test('the same token twice inserts once, in the views too', async () => {
	const embedded = await startEmbeddedStore({ home });
	const { store } = embedded;
	await store.command(
		'CREATE TABLE summed (night Date, n SimpleAggregateFunction(sum, UInt64)) ENGINE = AggregatingMergeTree ORDER BY night SETTINGS non_replicated_deduplication_window = 100',
	);
	await store.command(
		'CREATE MATERIALIZED VIEW summed_view TO summed AS SELECT night, count() AS n FROM alerts GROUP BY night',
	);
	for (let round = 0; round < 3; round++) await store.insert('alerts', NAMES, alerts(0, 1000), 'w1:0');
	expect(await store.query(COUNTS)).toEqual([{ rows: '1000', ids: '1000', objects: '1000', nightly: '1000' }]);
	expect(await store.query('SELECT sum(n) AS n FROM summed')).toEqual([{ n: '1000' }]);
	await store.insert('alerts', NAMES, alerts(1, 1000), 'w1:1');
	expect(await store.query(COUNTS)).toEqual([{ rows: '2000', ids: '2000', objects: '2000', nightly: '2000' }]);
	expect(await store.query('SELECT sum(n) AS n FROM summed')).toEqual([{ n: '2000' }]);
	await embedded.stop();
});

test('a bad insert is refused at once and whole', async () => {
	const embedded = await startEmbeddedStore({ home });
	const started = Date.now();
	const cut = alerts(0, 1000).subarray(0, 20_000);
	await expect(embedded.store.insert('alerts', NAMES, cut, 'w1:0')).rejects.toMatchObject({
		code: 33,
		retriable: false,
	});
	await expect(embedded.store.insert('nowhere', ['a'], cut, 'w1:0')).rejects.toMatchObject({ code: 60 });
	expect(Date.now() - started).toBeLessThan(30_000);
	expect(await embedded.store.query('SELECT count() AS n FROM alerts')).toEqual([{ n: '0' }]);
	await embedded.stop();
});

test('kill -9 amid inserts: retries lose nothing and double nothing', { timeout: 300_000 }, async () => {
	let embedded = await startEmbeddedStore({ home });
	const store = connectStore({ url: embedded.url, password: embedded.key });
	const BATCHES = 40;
	const KILLS = 3;
	let next = 0;
	let kills = 0;
	const worker = async () => {
		// however many they get done between two kills, each kill comes amid them
		while (next < BATCHES || kills < KILLS) {
			const number = next++;
			await store.insert('alerts', NAMES, alerts(number, 200), `w1:${number}`);
		}
	};
	const writing = Promise.all([worker(), worker(), worker()]);
	while (kills < KILLS) {
		const before = next;
		while (next < before + 5) await pause(5);
		await embedded.kill();
		embedded = await startEmbeddedStore({ home, migrate: false });
		kills++;
	}
	await writing;
	expect(next).toBeGreaterThanOrEqual(BATCHES);
	const total = String(next * 200);
	expect(await store.query(COUNTS)).toEqual([{ rows: total, ids: total, objects: total, nightly: total }]);
	await store.close();
	await embedded.stop();
});

test('a stop lets running inserts end and later ones wait for the next start', { timeout: 300_000 }, async () => {
	let embedded = await startEmbeddedStore({ home });
	const store = connectStore({ url: embedded.url, password: embedded.key });
	let next = 0;
	let going = true;
	const worker = async () => {
		while (going) {
			const number = next++;
			await store.insert('alerts', NAMES, alerts(number, 100), `w1:${number}`);
		}
	};
	const writing = Promise.all([worker(), worker(), worker()]);
	for (let round = 0; round < 3; round++) {
		await pause(200);
		expect(await embedded.stop()).toBe(0);
		embedded = await startEmbeddedStore({ home, migrate: false });
	}
	going = false;
	await writing;
	const total = String(next * 100);
	expect(await store.query(COUNTS)).toEqual([{ rows: total, ids: total, objects: total, nightly: total }]);
	await store.close();
	await embedded.stop();
});
