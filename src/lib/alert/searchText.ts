import { parsePosition } from '#lib/astro/position.ts';
import { nightFromText, nightText } from '#lib/astro/time.ts';
import { CLASSES } from './class.ts';
import { SEARCH_FLAGS } from './flags.ts';
import { NAME } from './name.ts';
import { SURVEYS } from './surveys.ts';
import { momentFrom, momentText, windowStart } from './timeText.ts';
import { SEARCH_TRENDS } from './trends.ts';
import type { SearchQuery } from './views.ts';

/** Conditions that a text can hold. */
export type TextConditions = Omit<SearchQuery, 'kind' | 'sort' | 'descending' | 'limit' | 'cursor'>;

/** What the search box made of a text. */
export interface UnderstoodText {
	readonly conditions: TextConditions;
	/** An id in the text: the objects it may name, and the alert. */
	readonly objects: readonly { readonly survey: string; readonly objectId: string }[];
	readonly alertId: bigint | null;
	/** What may be a name, with the radius of a cone around what it names; the store knows whether it is one. Where there is an id it comes first. */
	readonly name: { readonly text: string; readonly radiusArcsec: number } | null;
	/** What was understood, for people. */
	readonly parts: readonly { readonly label: string; readonly value: string }[];
	/** What was not, each in a sentence that says what to do. */
	readonly problems: readonly string[];
}

/** Radius of a cone when a text gives a position alone, arcsec. */
export const DEFAULT_RADIUS_ARCSEC = 5;
/** Greatest radius of a cone, arcsec. */
export const MAX_RADIUS_ARCSEC = 36_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Reading {
	rest: string;
	conditions: Writable<TextConditions>;
	parts: { label: string; value: string }[];
	problems: string[];
	readonly newestNight: string | null;
	readonly newestMjd: number | null;
}

