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
	// public data may be read by scripts of other sites; no cookie is looked at here
	'access-control-allow-origin': '*',
	'access-control-expose-headers': 'x-total-count, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after',
};

/** The response with security headers and how long it took. */
export function secured(response: Response, { isApi, elapsedMs }: { isApi: boolean; elapsedMs: number }): Response {
	const all = { ...HEADERS, ...(isApi ? API_HEADERS : {}), 'server-timing': `app;dur=${elapsedMs.toFixed(1)}` };
	for (const [name, value] of Object.entries(all)) response.headers.set(name, value);
	return response;
}

/** Whether a request that changes something and carries cookies comes from our own pages. */
export function isSameOrigin(request: Request, url: URL, publicOrigin: string | null): boolean {
	if (/^(?:GET|HEAD|OPTIONS)$/.test(request.method) || !request.headers.has('cookie')) return true;
	const origin = request.headers.get('origin');
	return origin !== null && (origin === url.origin || origin === publicOrigin);
}

/**
 * Whether the reader sits at the machine itself: a loopback connection that no proxy made. Until there are accounts this
 * is who sees raw status, which counts alerts of every programme (design rule 7).
 */
export function isOperator(request: Request, address: string, config: Pick<Config, 'publicOrigin'>): boolean {
	const proxied = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => request.headers.has(name));
	return config.publicOrigin === null && !proxied && LOOPBACK.test(address);
}

const TOO_LONG = 159;
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
	if (error.retriable) {
		return {
			status: 503,
			title: 'The store does not answer',
			detail: 'The store does not answer. It may be starting: try again in a few seconds.',
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

/** A page for people while the store is away; it asks again by itself. */
export function storeAwayPage(problem: Problem): Response {
	const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="3"><title>Nightjar: ${escaped(problem.title)}</title><style>:root{color-scheme:dark light}body{margin:15vh auto;max-width:34rem;padding:0 1.5rem;font:1.05rem/1.5 system-ui,sans-serif;background:#0b0f16;color:#d7dde8}h1{font-size:1.3rem}@media (prefers-color-scheme:light){body{background:#fbfaf7;color:#1c2430}}</style></head><body><main><h1>${escaped(problem.title)}</h1><p>${escaped(problem.detail)}</p><p>This page asks again every three seconds.</p></main></body></html>`;
	return new Response(html, {
		status: problem.status,
		headers: {
			'content-type': 'text/html; charset=utf-8',
			'cache-control': 'no-store',
			'retry-after': '3',
			'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
		},
	});
}
