import {
	BAND_FEATURES,
	COMBINED_BAND_FEATURES,
	COMBINED_FEATURES,
	type FeatureKind,
	OBJECT_FEATURES,
} from '#lib/alert/features.ts';
import { CORE_FIELDS, type CoreField, type FieldType, type SurveyField } from '#lib/alert/fields.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';

/**
 * Version of the schema of outgoing alerts: the first number changes with what old readers cannot read, which has not happened
 * yet, the second with every field that is added.
 */
export const SCHEMA_VERSION = '1.0';

/** Name under which the portal serves the schema: `/schemas/NAME.avsc`. */
export const SCHEMA_NAME = `nightjar-alert-${SCHEMA_VERSION}`;

/** A field of an Avro record, with its unit beside the words. */
export interface AvroField {
	readonly name: string;
	readonly type: AvroType;
	readonly doc?: string;
	readonly unit?: string;
	readonly default?: null | string | readonly never[];
}

/** An Avro record. */
export interface AvroRecord {
	readonly type: 'record';
	readonly name: string;
	readonly namespace?: string;
	readonly version?: string;
	readonly doc: string;
	readonly fields: readonly AvroField[];
}

type AvroType =
	| string
	| AvroRecord
	| readonly AvroType[]
	| { readonly type: 'array'; readonly items: AvroType }
	| { readonly type: 'map'; readonly values: AvroType };

const PLAIN: Readonly<Record<FieldType | CoreField['type'], string>> = {
	float32: 'float',
	float64: 'double',
	int: 'int',
	// 64-bit integers are decimal strings as in the API: no library loses digits of them
	long: 'string',
	id: 'string',
	text: 'string',
	truth: 'boolean',
	date: 'string',
};

const wordsOf = (meaning: string, unit: string): string => (unit === '' ? meaning : `${meaning} [${unit}]`);

/** A field that may be absent; null stands first so that it can be the default. */
function optional(name: string, type: AvroType, doc: string, unit = ''): AvroField {
	return { name, type: ['null', type], default: null, doc: wordsOf(doc, unit), ...(unit === '' ? {} : { unit }) };
}

function required(name: string, type: AvroType, doc: string, unit = ''): AvroField {
	return { name, type, doc: wordsOf(doc, unit), ...(unit === '' ? {} : { unit }) };
}

/** A list; readers of older alerts find it empty. */
function list(name: string, items: AvroType, doc: string): AvroField {
	return { name, type: { type: 'array', items }, default: [], doc };
}

function text(name: string, doc: string): AvroField {
	return { name, type: 'string', default: '', doc };
}

function record(name: string, doc: string, fields: readonly AvroField[]): AvroRecord {
	return { type: 'record', name, doc, fields };
}

/** Core fields that every alert has; a core field that comes later is optional, for older alerts lack it. */
const ALWAYS: ReadonlySet<string> = new Set([
	'survey',
	'alertId',
	'objectId',
	'programme',
	'origin',
	'mjd',
	'ra',
	'dec',
]);

function coreField({ name, type, unit, meaning }: CoreField): AvroField {
	return ALWAYS.has(name)
		? required(name, PLAIN[type], meaning, unit)
		: optional(name, PLAIN[type], type === 'date' ? `${meaning}, YYYY-MM-DD` : meaning, unit);
}

const surveyField = ({ name, type, unit, meaning }: SurveyField): AvroField =>
	optional(name, PLAIN[type], meaning, unit);

const featureField = ({ name, type, unit, meaning, formula, source }: FeatureKind): AvroField => {
	const from = source === '' ? '' : ` (${source})`;
	return optional(name, PLAIN[type], `${meaning}: ${formula}${from}`, unit);
};

const POINT = record('Point', 'A photometric point: a detection, forced photometry or an upper limit.', [
	required('kind', 'string', 'detection, forcedPhotometry or upperLimit'),
	required('band', 'string', 'Band of the exposure'),
	required('mjd', 'double', 'Middle of the exposure, MJD in TAI', 'd'),
	optional('psfFlux', 'float', 'PSF flux on the difference image, signed', 'nJy'),
	optional('psfFluxErr', 'float', '1 sigma error of psfFlux', 'nJy'),
	optional('mag', 'float', 'AB magnitude of |psfFlux|; absent for limits and forced points below 3 sigma', 'mag'),
	optional('magErr', 'float', '1 sigma error of mag', 'mag'),
	optional('limitMag', 'float', '5 sigma limit', 'mag'),
	optional('positive', 'boolean', 'The source is brighter than in the template'),
	optional('ra', 'double', 'Right ascension of this point, ICRS', 'deg'),
	optional('dec', 'double', 'Declination of this point, ICRS', 'deg'),
	text('programme', 'Programme whose data rights apply to this point'),
]);

const FEATURE_RECORD = record('Features', 'Numbers computed from the light curve as it was known then.', [
	text('version', 'Version of the formulas; empty where they could not be computed'),
	text('reason', 'Why the features are absent; empty otherwise'),
	...OBJECT_FEATURES.map(featureField),
	list(
		'bands',
		record('BandFeatures', 'Features of one band.', [
			required('band', 'string', 'The band; Y of ELAsTiCC and WINTER stands as y'),
			...BAND_FEATURES.map(featureField),
		]),
		'One for each band of the survey with at least one feature',
	),
	optional(
		'combined',
		record('CombinedFeatures', 'Features of the light curves of all surveys that saw the object.', [
			...COMBINED_FEATURES.map(featureField),
			list(
				'bands',
				record('CombinedBandFeatures', 'Combined features of one band.', [
					required('band', 'string', 'The band'),
					...COMBINED_BAND_FEATURES.map(featureField),
				]),
				'One for each band with at least one feature',
			),
		]),
		'Features over the surveys; absent where none could be computed',
	),
]);

