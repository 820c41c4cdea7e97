import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Store } from '#clickhouse/store.ts';
import { readNewestTime } from '#clickhouse/read/ingest.ts';
import { openMail } from '#lib/server/mail/mail.ts';
import { type Config, readConfig } from '#server/config.ts';
import { findStore } from './embeddedStore.ts';
import { EXIT, type Invocation, type Subcommand } from './command.ts';
import { bytesText, openHome, SMALLEST_FREE_BYTES } from './home.ts';
import { requireFreePort } from './listen.ts';
import { holds, readLock } from './lock.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar doctor: looks for what keeps Nightjar from running, and says what to do.

Use: nightjar doctor

It checks Node, the build, the data folder and its disk, the port, the store and its schema, and the mail server: whether it
takes the login. It changes nothing and sends nothing.
Exit codes: 0 all is well, 1 something needs you.
`;

/** What one check found: well, worth knowing, or in the way. */
export interface Finding {
	readonly state: 'ok' | 'note' | 'problem';
	readonly text: string;
}

const SMALLEST_NODE = [20, 11] as const;
const CLOCK_TOLERANCE_MS = 2 * 60_000;

/** Judges a version of Node, as process.versions.node. */
export function judgeNode(version: string): Finding {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	const enough = major > SMALLEST_NODE[0] || (major === SMALLEST_NODE[0] && minor >= SMALLEST_NODE[1]);
	return enough
		? { state: 'ok', text: `Node ${version}` }
		: { state: 'problem', text: `Node ${version} is too old: install ${SMALLEST_NODE.join('.')} or newer.` };
}

/** Judges free bytes of the disk that holds the data folder. */
export function judgeSpace(home: string, free: number): Finding {
	return free < 10 * SMALLEST_FREE_BYTES
		? { state: 'note', text: `${home}: only ${bytesText(free)} free; a simulated sky and its cutouts take about 3 GB.` }
		: { state: 'ok', text: `${home}: can be written, ${bytesText(free)} free` };
}

/** Judges the clock by the newest time in the store, both Unix milliseconds: what was observed cannot lie ahead. */
export function judgeClock(newestMs: number, nowMs: number): Finding {
	const ahead = newestMs - nowMs;
	return ahead > CLOCK_TOLERANCE_MS
		? {
				state: 'problem',
				text: `this machine's clock is at least ${(ahead / 60_000).toFixed(0)} min behind the newest alert or batch: set it (ntp). Identities and counts are not touched, times of knowing and delays are.`,
			}
		: { state: 'ok', text: 'the clock is not behind what is stored' };
}

function problem(error: unknown): Finding {
	return { state: 'problem', text: error instanceof Error ? error.message : String(error) };
}

async function checkHome(config: Config): Promise<Finding> {
	try {
		return judgeSpace(config.home, await openHome(config.home));
	} catch (error) {
		return problem(error);
	}
}

async function checkPort(config: Config): Promise<Finding> {
	const holder = readLock(join(config.home, 'start.json'));
	if (holder !== null && holds(holder)) {
		return { state: 'ok', text: `Nightjar runs as pid ${holder.pid}${holder.url === null ? '' : ` on ${holder.url}`}` };
	}
	try {
		await requireFreePort(config.host, config.port);
		return { state: 'ok', text: `${config.host} port ${config.port} is free` };
	} catch (error) {
		return problem(error);
	}
}

function checkBuild(install: string): Finding {
	const missing = ['build/handler.js', 'dist/store-process.js'].filter((path) => !existsSync(join(install, path)));
	return missing.length === 0
		? { state: 'ok', text: 'portal and store are built' }
		: { state: 'problem', text: `${missing.join(' and ')} missing in ${install}: run npm run build there.` };
}

async function checkStore(config: Config): Promise<Finding[]> {
	const where = config.storeUrl ?? `the embedded store of ${config.home}`;
	const store = await findStore(config);
	if (store === null) {
		return config.storeUrl === null
			? [{ state: 'note', text: 'the embedded store is not running: nightjar start starts it.' }]
			: [{ state: 'problem', text: `${where} does not answer: check NIGHTJAR_STORE_URL, its user and password.` }];
	}
	try {
		const [version] = await store.query<{ version: string }>('SELECT version() AS version');
		const found: Finding[] = [{ state: 'ok', text: `${where} answers (ClickHouse ${version?.version ?? '?'})` }];
		const schema = await checkSchema(store);
		return schema.state === 'ok'
			? [...found, schema, judgeClock(await readNewestTime(store), Date.now())]
			: [...found, schema];
	} catch (error) {
		return [problem(error)];
	} finally {
		await store.close();
	}
}

async function checkMail(config: Config): Promise<Finding> {
	const { mail } = config.accounts;
	if (mail.kind === 'files') return { state: 'ok', text: `letters are written to ${join(config.home, 'mail')}` };
	const { host } = new URL(mail.url);
	try {
		await openMail(config).check();
		return { state: 'ok', text: `the mail server ${host} takes the login` };
	} catch (error) {
		return { state: 'problem', text: `${host}: ${error instanceof Error ? error.message : String(error)}` };
	}
}

async function checkSchema(store: Store): Promise<Finding> {
	const rows = await store.query<{ name: string }>(
		"SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN ('alerts', 'photometry', 'objects', 'ingest_log')",
	);
	return rows.length === 4
		? { state: 'ok', text: 'the schema is there' }
		: { state: 'note', text: 'the schema is not complete: nightjar migrate (or nightjar start) makes it.' };
}

const MARK: Readonly<Record<Finding['state'], string>> = { ok: 'ok     ', note: 'note   ', problem: 'PROBLEM' };

async function run({ args, install }: Invocation): Promise<number> {
	usage(() => parseArgs({ args: [...args], options: {} }));
	const config = readConfig();
	const findings = [
		judgeNode(process.versions.node),
		checkBuild(install),
		await checkHome(config),
		await checkPort(config),
		...(await checkStore(config)),
		await checkMail(config),
	];
	for (const { state, text } of findings) console.log(`${MARK[state]} ${text}`);
	return findings.some(({ state }) => state === 'problem') ? EXIT.failed : EXIT.done;
}

export const doctor: Subcommand = { help: HELP, run };