const NUMBER = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)`;
const DATE = String.raw`\d{4}-\d{2}-\d{2}`;
const DATE_TIME = String.raw`${DATE}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|UTC)?`;
const BAND_LIST = [...new Set(SURVEYS.flatMap((survey) => survey.bands))];
const BAND_NAMES = BAND_LIST.join('|');
const BANDS = BAND_LIST.join('');
const START = String.raw`(?<![\w.+-])`;
const END = String.raw`(?![\w.])`;

/** Takes every match of a pattern out of the text. */
function take(reading: Reading, pattern: string, read: (match: RegExpExecArray) => void): void {
	const regex = new RegExp(START + pattern + END, 'i');
	for (let match = regex.exec(reading.rest); match !== null; match = regex.exec(reading.rest)) {
		read(match);
		reading.rest = `${reading.rest.slice(0, match.index)} ${reading.rest.slice(match.index + match[0].length)}`;
	}
}

function night(reading: Reading, text: string | undefined): string | null {
	if (text === undefined) return null;
	if (nightFromText(text) !== null) return text;
	reading.problems.push(`${text} is not a date: write it as YYYY-MM-DD.`);
	return null;
}

function takeNights(reading: Reading): void {
	const { conditions, parts } = reading;
	take(reading, `(?:nights?\\s+)?(${DATE})\\s*(?:\\.\\.|to|–)\\s*(${DATE})`, (match) => {
		const from = night(reading, match[1]);
		const to = night(reading, match[2]);
		if (from === null || to === null) return;
		conditions.nightFrom = from < to ? from : to;
		conditions.nightTo = from < to ? to : from;
		parts.push({ label: 'nights', value: `${conditions.nightFrom} to ${conditions.nightTo}` });
	});
	take(reading, `(since|from|after|until|before|night(?:\\s+of)?|on)(?:\\s+|\\s*[:=]\\s*)(${DATE})`, (match) => {
		const date = night(reading, match[2]);
		if (date === null) return;
		const word = (match[1] ?? '').toLowerCase();
		if (/^(?:since|from|after)$/.test(word)) conditions.nightFrom = date;
		else if (/^(?:until|before)$/.test(word)) conditions.nightTo = date;
		else conditions.nightFrom = conditions.nightTo = date;
		parts.push({ label: conditions.nightFrom === conditions.nightTo ? 'night' : word, value: date });
	});
	take(reading, String.raw`last\s+(\d{1,5})\s*(?:d|days?|n|nights?)`, (match) => {
		const nights = Math.max(1, Number(match[1]));
		const end = reading.newestNight === null ? null : nightFromText(reading.newestNight);
		if (end === null) return;
		conditions.nightFrom = nightText(end - nights + 1);
		parts.push({ label: 'nights', value: `the last ${nights}, from ${conditions.nightFrom}` });
	});
	take(reading, 'tonight', () => {
		if (reading.newestNight === null) return;
		conditions.nightFrom = conditions.nightTo = reading.newestNight;
		parts.push({ label: 'night', value: reading.newestNight });
	});
	// a bare date is a night
	take(reading, `(${DATE})`, (match) => {
		const date = night(reading, match[1]);
		if (date === null) return;
		conditions.nightFrom = conditions.nightTo = date;
		parts.push({ label: 'night', value: date });
	});
}

/** MJD TAI of a moment in the text; null after saying why it is none. */
function moment(reading: Reading, text: string, isEnd: boolean): number | null {
	const read = momentFrom(text, isEnd);
	if (read.kind === 'moment') return read.mjd;
	reading.problems.push(read.problem);
	return null;
}

function putTimes(reading: Reading, first: string | null, last: string | null): void {
	const { conditions, parts } = reading;
	let from = first === null ? null : moment(reading, first, false);
	let to = last === null ? null : moment(reading, last, true);
	if ((first !== null && from === null) || (last !== null && to === null)) return;
	if (from !== null && to !== null && from > to) [from, to] = [to, from];
	if (from !== null) {
		conditions.mjdFrom = from;
		parts.push({ label: 'from', value: `${momentText(from)}, MJD ${from}` });
	}
	if (to !== null) {
		conditions.mjdTo = to;
		parts.push({ label: 'to', value: `${momentText(to)}, MJD ${to}` });
	}
}

/** Moments and hours, before nights: a date with a time is no night. */
function takeTimes(reading: Reading): void {
	const { conditions, parts, problems } = reading;
	const range = String.raw`\s*(?:\.\.|to|–)\s*`;
	for (const [from, to] of [
		[DATE_TIME, `${DATE_TIME}|${DATE}`],
		[DATE, DATE_TIME],
	] as const) {
		take(reading, `(${from})${range}(${to})`, (match) => {
			putTimes(reading, match[1] ?? '', match[2] ?? '');
		});
	}
	take(reading, `(since|from|after|until|before)(?:\\s+|\\s*[:=]\\s*)(${DATE_TIME})`, (match) => {
		const isStart = /^(?:since|from|after)$/i.test(match[1] ?? '');
		putTimes(reading, isStart ? (match[2] ?? '') : null, isStart ? null : (match[2] ?? ''));
	});
	take(reading, `(m?jd)\\s*[:=]?\\s*(${NUMBER})\\s*(?:\\.\\.|to|–|-)\\s*(${NUMBER})`, (match) => {
		const [, unit = '', from = '', to = ''] = match;
		putTimes(reading, `${unit} ${from}`, `${unit} ${to}`);
	});
	take(reading, `(m?jd)\\s*(<=?|>=?|≤|≥)\\s*(${NUMBER})`, (match) => {
		const value = `${match[1] ?? ''} ${match[3] ?? ''}`;
		const isEnd = /[<≤]/.test(match[2] ?? '');
		putTimes(reading, isEnd ? null : value, isEnd ? value : null);
	});
	take(reading, String.raw`last\s+(\d{1,4}(?:\.\d+)?)\s*(?:h|hrs?|hours?)`, (match) => {
		const hours = Number(match[1]);
		if (!(hours > 0)) problems.push(`${match[0]} is no time at all: write more than 0 hours.`);
		if (!(hours > 0) || reading.newestMjd === null) return;
		conditions.mjdFrom = windowStart(reading.newestMjd, hours);
		const value = `the last ${hours} h before the newest alert, from ${momentText(conditions.mjdFrom)}`;
		parts.push({ label: 'time', value });
	});
	take(reading, `m?jd\\s*[:=]?\\s*(${NUMBER})|${DATE_TIME}`, (match) => {
		problems.push(
			`${match[0]} is one moment: write a range such as mjd 61362..61363, mjd>61362, or since 2026-11-19T03:00.`,
		);
	});
}

const QUANTITIES: Readonly<
	Record<
		string,
		{
			readonly min: 'magMin' | 'reliabilityMin' | 'ageMin' | 'nDetectionsMin';
			readonly max: 'magMax' | 'reliabilityMax' | 'ageMax' | 'nDetectionsMax';
			readonly label: string;
		}
	>
> = {
	mag: { min: 'magMin', max: 'magMax', label: 'magnitude' },
	reliability: { min: 'reliabilityMin', max: 'reliabilityMax', label: 'reliability' },
	rb: { min: 'reliabilityMin', max: 'reliabilityMax', label: 'reliability' },
	drb: { min: 'reliabilityMin', max: 'reliabilityMax', label: 'reliability' },
	age: { min: 'ageMin', max: 'ageMax', label: 'age' },
	detections: { min: 'nDetectionsMin', max: 'nDetectionsMax', label: 'detections' },
	ndet: { min: 'nDetectionsMin', max: 'nDetectionsMax', label: 'detections' },
};
const QUANTITY_WORDS = `(?:${Object.keys(QUANTITIES).join('|')})`;

function takeQuantities(reading: Reading): void {
	const { conditions, parts } = reading;
	const of = (word: string): { quantity: (typeof QUANTITIES)[string] | undefined; name: string } => {
		const known = QUANTITIES[word.toLowerCase()];
		if (known !== undefined) return { quantity: known, name: known.label };
		conditions.band = word;
		return { quantity: QUANTITIES['mag'], name: `${word} magnitude` };
	};
	const unit = String.raw`(?:\s*(?:mag|d|days?))?`;
	take(reading, `(${QUANTITY_WORDS}|[${BANDS}])\\s*(<=?|>=?|≤|≥)\\s*(${NUMBER})${unit}`, (match) => {
		const { quantity, name } = of(match[1] ?? '');
		const value = Number(match[3]);
		if (quantity === undefined) return;
		const below = /[<≤]/.test(match[2] ?? '');
		conditions[below ? quantity.max : quantity.min] = value;
		parts.push({ label: name, value: `${below ? 'at most' : 'at least'} ${value}` });
	});
	take(
		reading,
		`(${QUANTITY_WORDS}|[${BANDS}])\\s*[:=]?\\s*(${NUMBER})\\s*(?:\\.\\.|to|–|-)\\s*(${NUMBER})${unit}`,
		(match) => {
			const { quantity, name } = of(match[1] ?? '');
			if (quantity === undefined) return;
			const [low, high] = [Number(match[2]), Number(match[3])].sort((a, b) => a - b);
			if (low === undefined || high === undefined) return;
			conditions[quantity.min] = low;
			conditions[quantity.max] = high;
			parts.push({ label: name, value: `${low} to ${high}` });
		},
	);
}

function takeFlags(reading: Reading): void {
	const { conditions, parts } = reading;
	for (const { name, label } of SEARCH_FLAGS) {
		const put = (value: boolean): void => {
			conditions[name] = value;
			parts.push({ label: label.toLowerCase(), value: value ? 'yes' : 'no' });
		};
		take(reading, String.raw`${name}\s*[:=]\s*(true|yes|1|false|no|0)`, (match) => {
			put(/^(?:true|yes|1)$/i.test(match[1] ?? ''));
		});
		take(reading, String.raw`not\s+${name}(?!\s*[:=])`, () => {
			put(false);
		});
	}
}

/** Words by themselves: `rising`, `not fading`, `rising=no`. */
function takeTrends(reading: Reading): void {
	for (const { name, label } of SEARCH_TRENDS) {
		take(reading, String.raw`(not\s+)?${name}(?:\s*[:=]\s*(true|yes|1|false|no|0))?`, (match) => {
			const said = match[2] === undefined || /^(?:true|yes|1)$/i.test(match[2]);
			const value = match[1] === undefined ? said : !said;
			reading.conditions[name] = value;
			reading.parts.push({ label: label.toLowerCase(), value: value ? 'yes' : 'no' });
		});
	}
}

/** First of all: a topic or an id has digits that read as something else. */
function takeFilter(reading: Reading): void {
	const { conditions, parts, problems } = reading;
	take(reading, String.raw`filter\s*[:=]\s*(?:"([^"]{1,100})"|([\w.:-]{1,100}))`, (match) => {
		const filter = (match[1] ?? match[2] ?? '').trim();
		if (filter === '' || (conditions.filter ?? filter) !== filter) {
			problems.push('Name one filter: filter= with its id, or with the name or topic of one that comes with Nightjar.');
			return;
		}
		conditions.filter = filter;
		parts.push({ label: 'passed the filter', value: filter });
	});
}

