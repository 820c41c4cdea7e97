import { isoFromTaiMjd, mjdFromJd, taiMjdFromIso, taiMjdFromUnixMs, unixMsFromTaiMjd } from '#lib/astro/time.ts';

/** Range of MJD that a search takes, days. */
export const MJD_RANGE = [0, 200_000] as const;

/** A moment as MJD TAI, or why the text is none, in a sentence. */
export type Moment =
	{ readonly kind: 'moment'; readonly mjd: number } | { readonly kind: 'unread'; readonly problem: string };

const NUMBER = /^(mjd|jd)?\s*[:=]?\s*(\d+(?:\.\d*)?|\.\d+)$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** Numbers from here on are Julian dates where they do not say what they are. */
const LEAST_JD = 2_000_000;
/** To about a millisecond: more digits would say nothing. */
const DIGITS = 8;

/** MJD TAI to about a millisecond. */
export function roundedMjd(mjd: number): number {
	return Number(mjd.toFixed(DIGITS));
}

/**
 * Reads a moment: a UTC date or date and time in ISO 8601, or an MJD or JD, both TAI (a bare number from 2 000 000 on is a JD). A date alone is the
 * start of that UTC day, or its end where the end of a window is asked for.
 */
export function momentFrom(text: string, isEnd: boolean): Moment {
	const given = text.trim();
	const [, unit = '', digits] = NUMBER.exec(given) ?? [];
	if (digits !== undefined) {
		const value = Number(digits);
		const isJd = unit === '' ? value >= LEAST_JD : unit.toLowerCase() === 'jd';
		const mjd = isJd ? mjdFromJd(value) : value;
		if (mjd >= MJD_RANGE[0] && mjd <= MJD_RANGE[1]) return { kind: 'moment', mjd: roundedMjd(mjd) };
		const range = isJd ? 'a JD lies from 2400000.5 to 2600000.5' : 'an MJD lies from 0 to 200000';
		return { kind: 'unread', problem: `${given} is out of range: ${range}.` };
	}
	const start = taiMjdFromIso(given);
	const mjd = start !== null && isEnd && DATE.test(given) ? start + 1 : start;
	if (mjd !== null && mjd >= MJD_RANGE[0] && mjd <= MJD_RANGE[1]) return { kind: 'moment', mjd: roundedMjd(mjd) };
	return {
		kind: 'unread',
		problem: `“${given.slice(0, 60)}” is not a time: write a UTC date such as 2026-11-19 or 2026-11-19T03:12, an MJD such as 61363.5 or a JD such as 2461364.`,
	};
}

/** A moment (MJD TAI) as ISO 8601 UTC, with milliseconds only where there are some. */
export function momentText(mjd: number): string {
	return isoFromTaiMjd(mjd).replace(/\.000Z$/, 'Z');
}

/** Where a window of hours begins that ends at a moment (MJD TAI): on a whole second of UTC, never later. */
export function windowStart(end: number, hours: number): number {
	const second = Math.floor(unixMsFromTaiMjd(end - hours / 24) / 1000);
	return roundedMjd(taiMjdFromUnixMs(second * 1000));
}
