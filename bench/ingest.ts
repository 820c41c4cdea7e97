// `npm run bench -- ingest [--alerts 20000] [--packets FOLDER] [--rate 333 --seconds 60 --readers 2] [--plain]`: CPU per alert of
// everything between the bytes of a ZTF packet and the rows in the store, cutouts stored; with --plain without features, crossmatch
// and associations. Packets are made before the clock starts and reissued as new alerts of new objects (the dearest case: no point
// of their histories is known) or, with --known, of the same objects again (a usual night: all but the newest points are known);
// the cost of reissuing is shown apart. At a rate a line every --every seconds says how memory, parts, merges and delays stand.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { readLightCurve } from '#clickhouse/read/lightCurve.ts';
import { readNights } from '#clickhouse/read/nights.ts';
import { readObject } from '#clickhouse/read/objects.ts';
import { runIngest } from '#server/ingest/pipeline.ts';
import type { AlertSource, RawPacket } from '#server/ingest/source/source.ts';
import { startEmbeddedStore } from '../tests/support/embeddedStore.ts';
import { runAsIngest } from './asIngest.ts';
import { cpuSecondsOf, memoryOf, percentile } from './cpu.ts';
import { readIssued, reissue } from './reissue.ts';
import { simulatedPackets } from './simulatedPackets.ts';

const { values } = parseArgs({
	options: {
		alerts: { type: 'string', default: '20000' },
		packets: { type: 'string' },
		rate: { type: 'string' },
		seconds: { type: 'string', default: '60' },
		'batch-rows': { type: 'string', default: '1000' },
		'cutout-gb': { type: 'string', default: '2' },
		keep: { type: 'boolean', default: false },
		known: { type: 'boolean', default: false },
		readers: { type: 'string', default: '0' },
		distinct: { type: 'string', default: '2000' },
		every: { type: 'string', default: '300' },
		plain: { type: 'boolean', default: false },
	},
});
runAsIngest(import.meta.filename);
const rate = values.rate === undefined ? null : Number(values.rate);
const total = rate === null ? Number(values.alerts) : Math.round(rate * Number(values.seconds));

const folder = mkdtempSync(join(tmpdir(), 'nightjar-bench-'));
const decoder = createDecoder({ cacheFolder: join(folder, 'schemas'), registryUrl: null });

const raw = (bytes: Uint8Array, i: number): RawPacket => ({
	bytes,
	source: 'bench',
	partition: 'memory',
	offset: BigInt(i),
	member: '',
	receivedAtMs: Date.now(),
});

const files =
	values.packets === undefined
		? await simulatedPackets(Math.min(total, Number(values.distinct)))
		: readdirSync(values.packets, { recursive: true, encoding: 'utf8' })
				.filter((name) => name.endsWith('.avro'))
				.map((name) => readFileSync(join(values.packets ?? '', name)));
const issued = await readIssued(decoder, files);
console.log(
	`${issued.length} packets of ${(files.reduce((sum, b) => sum + b.length, 0) / issued.length / 1000).toFixed(1)} kB on average, ${total} alerts.`,
);

// packets are made in place, so that the bench's own garbage is not counted as the broker's; at most three batches are in flight
const largest = Math.max(...files.map((bytes) => bytes.length));
const ring = Array.from({ length: Math.max(2000, 4 * Number(values['batch-rows'])) }, () =>
	Buffer.allocUnsafeSlow(largest),
);
let reissueMs = 0;
function nth(i: number): Buffer {
	const packet = issued[i % issued.length];
	if (packet === undefined) throw new Error('no packets');
	const before = process.cpuUsage();
	const buffer = ring[i % ring.length];
	if (buffer === undefined) throw new Error('no buffers');
	const round = 1 + Math.floor(i / issued.length);
	// a minute a round: alerts of an object come in the order of their times, as they do from a survey
	const bytes = reissue(packet, round, values.known ? i % issued.length : i, buffer, round / 1440);
	const used = process.cpuUsage(before);
	reissueMs += (used.user + used.system) / 1000;
	return bytes;
}

