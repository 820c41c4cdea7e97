import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, type KafkaStream, readKafkaStream } from '#server/config.ts';
import { RegistryPatience } from '#server/ingest/decode/patience.ts';
import { type IngestOptions, type IngestTotals, runIngest } from '#server/ingest/pipeline.ts';
import type { KafkaSettings } from '#server/ingest/source/kafka/settings.ts';
import { SURVEY_TOPICS } from '#server/ingest/source/kafka/topics.ts';
import { type KafkaSource, kafkaSource } from '#server/ingest/source/kafka.ts';
import { severalSources } from '#server/ingest/source/several.ts';
import { NightTars } from '#server/ingest/store/nightTar.ts';
import { type SourceFigures, WorkerStatus } from '#server/ingest/workerStatus.ts';
import { EXIT, UsageError } from './command.ts';
import { usage } from './usage.ts';

/** What the words after `ingest kafka` ask for; null = as the environment says. */
export interface KafkaRequest {
	readonly brokers: readonly string[] | null;
	readonly topics: readonly string[] | null;
	readonly group: string | null;
	readonly from: 'earliest' | 'latest' | null;
	readonly nights: number | null;
	/** The words that every ingest knows. */
	readonly rest: readonly string[];
}

const words = (text: string | undefined): string[] | null =>
	text === undefined
		? null
		: text
				.split(',')
				.map((word) => word.trim())
				.filter(Boolean);

/** Reads the words after `ingest kafka`; throws a sentence for what makes no sense. */
export function readKafkaRequest(args: readonly string[]): KafkaRequest {
	const { values, positionals } = usage(() =>
		parseArgs({
			args: [...args],
			allowPositionals: true,
			options: {
				brokers: { type: 'string' },
				topics: { type: 'string' },
				survey: { type: 'string' },
				group: { type: 'string' },
				from: { type: 'string' },
				nights: { type: 'string' },
				slot: { type: 'string' },
				origin: { type: 'string' },
				abandon: { type: 'boolean' },
				'batch-rows': { type: 'string' },
				'batch-ms': { type: 'string' },
			},
		}),
	);
	if (positionals.length > 0) {
		throw new UsageError(
			`"ingest kafka" takes no paths; ${positionals.join(' ')} came after it. A folder named kafka is ./kafka.`,
		);
	}
	const { from } = values;
	if (from !== undefined && from !== 'earliest' && from !== 'latest') {
		throw new UsageError(`--from can be earliest or latest; it is "${from}".`);
	}
	const surveys = words(values.survey) ?? [];
	const unknown = surveys.find((survey) => !Object.hasOwn(SURVEY_TOPICS, survey));
	if (unknown !== undefined) {
		throw new UsageError(
			`--survey knows ${Object.keys(SURVEY_TOPICS).join(' and ')}; for ${unknown} name its topics with --topics.`,
		);
	}
	const nights = values.nights === undefined ? null : Number(values.nights);
	if (nights !== null && !(Number.isSafeInteger(nights) && nights > 0)) {
		throw new UsageError(`--nights must be a whole number from 1; it is "${values.nights ?? ''}".`);
	}
	const rest: string[] = [];
	for (const name of ['slot', 'origin', 'batch-rows', 'batch-ms'] as const) {
		const value = values[name];
		if (value !== undefined) rest.push(`--${name}`, value);
	}
	if (values.abandon === true) rest.push('--abandon');
	const topics = [...surveys, ...(words(values.topics) ?? [])];
	return {
		brokers: words(values.brokers),
		topics: topics.length > 0 ? topics : null,
		group: values.group ?? null,
		from: from ?? null,
		nights,
		rest,
	};
}

/** Names of surveys become their topics. */
function topicsOf(stream: KafkaStream): string[] {
	const wanted = stream.topics.length > 0 ? stream.topics : [stream.name];
	return wanted.flatMap((word) => {
		const survey = Object.hasOwn(SURVEY_TOPICS, word) ? SURVEY_TOPICS[word] : undefined;
		if (survey !== undefined) return survey;
		if (stream.topics.length === 0) {
			throw new UsageError(
				`Which topics of the stream "${stream.name}" are to be read? Name them with --topics or --survey, or in NIGHTJAR_KAFKA_TOPICS.`,
			);
		}
		return [word];
	});
}

