import { inflateRawSync } from 'node:zlib';
import snappy from 'snappyjs';
import { crc32 } from './crc32.ts';
import { DecodeError, type DecodedPacket } from './packet.ts';
import { compileSchema, type Reader } from './schema.ts';

const MAGIC = Buffer.from('Obj\x01', 'latin1');
/** A block never grows beyond this when it is decompressed. */
const MAX_BLOCK_BYTES = 64 * 1024 * 1024;
const MAX_SCHEMA_BYTES = 4 * 1024 * 1024;
/** Schemas kept compiled; a survey has a handful. */
const MAX_SCHEMAS = 64;

/** Where the parts of a container header stand. */
interface Header {
	readonly schema: Buffer;
	readonly codec: string;
	readonly sync: Buffer;
	/** Offset of the first block. */
	readonly end: number;
}

/** Reads Avro's variable-length zigzag integers at a moving position, within bounds. */
class Cursor {
	constructor(
		readonly bytes: Buffer,
		public at: number,
	) {}

	long(): number {
		let value = 0;
		let scale = 1;
		for (let i = 0; i < 10; i++) {
			const byte = this.bytes[this.at++];
			if (byte === undefined) throw new DecodeError('unreadable', 'The Avro container ends in the middle of a number.');
			value += (byte & 0x7f) * scale;
			if (byte < 0x80) {
				const result = value % 2 === 0 ? value / 2 : -(value + 1) / 2;
				if (!Number.isSafeInteger(result)) break;
				return result;
			}
			scale *= 128;
		}
		throw new DecodeError('unreadable', 'The Avro container holds a length that is not one: it is damaged.');
	}

	slice(length: number, what: string): Buffer {
		if (length < 0 || length > this.bytes.length - this.at) {
			throw new DecodeError(
				'unreadable',
				`The Avro container claims ${length} bytes of ${what}; ${this.bytes.length - this.at} remain.`,
			);
		}
		this.at += length;
		return this.bytes.subarray(this.at - length, this.at);
	}
}

/** Whether the bytes begin like an Avro object container file. */
export function isContainer(bytes: Uint8Array): boolean {
	return bytes.length >= 4 && MAGIC.equals(bytes.subarray(0, 4));
}

function readHeader(bytes: Buffer): Header {
	const cursor = new Cursor(bytes, 4);
	let schema: Buffer | null = null;
	let codec = 'null';
	for (let count = cursor.long(); count !== 0; count = cursor.long()) {
		if (count < 0) {
			count = -count;
			cursor.long();
		}
		for (; count > 0; count--) {
			const key = cursor.slice(cursor.long(), 'header').toString('latin1');
			const value = cursor.slice(cursor.long(), 'header');
			if (key === 'avro.schema') schema = value;
			else if (key === 'avro.codec') codec = value.toString('latin1');
		}
	}
	if (schema === null) throw new DecodeError('unreadable', 'The Avro container names no schema: it cannot be read.');
	if (schema.length > MAX_SCHEMA_BYTES)
		throw new DecodeError('refused', `The Avro container has a schema of ${schema.length} bytes.`);
	return { schema, codec, sync: cursor.slice(16, 'sync marker'), end: cursor.at };
}

function expand(block: Buffer, codec: string): Buffer {
	switch (codec) {
		case 'null':
			return block;
		case 'deflate':
			return inflateRawSync(block, { maxOutputLength: MAX_BLOCK_BYTES });
		case 'snappy': {
			if (block.length < 4) throw new RangeError('the snappy block is too short');
			const plain = Buffer.from(snappy.uncompress(block.subarray(0, -4), MAX_BLOCK_BYTES));
			if (crc32(plain) !== block.readUInt32BE(block.length - 4))
				throw new RangeError('the checksum of the snappy block is wrong');
			return plain;
		}
		default:
			throw new DecodeError('unreadable', `The Avro codec "${codec}" is not supported; null, deflate and snappy are.`);
	}
}

/** Decodes Avro object container files; keeps what it compiled per writer schema. */
export class ContainerDecoder {
	readonly #known: { schema: Buffer; reader: Reader }[] = [];
	readonly #compile: (schema: unknown) => Reader;

	/** `compile` makes the reader of a schema; by default one of what the adapters of surveys want. */
	constructor(compile: (schema: unknown) => Reader = compileSchema) {
		this.#compile = compile;
	}

	/** All records of the container in order. A DecodeError carries in `before` those that were read until then. */
	decode(bytes: Buffer): DecodedPacket[] {
		const out: DecodedPacket[] = [];
		try {
			const header = readHeader(bytes);
			const reader = this.#reader(header.schema);
			const cursor = new Cursor(bytes, header.end);
			while (cursor.at < bytes.length) this.#block(cursor, header, reader, out);
		} catch (error) {
			throw described(error, out);
		}
		if (out.length === 0) throw new DecodeError('unreadable', 'The Avro container holds no record.');
		return out;
	}

	#block(cursor: Cursor, header: Header, reader: Reader, out: DecodedPacket[]): void {
		const count = cursor.long();
		const block = cursor.slice(cursor.long(), 'records');
		if (!cursor.slice(16, 'sync marker').equals(header.sync)) {
			throw new DecodeError('unreadable', 'The sync marker after the records is wrong: the file is damaged.');
		}
		const plain = expand(block, header.codec);
		let offset = 0;
		for (let i = 0; i < count; i++) {
			const { value, offset: next } = reader.read(plain, offset);
			if (next === offset) throw new RangeError(`the block claims ${count} records of no bytes`);
			offset = next;
			out.push({ recordName: reader.name, schemaId: null, record: value });
		}
		if (offset !== plain.length)
			throw new RangeError(`${plain.length - offset} bytes are left over after ${count} records`);
	}

	#reader(schema: Buffer): Reader {
		const at = this.#known.findIndex((entry) => entry.schema.length === schema.length && entry.schema.equals(schema));
		const found = this.#known[at];
		if (found !== undefined) {
			if (at > 0) {
				this.#known.splice(at, 1);
				this.#known.unshift(found);
			}
			return found.reader;
		}
		let reader: Reader;
		try {
			reader = this.#compile(JSON.parse(schema.toString('utf8')));
		} catch (error) {
			throw new DecodeError('unreadable', `The schema in the Avro container cannot be used: ${reasonOf(error)}.`, {
				cause: error,
			});
		}
		this.#known.unshift({ schema: Buffer.from(schema), reader });
		this.#known.length = Math.min(this.#known.length, MAX_SCHEMAS);
		return reader;
	}
}

/** What went wrong, in lower case and without a full stop, shortened. */
export function reasonOf(error: unknown): string {
	// what a stack that is full is told as
	if (error instanceof RangeError && error.message.includes('call stack')) return 'it is nested too deep';
	const text = error instanceof Error ? error.message : String(error);
	return text.slice(0, 300).replace(/\.$/, '');
}

function described(error: unknown, before: readonly DecodedPacket[]): DecodeError {
	if (error instanceof DecodeError) return new DecodeError(error.kind, error.message, { cause: error, before });
	return new DecodeError('unreadable', `The Avro container cannot be read: ${reasonOf(error)}.`, {
		cause: error,
		before,
	});
}
