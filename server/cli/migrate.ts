import { migrate, renderMigrations } from '#clickhouse/migrate.ts';
import { openStore } from '#clickhouse/open.ts';
import { StoreError } from '#clickhouse/store.ts';
import type { Config } from '#server/config.ts';

const HELP = `nightjar migrate [--print]

Brings the tables of the store up to this version. It may run any number of times and beside a running ingest.

  --print   show the statements for this configuration (NIGHTJAR_CLUSTER) and change nothing
`;

/** Applies the migrations that are missing; resolves with the exit code. */
export async function run(args: readonly string[], config: Config): Promise<number> {
	if (args.includes('--help') || args.includes('-h')) {
		process.stdout.write(HELP);
		return 0;
	}
	if (args.includes('--print')) {
		for (const { statements } of renderMigrations({ cluster: config.cluster })) {
			for (const statement of statements) process.stdout.write(`${statement};\n\n`);
		}
		return 0;
	}
	const store = await openStore(config);
	try {
		const applied = await migrate(store, { cluster: config.cluster });
		for (const { id, name } of applied) console.log(`applied ${String(id).padStart(4, '0')} ${name}`);
		if (applied.length === 0) console.log('The tables are up to date.');
		return 0;
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		console.error(error.message);
		return 1;
	} finally {
		await store.close();
	}
}
