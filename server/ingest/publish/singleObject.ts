import avro from 'avsc';
import newest from '../../../static/schemas/nightjar-alert-1.0.avsc?raw';
import { crc64Avro } from './fingerprint.ts';

/** The schemas of outgoing alerts as they were published, the newest last. None is ever changed or removed. */
export const PUBLISHED_SCHEMAS: readonly string[] = [newest];

/** The schema that alerts are written with now. */
export const NEWEST_SCHEMA: string = newest;

/** Marker of Avro's single-object encoding, version 1. */
const MARKER = 0xc301;
const HEADER_BYTES = 10;

/** Avro's fingerprint of a schema: CRC-64-AVRO of its parsing canonical form. */
export function fingerprintOf(schema: string): bigint {
	const type = avro.Type.forSchema(JSON.parse(schema) as avro.Schema);
	return crc64Avro(Buffer.from(JSON.stringify(type.schema())));
}

/** What stands before an encoded alert: the marker and the fingerprint of its schema. */
export function singleObjectHeader(schema: string): Buffer {
	const header = Buffer.alloc(HEADER_BYTES);
	header.writeUInt16BE(MARKER, 0);
	header.writeBigUInt64LE(fingerprintOf(schema), 2);
	return header;
}

/** Whether bytes are a single object of Avro. */
export function isSingleObject(bytes: Buffer): boolean {
	return bytes.length >= HEADER_BYTES && bytes.readUInt16BE(0) === MARKER;
}

interface KnownSchema {
	readonly type: avro.Type;
	readonly schema: string;
}

/** Reads outgoing alerts of every published schema. */
export class AlertReader {
	/** The type of the newest schema. */
	readonly newest: avro.Type;
	readonly #types = new Map<bigint, KnownSchema>();
	readonly #resolvers = new Map<avro.Type, ReturnType<avro.Type['createResolver']>>();

	constructor(schemas: readonly string[] = PUBLISHED_SCHEMAS) {
		for (const schema of schemas)
			this.#types.set(fingerprintOf(schema), { type: avro.Type.forSchema(JSON.parse(schema) as avro.Schema), schema });
		const newest = [...this.#types.values()].at(-1);
		if (newest === undefined) throw new Error('There is no schema to read alerts with.');
		this.newest = newest.type;
	}

	/** The alert and the schema that it was written with; throws a sentence for what is none. */
	read(bytes: Buffer): { readonly alert: Readonly<Record<string, unknown>>; readonly schema: string } {
		const { type, schema } = this.#known(bytes);
		return { alert: type.fromBuffer(bytes.subarray(HEADER_BYTES)) as Record<string, unknown>, schema };
	}

	/** The alert in the newest schema, without a header; throws a sentence for what is none. */
	body(bytes: Buffer): Buffer {
		const { type } = this.#known(bytes);
		const body = bytes.subarray(HEADER_BYTES);
		if (type === this.newest) {
			// throws for what is cut short
			type.fromBuffer(body);
			return body;
		}
		let resolver = this.#resolvers.get(type);
		if (resolver === undefined) this.#resolvers.set(type, (resolver = this.newest.createResolver(type)));
		return this.newest.toBuffer(this.newest.fromBuffer(body, resolver));
	}

	#known(bytes: Buffer): KnownSchema {
		if (!isSingleObject(bytes)) throw new Error('These bytes are no alert of Nightjar.');
		const known = this.#types.get(bytes.readBigUInt64LE(2));
		if (known !== undefined) return known;
		throw new Error(
			`The alert was written with a schema (fingerprint ${bytes.readBigUInt64LE(2).toString(16)}) that this version does not know: update Nightjar.`,
		);
	}
}
