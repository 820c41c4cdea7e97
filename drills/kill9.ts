// `npm run drill -- kill9 [--alerts 20000] [--kills 10] [--seed 1]`: kills ingest and store with signal 9 at random moments of
// an ingest, runs it to the end, and compares the store with the simulator's own list and with an undisturbed ingest. A kill
// after which nothing was missing hit nothing: that ends with 1 too.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connectStore } from '#clickhouse/connect.ts';
import type { Store } from '#clickhouse/store.ts';

const { values } = parseArgs({
	options: {
		alerts: { type: 'string', default: '20000' },
		kills: { type: 'string', default: '10' },
		seed: { type: 'string', default: '1' },
		keep: { type: 'boolean', default: false },
	},
});
const COMMAND = fileURLToPath(new URL('../../bin/nightjar.mjs', import.meta.url));
const wanted = Number(values.alerts);
const kills = Number(values.kills);

let state = Number(values.seed) >>> 0;
/** Uniform in [0, 1), repeatable from the seed. */
function random(): number {
	state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
	return state / 4_294_967_296;
}

function start(home: string, args: readonly string[], quiet = true): ChildProcess {
	return spawn(process.execPath, [COMMAND, ...args], {
		env: { ...process.env, NIGHTJAR_HOME: home, UV_THREADPOOL_SIZE: '32' },
		stdio: quiet ? 'ignore' : 'inherit',
	});
}

async function ended(child: ChildProcess): Promise<number | null> {
	if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
	return new Promise((resolve) =>
		child.once('exit', (code) => {
			resolve(code);
		}),
	);
}

async function startStore(home: string): Promise<{ child: ChildProcess; store: Store }> {
	const file = join(home, 'store', 'endpoint.json');
	rmSync(file, { force: true });
	const child = start(home, ['store']);
	for (let i = 0; i < 300; i += 1) {
		await sleep(100);
		if (!existsSync(file)) continue;
		const { url, user, key } = JSON.parse(readFileSync(file, 'utf8')) as { url: string; user?: string; key: string };
		const store = connectStore({ url, user: user ?? 'default', password: key });
		if (await store.ping()) return { child, store };
	}
	throw new Error('The store did not answer within 30 s.');
}

/** Everything that readers see, in a form that does not depend on batches, writers or times of knowing. */
async function contents(store: Store): Promise<Record<string, string>> {
	const one = async (sql: string): Promise<string> => {
		const [row] = await store.query<{ x: unknown }>(sql, {}, { class: 'ingest' });
		return String(row?.x);
	};
	return {
		alerts: await one('SELECT count() AS x FROM alerts'),
		alertsOnce: await one('SELECT uniqExact(survey, alert_id) AS x FROM alerts'),
		alertsContent: await one(
			'SELECT sum(cityHash64(survey, alert_id, object_id, ra, dec, mjd, mag, psf_flux, n_detections, cutout_kinds)) AS x FROM alerts',
		),
		photometry: await one('SELECT count() AS x FROM photometry'),
		photometryOnce: await one(
			'SELECT uniqExact(survey, object_id, point_key, value_hash, alert_id) AS x FROM photometry',
		),
		photometryContent: await one(
			'SELECT sum(cityHash64(survey, object_id, point_key, value_hash, mjd, psf_flux, limit_mag)) AS x FROM photometry',
		),
		cutouts: await one('SELECT count() AS x FROM cutouts'),
		cutoutsContent: await one(
			'SELECT sum(cityHash64(survey, alert_id, science, template, difference)) AS x FROM cutouts',
		),
		objects: await one(
			'SELECT sum(n) AS x FROM (SELECT uniqExactMerge(alerts) AS n FROM objects GROUP BY survey, object_id)',
		),
		nightly: await one(
			'SELECT sum(n) AS x FROM (SELECT uniqExactMerge(alerts) AS n FROM nightly GROUP BY night, survey, class, hpx6)',
		),
		received: await one('SELECT sum(received) AS x FROM deliveries'),
		stored: await one('SELECT sum(stored) AS x FROM deliveries'),
		incomplete: await one(
			`SELECT count() AS x FROM alerts AS a LEFT JOIN (SELECT DISTINCT survey, alert_id FROM cutouts) AS c USING (survey, alert_id)
			 LEFT JOIN (SELECT DISTINCT survey, alert_id FROM photometry WHERE own) AS p USING (survey, alert_id)
			 WHERE c.alert_id = 0 OR p.alert_id = 0`,
		),
		deadLetters: await one('SELECT count() AS x FROM dead_letters'),
	};
}

