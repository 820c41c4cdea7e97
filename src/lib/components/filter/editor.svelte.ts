import {
	conditionOf,
	EMPTY_ENVIRONMENT,
	environmentFrom,
	LIMITS,
	parse,
	print,
	type Environment,
	type EnvironmentData,
	type Expr,
	type FilterSyntax,
	type Problem,
} from '#lib/filter/index.ts';
import type { Trial } from './trial.worker.ts';

/** The text view that keeps the text and what can be undone; the form writes through it. */
export interface TextView {
	/** Puts another text in the place of the old one, as one step that can be undone. */
	replace(text: string): void;
	undo(): boolean;
	redo(): boolean;
	select(start: number, end: number): void;
}

/** A filter while it is written: one text, which the form reads as a tree and changes through the tree. */
export class FilterEditor {
	text = $state('');
	/** The newest tree that could be read. */
	syntax = $state.raw<FilterSyntax>({ statements: [], trailing: [] });
	/** What could not be read; the form waits while there is anything. */
	unreadable = $state.raw<readonly Problem[]>([]);
	trial = $state.raw<Trial | null>(null);
	/** The newest trial of a text that checks. */
	lastGood = $state.raw<Trial | null>(null);
	slow = $state(false);
	canUndo = $state(false);
	canRedo = $state(false);
	/** The condition of the tree that is pointed at, by its place. */
	pointed = $state<string | null>(null);
	readonly environment: Environment;
	private view: TextView | null = null;

	constructor(
		readonly names: EnvironmentData | null,
		text: string,
	) {
		this.environment = names === null ? EMPTY_ENVIRONMENT : environmentFrom(names);
		this.take(text);
	}

	readonly condition = $derived.by((): Expr | null => conditionOf(this.syntax));
	readonly readable = $derived(this.unreadable.length === 0);
	readonly tooLong = $derived(this.text.length > LIMITS.characters);

	/** The text as the view has it now. */
	take(text: string): void {
		this.text = text;
		if (text.length > LIMITS.characters) {
			const message = `A filter has at most ${LIMITS.characters.toLocaleString('en')} characters; this one has ${text.length.toLocaleString('en')}.`;
			this.unreadable = [{ severity: 'error', place: { start: LIMITS.characters, end: text.length }, message }];
			return;
		}
		const { syntax, problems } = parse(text);
		this.unreadable = problems;
		if (problems.length === 0) this.syntax = syntax;
	}

	attach(view: TextView | null): void {
		this.view = view;
	}

	/** Writes a changed tree as text; the view keeps the step. */
	write(syntax: FilterSyntax): void {
		this.writeText(print(syntax));
	}

	writeText(text: string): void {
		if (text === this.text) return;
		if (this.view === null) this.take(text);
		else this.view.replace(text);
	}

	/** Puts a suggestion in its place. */
	mend({ place, suggestion }: Problem): void {
		if (suggestion === undefined) return;
		this.writeText(this.text.slice(0, place.start) + suggestion + this.text.slice(place.end));
	}

	undo(): void {
		this.view?.undo();
	}

	redo(): void {
		this.view?.redo();
	}

	show(start: number, end: number): void {
		this.view?.select(start, end);
	}

	/** Points at the condition that a place of the text is in, as the form then does. */
	pointFrom(place: number): void {
		if (this.lastGood?.text !== this.text) return;
		const found = this.lastGood.conditions.find(({ start, end }) => start <= place && place <= end);
		this.pointed = found === undefined ? null : `${found.start}:${found.end}`;
	}

	tried(trial: Trial): void {
		this.slow = false;
		this.trial = trial;
		if (trial.valid) this.lastGood = trial;
	}

	/** Errors and warnings of the text, those of its reading first. */
	readonly problems = $derived.by((): readonly Problem[] =>
		this.readable ? (this.trial?.problems ?? []) : this.unreadable,
	);
}
