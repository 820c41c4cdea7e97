import { exampleOf, MOST_EXAMPLES, type TriedExample } from '#lib/filter/stored.ts';

/** What an alert must do: pass the filter, or not. */
export type Wanted = TriedExample['wanted'];

interface Example {
	/** `survey:alertId`. */
	readonly alert: string;
	readonly wanted: Wanted;
	/** '' where it is not known yet. */
	readonly objectId: string;
}

/** How long a text stands before it is asked about its examples, ms. */
const PAUSE_MS = 250;

/** The alerts that a filter is held to while it is written, and what its text says of them. */
export class Examples {
	list = $state.raw<readonly Example[]>([]);
	/** What was answered of each, by its alert. */
	private tried = $state.raw<Readonly<Record<string, TriedExample>>>({});
	/** The text that was asked about. */
	private triedText = $state('');
	problem = $state('');
	private readonly began: string;

	constructor(
		given: { readonly mustPass: readonly string[]; readonly mustFail: readonly string[] },
		/** What is stored already; [] of a new filter. */
		stored: { readonly mustPass: readonly string[]; readonly mustFail: readonly string[] },
		private readonly post: <Answer>(path: string, body: unknown, signal: AbortSignal) => Promise<Answer>,
	) {
		const all = (wanted: Wanted, alerts: readonly string[]): Example[] =>
			alerts.map((alert) => ({ alert, wanted, objectId: '' }));
		this.list = [...all('pass', given.mustPass), ...all('fail', given.mustFail)];
		this.began = JSON.stringify([[...stored.mustPass].sort(), [...stored.mustFail].sort()]);
	}

	readonly mustPass = $derived.by(() => this.alerts('pass'));
	readonly mustFail = $derived.by(() => this.alerts('fail'));
	/** They are others than those that are stored. */
	readonly isChanged = $derived.by(
		() => JSON.stringify([[...this.mustPass].sort(), [...this.mustFail].sort()]) !== this.began,
	);
	readonly isFull = $derived.by(() => this.list.length >= MOST_EXAMPLES);

	private alerts(wanted: Wanted): string[] {
		return this.list.filter((one) => one.wanted === wanted).map(({ alert }) => alert);
	}

	wantedOf(alert: string): Wanted | null {
		return this.list.find((one) => one.alert === alert)?.wanted ?? null;
	}

	/** Makes an alert an example, or another kind of one; pressed again it is none. */
	toggle(alert: string, wanted: Wanted, objectId: string): void {
		if (this.wantedOf(alert) === wanted) this.remove(alert);
		else if (this.wantedOf(alert) !== null) {
			this.list = this.list.map((one) => (one.alert === alert ? { ...one, wanted } : one));
		} else if (exampleOf(alert) !== null && !this.isFull) this.list = [...this.list, { alert, wanted, objectId }];
	}

	remove(alert: string): void {
		this.list = this.list.filter((one) => one.alert !== alert);
	}

	objectOf({ alert, objectId }: Example): string {
		return this.tried[alert]?.objectId ?? objectId;
	}

	/** What the text says of an alert now; null until it is known. */
	answerOf(alert: string, text: string): TriedExample['answer'] | null {
		return this.triedText === text ? (this.tried[alert]?.answer ?? null) : null;
	}

	/** How many of them a text keeps, and how many are known. */
	keptBy(text: string): { readonly kept: number; readonly known: number } {
		const known = this.list.flatMap(({ alert, wanted }) => {
			const answer = this.answerOf(alert, text);
			return answer === null ? [] : [answer === wanted];
		});
		return { kept: known.filter(Boolean).length, known: known.length };
	}

	/** Asks what a text that checks says of them; the answer ends the question. */
	ask(text: string): (() => void) | undefined {
		const { mustPass, mustFail } = this;
		if (text.trim() === '' || mustPass.length + mustFail.length === 0) return undefined;
		const superseded = new AbortController();
		const soon = setTimeout(() => {
			this.post<{ examples: readonly TriedExample[] }>(
				'/api/v1/filters/examples',
				{ text, mustPass, mustFail },
				superseded.signal,
			)
				.then(({ examples }) => {
					this.tried = Object.fromEntries(examples.map((one) => [one.alert, one]));
					this.triedText = text;
					this.problem = '';
				})
				.catch((error: unknown) => {
					if (superseded.signal.aborted) return;
					this.problem = error instanceof Error ? error.message : String(error);
				});
		}, PAUSE_MS);
		return () => {
			clearTimeout(soon);
			superseded.abort();
		};
	}
}
