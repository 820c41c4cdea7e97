import { pack } from 'tar-stream';

/** Puts one file into an archive and waits until the reader takes more. */
export type AddFile = (name: string, content: string | Uint8Array) => Promise<void>;

/** A tar that is made while it is read: `fill` adds its files, and is told when nobody reads any more. */
export function tarStream(
	fill: (add: AddFile, signal: AbortSignal) => Promise<void>,
	{ signal: given, madeAt }: { readonly signal: AbortSignal; readonly madeAt: Date },
): ReadableStream<Uint8Array> {
	const tar = pack();
	const chunks = tar[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
	const stop = new AbortController();
	const add: AddFile = (name, content) =>
		new Promise((resolve, reject) => {
			const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
			const entry = tar.entry({ name, size: bytes.length, mtime: madeAt }, (error) => {
				if (error) reject(error);
				else resolve();
			});
			entry.end(bytes);
		});
	fill(add, AbortSignal.any([given, stop.signal])).then(
		() => {
			tar.finalize();
		},
		(error: unknown) => {
			tar.destroy(error instanceof Error ? error : new Error('The archive broke off'));
		},
	);
	return new ReadableStream<Uint8Array>({
		pull: async (controller) => {
			const next = await chunks.next();
			if (next.done === true) controller.close();
			else controller.enqueue(next.value);
		},
		cancel: () => {
			stop.abort();
			tar.destroy();
		},
	});
}

/** What is read of each item, that of the next one while the one before is used. */
export async function* readAhead<Item, Value>(
	items: readonly Item[],
	read: (item: Item) => Promise<Value>,
): AsyncGenerator<readonly [Item, Value]> {
	let coming: Promise<Value> | null = null;
	for (const [i, item] of items.entries()) {
		const value = await (coming ?? read(item));
		const after = items[i + 1];
		coming = after === undefined ? null : read(after);
		// awaited above, unless the one before cannot be used
		coming?.catch(() => undefined);
		yield [item, value];
	}
}
