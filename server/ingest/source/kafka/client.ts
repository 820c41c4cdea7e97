import { readFileSync } from 'node:fs';
import kafkajs, { type KafkaConfig, type LogEntry, type SASLOptions } from 'kafkajs';
import { SourceError } from '../source.ts';
import { registerCodecs } from './codecs.ts';
import { framedSocket } from './frames.ts';
import type { KafkaAccess, KafkaSettings } from './settings.ts';

const { Kafka, logLevel } = kafkajs;

/** The same sentence is printed once in this time, milliseconds. */
const REPEAT_MS = 30_000;

/** Lines of kafkajs in our words; one that repeats is printed once in half a minute. */
function lineLogger(name: string, log: (line: string) => void): (entry: LogEntry) => void {
	const last = new Map<string, number>();
	return ({ log: { message, error, broker } }) => {
		const why = typeof error === 'string' && !message.includes(error) ? `: ${error}` : '';
		const line = `${name}: ${message}${why}${typeof broker === 'string' ? ` (${broker})` : ''}`;
		const now = Date.now();
		if (now - (last.get(line) ?? 0) < REPEAT_MS) return;
		if (last.size > 200) last.clear();
		last.set(line, now);
		log(line);
	};
}

function tlsOf(settings: Pick<KafkaSettings, 'tls'>): KafkaConfig['ssl'] {
	if (settings.tls === null) return false;
	const { caFile } = settings.tls;
	if (caFile === null) return true;
	try {
		return { ca: [readFileSync(caFile, 'utf8')] };
	} catch (error) {
		throw new SourceError(
			`The certificate file ${caFile} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
			{ cause: error },
		);
	}
}

const FEW_RETRIES = { retries: 5, initialRetryTime: 200, maxRetryTime: 5_000 };

/** A client of a broker. Its attempts are short; whoever uses it goes on for ever. */
export function kafkaClient(
	settings: KafkaAccess,
	log: (line: string) => void,
	retry = FEW_RETRIES,
): InstanceType<typeof Kafka> {
	registerCodecs();
	const { login } = settings;
	// an object for each client: kafkajs keeps the login it made in the one it is given
	const sasl = login === null ? null : ({ ...login } as SASLOptions);
	return new Kafka({
		clientId: 'nightjar',
		brokers: [...settings.brokers],
		connectionTimeout: 5_000,
		authenticationTimeout: 10_000,
		requestTimeout: 30_000,
		ssl: tlsOf(settings) ?? false,
		...(sasl === null ? {} : { sasl }),
		retry,
		logLevel: logLevel.WARN,
		socketFactory: framedSocket,
		logCreator: () => lineLogger(settings.name, log),
	});
}
