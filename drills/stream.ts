// `npm run drill -- stream [--faults 20] [--seed 1] [--minutes 0] [--load 100] [--rate 40] [--only NAME,NAME] [--keep]`: alerts from a real Kafka through two workers into the
// store and on to topics, under load, while faults strike at random moments. After each fault everything comes to rest and is
// compared: tables, matches and associations (by brute force), scores and hits (by the archive), and output topics with the producer's own list, the raw topics as an independent client reads them, the portal's
// status. In the end the photometry is compared with that of an undisturbed ingest. The full disk needs root (a tmpfs that shrinks).
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { connectStore } from '#clickhouse/connect.ts';
import { readEndpoint } from '#clickhouse/open.ts';
import { ensureSimulated } from '#server/catalog/builtIn.ts';
import { createSimulation } from '#server/simulate/index.ts';
import { startKafka } from '../tests/support/kafkaBroker.ts';
import { KafkaTopics } from '../tests/support/kafkaTopics.ts';
import { compare, type Figures, photometryOf } from './stream/compare.ts';
import { Enrichment } from './stream/enrichment.ts';
import { type Fault, FAULTS, type Stage } from './stream/faults.ts';
import { DRILL_SKY, Load, messagesOf } from './stream/producer.ts';
import { ROOT, Supervised } from './stream/processes.ts';
import { StoreProxy } from './stream/storeProxy.ts';
import { Witness, witnessMissing } from './stream/witness.ts';

const { values } = parseArgs({
	options: {
		faults: { type: 'string', default: '20' },
		seed: { type: 'string', default: '1' },
		only: { type: 'string' },
		load: { type: 'string', default: '100' },
		rate: { type: 'string', default: '40' },
		minutes: { type: 'string', default: '0' },
		keep: { type: 'boolean', default: false },
	},
});
const BATCH_ROWS = 30;
/** The model that scores the alerts, of both surveys. */
const MODEL = 'light_curve';
const DISK_BYTES = 3 * 1024 ** 3;
const REST_MS = 300_000;
const perFault = Number(values.load);

let state = Number(values.seed) >>> 0;
/** Uniform in [0, 1), repeatable from the seed. */
function random(): number {
	state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
	return state / 4_294_967_296;
}

const missing = witnessMissing();
if (missing !== null) throw new Error(`The drill needs a client that is not ours: ${missing}.`);

const folder = mkdtempSync(join(tmpdir(), 'nightjar-drill-'));
const storeHome = join(folder, 'store');
const workerHome = join(folder, 'workers');
const calmHome = join(folder, 'calm');
const clockFile = join(folder, 'clock');
for (const path of [storeHome, workerHome, calmHome]) mkdirSync(path);
writeFileSync(clockFile, '0');
const clockModule = join(folder, 'clock.mjs');
writeFileSync(
	clockModule,
	`import { readFileSync } from 'node:fs';
const Right = Date;
const now = Right.now.bind(Right);
let wrongBy = 0;
setInterval(() => { try { wrongBy = Number(readFileSync(${JSON.stringify(clockFile)}, 'utf8')) || 0; } catch {} }, 100).unref();
globalThis.Date = class Date extends Right {
	constructor(...args) { if (args.length === 0) super(now() + wrongBy); else super(...args); }
	static now() { return now() + wrongBy; }
};
`,
);

/** A small disk of its own for the store. */
function mountDisk(): Stage['disk'] {
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'nightjar-drill', storeHome], { stdio: 'pipe' });
		return { folder: storeHome, bytes: DISK_BYTES };
	} catch {
		console.log('NOT RUN: full disk: no tmpfs can be mounted here (root can).');
		return null;
	}
}
const disk = mountDisk();
const cleanUp: (() => Promise<unknown>)[] = [
	() => {
		if (disk !== null) execFileSync('umount', [storeHome]);
		return Promise.resolve();
	},
];

/** A store on a folder, reached at one address from start to start. */
class OwnStore {
	readonly proxy = new StoreProxy();
	url = '';
	key = '';
	#process: Supervised;

	constructor(private readonly home: string) {
		this.#process = this.#made();
	}

