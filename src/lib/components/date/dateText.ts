import { nightFromText, nightText } from '#lib/astro/time.ts';

/** What a box takes: a date, a date with a time, or a time of day; all UTC where they name a day. */
export type DateKind = 'date' | 'moment' | 'time';

/** What a box takes and where it ends; both ends count. */
export interface DateRule {
	readonly kind: DateKind;
	readonly min?: string | undefined;
	readonly max?: string | undefined;
}

const DAY = 86_400;
const [HOUR, MINUTE] = [3600, 60];
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;
const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ]+([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d*)?)?)?\s*(?:Z|UTC)?$/i;
/** The years of four digits. */
const [FIRST, LAST] = [nightFromText('0001-01-01') ?? 0, nightFromText('9999-12-31') ?? 0];

/** What a box says it takes, and what the browser holds it to before any script runs. */
export const FORMS: Readonly<
	Record<DateKind, { readonly form: string; readonly pattern: string; readonly size: number }>
> = {
	date: { form: 'YYYY-MM-DD', pattern: '\\s*\\d{4}-\\d{2}-\\d{2}\\s*', size: 10 },
	moment: {
		form: 'YYYY-MM-DD HH:MM',
		pattern: '\\s*\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,3})?)?Z?)?\\s*',
		size: 16,
	},
	time: { form: 'HH:MM', pattern: '\\s*\\d{2}:\\d{2}\\s*', size: 5 },
};

const two = (value: number): string => String(value).padStart(2, '0');

/** Seconds since 1970-01-01 UTC of a text in ISO form, or since midnight of a time; null where it is none, or no such day. */
export function readDate(text: string, kind: DateKind): number | null {
	const given = text.trim();
	if (kind === 'time') {
		const match = TIME.exec(given);
		return match === null ? null : Number(match[1]) * HOUR + Number(match[2]) * MINUTE;
	}
	const match = MOMENT.exec(given);
	if (match === null || (kind === 'date' && match[2] !== undefined)) return null;
	const day = nightFromText(match[1] ?? '');
	if (day === null || day < FIRST) return null;
	return day * DAY + Number(match[2] ?? 0) * HOUR + Number(match[3] ?? 0) * MINUTE + Number(match[4] ?? 0);
}

function timeText(seconds: number): string {
	const inDay = ((seconds % DAY) + DAY) % DAY;
	const clock = `${two(Math.floor(inDay / HOUR))}:${two(Math.floor(inDay / MINUTE) % 60)}`;
	return inDay % MINUTE === 0 ? clock : `${clock}:${two(inDay % MINUTE)}`;
}

/** Text of seconds as `readDate` gives them; seconds are written only where there are some. `between` stands before the time of a moment. */
export function dateText(seconds: number, kind: DateKind, between = ' '): string {
	if (kind === 'time') return timeText(seconds);
	const day = nightText(Math.floor(seconds / DAY));
	return kind === 'date' ? day : `${day}${between}${timeText(seconds)}`;
}

/** What is wrong with the text of a box, in a sentence that says what to write; '' where nothing is, and of an empty box. */
export function problemOf(text: string, { kind, min, max }: DateRule): string {
	if (text.trim() === '') return '';
	const seconds = readDate(text, kind);
	if (seconds === null) {
		if (kind === 'time') return 'Write a time as HH:MM, 00:00 to 23:59.';
		return kind === 'date'
			? 'Write a day that exists as YYYY-MM-DD, such as 2026-11-19.'
			: 'Write a UTC time that exists as YYYY-MM-DD HH:MM, such as 2026-11-19 04:30.';
	}
	const [least, most] = [readDate(min ?? '', kind), readDate(max ?? '', kind)];
	if (least !== null && seconds < least) return `Not before ${dateText(least, kind)}.`;
	if (most !== null && seconds > most) return `Not after ${dateText(most, kind)}.`;
	return '';
}

/** Adds months to days since 1970-01-01; the 31st becomes the last day of a shorter month. */
export function addMonths(day: number, months: number): number {
	const date = new Date(day * DAY * 1000);
	const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
	const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate();
	return Math.floor(first / (DAY * 1000)) + Math.min(date.getUTCDate(), length) - 1;
}

/** What one step changes, by where the caret stands: days, hours or minutes, in seconds. */
function unitAt(caret: number, kind: DateKind): number {
	if (kind === 'date') return DAY;
	const inTime = kind === 'time' ? caret : caret - 11;
	if (inTime < 0) return DAY;
	return inTime <= 2 ? HOUR : MINUTE;
}

const within = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

/**
 * The text after a key: up and down step what the caret stands in, page up and page down a month. It stays between the ends of the box; null for
 * another key. From an empty box the first step is to `today` (YYYY-MM-DD).
 */
export function stepped(
	text: string,
	key: string,
	caret: number,
	rule: DateRule & { readonly today: string },
): string | null {
	const { kind, min, max, today } = rule;
	const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: 1, PageDown: -1 }[key];
	const byMonth = key.startsWith('Page');
	if (steps === undefined || (byMonth && kind === 'time')) return null;
	const now = readDate(text, kind);
	if (now === null && text.trim() !== '') return text;
	const start = kind === 'time' ? 0 : (readDate(today, 'date') ?? 0);
	let next = start;
	if (now !== null) {
		const day = Math.floor(now / DAY);
		next = byMonth ? addMonths(day, steps) * DAY + (now - day * DAY) : now + steps * unitAt(caret, kind);
	}
	if (kind === 'time') return dateText(next, kind);
	const least = readDate(min ?? '', kind) ?? FIRST * DAY;
	const most = readDate(max ?? '', kind) ?? LAST * DAY;
	return dateText(within(next, least, most), kind);
}

/** A week of ISO 8601: its number, 1 to 53, and its seven days since 1970-01-01, from Monday. */
export interface Week {
	readonly number: number;
	readonly days: readonly number[];
}

/** The Monday of the week of a day (days since 1970-01-01, a Thursday). */
const mondayOf = (day: number): number => day - ((((day + 3) % 7) + 7) % 7);

/** Number of the ISO 8601 week of a day (days since 1970-01-01), 1 to 53: that of its Thursday within the year. */
export function isoWeek(day: number): number {
	const thursday = mondayOf(day) + 3;
	const year = nightText(thursday).slice(0, 4);
	return Math.floor((thursday - (nightFromText(`${year}-01-01`) ?? 0)) / 7) + 1;
}

/** The weeks that a month has days in, of any day of it (days since 1970-01-01). */
export function monthWeeks(day: number): readonly Week[] {
	const month = nightText(day).slice(0, 7);
	const first = nightFromText(`${month}-01`) ?? day;
	const weeks: Week[] = [];
	for (let monday = mondayOf(first); monday === mondayOf(first) || nightText(monday).startsWith(month); monday += 7) {
		weeks.push({ number: isoWeek(monday), days: Array.from({ length: 7 }, (_, i) => monday + i) });
	}
	return weeks;
}
