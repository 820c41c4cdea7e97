import { CORE_FIELDS, type CoreField, type FieldType } from '#lib/alert/fields.ts';
import { FEATURES } from '#lib/alert/features.ts';
import { CUTOUT_KINDS } from '#lib/alert/cutout.ts';
import { ROW_COLUMNS } from '#clickhouse/read/columns.ts';
import { OBJECT_COLUMNS, POINT_COLUMNS } from '#clickhouse/read/export.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { FILTER_ROUTES } from './filters/openapi.ts';
import { ACCOUNT_LIMIT, API_LIMIT, TOKEN_PART } from './limits.ts';
import {
	alertSchema,
	asOfSchema,
	catalogConeSchema,
	catalogParam,
	catalogSchema,
	catalogsSchema,
	coneSchema,
	countSchema,
	crossmatchSchema,
	facetsSchema,
	cutoutSchema,
	densitySchema,
	designationParam,
	fieldsSchema,
	filterHistogramSchema,
	filterSampleSchema,
	listParam,
	listsSchema,
	idParam,
	modelsSchema,
	streamsSchema,
	namesSchema,
	neighboursSchema,
	nightsSchema,
	objectIdParam,
	objectMatchesSchema,
	MOST_OBJECTS,
	photometrySchema,
	plainSchema,
	scoresSchema,
	searchCutoutsSchema,
	searchPhotometrySchema,
	searchSchema,
	skyMatchesSchema,
	skySchema,
	sparklinesSchema,
	statusSchema,
	streamSchema,
	surveyParam,
	tonightSchema,
} from './params.ts';
import { CUTOUT_FORMS } from './cutoutImage.ts';
import { MOST_SOURCES } from './names.ts';
import { MOST_POSITIONS } from './positions.ts';
import { version } from './version.ts';
import { without } from './without.ts';

type Json = Readonly<Record<string, unknown>>;
type Entries = Readonly<Record<string, v.GenericSchema>>;

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const nullable = (type: string): Json => ({ type: [type, 'null'] });

/** Schema and description of a parameter as it is written in a URL: as its metadata says, else as the schema itself does. */
function metadataOf(schema: v.GenericSchema): { json: Json; description: string } {
	const inner = 'wrapped' in schema ? (schema.wrapped as v.GenericSchema) : schema;
	const metadata = v.getMetadata(inner) as { description?: string; json?: Json };
	const own = without(toJsonSchema(inner, { typeMode: 'input', errorMode: 'ignore' }), '$schema', 'description');
	return { json: metadata.json ?? own, description: metadata.description ?? '' };
}

function queryParameters(entries: Entries): Json[] {
	return Object.entries(entries).map(([name, schema]) => {
		const { json, description } = metadataOf(schema);
		const fallback = 'default' in schema ? { default: schema.default } : {};
		return {
			name,
			in: 'query',
			required: schema.type !== 'optional',
			description,
			schema: { ...json, ...fallback },
		};
	});
}

function pathParameter(name: string, schema: v.GenericSchema): Json {
	const { json, description } = metadataOf(schema);
	return { name, in: 'path', required: true, description, schema: json };
}

const PATH_PARAMETERS: Readonly<Record<string, Json>> = {
	survey: pathParameter('survey', surveyParam),
	objectId: pathParameter('objectId', objectIdParam),
	alertId: pathParameter('alertId', idParam),
	name: pathParameter('name', catalogParam),
	designation: pathParameter('designation', designationParam),
	id: {
		name: 'id',
		in: 'path',
		required: true,
		description: 'Id of a filter',
		schema: { type: 'string', format: 'uuid' },
	},
	test: {
		name: 'test',
		in: 'path',
		required: true,
		description: 'Id of a trial',
		schema: { type: 'string', format: 'uuid' },
	},
	output: {
		name: 'output',
		in: 'path',
		required: true,
		description: 'Id of an output of a filter',
		schema: { type: 'string', format: 'uuid' },
	},
	list: pathParameter('list', listParam),
	kind: {
		name: 'kind',
		in: 'path',
		required: true,
		description: 'Which cutout',
		schema: { type: 'string', enum: CUTOUT_KINDS },
	},
	ext: {
		name: 'ext',
		in: 'path',
		required: true,
		description: 'Format of the cutout',
		schema: { type: 'string', enum: CUTOUT_FORMS },
	},
};

