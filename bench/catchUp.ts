// `npm run bench -- catchUp [--alerts 20000] [--partitions 4] [--codec zstd]`: how fast a worker catches up after an outage. ZTF
// alerts wait in a topic of a real Kafka; the clock starts with `nightjar ingest kafka` and ends when all are visible. Printed:
// alerts a second by the wall, CPU per alert of worker and store together (the broker's apart), delay, peak memory of the worker.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { INGEST_NODE_FLAGS } from '#server/ingest/nodeFlags.ts';
import { startEmbeddedStore } from '../tests/support/embeddedStore.ts';
import { kafkaMissing, startKafka } from '../tests/support/kafkaBroker.ts';
import { KafkaTopics } from '../tests/support/kafkaTopics.ts';
import { cpuSecondsOf, memoryOf } from './cpu.ts';
import { readIssued, reissue } from './reissue.ts';
import { simulatedPackets } from './simulatedPackets.ts';

const { values } = parseArgs({
	options: {
		alerts: { type: 'string', default: '20000' },
		partitions: { type: 'string', default: '4' },
		codec: { type: 'string', default: 'uncompressed' },
		models: { type: 'string', default: 'none' },
	},
});
const total = Number(values.alerts);
const partitions = Number(values.partitions);
const TOPIC = 'catch-up';
const AT_ONCE = 200;

if (kafkaMissing !== null) throw new Error(`This bench needs a real Kafka broker: ${kafkaMissing}.`);
const broker = await startKafka();
const topics = new KafkaTopics(broker.brokers);
await topics.connect();
await topics.create(TOPIC, partitions, { 'compression.type': values.codec });
const embedded = await startEmbeddedStore();

const decoder = createDecoder({ cacheFolder: join(embedded.home, 'schemas'), registryUrl: null });
const packets = await readIssued(decoder, await simulatedPackets(Math.min(total, 1000)));
let bytes = 0;
for (let from = 0; from < total; from += AT_ONCE) {
	const batch: Buffer[] = [];
	for (let i = from; i < Math.min(total, from + AT_ONCE); i += 1) {
		const packet = packets[i % packets.length];
		if (packet === undefined) throw new Error('no packets');
		batch.push(reissue(packet, Math.floor(i / packets.length), i, Buffer.alloc(packet.bytes.length)));
		bytes += packet.bytes.length;
	}
	await topics.send(TOPIC, batch, partitions);
}
console.log(
	`${total} alerts of ${(bytes / total / 1000).toFixed(1)} kB wait in ${partitions} partitions (${values.codec}).`,
);

const stored = async (): Promise<number> => {
	const [row] = await embedded.store.query<{ stored: string }>(
		`SELECT sum(stored) AS stored FROM deliveries WHERE source = 'kafka' AND number <= (SELECT max(number) FROM watermarks WHERE writer = 'kafka-1')`,
	);
	return Number(row?.stored ?? 0);
};

const brokerBefore = await broker.cpuSeconds();
const storeBefore = cpuSecondsOf(embedded.pid);
const startedAt = performance.now();
const worker = spawn(
	process.execPath,
	[
		...INGEST_NODE_FLAGS,
		join(process.cwd(), 'bin/nightjar.mjs'),
		...['ingest', 'kafka', '--brokers', broker.brokers, '--topics', TOPIC],
	],
	{
		// eslint-disable-next-line no-restricted-properties -- a program: the worker's environment is ours with a home
		env: { ...process.env, NIGHTJAR_HOME: embedded.home, NIGHTJAR_MODELS: values.models, NIGHTJAR_CUTOUT_GB: '2' },
		stdio: ['ignore', 'inherit', 'inherit'],
	},
);
let firstAt = 0;
let workerAtFirst = 0;
let storeAtFirst = 0;
let countAtFirst = 0;
let count = 0;
let peak = 0;
let workerCpu = 0;
while (count < total) {
	await pause(250);
	if (worker.exitCode !== null) throw new Error(`The worker ended with ${worker.exitCode}.`);
	count = await stored();
	workerCpu = cpuSecondsOf(worker.pid ?? 0);
	peak = memoryOf(worker.pid ?? 0).peakBytes;
	if (firstAt === 0 && count > 0) {
		firstAt = performance.now();
		workerAtFirst = workerCpu;
		storeAtFirst = cpuSecondsOf(embedded.pid);
		countAtFirst = count;
	}
}
const seconds = (performance.now() - startedAt) / 1000;
const settled = (performance.now() - firstAt) / 1000;
const storeCpu = cpuSecondsOf(embedded.pid);
const brokerCpu = (await broker.cpuSeconds()) - brokerBefore;
worker.kill('SIGTERM');
await once(worker, 'exit');

const rest = total - countAtFirst;
const ms = (cpu: number, alerts: number): string => ((1000 * cpu) / alerts).toFixed(3);
const ours = workerCpu - workerAtFirst + storeCpu - storeAtFirst;
console.log(
	`caught up in ${seconds.toFixed(1)} s: ${(total / seconds).toFixed(0)} alerts/s with the start, ${(rest / settled).toFixed(0)}/s after the first batch`,
);
console.log(
	`CPU per alert after the first batch: worker ${ms(workerCpu - workerAtFirst, rest)} ms, store ${ms(storeCpu - storeAtFirst, rest)} ms, together ${ms(ours, rest)} ms = ${((2000 * rest) / (1000 * ours)).toFixed(0)} alerts/s on two cores`,
);
console.log(
	`the whole run: worker ${workerCpu.toFixed(1)} s, store ${(storeCpu - storeBefore).toFixed(1)} s, broker (apart) ${brokerCpu.toFixed(1)} s = ${ms(brokerCpu, total)} ms an alert`,
);
console.log(`peak memory of the worker ${(peak / 1e6).toFixed(0)} MB`);
await topics.disconnect();
await embedded.stop();
await broker.stop();