	#made(): Supervised {
		// the process itself: a signal to the command before it would end it in order
		return new Supervised(['--home', this.home], {}, 'dist/store-process.js');
	}

	async start(): Promise<void> {
		if (this.url === '') this.url = await this.proxy.listen();
		this.#process = this.#made();
		this.#process.start();
		const deadline = Date.now() + 90_000;
		for (;;) {
			const endpoint = await readEndpoint(this.home);
			const answers = endpoint !== null && (await fetch(`${endpoint.url}/ping`).catch(() => null))?.ok === true;
			if (endpoint !== null && answers) {
				this.proxy.target = endpoint.url;
				this.key = endpoint.key;
				return;
			}
			if (Date.now() > deadline) throw new Error(`The store did not start:\n${this.#process.output}`);
			await pause(50);
		}
	}

	async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
		await this.#process.end(signal);
	}

	get env(): Record<string, string> {
		return { NIGHTJAR_STORE_URL: this.url, NIGHTJAR_STORE_PASSWORD: this.key };
	}
}

async function drill(): Promise<number> {
	console.log(`Seed ${values.seed}. Starting broker, store, portal and two workers ...`);
	const broker = await startKafka();
	cleanUp.unshift(() => broker.stop());
	const topics = new KafkaTopics(broker.brokers);
	await topics.connect();
	cleanUp.unshift(() => topics.disconnect());
	const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
	const raw = { ztf: `ztf_${day}_programid1`, lsst: 'lsst-alerts-drill' };
	await topics.create(raw.ztf, 4);
	await topics.create(raw.lsst, 2);

	const ownStore = new OwnStore(storeHome);
	await ownStore.start();
	cleanUp.unshift(async () => {
		await ownStore.end('SIGTERM');
		ownStore.proxy.close();
	});
	const store = connectStore({ url: ownStore.url, password: ownStore.key });
	const base = { NIGHTJAR_HOME: workerHome, ...ownStore.env, NIGHTJAR_MODELS: 'none' };
	const migrating = new Supervised(['migrate'], base);
	migrating.start();
	await migrating.printed(/\S/, 60_000);
	await pause(1500);
	await migrating.end('SIGTERM');
	// hosts and stars of the sky that the packets are of
	await ensureSimulated(store, createSimulation(DRILL_SKY), Date.now());
	// they stood there before the earliest time that a clock which jumps will tell
	await store.command(
		'INSERT INTO catalogs SELECT * REPLACE (added_at - INTERVAL 1 DAY AS added_at) FROM catalogs SETTINGS insert_deduplicate = 0',
	);
	await store.command(
		'ALTER TABLE catalogs DELETE WHERE added_at > now() - INTERVAL 12 HOUR SETTINGS mutations_sync = 2',
	);
	const workerEnv = {
		...base,
		// one of ours that is quick, and all filters of the system: their rows are compared, too
		NIGHTJAR_MODELS: MODEL,
		NIGHTJAR_KAFKA_BROKERS: broker.brokers,
		NIGHTJAR_KAFKA_TOPICS: 'ztf,lsst',
		NIGHTJAR_KAFKA_SESSION_SECONDS: '6',
		NIGHTJAR_KAFKA_TOPIC_SECONDS: '2',
		NIGHTJAR_PUBLISH_BROKERS: broker.brokers,
		NODE_OPTIONS: `--import ${clockModule}`,
	};
	const workerOf = (slot: string): Supervised =>
		new Supervised(['ingest', 'kafka', '--slot', slot, '--batch-rows', String(BATCH_ROWS)], workerEnv);
	const workers = [workerOf('kafka-1'), workerOf('kafka-2')];
	const guest = workerOf('kafka-3');
	const portal = new Supervised(['portal'], { ...base, PORT: '0' });
	for (const one of [...workers, portal]) one.start();
	cleanUp.unshift(() => Promise.all([...workers, guest, portal].map((one) => one.end('SIGKILL'))));
	await portal.printed(/listens on http:\S+/, 90_000);
	const portalUrl = /listens on (http:\S+)/.exec(portal.output)?.[1] ?? '';
	console.log(`The portal is at ${portalUrl}, what it says of the stream at ${portalUrl}/status.`);

	const only = values.only?.split(',') ?? [''];
	const chosen = FAULTS.filter(({ name }) => only.some((part) => name.includes(part))).filter(
		({ name }) => disk !== null || name !== 'full disk',
	);
	if (chosen.length === 0) throw new Error(`--only names none of: ${FAULTS.map(({ name }) => name).join(', ')}.`);
	const count = Number(values.faults);
	const messages = await messagesOf((count + 1) * perFault, raw, random, join(folder, 'schemas'));
	const load = new Load(broker.brokers, messages, Number(values.rate));
	await load.connect();
	cleanUp.unshift(() => load.close());
	const schema = join(ROOT, 'static/schemas/nightjar-alert-1.0.avsc');
	const outTopics = ['nightjar.simulated.ztf', 'nightjar.simulated.lsst'];
	const witness = new Witness(broker.brokers, [
		...Object.values(raw).map((topic) => ({ topic, schema: null })),
		...outTopics.map((topic) => ({ topic, schema })),
	]);
	const stage: Stage = {
		workers,
		guest,
		broker,
		proxy: ownStore.proxy,
		portal: portalUrl,
		clockFile,
		disk,
		killStore: () => ownStore.end('SIGKILL'),
		startStore: () => ownStore.start(),
		random,
		reads: { done: 0, failed: [] },
	};

	/** Everything that was sent is finished, in the store and in the output topics. */
	async function rest(): Promise<string | null> {
		let why = '';
		const latest = Date.now() + REST_MS;
		while (Date.now() < latest) {
			try {
				why = '';
				for (const topic of Object.values(raw)) {
					const ends = await topics.admin.fetchTopicOffsets(topic);
					const kept = await topics.committed('nightjar', topic);
					const left = ends.reduce(
						(sum, { partition, high }) => sum + Number(high) - Math.max(0, kept[partition] ?? 0),
						0,
					);
					if (left > 0) why += `${left} messages of ${topic} are not committed; `;
				}
				const [open] = await store.query<{ n: string }>(
					`SELECT count() AS n FROM (SELECT max(state) AS state FROM ingest_log WHERE writer LIKE 'kafka-%' GROUP BY writer, number HAVING state IN ('opened', 'published'))`,
					{},
					{ class: 'ingest' },
				);
				if (Number(open?.n) > 0) why += `${open?.n ?? '?'} batches are open; `;
				if (why === '') return null;
			} catch (error) {
				why = error instanceof Error ? error.message : String(error);
			}
			await pause(400);
		}
		return `does not come to rest: ${why}\n${[...workers, guest].map(({ output }) => output.slice(-1500)).join('\n---\n')}`;
	}

	const deadline = Number(values.minutes) > 0 ? Date.now() + Number(values.minutes) * 60_000 : Number.POSITIVE_INFINITY;
	const asked = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM'])
		process.once(signal, () => {
			asked.abort();
		});
	let ends = 0;
	const ownEnds = (): number => [...workers, guest].reduce((sum, one) => sum + one.ownEnds, 0);
	const seenImages = new Set<string>();
	const enrichment = new Enrichment(store, [MODEL]);
	const problems: string[] = [];
	let figures: Figures | null = null;
	async function check(what: string): Promise<boolean> {
		const stuck = await rest();
		const found =
			stuck !== null
				? [stuck]
				: await compare({
						store,
						portal: portalUrl,
						topics: Object.values(raw),
						outTopics,
						sent: messages.slice(0, load.sent),
						witness,
						seenImages,
						mayBeTwice: (ends + ownEnds()) * BATCH_ROWS,
						enrichment,
					}).then((answer) => {
						figures = answer.figures;
						return answer.problems;
					});
		problems.push(...found.map((one) => `after ${what}: ${one}`));
		for (const one of found) console.log(`    WRONG: ${one}`);
		return stuck === null;
	}

	await load.send(perFault);
	if (!(await check('the quiet beginning'))) return 1;
	console.log(`The quiet beginning: ${JSON.stringify(figures)}`);
	const done = new Map<string, number>();
	let round: Fault[] = [];
	for (let i = 0; i < count; i += 1) {
		if (round.length === 0)
			round = chosen
				.map((fault) => ({ fault, key: random() }))
				.sort((a, b) => a.key - b.key)
				.map(({ fault }) => fault);
		const fault = round.pop();
		if (fault === undefined) break;
		const began = Date.now();
		let told = '';
		let going = false;
		try {
			const sending = load.send(perFault);
			await pause(random() * 2500);
			const failedBefore = stage.reads.failed.length;
			const struck = await fault.run(stage);
			told = struck.told;
			ends += struck.ends;
			for (const read of stage.reads.failed.slice(failedBefore)) console.log(`    WRONG: ${read} failed meanwhile`);
			await sending;
			going = await check(`fault ${i + 1} (${fault.name})`);
			await guest.end('SIGTERM');
			done.set(fault.name, (done.get(fault.name) ?? 0) + 1);
		} catch (error) {
			const why = error instanceof Error ? error.message : String(error);
			problems.push(`the drill itself could not go on at fault ${i + 1} (${fault.name}): ${why}`);
			console.log(`    WRONG: ${why}`);
		}
		const seconds = ((Date.now() - began) / 1000).toFixed(0);
		console.log(
			`${i + 1}/${count} ${fault.name}${told === '' ? '' : ` (${told})`}: ${seconds} s, ${JSON.stringify(figures)}`,
		);
		if (!going || asked.signal.aborted || Date.now() > deadline) break;
	}
	if (stage.reads.failed.length > 0)
		problems.push(
			`${stage.reads.failed.length} of ${stage.reads.done} reads failed while the disk was full: ${stage.reads.failed.slice(0, 3).join(', ')}`,
		);

	const sent = messages.slice(0, load.sent).flatMap(({ alert }) => (alert === null ? [] : [alert]));
	const all = await enrichment.compareAll(new Map(sent.map((alert) => [`${alert.survey}/${alert.alertId}`, alert])));
	console.log(`All matches, associations, scores and hits were compared: ${all.looked}.`);
	for (const one of all.problems) console.log(`    WRONG: ${one}`);
	problems.push(...all.problems.map((one) => `in the end: ${one}`));

	console.log('The same messages in an undisturbed ingest ...');
	const stormy = await photometryOf(store);
	const packets = join(folder, 'packets');
	mkdirSync(packets);
	messages.slice(0, load.sent).forEach(({ alert, bytes, topic }, i) => {
		if (alert !== null && bytes !== null && topic === raw.ztf)
			writeFileSync(join(packets, `${String(i).padStart(7, '0')}.avro`), bytes);
	});
	const calmStore = new OwnStore(calmHome);
	await calmStore.start();
	cleanUp.unshift(async () => {
		await calmStore.end('SIGTERM');
		calmStore.proxy.close();
	});
	const calm = connectStore({ url: calmStore.url, password: calmStore.key });
	const env = {
		...process.env,
		NIGHTJAR_HOME: calmHome,
		...calmStore.env,
		NIGHTJAR_STORE_URL: calmStore.proxy.target,
		NIGHTJAR_MODELS: 'none',
	};
	try {
		// not in step with this process: the address of the store is here
		await promisify(execFile)(process.execPath, [`${ROOT}bin/nightjar.mjs`, 'ingest', packets], { env });
	} catch (error) {
		problems.push(`the undisturbed ingest failed: ${error instanceof Error ? error.message : String(error)}`);
	}
	// packets of LSST as they stand in a topic are no files
	const ofZtf = await photometryOf(store, 'ztf');
	const wanted = await photometryOf(calm, 'ztf');
	// what does not come to rest is not all there
	if (ofZtf !== wanted && !problems.some((one) => one.includes('does not come to rest')))
		problems.push(`photometry of ztf: ${ofZtf} instead of ${wanted} as without faults`);
	await calm.close();
	await store.close();

	const total = [...done.values()].reduce((sum, n) => sum + n, 0);
	console.table(Object.fromEntries([...done].sort(([a], [b]) => (a < b ? -1 : 1))));
	console.log(
		`All: ${JSON.stringify(figures)}; photometry ${stormy}; workers ended by themselves ${ownEnds()} times; ${stage.reads.done} reads on a full disk.`,
	);
	console.log(
		problems.length === 0
			? `After ${total} faults nothing is lost, doubled or half written.`
			: `After ${total} faults:\n${problems.join('\n')}`,
	);
	return problems.length === 0 ? 0 : 1;
}

try {
	process.exitCode = await drill();
} finally {
	for (const step of cleanUp) {
		try {
			await step();
		} catch (error) {
			console.error(error instanceof Error ? error.message : error);
		}
	}
	if (!values.keep) rmSync(folder, { recursive: true, force: true });
}
