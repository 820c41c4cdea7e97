import type { AlertRow, Tonight } from '#lib/alert/views.ts';
import { followEvents } from './events.ts';

const TICKER = 6;
/** Arrivals of the last minute make the rates. */
const RATE_WINDOW_MS = 60_000;

/** What arrives while the page is open: newest alerts, counts per survey and rates; `pending` is for the map to take. */
export class Live {
	newest = $state.raw<readonly AlertRow[]>([]);
	counts = $state<Record<string, number>>({});
	rates = $state.raw<Readonly<Record<string, number>>>({});
	connected = $state(false);
	pending: AlertRow[] = [];
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

	/** Takes alerts that became visible. */
	take(rows: readonly AlertRow[], at: number): void {
		const tonight = rows.filter((row) => this.#night === null || row.night >= this.#night);
		for (const row of tonight) {
			this.counts[row.survey] = (this.counts[row.survey] ?? 0) + 1;
			this.#arrivals.push({ at, survey: row.survey });
		}
		// a reader who never looks at the map keeps no endless list
		this.pending = [...this.pending, ...tonight].slice(-50_000);
		// a reader who reconnects may get an alert again that the page has
		const shown = new Map(
			[...[...tonight].reverse(), ...this.newest].map((row) => [`${row.survey} ${row.alertId}`, row]),
		);
		this.newest = [...shown.values()].slice(0, TICKER);
		this.measure(at);
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
