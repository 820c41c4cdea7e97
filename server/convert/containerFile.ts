import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

/** A block is written at this many bytes of records. */
const BLOCK_BYTES = 1024 * 1024;

/** An integer as Avro writes it: zigzag, seven bits at a time. */
function long(value: number): Buffer {
	const out: number[] = [];
	for (let rest = value * 2; ; rest = Math.floor(rest / 128)) {
		if (rest < 128) return Buffer.from([...out, rest]);
		out.push((rest % 128) + 128);
	}
}

const text = (value: string | Buffer): Buffer => {
	const bytes = Buffer.from(value);
	return Buffer.concat([long(bytes.length), bytes]);
};

/** Writes an Avro object container file of records that are encoded already; blocks are compressed. */
export class ContainerFile {
	readonly #sync = randomBytes(16);
	readonly #schema: string;
	#records: Buffer[] = [];
	#bytes = 0;

	constructor(schema: string) {
		this.#schema = schema;
	}

	/** What stands before the records. */
	head(): Buffer {
		return Buffer.concat([
			Buffer.from('Obj\x01', 'latin1'),
			long(2),
			text('avro.schema'),
			text(this.#schema),
			text('avro.codec'),
			text('deflate'),
			long(0),
			this.#sync,
		]);
	}

	/** Takes a record; answers a block once one is full, else nothing. */
	add(record: Buffer): Buffer | null {
		this.#records.push(record);
		this.#bytes += record.length;
		return this.#bytes >= BLOCK_BYTES ? this.flush() : null;
	}

	/** The block of what was taken since the last one, or nothing. */
	flush(): Buffer | null {
		if (this.#records.length === 0) return null;
		const body = deflateRawSync(Buffer.concat(this.#records));
		const block = Buffer.concat([long(this.#records.length), long(body.length), body, this.#sync]);
		this.#records = [];
		this.#bytes = 0;
		return block;
	}
}
