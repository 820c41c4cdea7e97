// `npm run bench -- soak [--rate 333] [--seconds 3600] [--readers 2] [--every 300] [--distinct 20000] [--galaxies 1872544] [--models NAMES]
// [--waiting N]`: a worker (`nightjar ingest kafka`, cutouts stored, all models of ours) at a steady rate for a long time through a real
// Kafka whose topic keeps 1 GB, cutouts under 2 GB. The load tool gives simulated packets out again and again with new ids and times; it
// and the broker are shown apart; with --waiting it holds back while so many alerts are not visible yet, for a machine that others share.
// Readers look at Tonight and at object pages meanwhile. A line every --every seconds: memory, parts, merges, disk, delay from message to
// visible. Ends with 1 where an alert is missing or stored twice.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readNights } from '#clickhouse/read/nights.ts';
import { searchObjects } from '#clickhouse/read/searchObjects.ts';
import { ensureShipped } from '#server/catalog/builtIn.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { INGEST_NODE_FLAGS } from '#server/ingest/nodeFlags.ts';
import { readObjectPage } from '#lib/server/objectPage.ts';
import { startEmbeddedStore } from '../tests/support/embeddedStore.ts';
import { kafkaMissing, startKafka } from '../tests/support/kafkaBroker.ts';
import { KafkaTopics } from '../tests/support/kafkaTopics.ts';
import { cpuSecondsOf, memoryOf, percentile } from './cpu.ts';
import { loadGalaxies } from './galaxies.ts';
import { readIssued, reissue } from './reissue.ts';
import { simulatedPackets } from './simulatedPackets.ts';

const { values } = parseArgs({
	options: {
		rate: { type: 'string', default: '333' },
		seconds: { type: 'string', default: '3600' },
		readers: { type: 'string', default: '2' },
		every: { type: 'string', default: '300' },
		distinct: { type: 'string', default: '20000' },
		galaxies: { type: 'string', default: '1872544' },
		models: { type: 'string' },
		waiting: { type: 'string', default: 'Infinity' },
	},
});
const rate = Number(values.rate);
const total = Math.round(rate * Number(values.seconds));
const mostWaiting = Number(values.waiting);
/** Alerts before the clock starts: the worker gets warm and has no backlog of its start. */
const WARM = 2000;
const TOPIC = 'soak';
const PARTITIONS = 4;

if (kafkaMissing !== null) throw new Error(`This bench needs a real Kafka broker: ${kafkaMissing}.`);
const broker = await startKafka();
const topics = new KafkaTopics(broker.brokers);
await topics.connect();
await topics.create(TOPIC, PARTITIONS, {
	'compression.type': 'uncompressed',
	'retention.bytes': String(1e9 / PARTITIONS),
	'segment.bytes': String(64 * 1024 * 1024),
});
const embedded = await startEmbeddedStore();
const { store } = embedded;
await ensureShipped(store);
await loadGalaxies(store, 'NED', Number(values.galaxies), true);

const decoder = createDecoder({ cacheFolder: join(embedded.home, 'schemas'), registryUrl: null });
const packets = await readIssued(decoder, await simulatedPackets(Math.min(total, Number(values.distinct))));
const meanKb = packets.reduce((sum, { bytes }) => sum + bytes.length, 0) / packets.length / 1000;
console.log(
	`${packets.length} packets of ${meanKb.toFixed(1)} kB in rounds, ${total} alerts, ${values.galaxies} galaxies.`,
);

const worker = spawn(
	process.execPath,
	[
		...INGEST_NODE_FLAGS,
		join(process.cwd(), 'bin/nightjar.mjs'),
		...['ingest', 'kafka', '--brokers', broker.brokers, '--topics', TOPIC],
	],
	{
		env: {
			...process.env,
			NIGHTJAR_HOME: embedded.home,
			NIGHTJAR_CUTOUT_GB: '2',
			...(values.models === undefined ? {} : { NIGHTJAR_MODELS: values.models }),
		},
		stdio: ['ignore', 'ignore', 'inherit'],
	},
);
const workerPid = worker.pid ?? 0;

// ---- load

const handed: number[] = [];
const delays: number[] = [];
let heldMs = 0;
const step = Math.max(1, Math.round(rate / 20));
const largest = Math.max(...packets.map(({ bytes }) => bytes.length));
const buffers = Array.from({ length: step }, () => Buffer.alloc(largest));

/** Sends alerts, some at a time, as many a second; a packet of a later round is the same object a minute later. */
async function load(first: number, end: number, perSecond: number): Promise<void> {
	let start = performance.now();
	for (let from = first; from < end; from += step) {
		// what is held back is not made up for
		const heldAt = performance.now();
		while (handed.length - delays.length > mostWaiting) await pause(100);
		start += performance.now() - heldAt;
		heldMs += performance.now() - heldAt;
		const wait = start + ((from - first) / perSecond) * 1000 - performance.now();
		if (wait > 1) await pause(wait);
		const batch: Buffer[] = [];
		for (let i = from; i < Math.min(end, from + step); i += 1) {
			const packet = packets[i % packets.length];
			const into = buffers[i - from];
			if (packet === undefined || into === undefined) throw new Error('no packets');
			const round = 1 + Math.floor(i / packets.length);
			batch.push(reissue(packet, round, i % packets.length, into, round / 1440));
			if (i >= WARM) handed.push(performance.now());
		}
		await topics.send(TOPIC, batch, PARTITIONS);
	}
}