/** The streams to read: those of the environment, changed by the words of the command line. */
export function kafkaSettings(config: Pick<Config, 'kafka'>, request: KafkaRequest): KafkaSettings[] {
	const { brokers, topics, group, from, nights } = request;
	const changed = [brokers, topics, group, from, nights].some((one) => one !== null);
	if (changed && config.kafka.length > 1) {
		throw new UsageError('Several streams are configured (NIGHTJAR_KAFKA_STREAMS): change them there, not by options.');
	}
	const streams = brokers === null ? config.kafka : [config.kafka[0] ?? readKafkaStream()];
	if (streams.length === 0) {
		throw new UsageError('Which broker? Name it with --brokers HOST:PORT,... or set NIGHTJAR_KAFKA_BROKERS.');
	}
	return streams.map((stream) => ({
		...stream,
		brokers: brokers ?? stream.brokers,
		group: group ?? stream.group,
		from: from ?? stream.from,
		nights: nights ?? stream.nights,
		topics: topicsOf(topics === null ? stream : { ...stream, topics }),
	}));
}

const SUMMARY_MS = 60_000;

/** Where the archives of nights are kept. */
export const nightFolder = ({ home }: Pick<Config, 'home'>): string => join(home, 'nights');

/** A line about the last minute now and then, where something happened. */
class Summary {
	#shownAt = Date.now();
	#received = 0;

	constructor(
		private readonly log: (line: string) => void,
		private readonly sources: readonly KafkaSource[],
	) {}

	show(totals: IngestTotals): void {
		const ms = Date.now() - this.#shownAt;
		if (ms < SUMMARY_MS || totals.received === this.#received) return;
		const rate = ((totals.received - this.#received) * 1000) / ms;
		const dead = Object.values(totals.deadLetters).reduce((sum, n) => sum + n, 0);
		const lag = this.sources.reduce((sum, source) => sum + (source.lag() ?? 0), 0);
		this.log(
			`kafka: ${totals.received} received, ${totals.stored} stored, ${totals.duplicates} duplicates, ${dead} dead letters; ${rate.toFixed(1)}/s, ${lag} waiting.`,
		);
		this.#shownAt = Date.now();
		this.#received = totals.received;
	}
}

function figuresOf(sources: readonly KafkaSource[], patience: RegistryPatience): SourceFigures {
	const sum = (key: 'lost' | 'rebalances'): number => sources.reduce((total, { troubles }) => total + troubles[key], 0);
	return {
		lag: new Map(sources.flatMap((source) => [...source.lags()])),
		lost: sum('lost'),
		rebalances: sum('rebalances'),
		trouble: [...sources.map(({ troubles }) => troubles.trouble), patience.trouble]
			.filter((one) => one !== '')
			.join('; '),
	};
}

/** Reads the streams until it is asked to end. */
export async function feedKafka(
	shared: Omit<IngestOptions, 'source' | 'closeNights'>,
	settings: readonly KafkaSettings[],
	{ config, log }: { config: Pick<Config, 'home' | 'nightTarBytes'>; log: (line: string) => void },
): Promise<number> {
	const sources = settings.map((one) => kafkaSource(one, log));
	const summary = new Summary(log, sources);
	const patience = new RegistryPatience(log);
	const status = new WorkerStatus(
		shared.store,
		shared.slot,
		() => figuresOf(sources, patience),
		() => shared.sink?.figures,
	);
	const tars = config.nightTarBytes > 0 ? new NightTars(nightFolder(config), config.nightTarBytes, shared.slot) : null;
	let totals: IngestTotals;
	try {
		totals = await runIngest({
			...shared,
			source: severalSources(sources),
			closeNights: false,
			closeIdleNights: true,
			patience,
			log,
			...(tars === null
				? {}
				: {
						keep: (fresh) => {
							tars.keep(fresh);
						},
					}),
			onPublished: (published) => {
				status.count(published);
			},
			onSent: (published, sentAtMs) => {
				status.countSent(published, sentAtMs);
			},
			onProgress: (progress) => {
				summary.show(progress);
			},
			onDeadLetter: ({ kind, reason, partition }) => {
				log(`dead letter (${kind}) from ${partition}: ${reason}`);
			},
		});
	} finally {
		tars?.close();
		await status.close();
	}
	log(`kafka: ended after ${totals.received} received, ${totals.stored} stored.`);
	return EXIT.done;
}
