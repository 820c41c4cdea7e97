import { readNewAlerts } from '#clickhouse/read/alerts.ts';
import { readNewHits, type HitView } from '#clickhouse/read/hits.ts';
import { isAhead, joinWatermarks, readWatermark, type Watermark } from '#clickhouse/read/watermark.ts';
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

/** What a stream follows: all alerts of a scope, or those of them that passed a filter. */
interface Subject {
	readonly scope: AccessScope;
	readonly filterId: string | null;
}

/** What is new on a stream. */
type News = { readonly alerts: readonly AlertRow[] } | { readonly hits: readonly HitView[] };

interface Reader {
	send(news: News, reached: Watermark): void;
	ping(): void;
	fail(error: unknown): void;
}

/** A reader that follows, and how far it has been told: mostly as far as its channel. */
interface Follower {
	readonly reader: Reader;
	told: Watermark;
}

/** Readers of one subject and how far they are told together. */
interface Channel extends Subject {
	at: Watermark;
	readonly followers: Set<Follower>;
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
		return [...this.#channels.values()].reduce((sum, channel) => sum + channel.followers.size, 0);
	}

	/** Brings a reader from its cursor to now, then adds it to those who are told what is new. Returns how to leave. */
	async join(subject: Subject, from: Watermark, reader: Reader, gone: AbortSignal): Promise<() => void> {
		const key = JSON.stringify([subject.scope, subject.filterId]);
		let channel = this.#channels.get(key);
		if (channel === undefined) {
			const at = await readWatermark(this.store);
			channel = this.#channels.get(key) ?? { ...subject, at, followers: new Set() };
			this.#channels.set(key, channel);
		}
		let told = from;
		while (!gone.aborted && isAhead(channel.at, told)) {
			const { news, reached } = await this.#read(subject, { from: told, to: channel.at }, gone);
			told = reached;
			reader.send(news, told);
		}
		if (gone.aborted) return () => undefined;
		// everybody may have left this channel meanwhile, and others begun another
		const joined = this.#channels.get(key) ?? channel;
		this.#channels.set(key, joined);
		if (joined.followers.size === 0) joined.at = joinWatermarks(joined.at, told);
		const follower: Follower = { reader, told };
		joined.followers.add(follower);
		this.#start();
		return () => {
			joined.followers.delete(follower);
			if (joined.followers.size === 0 && this.#channels.get(key) === joined) this.#channels.delete(key);
			if (this.readers === 0) this.#stop();
		};
	}

	#start(): void {
		this.#timer ??= setInterval(() => void this.#poll(), POLL_MS).unref();
		this.#pinger ??= setInterval(() => {
			for (const channel of this.#channels.values()) for (const { reader } of channel.followers) reader.ping();
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
		while (channel.followers.size > 0 && isAhead(to, channel.at)) {
			const from = channel.at;
			const { news, reached } = await this.#read(channel, { from, to });
			channel.at = reached;
			for (const follower of channel.followers) {
				if (!isAhead(follower.told, from) && !isAhead(from, follower.told)) tell(follower, news, reached);
			}
		}
		// one whose page was made after the channel's last question has some of the news: it is told the rest alone
		for (const follower of [...channel.followers]) await this.#catchUp(channel, follower);
	}

	async #catchUp(channel: Channel, follower: Follower): Promise<void> {
		while (channel.followers.has(follower) && isAhead(channel.at, follower.told)) {
			const { news, reached } = await this.#read(channel, { from: follower.told, to: channel.at });
			tell(follower, news, reached);
		}
	}

	async #read(
		{ scope, filterId }: Subject,
		range: { from: Watermark; to: Watermark },
		signal?: AbortSignal,
	): Promise<{ news: News; reached: Watermark }> {
		const options = signal === undefined ? {} : { signal };
		// of a writer that `from` has more of than `to` nothing is taken back: it would come again
		if (filterId === null) {
			const { rows, reached } = await readNewAlerts(this.store, scope, range, options);
			return { news: { alerts: rows }, reached: joinWatermarks(range.from, reached) };
		}
		const { rows, reached } = await readNewHits(this.store, scope, filterId, range, options);
		return { news: { hits: rows }, reached: joinWatermarks(range.from, reached) };
	}
}

function tell(follower: Follower, news: News, reached: Watermark): void {
	follower.told = reached;
	follower.reader.send(news, reached);
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

/** A stream of a filter's hits ends after so long: whoever comes back is asked again who they are. */
const HITS_LAST_MS = 5 * 60_000;

type StreamLocals = Pick<App.Locals, 'store' | 'scope' | 'cursorKey'>;

/** A `text/event-stream` body of alerts published after a watermark; it ends once `holds`, asked every quarter of a minute, says no. */
export function followAlerts(
	locals: StreamLocals,
	from: Watermark,
	survey: string | undefined,
	holds: () => boolean = () => true,
): ReadableStream<Uint8Array> {
	return follow(locals, from, { filterId: null, lastsMs: null, holds }, (news) => {
		const rows = 'alerts' in news ? news.alerts : [];
		const wanted = survey === undefined ? rows : rows.filter((row) => row.survey === survey);
		return wanted.length === 0 ? null : { event: 'alerts', data: { alerts: wanted } };
	});
}

/** A `text/event-stream` body of a filter's hits published after a watermark. */
export function followHits(
	locals: StreamLocals,
	from: Watermark,
	filterId: string,
	survey: string | undefined,
	holds: () => boolean = () => true,
): ReadableStream<Uint8Array> {
	return follow(locals, from, { filterId, lastsMs: HITS_LAST_MS, holds }, (news) => {
		const rows = 'hits' in news ? news.hits : [];
		const wanted = survey === undefined ? rows : rows.filter(({ alert }) => alert.survey === survey);
		return wanted.length === 0 ? null : { event: 'hits', data: { hits: wanted } };
	});
}

function follow(
	{ store, scope, cursorKey }: StreamLocals,
	from: Watermark,
	{
		filterId,
		lastsMs,
		holds,
	}: { readonly filterId: string | null; readonly lastsMs: number | null; readonly holds: () => boolean },
	eventOf: (news: News) => { readonly event: string; readonly data: unknown } | null,
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
	let timer: NodeJS.Timeout | undefined;
	const end = (): void => {
		clearTimeout(timer);
		gone.abort();
		leave();
	};
	return new ReadableStream<Uint8Array>(
		{
			start: async (controller) => {
				const close = (): void => {
					if (gone.signal.aborted) return;
					end();
					controller.close();
				};
				const write = (text: string): void => {
					if (gone.signal.aborted) return;
					if ((controller.desiredSize ?? 0) < -MAX_BEHIND_BYTES) close();
					else controller.enqueue(encoder.encode(text));
				};
				if (lastsMs !== null) timer = setTimeout(close, lastsMs).unref();
				const id = (reached: Watermark): string => `id: ${sealCursor(cursorKey, STREAM_PURPOSE, reached)}\n`;
				const reader: Reader = {
					send: (news, reached) => {
						const told = eventOf(news);
						// an id alone moves the reader's cursor and raises no event
						if (told === null) write(`${id(reached)}\n`);
						else write(`${id(reached)}event: ${told.event}\ndata: ${JSON.stringify(told.data)}\n\n`);
					},
					ping: () => {
						if (holds()) write(': ping\n\n');
						else close();
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
					hub.join({ scope, filterId }, start, reader, gone.signal).then(
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
