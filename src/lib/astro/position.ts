import { wrapRa } from './sphere.ts';

/** The ways of writing a position that are understood. */
export type PositionFormat =
	'decimal' | 'european' | 'suffix' | 'colons' | 'hms' | 'dms' | 'spaces' | 'symbols' | 'iau';

/** Each format's name for people, with an example. */
export const POSITION_FORMATS: Readonly<Record<PositionFormat, { readonly name: string; readonly example: string }>> = {
	decimal: { name: 'decimal degrees', example: '285.38708 +15.13575' },
	european: { name: 'decimal degrees with commas', example: '285,38708 +15,13575' },
	suffix: { name: 'decimals with units', example: '19.02581h +15.13575d' },
	colons: { name: 'hours and degrees with colons', example: '19:01:32.9 +15:08:08.7' },
	hms: { name: 'hours and degrees with letters', example: '19h01m32.9s +15d08m08.7s' },
	dms: { name: 'degrees with letters', example: '285d23m13.5s +15d08m08.7s' },
	spaces: { name: 'hours and degrees with spaces', example: '19 01 32.9 +15 08 08.7' },
	symbols: { name: 'degree symbols', example: '285.38708° +15.13575°' },
	iau: { name: 'IAU name', example: 'J190132.9+150808.7' },
};

/** What a text says about a position: ICRS degrees, nothing, or one that cannot be. */
export type ParsedPosition =
	| { readonly kind: 'position'; readonly ra: number; readonly dec: number; readonly format: PositionFormat }
	| { readonly kind: 'none' }
	| { readonly kind: 'impossible'; readonly reason: string };

/** One coordinate as written: sign, up to three fields, and whether the first counts hours. */
interface Angle {
	readonly negative: boolean;
	readonly fields: readonly number[];
	readonly hours: boolean;
}

