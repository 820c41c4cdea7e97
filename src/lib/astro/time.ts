const JD_OF_MJD_0 = 2_400_000.5;
const MJD_OF_UNIX_0 = 40_587;
const DAY_S = 86_400;
const DAY_MS = 86_400_000;

/** A UTC day (MJD) from whose start TAI - UTC holds, seconds. */
interface LeapStep {
	readonly mjd: number;
	readonly taiMinusUtc: number;
}

/** IERS Bulletin C, 1972 to 2017. */
const STEPS: readonly LeapStep[] = [
	41317, 41499, 41683, 42048, 42413, 42778, 43144, 43509, 43874, 44239, 44786, 45151, 45516, 46247, 47161, 47892, 48257,
	48804, 49169, 49534, 50083, 50630, 51179, 53736, 54832, 56109, 57204, 57754,
].map((mjd, index) => ({ mjd, taiMinusUtc: 10 + index }));

/** TAI - UTC before 1972 is taken as 10 s, the value of 1972-01-01 (the true offset drifted from 1.4 s in 1961). */
const BEFORE_1972 = 10;

/** Index of the step in force at `value`, by the start that `startOf` gives; -1 before the first. */
function stepAt(value: number, startOf: (step: LeapStep) => number): number {
	return STEPS.findLastIndex((step) => startOf(step) <= value);
}

const offsetAt = (index: number): number => STEPS[index]?.taiMinusUtc ?? BEFORE_1972;

/** Seconds in a UTC day: 86401 on a day that ends with a leap second. */
function secondsInDay(day: number): number {
	// the first step is where the table begins, not a leap second
	return STEPS.findIndex((step) => step.mjd === day + 1) > 0 ? DAY_S + 1 : DAY_S;
}

/** Modified Julian date of a Julian date, same time scale. */
export function mjdFromJd(jd: number): number {
	return jd - JD_OF_MJD_0;
}

/** Julian date of a modified Julian date, same time scale; about 40 microseconds are lost to rounding. */
export function jdFromMjd(mjd: number): number {
	return mjd + JD_OF_MJD_0;
}

/** TAI MJD of a UTC MJD; on a day with a leap second the fraction of day counts 86401 s, as in SOFA. Before 1972 TAI - UTC is taken as 10 s. */
export function taiFromUtcMjd(mjdUtc: number): number {
	const day = Math.floor(mjdUtc);
	const offset = offsetAt(stepAt(day, (step) => step.mjd));
	return day + ((mjdUtc - day) * secondsInDay(day) + offset) / DAY_S;
}

/** UTC day (integer MJD) and seconds since its start, up to 86401 within a leap second, of a TAI MJD. */
function utcDayOfTai(mjdTai: number): { day: number; seconds: number } {
	const index = stepAt(mjdTai, (step) => step.mjd + step.taiMinusUtc / DAY_S);
	const naive = mjdTai - offsetAt(index) / DAY_S;
	const next = STEPS[index + 1];
	// within a leap second the plain difference has already passed midnight
	const day = next !== undefined && index >= 0 && naive >= next.mjd ? next.mjd - 1 : Math.floor(naive);
	return { day, seconds: (naive - day) * DAY_S };
}

/** UTC MJD of a TAI MJD, the inverse of `taiFromUtcMjd`. */
export function utcFromTaiMjd(mjdTai: number): number {
	const { day, seconds } = utcDayOfTai(mjdTai);
	return day + seconds / secondsInDay(day);
}

/** Unix time in ms (not rounded) of a TAI MJD; a leap second repeats the first second of the next day. */
export function unixMsFromTaiMjd(mjdTai: number): number {
	const { day, seconds } = utcDayOfTai(mjdTai);
	return (day - MJD_OF_UNIX_0) * DAY_MS + seconds * 1000;
}

/** TAI MJD of a Unix time in ms. */
export function taiMjdFromUnixMs(unixMs: number): number {
	const day = Math.floor(unixMs / DAY_MS);
	const mjd = day + MJD_OF_UNIX_0;
	return mjd + ((unixMs - day * DAY_MS) / 1000 + offsetAt(stepAt(mjd, (step) => step.mjd))) / DAY_S;
}

/** 'YYYY-MM-DD' of days since 1970-01-01; '' outside the years that dates can hold (-271821 to 275760) and for NaN. */
function dateText(days: number): string {
	const date = new Date(days * DAY_MS);
	return Number.isNaN(date.getTime()) ? '' : date.toISOString().replace(/T.*$/, '');
}

const two = (value: number): string => String(value).padStart(2, '0');

/** ISO 8601 UTC text ('2026-11-20T05:00:00.000Z', second 60 within a leap second) of a TAI MJD; '' for NaN. */
export function isoFromTaiMjd(mjdTai: number, digits = 3): string {
	const utc = utcDayOfTai(mjdTai);
	const scale = 10 ** digits;
	let day = utc.day;
	let ticks = Math.round(utc.seconds * scale);
	if (ticks >= secondsInDay(day) * scale) {
		day += 1;
		ticks = 0;
	}
	const date = dateText(day - MJD_OF_UNIX_0);
	if (date === '') return '';
	const minuteOfDay = Math.min(Math.floor(ticks / (60 * scale)), 1439);
	const rest = ticks - minuteOfDay * 60 * scale;
	const whole = Math.floor(rest / scale);
	const fraction = digits > 0 ? `.${String(rest - whole * scale).padStart(digits, '0')}` : '';
	return `${date}T${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}:${two(whole)}${fraction}Z`;
}

const ISO =
	/^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?\s*(?:Z|UTC|([+-])(\d\d):?(\d\d))?)?$/i;

/** TAI MJD of an ISO 8601 date or date and time, UTC unless it names an offset; null when it is no such text or no such date. */
export function taiMjdFromIso(text: string): number | null {
	const match = ISO.exec(text.trim());
	if (match === null) return null;
	const part = (index: number): number => Number(match[index] ?? 0);
	const days = nightFromText(`${match[1] ?? ''}-${match[2] ?? ''}-${match[3] ?? ''}`);
	if (days === null || part(4) > 23 || part(5) > 59 || part(9) > 23 || part(10) > 59) return null;
	const offsetMinutes = (match[8] === '-' ? -1 : 1) * (part(9) * 60 + part(10));
	const minutes = part(4) * 60 + part(5) - offsetMinutes;
	const day = days + Math.floor(minutes / 1440) + MJD_OF_UNIX_0;
	const minuteOfDay = minutes - Math.floor(minutes / 1440) * 1440;
	const second = part(6) + part(7);
	const length = minuteOfDay === 1439 ? secondsInDay(day) - DAY_S + 60 : 60;
	if (second >= length) return null;
	return day + (minuteOfDay * 60 + second + offsetAt(stepAt(day, (step) => step.mjd))) / DAY_S;
}

/** The night of a TAI MJD at mid-exposure: UTC date of that moment less `offsetHours`, as days since 1970-01-01. */
export function nightOf(mjdTai: number, offsetHours: number): number {
	return Math.floor(utcFromTaiMjd(mjdTai) - offsetHours / 24) - MJD_OF_UNIX_0;
}

/** 'YYYY-MM-DD' of a night (days since 1970-01-01); '' for NaN. */
export function nightText(days: number): string {
	return dateText(days);
}

/** Days since 1970-01-01 of 'YYYY-MM-DD'; null when it is no such date (2026-02-30). */
export function nightFromText(text: string): number | null {
	const ms = /^([+-]\d{6}|\d{4})-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
	if (Number.isNaN(ms)) return null;
	const days = ms / DAY_MS;
	return dateText(days) === text ? days : null;
}
