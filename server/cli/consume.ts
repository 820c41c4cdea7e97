import { parseArgs } from 'node:util';
import { type PublishStream, readPublishStream } from '#server/config.ts';
import { type Column, columnsOf } from '#server/convert/columns.ts';
import { ContainerFile } from '#server/convert/containerFile.ts';
import { csvColumns, csvHead, csvRow, jsonRow } from '#server/convert/rows.ts';
import { AlertReader, NEWEST_SCHEMA } from '#server/ingest/publish/singleObject.ts';
import { listTopics, readTopics, type TopicRecord } from '#server/ingest/publish/topicReader.ts';
import { CommandError, EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { chosenColumns } from './convert.ts';
import { stopOnSignal } from './ingest.ts';
import { Output } from './output.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar consume: enriched alerts from Kafka, to the shell or a file.

Use: nightjar consume TOPIC... [OPTIONS]
     nightjar consume --list

Reads topics that Nightjar writes: nightjar.real.ztf has all public alerts of ZTF, nightjar.real.NAME those that the filter with the
topic NAME passed. It goes on until Ctrl-C unless --end or --limit say otherwise.

  --brokers HOST:PORT,...  some brokers (NIGHTJAR_PUBLISH_BROKERS); login and TLS are those of NIGHTJAR_PUBLISH_*
  --format FORMAT          json (an object a line), csv, or avro (a container file, which "nightjar convert" reads)
  --out FILE               where to; it must not exist. Without it, the shell
  --columns A,B,...        only these columns (csv)
  --group NAME             keep the place under this name: the next run goes on where this one stopped
  --from WHERE             where a reader without a place begins: earliest (default) or latest
  --end                    stop once all is read that stands in the topics now
  --limit N                stop after N alerts
  --list                   print the topics of the broker

Exit codes: 0 done, 3 done, but something was no alert and was passed over, 1 failed, 2 the command line makes no sense.
`;

const FORMATS = ['json', 'csv', 'avro'] as const;

/** What the words after `consume` ask for. */
export interface ConsumeRequest {
	readonly topics: readonly string[];
	readonly list: boolean;
	readonly brokers: readonly string[] | null;
	readonly format: (typeof FORMATS)[number];
	readonly out: string | null;
	readonly columns: readonly string[] | null;
	readonly group: string | null;
	readonly from: 'earliest' | 'latest';
	readonly toEnd: boolean;
	readonly limit: number | null;
}

const words = (text: string): string[] =>
	text
		.split(',')
		.map((word) => word.trim())
		.filter(Boolean);

/** Reads the words after `consume`; throws a sentence for what makes no sense. */
export function readConsume(args: readonly string[]): ConsumeRequest {
	const { values, positionals } = usage(() =>
		parseArgs({
			args: [...args],
			allowPositionals: true,
			options: {
				brokers: { type: 'string' },
				format: { type: 'string' },
				out: { type: 'string' },
				columns: { type: 'string' },
				group: { type: 'string' },
				from: { type: 'string' },
				end: { type: 'boolean' },
				limit: { type: 'string' },
				list: { type: 'boolean' },
			},
		}),
	);
	const list = values.list === true;
	if (!list && positionals.length === 0) {
		throw new UsageError('Say which topic: nightjar consume nightjar.real.ztf (nightjar consume --list prints them).');
	}
	const format = FORMATS.find((one) => one === (values.format ?? 'json'));
	if (format === undefined) throw new UsageError(`--format takes ${FORMATS.join(', ')}; not "${values.format ?? ''}".`);
	const from = values.from ?? 'earliest';
	if (from !== 'earliest' && from !== 'latest') throw new UsageError(`--from takes earliest or latest; not "${from}".`);
	const limit = values.limit === undefined ? null : Number(values.limit);
	if (limit !== null && !(Number.isSafeInteger(limit) && limit > 0))
		throw new UsageError(`--limit takes a number of alerts from 1 on; it is "${values.limit ?? ''}".`);
	if (values.columns !== undefined && format !== 'csv') throw new UsageError('--columns goes with --format csv.');
	if (from === 'latest' && values.end === true)
		throw new UsageError('--end reads what stands in the topic, --from latest what comes: choose one.');
	return {
		topics: positionals,
		list,
		brokers: values.brokers === undefined ? null : words(values.brokers),
		format,
		out: values.out ?? null,
		columns: values.columns === undefined ? null : words(values.columns),
		group: values.group ?? null,
		from,
		toEnd: values.end === true,
		limit,
	};
}

function accessOf(request: ConsumeRequest): Pick<PublishStream, 'name' | 'brokers' | 'login' | 'tls'> {
	const { login, tls, brokers } = readPublishStream();
	const named = request.brokers ?? brokers;
	if (named.length === 0)
		throw new UsageError('Which broker? Set NIGHTJAR_PUBLISH_BROKERS or give --brokers HOST:PORT.');
	return { name: 'consume', brokers: named, login, tls };
}

/** Alerts as bytes of one format. */
class Writer {
	count = 0;
	strange = 0;
	readonly #request: ConsumeRequest;
	readonly #out: Output;
	readonly #reader = new AlertReader();
	readonly #file = new ContainerFile(NEWEST_SCHEMA);
	readonly #columns: readonly Column[];

	constructor(request: ConsumeRequest, out: Output) {
		this.#request = request;
		this.#out = out;
		this.#columns = csvColumns(chosenColumns(columnsOf(this.#reader.newest), request.columns));
	}

	async begin(): Promise<void> {
		if (this.#request.format === 'csv') await this.#out.write(csvHead(this.#columns));
		if (this.#request.format === 'avro') await this.#out.write(this.#file.head());
	}

	async take(records: readonly TopicRecord[]): Promise<void> {
		for (const record of records) {
			const bytes = this.#bytes(record);
			if (bytes !== null) await this.#out.write(bytes);
		}
		await this.flush();
	}

	/** Nothing is held back when the place of what was taken is kept. */
	async flush(): Promise<void> {
		const block = this.#file.flush();
		if (block !== null) await this.#out.write(block);
	}

	#bytes({ topic, partition, offset, value }: TopicRecord): string | Buffer | null {
		try {
			const bytes = value ?? Buffer.alloc(0);
			const made = this.#request.format === 'avro' ? this.#file.add(this.#reader.body(bytes)) : this.#text(bytes);
			this.count += 1;
			return made;
		} catch (error) {
			this.strange += 1;
			if (this.strange <= 10)
				process.stderr.write(
					`${topic}/${partition} offset ${offset}: ${error instanceof Error ? error.message : String(error)}\n`,
				);
			return null;
		}
	}

	#text(bytes: Buffer): string {
		const { alert } = this.#reader.read(bytes);
		return this.#request.format === 'json' ? jsonRow(alert) : csvRow(this.#columns, alert);
	}
}

async function run({ args }: Invocation): Promise<number> {
	const request = readConsume(args);
	const access = accessOf(request);
	const say = (line: string): void => {
		process.stderr.write(`${line}\n`);
	};
	const known = await listTopics(access, say).catch((error: unknown) => {
		throw new CommandError(
			`The broker ${access.brokers.join()} cannot be asked: ${error instanceof Error ? error.message : String(error)}.`,
			undefined,
			{ cause: error },
		);
	});
	if (request.list) {
		for (const topic of known) process.stdout.write(`${topic}\n`);
		return EXIT.done;
	}
	const missing = request.topics.find((topic) => !known.includes(topic));
	if (missing !== undefined)
		throw new CommandError(`The broker has no topic ${missing}. nightjar consume --list prints those it has.`);
	const stop = stopOnSignal();
	const out = new Output(request.out, { whole: false });
	const writer = new Writer(request, out);
	await writer.begin();
	await readTopics(
		access,
		{
			...request,
			signal: stop.signal,
			take: async (records) => {
				await writer.take(records);
				if (out.closed) stop.abort();
			},
		},
		say,
	);
	await out.end();
	if (request.out !== null) say(`${writer.count} alerts in ${request.out}.`);
	if (writer.strange > 10) say(`... and ${writer.strange - 10} more were no alerts.`);
	return writer.strange > 0 ? EXIT.deadLetters : EXIT.done;
}

export const consume: Subcommand = { help: HELP, run };
