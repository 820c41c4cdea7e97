import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

/** One stream of alerts from a Kafka broker. */
export interface KafkaStream {
	/** Name in the variables and for people: of a survey, or `kafka` for the one without a name. */
	readonly name: string;
	readonly brokers: readonly string[];
	/** Names of topics or patterns, or of surveys; empty = those of the survey that the stream is named after. */
	readonly topics: readonly string[];
	readonly group: string;
	readonly from: 'earliest' | 'latest';
	readonly login: {
		readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
		readonly username: string;
		readonly password: string;
	} | null;
	readonly tls: { readonly caFile: string | null } | null;
	/** Dated topics older than this many days are left alone. */
	readonly nights: number;
	readonly sessionMs: number;
	readonly topicCheckMs: number;
	readonly bufferBytes: number;
}

/** Where enriched alerts are sent. */
export interface PublishStream extends Pick<KafkaStream, 'name' | 'brokers' | 'login' | 'tls'> {
	readonly prefix: string;
	readonly origins: readonly ('real' | 'test' | 'simulated')[];
	readonly privateTopics: boolean;
	readonly cutouts: boolean;
	readonly boom: boolean;
	readonly partitions: number;
	/** null = as the broker has it. */
	readonly replicas: number | null;
	readonly retentionHours: number;
	readonly retentionBytes: number;
}

/** Another site that signs people in, by OAuth 2 with PKCE. */
export interface SignInProvider {
	/** In addresses and in the database. */
	readonly name: 'orcid' | 'github' | 'oidc';
	/** For people. */
	readonly label: string;
	readonly clientId: string;
	readonly clientSecret: string;
	/** Address of the provider: its endpoints are found from here. */
	readonly issuer: string;
}

/** How people get accounts and letters. */
export interface AccountsConfig {
	/** Who may make an account: everyone with an address, those invited to a group, or nobody but by the operator. */
	readonly signUp: 'open' | 'invited' | 'closed';
	/** A mail server, or files in the state folder. */
	readonly mail: { readonly kind: 'smtp'; readonly url: string } | { readonly kind: 'files' };
	readonly mailFrom: string;
	readonly providers: readonly SignInProvider[];
}

const FEEDS = ['simulation', 'packets', 'kafka', 'unknown'] as const;

/** What `nightjar start` ingests while the portal is served. */
export type Feed = (typeof FEEDS)[number];

/** Everything that can be configured, read from the environment once; each entry is documented in docs/configuration.md. */
export interface Config {
	/** Folder that holds all state. */
	readonly home: string;
	/** Address and port the portal listens on. */
	readonly host: string;
	readonly port: number;
	/** ClickHouse: null = the embedded store of `home`. */
	readonly storeUrl: string | null;
	readonly storeUser: string;
	readonly storePassword: string;
	/** Name of the ClickHouse cluster; null = one machine. */
	readonly cluster: string | null;
	/** Bytes of cutouts kept; the oldest written are dropped beyond. */
	readonly cutoutBudgetBytes: number;
	/** Bytes that the simulation may hold in all. */
	readonly simulationBudgetBytes: number;
	/** Where unknown Confluent schema ids are looked up; null = only the shipped and cached schemas. */
	readonly schemaRegistryUrl: string | null;
	/** Public address behind a proxy, for form posts and links. */
	readonly publicOrigin: string | null;
	/** Bytes of original packets kept as archives of nights; 0 = none. */
	readonly nightTarBytes: number;
	/** Streams of alerts that `nightjar ingest kafka` reads; none = no Kafka. */
	readonly kafka: readonly KafkaStream[];
	/** Kafka topics that enriched alerts are sent to; null = none. */
	readonly publish: PublishStream | null;
	/** Models that score every alert, NAME or NAME@VERSION; null = the newest version of each that is installed. */
	readonly models: readonly string[] | null;
	/** Threads that run them. */
	readonly modelThreads: number;
	/** Share of the newest closed night that a filter may pass and still go live. */
	readonly filterGate: number;
	readonly accounts: AccountsConfig;
	/** What is being ingested beside the portal, as far as who started it says. */
	readonly feed: Feed;
	/** Hosts, as HOST or HOST:PORT, that marshals and webhooks may call although they lie in a private network or speak plain http. */
	readonly privateHosts: readonly string[];
	/** TAP service of SIMBAD that names are looked up at when a reader asks for it; null for none. */
	readonly simbadUrl: string | null;
}

/** Why a setting cannot be used, in a sentence for the operator. */
export class ConfigError extends Error {
	override readonly name = 'ConfigError';
}

function integer(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
	if (text === undefined || text === '') return fallback;
	const value = Number(text);
	if (!Number.isSafeInteger(value) || value < min || value > max) {
		throw new ConfigError(`${name} must be a whole number from ${min} to ${max}; it is "${text}".`);
	}
	return value;
}

