import { FilterEditor } from '#lib/components/filter/editor.svelte.ts';
import { FilterForm } from '#lib/components/filter/form.svelte.ts';
import { TrialRunner } from '#lib/components/filter/trial.ts';
import type { BoomImport } from '#lib/filter/boom.ts';
import type { Histogram, WireAlert } from '#lib/filter/index.ts';
import { post, read } from './call.ts';
import { Examples } from './examples.svelte.ts';
import { NightCounts } from './nights.svelte.ts';
import type { PageData } from './$types';

/** So many newest nights are offered at a press. */
const SPANS = [1, 7, 30];

interface Sample {
	readonly from: string | null;
	readonly to: string | null;
	readonly alerts: readonly WireAlert[];
}

/** What the page of a new filter holds: the text, its form, its trial on a sample and its counts over nights. */
export class Workbench {
	readonly editor: FilterEditor;
	readonly form: FilterForm;
	readonly counts: NightCounts;
	/** The alerts that the filter is held to. */
	readonly examples: Examples;
	sample = $state.raw<Sample | null>(null);
	sampleProblem = $state('');
	/** What became of a pipeline of BOOM that was taken in; null where none was. */
	imported = $state.raw<BoomImport | null>(null);
	/** The newest text that checks. */
	goodText = $state('');
	from = $state('');
	until = $state('');
	private runner: TrialRunner | null = null;
	private signal: AbortSignal | null = null;
	private readonly spreads = new Map<string, Promise<Histogram | null>>();

	constructor(
		readonly data: PageData,
		/** Address of a path of the API. */
		readonly to: (path: string, parameters?: Readonly<Record<string, string>>) => string,
	) {
		this.editor = new FilterEditor(data.names, data.text);
		this.form = new FilterForm(this.editor, (expression) => this.runner?.middle(expression) ?? Promise.resolve(null));
		this.counts = new NightCounts(
			(path, body, signal) => post(to(path), body, signal),
			(alerts) => {
				this.runner?.setAlerts('found', alerts);
				this.tryText();
			},
			data.mayBeKnown,
		);
		this.examples = new Examples(data.examples, data.storedExamples, (path, body, signal) =>
			post(to(path), body, signal),
		);
		this.chooseNights(7);
	}

	/** Whether the counts over nights are those of the newest text that checks. */
	readonly isCounted = $derived.by(() => this.counts.text === this.goodText && this.counts.nights.length > 0);
	readonly isEmpty = $derived.by(() => this.editor.text.trim() === '');
	readonly errors = $derived.by(() => this.editor.problems.filter(({ severity }) => severity === 'error'));

	/** Begins in the browser; the answer ends it. */
	start(): () => void {
		const ended = new AbortController();
		this.runner = new TrialRunner(
			this.data.names,
			(found) => {
				this.editor.tried(found);
				if (found.valid) this.goodText = found.text;
			},
			() => (this.editor.slow = true),
		);
		this.signal = ended.signal;
		this.readSample();
		return () => {
			ended.abort();
			this.runner?.stop();
			this.counts.stop();
		};
	}

	/** Asks for the alerts that texts are tried on. */
	readSample(): void {
		const { signal } = this;
		this.sampleProblem = '';
		fetch(this.to('/api/v1/filters/sample'), signal === null ? {} : { signal })
			.then((answer) => read<Sample>(answer))
			.then((found) => {
				this.sample = found;
				this.runner?.setAlerts('sample', found.alerts);
				this.tryText();
			})
			.catch((error: unknown) => {
				if (signal?.aborted !== true) this.sampleProblem = error instanceof Error ? error.message : String(error);
			});
	}

	/** Checks and tries the text as it stands. */
	tryText(): void {
		if (this.editor.readable && !this.editor.tooLong) this.runner?.run(this.editor.text);
	}

	/** Asks the nights about the newest text that checks. */
	count(): void {
		const { goodText, from, until } = this;
		if (goodText.trim() === '' || from === '' || until === '') return;
		if (from <= until) this.counts.ask(goodText, from, until);
		else this.counts.refuse('The first night is after the last one: turn them round.');
	}

	chooseNights(n: number): void {
		const { nights } = this.data;
		this.until = nights[0]?.night ?? '';
		this.from = nights[Math.min(n, nights.length) - 1]?.night ?? this.until;
	}

	/** Numbers of newest nights to choose from, each more than the one before has. */
	get spans(): number[] {
		return SPANS.filter((_, i) => i === 0 || this.data.nights.length > (SPANS[i - 1] ?? 0));
	}

	isChosen(n: number): boolean {
		const { nights } = this.data;
		return this.until === nights[0]?.night && this.from === nights[Math.min(n, nights.length) - 1]?.night;
	}

	/** How the values of a field spread over recent alerts; null where that cannot be counted. */
	readonly spread = (field: string): Promise<Histogram | null> => {
		const known = this.spreads.get(field);
		if (known !== undefined) return known;
		const asked = fetch(this.to('/api/v1/filters/histogram', { field }))
			.then((answer) => read<Histogram>(answer))
			.catch(() => {
				this.spreads.delete(field);
				return null;
			});
		this.spreads.set(field, asked);
		return asked;
	};

	/** Place of the condition that is pointed at, -1 = none. */
	readonly pointedCondition = $derived.by(
		() =>
			this.editor.lastGood?.conditions.findIndex(({ start, end }) => this.editor.pointed === `${start}:${end}`) ?? -1,
	);

	pointAt(place: number): void {
		const condition = this.editor.lastGood?.conditions[place];
		this.editor.pointed = condition === undefined ? null : `${condition.start}:${condition.end}`;
	}

	/** The funnel of the nights, or of the sample until they are counted. */
	readonly funnel = $derived.by(() => {
		const { counts, editor } = this;
		if (this.isCounted) {
			const conditions = counts.conditions.map((text, i) => ({
				text,
				left: counts.left[i] ?? 0,
				alone: counts.alone[i] ?? null,
			}));
			return { total: counts.total, conditions };
		}
		const good = editor.lastGood;
		const conditions = (good?.conditions ?? []).map(({ text }, i) => ({
			text,
			left: good?.left[i] ?? 0,
			alone: good?.alone[i] ?? 0,
		}));
		return { total: good?.total ?? 0, conditions };
	});
}
