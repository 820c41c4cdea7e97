import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from './ocf.ts';
import { DecodeError, type DecodedPacket } from './packet.ts';
import { compileSchema, type Reader } from './schema.ts';
import { LSST_VERSIONS, lsstSchema, lsstVersionOfId } from './schemas/lsst.ts';

/** Where the writer schemas of framed packets come from, in this order. */
export interface SchemaPlaces {
	/** Folder of the operator with files `<id>.avsc`; wins over everything else. */
	readonly schemaFolder?: string | undefined;
	/** Folder that keeps what the registry answered. */
	readonly cacheFolder: string;
	/** Confluent schema registry, with `user:password@` where it asks for them; null = none. */
	readonly registryUrl: string | null;
}

/** The schema registry did not answer: nothing is wrong with the packet, which is to be read again later. `what`: without what to do. */
export class RegistryError extends Error {
	override readonly name = 'RegistryError';

	constructor(readonly what: string) {
		super(`${what}. Check NIGHTJAR_SCHEMA_REGISTRY and start the ingest again; nothing is lost.`);
	}
}

const FRAME_BYTES = 5;
const TIMEOUT_MS = 10_000;
const TRIES = 3;

/** Whether the bytes begin with Confluent's frame: 0, then a 4-byte schema id. */
export function isFramed(bytes: Uint8Array): boolean {
	return bytes.length > FRAME_BYTES && bytes[0] === 0;
}

/** Decodes packets in Confluent's wire format; the schema id comes first and the schema from elsewhere. */
export class FramedDecoder {
	readonly #readers = new Map<number, Reader>();
	/** Ids that no place knows, with the sentence to repeat. */
	readonly #unknown = new Map<number, string>();
	readonly #places: SchemaPlaces;

	constructor(places: SchemaPlaces) {
		this.#places = places;
	}

	/** The one record of the packet; at once when its schema is at hand, else once the registry has answered. */
	decode(bytes: Buffer): DecodedPacket[] | Promise<DecodedPacket[]> {
		const id = bytes.readUInt32BE(1);
		const reader = this.#readers.get(id) ?? this.#local(id);
		if (reader !== null) return [read(bytes, id, reader)];
		const unknown = this.#unknown.get(id);
		if (unknown !== undefined) throw new DecodeError('unreadable', unknown);
		const { registryUrl } = this.#places;
		if (registryUrl === null) throw this.#missing(id, 'no schema registry is set');
		return this.#fetch(registryUrl, id).then((fetched) => [read(bytes, id, fetched)]);
	}

	#local(id: number): Reader | null {
		const { schemaFolder, cacheFolder } = this.#places;
		const file = `${id}.avsc`;
		const given = schemaFolder === undefined ? null : readSchema(join(schemaFolder, file));
		const version = lsstVersionOfId(id);
		const parsed = given ?? (version === null ? readSchema(join(cacheFolder, file)) : lsstSchema(version));
		return parsed === null ? null : this.#keep(id, parsed);
	}

	#keep(id: number, parsed: unknown): Reader {
		try {
			const reader = compileSchema(parsed);
			this.#readers.set(id, reader);
			return reader;
		} catch (error) {
			throw new DecodeError('unreadable', `Schema ${id} cannot be used: ${reasonOf(error)}.`, { cause: error });
		}
	}

	async #fetch(registryUrl: string, id: number): Promise<Reader> {
		const { cacheFolder } = this.#places;
		const text = await askRegistry(registryUrl, id);
		if (text === null) throw this.#missing(id, 'the schema registry does not have it');
		let parsed: unknown;
		try {
			parsed = JSON.parse(text);
		} catch (error) {
			throw new DecodeError('unreadable', `The registry's schema ${id} is not JSON.`, { cause: error });
		}
		const reader = this.#keep(id, parsed);
		mkdirSync(cacheFolder, { recursive: true });
		const path = join(cacheFolder, `${id}.avsc`);
		writeFileSync(`${path}.${process.pid}`, text);
		renameSync(`${path}.${process.pid}`, path);
		return reader;
	}

	#missing(id: number, why: string): DecodeError {
		const sentence =
			`The packet is framed with schema id ${id}, which is unknown: ${why}. Nightjar ships Rubin v${LSST_VERSIONS[0] ?? ''} to ` +
			`v${LSST_VERSIONS.at(-1) ?? ''}; put the Avro schema as ${id}.avsc into ${this.#places.schemaFolder ?? this.#places.cacheFolder} ` +
			`or set NIGHTJAR_SCHEMA_REGISTRY, and ingest the packet again.`;
		if (this.#unknown.size < 1000) this.#unknown.set(id, sentence);
		return new DecodeError('unreadable', sentence);
	}
}

function read(bytes: Buffer, id: number, reader: Reader): DecodedPacket {
	let end: number;
	let record: DecodedPacket['record'];
	try {
		({ value: record, offset: end } = reader.read(bytes, FRAME_BYTES));
	} catch (error) {
		throw new DecodeError('unreadable', `The packet does not follow its schema ${id}: ${reasonOf(error)}.`, {
			cause: error,
		});
	}
	if (end !== bytes.length) {
		throw new DecodeError(
			'unreadable',
			`${bytes.length - end} bytes are left over after reading with schema ${id}: the packet is damaged or its id is wrong.`,
		);
	}
	return { recordName: reader.name, schemaId: id, record };
}

function readSchema(path: string): unknown {
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw new DecodeError('unreadable', `The schema file ${path} cannot be read: ${reasonOf(error)}.`, {
			cause: error,
		});
	}
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new DecodeError('unreadable', `The schema file ${path} is not JSON: replace or remove it.`, { cause: error });
	}
}

/** The text of a schema, or null where the registry says that it has none. */
async function askRegistry(registryUrl: string, id: number): Promise<string | null> {
	const url = new URL(registryUrl);
	const headers: Record<string, string> = { accept: 'application/vnd.schemaregistry.v1+json, application/json' };
	if (url.username !== '') {
		const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
		headers['authorization'] = `Basic ${Buffer.from(login).toString('base64')}`;
		url.username = '';
		url.password = '';
	}
	const address = `${url.href.replace(/\/$/, '')}/schemas/ids/${id}`;
	let trouble = '';
	for (let attempt = 0; attempt < TRIES; attempt++) {
		if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 250 * 4 ** (attempt - 1)));
		try {
			const answer = await fetch(address, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
			if (answer.status === 404) return null;
			if (answer.ok) {
				const body: unknown = await answer.json();
				if (typeof body === 'object' && body !== null && 'schema' in body && typeof body.schema === 'string')
					return body.schema;
				trouble = 'its answer holds no schema';
			} else {
				trouble = `it answers ${answer.status}`;
				if (answer.status === 401 || answer.status === 403) break;
			}
		} catch (error) {
			trouble = reasonOf(error);
		}
	}
	throw new RegistryError(`The schema registry ${url.host} cannot give schema ${id}: ${trouble}`);
}
