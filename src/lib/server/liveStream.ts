import { readNewAlerts } from '#clickhouse/read/alerts.ts';
import { isAhead, readWatermark, type Watermark } from '#clickhouse/read/watermark.ts';
import type { Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import { sealCursor } from './cursor.ts';
import { ProblemError } from './problem.ts';

const POLL_MS = 500;
const PING_MS = 15_000;
const RETRY_MS = 2000;
/** A reader that has not taken so much is let go; it comes back with its cursor and misses nothing. */
const MAX_BEHIND_BYTES = 8 * 1024 * 1024;
const MAX_READERS = 2000;

/** Purpose of a stream's cursor. Watermarks are the same for every scope, so a reader whose scope changes goes on. */
export const STREAM_PURPOSE = 'stream';

interface Reader {
	readonly survey: string | undefined;
	send(rows: readonly AlertRow[], reached: Watermark): void;
	ping(): void;
	fail(error: unknown): void;
}

/** Readers of one scope and how far they have been told. */
interface Channel {
	readonly scope: AccessScope;
	at: Watermark;
	readonly readers: Set<Reader>;
}

/** Follows the store for all readers together: one question every 500 ms, and one more for each scope when something is new. */
export class LiveHub {
	readonly #channels = new Map<string, Channel>();
	#timer: NodeJS.Timeout | null = null;
	#pinger: NodeJS.Timeout | null = null;
	#polling = false;

	constructor(readonly store: Store) {}

	/** Readers connected now. */
	get readers(): number {
		return [...this.#channels.values()].reduce((sum, channel) => sum + channel.readers.size, 0);
	}

	/** Brings a reader from its cursor to now, then adds it to those who are told what is new. Returns how to leave. */
	async join(scope: AccessScope, from: Watermark, reader: Reader, gone: AbortSignal): Promise<() => void> {
		const key = JSON.stringify(scope);
		let channel = this.#channels.get(key);
		if (channel === undefined) {
			const at = await readWatermark(this.store);
			channel = this.#channels.get(key) ?? { scope, at, readers: new Set() };
			this.#channels.set(key, channel);
		}
		let told = from;
		while (!gone.aborted && isAhead(channel.at, told)) {
			const { rows, reached } = await readNewAlerts(
				this.store,
				scope,
				{ from: told, to: channel.at },
				{ signal: gone },
			);
			told = reached;
			reader.send(rows, told);
		}
		if (gone.aborted) return () => undefined;
		const joined = channel;
		this.#channels.set(key, joined);
		joined.readers.add(reader);
		this.#start();
		return () => {
			joined.readers.delete(reader);
			if (joined.readers.size === 0 && this.#channels.get(key) === joined) this.#channels.delete(key);
			if (this.readers === 0) this.#stop();
		};
	}

	#start(): void {
		this.#timer ??= setInterval(() => void this.#poll(), POLL_MS).unref();
		this.#pinger ??= setInterval(() => {
			for (const channel of this.#channels.values()) for (const reader of channel.readers) reader.ping();
		}, PING_MS).unref();
	}

	#stop(): void {
		if (this.#timer !== null) clearInterval(this.#timer);
		if (this.#pinger !== null) clearInterval(this.#pinger);
		this.#timer = this.#pinger = null;
	}

	async #poll(): Promise<void> {
		if (this.#polling) return;
		this.#polling = true;
		try {
			const now = await readWatermark(this.store);
			for (const channel of this.#channels.values()) await this.#advance(channel, now);
		} catch {
			// the store is away: readers stay, and are told everything once it is back
		} finally {
			this.#polling = false;
		}
	}

	async #advance(channel: Channel, to: Watermark): Promise<void> {
		while (channel.readers.size > 0 && isAhead(to, channel.at)) {
			const { rows, reached } = await readNewAlerts(this.store, channel.scope, { from: channel.at, to });
			channel.at = reached;
			for (const reader of channel.readers) reader.send(rows, reached);
		}
	}
}

const hubs = new WeakMap<Store, LiveHub>();

function hubOf(store: Store): LiveHub {
	const hub = hubs.get(store) ?? new LiveHub(store);
	hubs.set(store, hub);
	return hub;
}

/** No further than what is published: a cursor of a store that was restored from a backup may lie ahead. */
function notAhead(from: Watermark, now: Watermark): Watermark {
	return Object.fromEntries(
		Object.entries(now).map(([writer, number]) => {
			const asked = BigInt(from[writer] ?? 0);
			return [writer, String(asked < BigInt(number) ? asked : BigInt(number))];
		}),
	);
}

/** A `text/event-stream` body of alerts published after a watermark. */
export function followAlerts(
	{ store, scope, cursorKey }: Pick<App.Locals, 'store' | 'scope' | 'cursorKey'>,
	from: Watermark,
	survey: string | undefined,
): ReadableStream<Uint8Array> {
	const hub = hubOf(store);
	if (hub.readers >= MAX_READERS) {
		throw new ProblemError(503, 'Too many readers follow the stream now: try again in a minute.', [], {
			'retry-after': '60',
		});
	}
	const encoder = new TextEncoder();
	const gone = new AbortController();
	let leave: () => void = () => undefined;
	const end = (): void => {
		gone.abort();
		leave();
	};
	return new ReadableStream<Uint8Array>(
		{
			start: async (controller) => {
				const write = (text: string): void => {
					if (gone.signal.aborted) return;
					if ((controller.desiredSize ?? 0) < -MAX_BEHIND_BYTES) {
						end();
						controller.close();
						return;
					}
					controller.enqueue(encoder.encode(text));
				};
				const id = (reached: Watermark): string => `id: ${sealCursor(cursorKey, STREAM_PURPOSE, reached)}\n`;
				const reader: Reader = {
					survey,
					send: (rows, reached) => {
						const wanted = survey === undefined ? rows : rows.filter((row) => row.survey === survey);
						// an id alone moves the reader's cursor and raises no event
						if (wanted.length === 0) write(`${id(reached)}\n`);
						else write(`${id(reached)}event: alerts\ndata: ${JSON.stringify({ alerts: wanted })}\n\n`);
					},
					ping: () => {
						write(': ping\n\n');
					},
					fail: (error) => {
						end();
						controller.error(error);
					},
				};
				try {
					const start = notAhead(from, await readWatermark(store));
					write(`retry: ${RETRY_MS}\n${id(start)}event: ready\ndata: ${JSON.stringify({ origin: scope.origin })}\n\n`);
					// what follows may take long: the stream must not wait for it to begin
					hub.join(scope, start, reader, gone.signal).then(
						(out) => {
							if (gone.signal.aborted) out();
							else leave = out;
						},
						(error: unknown) => {
							if (!gone.signal.aborted) reader.fail(error);
						},
					);
				} catch (error) {
					reader.fail(error);
				}
			},
			cancel: end,
		},
		new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
	);
}
