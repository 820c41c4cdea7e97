// `npm run bench -- night [--alerts 29142] [--objects 27948] [--galaxies 1872544] [--source auto|kafka|memory] [--networks ours,published]
// [--published FOLDER] [--filters 25] [--rate 333 --seconds 60] [--threads 1]
// [--batch-rows 2000] [--home FOLDER] [--profile FOLDER]`: one night as the peers measured it. Simulated ZTF alerts
// of 60 kB over a store that holds most of their objects with history, against a catalogue of galaxies, cutouts stored, all models of ours
// on, and again with ACAI x 5 and BTSbot (--published names a folder with their .onnx files). The alerts wait in a topic of a real
// Kafka where there is one, else in memory. Printed: CPU per alert of all our processes (the broker's apart) and what two cores make of
// it, CPU per stage from a share of the alerts that go one batch after another, delay at --rate, peak memory, disk per alert.
// --filters puts so many filters of the size of cats150 live, each with thresholds of its own: their hits are recorded with the alerts.
// --home keeps the store, and a later run goes on with what it holds; --profile writes a CPU profile of every thread of Node. Ends with 1 where a count is wrong; never for the time it takes.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { runIngest, type IngestOptions } from '#server/ingest/pipeline.ts';
import { kafkaSource, type KafkaSource } from '#server/ingest/source/kafka.ts';
import { KAFKA_DEFAULTS } from '#server/ingest/source/kafka/settings.ts';
import type { AlertSource, RawPacket } from '#server/ingest/source/source.ts';
import type { Stage } from '#server/ingest/store/stage.ts';
import { STAGES } from '#server/ingest/store/stages.ts';
import { withScores } from '#server/ingest/store/scores.ts';
import { FilterStage } from '#server/ingest/filter/stage.ts';
import { ensureShipped } from '#server/catalog/builtIn.ts';
import { labelsOf } from '#lib/alert/model.ts';
import { NO_MODELS, openModels, readModelFolders, type ModelFolder, type Models } from '#server/ml/index.ts';
import { startEmbeddedStore } from '../tests/support/embeddedStore.ts';
import { kafkaMissing, startKafka } from '../tests/support/kafkaBroker.ts';
import { KafkaTopics } from '../tests/support/kafkaTopics.ts';
import { runAsIngest } from './asIngest.ts';
import { cpuSecondsOf, cpuSecondsOfThreads, memoryOf, percentile } from './cpu.ts';
import { cats150Variants, putLive } from './cats150.ts';
import { loadGalaxies } from './galaxies.ts';
import { readIssued, reissue } from './reissue.ts';
import { simulatedPackets } from './simulatedPackets.ts';

const { values } = parseArgs({
	options: {
		alerts: { type: 'string', default: '29142' },
		objects: { type: 'string' },
		galaxies: { type: 'string', default: '1872544' },
		source: { type: 'string', default: 'auto' },
		networks: { type: 'string', default: 'ours,published' },
		published: { type: 'string' },
		filters: { type: 'string', default: '0' },
		rate: { type: 'string', default: '333' },
		seconds: { type: 'string', default: '60' },
		threads: { type: 'string', default: '1' },
		'batch-rows': { type: 'string', default: '2000' },
		packets: { type: 'string', default: '2000' },
		home: { type: 'string' },
		profile: { type: 'string' },
	},
});

