import { readEnrichedAlerts, readSampleNames } from '#clickhouse/read/enrichedAlerts.ts';
import { readEfficiency, readFound, type FoundAlert } from '#clickhouse/read/filterFound.ts';
import { readNightFunnel, readValues, shownSql } from '#clickhouse/read/funnel.ts';
import { readNewestNight, readNights } from '#clickhouse/read/nights.ts';
import { readWatermark, type Watermark } from '#clickhouse/read/watermark.ts';
import { StoreError } from '#clickhouse/store.ts';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { nightFromText, nightText } from '#lib/astro/time.ts';
import { histogramOf, type Histogram } from '#lib/filter/histogram.ts';
import {
	check,
	explain,
	lineAndColumn,
	packAlert,
	valuesMet,
	type CheckedFilter,
	type ClassEfficiency,
	type Environment,
	type Problem,
	type WireAlert,
} from '#lib/filter/index.ts';
import type { NightFunnel, NightFunnels } from '#lib/filter/nightFunnel.ts';
import * as v from 'valibot';
import { readEnvironment } from './filterEnvironment.ts';
import { newestAlertOf } from './filters/newestAlert.ts';
import { idParam, objectIdParam, surveyParam } from './params.ts';
import { ProblemError } from './problem.ts';

export type TrialLocals = Pick<App.Locals, 'store' | 'scope' | 'config' | 'principal'>;

/** Bytes of a body that are read at all; a filter may have fewer (LIMITS.characters), which the check says kindly. */
const textEntry = v.string('must be the text of a filter');
export const checkBody = v.strictObject({ text: textEntry });
const nightEntry = v.pipe(
	v.string('must be a night'),
	v.check((text) => nightFromText(text) !== null, 'must be a date written YYYY-MM-DD'),
);
export const funnelBody = v.strictObject({
	text: textEntry,
	nightFrom: v.optional(nightEntry),
	nightTo: v.optional(nightEntry),
	alone: v.optional(v.boolean('must be true or false'), true),
	exact: v.optional(v.boolean('must be true or false'), false),
});
const nightsEntries = { nightFrom: nightEntry, nightTo: nightEntry };
export const foundBody = v.strictObject({ text: textEntry, ...nightsEntries });
export const efficiencyBody = v.strictObject({ text: textEntry, ...nightsEntries });
export const whyBody = v.strictObject({
	text: textEntry,
	survey: v.optional(surveyParam),
	alertId: v.optional(idParam),
	objectId: v.optional(objectIdParam),
});

/** A problem with its line and column, as the API tells it. */
export interface ToldProblem extends Problem {
	readonly line: number;
	readonly column: number;
}

const told = (text: string, problems: readonly Problem[]): ToldProblem[] =>
	problems.map((problem) => ({ ...problem, ...lineAndColumn(text, problem.place.start) }));

/** What checking a text says, as plain data. */
export async function checkText(locals: TrialLocals, text: string) {
	const { problems, printed, filter } = check(text, await readEnvironment(locals));
	return {
		valid: filter !== null,
		problems: told(text, problems),
		printed,
		kind: filter?.kind ?? null,
		conditions: filter?.conditions.map(({ text: written, place }) => ({ text: written, place })) ?? [],
		annotations: filter?.annotations.map(({ name, unit }) => ({ name, unit })) ?? [],
		fields: filter?.fields ?? [],
		blocks: filter?.blocks ?? [],
		/** Operations on one alert with the longest light curve reckoned with. */
		cost: filter?.cost ?? null,
		...(filter === null ? { sql: null, params: null } : shownSql(filter)),
	};
}

/** A filter that checks; a 400 problem with what is wrong otherwise. */
export async function checkedFilter(locals: TrialLocals, text: string): Promise<CheckedFilter> {
	const { filter, problems } = check(text, await readEnvironment(locals));
	if (filter !== null) return filter;
	const errors = told(text, problems).filter(({ severity }) => severity === 'error');
	const [first] = errors;
	throw new ProblemError(
		400,
		`The filter has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}: line ${first?.line ?? 1}, column ${first?.column ?? 1}: ${first?.message ?? ''}`,
		errors.map(({ line, column, message }) => ({ parameter: `text:${line}:${column}`, message })),
	);
}

