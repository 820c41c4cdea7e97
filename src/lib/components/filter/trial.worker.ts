import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import {
	check,
	countTrue,
	environmentFrom,
	EMPTY_ENVIRONMENT,
	explain,
	FilterSet,
	unpackAlert,
	valuesMet,
	type Annotation,
	type AnnotationValue,
	type CheckedFilter,
	type EnvironmentData,
	type Problem,
	type WireAlert,
} from '#lib/filter/index.ts';

// Checks and tries filters on a sample of alerts off the page's thread, so that typing stays fluid whatever the text.

/** What the page asks. */
export type TrialQuestion =
	| { readonly kind: 'names'; readonly environment: EnvironmentData }
	/** `sample`: what is counted; `found`: alerts of the chosen nights that the gallery shows besides. */
	| { readonly kind: 'alerts'; readonly which: 'sample' | 'found'; readonly alerts: readonly WireAlert[] }
	| { readonly kind: 'try'; readonly id: number; readonly text: string }
	| { readonly kind: 'middle'; readonly id: number; readonly expression: string };

/** An alert of the sample that the gallery shows. */
export interface ShownAlert {
	readonly survey: string;
	readonly alertId: string;
	readonly objectId: string;
	/** MJD, TAI. */
	readonly mjd: number;
	readonly band: string;
	readonly mag: number;
	readonly positive: boolean | null;
	readonly class: string;
	readonly classScore: number;
	/** The one condition that it fails; null where it passes. */
	readonly fails: number | null;
	/** What that condition met. */
	readonly met: readonly { readonly name: string; readonly unit: string; readonly value: AnnotationValue }[];
	readonly annotations: readonly AnnotationValue[];
}

/** What trying a text gives. */
export interface Trial {
	readonly kind: 'tried';
	readonly id: number;
	readonly text: string;
	readonly problems: readonly Problem[];
	readonly printed: string | null;
	readonly valid: boolean;
	readonly filterKind: 'live' | 'afterNight' | 'sampled' | null;
	readonly conditions: readonly { readonly text: string; readonly start: number; readonly end: number }[];
	readonly annotations: readonly Pick<Annotation, 'name' | 'unit'>[];
	readonly parts: readonly { readonly name: string; readonly isTruth: boolean }[];
	readonly cost: number | null;
	/** Alerts of the sample, those that pass, and those left after each condition and by each alone. */
	readonly total: number;
	readonly passing: number;
	readonly left: readonly number[];
	readonly alone: readonly number[];
	/** Alerts that each term of the condition is true of, by its place `start:end`. */
	readonly terms: Readonly<Record<string, number>>;
	readonly passes: readonly ShownAlert[];
	readonly misses: readonly ShownAlert[];
	/** Alerts at hand that pass, and that fail one condition only: shown or not. */
	readonly passesAtHand: number;
	readonly missesAtHand: number;
	readonly elapsedMs: number;
}

export type TrialAnswer =
	| Trial
	/** A text is taken up: what it takes counts from here. */
	| { readonly kind: 'begun'; readonly id: number }
	| { readonly kind: 'middle'; readonly id: number; readonly value: number | null };

const SHOWN = 16;
let environment = EMPTY_ENVIRONMENT;
let alerts: EnrichedAlert[] = [];
let found: EnrichedAlert[] = [];

function tryText(id: number, text: string): Trial {
	const started = performance.now();
	const { problems, printed, filter, parts, terms } = check(text, environment);
	const nothing = {
		total: alerts.length,
		passing: 0,
		left: [],
		alone: [],
		terms: {},
		passes: [],
		misses: [],
		passesAtHand: 0,
		missesAtHand: 0,
	};
	const said = {
		...{ kind: 'tried' as const, id, text, problems, printed, valid: filter !== null },
		filterKind: filter?.kind ?? null,
		conditions: (filter?.conditions ?? []).map(({ text: written, place }) => ({ text: written, ...place })),
		annotations: (filter?.annotations ?? []).map(({ name, unit }) => ({ name, unit })),
		parts: parts.map(({ name, type }) => ({ name, isTruth: type.kind === 'truth' })),
		cost: filter?.cost ?? null,
	};
	if (filter === null || alerts.length === 0) return { ...said, ...nothing, elapsedMs: performance.now() - started };
	const { survivors, alone, passes } = explain(filter, alerts);
	const asked = [...terms].filter(([, node]) => node.vars === 0);
	const counts = countTrue(
		asked.map(([, node]) => node),
		filter.pool,
		alerts,
	);
	// the time of the count alone: what the gallery shows costs more
	const elapsedMs = performance.now() - started;
	return {
		...said,
		total: alerts.length,
		passing: passes.reduce((sum, one) => sum + one, 0),
		left: survivors,
		alone,
		terms: Object.fromEntries(asked.map(([{ place }], i) => [`${place.start}:${place.end}`, counts[i] ?? 0])),
		...galleryOf(text, filter),
		elapsedMs,
	};
}