function fieldSchema(type: CoreField['type'] | FieldType): Json {
	switch (type) {
		case 'float32':
		case 'float64':
			return nullable('number');
		case 'int':
			return nullable('integer');
		case 'long':
			return { type: ['string', 'null'], pattern: '^-?[0-9]+$' };
		case 'truth':
			return nullable('boolean');
		case 'text':
			return nullable('string');
		case 'id':
			return { type: 'string', pattern: '^[0-9]+$' };
		case 'date':
			return { type: 'string', format: 'date' };
	}
}

function described(field: { meaning: string; unit: string; type: CoreField['type'] }): Json {
	const unit = field.unit === '' ? '' : ` [${field.unit}]`;
	return { ...fieldSchema(field.type), description: `${field.meaning}${unit}` };
}

function columnProperties(columns: typeof OBJECT_COLUMNS): Json {
	const types = {
		number: nullable('number'),
		integer: nullable('integer'),
		truth: nullable('boolean'),
		id: { type: ['string', 'null'], pattern: '^[0-9]+$' },
		text: nullable('string'),
		date: { type: 'string', format: 'date' },
		time: { type: 'string', format: 'date-time' },
	} as const;
	return Object.fromEntries(columns.map((column) => [column.name, types[column.kind]]));
}

function pageOf(row: string): Json {
	return {
		type: 'object',
		required: ['rows', 'total', 'nextCursor'],
		properties: {
			rows: { type: 'array', items: ref(row) },
			total: { type: 'integer', description: 'How many match, exact' },
			nextCursor: { ...nullable('string'), description: 'Give it as cursor for the next page; null at the end' },
			elapsedMs: { type: 'number' },
			rowsRead: { type: 'integer' },
		},
	};
}

/** Columns that a search was given besides. */
const MORE: Json = {
	type: 'object',
	description: 'What the parameter more asked for, by its names; absent without it',
	additionalProperties: { type: ['number', 'string', 'boolean', 'null'] },
};

function schemas(): Json {
	const rows = new Set(ROW_COLUMNS.map((column) => column.name));
	const core = (wanted: (name: string) => boolean): Json =>
		Object.fromEntries(
			CORE_FIELDS.filter((field) => wanted(field.name)).map((field) => [field.name, described(field)]),
		);
	const own = Object.fromEntries(
		SURVEYS.map((survey) => [
			survey.name,
			{
				type: 'object',
				description: `Fields of ${survey.label} alone`,
				properties: Object.fromEntries(survey.fields.map((field) => [field.name, described(field)])),
			},
		]),
	);
	const separation = { sepArcsec: { type: 'number', description: 'Distance from the centre of the cone [arcsec]' } };
	return {
		Alert: { type: 'object', properties: { ...core((name) => rows.has(name)), ...separation, more: MORE } },
		AlertDetail: {
			type: 'object',
			properties: {
				...core(() => true),
				...own,
				features: {
					type: 'object',
					description: 'Features of the light curve as it was known then, in the version featureVersion',
					properties: Object.fromEntries(FEATURES.map((feature) => [feature.name, described(feature)])),
				},
				featureVersions: {
					type: 'array',
					description: 'Versions that this alert has features of, newest first',
					items: {
						type: 'object',
						properties: { version: { type: 'string' }, knownAt: { type: 'string', format: 'date-time' } },
					},
				},
				cutouts: { type: 'array', items: { type: 'string', enum: CUTOUT_KINDS } },
				cutoutsDropped: { type: 'array', items: { type: 'string', enum: CUTOUT_KINDS } },
				scores: { type: 'array', items: ref('Score') },
				provenance: { type: 'object' },
			},
		},
		Score: {
			type: 'object',
			properties: {
				alertId: { type: 'string', pattern: '^[0-9]+$' },
				mjd: { type: 'number', description: 'Middle of the exposure of the alert, MJD in TAI [d]' },
				model: { type: 'string' },
				version: { type: 'string' },
				label: { type: 'string', description: 'Which number of the model' },
				score: { ...nullable('number'), description: 'What the label says, mostly a probability; null where not done' },
				state: { type: 'string', enum: ['done', 'notDone'] },
				reason: { type: 'string', description: 'Why it is not done' },
				knownAt: { type: 'string', format: 'date-time' },
			},
		},
		Object: { type: 'object', properties: { ...columnProperties(OBJECT_COLUMNS), ...separation, more: MORE } },
		Point: { type: 'object', properties: { ...columnProperties(POINT_COLUMNS), images: imagesSchema() } },
		AlertPage: pageOf('Alert'),
		ObjectPage: pageOf('Object'),
		Problem: {
			type: 'object',
			required: ['title', 'status', 'detail'],
			properties: {
				type: { type: 'string' },
				title: { type: 'string' },
				status: { type: 'integer' },
				detail: { type: 'string', description: 'What is wrong and what to do' },
				errors: {
					type: 'array',
					items: {
						type: 'object',
						properties: { parameter: { type: 'string' }, message: { type: 'string' } },
					},
				},
			},
		},
	};
}