const embedded = await startEmbeddedStore({ home: folder });
const handedOver: number[] = [];
const visible: number[] = [];
const source: AlertSource = {
	async *packets(signal) {
		const start = performance.now();
		for (let i = 0; i < total && !signal.aborted; i += 1) {
			if (rate !== null) {
				const wait = start + (i / rate) * 1000 - performance.now();
				if (wait > 1) await sleep(wait);
			}
			handedOver.push(performance.now());
			yield raw(nth(i), i);
		}
	},
	reread: () => {
		throw new Error('the bench does not resume');
	},
	progress: () => ({ bytesTotal: null, bytesRead: 0 }),
};

// decode and normalise alone, on a share of the packets
const share = Math.min(2000, total);
const prepared = Array.from({ length: share }, (_, i) => raw(nth(i), i));
let before = process.cpuUsage();
for (const packet of prepared) for (const decoded of await decoder.decode(packet)) normalise(decoded, 0);
let used = process.cpuUsage(before);
const decodeMs = (used.user + used.system) / 1000 / share;
reissueMs = 0;

// readers ask for the newest object, its light curve and the counts of the nights, four times a second each
let reading = true;
const answers: number[] = [];
let failedAnswers = 0;
async function ask(): Promise<void> {
	const scope = { origin: 'simulated', grants: [] } as const;
	const [row] = await embedded.store.query<{ object_id: string }>(
		'SELECT object_id FROM alerts WHERE night = (SELECT max(night) FROM nightly) ORDER BY mjd DESC LIMIT 1',
	);
	if (row === undefined) return;
	const object = { survey: 'ztf', objectId: row.object_id };
	await readObject(embedded.store, scope, object);
	await readLightCurve(embedded.store, scope, object);
	await readNights(embedded.store, scope, {});
}
async function reader(): Promise<void> {
	while (reading) {
		const before = performance.now();
		try {
			await ask();
			answers.push((performance.now() - before) / 4);
		} catch (error) {
			failedAnswers += 1;
			console.error(`A reader's query failed: ${error instanceof Error ? error.message : String(error)}`);
		}
		await sleep(250);
	}
}
const readers = Array.from({ length: Number(values.readers) }, reader);

const waits = { identity: 0, points: 0, enrich: 0, filter: 0, rows: 0, write: 0 };
const storeBefore = cpuSecondsOf(embedded.pid);
const wallBefore = performance.now();
before = process.cpuUsage();
let peak = 0;
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
let shown = 0;
/** A line on how an ingest at a rate stands. */
async function stand(): Promise<void> {
	const recent = visible.slice(shown);
	shown = visible.length;
	const [[parts], [merges]] = await Promise.all([
		embedded.store.query<{ n: string; bytes: string }>(
			'SELECT count() AS n, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = currentDatabase()',
		),
		embedded.store.query<{ n: string }>('SELECT count() AS n FROM system.merges'),
	]);
	const cpu = ((cpuSecondsOf(embedded.pid) - storeBefore) * 1000) / Math.max(1, visible.length);
	const line = [
		`${((performance.now() - wallBefore) / 60_000).toFixed(0)} min`,
		`${visible.length} alerts`,
		`delay p50 ${percentile(recent, 0.5).toFixed(0)} p99 ${percentile(recent, 0.99).toFixed(0)} ms`,
		`ingest ${mb(process.memoryUsage().rss)}`,
		`store ${mb(memoryOf(embedded.pid).bytes)}, ${cpu.toFixed(3)} ms CPU an alert`,
		`${parts?.n ?? '?'} parts of ${mb(Number(parts?.bytes ?? 0))}, ${merges?.n ?? '?'} merges`,
		`readers ${answers.length} answers, ${failedAnswers} failed`,
	];
	console.log(line.join('; '));
}
const stands =
	rate === null
		? undefined
		: setInterval(
				() => {
					stand().catch((error: unknown) => {
						console.error(`No figures of the store: ${String(error)}`);
					});
				},
				Number(values.every) * 1000,
			);