const profileFolder = values.profile === undefined ? null : resolve(values.profile);
runAsIngest(
	import.meta.filename,
	profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`],
	profileFolder === null
		? ''
		: `A profile of each thread lies in ${profileFolder}; the developer tools of a browser open them.`,
);

const total = Number(values.alerts);
// as in the peers' night: 27,948 objects of 29,142 alerts
const objects = Math.min(total, Number(values.objects ?? Math.round((total * 27_948) / 29_142)));
const batchRows = Number(values['batch-rows']);
const rate = Number(values.rate);
const kafkaWanted = values.source === 'kafka' || (values.source === 'auto' && kafkaMissing === null);
if (kafkaWanted && kafkaMissing !== null) throw new Error(`--source kafka needs a broker: ${kafkaMissing}.`);
const PARTITIONS = 4;

let wrong = 0;
function expectCount(what: string, found: number, wanted: number): void {
	if (found === wanted) return;
	console.error(`Wrong count: ${found} ${what}, not ${wanted}.`);
	wrong += 1;
}

if (values.home !== undefined) mkdirSync(values.home, { recursive: true });
const embedded = await startEmbeddedStore(values.home === undefined ? {} : { home: resolve(values.home) });
const { store } = embedded;
const decoder = createDecoder({ cacheFolder: join(embedded.home, 'schemas'), registryUrl: null });

// ---- packets: some hundred simulated ones, issued again with other ids, objects and times

const packets = await readIssued(decoder, await simulatedPackets(Math.min(objects, Number(values.packets))));
const largest = Math.max(...packets.map(({ bytes }) => bytes.length));
const meanBytes = packets.reduce((sum, { bytes }) => sum + bytes.length, 0) / packets.length;
// ids of a packet differ by its round: every pass gets rounds of its own
const ROUNDS = Math.ceil(total / packets.length) + 2;

/** Alert `i` of pass `pass`, which is a night: past the number of objects the second alert of one, half an hour later. */
function issueInto(pass: number, i: number, into: Buffer): Buffer {
	const object = i % objects;
	const packet = packets[object % packets.length];
	if (packet === undefined) throw new Error('no packets');
	const second = i >= objects;
	const round = pass * ROUNDS + (second ? ROUNDS - 1 : Math.floor(object / packets.length));
	return reissue(packet, round, object, into, pass + (second ? 1 / 48 : 0));
}

const raw = (bytes: Uint8Array, i: number): RawPacket => ({
	bytes,
	source: 'bench',
	partition: 'memory',
	offset: BigInt(i),
	member: '',
	receivedAtMs: Date.now(),
});

const cpuOf = (before: NodeJS.CpuUsage): number => {
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1e6;
};

// what making a packet costs, so that it can be taken off
const scratch = Buffer.allocUnsafeSlow(largest);
const issuing = process.cpuUsage();
for (let i = 0; i < 1000; i += 1) issueInto(9, i % total, scratch);
const issueSeconds = cpuOf(issuing) / 1000;

/** Alerts of a pass from memory; `paced`: as many a second, else as fast as they are taken. */
function memorySource(pass: number, count: number, paced: number | null, handed: (i: number) => void): AlertSource {
	// at most three batches are in flight
	const ring = Array.from({ length: Math.min(count, 4 * batchRows) }, () => Buffer.allocUnsafeSlow(largest));
	return {
		async *packets(signal) {
			const start = performance.now();
			for (let i = 0; i < count && !signal.aborted; i += 1) {
				const wait = paced === null ? 0 : start + (i / paced) * 1000 - performance.now();
				if (wait > 1) await pause(wait);
				handed(i);
				yield raw(issueInto(pass, i, ring[i % ring.length] ?? Buffer.alloc(largest)), pass * 1e9 + i);
			}
		},
		reread: () => {
			throw new Error('the bench does not resume');
		},
		progress: () => ({ bytesTotal: null, bytesRead: 0 }),
	};
}

const shared = (slot: string): Omit<IngestOptions, 'source'> => ({
	store,
	slot,
	config: { cutoutBudgetBytes: 2e9, simulationBudgetBytes: 2e9, batchRows, batchMs: 500 },
	decoder,
	codeVersion: 'bench',
	closeNights: false,
	signal: new AbortController().signal,
	onStageFailure: ({ stage, reason }) => {
		console.error(`${stage} failed: ${reason}`);
		wrong += 1;
	},
});

async function diskBytes(): Promise<number> {
	const [row] = await store.query<{ bytes: string }>(
		`SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = currentDatabase() AND table NOT LIKE 'catalog%'`,
	);
	return Number(row?.bytes ?? 0);
}

// ---- what the store holds before: galaxies, and every object with the history of its packet

/** What a kept store (--home) holds already. */
async function held(sql: string): Promise<number> {
	const [row] = await store.query<{ n: string }>(sql);
	return Number(row?.n ?? 0);
}

let before = performance.now();
await ensureShipped(store);
if ((await held(`SELECT count() AS n FROM catalog_sources WHERE catalog = 'NED'`)) === 0) {
	await loadGalaxies(store, 'NED', Number(values.galaxies), true);
	console.log(`${values.galaxies} galaxies, ${((performance.now() - before) / 1000).toFixed(0)} s`);
}
// nights of an earlier run on the same store keep their numbers
let passes = 1 + (await held(`SELECT uniqExact(writer, night) AS n FROM alerts WHERE writer != 'history'`));
if ((await held(`SELECT uniqExact(object_id) AS n FROM alerts WHERE writer = 'history'`)) < objects) {
	before = performance.now();
	const emptyBytes = await diskBytes();
	const history = await runIngest({ ...shared('history'), source: memorySource(0, objects, null, () => undefined) });
	expectCount('alerts of the nights before', history.stored, objects);
	console.log(
		`${objects} objects with history from packets of ${(meanBytes / 1000).toFixed(1)} kB, ${((performance.now() - before) / 1000).toFixed(0)} s, ${(((await diskBytes()) - emptyBytes) / objects / 1000).toFixed(1)} kB on disk each`,
	);
}

const filterCount = Number(values.filters);
let filters: FilterStage | null = null;
if (filterCount > 0) {
	await putLive(store, cats150Variants(filterCount));
	filters = new FilterStage(store, { writer: 'bench', log: console.error });
	expectCount('filters live', (await filters.active()).length, filterCount);
	console.log(`${filterCount} filters of the size of cats150 run`);
}
const running = filters === null ? {} : { filters };

const broker = kafkaWanted ? await startKafka() : null;
const topics = broker === null ? null : new KafkaTopics(broker.brokers);
await topics?.connect();

/** A topic that `fill` has put packets into, as a source; it ends when `stop` is called. */
async function topicSource(topic: string, partitions: number): Promise<KafkaSource> {
	if (broker === null || topics === null) throw new Error('no broker');
	await topics.create(topic, partitions, { 'compression.type': 'uncompressed' });
	return kafkaSource(
		{
			...KAFKA_DEFAULTS,
			name: 'bench',
			brokers: broker.brokers.split(','),
			topics: [topic],
			group: `of ${topic}`,
			login: null,
			tls: null,
		},
		() => undefined,
	);
}

async function send(topic: string, pass: number, from: number, to: number, partitions: number): Promise<void> {
	const batch: Buffer[] = [];
	for (let i = from; i < to; i += 1) batch.push(issueInto(pass, i, Buffer.alloc(largest)));
	await topics?.send(topic, batch, partitions);
}

/** Models in threads, warm; and the threads that run them. */
async function warmModels(folders: readonly ModelFolder[]): Promise<{ models: Models; threads: readonly number[] }> {
	const known = new Set(cpuSecondsOfThreads().keys());
	const models = openModels({
		models: folders,
		workerFile: join(process.cwd(), 'dist', 'ml-worker.js'),
		workers: Number(values.threads),
		log: (line) => {
			console.error(line);
			wrong += 1;
		},
	});
	const pass = passes++;
	// sessions load and JavaScript gets warm before the clock starts: a share of the night before the last
	await runIngest({
		...shared(`warm-${pass}`),
		...running,
		models,
		source: memorySource(pass, Math.min(500, objects), null, () => undefined),
	});
	return { models, threads: [...cpuSecondsOfThreads().keys()].filter((thread) => !known.has(thread)) };
}
interface Spent {
	readonly main: number;
	readonly threads: number;
	readonly store: number;
}

/** CPU seconds so far: Node without the threads of models, those threads, the store. */
function spent(threads: readonly number[]): Spent {
	const { user, system } = process.cpuUsage();
	const seconds = cpuSecondsOfThreads();
	const models = threads.reduce((sum, thread) => sum + (seconds.get(thread) ?? 0), 0);
	return { main: (user + system) / 1e6 - models, threads: models, store: cpuSecondsOf(embedded.pid) };
}

const minus = (a: Spent, b: Spent): Spent => ({
	main: a.main - b.main,
	threads: a.threads - b.threads,
	store: a.store - b.store,
});

/** One batch after another, so that what is spent between two marks belongs to one stage. */
async function stagesOf(models: Models, threads: readonly number[]): Promise<Map<string, Spent>> {
	const count = Math.min(total, 2 * batchRows);
	const sums = new Map<string, Spent>();
	let last = spent(threads);
	const mark = (name: string): void => {
		const now = spent(threads);
		const used = minus(now, last);
		const { main, threads: inThreads, store: inStore } = sums.get(name) ?? { main: 0, threads: 0, store: 0 };
		sums.set(name, { main: main + used.main, threads: inThreads + used.threads, store: inStore + used.store });
		last = now;
	};
	const measured: Stage[] = withScores(STAGES, models).map((stage) => {
		return {
			...stage,
			async enrich(alerts, context) {
				mark('between stages');
				await stage.enrich(alerts, context);
				mark(stage.name);
			},
		};
	});
	const pass = passes++;
	const inner = memorySource(pass, count, null, () => undefined);
	let published = 0;
	let taken = 0;
	const source: AlertSource = {
		...inner,
		async *packets(signal) {
			for await (const packet of inner.packets(signal)) {
				while (taken - published >= batchRows) await pause(1);
				taken += 1;
				yield packet;
			}
		},
	};
	last = spent(threads);
	const totals = await runIngest({
		...shared(`stages-${pass}`),
		...running,
		stages: measured,
		source,
		timing: (part) => {
			if (part === 'identity') mark('decode, normalise, look up known ids');
			else if (part === 'points') mark('known points: look up, choose');
			else if (part === 'filter') mark('filters: run');
			else if (part === 'rows') mark('cutouts, photometry, rows of the stages: encode, insert');
			else if (part === 'write') mark('alert rows and accounting: encode, insert');
		},
		onProgress: ({ stored }) => {
			published = stored;
		},
	});
	expectCount('alerts of the stages', totals.stored, count);
	await pause(3000);
	mark('merges in the background');
	const reading = sums.get('decode, normalise, look up known ids');
	// the packets were made there
	if (reading !== undefined)
		sums.set('decode, normalise, look up known ids', { ...reading, main: reading.main - count * issueSeconds });
	for (const [name, { main, threads: inThreads, store: inStore }] of sums)
		sums.set(name, {
			main: (1000 * main) / count,
			threads: (1000 * inThreads) / count,
			store: (1000 * inStore) / count,
		});
	return sums;
}

/** The night itself. */
async function measure(title: string, folders: readonly ModelFolder[]): Promise<void> {
	console.log(`\n${title}: ${folders.map(({ manifest }) => manifest.name).join(', ') || 'no models'}`);
	const { models, threads } = folders.length === 0 ? { models: NO_MODELS, threads: [] } : await warmModels(folders);
	const pass = passes++;
	const topic = `night-${pass}`;
	const fromKafka = topics === null ? null : await topicSource(topic, PARTITIONS);
	for (let from = 0; fromKafka !== null && from < total; from += 200) {
		await send(topic, pass, from, Math.min(total, from + 200), PARTITIONS);
	}
	await pause(2000);
	const bytesBefore = await diskBytes();
	const brokerBefore = (await broker?.cpuSeconds()) ?? 0;
	const stop = new AbortController();
	let peak = 0;
	let classified = 0;
	const start = spent(threads);
	const startedAt = performance.now();
	let seconds = 0;
	const totals = await runIngest({
		...shared(`night-${pass}`),
		...running,
		models,
		source: fromKafka ?? memorySource(pass, total, null, () => undefined),
		signal: stop.signal,
		onPublished: ({ outcome }) => {
			for (const { classification } of outcome.enriched) if (classification.class !== '') classified += 1;
		},
		onProgress: ({ stored }) => {
			peak = Math.max(peak, process.memoryUsage().rss);
			if (stored < total) return;
			seconds = (performance.now() - startedAt) / 1000;
			stop.abort();
		},
	});
	const brokerSeconds = ((await broker?.cpuSeconds()) ?? 0) - brokerBefore;
	// merges that the inserts caused are part of their cost
	await pause(5000);
	const used = minus(spent(threads), start);
	const own = used.main - (fromKafka === null ? total * issueSeconds : 0);
	const ms = (cpu: number): number => (1000 * cpu) / total;
	const all = ms(own + used.threads + used.store);
	const bytes = (await diskBytes()) - bytesBefore;
	expectCount('alerts stored', totals.stored, total);
	await checkRows(models, folders, `night-${pass}`);

	console.table({
		'alerts; objects known before': `${total}; ${objects}`,
		source: fromKafka === null ? 'memory' : `Kafka, ${PARTITIONS} partitions`,
		'CPU, all our processes (ms per alert)': all.toFixed(3),
		'  main thread and its helpers': ms(own).toFixed(3),
		[`  models, ${values.threads} thread(s)`]: ms(used.threads).toFixed(3),
		'  store': ms(used.store).toFixed(3),
		'alerts a second on two cores, by CPU': (2000 / all).toFixed(0),
		'alerts a second, wall': (total / seconds).toFixed(0),
		'CPU of the broker, apart (ms per alert)': broker === null ? 'none' : ms(brokerSeconds).toFixed(3),
		'filters; their hits': `${filterCount}; ${await held(`SELECT count() AS n FROM filter_hits WHERE writer = 'night-${pass}'`)}`,
		classified: `${((100 * classified) / total).toFixed(1)} %`,
		'memory, ingest: peak (MB)': (peak / 1e6).toFixed(0),
		'memory, store: peak (MB)': (memoryOf(embedded.pid).peakBytes / 1e6).toFixed(0),
		'disk (kB per alert)': (bytes / total / 1000).toFixed(1),
	});
	console.log(`Message to visible at ${rate} a second, p50 / p99: ${await delaysAt(models)}`);
	const stages = await stagesOf(models, threads);
	await models.close();
	console.log('CPU by stage, ms per alert, batches one after another:');
	console.table(
		Object.fromEntries(
			[...stages]
				.map(([name, one]) => [name, one.main + one.threads + one.store, one] as const)
				.filter(([, sum]) => sum >= 0.005)
				.sort((a, b) => b[1] - a[1])
				.map(([name, sum, one]) => [
					name,
					{
						all: sum.toFixed(3),
						main: one.main.toFixed(3),
						models: one.threads.toFixed(3),
						store: one.store.toFixed(3),
					},
				]),
		),
	);
}

/** Every alert is there once, and has a score row for each label of each model. */
async function checkRows(models: Models, folders: readonly ModelFolder[], writer: string): Promise<void> {
	const labels = models.manifests
		.filter(({ surveys }) => surveys.includes('ztf'))
		.reduce((sum, manifest) => sum + labelsOf(manifest).length, 0);
	const names = folders.map(({ manifest }) => `'${manifest.name}'`).join(', ') || "''";
	const [row] = await store.query<{ alerts: string; unique: string; scores: string; done: string }>(
		`SELECT (SELECT count() FROM alerts WHERE writer = '${writer}') AS alerts,
			(SELECT uniqExact(alert_id) FROM alerts WHERE writer = '${writer}') AS unique,
			count() AS scores, countIf(state = 'done') AS done
		FROM scores WHERE writer = '${writer}' AND model IN (${names})`,
	);
	expectCount('alerts in the store', Number(row?.alerts ?? 0), total);
	expectCount('different alerts in the store', Number(row?.unique ?? 0), total);
	expectCount('scores', Number(row?.scores ?? 0), labels * total);
	console.log(`${row?.done ?? '?'} of ${row?.scores ?? '?'} scores done; the others lack an input.`);
}

/** Message to visible at a steady rate, as text. */
async function delaysAt(models: Models): Promise<string> {
	const count = Math.min(total, Math.round(rate * Number(values.seconds)));
	if (count === 0) return 'not measured';
	const pass = passes++;
	const handed: number[] = [];
	const delays: number[] = [];
	const stop = new AbortController();
	const topic = `rate-${pass}`;
	// one partition: alerts become visible in the order in which they were sent
	const fromKafka = topics === null ? null : await topicSource(topic, 1);
	const ingest = runIngest({
		...shared(`rate-${pass}`),
		...running,
		models,
		signal: stop.signal,
		source: fromKafka ?? memorySource(pass, count, rate, () => handed.push(performance.now())),
		onProgress: ({ stored }) => {
			const now = performance.now();
			for (let i = delays.length; i < stored; i += 1) delays.push(now - (handed[i] ?? now));
			if (stored >= count) stop.abort();
		},
	});
	if (fromKafka !== null) {
		await pause(5000);
		const start = performance.now();
		const step = Math.max(1, Math.round(rate / 20));
		for (let from = 0; from < count; from += step) {
			const wait = start + (from / rate) * 1000 - performance.now();
			if (wait > 1) await pause(wait);
			const to = Math.min(count, from + step);
			for (let i = from; i < to; i += 1) handed.push(performance.now());
			await send(topic, pass, from, to, 1);
		}
	}
	const { stored } = await ingest;
	expectCount('alerts at the steady rate', stored, count);
	return `${percentile(delays, 0.5).toFixed(0)} / ${percentile(delays, 0.99).toFixed(0)} ms of ${count} alerts`;
}

/** The six networks of the peers' test: manifests of ours, files from a folder or what was fetched. */
async function publishedFolders(): Promise<readonly ModelFolder[]> {
	const root = join(embedded.home, 'published');
	const files = values.published === undefined ? [] : readdirSync(values.published);
	for (const name of ['acai_h', 'acai_v', 'acai_o', 'acai_n', 'acai_b', 'btsbot']) {
		const file = files.find((one) => one.startsWith(name) && one.endsWith('.onnx'));
		const fetched = join('.nightjar', 'models', name, 'model.onnx');
		const path = file !== undefined ? join(values.published ?? '', file) : existsSync(fetched) ? fetched : null;
		if (path === null) return [];
		mkdirSync(join(root, name), { recursive: true });
		copyFileSync(path, join(root, name, 'model.onnx'));
		copyFileSync(join('models', 'published', name, 'model.json'), join(root, name, 'model.json'));
	}
	const { models } = await readModelFolders([root]);
	for (const { problem, manifest } of models) if (problem !== null) throw new Error(`${manifest.name}: ${problem}`);
	return models;
}

for (const which of values.networks.split(',')) {
	if (which === 'none') await measure('Without models', []);
	else if (which === 'ours') await measure('Our models', (await readModelFolders([join('models', 'shipped')])).models);
	else if (which === 'published') {
		const folders = await publishedFolders();
		if (folders.length > 0) await measure('The six published networks', folders);
		else
			console.log(
				'\nNOT RUN: the six published networks. Fetch them (nightjar models fetch acai_h ...) or name their folder with --published.',
			);
	} else throw new Error(`--networks knows ours, published and none; it is "${which}".`);
}

if (filters !== null) expectCount('filters still live', (await filters.active()).length, filterCount);
await filters?.close();
await topics?.disconnect();
await broker?.stop();
await embedded.stop();
if (values.home === undefined) rmSync(embedded.home, { recursive: true, force: true });
process.exitCode = wrong === 0 ? 0 : 1;
