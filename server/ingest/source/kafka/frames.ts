import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { ISocketFactoryArgs } from 'kafkajs';
import Connection from 'kafkajs/src/network/connection.js';

const SIZE_BYTES = 4;
/** What one read of the connection may bring at most. */
const READ_BYTES = 256 * 1024;
const KEEP_ALIVE_MS = 60_000;

/** Puts the pieces of a connection together to whole answers, each with its size before it. */
export class Frames {
	readonly #whole: (frame: Buffer) => void;
	readonly #size = Buffer.alloc(SIZE_BYTES);
	#frame: Buffer | null = null;
	#filled = 0;

	constructor(whole: (frame: Buffer) => void) {
		this.#whole = whole;
	}

	/** Takes the next bytes, which are copied. Throws RangeError where no size stands. */
	push(bytes: Uint8Array): void {
		for (let at = 0; at < bytes.length;) {
			const into: Buffer = this.#frame ?? this.#size;
			const taken = Math.min(into.length - this.#filled, bytes.length - at);
			into.set(bytes.subarray(at, at + taken), this.#filled);
			at += taken;
			this.#filled += taken;
			if (this.#filled < into.length) return;
			if (this.#frame === null) this.#begin();
			else this.#end(this.#frame);
		}
	}

	#begin(): void {
		const size = this.#size.readInt32BE();
		if (size < 0) throw new RangeError(`The broker announces an answer of ${size} bytes.`);
		this.#frame = Buffer.allocUnsafe(SIZE_BYTES + size);
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
		buffer: Buffer.allocUnsafeSlow(READ_BYTES),
		callback(count: number, bytes: Uint8Array): boolean {
			try {
				frames.push(bytes.subarray(0, count));
			} catch (error) {
				socket.destroy(error instanceof Error ? error : new Error(String(error)));
			}
			return true;
		},
	};
	const socket: Socket = connect({ host, port, onread }, onConnect);
	return socket;
}
