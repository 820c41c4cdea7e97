import { createReadStream, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate, renderMigrations } from '#clickhouse/migrate.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import { readFilter } from '#clickhouse/read/filters.ts';
import { FEATURES } from '#lib/alert/features.ts';
import { fieldLayout, storedSql } from '#lib/alert/fieldPlaces.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { restoreBackup } from '#server/cli/restore.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { writeAlerts } from '../support/alertRows.ts';

// A store of each older schema (tests/fixtures/backups) is brought to the newest: nothing that it held may change.

const BACKUPS = join(import.meta.dirname, '..', 'fixtures', 'backups');

async function unpack(archive: string, folder: string): Promise<void> {
	const tar = extract();
	tar.on('entry', (header, stream, next) => {
		const path = join(folder, header.name);
		const write = async () => {
			if (header.type === 'directory') await mkdir(path, { recursive: true });
			else {
				await mkdir(dirname(path), { recursive: true });
				await writeFile(path, await buffer(stream));
			}
		};
		write().then(
			() => {
				stream.resume();
				next();
			},
			(error: unknown) => {
				tar.destroy(error as Error);
			},
		);
	});
	await pipeline(createReadStream(archive), createGunzip(), tar);
}

type Row = Readonly<Record<string, unknown>>;

/** Rows as the older version wrote them, absent numbers as null. */
function heldBefore(path: string): Row[] {
	const text = gunzipSync(readFileSync(path)).toString('utf8');
	return text
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line, (_, value: unknown) => (value === 'nan' ? null : value)) as Row);
}

let folder: string;
let embedded: EmbeddedStore;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'nightjar-upgrade-'));
	embedded = await startEmbeddedStore();
	await unpack(join(BACKUPS, 'schema-2.tar.gz'), folder);
	// the first try is cut off at the worst moment: all is copied, the views are gone, the tables not exchanged
	const failing: Store = {
		...embedded.store,
		command: async (sql, params) => {
			if (sql.startsWith('EXCHANGE')) throw new StoreError('the store went away', 999, false);
			await embedded.store.command(sql, params);
		},
	};
	const backup = join(folder, 'backup');
	// and an ingest of the older version must not go on meanwhile: what it wrote would be lost
	let late = 0;
	const written: Store = {
		...embedded.store,
		query: async <Row>(...question: Parameters<Store['query']>) => {
			if (question[0] === 'SELECT count() AS n FROM alerts' && late++ === 1)
				await writeAlerts(embedded.store, [{ alertId: 7n, objectId: 'ZTF26zzzzzzz' }]);
			return embedded.store.query<Row>(...question);
		},
	};
	await expect(restoreBackup(written, embedded.home, backup, false)).rejects.toThrow('Stop every ingest');
	await expect(restoreBackup(failing, embedded.home, backup, true)).rejects.toThrow('went away');
	await expect(restoreBackup(embedded.store, embedded.home, backup, false)).rejects.toThrow('The store is not empty');
	expect((await migrate(embedded.store)).map(({ id }) => id)).toEqual([3, 4, 5]);
}, 300_000);
afterAll(async () => {
	await embedded.stop();
	await rm(folder, { recursive: true });
});

const before = heldBefore(join(BACKUPS, 'schema-2.ndjson.gz'));
/** The arrays of features of bands, which have become longer: their values are compared under their names. */
const names = Object.keys(before[0] ?? {}).filter((name) => !name.endsWith('_statistics'));
const places = new Map(
	[...SURVEYS.flatMap((survey) => fieldLayout(survey).places), ...FEATURES].map((place) => [place.column, place]),
);

