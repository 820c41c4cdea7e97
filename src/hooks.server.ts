import { randomBytes } from 'node:crypto';
import type { Handle, HandleServerError } from '@sveltejs/kit';
import { StoreError } from '#clickhouse/store.ts';
import { apiLimits } from '#lib/server/limits.ts';
import { ProblemError, problemResponse } from '#lib/server/problem.ts';
import { askedOrigin, OriginMemory, scopeFor } from '#lib/server/scope.ts';
import { keyFromHome } from '#lib/server/secrets.ts';
import { portalStore } from '#lib/server/store.ts';
import { readConfig } from '#server/config.ts';
import { isOperator, isSameOrigin, secured, storeAwayPage, storeProblem } from '#lib/server/answer.ts';

const config = readConfig();
const store = portalStore(config);
const origins = new OriginMemory();
const limits = apiLimits();
let cursorKey: Buffer | null = null;

/** Paths that answer without the store. */
const STORELESS = /^\/(?:_app\/|api\/v1\/openapi\.json$|favicon|mark\.svg)/;
/** Paths that want the store only to say where the data come from. */
const DOCUMENTS = /^\/docs(?:\/|$)/;

export const handle: Handle = async ({ event, resolve }) => {
	const started = performance.now();
	const isApi = event.url.pathname.startsWith('/api/');
	const finish = (response: Response): Response => secured(response, { isApi, elapsedMs: performance.now() - started });

	const address = addressOf(event);
	if (!isSameOrigin(event.request, event.url, config.publicOrigin)) {
		return finish(
			problemResponse({
				status: 403,
				title: 'Refused',
				detail: 'This form was sent from another site: open the page here and send it again.',
			}),
		);
	}
	const taken = isApi ? limits.take(address, event.url) : null;
	if (taken !== null && !taken.allowed) {
		return finish(
			problemResponse(
				{
					status: 429,
					title: 'Too many requests',
					detail: `This address asked too often: wait ${taken.retryAfterSeconds} s and go on.`,
				},
				taken.headers,
			),
		);
	}
	try {
		event.locals.config = config;
		cursorKey ??= keyFromHome(config.home, 'cursor');
		event.locals.cursorKey = cursorKey;
		event.locals.operator = isOperator(event.request, address, config);
		if (!STORELESS.test(event.url.pathname)) {
			const asked = askedOrigin(event.url);
			event.locals.store = store;
			const known = await origins.of(event.locals.store, []).catch((error: unknown) => {
				// the field catalogue is read while the store is away, too
				if (DOCUMENTS.test(event.url.pathname)) return null;
				throw error;
			});
			if (known !== null) {
				event.locals.origins = known;
				event.locals.scope = scopeFor(asked, known, []);
			}
		}
		if (isApi && event.route.id === null) throw new ProblemError(404, NO_ROUTE);
		const response = asProblem(isApi, await resolve(event));
		for (const [name, value] of Object.entries(taken?.headers ?? {})) response.headers.set(name, value);
		return finish(response);
	} catch (error) {
		if (error instanceof ProblemError) {
			return finish(problemResponse(error.problem, { ...taken?.headers, ...error.headers }));
		}
		if (error instanceof StoreError) {
			console.error(`The store refused a request for ${event.url.pathname}:`, error.message);
			const problem = storeProblem(error);
			return finish(isApi ? problemResponse(problem, { 'retry-after': '5' }) : storeAwayPage(problem));
		}
		throw error;
	}
};

const NO_ROUTE = 'The API has nothing at this address: /api/v1/openapi.json lists what it has.';

/** A method that a route of the API does not know is refused by the framework in plain words: as a problem instead. */
function asProblem(isApi: boolean, response: Response): Response {
	if (!isApi || response.status !== 405) return response;
	const allow = response.headers.get('allow') ?? 'GET';
	const detail = `This address answers ${allow} and nothing else.`;
	return problemResponse({ status: 405, title: 'Not possible here', detail }, { allow });
}

function addressOf(event: Parameters<Handle>[0]['event']): string {
	try {
		return event.getClientAddress();
	} catch {
		return 'unknown';
	}
}

/** The reader gets a sentence and a reference; what broke, with its place, goes to the log alone. */
export const handleError: HandleServerError = ({ error, event, status, message }) => {
	if (status === 404) return { message: 'There is nothing at this address.' };
	if (status < 500) return { message };
	if (error instanceof StoreError) {
		console.error(`The store refused a request for ${event.url.pathname}:`, error.message);
		return { message: storeProblem(error).detail };
	}
	const reference = randomBytes(4).toString('hex');
	console.error(`[${reference}] ${event.request.method} ${event.url.pathname}:`, error);
	return {
		message: `Something broke here. Try again; if it stays, report it with the number ${reference}.`,
		reference,
	};
};
