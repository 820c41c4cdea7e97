import { moreColumnsOf } from '#clickhouse/read/moreColumns.ts';
import { CATALOG_NAME } from '#lib/alert/catalog.ts';
import { MOST_SORTED } from '#lib/alert/moreColumns.ts';
import { FEATURES } from '#lib/alert/features.ts';
import { SEARCH_FLAGS, type SearchFlag } from '#lib/alert/flags.ts';
import { CLASSES } from '#lib/alert/class.ts';
import { NAME } from '#lib/alert/name.ts';
import { COLOUR_MAPS, type ColourMap } from '#lib/format/colourMap.ts';
import { MAX_RADIUS_ARCSEC } from '#lib/alert/searchText.ts';
import { ORIGINS } from '#lib/alert/survey.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { SEARCH_TRENDS, type SearchTrend } from '#lib/alert/trends.ts';
import { MJD_RANGE } from '#lib/alert/timeText.ts';
import type { SearchQuery, SortKey } from '#lib/alert/views.ts';
import { separationArcsec, wrapRa } from '#lib/astro/sphere.ts';
import { capCentre } from '#lib/astro/tangent.ts';
import { nightFromText } from '#lib/astro/time.ts';
import * as v from 'valibot';
import { ProblemError } from './problem.ts';
import { without } from './without.ts';

/** A JSON Schema of a parameter as it is written in a URL. */
export type ParameterSchema = Readonly<Record<string, unknown>>;

/** A parameter with its description, and what it looks like in a URL where the schema turns it into something else. */
function described<Output>(
	schema: v.GenericSchema<string, Output>,
	description: string,
	json?: ParameterSchema,
): v.GenericSchema<string, Output> {
	return v.pipe(schema, v.metadata(json === undefined ? { description } : { description, json }));
}

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

function numberIn(min: number, max: number, description: string): v.GenericSchema<string, number> {
	const range = `must be a number from ${min} to ${max}`;
	return described(
		v.pipe(
			v.string(),
			v.trim(),
			v.regex(DECIMAL, range),
			v.transform(Number),
			v.minValue(min, range),
			v.maxValue(max, range),
		),
		description,
		{ type: 'number', minimum: min, maximum: max },
	);
}

function integerIn(min: number, max: number, description: string): v.GenericSchema<string, number> {
	const range = `must be a whole number from ${min} to ${max}`;
	return described(
		v.pipe(
			v.string(),
			v.trim(),
			v.regex(/^\d{1,15}$/, range),
			v.transform(Number),
			v.minValue(min, range),
			v.maxValue(max, range),
		),
		description,
		{ type: 'integer', minimum: min, maximum: max },
	);
}

function oneOf<const Names extends readonly [string, ...string[]]>(
	names: Names,
	description: string,
): v.GenericSchema<string, Names[number]> {
	return described(
		v.picklist(names, `must be one of ${names.join(', ')}`) as unknown as v.GenericSchema<string, Names[number]>,
		description,
	);
}

function textOf(pattern: RegExp, message: string, description: string): v.GenericSchema<string, string> {
	return described(v.pipe(v.string(), v.trim(), v.regex(pattern, message)), description);
}

const MAX_UINT64 = 2n ** 64n - 1n;

/** A 64-bit id as decimal digits. */
export const idParam = described(
	v.pipe(
		v.string(),
		v.regex(/^\d{1,20}$/, 'must be a whole number written in digits alone: ids are exact, never rounded'),
		v.transform((digits) => BigInt(digits)),
		v.maxValue(MAX_UINT64, 'must fit in 64 bits'),
	),
	'64-bit id, decimal digits',
	{ type: 'string', pattern: '^[0-9]{1,20}$' },
);

/** The name of a survey that Nightjar reads. */
export const surveyParam = described(
	v.pipe(
		v.string(),
		v.check(
			(name) => SURVEYS.some((survey) => survey.name === name),
			`must be one of ${SURVEYS.map((survey) => survey.name).join(', ')}`,
		),
	),
	'Survey',
	{ type: 'string', enum: SURVEYS.map((survey) => survey.name) },
);

/** An object id: printable, no longer than any survey's. */
export const objectIdParam = textOf(
	/^[^\p{C}]{1,100}$/u,
	'must be an object id of at most 100 characters',
	'Object id',
);

