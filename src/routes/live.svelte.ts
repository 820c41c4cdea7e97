import type { AlertRow, Tonight } from '#lib/alert/views.ts';
import { followEvents } from './events.ts';

const TICKER = 6;
/** Arrivals of the last minute make the rates. */
const RATE_WINDOW_MS = 60_000;
/** A reader who never looks at the map keeps no endless list. */
const MOST_PENDING = 50_000;
/** So many alerts are remembered, twice over: what comes again comes soon after. */
const MOST_SEEN = 50_000;

const keyOf = ({ survey, alertId }: AlertRow): string => `${survey} ${alertId}`;

/** What arrives while the page is open: newest alerts, counts per survey and rates; `pending` is for the map to take. */
export class Live {
	newest = $state.raw<readonly AlertRow[]>([]);
	counts = $state<Record<string, number>>({});
	rates = $state.raw<Readonly<Record<string, number>>>({});
	connected = $state(false);
	pending: AlertRow[] = [];
	/** A later night has begun: what is shown here is not the newest any more. */
	isOver = false;
	/** What came by the stream: the last, and those before them. */
	#seen = new Set<string>();
	#seenBefore: ReadonlySet<string> = new Set();
	#arrivals: { at: number; survey: string }[] = [];
	#openedAt = 0;
	#night: string | null;

	constructor(tonight: Tonight) {
		this.#night = tonight.night;
		this.newest = tonight.newest.slice(0, TICKER);
		for (const { survey, alerts } of tonight.counts) this.counts[survey] = alerts;
	}

	/** All alerts of the night so far. */
	get total(): number {
		return Object.values(this.counts).reduce((sum, n) => sum + n, 0);
	}

	/** Takes alerts that became visible, each once, and of the page's night alone. */
	take(rows: readonly AlertRow[], at: number): void {
		const night = this.#night;
		if (night !== null && rows.some((row) => row.night > night)) this.isOver = true;
		const fresh = rows.filter((row) => (night === null || row.night === night) && this.#isNew(row));
		for (const row of fresh) {
			this.counts[row.survey] = (this.counts[row.survey] ?? 0) + 1;
			this.#arrivals.push({ at, survey: row.survey });
		}
		this.pending = [...this.pending, ...fresh].slice(-MOST_PENDING);
		// the list that the page came with may be newer than its cursor
		const shown = new Map([...[...fresh].reverse(), ...this.newest].map((row) => [keyOf(row), row]));
		this.newest = [...shown.values()].slice(0, TICKER);
		this.measure(at);
	}

	/** Whether an alert comes for the first time; it is remembered. */
	#isNew(row: AlertRow): boolean {
		const key = keyOf(row);
		if (this.#seen.has(key) || this.#seenBefore.has(key)) return false;
		if (this.#seen.size >= MOST_SEEN) {
			this.#seenBefore = this.#seen;
			this.#seen = new Set();
		}
		this.#seen.add(key);
		return true;
	}

	/** Alerts a second over the last minute. */
	measure(at: number): void {
		this.#arrivals = this.#arrivals.filter((arrival) => at - arrival.at < RATE_WINDOW_MS);
		const seconds = Math.max(5, Math.min(RATE_WINDOW_MS, at - this.#openedAt) / 1000);
		const rates: Record<string, number> = {};
		for (const { survey } of this.#arrivals) rates[survey] = (rates[survey] ?? 0) + 1 / seconds;
		this.rates = rates;
	}

	/** Follows the stream from a cursor, and from the last event seen after a break, until the returned function is called. */
	follow(hrefFrom: (lastId: string | null) => string): () => void {
		this.#openedAt = Date.now();
		const stop = followEvents(hrefFrom, ['alerts'], {
			event: ({ data }) => {
				const { alerts } = JSON.parse(data) as { readonly alerts: readonly AlertRow[] };
				this.take(alerts, Date.now());
			},
			connected: (is) => (this.connected = is),
		});
		const timer = setInterval(() => {
			this.measure(Date.now());
		}, 5000);
		return () => {
			clearInterval(timer);
			stop();
		};
	}
}