function address(name: string, text: string | undefined): string | null {
	if (text === undefined || text === '') return null;
	if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
		throw new ConfigError(`${name} must be an http or https address; it is "${text}".`);
	}
	return text.replace(/\/$/, '');
}

/** Names between commas; `none` names none. */
function modelNames(text: string | undefined): readonly string[] | null {
	if (text === undefined || text.trim() === '') return null;
	if (text.trim() === 'none') return [];
	const names = text.split(',').map((name) => name.trim());
	const wrong = names.find((name) => !/^[a-z][a-z0-9_]*(@[\w.+-]+)?$/.test(name));
	if (wrong !== undefined) {
		throw new ConfigError(
			`NIGHTJAR_MODELS takes names like braai or braai@d6_m9 between commas, or none; not "${wrong}".`,
		);
	}
	return names;
}

const GIGABYTE = 1_000_000_000;

function oneOf<const T extends string>(name: string, text: string | undefined, allowed: readonly T[], fallback: T): T {
	if (text === undefined || text === '') return fallback;
	const found = allowed.find((word) => word === text.toLowerCase());
	if (found === undefined) throw new ConfigError(`${name} must be one of ${allowed.join(', ')}; it is "${text}".`);
	return found;
}

const words = (text: string | undefined): string[] =>
	(text ?? '')
		.split(',')
		.map((word) => word.trim())
		.filter(Boolean);

/** A secret from a variable, or from the file that NAME_FILE names; never from a command line. */
function secret(env: NodeJS.ProcessEnv, name: string): string | undefined {
	const file = env[`${name}_FILE`];
	if (file === undefined || file === '') return env[name];
	try {
		return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
	} catch (error) {
		throw new ConfigError(`${name}_FILE names ${file}, which cannot be read.`, { cause: error });
	}
}

const MEBIBYTE = 1024 * 1024;

/** How to log in to a broker; `nameOf` gives the name of a variable. */
function loginOf(env: NodeJS.ProcessEnv, nameOf: (part: string) => string): Pick<KafkaStream, 'login' | 'tls'> {
	const read = (part: string): string | undefined => env[nameOf(part)];
	const username = read('USER') ?? '';
	const password = secret(env, nameOf('PASSWORD')) ?? '';
	if (username === '' && password !== '')
		throw new ConfigError(`${nameOf('PASSWORD')} is set without ${nameOf('USER')}.`);
	const mechanism = oneOf(nameOf('SASL'), read('SASL'), ['plain', 'scram-sha-256', 'scram-sha-512'], 'plain');
	const caFile = read('CA_FILE') || null;
	const tls = oneOf(nameOf('TLS'), read('TLS'), ['0', '1'], caFile === null ? '0' : '1') === '1';
	return { login: username === '' ? null : { mechanism, username, password }, tls: tls ? { caFile } : null };
}

/** A stream's variables: those with its name, else those without. */
function kafkaStream(env: NodeJS.ProcessEnv, stream: string | null): KafkaStream {
	const own = stream === null ? null : `NIGHTJAR_KAFKA_${stream.toUpperCase().replaceAll('-', '_')}_`;
	const nameOf = (part: string): string =>
		own !== null && (env[`${own}${part}`] !== undefined || env[`${own}${part}_FILE`] !== undefined)
			? `${own}${part}`
			: `NIGHTJAR_KAFKA_${part}`;
	const read = (part: string): string | undefined => env[nameOf(part)];
	const number = (part: string, fallback: number, min: number, max: number): number =>
		integer(nameOf(part), read(part), fallback, min, max);
	return {
		name: stream ?? 'kafka',
		brokers: words(read('BROKERS')),
		topics: words(read('TOPICS')),
		group: read('GROUP') || 'nightjar',
		from: oneOf(nameOf('FROM'), read('FROM'), ['earliest', 'latest'], 'earliest'),
		...loginOf(env, nameOf),
		nights: number('NIGHTS', 14, 1, 100_000),
		sessionMs: number('SESSION_SECONDS', 30, 6, 1800) * 1000,
		topicCheckMs: number('TOPIC_SECONDS', 30, 1, 3600) * 1000,
		bufferBytes: number('BUFFER_MB', 96, 1, 65_536) * MEBIBYTE,
	};
}