const night = (description: string): v.GenericSchema<string, string> =>
	described(
		v.pipe(
			v.string(),
			v.trim(),
			v.check((text) => {
				const days = nightFromText(text);
				return days !== null && days >= 0 && days <= 65_535;
			}, 'must be a date written YYYY-MM-DD, from 1970 to 2149'),
		),
		description,
		{ type: 'string', format: 'date' },
	);

const listOf = (names: readonly string[], description: string): v.GenericSchema<string, string[]> =>
	described(
		v.pipe(
			v.string(),
			v.transform((text) => text.split(',').map((part) => part.trim())),
			v.array(v.picklist(names, `must be names out of ${names.join(', ')}, separated by commas`)),
		) as v.GenericSchema<string, string[]>,
		description,
		{ type: 'string', description: names.join(', ') },
	);

const SORTS = [
	'mjd',
	'mag',
	'reliability',
	'nDetections',
	'age',
	'ra',
	'dec',
	'sep',
] as const satisfies readonly SortKey[];
const sortNames = SORTS.flatMap((sort) => [sort, `-${sort}`]) as [string, ...string[]];

/** Formats of a table. */
export const FORMATS = ['json', 'ndjson', 'csv', 'parquet', 'arrow', 'votable'] as const;
export type Format = (typeof FORMATS)[number];

export const originParam = v.optional(
	oneOf(
		ORIGINS as readonly ['real', 'test', 'simulated'],
		'real, test or simulated; without it real where there is any',
	),
);
export const formatParam = v.optional(
	oneOf(FORMATS, 'Form of the answer; files hold every row, json one page'),
	'json',
);
export const limitParam = (most: number, usual: number): v.GenericSchema<string | undefined, number> =>
	v.optional(integerIn(1, most, `Rows of a page, ${usual} unless told`), String(usual));
export const cursorParam = v.optional(
	textOf(/^[\w.-]{1,8192}$/, 'must be the nextCursor of the page before', 'nextCursor of the page before'),
);

const MAX_CORNERS = 200;
const CORNER = /^\s*([+-]?\d{1,3}(?:\.\d{1,8})?)\s+([+-]?\d{1,2}(?:\.\d{1,8})?)\s*$/;

/** Corners of a polygon from `ra dec,ra dec,...`; null where the text is none. */
function cornersFrom(text: string): { ra: number; dec: number }[] | null {
	const corners = text.split(',').map((part) => {
		const [, ra, dec] = CORNER.exec(part) ?? [];
		return { ra: Number(ra ?? Number.NaN), dec: Number(dec ?? Number.NaN) };
	});
	const onSky = corners.every(({ ra, dec }) => Math.abs(ra) <= 360 && Math.abs(dec) <= 90);
	return onSky && corners.length >= 3 && corners.length <= MAX_CORNERS
		? corners.map(({ ra, dec }) => ({ ra: wrapRa(ra), dec }))
		: null;
}

function isSmall(corners: { ra: number; dec: number }[]): boolean {
	const middle = capCentre(corners);
	return corners.every(({ ra, dec }) => separationArcsec(middle.ra, middle.dec, ra, dec) <= 80 * 3600);
}

/** A polygon of a URL. */
export const polygonParam = described(
	v.pipe(
		v.string(),
		v.check(
			(text) => cornersFrom(text) !== null,
			`must be 3 to ${MAX_CORNERS} corners written ra dec,ra dec,... in ICRS degrees`,
		),
		v.transform((text) => cornersFrom(text) ?? []),
		v.check(isSmall, 'must lie within 80 degrees of its middle: draw a smaller one'),
	),
	'Corners of a polygon with great-circle sides: ra dec,ra dec,... in ICRS degrees',
	{ type: 'string' },
);

const truth = (description: string): v.GenericSchema<string, boolean> =>
	described(
		v.pipe(
			v.string(),
			v.trim(),
			v.picklist(['true', 'false'], 'must be true or false'),
			v.transform((text) => text === 'true'),
		),
		description,
		{ type: 'boolean' },
	);

/** What each flag means: as the catalogue of features says it. */
function flagMeaning(name: SearchFlag): string {
	const { meaning } = FEATURES.find((feature) => feature.name === name) ?? { meaning: 'Brighter than the template' };
	return `${meaning}; left out of both where it is not known`;
}

type FlagEntries = Record<SearchFlag, v.OptionalSchema<v.GenericSchema<string, boolean>, undefined>>;
const flagEntries = Object.fromEntries(
	SEARCH_FLAGS.map(({ name }) => [name, v.optional(truth(flagMeaning(name)))]),
) as FlagEntries;

