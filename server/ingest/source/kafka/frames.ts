import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { ISocketFactoryArgs } from 'kafkajs';
import Connection from 'kafkajs/src/network/connection.js';

const SIZE_BYTES = 4;
const KEEP_ALIVE_MS = 60_000;
/** Smaller answers are not worth memory of their own. */
const LARGE_BYTES = 64 * 1024;
/** What may lie outside V8's account at most. */
const MOST_UNCOUNTED_BYTES = 512 * 1024 * 1024;

let uncounted = 0;
const freed = new FinalizationRegistry<number>((bytes) => {
	uncounted -= bytes;
});

/**
 * Memory for an answer. V8 looks through all living objects whenever 64 MB of buffers have come, which packets of 60 kB do every second;
 * shared memory it does not count. What is kept that way is counted here, and beyond half a gigabyte buffers are ordinary ones.
 */
function allocate(bytes: number): Buffer {
	if (bytes < LARGE_BYTES || uncounted + bytes > MOST_UNCOUNTED_BYTES) return Buffer.allocUnsafe(bytes);
	const memory = new SharedArrayBuffer(bytes);
	uncounted += bytes;
	freed.register(memory, bytes);
	return Buffer.from(memory);
}

/** Puts what comes over a connection together to whole answers, each with its size before it; the bytes are read to where they stay. */
export class Frames {
	readonly #whole: (frame: Buffer) => void;
	readonly #size = Buffer.alloc(SIZE_BYTES);
	#frame: Buffer | null = null;
	#filled = 0;

	constructor(whole: (frame: Buffer) => void) {
		this.#whole = whole;
	}

	/** Where the next bytes are to be put: never empty. */
	room(): Buffer {
		return (this.#frame ?? this.#size).subarray(this.#filled);
	}

	/** Takes note that `count` bytes stand in what `room` gave last. Throws RangeError where no size stands. */
	took(count: number): void {
		this.#filled += count;
		if (this.#filled < (this.#frame ?? this.#size).length) return;
		if (this.#frame === null) this.#begin();
		else this.#end(this.#frame);
	}

	#begin(): void {
		const size = this.#size.readInt32BE();
		if (size < 0) throw new RangeError(`The broker announces an answer of ${size} bytes.`);
		this.#frame = allocate(SIZE_BYTES + size);
		this.#size.copy(this.#frame);
		if (size === 0) this.#end(this.#frame);
	}

	#end(frame: Buffer): void {
		this.#frame = null;
		this.#filled = 0;
		this.#whole(frame);
	}
}

/** As kafkajs asks, which gives nothing for `ssl` where there is no TLS. */
type SocketPlan = Omit<ISocketFactoryArgs, 'ssl'> & { readonly ssl: ConnectionOptions | false | null | undefined };

let patched = false;

/** kafkajs copies an answer that came whole too, because it keeps the nothing that was left of the last one. */
function patch(): void {
	if (patched) return;
	patched = true;
	// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
	const process = Connection.prototype.processData;
	Connection.prototype.processData = function (this: Connection, bytes: Buffer): void {
		if (this.bytesBuffered === 0) this.chunks = [];
		process.call(this, bytes);
	};
}

/**
 * A connection for kafkajs that gives it whole answers. From pieces of 64 kB, each a buffer of its own, it would put them together by
 * another copy: a second time the bytes of every packet, and twice the work of freeing them.
 */
export function framedSocket({ host, port, ssl, onConnect }: SocketPlan): Socket {
	patch();
	const socket = ssl
		? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
		: framed(host, port, onConnect);
	socket.setKeepAlive(true, KEEP_ALIVE_MS);
	return socket;
}

function framed(host: string, port: number, onConnect: () => void): Socket {
	const frames = new Frames((frame) => socket.emit('data', frame));
	const onread = {
		buffer: () => frames.room(),
		callback(count: number): boolean {
			try {
				frames.took(count);
			} catch (error) {
				socket.destroy(error instanceof Error ? error : new Error(String(error)));
			}
			return true;
		},
	};
	const socket: Socket = connect({ host, port, onread }, onConnect);
	return socket;
}