const DECIMAL = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)`;
const BETWEEN = String.raw`(?:\s*[,;]\s*|\s+|(?=[+-]))`;

function numbers(text: string): number[] {
	return (text.match(/\d+(?:[.,]\d*)?|[.,]\d+/g) ?? []).map((part) => Number(part.replace(',', '.')));
}

function angle(text: string, hours: boolean): Angle {
	return { negative: text.startsWith('-'), fields: numbers(text), hours };
}

interface Reader {
	readonly format: PositionFormat;
	readonly pattern: RegExp;
	readonly read: (ra: string, dec: string) => readonly [Angle, Angle];
}

const degrees = (ra: string, dec: string): readonly [Angle, Angle] => [angle(ra, false), angle(dec, false)];
const hours = (ra: string, dec: string): readonly [Angle, Angle] => [angle(ra, true), angle(dec, false)];
const byUnit = (ra: string, dec: string): readonly [Angle, Angle] => [angle(ra, /h/i.test(ra)), angle(dec, false)];

/** '190132.9' as fields 19, 1, 32.9; '1901.5' as 19, 1.5. */
function packed(text: string): Angle {
	const sign = /^[+-]?/.exec(text)?.[0] ?? '';
	const [whole = '', fraction = ''] = text.slice(sign.length).split('.');
	const fields = (whole.match(/\d\d/g) ?? []).map(Number);
	const last = fields.length - 1;
	return {
		negative: sign === '-',
		fields: fields.map((field, index) =>
			index === last ? Number(`${field}.${fraction === '' ? '0' : fraction}`) : field,
		),
		hours: false,
	};
}

const pair = (first: string, between: string, second: string): RegExp =>
	new RegExp(`^(${first})${between}(${second})$`, 'i');

const COLONS = String.raw`[+-]?\d+:\d+(?:[.,]\d*)?`;
const COLONS_3 = String.raw`[+-]?\d+:\d+:\d+(?:[.,]\d*)?`;
const SPACES_3 = String.raw`\d+\s+\d+\s+\d+(?:[.,]\d*)?`;
const SPACES_2 = String.raw`\d+\s+\d+(?:[.,]\d*)?`;
const COMMA = String.raw`\d+,\d+`;
const fielded = (first: string): string =>
	String.raw`[+-]?\d+\s*${first}\s*\d+(?:[.,]\d*)?\s*(?:m\s*(?:\d+(?:[.,]\d*)?\s*s?)?)?`;
const marked = String.raw`[+-]?\d+\s*°\s*\d+(?:[.,]\d*)?\s*(?:'\s*(?:\d+(?:[.,]\d*)?\s*(?:"|''|s)?)?)?`;
const LETTERS_OR_BLANK = String.raw`(?:\s*[,;]\s*|\s*)`;

const READERS: readonly Reader[] = [
	{ format: 'decimal', pattern: pair(DECIMAL, BETWEEN, DECIMAL), read: degrees },
	{
		format: 'european',
		pattern: pair(`[+-]?${COMMA}`, String.raw`(?:\s*;\s*|,\s*|\s+|(?=[+-]))`, `[+-]?${COMMA}`),
		read: degrees,
	},
	{
		format: 'suffix',
		pattern: pair(`${DECIMAL}\\s*(?:h|d|deg)`, LETTERS_OR_BLANK, `${DECIMAL}\\s*(?:d|deg)`),
		read: byUnit,
	},
	{ format: 'colons', pattern: pair(COLONS_3, BETWEEN, COLONS_3), read: hours },
	{ format: 'colons', pattern: pair(COLONS, BETWEEN, COLONS), read: hours },
	{ format: 'hms', pattern: pair(fielded('h'), LETTERS_OR_BLANK, fielded('(?:d|deg)')), read: hours },
	{ format: 'dms', pattern: pair(fielded('(?:d|deg)'), LETTERS_OR_BLANK, fielded('(?:d|deg)')), read: degrees },
	{ format: 'spaces', pattern: pair(`[+-]?${SPACES_3}`, BETWEEN, `[+-]?${SPACES_3}`), read: hours },
	// without a sign four numbers could be anything
	{ format: 'spaces', pattern: pair(`[+-]?${SPACES_2}`, String.raw`\s*[,;]?\s*`, `[+-]${SPACES_2}`), read: hours },
	{
		format: 'symbols',
		pattern: pair(`${DECIMAL}\\s*°`, LETTERS_OR_BLANK, `${DECIMAL}\\s*°`),
		read: degrees,
	},
	{ format: 'symbols', pattern: pair(marked, LETTERS_OR_BLANK, marked), read: degrees },
	{ format: 'symbols', pattern: pair(fielded('h'), LETTERS_OR_BLANK, marked), read: hours },
	{
		format: 'iau',
		pattern: /^(?:[a-z][a-z0-9]*[ -])?J(\d{4}(?:\d\d)?(?:\.\d+)?)([+-]\d{4}(?:\d\d)?(?:\.\d+)?)$/i,
		read: (ra, dec) => [{ ...packed(ra), hours: true }, packed(dec)],
	},
];

/** Typographic signs replaced by plain ones, labels (RA, Dec, J2000, ICRS) and outer brackets taken off. */
function plainText(text: string): string {
	return text
		.normalize('NFC')
		.replace(/[\u2212\u2010-\u2015]/g, '-')
		.replace(/[\u2019\u2032\u02b9\u00b4]/g, "'")
		.replace(/[\u201d\u2033\u02ba]/g, '"')
		.replace(/[\u00ba\u02da]/g, '°')
		.replace(/^\s*[([]\s*(.*?)\s*[)\]]\s*$/s, '$1')
		.replace(/\(?\b(?:J2000(?:\.0)?|ICRS)\b\)?\s*$/i, '')
		.replace(/\b(?:RA|Dec|De)\b\s*[:=]?\s*/gi, '')
		.trim();
}

/** Degrees (or hours) of an angle, or the reason why it is none. */
function valueOf({ negative, fields }: Angle): number | string {
	const [whole = 0, minutes = 0, seconds = 0] = fields;
	if (minutes >= 60) return `${minutes} minutes: they run from 0 to 59.`;
	if (seconds >= 60) return `${seconds} seconds: they run from 0 to 59.`;
	const size = whole + minutes / 60 + seconds / 3600;
	return negative ? -size : size;
}

/** Reads a position written in one of nine ways; an RA of exactly 360 degrees or 24 hours counts as 0. */
export function parsePosition(text: string): ParsedPosition {
	const plain = text.length > 100 ? '' : plainText(text);
	for (const { format, pattern, read } of READERS) {
		const match = pattern.exec(plain);
		if (match === null) continue;
		const [raAngle, decAngle] = read(match[1] ?? '', match[2] ?? '');
		const raValue = valueOf(raAngle);
		const dec = valueOf(decAngle);
		if (typeof raValue === 'string') return { kind: 'impossible', reason: `Right ascension has ${raValue}` };
		if (typeof dec === 'string') return { kind: 'impossible', reason: `Declination has ${dec}` };
		const ra = raAngle.hours ? raValue * 15 : raValue;
		if (ra < 0 || ra > 360) {
			const given = raAngle.hours ? `${raValue} h: it runs from 0 to 24 h.` : `${ra}°: it runs from 0 to 360°.`;
			return { kind: 'impossible', reason: `Right ascension is ${given}` };
		}
		if (Math.abs(dec) > 90) {
			return { kind: 'impossible', reason: `Declination is ${dec}°: it runs from -90 to +90°.` };
		}
		return { kind: 'position', ra: wrapRa(ra), dec, format };
	}
	return { kind: 'none' };
}

/** Whole units as 'DD:MM:SS.sss', the last field with `digits` decimals. */
function threeFields(ticks: number, digits: number): string {
	const scale = 10 ** digits;
	const seconds = Math.floor(ticks / scale);
	const two = (value: number): string => String(value).padStart(2, '0');
	const fraction = digits > 0 ? `.${String(ticks - seconds * scale).padStart(digits, '0')}` : '';
	return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction}`;
}

/** 'HH:MM:SS.sss +DD:MM:SS.ss' of ICRS degrees, rounded; seconds of RA have `digits` decimals (0 to 6), of Dec one less. */
export function formatSexagesimal(ra: number, dec: number, { digits = 2 }: { readonly digits?: number } = {}): string {
	const raScale = 10 ** digits;
	const decDigits = Math.max(0, digits - 1);
	const raTicks = Math.round((wrapRa(ra) / 15) * 3600 * raScale) % (86_400 * raScale);
	const decTicks = Math.round(Math.abs(dec) * 3600 * 10 ** decDigits);
	// a declination that rounds to 0 is +00
	const sign = dec < 0 && decTicks > 0 ? '-' : '+';
	return `${threeFields(raTicks, digits)} ${sign}${threeFields(decTicks, decDigits)}`;
}
