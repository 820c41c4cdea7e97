import { LEAST_PERIOD_DAYS, MOST_FREQUENCIES, shortestPeriod } from '#lib/astro/periodogram.ts';
import { count } from '#lib/format/text.ts';

/** Periods to search, days. */
export interface PeriodRange {
	readonly shortest: number;
	readonly longest: number;
}

/** A number of days as typed, with a point or a comma; NaN where it is none. */
export function typedDays(text: string): number {
	const trimmed = text.trim().replace(',', '.');
	return trimmed === '' ? NaN : Number(trimmed);
}

/** The typed lowest and highest period for points that span so many days (0 where unknown), or a sentence that says what is wrong. */
export function typedRange(
	low: string,
	high: string,
	spanDays: number,
): { readonly range: PeriodRange } | { readonly wrong: string; readonly at: 'low' | 'high' } {
	const [shortest, longest] = [typedDays(low), typedDays(high)];
	if (!(shortest >= LEAST_PERIOD_DAYS && Number.isFinite(shortest))) {
		return { wrong: `The lowest period is a number of days, ${LEAST_PERIOD_DAYS} or more, such as 0.2.`, at: 'low' };
	}
	if (!Number.isFinite(longest)) return { wrong: 'The highest period is a number of days, such as 10.', at: 'high' };
	if (longest <= shortest) return { wrong: 'The highest period must be above the lowest.', at: 'high' };
	if (spanDays > 0 && longest > spanDays) {
		const span = spanDays.toPrecision(4);
		return { wrong: `The points span ${span} days: no longer period can be told from them.`, at: 'high' };
	}
	const reached = shortestPeriod(longest, spanDays);
	if (shortest < reached) {
		const least = Number((reached * 1.0005).toPrecision(4));
		const most = count(MOST_FREQUENCIES);
		return { wrong: `That takes more than ${most} frequencies: begin at ${least} days or above.`, at: 'low' };
	}
	return { range: { shortest, longest } };
}

const POWERS = [-4, -3, -2, -1, 0, 1, 2, 3, 4];
/** Round periods, finest first. */
const ROUND = [[1, 2, 3, 5, 7], [1, 2, 5], [1]].map((steps) =>
	POWERS.flatMap((power) => steps.map((step) => Number(`${step}e${power}`))),
);

/** At most ten periods (days) to name on the axis: round ones, or even steps where fewer than three of those lie within. */
export function periodMarks({ shortest, longest }: PeriodRange): number[] {
	const within =
		ROUND.map((all) => all.filter((days) => days >= shortest * 0.999 && days <= longest * 1.001)).find(
			(marks) => marks.length <= 10,
		) ?? [];
	if (within.length > 2) return within;
	const least = (longest - shortest) / 5;
	const unit = 10 ** Math.floor(Math.log10(least));
	const step = unit * ([1, 2, 5, 10].find((times) => times * unit >= least * 0.999) ?? 10);
	const marks: number[] = [];
	for (let at = Math.ceil(shortest / step - 1e-9); at * step <= longest * (1 + 1e-9); at += 1)
		marks.push(Number((at * step).toPrecision(6)));
	return marks;
}
