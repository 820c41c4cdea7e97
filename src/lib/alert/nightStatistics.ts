import { nightFromText, nightText } from '#lib/astro/time.ts';
import type { NightCount } from './views.ts';

/** Alerts of one night, in all and by survey. */
export interface NightTotal {
	/** YYYY-MM-DD */
	readonly night: string;
	readonly alerts: number;
	/** Whether any of its surveys may still send more. */
	readonly open: boolean;
	readonly by: Readonly<Record<string, number>>;
}

/** Inclusive nights, YYYY-MM-DD. */
export interface NightRange {
	readonly from: string;
	readonly to: string;
}

/** What a range of nights comes to. */
export interface NightSummary {
	readonly alerts: number;
	/** Nights with alerts, and those without between the first and the last of them. */
	readonly nights: number;
	readonly without: number;
	/** Alerts of a night that has any, on average; null where none has. */
	readonly mean: number | null;
	/** The night with the most alerts, the newest of several. */
	readonly peak: NightTotal | null;
}

/** A month of the calendar: a place for each of its days, null where no alert is stored. */
export interface CalendarMonth {
	/** YYYY-MM */
	readonly month: string;
	readonly days: readonly (NightTotal | null)[];
}

/** The months of one year, newest first. */
export interface CalendarYear {
	readonly year: string;
	readonly alerts: number;
	readonly nights: number;
	readonly months: readonly CalendarMonth[];
}

/** Steps of the calendar's colour, from few alerts to many. */
export const HEAT_LEVELS = 5;

const dayOf = (night: string): number => nightFromText(night) ?? 0;

/** One line for each night that has alerts of the surveys, newest first. */
export function totalNights(counts: readonly NightCount[], surveys: readonly string[]): NightTotal[] {
	const nights = new Map<string, { night: string; alerts: number; open: boolean; by: Record<string, number> }>();
	for (const { survey, night, alerts, closed } of counts) {
		if (alerts === 0 || !surveys.includes(survey)) continue;
		const total = nights.get(night) ?? { night, alerts: 0, open: false, by: {} };
		total.alerts += alerts;
		total.open ||= !closed;
		total.by[survey] = (total.by[survey] ?? 0) + alerts;
		nights.set(night, total);
	}
	return [...nights.values()].sort((a, b) => b.night.localeCompare(a.night));
}

/**
 * The range that is shown: as asked, the earlier night first; where an end is not asked for, so many nights up to the newest, or from the first
 * asked for to the newest.
 */
export function nightRange(
	asked: { readonly from?: string | undefined; readonly to?: string | undefined },
	newest: string,
	nights: number,
): NightRange {
	const to = asked.to ?? newest;
	const from = asked.from ?? nightText(dayOf(to) - nights + 1);
	return from <= to ? { from, to } : { from: to, to: from };
}

/** Sums, mean and peak of nights as `totalNights` gives them. */
export function summariseNights(nights: readonly NightTotal[]): NightSummary {
	const alerts = nights.reduce((sum, night) => sum + night.alerts, 0);
	const [last, first] = [nights[0], nights.at(-1)];
	const span = first === undefined || last === undefined ? 0 : dayOf(last.night) - dayOf(first.night) + 1;
	const peak = nights.reduce<NightTotal | null>(
		(best, night) => (best === null || night.alerts > best.alerts ? night : best),
		null,
	);
	const mean = nights.length === 0 ? null : alerts / nights.length;
	return { alerts, nights: nights.length, without: span - nights.length, mean, peak };
}

/** Colour of a night from 1 (few alerts) to `HEAT_LEVELS`, each step for twice as many as the one before, the last from half of the most on; 0 = none. */
export function heatLevel(alerts: number, most: number): number {
	if (!(alerts > 0) || !(most > 0)) return 0;
	return Math.max(1, Math.min(HEAT_LEVELS, HEAT_LEVELS + 1 + Math.floor(Math.log2(Math.min(1, alerts / most)))));
}

/** Fewest alerts of each step of the colour, whole numbers, where the busiest night has `most`. */
export function heatSteps(most: number): number[] {
	return Array.from({ length: HEAT_LEVELS }, (_, i) => (i === 0 ? 1 : Math.ceil(most / 2 ** (HEAT_LEVELS - i))));
}

/** Years that have nights, newest first, with every month from their first night to their last. */
export function calendarYears(nights: readonly NightTotal[]): CalendarYear[] {
	const byNight = new Map(nights.map((night) => [night.night, night]));
	const years = [...new Set(nights.map(({ night }) => night.slice(0, 4)))].sort().reverse();
	return years.map((year) => {
		const own = nights.filter(({ night }) => night.startsWith(year));
		const months = own.map(({ night }) => Number(night.slice(5, 7)));
		const [first, last] = [Math.min(...months), Math.max(...months)];
		return {
			year,
			alerts: own.reduce((sum, night) => sum + night.alerts, 0),
			nights: own.length,
			months: Array.from({ length: last - first + 1 }, (_, i) => monthOf(year, last - i, byNight)),
		};
	});
}

function monthOf(year: string, number: number, nights: ReadonlyMap<string, NightTotal>): CalendarMonth {
	const month = `${year}-${String(number).padStart(2, '0')}`;
	const length = new Date(Date.UTC(Number(year), number, 0)).getUTCDate();
	const days = Array.from({ length }, (_, i) => nights.get(`${month}-${String(i + 1).padStart(2, '0')}`) ?? null);
	return { month, days };
}

/** The sum of all values up to each. */
export function runningSums(values: readonly number[]): number[] {
	let sum = 0;
	return values.map((value) => (sum += value));
}
