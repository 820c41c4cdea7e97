/** Where the bytes of a file or member stop being readable; the sentence says why. */
export class Unreadable extends Error {
	override readonly name = 'Unreadable';
	constructor(
		readonly kind: 'unreadable' | 'refused' | 'tooLarge',
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}

const EMPTY = Buffer.alloc(0);

/** Takes exact numbers of bytes from a stream of chunks, holding no more than it was asked for. */
export class ByteReader {
	readonly #chunks: AsyncIterator<Buffer> | Iterator<Buffer>;
	#held: Buffer = EMPTY;
	#ended = false;
	/** What broke the stream; told once everything before it was taken. */
	#trouble: unknown = null;
	/** Bytes taken or skipped so far. */
	position = 0;

	constructor(chunks: AsyncIterable<Buffer> | Iterable<Buffer>) {
		this.#chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
	}

	/** The next n bytes without consuming them; fewer at the end. */
	async peek(n: number): Promise<Buffer> {
		if (this.#held.length < n && !this.#ended) await this.#fill(n);
		if (this.#held.length === 0 && n > 0 && this.#trouble !== null) throw this.#trouble as Error;
		return this.#held.subarray(0, n);
	}

	async #fill(n: number): Promise<void> {
		const parts = this.#held.length === 0 ? [] : [this.#held];
		let length = this.#held.length;
		try {
			while (length < n && !this.#ended) {
				const next = await this.#chunks.next();
				if (next.done === true) this.#ended = true;
				else {
					parts.push(next.value);
					length += next.value.length;
				}
			}
		} catch (error) {
			this.#ended = true;
			this.#trouble = error;
		}
		this.#held = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
	}

	/** Consumes and returns the next n bytes; fewer at the end. */
	async take(n: number): Promise<Buffer> {
		const out = await this.peek(n);
		if (out.length < n && this.#trouble !== null) throw this.#trouble as Error;
		this.#held = this.#held.subarray(out.length);
		this.position += out.length;
		return out;
	}

	/** Consumes up to n bytes without keeping them; returns how many there were. */
	async skip(n: number): Promise<number> {
		let left = n;
		while (left > 0) {
			if (this.#held.length === 0) {
				if (this.#ended || (await this.peek(1)).length === 0) break;
			}
			const step = Math.min(left, this.#held.length);
			this.#held = this.#held.subarray(step);
			left -= step;
		}
		this.position += n - left;
		return n - left;
	}

	/** The bytes from here on as chunks, at most `limit` of them. */
	async *rest(limit: number): AsyncGenerator<Buffer> {
		let left = limit;
		while (left > 0 && (await this.peek(1)).length > 0) {
			const chunk = await this.take(Math.min(left, this.#held.length));
			left -= chunk.length;
			yield chunk;
		}
	}

	/** Ends the stream below, so that its file is closed; call it when done, wherever the reading stopped. */
	async close(): Promise<void> {
		this.#ended = true;
		await this.#chunks.return?.();
	}
}
