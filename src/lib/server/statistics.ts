import { readNightClasses, readNights } from '#clickhouse/read/nights.ts';
import {
	calendarYears,
	nightRange,
	summariseNights,
	totalNights,
	type CalendarYear,
	type NightRange,
	type NightSummary,
	type NightTotal,
} from '#lib/alert/nightStatistics.ts';
import { readQuery, statisticsSchema } from './params.ts';
import { forPage, type PortalLocals } from './portal.ts';

/** Nights that are shown unless others are asked for. */
export const USUAL_NIGHTS = 60;
/** Lines of the table of nights. */
const MOST_LINES = 60;
/** Lines of nights and surveys that are read: a hundred years of one survey. */
const MOST_COUNTS = 40_000;

/** Alerts of a class (key, '' = not classified), and their share in [0, 1] of the alerts of all. */
interface ClassShare {
	readonly key: string;
	readonly alerts: number;
	readonly share: number;
}

/** What the page of statistics shows. */
export interface Statistics {
	/** Surveys that are stored, and those of them that are counted. */
	readonly surveys: readonly string[];
	readonly chosen: readonly string[];
	readonly cumulative: boolean;
	/** The first and the last night that is stored, of any survey; null when none is. */
	readonly stored: NightRange | null;
	readonly range: NightRange | null;
	/** Every night that is stored. */
	readonly calendar: readonly CalendarYear[];
	/** Alerts of the busiest night that is stored. */
	readonly most: number;
	/** Nights of the range that have alerts, newest first, and what they come to. */
	readonly nights: readonly NightTotal[];
	readonly summary: NightSummary;
	readonly classes: readonly ClassShare[];
	/** The newest nights of the range with the classes of each, in the order of `classes`. */
	readonly lines: readonly (NightTotal & { readonly classes: readonly ClassShare[] })[];
}

function sharesOf(counts: readonly { readonly class: string; readonly alerts: number }[]): ClassShare[] {
	const sums = new Map<string, number>();
	for (const { class: key, alerts } of counts) sums.set(key, (sums.get(key) ?? 0) + alerts);
	const all = [...sums.values()].reduce((sum, alerts) => sum + alerts, 0);
	return [...sums]
		.map(([key, alerts]) => ({ key, alerts, share: all === 0 ? 0 : alerts / all }))
		.sort((a, b) => b.alerts - a.alerts || a.key.localeCompare(b.key));
}

async function readStatistics({ store, scope }: PortalLocals, url: URL): Promise<Statistics> {
	// a box for each survey: the form names the parameter as often as one is ticked
	const asked = new URL(url);
	const ticked = asked.searchParams.getAll('survey').filter((name) => name !== '');
	if (ticked.length > 0) asked.searchParams.set('survey', ticked.join(','));
	const { from, to, survey, cumulative } = readQuery(statisticsSchema, asked);

	const counts = await readNights(store, scope, { limit: MOST_COUNTS });
	const surveys = [...new Set(counts.map((count) => count.survey))].sort();
	const chosen = surveys.filter((name) => survey?.includes(name) ?? true);
	const all = totalNights(counts, chosen);
	const [last, first] = [counts[0]?.night, counts.at(-1)?.night];
	const stored = first === undefined || last === undefined ? null : { from: first, to: last };
	const range = stored === null ? null : nightRange({ from, to }, stored.to, USUAL_NIGHTS);
	const isIn = ({ night }: { readonly night: string }): boolean =>
		range !== null && night >= range.from && night <= range.to;
	const nights = all.filter(isIn);
	const byClass = range === null ? [] : await readNightClasses(store, scope, range.from, { to: range.to });
	const counted = byClass.filter((count) => chosen.includes(count.survey));
	const classes = sharesOf(counted);
	const place = new Map(classes.map(({ key }, i) => [key, i]));
	const lines = nights.slice(0, MOST_LINES).map((night) => ({
		...night,
		classes: sharesOf(counted.filter((count) => count.night === night.night)).sort(
			(a, b) => (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0),
		),
	}));
	return {
		...{ surveys, chosen, cumulative: cumulative === '1', stored, range },
		calendar: calendarYears(all),
		most: all.reduce((most, { alerts }) => Math.max(most, alerts), 0),
		...{ nights, summary: summariseNights(nights), classes, lines },
	};
}

/** Alerts by night, survey and class, of the nights and surveys that the address asks for, from the summary by night alone. */
export async function loadStatistics(locals: PortalLocals, url: URL): Promise<Statistics> {
	return forPage(() => readStatistics(locals, url));
}
