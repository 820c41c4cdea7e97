import type { Config } from '#server/config.ts';
import type { StoreError } from '#clickhouse/store.ts';
import type { Problem } from './problem.ts';

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const HEADERS: Readonly<Record<string, string>> = {
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'strict-origin-when-cross-origin',
	'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()',
	'cross-origin-opener-policy': 'same-origin',
	'x-frame-options': 'DENY',
};
const API_HEADERS: Readonly<Record<string, string>> = {
	'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
	// scripts of other sites may read what is public: browsers refuse them this answer where they send the reader's cookie
	'access-control-allow-origin': '*',
	'access-control-expose-headers':
		'x-total-count, x-objects-matching, x-objects-without-points, x-next-cursor, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after',
};

/** Pages whose addresses may carry the secret of a letter: no other site is told them. */
const DISCREET = /^\/(?:account|operator)(?:\/|$)/;

/** The response to a request for a path, with security headers and how long it took. */
export function secured(
	response: Response,
	{
		path,
		isApi,
		elapsedMs,
		publicOrigin,
	}: { path: string; isApi: boolean; elapsedMs: number; publicOrigin: string | null },
): Response {
	const all = {
		...HEADERS,
		...(isApi ? API_HEADERS : {}),
		// "no-referrer" would take the origin from forms as well
		...(DISCREET.test(path) ? { 'referrer-policy': 'same-origin' } : {}),
		...(publicOrigin?.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
		'server-timing': `app;dur=${elapsedMs.toFixed(1)}`,
	};
	for (const [name, value] of Object.entries(all)) response.headers.set(name, value);
	// what a shared browser or a proxy keeps is one reader's
	response.headers.append('vary', 'cookie, authorization');
	return response;
}

/**
 * Whether a request that changes something comes from our own pages, or from a program. Browsers say where it comes from; whoever sits at
 * the machine acts without a cookie, so its absence excuses no page of another site.
 */
export function isSameOrigin(request: Request, url: URL, publicOrigin: string | null): boolean {
	if (/^(?:GET|HEAD|OPTIONS)$/.test(request.method)) return true;
	const origin = request.headers.get('origin');
	if (origin !== null) return origin === url.origin || origin === publicOrigin;
	const site = request.headers.get('sec-fetch-site');
	if (site !== null) return site === 'same-origin';
	// browsers say where a form comes from; the one click of a mail program (RFC 8058) carries its secret in the address
	if (isForm(request) && !/^\/unsubscribe\/[^/]+$/.test(url.pathname)) return false;
	return !request.headers.has('cookie');
}

const FORMS: ReadonlySet<string> = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']);

/** Whether a request carries what a form of any page can send. */
function isForm(request: Request): boolean {
	const [type = ''] = (request.headers.get('content-type') ?? '').split(';');
	return FORMS.has(type.trim().toLowerCase());
}

/** Whether a browser says that another site's page made the request. */
function isFromElsewhere(request: Request): boolean {
	const site = request.headers.get('sec-fetch-site');
	if (site === 'cross-site' || site === 'same-site') return request.headers.get('sec-fetch-mode') !== 'navigate';
	// a script's question, from a browser that says no more
	return site === null && request.method === 'GET' && request.headers.has('origin');
}

const OWN_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Whether the reader sits at the machine itself: a loopback connection that no proxy made, to a name of this machine (another name that
 * leads here is a stranger's trick), and not by a page of another site. Where nobody is signed in, this is who acts as the operator: raw
 * status, for one, counts alerts of every programme (design rule 7).
 */
export function isOperator(request: Request, address: string, config: Pick<Config, 'publicOrigin'>): boolean {
	const proxied = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => request.headers.has(name));
	return (
		config.publicOrigin === null &&
		!proxied &&
		LOOPBACK.test(address) &&
		OWN_HOST.test(new URL(request.url).hostname) &&
		!isFromElsewhere(request)
	);
}

const TOO_LONG = 159;
const BUSY = 202;
const LIMITS: ReadonlySet<number> = new Set([158, 241, 307, 396]);

/** What a reader is told when the store refuses: never its words, which may name files and queries. */
export function storeProblem(error: StoreError): Problem {
	if (error.code === TOO_LONG) {
		return {
			status: 504,
			title: 'The question took too long',
			detail: 'Ask for less: fewer nights, or a smaller cone.',
		};
	}
	if (LIMITS.has(error.code)) {
		return {
			status: 503,
			title: 'The question is too large',
			detail: 'Ask for less: fewer nights, or a smaller cone.',
		};
	}
	if (error.code === BUSY) {
		return {
			status: 503,
			title: 'Too many ask at once',
			detail: 'More is asked of the store just now than it can answer: try again in a few seconds.',
		};
	}
	if (error.retriable) {
		return {
			status: 503,
			title: 'The store does not answer',
			detail: 'The store does not answer. It may be starting, or have too much to do: try again in a few seconds.',
		};
	}
	return {
		status: 500,
		title: 'Something broke',
		detail: 'The store could not answer this; the log of the portal says why.',
	};
}

function escaped(text: string): string {
	return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

// of itself: no file of the portal is asked for while the store is away
const AWAY_STYLE =
	':root{--g:#090d15;--i:#e4e8ef;--j:#aab4c4;--l:#1f2939;--a:#f2ae5a}@media (prefers-color-scheme:light){:root{--g:#f4f5f8;--i:#121824;--j:#414c5e;--l:#d6dbe4;--a:#8f4a00}}body{margin:0;background:var(--g);color:var(--i);font:14.5px/22px "Atkinson Hyperlegible Next",system-ui,sans-serif}header{display:flex;gap:9px;align-items:center;height:50px;padding:0 32px;border-bottom:1px solid var(--l);font-size:16.5px}header svg{width:30px;height:30px}header b{font-weight:560}main{padding:48px 32px}h1{margin:0 0 18px;font-size:23px;line-height:28px;font-weight:500}p{max-width:60ch;margin:0;padding:2px 0 2px 14px;border-left:3px solid var(--a)}p+p{color:var(--j)}a{color:inherit}@media (max-width:760px){header,main{padding-left:16px;padding-right:16px}}';
const MARK =
	'<svg viewBox="0 0 48 48" aria-hidden="true"><path d="M3.5 18.5A20.5 14.5 0 0 1 44.5 18.5" fill="none" stroke="currentColor" stroke-opacity=".5" stroke-width="1.3"/><path fill="currentColor" d="M24 13.5C25.5 13.5 26.5 14.7 26.8 16.3C31.5 13.8 38.5 14.2 47.3 25C39.5 20.3 32.3 20.6 27 26C26.7 32 27.3 38 29.2 45.5L24 42.6L18.8 45.5C20.7 38 21.3 32 21 26C15.7 20.6 8.5 20.3 .7 25C9.5 14.2 16.5 13.8 21.2 16.3C21.5 14.7 22.5 13.5 24 13.5Z"/></svg>';

/** A page of itself, with the problem and what to do. `head` and `rest` are HTML. */
function barePage(problem: Problem, head: string, rest: string, headers: Readonly<Record<string, string>>): Response {
	const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="dark light">${head}<title>${escaped(problem.title)} · Nightjar</title><style>${AWAY_STYLE}</style></head><body><header>${MARK}<b>Nightjar</b></header><main><h1>${escaped(problem.title)}</h1><p>${escaped(problem.detail)}</p>${rest}</main></body></html>`;
	return new Response(html, {
		status: problem.status,
		headers: {
			...headers,
			'content-type': 'text/html; charset=utf-8',
			'cache-control': 'no-store',
			'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
		},
	});
}

/** A page for people while the store is away; it asks again by itself. */
export function storeAwayPage(problem: Problem): Response {
	const again = '<p>This page asks again every three seconds; the address is kept.</p>';
	return barePage(problem, '<meta http-equiv="refresh" content="3">', again, { 'retry-after': '3' });
}

/** Whether a browser asks for a page, rather than a script for data. */
export function wantsPage(request: Request): boolean {
	return /^(?:GET|HEAD)$/.test(request.method) && (request.headers.get('accept') ?? '').includes('text/html');
}

/** A page for people whose address cannot be read before any page is chosen; it leads to the same path without the question. */
export function refusedPage(problem: Problem, path: string, headers: Readonly<Record<string, string>>): Response {
	// two slashes would name another host
	const here = escaped(path.replace(/^\/+/, '/'));
	const without = `<p><a href="${here}">This page without it</a> · <a href="/">Tonight</a></p>`;
	return barePage(problem, '', without, headers);
}
