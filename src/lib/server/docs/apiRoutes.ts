import { openApiDocument } from '../openapi.ts';

interface Parameter {
	readonly name: string;
	readonly in: 'path' | 'query';
	readonly required?: boolean;
	readonly description?: string;
	readonly schema?: {
		readonly type?: string | string[];
		readonly enum?: readonly string[];
		readonly default?: unknown;
	};
}

interface Operation {
	readonly summary: string;
	readonly parameters?: readonly Parameter[];
	readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

/** A route of the API as its reference shows it. */
export interface ApiRoute {
	readonly method: string;
	readonly path: string;
	/** Of its section on the page of the reference. */
	readonly anchor: string;
	readonly summary: string;
	/** Media types of its answer. */
	readonly media: readonly string[];
	readonly parameters: readonly {
		readonly name: string;
		readonly place: 'path' | 'query';
		readonly required: boolean;
		readonly meaning: string;
		readonly values: string;
	}[];
}

/** The routes of the API, from the same description that programs read. */
export function apiRoutes(origin: string): readonly ApiRoute[] {
	const document = openApiDocument(origin) as unknown as {
		readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	};
	return Object.entries(document.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({
			method: method.toUpperCase(),
			path,
			anchor: `${method.toUpperCase()}${path}`.replace(/\W+/g, '-').replace(/^-|-$/g, ''),
			summary: operation.summary,
			media: Object.keys(operation.responses['200']?.content ?? operation.responses['201']?.content ?? {}),
			parameters: (operation.parameters ?? []).map((parameter) => ({
				name: parameter.name,
				place: parameter.in,
				required: parameter.required === true,
				meaning: parameter.description ?? '',
				values: parameter.schema?.enum?.join(', ') ?? [parameter.schema?.type ?? 'text'].flat().join(' or '),
			})),
		})),
	);
}
