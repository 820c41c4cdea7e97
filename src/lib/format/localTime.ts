/** To which place a moment is written: of the day, the minute or the second. */
export type TimePlaces = 'day' | 'minute' | 'second';

const LENGTHS: Readonly<Record<TimePlaces, number>> = { day: 10, minute: 16, second: 19 };
/** Longest name of a zone that stands in the head of a column of times without widening it, letters. */
const HEAD_LETTERS = 16;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
	let format = formats.get(zone);
	if (format === undefined) {
		format = new Intl.DateTimeFormat('en-GB', {
			...{ timeZone: zone, hourCycle: 'h23', timeZoneName: 'shortOffset' },
			...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
		});
		formats.set(zone, format);
	}
	return format;
}

/** The parts of a moment in a zone; null where the clock of that zone cannot tell it, as within a leap second. */
function partsOf(iso: string, zone: string): Readonly<Record<string, string>> | null {
	const unixMs = Date.parse(iso);
	if (Number.isNaN(unixMs)) return null;
	return Object.fromEntries(
		formatOf(zone)
			.formatToParts(unixMs)
			.map(({ type, value }) => [type, value]),
	);
}

/**
 * A moment (ISO 8601 UTC) as `2026-11-20 05:00`, cut and not rounded; in UTC, or in a zone (IANA name). What is no moment, or one that
 * no other clock has, is written in UTC.
 */
export function momentIn(zone: string | null, iso: string, places: TimePlaces): string {
	const utc = iso.slice(0, LENGTHS[places]).replace('T', ' ');
	const parts = zone === null ? null : partsOf(iso, zone);
	if (parts === null) return utc;
	const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = parts;
	return `${year.padStart(4, '0')}-${month}-${day} ${hour}:${minute}:${second}`.slice(0, LENGTHS[places]);
}

/** What a clock of a zone is ahead of UTC at a moment (ISO 8601 UTC): `UTC`, `UTC+1`, `UTC−3:30`. */
export function offsetIn(zone: string | null, iso: string): string {
	const parts = zone === null ? null : partsOf(iso, zone);
	return (parts?.['timeZoneName'] ?? 'UTC').replace('GMT', 'UTC').replace(/\+0$/, '').replace('-', '−');
}

/** A zone as the head of a column names it: in full where that is short, else by its city. */
export function zoneHead(zone: string | null): string {
	if (zone === null) return 'UTC';
	return zone.length <= HEAD_LETTERS
		? zone
		: (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ').slice(0, HEAD_LETTERS);
}
