import { StoreError, type Store } from '../store.ts';

interface Held<Value> {
	readonly value: Promise<Value>;
	readonly ending: AbortController;
	/** Who waits for it and may leave; nobody is counted twice. */
	waiting: number;
	/** When it was answered; infinity while it is not. */
	answeredAt: number;
}

/** What one of several readers asks: the answer is that of the first who asked the same. */
type Ask<Value> = (
	store: Store,
	/** All that decides the answer, the reader's scope first. */
	key: readonly unknown[],
	load: (signal: AbortSignal) => Promise<Value>,
	signal?: AbortSignal,
) => Promise<Value>;

const asText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value);

/**
 * A memory of answers that many readers ask for at once: equal questions in flight are asked once, and their answer is kept for
 * `holdMs` after it came. The question is given up when all who waited for it have left; a failure is told to them and not kept.
 */
export function briefly<Value>(
	{ holdMs, most = 200 }: { readonly holdMs: number; readonly most?: number },
	now: () => number = Date.now,
): Ask<Value> {
	const stores = new WeakMap<Store, Map<string, Held<Value>>>();

	function begin(held: Map<string, Held<Value>>, key: string, load: Parameters<Ask<Value>>[2]): Held<Value> {
		const ending = new AbortController();
		const entry: Held<Value> = {
			value: load(ending.signal),
			ending,
			waiting: 0,
			answeredAt: Number.POSITIVE_INFINITY,
		};
		const forget = (): void => {
			if (held.get(key) === entry) held.delete(key);
		};
		entry.value.then(() => {
			entry.answeredAt = now();
			// an answer may be large: it does not stay for longer than it serves
			setTimeout(forget, holdMs).unref();
		}, forget);
		ending.signal.addEventListener('abort', forget);
		const [oldest] = held.keys();
		if (held.size >= most && oldest !== undefined) held.delete(oldest);
		held.set(key, entry);
		return entry;
	}

	return async (store, parts, load, signal) => {
		signal?.throwIfAborted();
		const held = stores.get(store) ?? new Map<string, Held<Value>>();
		stores.set(store, held);
		const key = JSON.stringify(parts, asText);
		const known = held.get(key);
		const isFresh = known !== undefined && now() - known.answeredAt < holdMs;
		const entry = isFresh ? known : begin(held, key, load);
		entry.waiting += 1;
		if (signal === undefined) return entry.value;
		return new Promise<Value>((resolve, reject) => {
			const leave = (): void => {
				entry.waiting -= 1;
				if (entry.waiting === 0 && entry.answeredAt === Number.POSITIVE_INFINITY) entry.ending.abort();
				reject(new StoreError('The query was cancelled.', 394, false));
			};
			signal.addEventListener('abort', leave, { once: true });
			entry.value.then(resolve, reject).finally(() => {
				signal.removeEventListener('abort', leave);
			});
		});
	};
}