const SAMPLE = { each: 60, most: 320, nights: 3 } as const;

interface Sample {
	readonly from: string | null;
	readonly to: string | null;
	readonly alerts: WireAlert[];
}

/** Samples that were read lately, by what their readers may see: everyone who opens the editor asks for one. */
const samples = new Map<string, { readonly atMs: number; readonly sample: Promise<Sample> }>();
const SAMPLE_MS = 60_000;

/** Recent alerts to try filters on, one an object, evenly over surveys and classes; kept for a minute. */
export function readSample(locals: TrialLocals, most?: number): Promise<Sample> {
	const now = Date.now();
	for (const [key, { atMs }] of samples) if (now - atMs > SAMPLE_MS) samples.delete(key);
	const key = JSON.stringify([locals.scope, most]);
	const known = samples.get(key);
	if (known !== undefined) return known.sample;
	const sample = sampleNow(locals, most);
	samples.set(key, { atMs: now, sample });
	sample.catch(() => samples.delete(key));
	return sample;
}

async function sampleNow(locals: TrialLocals, most: number = SAMPLE.most): Promise<Sample> {
	const { store, scope } = locals;
	const to = await readNewestNight(store, scope);
	if (to === null) return { from: null, to: null, alerts: [] };
	const from = nightText((nightFromText(to) ?? 0) - SAMPLE.nights + 1);
	const watermark = await readWatermark(store);
	const environment = await readEnvironment(locals);
	const names = await readSampleNames(store, scope, { from, each: SAMPLE.each, most, watermark });
	const alerts = await readEnrichedAlerts(store, scope, names, [...(environment.catalogs?.keys() ?? [])]);
	return { from, to, alerts: alerts.map(packAlert) };
}

/** Alerts of one night up to which every one is asked; of more, one object in so many. */
const NIGHT_ALERTS = 20_000;
/** Nights of one question, and how long it may go on, ms: what is left is named in the answer. */
export const FUNNEL_NIGHTS = 60;
const FUNNEL_MS = 12_000;

/** Counts for the funnel, night by night from the newest, until the nights or the time are at an end. */
export async function readFunnel(
	locals: TrialLocals,
	{ text, nightFrom, nightTo, alone, exact }: v.InferOutput<typeof funnelBody>,
	signal: AbortSignal,
): Promise<NightFunnels> {
	const { store, scope } = locals;
	const filter = await checkedFilter(locals, text);
	const started = performance.now();
	const watermark = await readWatermark(store, signal);
	const newest = nightTo ?? (await readNewestNight(store, scope));
	const to = newest ?? nightText(0);
	const from = nightFrom ?? nightText((nightFromText(to) ?? 0) - 6);
	if (from > to) throw new ProblemError(400, 'The first night is after the last one: turn them round.');
	const counts = new Map<string, number>();
	for (const { night, alerts } of await readNights(store, scope, { from, to, limit: 4000, signal })) {
		counts.set(night, (counts.get(night) ?? 0) + alerts);
	}
	if (counts.size > FUNNEL_NIGHTS) {
		throw new ProblemError(
			400,
			`These are ${counts.size} nights with alerts: ask for ${FUNNEL_NIGHTS} at once at most.`,
		);
	}
	const nights: NightFunnel[] = [];
	const waiting = [...counts.keys()];
	while (waiting.length > 0 && performance.now() - started < FUNNEL_MS) {
		const night = waiting[0] ?? to;
		const oneIn = exact ? 1 : Math.max(1, Math.ceil((counts.get(night) ?? 0) / NIGHT_ALERTS));
		const count = (each: boolean, share: number): Promise<NightFunnel> =>
			readNightFunnel(store, scope, filter, { night, watermark, oneIn: share, alone: each }, { signal });
		try {
			nights.push(await count(alone, oneIn));
		} catch (error) {
			// too much for one question: fewer objects
			if (!(error instanceof StoreError) || !TOO_MUCH.has(error.code) || exact) throw error;
			nights.push(await count(false, oneIn * 10));
		}
		waiting.shift();
	}
	return { conditions: filter.conditions.map(({ text: written }) => written), nights, waiting };
}

/** Alerts of each kind that the gallery gets: that pass, and that fail each condition alone. */
const FOUND = { pass: 16, miss: 4, alerts: 48 } as const;

