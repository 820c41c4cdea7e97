import { LIMITS, type FunctionEntry, type Member } from '#lib/filter/index.ts';
import { count } from '#lib/format/text.ts';

/** Groups of functions: key, heading, note. */
export const FUNCTION_GROUPS: readonly (readonly [FunctionEntry['group'], string, string])[] = [
	[
		'lists',
		'Lists and light curves',
		'A list is detections, forcedPhotometry, upperLimits, or what where, sort, take, pairs, matches and associations give. d => ... asks of one element d; the alert’s own fields can stand beside it.',
	],
	[
		'records',
		'Catalogues, surveys, models',
		'What was known of the alert when it came: matches within each catalogue’s radius, the other survey’s object within 2 arcsec, scores of models.',
	],
	['sky', 'Sky', 'Degrees (ICRS) for places, arcsec for distances.'],
	['numbers', 'Numbers', 'Angles of the functions are radians.'],
	['other', 'Other', ''],
];

/** Kinds of record: key, heading, example. */
export const RECORDS: readonly (readonly [Member['record'], string, string])[] = [
	['point', 'A point of a light curve', 'any(detections, d => d.mag < 19)'],
	['pair', 'Two neighbours in one band', 'any(pairs(detections), p => p.magRate < -0.2)'],
	['match', 'A source of a catalogue', 'nearest("NED").redshift < 0.05'],
	['association', 'An object of another survey', 'associated("lsst").nDetections > 0'],
];

/** Operators: written, meaning, example. */
export const OPERATORS: readonly (readonly [string, string, string])[] = [
	[
		'and, or, not',
		'Joins questions. and binds tighter than or; brackets where it matters.',
		'not rock and (age < 5 or mag < 18)',
	],
	['== != < <= > >=', 'Compares numbers of one unit, texts, times, ids, truths.', 'ztf.drb >= 0.8'],
	['between … and …', 'Both ends included; not between for the rest.', 'age between 1 and 5'],
	['in […]', 'One of some values; not in for none of them.', 'band in ["g", "r"]'],
	[
		'in circle(…), box(…), area("…"), list("…")',
		'Where the alert lies, or an object that is in a list.',
		'in circle(210.8, 54.35, 600)',
	],
	['is present, is absent', 'Whether there is a value. Never unknown.', 'ssoName is absent'],
	['contains, startsWith, endsWith', 'Parts of a text.', 'objectId startsWith "ZTF26"'],
	[
		'+ − * / %',
		'Arithmetic in double precision; what is divided by zero is absent.',
		'(mag - g.peakMag) / sincePeak > 0.1',
	],
	['value.member', 'A part of a record.', 'first(detections).mjd'],
];

/** Lines that a filter is made of: written, meaning, example. */
export const LINES: readonly (readonly [string, string, string])[] = [
	[
		'let name = …',
		'A named part: a question or a value that is used further down, once or often.',
		'let young = age < 5',
	],
	[
		'use "name@version" as name',
		'Takes in a block that someone shares, at that version for good.',
		'use "extragalactic@2" as extragalactic',
	],
	['a question', 'The condition. Its parts joined by and are the lines of the funnel.', 'young and not rock'],
	[
		'annotate name = …, …',
		`Values that every hit carries: columns in files, feeds and Kafka. At most ${LIMITS.annotations}.`,
		'annotate rise = g.riseRate, host = nearest("NED").sepArcsec',
	],
	[
		'order by … [descending]',
		'Makes it a filter that runs after the night, when all alerts of it are in.',
		'order by mag',
	],
	['limit n', `After the night: the first n. At most ${count(LIMITS.rows)}.`, 'limit 20'],
	['one per object', 'After the night: the first alert of each object.', 'one per object'],
	[
		'sample fraction',
		'A fixed share of what passes, chosen by a hash of the id: always the same alerts.',
		'sample 0.01',
	],
	['# text', 'A remark, to the end of the line.', '# mended after the run of May'],
];
