import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Store } from '#clickhouse/store.ts';
import { childEnvironment, type Config, readConfig } from '#server/config.ts';
import { INGEST_NODE_FLAGS } from '#server/ingest/nodeFlags.ts';
import { CommandError, EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { ensureStore, type RunningStore } from './embeddedStore.ts';
import { bytesText, openHome, SMALLEST_FREE_BYTES } from './home.ts';
import { requireFreePort } from './listen.ts';
import { isLock, type Lock, takeLock } from './lock.ts';
import { Child } from './supervise.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar start: runs everything on one machine and keeps it running.

Use: nightjar start [--alerts PATH...] [--no-simulation]

Starts the embedded store (unless NIGHTJAR_STORE_URL names a ClickHouse), brings its schema up to date, and serves the
portal on HOST (127.0.0.1) and PORT (3000). Without --alerts a simulated sky is filled in, about two weeks of nights, and
the current night goes on arriving; everything simulated is marked so. Where a Kafka broker is configured
(NIGHTJAR_KAFKA_BROKERS, docs/configuration.md) its alerts are ingested instead, as "nightjar ingest kafka" does.

  --alerts PATH...   ingest these packets, folders or .tar(.gz) nights instead, then keep serving
  --no-simulation    serve what is in the store and ingest nothing

Ctrl-C ends it in order: ingest, deliver, portal, store.
`;

/** What is ingested while the portal is served. */
export type Feed =
	| { readonly kind: 'simulation' }
	| { readonly kind: 'kafka' }
	| { readonly kind: 'alerts'; readonly paths: readonly string[]; readonly options: readonly string[] }
	| { readonly kind: 'nothing' };

/** Reads the words after `start`. */
export function readFeed(args: readonly string[]): Feed {
	const { values, positionals } = usage(() =>
		parseArgs({
			args: [...args],
			allowPositionals: true,
			options: {
				alerts: { type: 'boolean' },
				'no-simulation': { type: 'boolean' },
				origin: { type: 'string' },
			},
		}),
	);
	if (positionals.length > 0 && values.alerts !== true) {
		throw new UsageError(`Write --alerts before the paths to ingest: nightjar start --alerts ${positionals.join(' ')}`);
	}
	if (values.alerts === true) {
		if (positionals.length === 0)
			throw new UsageError('--alerts needs at least one path: a packet, a folder or a .tar file.');
		const options = values.origin === undefined ? [] : ['--origin', values.origin];
		return { kind: 'alerts', paths: positionals.map((path) => resolve(path)), options };
	}
	return values['no-simulation'] === true ? { kind: 'nothing' } : { kind: 'simulation' };
}

function log(line: string): void {
	process.stdout.write(`${line}\n`);
}

function takeHome(config: Config): Lock {
	const lock = takeLock(join(config.home, 'start.json'));
	if (isLock(lock)) return lock;
	throw new CommandError(
		`Nightjar is already running as pid ${lock.pid}${lock.url === null ? '' : ` on ${lock.url}`}, with the data folder ${config.home}. Stop it first, or set NIGHTJAR_HOME and PORT for a second one.`,
	);
}

/** Starts the portal; `url` resolves with its address once it listens. */
function startPortal(install: string, env: NodeJS.ProcessEnv): { child: Child; url: Promise<string> } {
	let listening: (url: string) => void;
	let failed: (error: CommandError) => void;
	const url = new Promise<string>((resolve, reject) => {
		listening = resolve;
		failed = reject;
	});
	const child: Child = new Child({
		name: 'portal',
		args: [join(install, 'bin', 'nightjar.mjs'), 'portal'],
		env,
		graceMs: 4_000,
		log,
		onMessage: (message) => {
			if (typeof message === 'object' && message !== null && 'url' in message && typeof message.url === 'string') {
				child.markReady();
				listening(message.url);
			}
		},
		onFinished: () => {
			failed(new CommandError('The portal did not start; what it said is above.'));
		},
	});
	child.start();
	return { child, url };
}

/** Exit codes of `nightjar ingest` after which starting it again would change nothing. */
const FINAL: readonly number[] = [EXIT.done, EXIT.usage, EXIT.deadLetters];

const END_OF_INGEST: Readonly<Record<number, string>> = {
	[EXIT.done]: 'ingest has finished',
	[EXIT.deadLetters]: 'ingest has finished, with dead letters (counted above and on /status)',
};

function startIngest(install: string, env: NodeJS.ProcessEnv, feed: Exclude<Feed, { kind: 'nothing' }>): Child {
	const words =
		feed.kind === 'simulation'
			? ['--simulate']
			: feed.kind === 'kafka'
				? ['kafka']
				: [...feed.options, '--', ...feed.paths];
	const child = new Child({
		name: 'ingest',
		args: [...INGEST_NODE_FLAGS, join(install, 'bin', 'nightjar.mjs'), 'ingest', ...words],
		env,
		graceMs: 8_000,
		log,
		finished: (code) => FINAL.includes(code),
		onFinished: (code) => {
			log(`${END_OF_INGEST[code] ?? `ingest ended with code ${code}`}; the portal goes on.`);
		},
	});
	// a stream has no end: whatever ends it, it is started again
	if (feed.kind === 'kafka') child.markReady();
	child.start();
	return child;
}

function startDeliver(install: string, env: NodeJS.ProcessEnv): Child {
	const child = new Child({
		name: 'deliver',
		args: [join(install, 'bin', 'nightjar.mjs'), 'deliver'],
		env,
		graceMs: 4_000,
		log,
		onFinished: () => {
			log('deliver ended; the portal goes on.');
		},
	});
	child.markReady();
	child.start();
	return child;
}

async function chooseFeed(wanted: Feed, config: Config, store: Store): Promise<Feed> {
	if (wanted.kind !== 'simulation') return wanted;
	if (config.kafka.length > 0) return { kind: 'kafka' };
	const { hasSurveyAlerts } = await import('#clickhouse/read/ingestSummary.ts');
	if (!(await hasSurveyAlerts(store))) return wanted;
	log('The store holds real alerts, so no sky is simulated.');
	return { kind: 'nothing' };
}

/** What an empty portal may promise, before the store was asked whether it holds real alerts: then it is not empty. */
function expected(wanted: Feed, config: Config): Config['feed'] {
	switch (wanted.kind) {
		case 'simulation':
			return config.kafka.length > 0 ? 'kafka' : 'simulation';
		case 'alerts':
			return 'packets';
		case 'kafka':
			return 'kafka';
		case 'nothing':
			return 'unknown';
	}
}

/** Resolves at the first signal that asks to end. */
function untilAsked(stop: AbortController): Promise<undefined> {
	return new Promise((resolve) => {
		const end = (): void => {
			stop.abort();
			resolve(undefined);
		};
		process.on('SIGINT', end);
		process.on('SIGTERM', end);
		process.on('SIGHUP', end);
	});
}

async function run({ args, install }: Invocation): Promise<number> {
	const wanted = readFeed(args);
	const config = readConfig();
	if (wanted.kind === 'alerts') requirePaths(wanted.paths);
	const free = await openHome(config.home);
	if (free < 2 * SMALLEST_FREE_BYTES) log(`Only ${bytesText(free)} are free for ${config.home}.`);
	const lock = takeHome(config);
	const stop = new AbortController();
	const asked = untilAsked(stop);
	const children: Child[] = [];
	let running: RunningStore | null = null;
	try {
		// chosen once: a portal that is started again must be found where it was
		const port = await requireFreePort(config.host, config.port);
		await mkdir(join(config.home, 'store'), { recursive: true, mode: 0o700 });
		running = await ensureStore(config, install, log, stop.signal);
		const { migrate } = await import('#clickhouse/migrate.ts');
		await migrate(running.store, { cluster: config.cluster });
		const { ensureShipped } = await import('#server/catalog/builtIn.ts');
		await ensureShipped(running.store);
		const env = childEnvironment({
			NIGHTJAR_HOME: config.home,
			PORT: String(port),
			NIGHTJAR_FEED: expected(wanted, config),
		});
		const portal = startPortal(install, env);
		children.unshift(portal.child);
		const url = await Promise.race([portal.url, asked]);
		if (url !== undefined) {
			lock.publish(url);
			log(`Nightjar listens on ${url} (data in ${config.home}; Ctrl-C ends it).`);
			children.unshift(startDeliver(install, env));
			const feed = await chooseFeed(wanted, config, running.store);
			if (feed.kind !== 'nothing') children.unshift(startIngest(install, env, feed));
			await asked;
			log('Ending ...');
		}
	} finally {
		// in the order of the flow: nothing is asked of what has gone
		for (const child of children) await child.stop();
		await running?.store.close();
		await running?.child?.stop();
		lock.release();
	}
	return EXIT.done;
}

function requirePaths(paths: readonly string[]): void {
	const missing = paths.find((path) => !existsSync(path));
	if (missing !== undefined)
		throw new UsageError(`There is nothing at ${missing}. --alerts takes packets, folders or .tar files.`);
}

export const start: Subcommand = { help: HELP, run };
