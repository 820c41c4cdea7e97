import { CORE_FIELDS, type CoreField, type FieldType } from '#lib/alert/fields.ts';
import { CUTOUT_KINDS } from '#lib/alert/cutout.ts';
import { ROW_COLUMNS } from '#clickhouse/read/columns.ts';
import { OBJECT_COLUMNS, POINT_COLUMNS } from '#clickhouse/read/export.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { API_LIMIT } from './limits.ts';
import {
	alertSchema,
	coneSchema,
	countSchema,
	cutoutSchema,
	densitySchema,
	fieldsSchema,
	idParam,
	neighboursSchema,
	nightsSchema,
	objectIdParam,
	photometrySchema,
	plainSchema,
	searchSchema,
	skySchema,
	sparklinesSchema,
	statusSchema,
	streamSchema,
	surveyParam,
	tonightSchema,
} from './params.ts';
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
		schema: { type: 'string', enum: ['fits', 'png', 'jpg'] },
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
		Alert: { type: 'object', properties: { ...core((name) => rows.has(name)), ...separation } },
		AlertDetail: {
			type: 'object',
			properties: {
				...core(() => true),
				...own,
				cutouts: { type: 'array', items: { type: 'string', enum: CUTOUT_KINDS } },
				cutoutsDropped: { type: 'array', items: { type: 'string', enum: CUTOUT_KINDS } },
				provenance: { type: 'object' },
			},
		},
		Object: { type: 'object', properties: { ...columnProperties(OBJECT_COLUMNS), ...separation } },
		Point: { type: 'object', properties: columnProperties(POINT_COLUMNS) },
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

const json = (schema: Json): Json => ({ 'application/json': { schema } });
const bytes = (type: string): Json => ({ [type]: { schema: { type: 'string', format: 'binary' } } });
const FILES: Json = {
	'text/csv': { schema: { type: 'string' } },
	'application/x-ndjson': { schema: { type: 'string' } },
	...bytes('application/vnd.apache.parquet'),
	...bytes('application/vnd.apache.arrow.file'),
};

/** What small tables come as. */
const SMALL: Json = {
	'text/csv': { schema: { type: 'string' } },
	'application/x-ndjson': { schema: { type: 'string' } },
};

interface Route {
	readonly path: string;
	readonly summary: string;
	readonly query: Entries;
	readonly content: Json;
}

const anyObject: Json = { type: 'object' };
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
		path: '/objects/{survey}/{objectId}',
		summary: 'One object and its neighbours within an arcminute',
		query: plainSchema.entries,
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
		path: '/objects/{survey}/{objectId}/alerts',
		summary: 'The alerts of one object, newest first',
		query: searchSchema.entries,
		content: { ...json(ref('AlertPage')), ...FILES },
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
			'A cutout: fits or jpg as the survey sent it; png for a look, with zscale limits, NaN transparent and a difference linear about 0',
		query: cutoutSchema.entries,
		content: { ...bytes('application/fits'), ...bytes('image/png'), ...bytes('image/jpeg') },
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
		summary: 'The field catalogue: every field with type, unit and meaning',
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
		summary: 'Alerts per night and survey',
		query: nightsSchema.entries,
		content: { ...json(anyObject), ...SMALL },
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
		path: '/sky/density',
		summary: 'Alerts per HEALPix pixel of order 6, nested',
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
		content: { ...json(anyObject), ...SMALL },
	},
	{ path: '/openapi.json', summary: 'This description', query: {}, content: json(anyObject) },
];

function operation({ path, summary, query, content }: Route): Json {
	const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
	const problem = { 'application/problem+json': { schema: ref('Problem') } };
	return {
		get: {
			summary,
			operationId: path.replace(/[{}]/g, '').replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase()),
			parameters: [...names.flatMap((name) => PATH_PARAMETERS[name] ?? []), ...queryParameters(query)],
			responses: {
				200: { description: summary, content },
				400: { description: 'The request cannot be used', content: problem },
				404: { description: 'Not found', content: problem },
				429: { description: 'Too many requests; Retry-After says when', content: problem },
				503: { description: 'The store does not answer', content: problem },
			},
		},
	};
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
				`An address may make ${API_LIMIT.capacity} requests at once and ${API_LIMIT.perSecond} a second after that; a file counts as ${API_LIMIT.exportCost}. A cone reaches 10 degrees at most. ` +
				'Files hold every row, in no particular order unless sort is given, and say how many in X-Total-Count.',
			license: { name: 'GPL-3.0-or-later', identifier: 'GPL-3.0-or-later' },
		},
		servers: [{ url: `${server}/api/v1` }],
		paths: Object.fromEntries(ROUTES.map((route) => [route.path, operation(route)])),
		components: { schemas: schemas() },
	};
}