type TrendEntries = Record<SearchTrend, v.OptionalSchema<v.GenericSchema<string, boolean>, undefined>>;
const trendEntries = Object.fromEntries(
	SEARCH_TRENDS.map(({ name, feature, meaning }) => [
		name,
		v.optional(truth(`true: ${meaning}. false: ${feature} is 0. Left out of both where it is not known`)),
	]),
) as TrendEntries;

/** Conditions of a search; all given ones hold together. */
export const conditionEntries = {
	survey: v.optional(surveyParam),
	objectId: v.optional(objectIdParam),
	alertId: v.optional(idParam),
	ra: v.optional(numberIn(0, 360, 'Right ascension of the centre of a cone, ICRS degrees')),
	dec: v.optional(numberIn(-90, 90, 'Declination of the centre of a cone, ICRS degrees')),
	radius: v.optional(
		described(
			v.pipe(
				v.string(),
				v.trim(),
				v.regex(DECIMAL, 'must be a number of arcseconds'),
				v.transform(Number),
				v.check(
					(value) => value > 0 && value <= MAX_RADIUS_ARCSEC,
					`must be more than 0 and at most ${MAX_RADIUS_ARCSEC} arcsec (10 degrees)`,
				),
			),
			'Radius of the cone, arcsec',
			{ type: 'number', exclusiveMinimum: 0, maximum: MAX_RADIUS_ARCSEC },
		),
	),
	raMin: v.optional(numberIn(0, 360, 'Western edge of a box, ICRS degrees; greater than raMax, the box goes over 0 h')),
	raMax: v.optional(numberIn(0, 360, 'Eastern edge of a box, ICRS degrees; goes with raMin')),
	decMin: v.optional(numberIn(-90, 90, 'Southern edge of a box, ICRS degrees')),
	decMax: v.optional(numberIn(-90, 90, 'Northern edge of a box, ICRS degrees')),
	polygon: v.optional(polygonParam),
	night: v.optional(night('One night, YYYY-MM-DD')),
	nightFrom: v.optional(night('First night, YYYY-MM-DD')),
	nightTo: v.optional(night('Last night, YYYY-MM-DD')),
	mjdFrom: v.optional(numberIn(...MJD_RANGE, 'Earliest mid-exposure, MJD in TAI')),
	mjdTo: v.optional(numberIn(...MJD_RANGE, 'Latest mid-exposure, MJD in TAI')),
	magMin: v.optional(numberIn(-30, 50, 'Brightest AB magnitude')),
	magMax: v.optional(numberIn(-30, 50, 'Faintest AB magnitude')),
	band: v.optional(textOf(/^[A-Za-z0-9_]{1,20}$/, 'must be the name of a band', 'Band')),
	reliabilityMin: v.optional(numberIn(0, 1, "Least reliability, the survey's real/bogus score")),
	reliabilityMax: v.optional(numberIn(0, 1, 'Greatest reliability')),
	nDetectionsMin: v.optional(integerIn(0, 4_294_967_295, 'Fewest detections of the object')),
	nDetectionsMax: v.optional(integerIn(0, 4_294_967_295, 'Most detections of the object')),
	ageMin: v.optional(numberIn(0, 200_000, 'Least age of the object, days')),
	ageMax: v.optional(numberIn(0, 200_000, 'Greatest age of the object, days')),
	class: v.optional(
		listOf(
			CLASSES.map((entry) => entry.key),
			'Classes, separated by commas',
		),
	),
	...flagEntries,
	...trendEntries,
	list: v.optional(
		textOf(
			/^l_[a-z2-7]{16}$/,
			'must be the id of a list, as /api/v1/lists gives it',
			'Only objects of a list, near its positions or in its area: the id of a list',
		),
	),
	filter: v.optional(
		textOf(
			/^[^\p{C}]{1,100}$/u,
			'must be the id of a filter, or the name or topic of one that comes with Nightjar',
			'Only alerts that passed a filter that you may see, in any of its versions, and their objects: its id, or the name or topic of one that comes with Nightjar',
		),
	),
} as const;

/** Whether more takes a name: of the field catalogue, or a score. */
function isAddedColumn(name: string): boolean {
	const { fields, scores, unknown } = moreColumnsOf(name);
	return unknown.length === 0 && fields.length + scores.length === 1;
}

