import type { ClassEfficiency, NightFunnel, NightFunnels, WireAlert } from '#lib/filter/index.ts';

/** How long the author may pause before the nights are asked, ms. */
const PAUSE_MS = 500;

type Post = <Answer>(path: string, body: unknown, signal: AbortSignal) => Promise<Answer>;

/** What the archive says of a text over the chosen nights: asked when the author pauses, night by night, newest first. */
export class NightCounts {
	/** The text that the counts belong to. */
	text = $state('');
	conditions = $state.raw<readonly string[]>([]);
	nights = $state.raw<readonly NightFunnel[]>([]);
	/** Of simulated nights and those of test streams: what was really there; null while it is not known. */
	efficiency = $state.raw<{ readonly text: string; readonly classes: readonly ClassEfficiency[] } | null>(null);
	busy = $state(false);
	problem = $state('');
	private timer: ReturnType<typeof setTimeout> | undefined;
	private superseded = new AbortController();

	constructor(
		private readonly post: Post,
		private readonly onfound: (alerts: readonly WireAlert[]) => void,
		private readonly mayBeKnown: boolean,
	) {}

	readonly total = $derived(this.nights.reduce((sum, { total }) => sum + total, 0));
	readonly passes = $derived(this.nights.reduce((sum, { passes }) => sum + passes, 0));
	readonly left = $derived(
		this.conditions.map((_, i) => this.nights.reduce((sum, { left }) => sum + (left[i] ?? 0), 0)),
	);
	readonly alone = $derived(
		this.conditions.map((_, i) =>
			this.nights.some(({ alone }) => alone === null)
				? null
				: this.nights.reduce((sum, { alone }) => sum + (alone?.[i] ?? 0), 0),
		),
	);
	readonly oneIn = $derived(Math.max(1, ...this.nights.map(({ oneIn }) => oneIn)));
	readonly elapsedMs = $derived(this.nights.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0));

	/** Asks for a text over some nights; what was asked before is given up. */
	ask(text: string, from: string, to: string): void {
		this.stop();
		this.busy = true;
		this.problem = '';
		this.timer = setTimeout(() => void this.read(text, from, to), PAUSE_MS);
	}

	private async read(text: string, from: string, to: string): Promise<void> {
		const superseded = new AbortController();
		this.superseded = superseded;
		const { signal } = superseded;
		try {
			await this.readFunnel(text, from, to, signal);
			this.problem = '';
			const body = { text, nightFrom: from, nightTo: to };
			// where the archive takes too long the gallery keeps to the sample
			await this.post<{ alerts: readonly WireAlert[] }>('/api/v1/filters/found', body, signal).then(
				({ alerts }) => {
					this.onfound(alerts);
				},
				(error: unknown) => {
					if (signal.aborted) throw error;
				},
			);
			if (this.mayBeKnown) {
				const { classes } = await this.post<{ classes: readonly ClassEfficiency[] }>(
					'/api/v1/filters/efficiency',
					body,
					signal,
				);
				this.efficiency = { text, classes };
			}
		} catch (error) {
			if (signal.aborted) return;
			this.problem = error instanceof Error ? error.message : String(error);
		}
		this.busy = false;
	}

	private async readFunnel(text: string, from: string, to: string, signal: AbortSignal): Promise<void> {
		let found: readonly NightFunnel[] = [];
		let last: string | undefined = to;
		while (last !== undefined) {
			const body = { text, nightFrom: from, nightTo: last };
			const answer: NightFunnels = await this.post<NightFunnels>('/api/v1/filters/funnel', body, signal);
			found = [...found, ...answer.nights];
			this.text = text;
			this.conditions = answer.conditions;
			this.nights = found;
			last = answer.waiting[0];
		}
	}

	/** Says why nothing is asked. */
	refuse(problem: string): void {
		this.stop();
		this.problem = problem;
	}

	/** Gives up what was asked. */
	stop(): void {
		clearTimeout(this.timer);
		this.superseded.abort();
		this.busy = false;
	}
}