/** How long the gallery looks for alerts, ms. */
const FOUND_MS = 8000;

/** Alerts of some nights that pass, and some that one condition alone keeps out, with all that was known of them; newest nights first. */
export async function readGallery(
	locals: TrialLocals,
	{ text, nightFrom, nightTo }: v.InferOutput<typeof foundBody>,
	signal: AbortSignal,
): Promise<{ alerts: WireAlert[]; from: string }> {
	const { store, scope } = locals;
	const started = performance.now();
	const filter = await checkedFilter(locals, text);
	const environment = await readEnvironment(locals);
	const { nights, watermark } = await nightsBetween(locals, nightFrom, nightTo, signal);
	const of = new Map<number, number>();
	const kept: FoundAlert[] = [];
	let last = nightTo;
	for (const [night, count] of nights) {
		if (performance.now() - started > FOUND_MS || ((of.get(-1) ?? 0) >= FOUND.pass && kept.length >= FOUND.alerts))
			break;
		const oneIn = Math.max(1, Math.ceil(count / NIGHT_ALERTS));
		const range = { from: night, to: night, watermark, oneIn, each: FOUND.pass };
		let found: FoundAlert[];
		try {
			found = await readFound(store, scope, filter, range, { signal });
		} catch (error) {
			// too much for one question: what there is will do
			if (!(error instanceof StoreError) || !TOO_MUCH.has(error.code)) throw error;
			break;
		}
		last = night;
		for (const alert of found) {
			const n = (of.get(alert.failing) ?? 0) + 1;
			of.set(alert.failing, n);
			if (n <= (alert.failing === -1 ? FOUND.pass : FOUND.miss) && kept.length < FOUND.alerts) kept.push(alert);
		}
	}
	const catalogs = [...(environment.catalogs?.keys() ?? [])];
	const alerts = await readEnrichedAlerts(store, scope, kept, catalogs, { signal });
	return { alerts: alerts.map(packAlert), from: last };
}

/** Nights between two with the number of their alerts, newest first. */
async function nightsBetween(
	{ store, scope }: TrialLocals,
	from: string,
	to: string,
	signal: AbortSignal,
): Promise<{ readonly nights: ReadonlyMap<string, number>; readonly watermark: Watermark }> {
	if (from > to) throw new ProblemError(400, 'The first night is after the last one: turn them round.');
	const [watermark, rows] = await Promise.all([
		readWatermark(store, signal),
		readNights(store, scope, { from, to, limit: 4000, signal }),
	]);
	const nights = new Map<string, number>();
	for (const { night, alerts } of rows) nights.set(night, (nights.get(night) ?? 0) + alerts);
	return { nights, watermark };
}

/** What a filter finds of what was really there, where that is known: on simulated nights, and those of a test stream whose truth was loaded. */
export async function readFilterEfficiency(
	locals: TrialLocals,
	{ text, nightFrom, nightTo }: v.InferOutput<typeof efficiencyBody>,
	signal: AbortSignal,
): Promise<{ classes: ClassEfficiency[]; oneIn: number }> {
	const { store, scope } = locals;
	const filter = await checkedFilter(locals, text);
	if (scope.origin === 'real') return { classes: [], oneIn: 1 };
	const { nights, watermark } = await nightsBetween(locals, nightFrom, nightTo, signal);
	const alerts = [...nights.values()].reduce((sum, count) => sum + count, 0);
	const oneIn = Math.max(1, Math.ceil(alerts / (2 * NIGHT_ALERTS)));
	const ask = (share: number): Promise<ClassEfficiency[]> =>
		readEfficiency(store, scope, filter, { from: nightFrom, to: nightTo, watermark, oneIn: share }, { signal });
	try {
		return { classes: await ask(oneIn), oneIn };
	} catch (error) {
		if (!(error instanceof StoreError) || !TOO_MUCH.has(error.code)) throw error;
		return { classes: await ask(oneIn * 10), oneIn: oneIn * 10 };
	}
}

/** Codes of the store for what takes too long or too much memory. */
const TOO_MUCH: ReadonlySet<number> = new Set([158, 159, 241, 307]);

const STATES = ['unknown', 'no', 'yes'] as const;