/** The streams that the environment names, or the one without a name where brokers are set. */
function kafkaStreams(env: NodeJS.ProcessEnv): KafkaStream[] {
	const names = words(env['NIGHTJAR_KAFKA_STREAMS']);
	const wrong = names.find((name) => !/^[a-z][a-z0-9-]*$/.test(name));
	if (wrong !== undefined) {
		throw new ConfigError(
			`NIGHTJAR_KAFKA_STREAMS takes names of lower-case letters, digits and dashes; "${wrong}" is none.`,
		);
	}
	const streams = names.length > 0 ? names.map((name) => kafkaStream(env, name)) : [kafkaStream(env, null)];
	const silent = streams.find(({ brokers }) => brokers.length === 0);
	if (silent === undefined) return streams;
	if (names.length === 0) return [];
	throw new ConfigError(
		`The stream ${silent.name} has no broker: set NIGHTJAR_KAFKA_${silent.name.toUpperCase().replaceAll('-', '_')}_BROKERS.`,
	);
}

const ORIGIN_NAMES = ['real', 'test', 'simulated'] as const;

/** Where enriched alerts go, and are read from; without brokers nowhere. */
export function readPublishStream(env: NodeJS.ProcessEnv = process.env): PublishStream {
	const read = (part: string): string | undefined => env[`NIGHTJAR_PUBLISH_${part}`];
	const number = (part: string, fallback: number, min: number, max: number): number =>
		integer(`NIGHTJAR_PUBLISH_${part}`, read(part), fallback, min, max);
	const flag = (part: string, fallback: boolean): boolean =>
		oneOf(`NIGHTJAR_PUBLISH_${part}`, read(part), ['0', '1'], fallback ? '1' : '0') === '1';
	const brokers = words(read('BROKERS'));
	const prefix = read('PREFIX') || 'nightjar';
	if (!/^[a-z0-9][a-z0-9_-]{0,30}$/.test(prefix)) {
		throw new ConfigError(
			`NIGHTJAR_PUBLISH_PREFIX takes lower-case letters, digits, dashes and _, at most 31; it is "${prefix}".`,
		);
	}
	const wanted = words(read('ORIGINS'));
	const strange = wanted.find((word) => !ORIGIN_NAMES.some((name) => name === word));
	if (strange !== undefined)
		throw new ConfigError(`NIGHTJAR_PUBLISH_ORIGINS takes ${ORIGIN_NAMES.join(', ')}; not "${strange}".`);
	const replicas = number('REPLICAS', 0, 0, 100);
	return {
		name: 'publish',
		brokers,
		...loginOf(env, (part) => `NIGHTJAR_PUBLISH_${part}`),
		prefix,
		origins: wanted.length === 0 ? ORIGIN_NAMES : ORIGIN_NAMES.filter((name) => wanted.includes(name)),
		privateTopics: flag('PRIVATE', false),
		cutouts: flag('CUTOUTS', false),
		boom: flag('BOOM', false),
		partitions: number('PARTITIONS', 4, 1, 1000),
		replicas: replicas === 0 ? null : replicas,
		retentionHours: number('HOURS', 168, 1, 1_000_000),
		retentionBytes: number('GB', 10, 1, 1_000_000) * GIGABYTE,
	};
}

/** The same, or null where no broker is named. */
function publishStream(env: NodeJS.ProcessEnv): PublishStream | null {
	const stream = readPublishStream(env);
	return stream.brokers.length === 0 ? null : stream;
}

/** The settings of a stream that a command line names brokers for; the rest is the environment's. */
export function readKafkaStream(env: NodeJS.ProcessEnv = process.env): KafkaStream {
	return kafkaStream(env, null);
}

const PROVIDERS = [
	{ name: 'orcid', label: 'ORCID', issuer: 'https://orcid.org' },
	{ name: 'github', label: 'GitHub', issuer: 'https://github.com' },
	{ name: 'oidc', label: 'single sign-on', issuer: null },
] as const;

function signInProviders(env: NodeJS.ProcessEnv): SignInProvider[] {
	return PROVIDERS.flatMap(({ name, label, issuer }) => {
		const prefix = `NIGHTJAR_${name.toUpperCase()}`;
		const clientId = env[`${prefix}_ID`] ?? '';
		if (clientId === '') return [];
		const clientSecret = secret(env, `${prefix}_SECRET`) ?? '';
		if (clientSecret === '') throw new ConfigError(`${prefix}_ID is set without ${prefix}_SECRET.`);
		const at = address(`${prefix}_ISSUER`, env[`${prefix}_ISSUER`]) ?? issuer;
		if (at === null) throw new ConfigError(`${prefix}_ID is set without ${prefix}_ISSUER, the provider's address.`);
		return [{ name, label: env[`${prefix}_LABEL`] || label, clientId, clientSecret, issuer: at }];
	});
}

