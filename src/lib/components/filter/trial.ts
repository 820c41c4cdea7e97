import type { EnvironmentData, WireAlert } from '#lib/filter/index.ts';
import type { Trial, TrialAnswer, TrialQuestion } from './trial.worker.ts';

/** How long a text may take before the worker is ended and begun anew, ms. */
const PATIENCE_MS = 5000;
/** The same until the worker has begun with it: it is loaded first, which takes a while on a busy machine and is not the text's fault. */
const LOADING_MS = 60_000;

/** Tries texts in a worker, the newest only; a text that takes too long costs the worker and nothing else. */
export class TrialRunner {
	private worker: Worker | null = null;
	private readonly alerts: Record<'sample' | 'found', readonly WireAlert[]> = { sample: [], found: [] };
	private waiting: string | null = null;
	private busy = false;
	private id = 0;
	private timer: ReturnType<typeof setTimeout> | undefined;
	private readonly middles = new Map<number, (value: number | null) => void>();

	constructor(
		private readonly environment: EnvironmentData,
		private readonly onresult: (trial: Trial) => void,
		private readonly onslow: () => void,
	) {}

	private start(): Worker {
		if (this.worker !== null) return this.worker;
		const worker = new Worker(new URL('./trial.worker.ts', import.meta.url), { type: 'module' });
		worker.addEventListener('message', ({ data }: MessageEvent<TrialAnswer>) => {
			this.answered(data);
		});
		this.worker = worker;
		this.ask({ kind: 'names', environment: this.environment });
		this.ask({ kind: 'alerts', which: 'sample', alerts: this.alerts.sample });
		this.ask({ kind: 'alerts', which: 'found', alerts: this.alerts.found });
		return worker;
	}

	private ask(question: TrialQuestion): void {
		this.worker?.postMessage(question);
	}

	/** Gives alerts that texts are tried on: the sample that is counted, or those of the chosen nights that the gallery shows besides. */
	setAlerts(which: 'sample' | 'found', alerts: readonly WireAlert[]): void {
		this.alerts[which] = alerts;
		if (this.worker !== null) this.ask({ kind: 'alerts', which, alerts });
	}

	/** Tries a text as soon as the one before is done. */
	run(text: string): void {
		this.waiting = text;
		if (!this.busy) this.next();
	}

	private next(): void {
		const text = this.waiting;
		if (text === null) return;
		this.waiting = null;
		this.busy = true;
		this.id += 1;
		this.start();
		this.ask({ kind: 'try', id: this.id, text });
		this.wait(LOADING_MS);
	}

	/** Gives the text under way so long from now on. */
	private wait(ms: number): void {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => {
			this.stop();
			this.busy = false;
			this.onslow();
			this.next();
		}, ms);
	}

	private answered(answer: TrialAnswer): void {
		if (answer.kind === 'middle') {
			this.middles.get(answer.id)?.(answer.value);
			this.middles.delete(answer.id);
			return;
		}
		if (answer.id !== this.id) return;
		if (answer.kind === 'begun') {
			this.wait(PATIENCE_MS);
			return;
		}
		clearTimeout(this.timer);
		this.busy = false;
		this.onresult(answer);
		this.next();
	}

	/** The middle value of an expression in the sample; null where it has no numbers, or none within a second. */
	middle(expression: string): Promise<number | null> {
		// a text under way keeps its turn, and its number, by which its answer is known
		if (this.busy) return Promise.resolve(null);
		this.start();
		this.id += 1;
		const { id } = this;
		return new Promise((resolve) => {
			const timer = setTimeout(() => {
				resolve(null);
			}, 1000);
			this.middles.set(id, (value) => {
				clearTimeout(timer);
				resolve(value);
			});
			this.ask({ kind: 'middle', id, expression });
		});
	}

	/** Ends the worker. */
	stop(): void {
		clearTimeout(this.timer);
		this.worker?.terminate();
		this.worker = null;
	}
}
