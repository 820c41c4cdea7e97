import { resolve } from 'node:path';

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

const GIGABYTE = 1_000_000_000;

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
	};
}

/** The environment for a process that we start: our own and what is added. */
export function childEnvironment(added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
	return { ...process.env, ...added };
}

/** Request header that tells the portal's adapter which protocol a reader used; set by us on every direct connection. */
export const PROTOCOL_HEADER = 'x-nightjar-protocol';

/** Tells the portal's adapter, which reads the environment when it is loaded, to believe PROTOCOL_HEADER. */
export function preparePortalEnvironment(): void {
	process.env['PROTOCOL_HEADER'] = PROTOCOL_HEADER;
}