function accountsConfig(env: NodeJS.ProcessEnv): AccountsConfig {
	const url = secret(env, 'NIGHTJAR_SMTP_URL') ?? '';
	const publicOrigin = address('ORIGIN', env['ORIGIN']);
	if (url !== '' && !(URL.canParse(url) && /^smtps?:$/.test(new URL(url).protocol))) {
		throw new ConfigError('NIGHTJAR_SMTP_URL must be like smtp://user:password@mail.example.org:587 or smtps://...');
	}
	// a link in a letter must not lead where the header of a stranger's request says
	if (url !== '' && publicOrigin === null) {
		throw new ConfigError('NIGHTJAR_SMTP_URL needs ORIGIN, the address that links in letters lead to.');
	}
	const host = publicOrigin === null ? 'localhost' : new URL(publicOrigin).hostname;
	const mailFrom = env['NIGHTJAR_MAIL_FROM'] || `Nightjar <nightjar@${host}>`;
	if (!/^[^\r\n]*[^\s@]+@[^\s@]+$/.test(mailFrom)) {
		throw new ConfigError(
			`NIGHTJAR_MAIL_FROM must be an address like Nightjar <alerts@example.org>; it is "${mailFrom}".`,
		);
	}
	return {
		signUp: oneOf('NIGHTJAR_SIGN_UP', env['NIGHTJAR_SIGN_UP'], ['open', 'invited', 'closed'], 'open'),
		mail: url === '' ? { kind: 'files' } : { kind: 'smtp', url },
		mailFrom,
		providers: signInProviders(env),
	};
}

const SIMBAD = 'https://simbad.cds.unistra.fr/simbad/sim-tap/sync';

/** Reads and checks the environment; throws ConfigError that names the variable and what it should be. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
	return {
		home: resolve(env['NIGHTJAR_HOME'] ?? '.nightjar'),
		host: env['HOST'] ?? '127.0.0.1',
		port: integer('PORT', env['PORT'], 3000, 0, 65_535),
		storeUrl: address('NIGHTJAR_STORE_URL', env['NIGHTJAR_STORE_URL']),
		storeUser: env['NIGHTJAR_STORE_USER'] ?? 'default',
		storePassword: env['NIGHTJAR_STORE_PASSWORD'] ?? '',
		cluster: env['NIGHTJAR_CLUSTER'] || null,
		cutoutBudgetBytes: integer('NIGHTJAR_CUTOUT_GB', env['NIGHTJAR_CUTOUT_GB'], 20, 1, 1_000_000) * GIGABYTE,
		simulationBudgetBytes: integer('NIGHTJAR_SIMULATION_GB', env['NIGHTJAR_SIMULATION_GB'], 3, 1, 1_000) * GIGABYTE,
		schemaRegistryUrl: address('NIGHTJAR_SCHEMA_REGISTRY', env['NIGHTJAR_SCHEMA_REGISTRY']),
		publicOrigin: address('ORIGIN', env['ORIGIN']),
		nightTarBytes: integer('NIGHTJAR_NIGHT_TAR_GB', env['NIGHTJAR_NIGHT_TAR_GB'], 0, 0, 1_000_000) * GIGABYTE,
		kafka: kafkaStreams(env),
		publish: publishStream(env),
		models: modelNames(env['NIGHTJAR_MODELS']),
		modelThreads: integer(
			'NIGHTJAR_MODEL_THREADS',
			env['NIGHTJAR_MODEL_THREADS'],
			Math.max(1, availableParallelism() - 1),
			1,
			256,
		),
		filterGate: integer('NIGHTJAR_FILTER_GATE', env['NIGHTJAR_FILTER_GATE'], 5, 1, 100) / 100,
		accounts: accountsConfig(env),
		feed: oneOf('NIGHTJAR_FEED', env['NIGHTJAR_FEED'], FEEDS, 'unknown'),
		simbadUrl: env['NIGHTJAR_SIMBAD'] === 'off' ? null : (address('NIGHTJAR_SIMBAD', env['NIGHTJAR_SIMBAD']) ?? SIMBAD),
		privateHosts: words(env['NIGHTJAR_PRIVATE_HOSTS']).map((host) => host.toLowerCase()),
	};
}

/** The environment for a process that we start: our own and what is added. ONNX Runtime is told to stay silent. */
export function childEnvironment(added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
	return { ...process.env, ORT_DISABLE_TELEMETRY: '1', ...added };
}

/** Request header that tells the portal's adapter which protocol a reader used; set by us on every direct connection. */
export const PROTOCOL_HEADER = 'x-nightjar-protocol';

/** Tells the portal's adapter, which reads the environment when it is loaded, to believe PROTOCOL_HEADER. */
export function preparePortalEnvironment(): void {
	process.env['PROTOCOL_HEADER'] = PROTOCOL_HEADER;
	// ten thousand positions are larger than its usual limit; each route has its own
	process.env['BODY_SIZE_LIMIT'] ??= '26M';
}
