import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import type { Route } from '../openapi.ts';
import { plainSchema } from '../params.ts';
import {
	activateSchema,
	bundleSchema,
	changeSchema,
	createSchema,
	examplesSchema,
	feedSchema,
	filtersSchema,
	hitsSchema,
	newVersionSchema,
	outputActionSchema,
	outputSchema,
	reasonSchema,
	trialSchema,
} from './schemas.ts';

const anyJson = { 'application/json': { schema: { type: 'object' } } };
const small = { 'text/csv': { schema: { type: 'string' } }, 'application/x-ndjson': { schema: { type: 'string' } } };
const binary = (type: string) => ({ [type]: { schema: { type: 'string', format: 'binary' } } });
const files = {
	...small,
	...binary('application/vnd.apache.parquet'),
	...binary('application/vnd.apache.arrow.file'),
	'application/x-votable+xml': { schema: { type: 'string' } },
};

/** A JSON body by the schema that checks it. */
function bodyOf(description: string, schema: v.GenericSchema): NonNullable<Route['body']> {
	const { $schema: _, ...json } = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' });
	return { description, content: { 'application/json': { schema: json } } };
}

/** Routes of filters, their versions, hits and outputs. */
export const FILTER_ROUTES: readonly Route[] = [
	{
		path: '/filters',
		summary: 'The filters that you may see, with their hits of the last nights and what they cost',
		query: filtersSchema.entries,
		content: { ...anyJson, ...small },
	},
	{
		path: '/filters',
		method: 'post',
		summary: 'Stores a new filter with its first version, as a draft',
		query: {},
		content: anyJson,
		body: bodyOf('The filter', createSchema),
	},
	{
		path: '/filters/{id}',
		summary: 'One filter with its versions, its history, its yield of each night and its cost',
		query: plainSchema.entries,
		content: anyJson,
	},
	{
		path: '/filters/{id}',
		method: 'delete',
		summary: 'Takes a filter away that never ran',
		query: {},
		content: anyJson,
	},
	{
		path: '/filters/{id}/versions',
		summary: 'The versions of a filter, newest first, each with what changed since the one before',
		query: plainSchema.entries,
		content: anyJson,
	},
	{
		path: '/filters/{id}/versions',
		method: 'post',
		summary: 'Stores the next version of a filter; 409 where someone else was first',
		query: {},
		content: anyJson,
		body: bodyOf('The version', newVersionSchema),
	},
	{
		path: '/filters/{id}/activate',
		summary: 'Makes a version the one that runs on the stream, unless it passes too much of the newest closed night',
		query: {},
		content: anyJson,
		body: bodyOf('Which version', activateSchema),
	},
	{
		path: '/filters/{id}/pause',
		summary: 'Stops a filter until it is activated again',
		query: {},
		content: anyJson,
		body: bodyOf('Why', reasonSchema),
	},
	{
		path: '/filters/{id}/retire',
		summary: 'Ends a filter for good; its versions and hits stay',
		query: {},
		content: anyJson,
		body: bodyOf('Why', reasonSchema),
	},
	{
		path: '/filters/{id}',
		method: 'patch',
		summary: 'Changes name, meaning, visibility, topic or the expected yield of a filter',
		query: {},
		content: anyJson,
		body: bodyOf('What is to change', changeSchema),
	},
	{
		path: '/filters/{id}/fork',
		method: 'post',
		summary: 'Makes a draft of your own from a version of a filter',
		query: {},
		content: anyJson,
		body: bodyOf('Which version', activateSchema),
	},
	{
		path: '/filters/examples',
		summary:
			'Whether alerts that must pass a text pass it, and those that must not do not: as it is asked when it is stored',
		query: plainSchema.entries,
		content: anyJson,
		body: bodyOf('The text and its examples', examplesSchema),
	},
	{
		path: '/filters/test',
		summary: 'Begins a trial of a text or of a stored version on past nights; it goes on by itself',
		query: {},
		content: anyJson,
		body: bodyOf('What is tried on which nights', trialSchema),
	},
	{
		path: '/filters/tests/{test}',
		summary: 'How far a trial is, with the nights that are done',
		query: plainSchema.entries,
		content: anyJson,
	},
	{
		path: '/filters/tests/{test}',
		method: 'delete',
		summary: 'Stops a trial; the nights that are done stay',
		query: {},
		content: anyJson,
	},
	{
		path: '/filters/{id}/tests',
		summary: 'Your trials of a filter, newest first',
		query: plainSchema.entries,
		content: anyJson,
	},
	{
		path: '/filters/{id}/outputs',
		summary: 'Your own outputs of a filter, with how their queues stand',
		query: plainSchema.entries,
		content: anyJson,
	},
	{
		path: '/filters/{id}/outputs',
		method: 'post',
		summary:
			'Sends hits of a filter from now on, to a webhook or by mail; the secret of a webhook is in this answer alone',
		query: {},
		content: anyJson,
		body: bodyOf('Where to', outputSchema),
	},
	{
		path: '/filters/{id}/outputs/{output}',
		method: 'post',
		summary: 'Turns an output on or off, tries again what is dead, or sends the newest hit as a test',
		query: {},
		content: anyJson,
		body: bodyOf('What is to be done', outputActionSchema),
	},
	{
		path: '/filters/{id}/outputs/{output}',
		method: 'delete',
		summary: 'Takes an output away with all that waits for it',
		query: {},
		content: anyJson,
	},
	{
		path: '/filters/{id}/feed',
		summary: 'The newest hits of a filter as an Atom feed, with alerts of public programmes only',
		query: feedSchema.entries,
		content: { 'application/atom+xml': { schema: { type: 'string' } } },
	},
	{
		path: '/filters/{id}/bundle',
		summary: 'Text, version, nights, hits, sources and hashes of a filter as a tar, for a paper',
		query: bundleSchema.entries,
		content: binary('application/x-tar'),
	},
	{
		path: '/filters/{id}/hits',
		summary: 'The alerts that passed a filter, newest observed first: one page, or every one as a file',
		query: hitsSchema.entries,
		content: { ...anyJson, ...files },
	},
];