async function visible(): Promise<number> {
	if (worker.exitCode !== null) throw new Error(`The worker ended with ${worker.exitCode}.`);
	const [row] = await store.query<{ stored: string }>(
		`SELECT sum(stored) AS stored FROM deliveries WHERE source = 'kafka' AND number <= (SELECT max(number) FROM watermarks WHERE writer = 'kafka-1')`,
	);
	return Number(row?.stored ?? 0);
}
await load(0, WARM, Number.POSITIVE_INFINITY);
while ((await visible()) < WARM) await pause(500);

// ---- readers

let running = true;
const waits: number[] = [];
let failed = 0;
const scope = { origin: 'simulated', grants: [] } as const;
async function look(turn: number): Promise<void> {
	await readNights(store, scope, {});
	const { rows } = await searchObjects(store, scope, { kind: 'objects', sort: 'mjd', descending: true, limit: 50 });
	const one = rows[turn % Math.max(1, rows.length)];
	if (one !== undefined) await readObjectPage({ store, scope }, { survey: 'ztf', objectId: one.objectId });
}
async function reader(n: number): Promise<void> {
	for (let turn = n; running; turn += 7) {
		const start = performance.now();
		try {
			await look(turn);
			waits.push(performance.now() - start);
		} catch (error) {
			failed += 1;
			console.error(`A reader's query failed: ${error instanceof Error ? error.message : String(error)}`);
		}
		await pause(4000);
	}
}

// ---- how it stands

const spent = async () => ({
	worker: cpuSecondsOf(workerPid),
	store: cpuSecondsOf(embedded.pid),
	broker: await broker.cpuSeconds(),
	tool: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
});
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
const startedAt = performance.now();
const first = await spent();
let last = first;
let told = 0;
async function tell(): Promise<void> {
	const recent = delays.slice(told);
	const now = await spent();
	const ms = (name: keyof typeof now): string =>
		((1000 * (now[name] - last[name])) / Math.max(1, recent.length)).toFixed(2);
	const [parts] = await store.query<{ n: string; bytes: string; cutouts: string; merges: string }>(
		`SELECT count() AS n, sum(bytes_on_disk) AS bytes, sumIf(bytes_on_disk, table = 'cutouts') AS cutouts,
			(SELECT count() FROM system.merges) AS merges FROM system.parts WHERE active AND database = currentDatabase()`,
	);
	const line = [
		`${((performance.now() - startedAt) / 60_000).toFixed(0)} min`,
		`${delays.length} alerts`,
		...(heldMs > 0 ? [`held back ${(heldMs / 1000).toFixed(0)} s so far`] : []),
		`delay p50 ${percentile(recent, 0.5).toFixed(0)} p99 ${percentile(recent, 0.99).toFixed(0)} ms`,
		`worker ${mb(memoryOf(workerPid).bytes)}, ${ms('worker')} ms an alert`,
		`store ${mb(memoryOf(embedded.pid).bytes)}, ${ms('store')} ms`,
		`broker ${ms('broker')} ms, load tool ${ms('tool')} ms`,
		`${parts?.n ?? '?'} parts of ${mb(Number(parts?.bytes ?? 0))} (cutouts ${mb(Number(parts?.cutouts ?? 0))}), ${parts?.merges ?? '?'} merges`,
		`readers ${waits.length} looks, p50 ${percentile(waits, 0.5).toFixed(0)} p95 ${percentile(waits, 0.95).toFixed(0)} ms, ${failed} failed`,
	];
	console.log(line.join('; '));
	told = delays.length;
	last = now;
}

/** Looks four times a second at what is visible. */
async function watch(): Promise<void> {
	while (delays.length < total) {
		const count = (await visible()) - WARM;
		const now = performance.now();
		for (let i = delays.length; i < count; i += 1) delays.push(now - (handed[i] ?? now));
		await pause(250);
	}
}

const readers = Array.from({ length: Number(values.readers) }, (_, n) => reader(n));
const stands = setInterval(
	() => {
		tell().catch((error: unknown) => {
			console.error(`No figures: ${String(error)}`);
		});
	},
	Number(values.every) * 1000,
);
await Promise.all([load(WARM, WARM + total, rate), watch()]);
clearInterval(stands);
running = false;
await Promise.all(readers);
await tell();
const used = await spent();
const ms = (cpu: number): string => `${((1000 * cpu) / total).toFixed(3)} ms`;
console.table({
	'alerts; minutes': `${total}; ${((performance.now() - startedAt) / 60_000).toFixed(1)}`,
	'message to visible, p50 / p99 / longest (ms, looked at every 250)': [0.5, 0.99, 1]
		.map((p) => percentile(delays, p).toFixed(0))
		.join(' / '),
	'CPU an alert, worker + store': `${ms(used.worker - first.worker)} + ${ms(used.store - first.store)}`,
	'CPU an alert, apart: broker, load tool and readers': `${ms(used.broker - first.broker)}, ${ms(used.tool - first.tool)}`,
	'peak memory, worker / store': `${mb(memoryOf(workerPid).peakBytes)} / ${mb(memoryOf(embedded.pid).peakBytes)}`,
});
worker.kill('SIGTERM');
await once(worker, 'exit');
const [row] = await store.query<{ n: string; different: string; scored: string }>(
	`SELECT count() AS n, uniqExact(alert_id) AS different, countIf(class != '') AS scored FROM alerts`,
);
console.log(`${row?.n ?? '?'} alerts stored, ${row?.different ?? '?'} different, ${row?.scored ?? '?'} classified.`);
const sent = WARM + total;
if (Number(row?.n) !== sent || Number(row?.different) !== sent) {
	console.error(`Wrong count: ${sent} were sent.`);
	process.exitCode = 1;
}
await topics.disconnect();
await embedded.stop();
await broker.stop();