const folder = mkdtempSync(join(tmpdir(), 'nightjar-drill-'));
const packets = join(folder, 'packets');
console.log(`Simulating ${wanted} alerts ...`);
const nights = 10;
if (
	(await ended(
		start(
			folder,
			['simulate', '--out', packets, '--nights', String(nights), '--per-night', String(Math.ceil(wanted / nights))],
			false,
		),
	)) !== 0
) {
	throw new Error('nightjar simulate failed');
}
/** What the simulator says it wrote, as `survey alertId`. */
const ids = new Set(
	readFileSync(`${packets}.truth.jsonl`, 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as { survey: string; alertId: string })
		.map(({ survey, alertId }) => `${survey} ${alertId}`),
);
console.log(`${ids.size} packets. Undisturbed ingest ...`);

async function storedCount(store: Store): Promise<number> {
	const [row] = await store.query<{ n: string }>('SELECT count() AS n FROM alerts');
	return Number(row?.n);
}

/** Batches that were opened, finished or given up. */
async function logged(store: Store): Promise<number> {
	const [row] = await store.query<{ n: string }>('SELECT count() AS n FROM ingest_log');
	return Number(row?.n);
}

async function storedIds(store: Store): Promise<Set<string>> {
	const rows = await store.query<{ id: string }>(
		"SELECT concat(survey, ' ', toString(alert_id)) AS id FROM alerts",
		{},
		{ class: 'ingest' },
	);
	return new Set(rows.map(({ id }) => id));
}

async function ingestOnce(home: string): Promise<Record<string, string>> {
	const { child, store } = await startStore(home);
	await ended(start(home, ['migrate']));
	const code = await ended(start(home, ['ingest', packets]));
	if (code !== 0) throw new Error(`the undisturbed ingest ended with code ${code}`);
	const answer = await contents(store);
	child.kill('SIGTERM');
	await ended(child);
	return answer;
}
const expected = await ingestOnce(join(folder, 'calm'));

console.log(`Ingest with ${kills} kills ...`);
const home = join(folder, 'storm');
let { child: storeChild, store } = await startStore(home);
await ended(start(home, ['migrate']));
let hitNothing = 0;
let ingest = start(home, ['ingest', packets]);
for (let kill = 0; kill < kills; kill += 1) {
	// a process that only starts has nothing to lose
	const before = await logged(store);
	while ((await logged(store)) === before && ingest.exitCode === null) await sleep(50);
	const moment = Date.now() + random() * 3000;
	// an ingest that gets on too well is killed before that: enough is left for the kills to come
	const enough = (ids.size * (kill + 1)) / (kills + 1);
	while (Date.now() < moment && (await storedCount(store)) < enough && ingest.exitCode === null) await sleep(50);
	const killStore = random() < 0.5;
	const victim = killStore ? storeChild : ingest;
	const running = ingest.exitCode === null && ingest.signalCode === null;
	let stored = await storedCount(store);
	victim.kill('SIGKILL');
	await ended(victim);
	if (!killStore) stored = await storedCount(store);
	const hit = running && stored < ids.size;
	if (!hit) hitNothing += 1;
	console.log(
		`  killed ${killStore ? 'the store' : 'ingest'} at ${stored} of ${ids.size} alerts${hit ? '' : ': it hit nothing'}`,
	);
	if (killStore) ({ child: storeChild, store } = await startStore(home));
	if (!killStore || ingest.exitCode !== null) {
		await ended(ingest);
		ingest = start(home, ['ingest', packets]);
	}
}
console.log('Running to the end ...');
let code = await ended(ingest);
for (let i = 0; code !== 0 && i < 3; i += 1) code = await ended(start(home, ['ingest', packets]));
const found = await contents(store);
const stored = await storedIds(store);
storeChild.kill('SIGTERM');
await ended(storeChild);

const problems: string[] = [];
if (code !== 0) problems.push(`the last ingest ended with code ${code}`);
if (hitNothing > 0) problems.push(`${hitNothing} kills hit nothing: take more --alerts or fewer --kills`);
const missing = [...ids].filter((id) => !stored.has(id));
const foreign = [...stored].filter((id) => !ids.has(id));
if (missing.length > 0) problems.push(`${missing.length} alerts are missing, for example ${missing[0] ?? ''}`);
if (foreign.length > 0)
	problems.push(`${foreign.length} alerts are not the simulator's, for example ${foreign[0] ?? ''}`);
for (const [name, value] of Object.entries(expected)) {
	if (found[name] !== value) problems.push(`${name}: ${found[name]} instead of ${value}`);
}
if (found['alerts'] !== found['alertsOnce'] || found['photometry'] !== found['photometryOnce'])
	problems.push('rows are doubled');
if (found['incomplete'] !== '0') problems.push(`${found['incomplete']} alerts without cutouts or detection`);
console.table(found);
console.log(
	problems.length === 0 ? `After ${kills} kills every alert is there once and complete.` : problems.join('\n'),
);
if (!values.keep) rmSync(folder, { recursive: true, force: true });
process.exitCode = problems.length === 0 ? 0 : 1;
