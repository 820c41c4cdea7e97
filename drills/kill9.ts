// `npm run drill -- kill9 [--alerts 20000] [--kills 10] [--seed 1]`: kills ingest and store with signal 9 at random moments of
// an ingest, runs it to the end, and compares the store with the simulator's own list and with an undisturbed ingest.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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
const ids = new Set(
	readdirSync(packets, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.avro'))
		.map((name) => name.replace(/^.*\//, '')),
);
console.log(`${ids.size} packets. Undisturbed ingest ...`);

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
const done: string[] = [];
let ingest = start(home, ['ingest', packets]);
while (done.length < kills) {
	await sleep(500 + random() * 6500);
	const killStore = random() < 0.5;
	if (ingest.exitCode !== null) {
		// the storm was over too early: start afresh on the same store, everything is a redelivery now
		ingest = start(home, ['ingest', packets]);
		await sleep(200);
	}
	const victim = killStore ? storeChild : ingest;
	victim.kill('SIGKILL');
	await ended(victim);
	const [row] = killStore ? [] : await store.query<{ n: string }>('SELECT count() AS n FROM alerts');
	done.push(killStore ? 'store' : 'ingest');
	console.log(`  killed ${killStore ? 'the store' : `ingest at ${row?.n ?? '?'} alerts`}`);
	if (killStore) ({ child: storeChild, store } = await startStore(home));
	else ingest = start(home, ['ingest', packets]);
}
console.log('Running to the end ...');
let code = await ended(ingest);
for (let i = 0; code !== 0 && i < 3; i += 1) code = await ended(start(home, ['ingest', packets]));
const found = await contents(store);
storeChild.kill('SIGTERM');
await ended(storeChild);

const problems: string[] = [];
if (code !== 0) problems.push(`the last ingest ended with code ${code}`);
if (Number(found['alerts']) !== ids.size)
	problems.push(`${ids.size} packets were written, ${found['alerts']} alerts are stored`);
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
