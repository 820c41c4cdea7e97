import { randomBytes } from 'node:crypto';
import type { Handle, HandleServerError, ServerInit } from '@sveltejs/kit';
import { StoreError } from '#clickhouse/store.ts';
import { clientAddress } from '#lib/server/accounts/context.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { type Identity, identify } from '#lib/server/accounts/identify.ts';
import { countRead } from '#lib/server/accounts/audit.ts';
import { limitOf } from '#lib/server/accounts/limit.ts';
import { isRead } from '#lib/server/accounts/routes.ts';
import { apiLimits, type Asker, type Taken } from '#lib/server/limits.ts';
import { allowedOn, IMAGERY_COOKIE, IMAGERY_YES, widened } from '#lib/server/policy.ts';
import { LOCAL } from '#lib/server/principal.ts';
import { ProblemError, problemResponse } from '#lib/server/problem.ts';
import { askedOrigin, OriginMemory, scopeFor } from '#lib/server/scope.ts';
import { keyFromHome } from '#lib/server/secrets.ts';
import { portalStore } from '#lib/server/store.ts';
import { readConfig } from '#server/config.ts';
import { Follower, startFollowing } from '#lib/server/work/follow.ts';
import {
	isOperator,
	isSameOrigin,
	refusedPage,
	secured,
	storeAwayPage,
	storeProblem,
	wantsPage,
} from '#lib/server/answer.ts';
import { bounded, tooLarge } from '#lib/server/bodyLimit.ts';

const config = readConfig();
const store = portalStore(config);
const origins = new OriginMemory();
const limits = apiLimits();
let cursorKey: Buffer | null = null;

/** Paths that answer without the store. */
const STORELESS = /^\/(?:_app\/|api\/v1\/openapi\.json$|favicon|mark\.svg)/;
/** Paths that want the store only to say where the data come from. */
const DOCUMENTS = /^\/(?:docs|account|operator)(?:\/|$)/;

/** What a page asks for before anything else: text is not drawn in other letters first, nor does it move when its own come. */
const isWantedAtOnce = ({ type }: { type: string }): boolean => type === 'js' || type === 'css' || type === 'font';

/** New alerts are compared with what people keep for as long as the portal runs. */
export const init: ServerInit = () => {
	startFollowing(new Follower(openAccounts(config.home), store));
};