/** Light of the images behind a point; files have it as columns. */
function imagesSchema(): Json {
	const flux = (what: string): Json => ({
		type: ['object', 'null'],
		description: `${what}, with its 1 sigma error [nJy]; null where the packets do not say`,
		properties: { flux: { type: 'number' }, err: { type: 'number' } },
	});
	return {
		type: 'object',
		description:
			'Light of the source on the images behind the difference; absent where the packets do not say. Files hold it as templateFlux, templateFluxErr, templateBorrowed, scienceFlux and scienceFluxErr, with the apparent magnitude as scienceMag and scienceMagErr',
		properties: {
			template: flux('On the template'),
			science: flux('On the science image: as the survey measured it, else template and difference together'),
			borrowed: {
				type: 'boolean',
				description: 'The template is of the alert nearest in time in the same band: the point has no alert of its own',
			},
		},
	};
}

/** What an object is named by. */
function objectKey(): Json {
	return {
		type: 'object',
		required: ['survey', 'objectId'],
		properties: {
			survey: { type: 'string', enum: SURVEYS.map((survey) => survey.name) },
			objectId: { type: 'string' },
		},
	};
}

/** What an answer to a search says beside the points. */
const SEARCHED: Json = {
	matching: { type: 'integer', description: 'Objects that match' },
	nextCursor: { type: ['string', 'null'], description: 'Goes on with the next objects' },
};

/** The points of many objects; the light of the images is flat, as in files. */
function photometryAnswer(more: Json = {}): Json {
	return {
		type: 'object',
		properties: {
			origin: { type: 'string' },
			...more,
			objects: { type: 'integer', description: 'Objects that have points here' },
			without: { type: 'array', items: objectKey(), description: 'Objects without a point that you may see' },
			total: { type: 'integer', description: 'Points of all of them' },
			points: { type: 'array', items: { type: 'object', properties: columnProperties(POINT_COLUMNS) } },
		},
	};
}

const json = (schema: Json): Json => ({ 'application/json': { schema } });
const bytes = (type: string): Json => ({ [type]: { schema: { type: 'string', format: 'binary' } } });
const FILES: Json = {
	'text/csv': { schema: { type: 'string' } },
	'application/x-ndjson': { schema: { type: 'string' } },
	...bytes('application/vnd.apache.parquet'),
	...bytes('application/vnd.apache.arrow.file'),
	'application/x-votable+xml': { schema: { type: 'string' } },
};

/** What small tables come as. */
const SMALL: Json = {
	'text/csv': { schema: { type: 'string' } },
	'application/x-ndjson': { schema: { type: 'string' } },
};

/** A route of the API; one path may have several, each with a method of its own. */
export interface Route {
	readonly path: string;
	/** GET, or POST where it takes a body, unless told. */
	readonly method?: 'get' | 'post' | 'put' | 'patch' | 'delete';
	readonly summary: string;
	readonly query: Entries;
	readonly content: Json;
	/** GET unless it takes a body. */
	readonly body?: { readonly description: string; readonly content: Json };
}