const sortParam = v.optional(
	described(
		v.pipe(
			v.string(),
			v.trim(),
			v.check(
				(text) => sortNames.includes(text) || isAddedColumn(text.replace(/^-/, '')),
				`must be one of ${sortNames.join(', ')}, or a name that more takes, such as ztf.drb`,
			),
		),
		`Column to sort by: ${SORTS.join(', ')}, or any name that more takes, of the alert that a row tells of, while at most ${MOST_SORTED.field.toLocaleString('en')} alerts match (${MOST_SORTED.score.toLocaleString('en')} for a score). With a minus before it the greatest come first; absent values are last either way, equal ones by survey and id`,
		{ type: 'string', examples: ['-mjd', 'mag', '-ztf.drb'] },
	),
);

/** Most objects of one request for their photometry. */
export const MOST_OBJECTS = 1000;

/** Query of `/api/v1/alerts` and `/api/v1/objects`. */
export const searchSchema = v.strictObject({
	...conditionEntries,
	sort: sortParam,
	limit: limitParam(1000, 50),
	cursor: cursorParam,
	fields: v.optional(
		textOf(
			/^[\w.,\s]{1,8192}$/,
			'must be names of fields separated by commas, or all',
			'Fields of a file: names, or all',
		),
	),
	more: v.optional(
		textOf(
			/^[\w.,:\s-]{1,4096}$/,
			'must be names of the field catalogue or score:MODEL:LABEL, separated by commas',
			'Columns beside the usual ones, also of objects (there of the alert that the row tells of): names of the field catalogue such as ztf.drb or g.riseRate, and score:MODEL:LABEL, separated by commas, at most 40. In JSON each row has them in more',
		),
	),
	format: formatParam,
	origin: originParam,
});

/** Query of the photometry of what a search finds. */
export const searchPhotometrySchema = v.strictObject({
	...conditionEntries,
	sort: sortParam,
	limit: limitParam(MOST_OBJECTS, MOST_OBJECTS),
	cursor: cursorParam,
	format: formatParam,
	origin: originParam,
});

/** Query of the cutouts of what a search finds. */
export const searchCutoutsSchema = v.strictObject({
	...conditionEntries,
	kind: v.optional(
		oneOf(
			['objects', 'alerts'],
			'Whose cutouts: those of the newest alert of each object that matches, or of each alert',
		),
		'objects',
	),
	sort: sortParam,
	limit: limitParam(1000, 200),
	cursor: cursorParam,
	origin: originParam,
});

/** Query of the search page: the same, with the text of the box and what is searched for. */
export const pageSearchSchema = v.strictObject({
	...searchSchema.entries,
	q: v.optional(v.string()),
	kind: v.optional(oneOf(['objects', 'alerts'], 'What is listed'), 'objects'),
});

export const countSchema = v.strictObject({
	...conditionEntries,
	kind: v.optional(oneOf(['objects', 'alerts'], 'What is counted'), 'alerts'),
	origin: originParam,
});

/** Query of the facets of a search. */
export const facetsSchema = v.strictObject({
	...conditionEntries,
	origin: originParam,
	counts: v.optional(oneOf(['quick', 'exact'], 'How large selections are counted'), 'quick'),
});

export const coneSchema = v.strictObject({
	ra: conditionEntries.ra.wrapped,
	dec: conditionEntries.dec.wrapped,
	radius: conditionEntries.radius.wrapped,
	kind: v.optional(oneOf(['objects', 'alerts'], 'What is listed'), 'objects'),
	survey: conditionEntries.survey,
	limit: limitParam(1000, 100),
	cursor: cursorParam,
	format: formatParam,
	fields: searchSchema.entries.fields,
	origin: originParam,
});

export const plainSchema = v.strictObject({ origin: originParam });

/** Query of what comes as JSON or as a small table. */
const smallTableEntries = { format: formatParam, origin: originParam };

export const alertSchema = v.strictObject({
	featureVersion: v.optional(
		described(
			v.pipe(v.string(), v.regex(/^[\w.-]{1,32}$/, 'featureVersion is a version as featureVersions lists them.')),
			'Version of the features; the newest known unless told',
		),
	),
	...smallTableEntries,
});
export const modelsSchema = v.strictObject(smallTableEntries);
export const streamsSchema = v.strictObject(smallTableEntries);
/** Query of lists and labels. */
export const listsSchema = v.strictObject(smallTableEntries);

