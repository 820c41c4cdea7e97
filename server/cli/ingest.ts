import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readIngestSummary } from '#clickhouse/read/ingestSummary.ts';
import type { Store } from '#clickhouse/store.ts';
import { type Config, readConfig } from '#server/config.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { type IngestOptions, type IngestTotals, runIngest } from '#server/ingest/pipeline.ts';
import { KafkaSink } from '#server/ingest/publish/kafkaSink.ts';
import type { Sink } from '#server/ingest/publish/sink.ts';
import { archiveSource } from '#server/ingest/source/archive.ts';
import { AfterNights } from '#server/ingest/afterNight.ts';
import { FilterStage } from '#server/ingest/filter/stage.ts';
import { takeSlot } from '#server/ingest/store/slot.ts';
import { AssociationSweep } from '#server/ingest/store/sweep.ts';
import type { Models } from '#server/ml/index.ts';
import { beside } from './beside.ts';
import { EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { ensureStore, type RunningStore } from './embeddedStore.ts';
import { openHome } from './home.ts';
import { chosenModels, startModels } from './modelsOf.ts';
import { ProgressLine } from './progressLine.ts';
import { feedKafka, kafkaSettings, readKafkaRequest } from './kafkaFeed.ts';
import { feedSimulation } from './simulationFeed.ts';
import { countsByPath, type SourceCounts, summaryTable } from './summaryTable.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar ingest: reads alert packets into the store.

Use: nightjar ingest [OPTIONS] PATH...
     nightjar ingest kafka [--brokers HOST:PORT,...] [--survey ztf,lsst] [--topics NAME,...]
     nightjar ingest --simulate

A PATH is a packet (.avro), a folder of them, or a night of an archive (.tar, .tar.gz). What was read before is counted as
a duplicate and changes nothing; what cannot be read becomes a dead letter with its reason. An ingest that was killed
is finished first by the next one of the same slot.

"kafka" reads the topics of a broker until it is stopped, and lets go of an offset once its alert is stored. Broker, login
and streams are settings (docs/configuration.md); these options change them where there is one stream:

  --brokers LIST    some brokers, host:port, with commas between
  --survey LIST     topics of ztf (ztf_YYYYMMDD_programid*, followed from night to night) and lsst
  --topics LIST     topics by name, * for any letters, YYYYMMDD for a date
  --group NAME      consumer group (nightjar): workers of one group, each with its own --slot, share the partitions
  --from earliest   where a new group begins: earliest or latest
  --nights N        dated topics of the last N days (14)

Options of all:

  --simulate        fill in about two weeks of simulated nights, then simulate the current one as it passes
  --slot NAME       the writer's name (worker-1; kafka-1): one running ingest per slot; use another to run several at once
  --origin test     mark these alerts as a survey's own test data, apart from the sky
  --batch-rows N    most alerts in a batch (2000)
  --batch-ms N      longest time a batch stays open, in milliseconds (500)
  --abandon         give up the slot's unfinished batch when its files are gone

Exit codes: 0 all was stored, 3 finished with dead letters, 1 failed, 2 the command line makes no sense.
`;

interface Request {
	readonly paths: readonly string[];
	readonly simulate: boolean;
	readonly slot: string;
	readonly originOverride: 'test' | null;
	readonly batchRows: number;
	readonly batchMs: number;
	readonly abandon: boolean;
}

function whole(name: string, text: string | undefined, fallback: number, max: number): number {
	if (text === undefined) return fallback;
	const value = Number(text);
	if (!Number.isSafeInteger(value) || value < 1 || value > max) {
		throw new UsageError(`--${name} must be a whole number from 1 to ${max}; it is "${text}".`);
	}
	return value;
}

/** Reads the words after `ingest` (or `ingest kafka`: `endless`, without paths); throws a sentence for what makes no sense. */
export function readRequest(args: readonly string[], endless = false): Request {
	const { values, positionals } = usage(() =>
		parseArgs({
			args: [...args],
			allowPositionals: true,
			options: {
				simulate: { type: 'boolean' },
				slot: { type: 'string' },
				origin: { type: 'string' },
				abandon: { type: 'boolean' },
				'batch-rows': { type: 'string' },
				'batch-ms': { type: 'string' },
			},
		}),
	);
	const simulate = values.simulate === true;
	if (!endless && simulate === positionals.length > 0) {
		throw new UsageError(
			simulate
				? 'Give either paths or --simulate, not both.'
				: 'Give at least one path to read, or --simulate. --help tells more.',
		);
	}
	if (values.origin !== undefined && (values.origin !== 'test' || simulate)) {
		throw new UsageError(
			simulate
				? 'Simulated alerts keep their own origin: leave --origin away.'
				: `--origin can only be "test"; it is "${values.origin}". Without it, packets say themselves what they are.`,
		);
	}
	const slot = values.slot ?? (endless ? 'kafka-1' : simulate ? 'simulation' : 'worker-1');
	if (!/^[a-z][a-z0-9-]{0,31}$/.test(slot)) {
		throw new UsageError(
			`--slot takes lower-case letters, digits and dashes, at most 32, a letter first; it is "${slot}".`,
		);
	}
	return {
		paths: positionals.map((path) => resolve(path)),
		simulate,
		slot,
		originOverride: values.origin === undefined ? null : 'test',
		batchRows: whole('batch-rows', values['batch-rows'], 2000, 100_000),
		batchMs: whole('batch-ms', values['batch-ms'], 500, 600_000),
		abandon: values.abandon === true,
	};
}

/** Where published alerts are sent; null when no broker is configured for them. */
export function sinkOf({ publish }: Pick<Config, 'publish'>, log: (line: string) => void): Sink | null {
	return publish === null ? null : new KafkaSink(publish, log);
}

/** What every ingest of this process shares. */
export function ingestOptions(
	config: Config,
	store: Store,
	request: Request,
	codeVersion: string,
	signal: AbortSignal,
): Omit<IngestOptions, 'source' | 'closeNights'> {
	return {
		store,
		slot: request.slot,
		config: {
			cutoutBudgetBytes: config.cutoutBudgetBytes,
			simulationBudgetBytes: config.simulationBudgetBytes,
			batchRows: request.batchRows,
			batchMs: request.batchMs,
		},
		decoder: createDecoder({ cacheFolder: join(config.home, 'schemas'), registryUrl: config.schemaRegistryUrl }),
		codeVersion,
		abandon: request.abandon,
		...(request.originOverride === null ? {} : { originOverride: request.originOverride }),
		signal,
	};
}

function deadLettersOf(totals: IngestTotals): number {
	return Object.values(totals.deadLetters).reduce((sum, n) => sum + n, 0);
}

/** The counts of this run, per path that was asked for, as the store has them. */
async function printSummary(store: Store, request: Request, sinceMs: number): Promise<void> {
	const partitions = await readIngestSummary(store, request.slot, sinceMs);
	const counts: SourceCounts[] = partitions.map(({ partition, ...rest }) => ({ source: partition, ...rest }));
	console.log(summaryTable(countsByPath(request.paths, counts)));
	const shown = new Set<string>();
	for (const { partition, reasons } of partitions) {
		for (const [kind, reason] of Object.entries(reasons)) {
			if (shown.has(kind)) continue;
			shown.add(kind);
			console.log(`${kind}, for example ${partition}: ${reason}`);
		}
	}
}

async function ingestPaths(shared: Omit<IngestOptions, 'source' | 'closeNights'>, request: Request): Promise<number> {
	const sinceMs = Date.now();
	const line = new ProgressLine(process.stdout);
	let totals: IngestTotals;
	try {
		totals = await runIngest({
			...shared,
			source: archiveSource(request.paths),
			closeNights: true,
			onProgress: (progress) => {
				line.show({ ...progress, deadLetters: deadLettersOf(progress) });
			},
		});
	} finally {
		line.end();
	}
	await printSummary(shared.store, request, sinceMs);
	const rate = totals.seconds > 0 ? totals.received / totals.seconds : 0;
	console.log(`${totals.received} read in ${totals.seconds.toFixed(1)} s (${rate.toFixed(0)}/s)`);
	if (shared.signal.aborted) {
		console.log('Stopped before the end; the same command goes on where it stopped.');
		return EXIT.failed;
	}
	return deadLettersOf(totals) > 0 ? EXIT.deadLetters : EXIT.done;
}

/** A signal ends the batch in hand, not the middle of it; a second one does not wait. */
export function stopOnSignal(): AbortController {
	const stop = new AbortController();
	const end = (): void => {
		if (stop.signal.aborted) process.exit(EXIT.failed);
		stop.abort();
	};
	process.on('SIGINT', end);
	process.on('SIGTERM', end);
	return stop;
}

/** The store; what a store of our own prints is shown only when it does not get ready. */
async function quietStore(config: Config, install: string, signal: AbortSignal): Promise<RunningStore> {
	const lines: string[] = [];
	try {
		return await ensureStore(config, install, (line) => lines.push(line), signal);
	} catch (error) {
		for (const line of lines) console.error(line);
		throw error;
	}
}

async function run({ args, install, version }: Invocation): Promise<number> {
	// a folder of that name is ./kafka
	const streams = args[0] === 'kafka' ? readKafkaRequest(args.slice(1)) : null;
	const request = readRequest(streams === null ? args : streams.rest, streams !== null);
	const missing = request.paths.find((path) => !existsSync(path));
	if (missing !== undefined) {
		throw new UsageError(`There is nothing at ${missing}. Give packets, folders of them, or .tar(.gz) nights.`);
	}
	const config = readConfig();
	const settings = streams === null ? null : kafkaSettings(config, streams);
	await openHome(config.home);
	const release = takeSlot(join(config.home, 'slots'), request.slot);
	const stop = stopOnSignal();
	const { store, child } = await quietStore(config, install, stop.signal);
	let models: Models | undefined;
	const sink = sinkOf(config, console.log);
	let filters: FilterStage | undefined;
	try {
		const { migrate } = await import('#clickhouse/migrate.ts');
		await migrate(store, { cluster: config.cluster });
		const folders = await chosenModels(config, install, console.log);
		models = startModels(config, install, folders, console.log);
		filters = new FilterStage(store, { writer: request.slot, log: console.log });
		const shared = {
			...ingestOptions(config, store, request, version, stop.signal),
			models,
			filters,
			...(sink === null ? {} : { sink }),
		};
		const { ensureShipped } = await import('#server/catalog/builtIn.ts');
		await ensureShipped(store);
		const { storeSystemFilters } = await import('#server/ingest/filter/storeSystem.ts');
		await storeSystemFilters(store);
		const feed = async (): Promise<number> => {
			if (settings !== null) return feedKafka(shared, settings, { config, log: console.log });
			if (!request.simulate) return ingestPaths(shared, request);
			await feedSimulation(shared, config, console.log);
			return EXIT.done;
		};
		const sweep = new AssociationSweep(store, version);
		const nights = new AfterNights(store, {
			codeVersion: version,
			log: console.log,
			...(sink === null ? {} : { sink }),
		});
		return await beside(config.home, sweep, () => beside(config.home, nights, feed));
	} finally {
		await models?.close();
		await sink?.close();
		await filters?.close();
		await store.close();
		await child?.stop();
		release();
	}
}

export const ingest: Subcommand = { help: HELP, run };