const SCORE = record('Score', 'A number that a model gave to this alert.', [
	required('model', 'string', 'Name of the model'),
	required('version', 'string', 'Its version'),
	required('label', 'string', 'What the number is for'),
	optional('score', 'float', 'In [0, 1]; absent where it is not done'),
	required('state', 'string', 'done or notDone'),
	text('reason', 'Why it was not done; empty otherwise'),
]);

const MATCH = record('Match', 'A source of a catalogue near the alert.', [
	required('sourceId', 'string', 'Id of the source in its catalogue'),
	required('sepArcsec', 'double', 'Distance to the alert', 'arcsec'),
	required('ra', 'double', 'Right ascension, ICRS', 'deg'),
	required('dec', 'double', 'Declination, ICRS', 'deg'),
	optional('mag', 'float', 'Magnitude in the catalogue', 'mag'),
	optional('redshift', 'float', 'Redshift in the catalogue'),
	{ name: 'numbers', type: { type: 'map', values: 'double' }, doc: "The catalogue's other numbers by name" },
	{ name: 'texts', type: { type: 'map', values: 'string' }, doc: "The catalogue's other texts by name" },
]);

/** Matches of one catalogue that travel along, nearest first; `count` says how many there are. */
export const MATCHES_SENT = 5;

const CROSSMATCH = record('Crossmatch', 'What became of matching the alert with one catalogue.', [
	required('catalog', 'string', 'Name of the catalogue'),
	required('release', 'string', 'Its release'),
	required('state', 'string', 'matched, none or notDone'),
	optional('radiusArcsec', 'double', 'Radius of the search', 'arcsec'),
	text('reason', 'Why it was not done; empty otherwise'),
	required('count', 'int', 'Sources found'),
	list('matches', MATCH, `The nearest ${MATCHES_SENT} of them, nearest first`),
]);

const ASSOCIATION = record('Association', 'An object of another survey within 2 arcsec.', [
	required('survey', 'string', 'The other survey'),
	required('objectId', 'string', 'Its object'),
	required('programme', 'string', 'Programme whose data rights apply'),
	required('sepArcsec', 'double', 'Distance between the two', 'arcsec'),
	required('ra', 'double', 'Right ascension, ICRS', 'deg'),
	required('dec', 'double', 'Declination, ICRS', 'deg'),
	required('nDetections', 'int', 'Detections of the object so far'),
	optional('firstMjd', 'double', 'Its first detection, MJD in TAI', 'd'),
	optional('lastMjd', 'double', 'Its newest detection, MJD in TAI', 'd'),
	list('photometry', 'Point', 'Its points up to the time of the alert, in time order'),
]);

const HIT = record('Hit', 'A filter that the alert passed.', [
	required('filterId', 'string', 'Id of the filter'),
	required('version', 'int', 'Version of the filter'),
	required('name', 'string', 'Name of the filter'),
	optional('topic', 'string', 'Its topic without prefix and origin'),
	list(
		'annotations',
		record('Annotation', 'A value that the filter adds.', [
			required('name', 'string', 'Name of the value'),
			{ name: 'value', type: ['null', 'double', 'string', 'boolean'], default: null, doc: 'The value' },
		]),
		'Values that the filter adds',
	),
]);

const CUTOUTS = record(
	'Cutouts',
	'Images around the detection, as the survey sent them (gzipped FITS, FITS or JPEG).',
	[
		optional('science', 'bytes', 'Image of the exposure'),
		optional('template', 'bytes', 'Reference image'),
		optional('difference', 'bytes', 'Science minus template; ZTF turns it over for negative detections'),
	],
);

/** The schema of outgoing alerts, made from the catalogues of fields and features. */
export function alertSchema(): AvroRecord {
	return {
		type: 'record',
		name: 'Alert',
		namespace: 'nightjar',
		version: SCHEMA_VERSION,
		doc: 'An alert with all that Nightjar knew of it when it was enriched. Absent values are null; 64-bit integers are decimal strings.',
		fields: [
			...CORE_FIELDS.map(coreField),
			text('alertIdText', 'Id of a survey whose ids are texts; empty otherwise'),
			required('detection', POINT, 'The detection that triggered the alert'),
			list('photometry', 'Point', 'Light curve as it was known then, in time order, the detection included'),
			required('features', FEATURE_RECORD, 'Numbers computed from the light curve'),
			list('scores', SCORE, 'Scores of models'),
			list('crossmatches', CROSSMATCH, 'Catalogues that were tried'),
			list('associations', ASSOCIATION, 'Objects of other surveys at the same place, nearest first'),
			list(
				'tags',
				'string',
				'Words: young (first detection less than 5 d ago, no solar system object), one detection, only negative, two surveys, redshift known, and the features rock, star, nearBrightStar and stationary where they hold',
			),
			...SURVEYS.map(({ name, label, fields }) =>
				optional(
					name,
					record(
						`${name.charAt(0).toUpperCase()}${name.slice(1)}Fields`,
						`Fields of ${label}.`,
						fields.map(surveyField),
					),
					`Own fields of ${label}, under its names`,
				),
			),
			text('writer', 'Slot of the writer; with number it names the batch'),
			text('number', 'Number of the batch of that writer'),
			optional('cutouts', CUTOUTS, 'Images, where they are sent'),
			list('hits', HIT, 'Filters with a topic that the alert passed; on the topic of a filter only its own'),
		],
	};
}