/** The id of a list in a path. */
export const listParam = textOf(/^[\w-]{1,40}$/, 'must be the id of a list', 'Id of a list');
export const fieldsSchema = v.strictObject(smallTableEntries);
export const tonightSchema = v.strictObject({ night: conditionEntries.night, ...smallTableEntries });
/** The name of a catalogue in a path. */
export const catalogParam = textOf(CATALOG_NAME, 'must be the name of a catalogue', 'Name of a catalogue');

export const catalogsSchema = v.strictObject(smallTableEntries);
const NAME_RULE = 'must be a name of at most 60 letters, digits, blanks and + - . * / ( )';
/** Name, number or designation of a body of the solar system. */
export const designationParam = textOf(
	NAME,
	NAME_RULE,
	'Number, name, or provisional designation (written out or packed) of a body of the solar system, in any spelling',
);
/** Query of `/api/v1/names`. */
export const namesSchema = v.strictObject({
	name: textOf(NAME, NAME_RULE, 'A name, in any case'),
	origin: originParam,
});
export const catalogSchema = v.strictObject({
	sample: v.optional(integerIn(0, 1000, 'Sources of the sample, from all over the sky; 10 unless told')),
	...smallTableEntries,
});
export const catalogConeSchema = v.strictObject({
	ra: conditionEntries.ra.wrapped,
	dec: conditionEntries.dec.wrapped,
	radius: conditionEntries.radius.wrapped,
	limit: limitParam(10_000, 100),
	...smallTableEntries,
});
/** Greatest radius of a match of many positions, arcsec. */
const MOST_MATCH_ARCSEC = 600;
/** Up to this radius a request may name as many positions as a body holds, arcsec. */
const WIDE_MATCH_ARCSEC = 120;

/** Most positions that one request may match within a radius (arcsec): beyond 120 arcsec as many as cover no more sky than `most` do there. */
export function mostMatched(radiusArcsec: number, most: number): number {
	return Math.floor(most * Math.min(1, (WIDE_MATCH_ARCSEC / radiusArcsec) ** 2));
}

/** Query of `POST /api/v1/crossmatch`; the body holds the positions. */
export const crossmatchSchema = v.strictObject({
	radius: v.optional(
		numberIn(
			0.01,
			MOST_MATCH_ARCSEC,
			'Radius around each position, arcsec; 2 unless told. Beyond 120 fewer positions fit in a request: 400 at 600',
		),
	),
	kind: v.optional(
		oneOf(
			['objects', 'alerts', 'none'],
			'What of ours is matched; objects unless told, none where a catalogue is named',
		),
	),
	catalog: v.optional(catalogParam),
	survey: conditionEntries.survey,
	limit: limitParam(100, 10),
	...smallTableEntries,
});

/** Tables of the status and the columns of each. */
export const STATUS_TABLES = {
	writers: ['writer', 'number', 'publishedAt', 'alertsLastMinute', 'unfinishedBatch'],
	rates: ['stage', 'lastMinute', 'perSecond'],
	nights: ['survey', 'night', 'alerts', 'closed'],
	nightCompleteness: [
		'night',
		'survey',
		'source',
		'topic',
		'partition',
		'received',
		'stored',
		'duplicates',
		'deadLetters',
		'missing',
		'closed',
		'state',
	],
	delays: ['survey', 'stage', 'p50', 'p95', 'p99', 'live', 'alerts'],
	completeness: ['source', 'received', 'stored', 'duplicates', 'deadLetters', 'redelivered', 'complete'],
	workers: [
		'writer',
		'at',
		'startedAt',
		'silent',
		'received',
		'stored',
		'duplicates',
		'deadLetters',
		'redelivered',
		'perSecond',
		'lag',
		'lost',
		'rebalances',
		'sent',
		'sentAgain',
		'withheld',
		'trouble',
		'readTrouble',
		'ended',
	],
	partitions: [
		'topic',
		'partition',
		'lastOffset',
		'lastAt',
		'received',
		'stored',
		'duplicates',
		'deadLetters',
		'redelivered',
		'complete',
	],
	deadLetters: ['kind', 'count'],
	tables: ['table', 'rows', 'bytes', 'parts'],
} as const;

