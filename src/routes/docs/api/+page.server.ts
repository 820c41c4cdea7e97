import { openApiDocument } from '#lib/server/openapi.ts';
import { ACCOUNT_LIMIT, API_LIMIT, TOKEN_PART } from '#lib/server/limits.ts';
import { TOKEN_SCOPES } from '#lib/server/accounts/token.ts';
import type { PageServerLoad } from './$types';

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

/** The reference of the API, from the same description that programs read. */
export const load: PageServerLoad = ({ url }) => {
	const document = openApiDocument(url.origin) as unknown as {
		readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	};
	const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({
			method: method.toUpperCase(),
			path,
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
	const limits = [
		{ who: 'an address, without an account', ...API_LIMIT },
		{ who: 'an account, all its sessions and tokens together', ...ACCOUNT_LIMIT },
		{
			who: 'one token of it',
			capacity: ACCOUNT_LIMIT.capacity * TOKEN_PART,
			perSecond: ACCOUNT_LIMIT.perSecond * TOKEN_PART,
		},
	];
	return {
		routes,
		limits,
		exportCost: API_LIMIT.exportCost,
		scopes: Object.entries(TOKEN_SCOPES),
		server: `${url.origin}/api/v1`,
	};
};