function takeWords(reading: Reading): void {
	const { conditions, parts, problems } = reading;
	take(reading, `band\\s*[:=]\\s*(${BAND_NAMES})`, (match) => {
		const given = match[1] ?? '';
		conditions.band = BAND_LIST.find((band) => band === given) ?? given.toLowerCase();
		parts.push({ label: 'band', value: conditions.band });
	});
	for (const survey of SURVEYS) {
		const names = [...new Set([survey.name, survey.label.toLowerCase()])].join('|');
		take(reading, `(?:survey\\s*[:=]?\\s*)?(?:${names})`, () => {
			if (conditions.survey !== undefined && conditions.survey !== survey.name) {
				problems.push('Name one survey, or none for all of them.');
				return;
			}
			conditions.survey = survey.name;
			parts.push({ label: 'survey', value: survey.label });
		});
	}
	take(reading, String.raw`class\s*[:=]?\s*([a-z]+)`, (match) => {
		const key = (match[1] ?? '').toLowerCase();
		const known = CLASSES.find((entry) => entry.key === key);
		if (known === undefined) {
			problems.push(`There is no class ${key}: the classes are ${CLASSES.map((entry) => entry.key).join(', ')}.`);
			return;
		}
		conditions.class = [...(conditions.class ?? []), known.key];
		parts.push({ label: 'class', value: known.word });
	});
}