export const statusSchema = v.strictObject({
	table: v.optional(
		oneOf(
			Object.keys(STATUS_TABLES) as [keyof typeof STATUS_TABLES, ...(keyof typeof STATUS_TABLES)[]],
			'Which table, for a file',
		),
	),
	...smallTableEntries,
});

/** A time of a URL as ISO 8601 UTC; null when it is none. */
export function asOfTime(text: string): string | null {
	if (!/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z?)?$/.test(text)) return null;
	// a 31st of February would be read as the 3rd of March
	if (nightFromText(text.slice(0, 10)) === null) return null;
	const ms = Date.parse(`${text.replace(' ', 'T').replace(/Z$/, '')}${text.length > 10 ? 'Z' : ''}`);
	return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

const asOfParam = v.optional(
	described(
		v.pipe(
			v.string(),
			v.check((text) => asOfTime(text) !== null, 'must be a time that exists, such as 2026-11-19T04:30:00Z, UTC'),
			v.transform((text) => asOfTime(text) ?? text),
		),
		'Only what was known at this time (UTC, ISO 8601)',
		{ type: 'string', format: 'date-time' },
	),
);

export const photometrySchema = v.strictObject({
	origin: originParam,
	format: formatParam,
	asOf: asOfParam,
	mjdTo: conditionEntries.mjdTo,
});
export const asOfSchema = v.strictObject({ origin: originParam, asOf: asOfParam });

export const scoresSchema = v.strictObject({
	versions: v.optional(
		oneOf(['newest', 'all'], 'newest: one number of each model on each alert; all: one for each of its versions'),
		'newest',
	),
	asOf: asOfParam,
	...smallTableEntries,
});
export const neighboursSchema = v.strictObject({
	radius: v.optional(numberIn(0, 600, 'Radius, arcsec; 60 unless told')),
	asOf: asOfParam,
	...smallTableEntries,
});
export const objectMatchesSchema = v.strictObject({ asOf: asOfParam, ...smallTableEntries });
export const nightsSchema = v.strictObject({
	nightFrom: conditionEntries.nightFrom,
	nightTo: conditionEntries.nightTo,
	by: v.optional(
		oneOf(['survey', 'class'], 'class: one line for each class of a night and survey, none = not classified'),
		'survey',
	),
	format: formatParam,
	origin: originParam,
});

/** Query of the page of statistics: its range of nights, and the surveys that are counted, separated by commas. */
export const statisticsSchema = v.strictObject({
	from: conditionEntries.nightFrom,
	to: conditionEntries.nightTo,
	survey: v.optional(
		described(
			v.pipe(
				v.string(),
				v.transform((text) => [...new Set(text.split(','))]),
				v.array(surveyParam),
			),
			'Surveys, separated by commas',
			{ type: 'string' },
		),
	),
	cumulative: v.optional(oneOf(['0', '1'], '1: sums up to each night'), '0'),
	origin: originParam,
});

export const skySchema = v.strictObject({
	...conditionEntries,
	order: v.optional(integerIn(0, 12, 'Order of the pixels')),
	pixels: v.optional(
		described(
			v.pipe(
				v.string(),
				v.regex(/^\d{1,9}(?:,\d{1,9}){0,511}$/, 'must be at most 512 pixel numbers separated by commas'),
				v.transform((text) => text.split(',').map(Number)),
			),
			'HEALPix pixels (nested) of that order: only alerts in them',
			{ type: 'string' },
		),
	),
	ids: v.optional(oneOf(['0', '1'], '1: alert ids come with the columns'), '0'),
	limit: limitParam(1_000_000, 200_000),
	cursor: cursorParam,
	origin: originParam,
});

export const skyMatchesSchema = v.strictObject({
	ra: conditionEntries.ra.wrapped,
	dec: conditionEntries.dec.wrapped,
	radius: conditionEntries.radius.wrapped,
	limit: limitParam(5000, 500),
	...smallTableEntries,
});

export const densitySchema = v.strictObject({
	survey: conditionEntries.survey,
	class: conditionEntries.class,
	night: conditionEntries.night,
	nightFrom: conditionEntries.nightFrom,
	nightTo: conditionEntries.nightTo,
	by: v.optional(
		oneOf(
			['pixel', 'class', 'total'],
			'class: binary columns of counts by pixel, class and survey; total: the same of all together; else JSON',
		),
		'pixel',
	),
	origin: originParam,
});

