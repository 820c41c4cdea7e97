import { cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { appliedVersion, renderMigrations } from '#clickhouse/migrate.ts';
import { openStore } from '#clickhouse/open.ts';
import { countRows, publishedNumbers, runToEnd } from '#clickhouse/snapshot.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import type { Config } from '#server/config.ts';

const HELP = `nightjar backup DIR

Copies the tables of the running embedded store into DIR, a new or empty folder. Ingest may go on meanwhile:
the backup holds every batch that was published when it began, and nothing of later ones after a restore.

"nightjar restore DIR" brings it back. Accounts are not part of it.
`;

/** What a backup folder says about itself, in manifest.json. */
export interface BackupManifest {
	readonly kind: 'nightjar-backup';
	readonly madeAt: string;
	/** Number of the last migration. */
	readonly schema: number;
	readonly codeVersion: string;
	readonly database: string;
	/** Last published batch per writer: later ones are dropped by a restore. */
	readonly published: Readonly<Record<string, string>>;
	/** Rows per table up to those batches. */
	readonly rows: Readonly<Record<string, string>>;
}

async function isFree(folder: string): Promise<boolean> {
	try {
		return (await readdir(folder)).length === 0;
	} catch {
		return true;
	}
}

/** Moves a folder, copying where it lies on another disk. */
async function move(from: string, to: string): Promise<void> {
	try {
		await rename(from, to);
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
		await cp(from, to, { recursive: true });
		await rm(from, { recursive: true, force: true });
	}
}

/** Writes a backup of the store into a free folder and returns its manifest. */
export async function makeBackup(store: Store, home: string, folder: string): Promise<BackupManifest> {
	// first: whatever is published now is whole in what is copied afterwards
	const published = await publishedNumbers(store);
	const { schema, codeVersion } = await appliedVersion(store);
	const [row] = await store.query<{ database: string }>(
		'SELECT currentDatabase() AS database',
		{},
		{ class: 'ingest' },
	);
	const database = row?.database ?? '';
	const madeAt = new Date().toISOString();
	const name = `backup-${madeAt.replace(/\D/g, '')}-${process.pid}`;
	const made = join(home, 'store', 'backups', name);
	try {
		await runToEnd(store, `BACKUP DATABASE \`${database}\` TO`, name);
		const rows = await countRows(store, published);
		await mkdir(folder, { recursive: true, mode: 0o700 });
		await move(made, join(folder, 'data'));
		const manifest: BackupManifest = {
			kind: 'nightjar-backup',
			madeAt,
			schema,
			codeVersion,
			database,
			published,
			rows,
		};
		await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, '\t')}\n`, { mode: 0o600 });
		return manifest;
	} finally {
		await rm(made, { recursive: true, force: true });
	}
}

/** Runs `nightjar backup`; resolves with the exit code. */
export async function run(args: readonly string[], config: Config): Promise<number> {
	const { values, positionals } = parseArgs({
		args: [...args],
		options: { help: { type: 'boolean', short: 'h', default: false } },
		allowPositionals: true,
	});
	if (values.help) {
		process.stdout.write(HELP);
		return 0;
	}
	const [target] = positionals;
	if (target === undefined || positionals.length > 1) {
		process.stderr.write(HELP);
		return 2;
	}
	if (config.storeUrl !== null) {
		console.error(
			'This backs up the embedded store. Use the BACKUP statement of the server that NIGHTJAR_STORE_URL names.',
		);
		return 2;
	}
	const folder = resolve(target);
	if (!(await isFree(folder))) {
		console.error(`${folder} is not empty; name a new folder.`);
		return 1;
	}
	try {
		const store = await openStore(config, 3_000);
		try {
			const manifest = await makeBackup(store, config.home, folder);
			const rows = Object.values(manifest.rows).reduce((sum, count) => sum + BigInt(count), 0n);
			console.log(
				`Backed up ${rows} rows in ${Object.keys(manifest.rows).length} tables to ${folder} (schema ${manifest.schema} of ${renderMigrations().length}).`,
			);
			return 0;
		} finally {
			await store.close();
		}
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		console.error(error.message);
		return 1;
	}
}
