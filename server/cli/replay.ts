import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type KeptLetter, type LetterChoice, readLetterBytes, readLetters } from '#clickhouse/read/deadLetters.ts';
import type { Store } from '#clickhouse/store.ts';
import { type Config, readConfig } from '#server/config.ts';
import { DecodeError } from '#server/ingest/decode/packet.ts';
import { type IngestOptions, type IngestTotals, runIngest } from '#server/ingest/pipeline.ts';
import { archiveSource } from '#server/ingest/source/archive.ts';
import { formatPlace, KAFKA } from '#server/ingest/source/kafka/place.ts';
import { kafkaSource } from '#server/ingest/source/kafka.ts';
import { type LetterBox, letterSource } from '#server/ingest/source/letters.ts';
import type { AlertSource, OffsetRange } from '#server/ingest/source/source.ts';
import { listNightArchives } from '#server/ingest/store/nightTar.ts';
import { takeSlot } from '#server/ingest/store/slot.ts';
import { CommandError, EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { ensureStore } from './embeddedStore.ts';
import { openHome } from './home.ts';
import { ingestOptions, sinkOf, stopOnSignal } from './ingest.ts';
import { kafkaSettings, nightFolder, readKafkaRequest } from './kafkaFeed.ts';
import { chosenModels, startModels } from './modelsOf.ts';
import { ProgressLine } from './progressLine.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar replay: feeds again what was set aside, a range of a topic, or a night.

Use: nightjar replay dead [--kind KIND,...] [--survey NAME,...] [--from-place TEXT] [--since TIME] [--until TIME]
     nightjar replay offsets TOPIC/PARTITION FIRST-LAST [--brokers HOST:PORT,...]
     nightjar replay night YYYY-MM-DD [--survey NAME,...]

dead      Records that were set aside, from the bytes that were kept. What can be read now (a schema was added, an adapter
          mended) is stored where it came from, and its offset counts as stored; the rest stays set aside.
offsets   Messages of one partition, read from the broker again. What is stored already stays as it is.
night     Original packets of a night, from the archives that were kept (NIGHTJAR_NIGHT_TAR_GB).

  --kind LIST        unreadable, unknownSurvey, invalid, conflict, refused, tooLarge
  --survey LIST      names of surveys
  --from-place TEXT  only of partitions whose name holds this: a topic, a file
  --since, --until   when they were set aside, UTC: 2026-11-20 or 2026-11-20T04:30:00Z
  --list             say what would be fed, and feed nothing
  --slot NAME        the writer's name (replay)
  --abandon          give up the slot's unfinished batch when its input is gone

Exit codes: 0 all was read, 3 some are still set aside, 1 failed, 2 the command line makes no sense.
`;

const KINDS = ['unreadable', 'unknownSurvey', 'invalid', 'conflict', 'refused', 'tooLarge'];

/** What the words after `replay` ask for. */
export type ReplayRequest = {
	readonly slot: string;
	readonly abandon: boolean;
	readonly list: boolean;
} & (
	| { readonly what: 'dead'; readonly choice: LetterChoice }
	| {
			readonly what: 'offsets';
			readonly topic: string;
			readonly partition: number;
			readonly first: bigint;
			readonly last: bigint;
			readonly kafka: readonly string[];
	  }
	| { readonly what: 'night'; readonly night: string; readonly surveys: readonly string[] }
);

const words = (text: string | undefined): string[] =>
	(text ?? '')
		.split(',')
		.map((word) => word.trim())
		.filter(Boolean);

function time(name: string, text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const ms = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?$/.test(text)
		? Date.parse(text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text)
		: Number.NaN;
	if (Number.isNaN(ms))
		throw new UsageError(`--${name} takes a time such as 2026-11-20 or 2026-11-20T04:30:00Z; it is "${text}".`);
	return ms;
}

/** Reads the words after `replay`; throws a sentence for what makes no sense. */
export function readReplay(args: readonly string[]): ReplayRequest {
	const { values, positionals } = usage(() =>
		parseArgs({
			args: [...args],
			allowPositionals: true,
			options: {
				kind: { type: 'string' },
				survey: { type: 'string' },
				'from-place': { type: 'string' },
				since: { type: 'string' },
				until: { type: 'string' },
				brokers: { type: 'string' },
				slot: { type: 'string' },
				abandon: { type: 'boolean' },
				list: { type: 'boolean' },
			},
		}),
	);
	const [what, ...rest] = positionals;
	const common = { slot: values.slot ?? 'replay', abandon: values.abandon === true, list: values.list === true };
	const surveys = words(values.survey);
	switch (what) {
		case 'dead': {
			if (rest.length > 0) throw new UsageError(`"replay dead" takes options only; ${rest.join(' ')} came after it.`);
			const kinds = words(values.kind);
			const wrong = kinds.find((kind) => !KINDS.includes(kind));
			if (wrong !== undefined) throw new UsageError(`--kind knows ${KINDS.join(', ')}; not "${wrong}".`);
			const sinceMs = time('since', values.since);
			const untilMs = time('until', values.until);
			const partition = values['from-place'];
			const choice = {
				kinds,
				surveys,
				...(partition === undefined ? {} : { partition }),
				...(sinceMs === undefined ? {} : { sinceMs }),
				...(untilMs === undefined ? {} : { untilMs }),
			};
			return { ...common, what, choice };
		}
		case 'offsets': {
			const [, topic, partition] = /^([^/]+)\/(\d+)$/.exec(rest[0] ?? '') ?? [];
			const [, first, last] = /^(\d+)-(\d+)$/.exec(rest[1] ?? '') ?? [];
			if (
				topic === undefined ||
				partition === undefined ||
				first === undefined ||
				last === undefined ||
				rest.length > 2
			) {
				throw new UsageError('Say which offsets: nightjar replay offsets ztf_20261120_programid1/3 1200-1299');
			}
			if (BigInt(first) > BigInt(last)) throw new UsageError(`The range ${first}-${last} ends before it begins.`);
			const kafka = ['--topics', topic, ...(values.brokers === undefined ? [] : ['--brokers', values.brokers])];
			return { ...common, what, topic, partition: Number(partition), first: BigInt(first), last: BigInt(last), kafka };
		}
		case 'night': {
			const [night = ''] = rest;
			if (!/^\d{4}-\d\d-\d\d$/.test(night) || rest.length > 1) {
				throw new UsageError('Say which night: nightjar replay night 2026-11-20');
			}
			return { ...common, what, night, surveys };
		}
		default:
			throw new UsageError('Say what to feed again: dead, offsets or night. --help tells more.');
	}
}

function boxOf(store: Store): LetterBox {
	return {
		between: ({ source, partition, first, last }) => readLetters(store, { source, partition, first, last }),
		bytes: (place, offsets) => readLetterBytes(store, place, offsets),
	};
}

/** What is fed, in words and as a source. */
interface Replay {
	readonly about: string;
	readonly lines: readonly string[];
	readonly source: AlertSource;
	readonly closeNights: boolean;
}

function linesOf(letters: readonly KeptLetter[]): string[] {
	const counts = new Map<string, number>();
	for (const { source, partition } of letters) {
		const key = `${source} ${partition}`;
		counts.set(key, (counts.get(key) ?? 0) + 1);
	}
	return [...counts].map(([place, count]) => `${String(count).padStart(8)}  ${place}`);
}

async function replayOf(request: ReplayRequest, config: Config, store: Store): Promise<Replay> {
	switch (request.what) {
		case 'dead': {
			const letters = await readLetters(store, request.choice);
			const source = letterSource(boxOf(store), letters);
			return { about: `${letters.length} dead letters`, lines: linesOf(letters), source, closeNights: false };
		}
		case 'offsets': {
			const { topic, partition, first, last } = request;
			const [settings] = kafkaSettings(config, readKafkaRequest(request.kafka));
			if (settings === undefined) throw new UsageError('Which broker? Name it with --brokers.');
			const kafka = kafkaSource(settings, console.log);
			const range: OffsetRange = {
				source: KAFKA,
				partition: formatPlace({ cluster: await kafka.cluster(), topic, partition }),
				first,
				last,
			};
			const source: AlertSource = {
				packets: () => kafka.reread([range]),
				reread: (ranges) => kafka.reread(ranges),
				progress: () => ({ bytesTotal: null, bytesRead: 0 }),
			};
			return { about: `offsets ${first} to ${last} of ${topic}/${partition}`, lines: [], source, closeNights: false };
		}
		case 'night': {
			const folder = nightFolder(config);
			const archives = listNightArchives(folder).filter(
				({ night, survey }) =>
					night === request.night && (request.surveys.length === 0 || request.surveys.includes(survey)),
			);
			if (archives.length === 0) {
				throw new CommandError(
					`No archive of the night ${request.night} is kept in ${folder}. NIGHTJAR_NIGHT_TAR_GB keeps them from now on.`,
				);
			}
			const paths = archives.map(({ path }) => path);
			return { about: `${paths.length} archives`, lines: paths, source: archiveSource(paths), closeNights: true };
		}
	}
}

/** A dead letter of a container with several records holds them all, and its offset is one's. */
function oneRecordOnly(decoder: IngestOptions['decoder']): IngestOptions['decoder'] {
	return {
		decode: async (packet) => {
			const records = await decoder.decode(packet);
			if (records.length <= 1) return records;
			throw new DecodeError('invalid', `The record is one of ${records.length} in its file: ingest the file again.`);
		},
	};
}

async function feed(
	shared: Omit<IngestOptions, 'source' | 'closeNights'>,
	replay: Replay,
	letters: boolean,
): Promise<number> {
	const line = new ProgressLine(process.stdout);
	let refused = 0;
	let totals: IngestTotals;
	try {
		totals = await runIngest({
			...shared,
			...(letters ? { decoder: oneRecordOnly(shared.decoder) } : {}),
			source: replay.source,
			closeNights: replay.closeNights,
			onPublished: ({ outcome }) => {
				refused += outcome.refused;
			},
			onProgress: (progress) => {
				line.show({ ...progress, deadLetters: refused });
			},
		});
	} finally {
		line.end();
	}
	const { seconds, stored, revived, redelivered, duplicates, received } = totals;
	const fed = received + redelivered;
	console.log(
		`${fed} fed again in ${seconds.toFixed(1)} s: ${stored} stored${letters ? '' : `, ${duplicates} duplicates`}, ${revived} no longer set aside, ${refused} still set aside, ${fed - stored - refused} known already.`,
	);
	if (shared.signal.aborted) {
		console.log('Stopped before the end; the same command goes on where it stopped.');
		return EXIT.failed;
	}
	return refused > 0 ? EXIT.deadLetters : EXIT.done;
}

async function run({ args, install, version }: Invocation): Promise<number> {
	const request = readReplay(args);
	const config = readConfig();
	await openHome(config.home);
	const release = takeSlot(join(config.home, 'slots'), request.slot);
	const stop = stopOnSignal();
	const { store, child } = await ensureStore(config, install, () => undefined, stop.signal);
	let models: ReturnType<typeof startModels> | null = null;
	const sink = sinkOf(config, console.log);
	try {
		const { migrate } = await import('#clickhouse/migrate.ts');
		await migrate(store, { cluster: config.cluster });
		const replay = await replayOf(request, config, store);
		console.log(`${request.list ? 'Would feed' : 'Feeding'} ${replay.about}.`);
		if (request.list) {
			for (const text of replay.lines) console.log(text);
			return EXIT.done;
		}
		models = startModels(config, install, await chosenModels(config, install, console.log), console.log);
		const words = {
			paths: [],
			simulate: false,
			slot: request.slot,
			originOverride: null,
			batchRows: 1000,
			batchMs: 2000,
			abandon: request.abandon,
		};
		const shared = {
			...ingestOptions(config, store, words, version, stop.signal),
			models,
			...(sink === null ? {} : { sink }),
		};
		return await feed(shared, replay, request.what === 'dead');
	} finally {
		await models?.close();
		await sink?.close();
		await store.close();
		await child?.stop();
		release();
	}
}

export const replay: Subcommand = { help: HELP, run };