export const cellPictureSchema = v.strictObject({
	centre: numberIn(0, 360, 'Right ascension of the middle of the map, ICRS degrees'),
	nightFrom: night('First night'),
	nightTo: night('Last night'),
	origin: originParam,
});

export const streamSchema = v.strictObject({
	survey: conditionEntries.survey,
	filter: v.optional(textOf(/^[0-9a-f-]{36}$/i, 'must be the id of a filter', 'Id of a filter: only its hits')),
	cursor: cursorParam,
	origin: originParam,
});

const MAX_SPARKLINES = 200;

export const sparklinesSchema = v.strictObject({
	objects: described(
		v.pipe(
			v.string(),
			v.check(
				(text) => text.split(',').length <= MAX_SPARKLINES,
				`must name at most ${MAX_SPARKLINES} objects, separated by commas`,
			),
			v.check((text) => objectsFrom(text).length > 0, 'must name objects as survey:objectId, separated by commas'),
		),
		'Objects as survey:objectId, separated by commas; what is special in a URL is percent-encoded twice',
		{ type: 'string' },
	),
	origin: originParam,
});

/** Objects of a `survey:objectId,...` text; none when any of it cannot be read. */
export function objectsFrom(text: string): { survey: string; objectId: string }[] {
	const objects = text.split(',').map((part) => {
		const colon = part.indexOf(':');
		return { survey: part.slice(0, colon), objectId: plainText(part.slice(colon + 1)) };
	});
	const known = objects.every(
		({ survey, objectId }) => SURVEYS.some((entry) => entry.name === survey) && v.is(objectIdParam, objectId),
	);
	return known ? objects : [];
}

function plainText(encoded: string): string {
	try {
		return decodeURIComponent(encoded);
	} catch {
		return encoded;
	}
}

export const cutoutSchema = v.strictObject({
	stretch: v.optional(
		oneOf(
			['linear', 'sqrt', 'log', 'asinh'],
			'Brightness curve of the PNG; unless told asinh, and linear for a difference',
		),
	),
	map: v.optional(
		oneOf(
			COLOUR_MAPS as readonly [ColourMap, ...ColourMap[]],
			'Colours of the PNG from low to high, grey unless told; divided is blue below the middle and orange above it',
		),
		'grey',
	),
	low: v.optional(numberIn(-1e30, 1e30, 'Value shown as the lowest, in the units of the image; zscale unless told')),
	high: v.optional(numberIn(-1e30, 1e30, 'Value shown as the highest, in the units of the image; zscale unless told')),
	lowPercent: v.optional(numberIn(0, 100, 'The same as the percentage of the pixels that lie below it; not with low')),
	highPercent: v.optional(
		numberIn(0, 100, 'The same as the percentage of the pixels that lie below it; not with high'),
	),
	missing: v.optional(
		oneOf(['204', '404'], 'Status where the alert came without that cutout: a page that expects gaps asks for 204'),
		'404',
	),
	origin: originParam,
});

/** Query of the alerts that filters are tried on. */
export const filterSampleSchema = v.strictObject({ limit: limitParam(500, 320), origin: originParam });

/** Query of the spread of a field's values. */
export const filterHistogramSchema = v.strictObject({
	field: textOf(
		/^[^]{1,2000}$/,
		'must be a field or an expression',
		'A field, or an expression of fields: mag, nearest("NED").sepArcsec',
	),
	origin: originParam,
});

type QuerySchema = v.GenericSchema<Record<string, string>, unknown>;

/** The query of a URL by a schema; throws a 400 problem that names each fault. Empty parameters count as not given. */
export function readQuery<Schema extends v.GenericSchema>(schema: Schema, url: URL): v.InferOutput<Schema> {
	const given: Record<string, string> = {};
	const faults: { parameter: string; message: string }[] = [];
	for (const [name, value] of url.searchParams) {
		if (value === '') continue;
		if (name in given) faults.push({ parameter: name, message: 'is given twice' });
		given[name] = value;
	}
	const parsed = v.safeParse(schema as unknown as QuerySchema, given);
	if (!parsed.success) {
		for (const issue of parsed.issues) {
			// of a list, the parameter and not the place in it
			const [first] = issue.path ?? [];
			const name = typeof first?.key === 'string' ? first.key : '';
			const missing = issue.type === 'strict_object' && issue.expected === 'never';
			const lacking = issue.type === 'strict_object' && issue.received === 'undefined';
			faults.push({
				parameter: name,
				message: missing ? 'is not a parameter here' : lacking ? 'is needed' : issue.message,
			});
		}
	}
	const [first] = faults;
	if (first !== undefined || !parsed.success) {
		const sentence = first === undefined ? 'cannot be read' : `${first.parameter} ${first.message}`;
		throw new ProblemError(400, `The request cannot be used: ${sentence}.`, faults);
	}
	return parsed.output;
}