/** What passes, and what fails one condition only, of the alerts at hand: those of the chosen nights first. */
function galleryOf(
	text: string,
	filter: CheckedFilter,
): Pick<Trial, 'passes' | 'misses' | 'passesAtHand' | 'missesAtHand'> {
	const known = new Set(found.map(nameOf));
	const atHand = [...found, ...alerts.filter((alert) => !known.has(nameOf(alert)))];
	const { conditions, passes } = explain(filter, atHand);
	const passed: EnrichedAlert[] = [];
	const near: { alert: EnrichedAlert; fails: number }[] = [];
	atHand.forEach((alert, row) => {
		if (passes[row] === 1) return void passed.push(alert);
		const failing = conditions.flatMap((states, i) => (states[row] === 1 ? [] : [i]));
		if (failing.length === 1 && conditions.length > 1) near.push({ alert, fails: failing[0] ?? 0 });
	});
	return {
		passes: shownPasses(text, passed.slice(0, SHOWN)),
		misses: shownMisses(text, spreadOver(near)),
		passesAtHand: passed.length,
		missesAtHand: near.length,
	};
}

const nameOf = ({ alert }: EnrichedAlert): string => `${alert.survey} ${alert.alertId}`;

function shown({ alert, classification }: EnrichedAlert) {
	const { survey, objectId, mjd, band, mag, positive } = alert;
	return {
		...{ survey, objectId, mjd, band, mag, positive },
		alertId: String(alert.alertId),
		class: classification.class,
		classScore: classification.score,
	};
}

/** Some near misses, of every condition as evenly as may be. */
function spreadOver(
	near: readonly { alert: EnrichedAlert; fails: number }[],
): readonly { alert: EnrichedAlert; fails: number }[] {
	const seen = new Map<number, number>();
	return near
		.map((miss) => {
			const turn = seen.get(miss.fails) ?? 0;
			seen.set(miss.fails, turn + 1);
			return { miss, turn };
		})
		.sort((a, b) => a.turn - b.turn || a.miss.fails - b.miss.fails)
		.slice(0, SHOWN)
		.map(({ miss }) => miss);
}

function shownPasses(text: string, passed: readonly EnrichedAlert[]): ShownAlert[] {
	const { filter } = check(text, environment);
	if (filter === null) return [];
	// a filter that draws a share draws the same one again
	const [run] = new FilterSet([filter]).run(passed);
	return passed.map((alert, i) => ({
		...shown(alert),
		fails: null,
		met: [],
		annotations: (run?.hits.annotations ?? []).map(({ values }) => values[i] ?? null),
	}));
}

function shownMisses(text: string, misses: readonly { alert: EnrichedAlert; fails: number }[]): ShownAlert[] {
	const wanted = new Set(misses.map(({ fails }) => fails));
	const met = valuesMet(
		text,
		environment,
		misses.map(({ alert }) => alert),
		wanted,
	);
	return misses.map(({ alert, fails }, i) => ({
		...shown(alert),
		...{ fails, annotations: [] },
		met: (met[fails] ?? []).map(({ name, unit, values }) => ({ name, unit, value: values[i] ?? null })),
	}));
}

/** The middle of an expression's values in the sample, to begin a threshold with; null where it has no numbers. */
function middleOf(expression: string): number | null {
	const { filter } = check(`1 == 1\nannotate value = ${expression}\n`, environment);
	if (filter?.annotations.length !== 1) return null;
	const [run] = new FilterSet([filter]).run(alerts);
	const numbers = (run?.hits.annotations[0]?.values ?? []).filter((value) => typeof value === 'number');
	numbers.sort((a, b) => a - b);
	return numbers[Math.floor(numbers.length / 2)] ?? null;
}

addEventListener('message', ({ data }: MessageEvent<TrialQuestion>) => {
	switch (data.kind) {
		case 'names':
			environment = environmentFrom(data.environment);
			return;
		case 'alerts':
			if (data.which === 'sample') alerts = data.alerts.map(unpackAlert);
			else found = data.alerts.map(unpackAlert);
			return;
		case 'try':
			postMessage({ kind: 'begun', id: data.id } satisfies TrialAnswer);
			postMessage(tryText(data.id, data.text) satisfies TrialAnswer);
			return;
		case 'middle':
			postMessage({ kind: 'middle', id: data.id, value: middleOf(data.expression) } satisfies TrialAnswer);
	}
});