export const handle: Handle = async ({ event, resolve }) => {
	const started = performance.now();
	const isApi = /^\/(?:api|scs)\//.test(event.url.pathname);
	const finish = (response: Response): Response =>
		secured(response, {
			path: event.url.pathname,
			isApi,
			elapsedMs: performance.now() - started,
			publicOrigin: config.publicOrigin,
		});

	const address = clientAddress(event);
	if (!isSameOrigin(event.request, event.url, config.publicOrigin)) {
		return finish(
			problemResponse({
				status: 403,
				title: 'Refused',
				detail: 'This form was sent from another site: open the page here and send it again.',
			}),
		);
	}
	let taken: Taken | null = null;
	try {
		const refusedBody = limitBody(event);
		event.locals.config = config;
		cursorKey ??= keyFromHome(config.home, 'cursor');
		event.locals.cursorKey = cursorKey;
		// replaced by pages alone: what a script fetches runs beside others that hold the old one
		const rotate = !isApi && event.request.method === 'GET';
		const identity = await identify(event, () => openAccounts(config.home), { rotate }).catch((error: unknown) => {
			// a wrong token costs its address a request
			if (isApi) taken = limits.take({ address, account: null }, event.url);
			throw error;
		});
		if (isApi) taken = limits.take({ address, account: accountOf(identity) }, event.url);
		if (taken !== null && !taken.allowed) throw tooMany(taken, identity);
		if (identity !== null) requireRights(identity, event);
		const atTheMachine = isOperator(event.request, address, config);
		event.locals.identity = identity;
		event.locals.operator = identity === null ? atTheMachine : identity.principal.operator;
		event.locals.principal = identity?.principal ?? (atTheMachine ? LOCAL : null);
		const grants = identity?.grants ?? [];
		if (!STORELESS.test(event.url.pathname)) {
			const asked = askedOrigin(event.url);
			event.locals.store = store;
			const known = await origins.of(event.locals.store, grants).catch((error: unknown) => {
				// the field catalogue is read while the store is away, too
				if (DOCUMENTS.test(event.url.pathname)) return null;
				throw error;
			});
			if (known !== null) {
				event.locals.origins = known;
				event.locals.scope = scopeFor(asked, known, grants);
			}
		}
		if (isApi && event.route.id === null) throw new ProblemError(404, NO_ROUTE);
		event.locals.imagery = event.cookies.get(IMAGERY_COOKIE) === IMAGERY_YES;
		const allowed = allowedOn(event.route.id, event.locals.imagery);
		const transformPageChunk = ({ html }: { html: string }): string =>
			html.replace('%nightjar.allows%', allowed.join(' '));
		const response = asProblem(isApi, await resolve(event, { transformPageChunk, preload: isWantedAtOnce }));
		if (response.status === 503 && !response.headers.has('retry-after')) response.headers.set('retry-after', '5');
		const refused = refusedBody();
		if (refused !== null) throw refused;
		if (identity !== null) noteRead(identity, event.route.id);
		const policy = response.headers.get('content-security-policy');
		if (policy !== null) response.headers.set('content-security-policy', widened(policy, allowed));
		for (const [name, value] of Object.entries(taken?.headers ?? {})) response.headers.set(name, value);
		return finish(response);
	} catch (error) {
		if (error instanceof ProblemError) {
			if (!isApi && wantsPage(event.request)) {
				return finish(refusedPage(error.problem, event.url.pathname, error.headers));
			}
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

function accountOf(identity: Identity | null): Asker['account'] {
	if (identity === null) return null;
	const limit = limitOf(openAccounts(config.home), identity.user.id);
	return { id: identity.user.id, limit, tokenId: identity.token?.id ?? null };
}

function tooMany(taken: Taken, identity: Identity | null): ProblemError {
	const who =
		identity === null ? 'This address' : identity.token === null ? 'This account' : 'This token, or its account,';
	const detail = `${who} asked too often: wait ${taken.retryAfterSeconds} s and go on.`;
	return new ProblemError(429, detail, undefined, taken.headers);
}

/** A token does what its scopes name, and never reaches the pages of its account. */
function requireRights({ token }: Identity, event: Parameters<Handle>[0]['event']): void {
	if (token === null) return;
	const need = isRead(event.request.method, event.route.id) ? 'read' : 'write';
	if (!token.scopes.includes(need)) {
		const detail = `This token may not ${need}: make one with the scope "${need}" at /account/tokens.`;
		throw new ProblemError(403, detail, undefined, {
			'www-authenticate': `Bearer realm="Nightjar", error="insufficient_scope", scope="${need}"`,
		});
	}
}

const LARGE_BYTES = 4_000_000;
/** A file of a list with what a form has around it; the server's own limit lies above it, for the server would read on what it refuses. */
const LIST_BYTES = 26_000_000;

/** Only files of lists may be large. Answers why a body of no told length was not read on; null where it was. */
function limitBody(event: Parameters<Handle>[0]['event']): () => ProblemError | null {
	const { request, url } = event;
	const most = /^\/lists(?:\/|$)/.test(url.pathname) ? LIST_BYTES : LARGE_BYTES;
	const refused = (): ProblemError => new ProblemError(413, tooLarge(most));
	const told = request.headers.get('content-length');
	if (told !== null && Number(told) > most) throw refused();
	if (told !== null || request.body === null) return () => null;
	const body = bounded(request, most);
	event.request = body.request;
	return () => (body.exceeded() ? refused() : null);
}

/** Accounts for what people with an account read; nothing is kept of readers without one. */
function noteRead({ user, token }: Identity, route: string | null): void {
	if (route === null) return;
	countRead(openAccounts(config.home), { userId: user.id, what: route, means: token?.id ?? 'session' });
}

const NO_ROUTE = 'The API has nothing at this address: /api/v1/openapi.json lists what it has.';

/** A method that a route of the API does not know is refused by the framework in plain words: as a problem instead. */
function asProblem(isApi: boolean, response: Response): Response {
	if (!isApi || response.status !== 405) return response;
	const allow = response.headers.get('allow') ?? 'GET';
	const detail = `This address answers ${allow} and nothing else.`;
	return problemResponse({ status: 405, title: 'Not possible here', detail }, { allow });
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