type Conditions = v.InferOutput<v.StrictObjectSchema<typeof conditionEntries, undefined>>;

/** The box of a search, null when none of its edges is given. */
function boxFrom(
	edges: Readonly<Record<'raMin' | 'raMax' | 'decMin' | 'decMax', number | undefined>>,
): NonNullable<SearchQuery['box']> | null {
	const { raMin, raMax, decMin = -90, decMax = 90 } = edges;
	if (Object.values(edges).every((edge) => edge === undefined)) return null;
	if ((raMin === undefined) !== (raMax === undefined)) {
		throw new ProblemError(400, 'A box needs raMin and raMax together: without both it reaches around the sky.', [
			{ parameter: raMin === undefined ? 'raMin' : 'raMax', message: 'is needed' },
		]);
	}
	if (decMin > decMax) {
		throw new ProblemError(400, 'The box is empty: decMin is greater than decMax.', [
			{ parameter: 'decMin', message: 'must not be greater than decMax' },
		]);
	}
	return { raMin: raMin ?? 0, raMax: raMax ?? 360, decMin, decMax };
}

/** Conditions of a search from the query of a URL; throws a 400 problem where they do not go together. */
export function conditionsFrom(
	given: Conditions,
): Omit<SearchQuery, 'kind' | 'sort' | 'descending' | 'limit' | 'cursor'> {
	const {
		ra,
		dec,
		radius,
		raMin,
		raMax,
		decMin,
		decMax,
		night: one,
		class: classes,
		nightFrom,
		nightTo,
		...rest
	} = given;
	const box = boxFrom({ raMin, raMax, decMin, decMax });
	if (ra !== undefined || dec !== undefined || radius !== undefined) {
		if (ra === undefined || dec === undefined || radius === undefined) {
			throw new ProblemError(400, 'A cone needs ra, dec (degrees) and radius (arcsec), all three.');
		}
	}
	const from = one ?? nightFrom;
	const to = one ?? nightTo;
	const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as Omit<
		SearchQuery,
		'kind' | 'sort' | 'descending' | 'limit'
	>;
	return {
		...kept,
		...(ra === undefined || dec === undefined || radius === undefined
			? {}
			: { cone: { ra: wrapRa(ra), dec, radiusArcsec: radius } }),
		...(box === null ? {} : { box }),
		...(from === undefined ? {} : { nightFrom: from }),
		...(to === undefined ? {} : { nightTo: to }),
		...(classes === undefined ? {} : { class: classes }),
	};
}

/** Sort of a list: as asked (`-mag` = greatest first), else nearest first in a cone and newest first elsewhere. */
export function sortFrom(asked: string | undefined, inCone: boolean): Pick<SearchQuery, 'sort' | 'descending'> {
	if (asked === undefined) return inCone ? { sort: 'sep', descending: false } : { sort: 'mjd', descending: true };
	const name = asked.replace(/^-/, '');
	const sort = SORTS.find((known) => known === name) ?? { column: name };
	if (sort === 'sep' && !inCone) {
		throw new ProblemError(400, 'Sorting by separation needs a cone: give ra, dec and radius.', [
			{ parameter: 'sort', message: 'sep needs ra, dec and radius' },
		]);
	}
	return { sort, descending: asked.startsWith('-') };
}

type Searched = v.InferOutput<typeof searchSchema>;
/** What tells how the answer looks. */
type Shown = 'fields' | 'more' | 'format' | 'origin';

/** A whole search from the query of a URL. */
export function searchFrom(
	given: Omit<Searched, Shown> & Partial<Pick<Searched, Shown>>,
	kind: SearchQuery['kind'],
): SearchQuery {
	const { sort, limit, cursor } = given;
	const conditions = without(given, 'sort', 'limit', 'cursor', 'fields', 'more', 'format', 'origin');
	const read = conditionsFrom(conditions);
	return {
		...read,
		kind,
		...sortFrom(sort, read.cone !== undefined),
		limit,
		...(cursor === undefined ? {} : { cursor }),
	};
}
