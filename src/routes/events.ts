/** Waits before a refused stream is asked again, ms: 1, 2, 4, ... seconds. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** What of an EventSource is used. */
export interface Source {
	readonly readyState: number;
	addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void;
	onopen: ((event: Event) => void) | null;
	onerror: ((event: Event) => void) | null;
	close(): void;
}

const CLOSED = 2;

/**
 * Follows server-sent events until the returned function is called. A browser comes back by itself where the connection broke, yet gives
 * up for good where it is refused (the portal or its store is away for a while): then it is asked again here, from the last event seen
 * (`hrefFrom`; null before the first), so that nothing is skipped.
 */
export function followEvents(
	hrefFrom: (lastId: string | null) => string,
	names: readonly string[],
	on: { readonly event: (event: MessageEvent<string>) => void; readonly connected: (is: boolean) => void },
	open: (href: string) => Source = (href) => new EventSource(href),
): () => void {
	let lastId: string | null = null;
	let wait = FIRST_WAIT_MS;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let source: Source;

	function connect(): void {
		const mine = open(hrefFrom(lastId));
		source = mine;
		const remember = ({ lastEventId }: MessageEvent<string>): void => {
			if (lastEventId !== '') lastId = lastEventId;
		};
		// says where a stream without a cursor begins
		mine.addEventListener('ready', remember);
		for (const name of names) {
			mine.addEventListener(name, (event) => {
				remember(event);
				on.event(event);
			});
		}
		mine.onopen = () => {
			wait = FIRST_WAIT_MS;
			on.connected(true);
		};
		mine.onerror = () => {
			on.connected(false);
			if (mine.readyState !== CLOSED) return;
			timer = setTimeout(connect, wait);
			wait = Math.min(LONGEST_WAIT_MS, wait * 2);
		};
	}

	connect();
	return () => {
		clearTimeout(timer);
		source.close();
		on.connected(false);
	};
}
