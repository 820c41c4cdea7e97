const MINUS = '\u2212';
const ABSENT = '–';
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** Fixed decimals with a true minus sign; an absent number is a dash. */
export function fixed(value: number | null | undefined, decimals: number): string {
	if (value === null || value === undefined || !Number.isFinite(value)) return ABSENT;
	return value.toFixed(decimals).replace('-', MINUS);
}

/** The same, always with a sign. */
export function signed(value: number | null | undefined, decimals: number): string {
	const text = fixed(value, decimals);
	return text === ABSENT || text.startsWith(MINUS) ? text : `+${text}`;
}

/** A share in [0, 1] in percent, cut and never rounded up: only what is whole reads 100. */
export function percent(share: number): string {
	return share >= 1 ? '100' : fixed(Math.floor(share * 10_000) / 100, 2);
}

/** A whole number with thousands separated by commas. */
export function count(value: number | null | undefined): string {
	if (value === null || value === undefined || !Number.isFinite(value)) return ABSENT;
	return Math.round(value).toLocaleString('en-US').replace('-', MINUS);
}

/** A length of time in days as a number and the unit that suits it. */
export function age(days: number | null | undefined): { readonly value: string; readonly unit: string } {
	if (days === null || days === undefined || !Number.isFinite(days)) return { value: ABSENT, unit: '' };
	const size = Math.abs(days);
	if (size < 1 / 24) return { value: fixed(days * 1440, 0), unit: 'min' };
	if (size < 1) return { value: fixed(days * 24, 1), unit: 'h' };
	if (size < 1000) return { value: fixed(days, 1), unit: 'd' };
	return { value: fixed(days / 365.25, 1), unit: 'yr' };
}

/** A length of time in seconds in words: "94 s", "8 h 06 min". */
export function duration(seconds: number | null | undefined): string {
	if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return ABSENT;
	if (seconds < 120) return `${fixed(seconds, seconds < 10 ? 1 : 0)} s`;
	const minutes = Math.round(seconds / 60);
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
	return `${count(hours / 24)} d`;
}

/** Bytes in decimal units. */
export function bytes(value: number | null | undefined): string {
	if (value === null || value === undefined || !Number.isFinite(value)) return ABSENT;
	const units = ['B', 'kB', 'MB', 'GB', 'TB'];
	let step = 0;
	let rest = value;
	while (rest >= 1000 && step < units.length - 1) {
		rest /= 1000;
		step += 1;
	}
	return `${fixed(rest, step === 0 || rest >= 100 ? 0 : 1)} ${units[step] ?? ''}`;
}

/** A long id shortened in the middle, never at the end. */
export function shortId(id: string, length = 12): string {
	if (id.length <= length) return id;
	const tail = Math.max(4, Math.floor((length - 1) / 2));
	return `${id.slice(0, length - 1 - tail)}…${id.slice(-tail)}`;
}

/** A night YYYY-MM-DD as people say it: "19 November 2026". */
export function nightWords(night: string): string {
	const [year, month, day] = night.split('-');
	return `${Number(day)} ${MONTHS[Number(month) - 1] ?? ''} ${year ?? ''}`;
}

/** A night YYYY-MM-DD as an axis says it: "19 Nov". */
export function nightShort(night: string): string {
	const [, month, day] = night.split('-');
	return `${Number(day)} ${(MONTHS[Number(month) - 1] ?? '').slice(0, 3)}`;
}

/** A value of a packet as text: numbers as they are, absent ones as a dash, truth in words. */
export function fieldText(value: number | string | boolean | null | undefined): string {
	if (value === null || value === undefined || value === '') return ABSENT;
	if (typeof value === 'boolean') return value ? 'true' : 'false';
	if (typeof value === 'number') return Number.isFinite(value) ? String(value).replace('-', MINUS) : ABSENT;
	return value;
}

/** Unix seconds as `2026-11-19 04:30`, UTC. */
export function utc(seconds: number): string {
	return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}