const anyObject: Json = { type: 'object' };

/** A body with the text of a filter and what else is asked. */
function filterBody(more: Json, required: readonly string[] = []): NonNullable<Route['body']> {
	return {
		description: 'The text of the filter, at most 65,536 characters',
		content: json({
			type: 'object',
			required: ['text', ...required],
			properties: { text: { type: 'string' }, ...more },
			additionalProperties: false,
		}),
	};
}

const NIGHTS: Json = {
	nightFrom: { type: 'string', format: 'date', description: 'First night' },
	nightTo: { type: 'string', format: 'date', description: 'Last night' },
};

const count = (description: string): Json => ({ type: ['integer', 'null'], description });

const table = (description: string, properties: Record<string, Json>): Json => ({
	type: 'array',
	description,
	items: { type: 'object', required: Object.keys(properties), properties },
});

/** The parts of the status that say what a null means; the others are as their tables. */
const STATUS: Json = {
	type: 'object',
	properties: {
		rates: table('What went through each stage in the last minute, by the batches that were published in it', {
			stage: {
				enum: ['received', 'decoded', 'enriched', 'stored', 'published'],
				description: 'Published: messages that output topics took',
			},
			lastMinute: count(
				'Null where it is not known: received, decoded and published are of every programme and so for the operator only; published also where nothing was ever sent',
			),
			perSecond: { type: ['number', 'null'] },
		}),
		nightCompleteness: table(
			'What became of the records of the newest nights (seven at most), by survey and source, of topics by partition; for the operator, else empty. received = stored + duplicates + deadLetters',
			{
				night: {
					type: ['string', 'null'],
					description:
						'Null for what the source had besides: records of other nights or origins, or of none that is known',
				},
				survey: { type: 'string' },
				source: { type: 'string' },
				topic: { type: 'string', description: 'Empty where the source is no topic' },
				partition: count('Null where the source is no topic'),
				received: { type: 'integer' },
				stored: { type: 'integer' },
				duplicates: { type: 'integer' },
				deadLetters: { type: 'integer' },
				missing: count(
					'Offsets of which nothing came; null where they cannot be told by night, or where offsets do not follow one another',
				),
				closed: {
					enum: ['sourceEnded', 'idle', 'operator', null],
					description: 'How the night was closed; null while it is open',
				},
				state: {
					enum: ['complete', 'open', 'gaps', 'unknown'],
					description: 'unknown: closed, but offsets of the partition are missing and nothing says of which night',
				},
			},
		),
	},
};

