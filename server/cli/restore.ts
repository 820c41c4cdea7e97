import { constants } from 'node:fs';
import { cp, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate, renderMigrations } from '#clickhouse/migrate.ts';
import { openStore } from '#clickhouse/open.ts';
import { countRows, dropLaterBatches, dropTables, filledTables, runToEnd } from '#clickhouse/snapshot.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import type { Config } from '#server/config.ts';
import type { BackupManifest } from './backup.ts';

const HELP = `nightjar restore DIR [--replace]

Brings the backup in DIR into the running embedded store. Stop ingest first ("nightjar store" alone is enough).

  --replace   give up what the store holds now; without it only an empty store is filled
`;

function isTextRecord(value: unknown): value is Record<string, string> {
	return (
		typeof value === 'object' && value !== null && Object.values(value).every((entry) => typeof entry === 'string')
	);
}

/** Reads and checks the manifest of a backup folder. */
async function readManifest(folder: string): Promise<BackupManifest> {
	const path = join(folder, 'manifest.json');
	let parsed: unknown;
	try {
		parsed = JSON.parse(await readFile(path, 'utf8'));
	} catch (cause) {
		throw new StoreError(`${folder} is no backup: ${path} cannot be read.`, 0, false, { cause });
	}
	if (typeof parsed === 'object' && parsed !== null && 'kind' in parsed && parsed.kind === 'nightjar-backup') {
		const entry = parsed as Partial<Record<keyof BackupManifest, unknown>>;
		const { madeAt, schema, codeVersion, database, published, rows } = entry;
		const texts = typeof madeAt === 'string' && typeof codeVersion === 'string' && typeof database === 'string';
		if (texts && typeof schema === 'number' && isTextRecord(published) && isTextRecord(rows)) {
			return { kind: 'nightjar-backup', madeAt, schema, codeVersion, database, published, rows };
		}
	}
	throw new StoreError(`${folder} is no backup: ${path} is not a manifest.`, 0, false);
}

/** Rows restored per table, beside what the backup counted. */
export interface Restored {
	readonly rows: Readonly<Record<string, string>>;
	/** Rows of batches that were being written during the backup. */
	readonly dropped: bigint;
	/** Tables whose rows differ from the backup's count. */
	readonly differing: readonly string[];
}

/** Brings a backup into the store; with `replace` false a store that holds rows is refused. */
export async function restoreBackup(store: Store, home: string, folder: string, replace: boolean): Promise<Restored> {
	const manifest = await readManifest(folder);
	const known = renderMigrations().at(-1)?.id ?? 0;
	if (manifest.schema > known) {
		throw new StoreError(
			`The backup was made by a newer Nightjar (${manifest.codeVersion}, schema ${manifest.schema}); this one knows schema ${known}. Update Nightjar first.`,
			0,
			false,
		);
	}
	const filled = Object.entries(await filledTables(store));
	if (filled.length > 0 && !replace) {
		const list = filled.map(([name, rows]) => `${name} (${rows} rows)`).join(', ');
		throw new StoreError(`The store is not empty: ${list}. Use --replace to give that up.`, 0, false);
	}
	const name = `restore-${Date.now()}-${process.pid}`;
	const copy = join(home, 'store', 'backups', name);
	try {
		await cp(join(folder, 'data'), copy, { recursive: true, mode: constants.COPYFILE_FICLONE });
		await dropTables(store);
		const [row] = await store.query<{ database: string }>(
			'SELECT currentDatabase() AS database',
			{},
			{ class: 'ingest' },
		);
		await runToEnd(store, `RESTORE DATABASE \`${manifest.database}\` AS \`${row?.database ?? ''}\` FROM`, name);
	} finally {
		await rm(copy, { recursive: true, force: true });
	}
	const dropped = await dropLaterBatches(store, manifest.published);
	await migrate(store);
	const rows = await countRows(store, manifest.published);
	const differing = Object.keys(manifest.rows).filter(
		(table) => table !== 'migrations' && rows[table] !== manifest.rows[table],
	);
	return { rows, dropped, differing };
}

/** Runs `nightjar restore`; resolves with the exit code. */
export async function run(args: readonly string[], config: Config): Promise<number> {
	const { values, positionals } = parseArgs({
		args: [...args],
		options: { help: { type: 'boolean', short: 'h', default: false }, replace: { type: 'boolean', default: false } },
		allowPositionals: true,
	});
	if (values.help) {
		process.stdout.write(HELP);
		return 0;
	}
	const [source] = positionals;
	if (source === undefined || positionals.length > 1) {
		process.stderr.write(HELP);
		return 2;
	}
	if (config.storeUrl !== null) {
		console.error(
			'This fills the embedded store. Use the RESTORE statement of the server that NIGHTJAR_STORE_URL names.',
		);
		return 2;
	}
	try {
		const store = await openStore(config, 3_000);
		try {
			const { rows, dropped, differing } = await restoreBackup(store, config.home, resolve(source), values.replace);
			const total = Object.values(rows).reduce((sum, count) => sum + BigInt(count), 0n);
			console.log(
				`Restored ${total} rows in ${Object.keys(rows).length} tables; ${dropped} rows of unfinished batches were left out.`,
			);
			if (differing.length === 0) return 0;
			console.error(`These tables hold another number of rows than the backup counted: ${differing.join(', ')}.`);
			return 1;
		} finally {
			await store.close();
		}
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		console.error(error.message);
		return 1;
	}
}