const RADIUS = new RegExp(
	String.raw`^(.*?)(?:\s+|\s*[,;]\s*)(?:within\s+|radius\s*[:=]?\s*|r\s*=\s*)?(${NUMBER})\s*("|''|″|arcsec(?:onds?)?|asec|'|′|arcmin(?:utes?)?|amin|°|d|deg(?:rees?)?)$`,
	'i',
);

function radiusArcsec(value: number, unit: string): number {
	if (/^(?:"|''|″|arcs|as)/i.test(unit)) return value;
	return value * (/^(?:'|′|arcm|am)/i.test(unit) ? 60 : 3600);
}

function angleText(arcsec: number): string {
	if (arcsec >= 3600) return `${Number((arcsec / 3600).toFixed(4))}°`;
	return arcsec >= 60 ? `${Number((arcsec / 60).toFixed(4))}'` : `${arcsec}"`;
}

/** A position with an optional radius in what is left of the text; true when the text was one, possible or not. */
function takePosition(reading: Reading): boolean {
	const text = reading.rest
		.replace(/^\s*(?:cone|near|around|at)\b/i, '')
		.replace(/^\s*ra\s*[:=]\s*(.+?)[\s,]+dec\s*[:=]\s*/i, '$1 ')
		.trim();
	let position = parsePosition(text);
	let radius = DEFAULT_RADIUS_ARCSEC;
	if (position.kind === 'none') {
		const match = RADIUS.exec(text);
		if (match === null) return false;
		position = parsePosition(match[1] ?? '');
		radius = radiusArcsec(Number(match[2]), match[3] ?? '"');
	}
	if (position.kind === 'none') return false;
	if (position.kind === 'impossible') {
		reading.problems.push(position.reason);
		return true;
	}
	if (!(radius > 0) || radius > MAX_RADIUS_ARCSEC) {
		reading.problems.push(`The radius is ${angleText(radius)}: it must be more than 0 and at most 10°.`);
		return true;
	}
	const cone = { ra: position.ra, dec: position.dec, radiusArcsec: radius };
	reading.conditions.cone = cone;
	reading.parts.push(...coneParts(cone));
	return true;
}

/** A cone for people: position in ICRS degrees, and radius. */
export function coneParts({
	ra,
	dec,
	radiusArcsec: radius,
}: NonNullable<SearchQuery['cone']>): UnderstoodText['parts'] {
	return [
		{ label: 'position', value: `${ra.toFixed(6)} ${dec >= 0 ? '+' : ''}${dec.toFixed(6)}` },
		{ label: 'radius', value: angleText(radius) },
	];
}

/** A text as a name with an optional radius; null where it can be none. */
function nameIn(given: string): UnderstoodText['name'] {
	const text = given.replace(/^\s*(?:cone|near|around)\b/i, '').trim();
	const [, name = '', value, unit = '"'] = RADIUS.exec(text) ?? [];
	const radius = radiusArcsec(Number(value), unit);
	// SN 1987D has a year, not a radius
	const around = NAME.test(name) && /\p{L}/u.test(name) && radius > 0 && radius <= MAX_RADIUS_ARCSEC;
	if (around) return { text: name.trim(), radiusArcsec: radius };
	return NAME.test(text) ? { text, radiusArcsec: DEFAULT_RADIUS_ARCSEC } : null;
}

/** What the box understands, for a reader whose text it did not. */
export const UNDERSTANDS =
	'Write an object or alert id, a position with a radius such as 150.1 +2.2 5", a name such as M 31, or conditions such as night 2026-11-19, last 30d, last 6h, g<19, class=sn, rock=false.';

/** The spelling in which a survey stores its ids: ZTF17aaaaaaa whatever the case, also without the letters in front. */
function spelledId(text: string): string {
	const ztf = /^(ZTF|SIM)?(\d{2}[a-z]{7})$/i.exec(text);
	return ztf === null ? text : `${(ztf[1] ?? 'ZTF').toUpperCase()}${(ztf[2] ?? '').toLowerCase()}`;
}

const MAX_UINT64 = 2n ** 64n - 1n;

function readId(text: string, survey: string | undefined): Pick<UnderstoodText, 'objects' | 'alertId'> | null {
	const named =
		/^(?:LSST|diaObject|object|obj|candid|diaSource|alert)[\s:=#-]*(\d+)$/i.exec(text)?.[1] ??
		/^(?:object(?:Id)?|id)\s*[:=]\s*(\S+)$/i.exec(text)?.[1];
	const id = spelledId(named ?? text);
	const objects = SURVEYS.filter((known) => survey === undefined || known.name === survey)
		.filter((known) => known.objectIdPattern.test(id))
		.map((known) => ({ survey: known.name, objectId: id }));
	const alertId = /^\d{1,20}$/.test(id) && BigInt(id) <= MAX_UINT64 ? BigInt(id) : null;
	return objects.length === 0 && alertId === null ? null : { objects, alertId };
}

/**
 * Reads the text of the search box: an id of any survey, or a position in one of nine ways with an optional radius (`5"`, `2'`, `1d`),
 * and conditions beside it (`night 2026-11-19`, `since 2026-11-01`, `last 30d`, `g<19`, `mag 16..19`, `rb>0.8`, `age<5`, `class snia`, survey names),
 * also as `key=value` (`rock=false class=sn band=r`), `rising` and `fading`, what passed a filter (`filter=fink.ztf.rrlyr`, an id, or a name in quotes), and times (`last 6h`, `mjd 61362..61363`, `since 2026-11-19T03:00`). What is left may be a name
 * (`NGC 3198 2' g<19`). Windows of nights end at `newestNight` (YYYY-MM-DD), windows of hours at `newestMjd` (MJD TAI of the newest alert); without
 * them there are no such windows.
 */
export function understandText(
	text: string,
	newestNight: string | null,
	newestMjd: number | null = null,
): UnderstoodText {
	const trimmed = text.normalize('NFC').trim();
	const reading: Reading = { rest: trimmed, conditions: {}, parts: [], problems: [], newestNight, newestMjd };
	const done = (found: Partial<Pick<UnderstoodText, 'objects' | 'alertId' | 'name'>> = {}): UnderstoodText => ({
		conditions: reading.conditions,
		...{ objects: [], alertId: null, name: null },
		...found,
		parts: reading.parts,
		problems: reading.problems,
	});
	if (trimmed === '') return done();
	if (trimmed.length > 500) {
		reading.problems.push('The text is longer than 500 characters: search for one thing at a time.');
		return done();
	}
	// a text that is an id or a position as it stands is nothing else
	const whole = readId(trimmed, undefined);
	if (whole !== null) {
		reading.parts.push({ label: 'id', value: trimmed });
		return done({ ...whole, name: nameIn(trimmed) });
	}
	takeFilter(reading);
	if (reading.rest.trim() === '' || takePosition(reading)) return done();
	takeTimes(reading);
	takeNights(reading);
	takeFlags(reading);
	takeTrends(reading);
	takeQuantities(reading);
	takeWords(reading);
	reading.rest = reading.rest.replace(/^[\s,;]+|[\s,;]+$/g, '').replace(/\s+/g, ' ');
	// "M 31 and g<19"; without a condition it is Andromeda of 51 And
	if (reading.parts.length > 0) reading.rest = reading.rest.replace(/\s*\b(?:and|AND)$/, '');
	if (reading.rest === '' || takePosition(reading)) return done();
	const id = readId(reading.rest, reading.conditions.survey);
	const name = nameIn(reading.rest);
	if (id !== null) reading.parts.unshift({ label: 'id', value: reading.rest });
	else if (name === null) reading.problems.push(`“${reading.rest}” was not understood. ${UNDERSTANDS}`);
	return done({ ...id, name });
}