const ROUTES: readonly Route[] = [
	{
		path: '/alerts',
		summary: 'Alerts that match: one page, or every row as a file',
		query: searchSchema.entries,
		content: { ...json(ref('AlertPage')), ...FILES },
	},
	{
		path: '/objects',
		summary: 'Objects that have an alert which matches: one page, or every row as a file',
		query: searchSchema.entries,
		content: { ...json(ref('ObjectPage')), ...FILES },
	},
	{
		path: '/cone',
		summary: 'Objects or alerts within a radius (arcsec) of a position, nearest first',
		query: coneSchema.entries,
		content: { ...json({ anyOf: [ref('ObjectPage'), ref('AlertPage')] }), ...FILES },
	},
	{
		path: '/count',
		summary: 'How many a search would return',
		query: countSchema.entries,
		content: json({ type: 'object', properties: { kind: { type: 'string' }, total: { type: 'integer' } } }),
	},
	{
		path: '/facets',
		summary: 'How the alerts of a search spread over magnitude, reliability, age, detections, night, class and survey',
		query: facetsSchema.entries,
		content: json({
			type: 'object',
			properties: {
				windowFrom: { type: ['string', 'null'], description: 'First night counted where the search names none' },
				bars: {
					type: ['object', 'null'],
					description: 'Nights whose bars are counted where the search names nights or times; null = all',
					properties: { from: { type: 'string' }, to: { type: 'string' } },
				},
				oneIn: { type: 'integer', description: '1 = exact; n = estimated from one object in n' },
				facets: {
					type: 'array',
					items: {
						type: 'object',
						properties: {
							name: { type: 'string' },
							bins: {
								type: 'array',
								items: {
									type: 'object',
									properties: {
										key: { type: 'string' },
										from: { type: 'number' },
										to: { type: 'number' },
										alerts: { type: 'integer' },
									},
								},
							},
						},
					},
				},
			},
		}),
	},
	{
		path: '/objects/{survey}/{objectId}',
		summary: 'One object and its neighbours within an arcminute',
		query: asOfSchema.entries,
		content: json(ref('Object')),
	},
	{
		path: '/objects/{survey}/{objectId}/photometry',
		summary: 'Every point of one object, one measurement each, in time order',
		query: photometrySchema.entries,
		content: {
			...json({ type: 'object', properties: { points: { type: 'array', items: ref('Point') } } }),
			...FILES,
		},
	},
	{
		path: '/objects/{survey}/{objectId}/bundle',
		summary:
			'Everything known of one object as a tar: fields, photometry, cutouts, matches, versions, licence, citation',
		query: asOfSchema.entries,
		content: bytes('application/x-tar'),
	},
	{
		path: '/objects/{survey}/{objectId}/alerts',
		summary: 'The alerts of one object, newest first',
		query: searchSchema.entries,
		content: { ...json(ref('AlertPage')), ...FILES },
	},
	{
		path: '/objects/{survey}/{objectId}/scores',
		summary: 'Scores of models on the alerts of one object through time, or why there is none',
		query: scoresSchema.entries,
		content: { ...json({ type: 'object', properties: { scores: { type: 'array', items: ref('Score') } } }), ...SMALL },
	},
	{
		path: '/sso/{designation}',
		summary:
			'The alerts of one body of the solar system, of every survey, newest first: by its number, its name or its provisional designation, as far as surveys write them; with what each packet predicts of place and magnitude and the measured less the predicted (predictedRa, predictedDec, predictedMag, offsetRaArcsec, offsetDecArcsec, offsetArcsec, offsetMag; null = not predicted)',
		query: searchSchema.entries,
		content: { ...json(ref('AlertPage')), ...FILES },
	},
	{
		path: '/models',
		summary: 'The models that score alerts: version, card, licence, and how many scores they gave',
		query: modelsSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/streams',
		summary: 'Streams that anyone may follow: topic, rule, and public alerts of the last nights',
		query: streamsSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/alerts/{survey}/{alertId}',
		summary: 'One alert with every field; as a table, one line a field with its unit and meaning',
		query: alertSchema.entries,
		content: { ...json(ref('AlertDetail')), ...SMALL },
	},
	{
		path: '/alerts/{survey}/{alertId}/cutouts/{kind}.{ext}',
		summary:
			'A cutout: fits or jpg as the survey sent it; png for a look, with zscale limits unless told, NaN transparent and a difference linear about 0; json for its pixels',
		query: cutoutSchema.entries,
		content: {
			...bytes('application/fits'),
			...bytes('image/png'),
			...bytes('image/jpeg'),
			...json({
				type: 'object',
				properties: {
					kind: { type: 'string', enum: CUTOUT_KINDS },
					width: { type: 'integer' },
					height: { type: 'integer' },
					orientation: {
						type: ['object', 'null'],
						description: 'How the image lies on the sky; null where its header does not say',
						properties: {
							rotationDeg: {
								type: 'number',
								description: 'Degrees to turn it counter-clockwise so that north points up',
							},
							mirrored: { type: 'boolean', description: 'Whether east is then on the right' },
						},
					},
					pixels: {
						type: 'array',
						description: 'Rows, the bottom one first as in FITS, in the units of the image; null where it has no value',
						items: { type: 'array', items: nullable('number') },
					},
				},
			}),
		},
	},
	{
		path: '/objects/{survey}/{objectId}/neighbours',
		summary: 'Objects of every survey around one object, nearest first, with separation and position angle',
		query: neighboursSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/tonight',
		summary:
			'The newest night with alerts, or one asked for: counts, newest alerts, new objects; a file holds its new objects',
		query: tonightSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/fields',
		summary:
			'The field catalogue: every field with type, unit, meaning and surveys, formula and version where it is computed',
		query: fieldsSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/sparklines',
		summary: 'The newest points of up to 200 objects',
		query: sparklinesSchema.entries,
		content: json(anyObject),
	},
	{
		path: '/nights',
		summary:
			'Alerts per night and survey, newest night first; by=class counts each class of a night by itself. Of an alert that came again with another class both are counted there',
		query: nightsSchema.entries,
		content: {
			...json({
				type: 'object',
				properties: {
					origin: { type: 'string' },
					nights: {
						type: 'array',
						items: {
							type: 'object',
							properties: {
								survey: { type: 'string' },
								night: { type: 'string', format: 'date' },
								class: { type: 'string', description: 'With by=class: its key, none where not classified' },
								alerts: { type: 'integer' },
								closed: { type: 'boolean', description: 'Whether the night is over and complete' },
							},
						},
					},
				},
			}),
			...SMALL,
		},
	},
	{
		path: '/sky',
		summary: 'Alerts as binary columns for a map: the newest night unless told, an even sample beyond limit',
		query: skySchema.entries,
		content: bytes('application/octet-stream'),
	},
	{
		path: '/sky/ids',
		summary: 'Alert ids (64 bit, little-endian) in the order of /sky with the same query and its cursor',
		query: skySchema.entries,
		content: bytes('application/octet-stream'),
	},
	{
		path: '/sky/matches',
		summary: 'Catalogue sources that the objects in a cone were matched to',
		query: skyMatchesSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/sky/density',
		summary: 'Alerts per HEALPix pixel of order 6, nested; by=class gives binary columns by pixel, class and survey',
		query: densitySchema.entries,
		content: json(anyObject),
	},
	{
		path: '/stream',
		summary: 'New alerts as server-sent events; come back with Last-Event-ID and miss nothing',
		query: streamSchema.entries,
		content: { 'text/event-stream': { schema: { type: 'string' } } },
	},
	{
		path: '/status',
		summary: 'The pipeline as it stands; a file holds one of its tables',
		query: statusSchema.entries,
		content: { ...json(STATUS), ...SMALL },
	},
	{
		path: '/objects/{survey}/{objectId}/crossmatches',
		summary:
			'What became of matching one object with every catalogue (matched, none, notDone), sources nearest first, and the objects of other surveys at its place; a file holds the sources',
		query: objectMatchesSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/catalogs',
		summary: 'The catalogues that alerts are matched with: release, size, radius, licence, citation, columns',
		query: catalogsSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/catalogs/{name}',
		summary: 'One catalogue with its columns and a sample of its sources; a file holds the sample',
		query: catalogSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/catalogs/{name}/cone',
		summary: 'Sources of one catalogue within a radius (arcsec) of a position, nearest first',
		query: catalogConeSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/names',
		summary:
			'What a name means here: sources of the loaded catalogues with their positions (looked up in those of at most ' +
			`${MOST_SOURCES.toLocaleString('en')} sources), bodies of the solar system among the alerts that you may see, and objects whose ids begin with it (four letters or digits, at most six objects)`,
		query: namesSchema.entries,
		content: json({
			type: 'object',
			properties: {
				name: { type: 'string' },
				sources: {
					type: 'array',
					items: {
						type: 'object',
						properties: {
							catalog: { type: 'string' },
							release: { type: 'string' },
							sourceId: { type: 'string' },
							name: { type: 'string', description: 'As the catalogue writes it' },
							ra: { type: 'number', description: 'ICRS [deg]' },
							dec: { type: 'number', description: 'ICRS [deg]' },
						},
					},
				},
				solarSystem: { type: 'array', items: { type: 'string' }, description: 'Names as surveys write them' },
				objects: {
					type: 'array',
					items: { type: 'object', properties: { survey: { type: 'string' }, objectId: { type: 'string' } } },
					description: 'Objects whose ids begin so',
				},
				lookedIn: { type: 'array', items: { type: 'string' }, description: 'Catalogues that were looked through' },
				leftOut: { type: 'array', items: { type: 'string' }, description: 'Catalogues that are too large for it' },
			},
		}),
	},
	{
		path: '/crossmatch',
		summary: `Objects or alerts, or sources of a catalogue, around each of up to ${MOST_POSITIONS} positions (fewer within more than 120 arcsec), nearest first`,
		query: crossmatchSchema.entries,
		content: { ...json(anyObject), ...SMALL },
		body: {
			description:
				'Positions, ICRS degrees: a list of [ra, dec] or {"ra", "dec", "id"} in JSON, or CSV with the columns ra, dec and, if you like, id',
			content: {
				...json({
					type: 'array',
					maxItems: MOST_POSITIONS,
					items: {
						anyOf: [
							{ type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
							{
								type: 'object',
								required: ['ra', 'dec'],
								properties: { ra: { type: 'number' }, dec: { type: 'number' }, id: { type: 'string' } },
							},
						],
					},
				}),
				'text/csv': { schema: { type: 'string' } },
			},
		},
	},
	{
		path: '/photometry',
		summary: `Every point of up to ${MOST_OBJECTS} objects, one measurement each, by survey and id and then in time order; X-Objects-Without-Points says how many have none that you may see, and JSON names them`,
		query: photometrySchema.entries,
		content: { ...json(photometryAnswer()), ...FILES },
		body: {
			description:
				'Objects: a list of {"survey", "objectId"} in JSON, or CSV with the columns survey and objectId; one that is named twice comes once',
			content: {
				...json({ type: 'array', maxItems: MOST_OBJECTS, items: objectKey() }),
				'text/csv': { schema: { type: 'string' } },
			},
		},
	},
	{
		path: '/photometry',
		summary: `Every point of the objects that a search finds, up to ${MOST_OBJECTS} at a time in the order of the search; by survey and id and then in time order. X-Objects-Matching says how many match, X-Next-Cursor goes on with the next; JSON has both`,
		query: searchPhotometrySchema.entries,
		content: { ...json(photometryAnswer(SEARCHED)), ...FILES },
	},
	{
		path: '/cutouts',
		summary:
			'The cutouts of what a search finds, as the surveys sent them, with a table of the alerts, as a tar: up to 1,000 alerts at a time, 200 unless told. X-Total-Count says how many match, X-Next-Cursor goes on with the next',
		query: searchCutoutsSchema.entries,
		content: bytes('application/x-tar'),
	},
	{
		path: '/filters/check',
		summary:
			'Checks the text of a filter: problems with place and suggestion, canonical text, conditions, cost, SQL to read',
		query: plainSchema.entries,
		content: json(anyObject),
		body: filterBody({}),
	},
	{
		path: '/filters/sample',
		summary:
			'Recent alerts with all that was known of them, to try a filter on: one an object, evenly over surveys and classes',
		query: filterSampleSchema.entries,
		content: json(anyObject),
	},
	{
		path: '/filters/funnel',
		summary:
			'Alerts of each night that survive each condition of a filter, and that pass each alone; nights there was no time for are named in waiting',
		query: plainSchema.entries,
		content: json(anyObject),
		body: filterBody({
			nightFrom: { type: 'string', format: 'date', description: 'First night; six before the last unless told' },
			nightTo: { type: 'string', format: 'date', description: 'Last night; the newest unless told' },
			alone: { type: 'boolean', default: true, description: 'Also count each condition alone' },
			exact: {
				type: 'boolean',
				default: false,
				description: 'Every alert, however many; else an even share of objects of large nights',
			},
		}),
	},
	{
		path: '/filters/found',
		summary:
			'Alerts of some nights that pass a filter, and some that one condition alone keeps out, with all that was known of them',
		query: plainSchema.entries,
		content: json(anyObject),
		body: filterBody(NIGHTS, ['nightFrom', 'nightTo']),
	},
	{
		path: '/filters/efficiency',
		summary:
			'What a filter finds of what was really there, on simulated nights and those of test streams whose truth was loaded: alerts, objects and days to the first hit, by class and magnitude',
		query: plainSchema.entries,
		content: json(anyObject),
		body: filterBody(NIGHTS, ['nightFrom', 'nightTo']),
	},
	{
		path: '/filters/why',
		summary:
			'Why an alert, or the newest of an object, passes a filter or not: yes, no or unknown of each condition, with the values met',
		query: plainSchema.entries,
		content: json(anyObject),
		body: filterBody(
			{
				alertId: { type: 'string', pattern: '^[0-9]{1,20}$' },
				objectId: { type: 'string', maxLength: 100 },
				survey: { type: 'string', enum: SURVEYS.map((survey) => survey.name) },
			},
			[],
		),
	},
	{
		path: '/filters/histogram',
		summary: 'How the values of a field, or of an expression of fields, spread over recent alerts',
		query: filterHistogramSchema.entries,
		content: json(anyObject),
	},
	...FILTER_ROUTES,
	{
		path: '/lists',
		summary: 'Lists, watch-lists and areas that you may see, your own first',
		query: listsSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/lists/{list}',
		summary: 'A list with every object of it that you may see; of a watch-list with the position that it is near',
		query: listsSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{
		path: '/labels',
		summary: 'What you said of alerts while scanning: verdict, interesting, class',
		query: listsSchema.entries,
		content: { ...json(anyObject), ...SMALL },
	},
	{ path: '/openapi.json', summary: 'This description', query: {}, content: json(anyObject) },
];

const methodOf = ({ method, body }: Route): string => method ?? (body === undefined ? 'get' : 'post');

function operation(route: Route): Json {
	const { path, summary, query, content, body } = route;
	const method = methodOf(route);
	const named = path.replace(/[{}]/g, '').replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase());
	const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
	const problem = { 'application/problem+json': { schema: ref('Problem') } };
	return {
		[method]: {
			summary,
			// the usual method of a path has its name alone
			operationId: method === (body === undefined ? 'get' : 'post') && !isSecond(route) ? named : `${method}${named}`,
			parameters: [...names.flatMap((name) => PATH_PARAMETERS[name] ?? []), ...queryParameters(query)],
			...(body === undefined ? {} : { requestBody: { required: true, ...body } }),
			responses: {
				200: { description: summary, content },
				400: { description: 'The request cannot be used', content: problem },
				404: { description: 'Not found', content: problem },
				...(body === undefined ? {} : { 413: { description: 'Too much at once', content: problem } }),
				429: { description: 'Too many requests; Retry-After says when', content: problem },
				503: { description: 'The store does not answer', content: problem },
			},
		},
	};
}

/** Whether a path has a route before this one. */
function isSecond(route: Route): boolean {
	return ROUTES.find(({ path }) => path === route.path) !== route;
}

/** OpenAPI 3.1 description of the public API, from the schemas that check its requests and the field catalogue. */
export function openApiDocument(server: string): Json {
	return {
		openapi: '3.1.0',
		info: {
			title: 'Nightjar',
			version,
			description:
				'Alerts of time-domain surveys. Positions are ICRS degrees, times MJD in TAI at mid-exposure, fluxes nJy, magnitudes AB; ids and hpx29 are strings, exact to 64 bits; what is absent is null, and an empty cell in CSV. ' +
				`An address may make ${API_LIMIT.capacity} requests at once and ${API_LIMIT.perSecond} a second after that; an account ${ACCOUNT_LIMIT.capacity} and ${ACCOUNT_LIMIT.perSecond}, one token ${100 * TOKEN_PART} % of them; a file counts as ${API_LIMIT.exportCost}. A cone reaches 10 degrees at most. ` +
				'Files hold every row, in no particular order unless sort is given, and say how many in X-Total-Count.',
			license: { name: 'GPL-3.0-or-later', identifier: 'GPL-3.0-or-later' },
		},
		servers: [{ url: `${server}/api/v1` }],
		paths: ROUTES.reduce<Record<string, Json>>(
			(paths, route) => ({ ...paths, [route.path]: { ...paths[route.path], ...operation(route) } }),
			{},
		),
		components: {
			schemas: schemas(),
			securitySchemes: {
				token: {
					type: 'http',
					scheme: 'bearer',
					description: 'A token of your account, nj_..., made at /account/tokens',
				},
			},
		},
		// none is needed for what is public
		security: [{}, { token: [] }],
	};
}
