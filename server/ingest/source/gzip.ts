import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Unreadable } from './byteReader.ts';

/** Alerts and nights of them shrink by 1.1 to 10; deflate itself reaches 1032. */
const MAX_RATIO = 100;
/** Below this a high ratio does no harm. */
const HARMLESS_BYTES = 64 * 1024 * 1024;

/** Whether the bytes begin like gzip. */
export function isGzip(head: Buffer): boolean {
	return head.length >= 3 && head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/** The decompressed bytes; ends with Unreadable where they are damaged or grow more than 100-fold (a bomb). */
export async function* gunzip(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
	let taken = 0;
	let given = 0;
	async function* counted() {
		for await (const chunk of chunks) {
			taken += chunk.length;
			yield chunk;
		}
	}
	const input = Readable.from(counted(), { objectMode: false });
	const unzip = createGunzip({ chunkSize: 65_536 });
	input.on('error', (error) => unzip.destroy(error));
	input.pipe(unzip);
	try {
		for await (const chunk of unzip as AsyncIterable<Buffer>) {
			given += chunk.length;
			if (given > HARMLESS_BYTES && given > MAX_RATIO * taken) {
				throw new Unreadable(
					'refused',
					`The gzip data grow more than ${MAX_RATIO}-fold (${taken} bytes gave over ${given}): refused as a gzip bomb.`,
				);
			}
			yield chunk;
		}
	} catch (error) {
		if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')) {
			const reason = error.code === 'Z_BUF_ERROR' ? 'end too early' : `are damaged (${error.message})`;
			throw new Unreadable('unreadable', `The gzip data ${reason}; fetch the file again.`, { cause: error });
		}
		throw error;
	} finally {
		input.destroy();
		unzip.destroy();
	}
}