async function alertsNow(): Promise<Row[]> {
	const sql = (name: string): string => {
		const place = places.get(name);
		return place === undefined ? `alerts.${name}` : storedSql(place, 'alerts');
	};
	return embedded.store.query<Row>(
		`SELECT ${names.map((name) => `${sql(name)} AS \`${name}\``).join(', ')} FROM alerts ORDER BY survey, alert_id`,
	);
}

test('every field and feature of a store of schema 2 has the value that it had', async () => {
	expect(names.length).toBeGreaterThan(1100);
	expect(new Set(before.map(({ survey }) => survey)).size).toBe(7);
	const now = await alertsNow();
	expect(now).toHaveLength(before.length);
	for (const [i, row] of before.entries()) {
		const name = `${String(row['survey'])} ${String(row['alert_id'])}`;
		const other = names.filter((column) => JSON.stringify(row[column]) !== JSON.stringify(now[i]?.[column]));
		expect(
			other.map((column) => [column, row[column], now[i]?.[column]]),
			name,
		).toEqual([]);
	}
	const filled = (prefix: string) =>
		before.filter((row) => names.some((column) => column.startsWith(prefix) && row[column] !== null)).length;
	// what moved was there
	for (const prefix of [
		'lsst_orbit',
		'lsst_trail_ndata',
		'lsst_pixel_flags_',
		'elasticc_',
		'winter_',
		'z_rise_days',
		'z_peak_mag',
	])
		expect(filled(prefix), prefix).toBeGreaterThan(0);
});

const columnsOf = (store: Store) =>
	store.query<{ name: string }>(
		`SELECT name, type, default_kind FROM system.columns WHERE database = currentDatabase() AND table = 'alerts' ORDER BY name`,
	);

test('the columns are those of a new store, and the schema is the newest', async () => {
	const [applied] = await embedded.store.query<{ id: number }>('SELECT max(id) AS id FROM migrations');
	expect(applied?.id).toBe(renderMigrations().at(-1)?.id);
	const fresh = await startEmbeddedStore();
	const expected = await columnsOf(fresh.store);
	await fresh.stop();
	expect(await columnsOf(embedded.store)).toEqual(expected);
});

test('it goes on: new alerts are stored beside the old, and counted', async () => {
	const counts = async () => {
		const [row] = await embedded.store.query(
			`SELECT (SELECT count() FROM alerts) AS alerts, (SELECT uniqExactMerge(alerts) FROM objects) AS objects,
				(SELECT uniqExactMerge(alerts) FROM nightly) AS nightly`,
		);
		return row;
	};
	expect(await counts()).toEqual({ alerts: '18', objects: '18', nightly: '18' });
	await writeAlerts(embedded.store, [{ alertId: 1n, objectId: 'ZTF26aaaaaaa' }]);
	expect(await counts()).toEqual({ alerts: '19', objects: '19', nightly: '19' });
	const tables = await embedded.store.query<{ name: string }>(
		'SELECT name FROM system.tables WHERE database = currentDatabase()',
	);
	expect(tables.filter(({ name }) => name.startsWith('alerts_moved'))).toEqual([]);
});

test('a second start moves nothing', async () => {
	const commands: string[] = [];
	const watched: Store = {
		...embedded.store,
		command: async (sql, params) => {
			commands.push(sql);
			await embedded.store.command(sql, params);
		},
	};
	expect(await migrate(watched)).toEqual([]);
	expect(commands.filter((sql) => /ALTER|INSERT|EXCHANGE|DROP/.test(sql))).toEqual([]);
});

test(
	'a store of schema 3 keeps every row, and the band of a filter, of which nobody knows who set it',
	{ timeout: 300_000 },
	async () => {
		const older = await startEmbeddedStore();
		const unpacked = await mkdtemp(join(tmpdir(), 'nightjar-upgrade-'));
		try {
			const { store } = older;
			await unpack(join(BACKUPS, 'schema-3.tar.gz'), unpacked);
			await restoreBackup(store, older.home, join(unpacked, 'backup'), false);
			const [applied] = await store.query<{ id: number }>('SELECT max(id) AS id FROM migrations');
			expect(applied?.id).toBe(renderMigrations().at(-1)?.id);
			const held = heldBefore(join(BACKUPS, 'schema-3.ndjson.gz'));
			const columns = Object.keys(held[0] ?? {});
			const now = await store.query<Row>(
				`SELECT ${columns.map((name) => `alerts.${name}`).join(', ')} FROM alerts ORDER BY survey, alert_id`,
			);
			expect(held).toHaveLength(35);
			expect(now).toEqual(held);
			const [rows] = await store.query(
				`SELECT (SELECT count() FROM photometry) AS points, (SELECT count() FROM scores) AS scores, (SELECT count() FROM filter_hits) AS hits,
				(SELECT uniqExactMerge(alerts) FROM objects) AS objects, (SELECT uniqExactMerge(alerts) FROM nightly) AS nightly`,
			);
			expect(rows).toEqual({ points: '949', scores: '630', hits: '66', objects: '35', nightly: '35' });
			expect(await readFilter(store, null, 'bc955239-7051-5795-807c-7884bf91e49f')).toMatchObject({
				expected: { low: 3, high: 9, by: 'unknown' },
			});
			await writeAlerts(store, [{ alertId: 1n, objectId: 'ZTF26aaaaaaa' }]);
			const [after] = await store.query('SELECT count() AS alerts FROM alerts');
			expect(after).toEqual({ alerts: '36' });
		} finally {
			await older.stop();
			await rm(unpacked, { recursive: true });
		}
	},
);
