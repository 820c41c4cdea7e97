import type { RequestHandler } from '@sveltejs/kit';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '#lib/server/openapi.ts';
import { STATUS_TABLES } from '#lib/server/params.ts';
import { ask } from '../support/route.ts';

interface Parameter {
	readonly name: string;
	readonly in: string;
	readonly required: boolean;
	readonly description: string;
	readonly schema: Readonly<Record<string, unknown>>;
}
interface Operation {
	readonly operationId: string;
	readonly summary: string;
	readonly parameters: readonly Parameter[];
	readonly responses: Readonly<Record<string, { readonly description: string; readonly content: object }>>;
}
interface Document {
	readonly openapi: string;
	readonly info: { readonly title: string; readonly version: string };
	readonly servers: readonly { readonly url: string }[];
	readonly paths: Readonly<Record<string, { readonly get?: Operation; readonly post?: Operation }>>;
	readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const document = openApiDocument('http://localhost') as unknown as Document;
const files = import.meta.glob<Readonly<Record<string, RequestHandler>>>('../../src/routes/api/v1/**/+server.ts');
/** Path in the description of a route's file. */
const pathOf = (file: string): string =>
	file
		.replace(/^.*\/api\/v1/, '')
		.replace('/+server.ts', '')
		.replaceAll('[', '{')
		.replaceAll(']', '}');
const operations = Object.entries(document.paths).flatMap(([path, { get, post }]) =>
	[get, post].flatMap((operation) => (operation === undefined ? [] : [[path, operation] as const])),
);

/** Every `$ref` anywhere in a value. */
function references(value: unknown): string[] {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([name, inner]) =>
		name === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
	);
}

describe('the description of the API', () => {
	it('names every route, and no other', () => {
		expect(Object.keys(document.paths).sort()).toEqual(Object.keys(files).map(pathOf).sort());
	});

	it('describes the tables of the status that have numbers of which not all are known, column by column', () => {
		const content = document.paths['/status']?.get?.responses['200']?.content as Record<
			string,
			{ schema: { properties: Record<string, { items: { properties: Record<string, object>; required: string[] } }> } }
		>;
		const tables = Object.entries(content['application/json']?.schema.properties ?? {});
		expect(tables.map(([name]) => name)).toEqual(['rates', 'nightCompleteness']);
		for (const [name, { items }] of tables) {
			const columns = STATUS_TABLES[name as keyof typeof STATUS_TABLES];
			expect(Object.keys(items.properties), name).toEqual([...columns]);
			expect(items.required, name).toEqual([...columns]);
		}
	});

	it('has what OpenAPI 3.1 asks of a document', () => {
		expect(document.openapi).toMatch(/^3\.1\.\d+$/);
		expect(document.info.title).not.toBe('');
		expect(document.info.version).toMatch(/^\d+\.\d+\.\d+/);
		expect(document.servers[0]?.url).toBe('http://localhost/api/v1');
		const ids = operations.map(([, { operationId }]) => operationId);
		expect(new Set(ids).size).toBe(ids.length);
		for (const reference of references(document)) {
			expect(Object.keys(document.components.schemas)).toContain(reference.replace('#/components/schemas/', ''));
		}
	});

	it.each(operations)('%s says what each parameter and each answer is', (path, get) => {
		expect(path).toMatch(/^\//);
		expect(get.summary).not.toBe('');
		expect(get.operationId).toMatch(/^\w+$/);
		const keys = get.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
		expect(new Set(keys).size).toBe(keys.length);
		const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => `path ${match[1] ?? ''}`);
		expect(keys.filter((key) => key.startsWith('path '))).toEqual(inPath);
		for (const parameter of get.parameters) {
			expect(parameter.description, parameter.name).not.toBe('');
			expect(parameter.schema['type'] ?? parameter.schema['enum'], parameter.name).toBeDefined();
			if (parameter.in === 'path') expect(parameter.required).toBe(true);
		}
		for (const [status, answer] of Object.entries(get.responses)) {
			expect(status).toMatch(/^\d{3}$/);
			expect(answer.description).not.toBe('');
			expect(Object.keys(answer.content).length).toBeGreaterThan(0);
		}
	});

	it.each(Object.entries(files))('%s refuses, as a problem, a parameter that is not described', async (file, load) => {
		const path = pathOf(file);
		if (path === '/openapi.json') return;
		const methods: Readonly<Record<string, RequestHandler | undefined>> = await load();
		const handler = methods['GET'] ?? methods['POST'];
		if (handler === undefined) throw new Error(`${file} answers neither GET nor POST`);
		const params = {
			survey: 'ztf',
			objectId: 'ZTF26aaaaaaa',
			alertId: '1',
			kind: 'science',
			ext: 'fits',
			name: 'NED',
			designation: '433',
		};
		const answer = await ask(handler, '/?nope=1', {} as App.Locals, { params });
		expect(answer.status).toBe(400);
		expect(answer.headers.get('content-type')).toContain('application/problem+json');
		const problem = (await answer.json()) as { errors: readonly { parameter: string; message: string }[] };
		const faults = problem.errors.map((fault) => `${fault.parameter} ${fault.message}`);
		expect(faults).toContain('nope is not a parameter here');
		// what it says is needed is described as required
		const described = (document.paths[path]?.get ?? document.paths[path]?.post)?.parameters ?? [];
		const needed = faults.filter((fault) => fault.endsWith(' is needed')).map((fault) => fault.split(' ')[0]);
		const required = described.filter((parameter) => parameter.in === 'query' && parameter.required);
		expect(required.map((parameter) => parameter.name).sort()).toEqual(needed.sort());
	});
});
