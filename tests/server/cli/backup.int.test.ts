import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { rowEncoder } from '#clickhouse/rowEncoder.ts';
import type { Store } from '#clickhouse/store.ts';
import { readConfig } from '#server/config.ts';
import { makeBackup, run as runBackup } from '#server/cli/backup.ts';
import { restoreBackup, run as runRestore } from '#server/cli/restore.ts';
import { startEmbeddedStore } from '../../support/embeddedStore.ts';

const ALERT = rowEncoder([
	{ name: 'survey', type: 'String' },
	{ name: 'alert_id', type: 'UInt64' },
	{ name: 'object_id', type: 'String' },
	{ name: 'origin', type: "Enum8('real' = 1, 'test' = 2, 'simulated' = 3)" },
	{ name: 'night', type: 'Date' },
	{ name: 'mjd', type: 'Float64' },
	{ name: 'writer', type: 'String' },
	{ name: 'number', type: 'UInt64' },
	{ name: 'known_at', type: "DateTime64(3, 'UTC')" },
]);
const LOG = rowEncoder([
	{ name: 'writer', type: 'String' },
	{ name: 'number', type: 'UInt64' },
	{ name: 'state', type: "Enum8('opened' = 1, 'published' = 2, 'abandoned' = 3)" },
	{ name: 'at', type: "DateTime64(3, 'UTC')" },
]);

/** Alerts of one writer are no other's: of two rows of one alert a merge keeps one. */
const FIRST_ID: Readonly<Record<string, bigint>> = { w1: 0n, w2: 10_000_000n, w3: 20_000_000n };

/** Writes one batch as ingest does: opened, rows, published. */
async function writeBatch(store: Store, writer: string, number: number, finished = true): Promise<void> {
	const log = async (state: string) => {
		LOG.clear();
		LOG.row([writer, number, state, 1_730_000_000_000 + number]);
		await store.insert('ingest_log', LOG.names, LOG.finish(), `${writer}:${number}:${state}`);
	};
	await log('opened');
	ALERT.clear();
	for (let i = 0; i < 200; i++) {
		const id = (FIRST_ID[writer] ?? 0n) + BigInt(number) * 1000n + BigInt(i);
		ALERT.row(['ztf', id, `ZTF${id % 300n}`, 'real', 20_000, 60_000 + i, writer, number, 1_730_000_000_000 + number]);
	}
	await store.insert('alerts', ALERT.names, ALERT.finish(), `${writer}:${number}`);
	if (finished) await log('published');
}

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'nightjar-backup-'));
	vi.spyOn(console, 'log').mockReturnValue();
});
afterAll(async () => {
	await rm(folder, { recursive: true });
});

const COUNTS = `SELECT
	(SELECT count() FROM alerts) AS rows,
	(SELECT uniqExactMerge(alerts) FROM objects) AS objects,
	(SELECT uniqExactMerge(alerts) FROM nightly) AS nightly,
	(SELECT count() FROM alerts WHERE (writer, number) NOT IN (SELECT writer, number FROM ingest_log WHERE state = 'published')) AS unpublished,
	(SELECT count() FROM ingest_log WHERE state = 'opened') AS opened,
	(SELECT count() FROM ingest_log WHERE state = 'published') AS published,
	(SELECT toString(groupArray((writer, n))) FROM (SELECT writer, max(number) AS n FROM watermarks GROUP BY writer ORDER BY writer)) AS marks,
	(SELECT toString(groupArray((writer, n))) FROM (SELECT writer, max(number) AS n FROM ingest_log WHERE state = 'published' GROUP BY writer ORDER BY writer)) AS log`;

test('a backup made while batches are written comes back whole, batch by batch', async () => {
	const source = await startEmbeddedStore();
	let going = true;
	let written = 0;
	const write = async (writer: string) => {
		for (let number = 1; going; number++, written++) await writeBatch(source.store, writer, number);
	};
	const someMore = async () => {
		const enough = written + 6;
		await vi.waitUntil(() => written >= enough, { timeout: 200_000 });
	};
	await writeBatch(source.store, 'w1', 0);
	await writeBatch(source.store, 'w3', 0, false);
	const writing = Promise.all([write('w1'), write('w2')]);
	await someMore();
	const target = join(folder, 'one');
	expect(await runBackup([target], { ...readConfig({}), home: source.home })).toBe(0);
	await someMore();
	going = false;
	await writing;
	expect(await readdir(join(source.home, 'store/backups'))).toEqual([]);
	await source.stop();

	const fresh = await startEmbeddedStore();
	const restored = await restoreBackup(fresh.store, fresh.home, target, false);
	const manifest = JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8')) as {
		rows: Record<string, string>;
	};
	expect(restored.differing).toEqual([]);
	// at least the batch of w3: its alerts and its line in the log
	expect(restored.dropped).toBeGreaterThanOrEqual(201n);
	expect(restored.rows['alerts']).toBe(manifest.rows['alerts']);
	const [counts] = await fresh.store.query<Record<string, string>>(COUNTS);
	expect(Number(counts?.['rows'])).toBeGreaterThan(0);
	expect(counts?.['unpublished']).toBe('0');
	expect(counts?.['objects']).toBe(counts?.['rows']);
	expect(counts?.['nightly']).toBe(counts?.['rows']);
	expect(counts?.['opened']).toBe(counts?.['published']);
	expect(counts?.['marks']).toBe(counts?.['log']);
	// and it goes on from there
	await writeBatch(fresh.store, 'w1', 1_000_000);
	await fresh.stop();
});

test('a store with rows is only replaced when asked, a newer or broken backup never', async () => {
	const embedded = await startEmbeddedStore();
	const config = { ...readConfig({}), home: embedded.home };
	await writeBatch(embedded.store, 'w1', 0);
	const target = join(folder, 'two');
	const manifest = await makeBackup(embedded.store, embedded.home, target);
	expect(manifest.rows).toMatchObject({ alerts: '200', ingest_log: '2' });
	await writeBatch(embedded.store, 'w1', 1);
	const complaint = vi.spyOn(console, 'error').mockReturnValue();
	expect(await runRestore([target], config)).toBe(1);
	expect(complaint).toHaveBeenLastCalledWith(
		expect.stringMatching(/^The store is not empty: alerts \(400 rows\).*Use --replace/),
	);
	expect(await runBackup([target], config)).toBe(1);
	expect(complaint).toHaveBeenLastCalledWith(`${target} is not empty; name a new folder.`);
	expect(await runRestore([target, '--replace'], config)).toBe(0);
	expect(await embedded.store.query('SELECT count() AS n FROM alerts')).toEqual([{ n: '200' }]);

	await writeFile(join(target, 'manifest.json'), JSON.stringify({ ...manifest, schema: 999, codeVersion: '9.0.0' }));
	expect(await runRestore([target, '--replace'], config)).toBe(1);
	expect(complaint).toHaveBeenLastCalledWith(expect.stringMatching(/made by a newer Nightjar \(9\.0\.0, schema 999\)/));
	await writeFile(join(target, 'manifest.json'), '{}');
	expect(await runRestore([target, '--replace'], config)).toBe(1);
	expect(complaint).toHaveBeenLastCalledWith(expect.stringMatching(/is not a manifest/));
	expect(await embedded.store.query('SELECT count() AS n FROM alerts')).toEqual([{ n: '200' }]);
	expect(existsSync(target)).toBe(true);
	complaint.mockRestore();
	await embedded.stop();
});
