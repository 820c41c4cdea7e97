import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Config, readConfig } from '#server/config.ts';
import { CommandError, EXIT, type Subcommand } from './command.ts';
import { nearestName } from './nearestName.ts';
import { SUPERVISED } from './supervise.ts';
import { systemProblem } from './systemProblem.ts';
import { usageProblem } from './usage.ts';

interface Entry {
	readonly summary: string;
	/** Loaded only when it is asked for: `nightjar --help` must not wait for the store's client or the simulator. */
	load(): Promise<Subcommand>;
}

/** A subcommand that prints its own help and wants the configuration. */
function configured(run: (args: readonly string[], config: Config) => Promise<number>): Subcommand {
	return { help: null, run: ({ args }) => run(args, readConfig()) };
}

const COMMANDS: Readonly<Record<string, Entry>> = {
	start: {
		summary: 'Everything on one machine: store, portal, and a simulated sky or your alerts',
		load: async () => (await import('./start.ts')).start,
	},
	portal: { summary: 'The portal alone', load: async () => (await import('./portal.ts')).portal },
	ingest: {
		summary: 'Reads alert packets from files, folders and archives into the store',
		load: async () => (await import('./ingest.ts')).ingest,
	},
	replay: {
		summary: 'Feeds again what was set aside, a range of a topic, or a night',
		load: async () => (await import('./replay.ts')).replay,
	},
	nights: {
		summary: 'Which nights are open; closes one by hand',
		load: async () => (await import('./nights.ts')).nights,
	},
	consume: {
		summary: 'Enriched alerts from Kafka, to the shell or a file',
		load: async () => (await import('./consume.ts')).consume,
	},
	convert: {
		summary: 'Avro to CSV, Parquet or JSON',
		load: async () => (await import('./convert.ts')).convert,
	},
	deliver: {
		summary: 'Sends hits of filters to webhooks and by mail',
		load: async () => (await import('./deliver.ts')).deliver,
	},
	store: { summary: 'The embedded column store alone', load: async () => configured((await import('./store.ts')).run) },
	catalog: {
		summary: 'Loads, lists and removes catalogues that alerts are matched with',
		load: async () => (await import('./catalog.ts')).catalog,
	},
	crossmatch: {
		summary: 'Matches stored objects with catalogues again',
		load: async () => (await import('./crossmatch.ts')).crossmatch,
	},
	truth: {
		summary: 'Loads what the alerts of a test stream really were',
		load: async () => (await import('./truth.ts')).truth,
	},
	migrate: {
		summary: 'Brings the tables of the store up to this version',
		load: async () => configured((await import('./migrate.ts')).run),
	},
	backup: {
		summary: 'Copies the store to a folder while it runs',
		load: async () => configured((await import('./backup.ts')).run),
	},
	restore: {
		summary: 'Puts a backup back into an empty store',
		load: async () => configured((await import('./restore.ts')).run),
	},
	simulate: {
		summary: 'Writes simulated packets of both surveys to a folder or archive',
		load: async () => configured((await import('./simulate.ts')).run),
	},
	models: {
		summary: 'The networks that score alerts: list, add, fetch',
		load: async () => (await import('./models.ts')).models,
	},
	recompute: {
		summary: 'Computes features of stored alerts again, as new versions beside the old',
		load: async () => (await import('./recompute.ts')).recompute,
	},
	rescore: {
		summary: 'Scores stored alerts where a model was missing, failed or came later',
		load: async () => (await import('./rescore.ts')).rescore,
	},
	user: {
		summary: 'Accounts of the portal: add, reset, operator, list',
		load: async () => (await import('./user.ts')).user,
	},
	doctor: {
		summary: 'Checks Node, disk, port, store and schema, and says what to do',
		load: async () => (await import('./doctor.ts')).doctor,
	},
};

function overview(): string {
	const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length)) + 2;
	const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`);
	return `nightjar: an alert broker for time-domain astronomy with a science portal in front of it

Use: nightjar COMMAND [OPTIONS]

${lines.join('\n')}

nightjar COMMAND --help tells more; nightjar --version prints the version.
Settings are environment variables, listed in docs/configuration.md.
Exit codes: 0 done, 1 failed, 2 the command line makes no sense, 3 finished with dead letters.
`;
}

function readVersion(install: string): string {
	const manifest: unknown = JSON.parse(readFileSync(`${install}/package.json`, 'utf8'));
	return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '?';
}

async function main(args: readonly string[]): Promise<number> {
	// this file is built into dist/ of the installation
	const install = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
	const [name, ...rest] = args;
	if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
		process.stdout.write(overview());
		return name === undefined ? EXIT.usage : EXIT.done;
	}
	if (name === '--version' || name === '-v') {
		process.stdout.write(`${readVersion(install)}\n`);
		return EXIT.done;
	}
	const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
	if (entry === undefined) {
		const near = nearestName(name, Object.keys(COMMANDS));
		process.stderr.write(
			`There is no command "${name}".${near === null ? '' : ` Did you mean "${near}"?`} nightjar --help lists them.\n`,
		);
		return EXIT.usage;
	}
	const command = await entry.load();
	if (command.help !== null && (rest.includes('--help') || rest.includes('-h'))) {
		process.stdout.write(`${command.help.trim()}\n`);
		return EXIT.done;
	}
	return command.run({ args: rest, install, version: readVersion(install) });
}

/** True for errors whose sentence is written for the operator: a stack would only hide it. */
function isForOperators(error: unknown): error is Error {
	return (
		error instanceof Error &&
		[
			'CatalogError',
			'CsvError',
			'FitsError',
			'VotableError',
			'CommandError',
			'ConfigError',
			'RegistryError',
			'SlotTaken',
			'SourceError',
			'StoreError',
		].includes(error.name)
	);
}

// a supervised process ends with its supervisor, also when that was killed, and be it before this line
// eslint-disable-next-line no-restricted-properties -- how it was started is no setting
const supervised = process.env[SUPERVISED] === '1';
// eslint-disable-next-line no-restricted-properties -- what it starts itself is not
process.env[SUPERVISED] = '';
if (supervised && !process.connected) process.exit(EXIT.done);
if (process.connected) {
	process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
	process.channel?.unref();
}

try {
	process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
	const error = usageProblem(thrown) ?? thrown;
	const sentence = isForOperators(error) ? error.message : systemProblem(error);
	if (sentence === null) console.error(error);
	else process.stderr.write(`${sentence}\n`);
	process.exitCode = error instanceof CommandError ? error.exitCode : EXIT.failed;
}