const totals = await runIngest({
	...(values.plain ? { stages: [] } : {}),
	store: embedded.store,
	source,
	slot: 'bench',
	config: {
		cutoutBudgetBytes: Number(values['cutout-gb']) * 1e9,
		simulationBudgetBytes: Number(values['cutout-gb']) * 1e9,
		batchRows: Number(values['batch-rows']),
		batchMs: 500,
	},
	decoder,
	codeVersion: 'bench',
	closeNights: false,
	signal: new AbortController().signal,
	timing: (part, ms) => {
		waits[part] += ms;
	},
	onProgress: ({ stored }) => {
		const now = performance.now();
		for (let i = visible.length; i < stored; i += 1) visible.push(now - (handedOver[i] ?? now));
		peak = Math.max(peak, process.memoryUsage().rss);
	},
});
used = process.cpuUsage(before);
reading = false;
clearInterval(stands);
await Promise.all(readers);
const wall = (performance.now() - wallBefore) / 1000;
const nodeMs = ((used.user + used.system) / 1000 - reissueMs) / total;
// background merges that the inserts caused are part of their cost
await sleep(5000);
const storeMs = ((cpuSecondsOf(embedded.pid) - storeBefore) * 1000) / total;

const parts = await embedded.store.query<{ table: string; parts: string; bytes: string }>(
	'SELECT table, count() AS parts, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table HAVING bytes > 100000 ORDER BY bytes DESC',
);
if (totals.stored !== total) {
	console.error(`Wrong count: ${totals.stored} of ${total} alerts were stored.`);
	process.exitCode = 1;
}
console.table({
	'CPU, all (ms per alert)': (nodeMs + storeMs).toFixed(3),
	'  decode and normalise': decodeMs.toFixed(3),
	'  the rest of Node': (nodeMs - decodeMs).toFixed(3),
	'  store': storeMs.toFixed(3),
	'reissuing, not counted (ms per alert)': (reissueMs / total).toFixed(3),
	'alerts a second, wall': (total / wall).toFixed(0),
	'alerts a second on two cores, by CPU': (2000 / (nodeMs + storeMs)).toFixed(0),
	'waiting for the identity look-up (ms per alert)': (waits.identity / total).toFixed(3),
	'waiting for known points (ms per alert)': (waits.points / total).toFixed(3),
	'waiting for enrichment (ms per alert)': (waits.enrich / total).toFixed(3),
	'waiting for inserts (ms per alert)': ((waits.rows + waits.write) / total).toFixed(3),
	'hand-over to visible, p50 / p99 (ms)': `${percentile(visible, 0.5).toFixed(0)} / ${percentile(visible, 0.99).toFixed(0)}`,
	'memory, ingest now / peak (MB)': `${(process.memoryUsage().rss / 1e6).toFixed(0)} / ${(peak / 1e6).toFixed(0)}`,
	'memory, store now / peak (MB)': `${(memoryOf(embedded.pid).bytes / 1e6).toFixed(0)} / ${(memoryOf(embedded.pid).peakBytes / 1e6).toFixed(0)}`,
	'queries of readers, p50 / p95 / p99 (ms)':
		answers.length === 0 ? 'none' : [0.5, 0.95, 0.99].map((p) => percentile(answers, p).toFixed(0)).join(' / '),
	"readers' queries that failed": failedAnswers,
	batches: totals.batches,
});
console.table(
	parts.map(({ table, parts: n, bytes }) => ({
		table,
		parts: Number(n),
		'bytes per alert': Math.round(Number(bytes) / total),
	})),
);
await embedded.stop();
if (values.keep) console.log(`The store is kept in ${folder}.`);
else rmSync(folder, { recursive: true, force: true });