/** Why an alert passes a filter or not, condition by condition with the values met; of an object, its newest alert. */
export async function readWhy(
	locals: TrialLocals,
	{ text, ...asked }: v.InferOutput<typeof whyBody>,
	signal: AbortSignal,
) {
	const { store, scope } = locals;
	const filter = await checkedFilter(locals, text);
	const environment = await readEnvironment(locals);
	const catalogs = [...(environment.catalogs?.keys() ?? [])];
	const names = await alertsAsked(locals, asked);
	let [alert] = await readEnrichedAlerts(store, scope, names, catalogs, { signal });
	if (alert === undefined && asked.alertId !== undefined) {
		// ids of objects are numbers, too
		const newest = await newestAlertOf(locals, String(asked.alertId));
		if (newest !== null) [alert] = await readEnrichedAlerts(store, scope, [newest], catalogs, { signal });
	}
	if (alert === undefined) {
		const what = asked.alertId === undefined ? `object ${asked.objectId ?? ''}` : `alert or object ${asked.alertId}`;
		throw new ProblemError(404, `There is no ${what} that you may see: give the id as its page shows it.`);
	}
	return { ...whyOf(text, filter, environment, alert), wire: packAlert(alert) };
}

/** Keys under which an alert may stand: by its id in the surveys it may be of, or the newest of an object. */
async function alertsAsked(
	locals: TrialLocals,
	{ survey, alertId, objectId }: Omit<v.InferOutput<typeof whyBody>, 'text'>,
): Promise<{ survey: string; alertId: bigint }[]> {
	if (alertId !== undefined) {
		const surveys = survey === undefined ? SURVEYS.map(({ name }) => name) : [survey];
		return surveys.map((name) => ({ survey: name, alertId }));
	}
	if (objectId === undefined) throw new ProblemError(400, 'Name an alert (alertId) or an object (objectId).');
	const newest = await newestAlertOf(locals, survey === undefined ? objectId : `${survey}/${objectId}`);
	return newest === null ? [] : [newest];
}

/** The same for an alert at hand. */
function whyOf(text: string, filter: CheckedFilter, environment: Environment, alert: EnrichedAlert) {
	const { conditions, passes } = explain(filter, [alert]);
	const met = valuesMet(text, environment, [alert]);
	return {
		survey: alert.alert.survey,
		alertId: String(alert.alert.alertId),
		objectId: alert.alert.objectId,
		passes: passes[0] === 1,
		conditions: filter.conditions.map(({ text: written }, i) => ({
			text: written,
			state: STATES[(conditions[i]?.[0] ?? -1) + 1] ?? 'unknown',
			values: (met[i] ?? []).map(({ name, unit, values }) => ({ name, unit, value: values[0] ?? null })),
		})),
	};
}

/** The spread of the values of an expression over recent alerts. */
export async function readHistogram(
	locals: TrialLocals,
	field: string,
	signal: AbortSignal,
): Promise<Histogram & { from: string | null; to: string | null; oneIn: number }> {
	const { store, scope } = locals;
	const { filter, problems } = check(`1 == 1\nannotate value = ${field}\n`, await readEnvironment(locals));
	const node = filter?.annotations[0]?.node;
	if (filter === null || node === undefined || filter.annotations.length !== 1) {
		throw new ProblemError(400, `This has no values to count: ${problems[0]?.message ?? 'name one field.'}`, [
			{ parameter: 'field', message: problems[0]?.message ?? 'must be a field or an expression of fields' },
		]);
	}
	const to = await readNewestNight(store, scope);
	const unit = filter.annotations[0]?.unit ?? '';
	if (to === null) return { ...histogramOf([]), field, unit, from: null, to: null, oneIn: 1 };
	const from = nightText((nightFromText(to) ?? 0) - SAMPLE.nights + 1);
	const nights = await readNights(store, scope, { from, to, signal });
	const alerts = nights.reduce((sum, night) => sum + night.alerts, 0);
	const oneIn = Math.max(1, Math.ceil(alerts / NIGHT_ALERTS));
	const watermark = await readWatermark(store, signal);
	const values = await readValues(store, scope, node, { from, watermark, oneIn }, { signal });
	return { ...histogramOf(values), field, unit, from, to, oneIn };
}
