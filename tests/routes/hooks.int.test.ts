import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Handle, RequestEvent } from '@sveltejs/kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { publish, writeAlerts } from '../support/alertRows.ts';

let home: string;
let handle: Handle;
let embedded: EmbeddedStore | null = null;

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'nightjar-hooks-'));
	// the hooks read the environment once, when they are loaded
	vi.stubEnv('NIGHTJAR_HOME', home);
	({ handle } = await import('../../src/hooks.server.ts'));
});

afterAll(async () => {
	await embedded?.stop();
	await rm(home, { recursive: true, force: true });
	vi.unstubAllEnvs();
});

async function send(
	path: string,
	{
		init = {},
		address = '127.0.0.1',
		route = path,
		answer = () => new Response('the page'),
	}: { init?: RequestInit; address?: string; route?: string | null; answer?: () => Response } = {},
): Promise<{ response: Response; locals: Partial<App.Locals> }> {
	const url = new URL(path, 'http://localhost');
	const locals: Partial<App.Locals> = {};
	const event = {
		cookies: { get: () => undefined },
		url,
		locals,
		route: { id: route },
		request: new Request(url, init),
		getClientAddress: () => address,
	} as unknown as RequestEvent;
	const response = await handle({ event, resolve: answer });
	return { response, locals };
}

describe('the hooks', () => {
	it('say in a sentence that the store is away, and serve what needs none', async () => {
		const api = await send('/api/v1/alerts');
		expect(api.response.status).toBe(503);
		expect(api.response.headers.get('content-type')).toContain('application/problem+json');
		expect(((await api.response.json()) as { title: string }).title).toBe('The store does not answer');
		const page = await send('/');
		expect(page.response.status).toBe(503);
		expect(page.response.headers.get('retry-after')).toBe('3');
		const text = await page.response.text();
		expect(text).toContain('The store does not answer');
		expect(text).not.toContain(home);
		expect((await send('/api/v1/openapi.json')).response.status).toBe(200);
	});

	it('find the store once it is there, and choose the origin: simulated, then real once there is any', async () => {
		embedded = await startEmbeddedStore({ home });
		await vi.waitFor(
			async () => {
				expect((await send('/')).response.status).toBe(200);
			},
			{
				timeout: 60_000,
				interval: 200,
			},
		);
		expect((await send('/')).locals.scope).toEqual({ origin: 'simulated', grants: [] });
		await writeAlerts(embedded.store, [
			{ alertId: 1n, objectId: 'SIM26aaaaaaa', origin: 'simulated' },
			{ alertId: 2n, objectId: 'ZTF26aaaaaaa', programme: 'partnership' },
		]);
		await publish(embedded.store, 'worker-1', 1);
		await vi.waitFor(
			async () => {
				expect((await send('/')).locals.origins).toEqual(['simulated']);
			},
			{
				timeout: 60_000,
				interval: 200,
			},
		);
		await writeAlerts(embedded.store, [{ alertId: 3n, objectId: 'ZTF26aaaaaab' }]);
		await vi.waitFor(
			async () => {
				expect((await send('/')).locals.scope?.origin).toBe('real');
			},
			{
				timeout: 60_000,
				interval: 200,
			},
		);
		expect((await send('/?origin=simulated')).locals.scope?.origin).toBe('simulated');
		expect((await send('/api/v1/alerts?origin=martian')).response.status).toBe(400);
		const accept = { headers: { accept: 'text/html,*/*' } };
		for (const path of ['/search?origin=martian', 'http://localhost//evil.example/x?origin=%3Cscript%3E']) {
			const { response } = await send(path, { init: accept });
			expect(response.status).toBe(400);
			expect(response.headers.get('content-type')).toContain('text/html');
			const text = await response.text();
			expect(text).toContain('The origin must be real, test or simulated.');
			expect(text).not.toContain('<script>');
			expect(text).not.toContain('href="//');
		}
	});

	it('set headers on everything', async () => {
		const { response, locals } = await send('/api/v1/alerts', { address: '10.0.0.9' });
		expect(Object.fromEntries(response.headers)).toMatchObject({
			'x-content-type-options': 'nosniff',
			'referrer-policy': 'strict-origin-when-cross-origin',
			'ratelimit-limit': expect.any(String) as string,
			'server-timing': expect.stringMatching(/^app;dur=/) as string,
		});
		expect(locals.operator).toBe(false);
		expect((await send('/')).locals.operator).toBe(true);
	});

	it('tell a problem where the API has no such address or no such method', async () => {
		const nowhere = await send('/api/v2/everything', { route: null });
		expect(nowhere.response.status).toBe(404);
		const refused = await send('/api/v1/alerts', {
			init: { method: 'POST' },
			answer: () => new Response('POST method not allowed', { status: 405, headers: { allow: 'GET, HEAD' } }),
		});
		expect(refused.response.status).toBe(405);
		expect(refused.response.headers.get('allow')).toBe('GET, HEAD');
		for (const { response } of [nowhere, refused]) {
			expect(response.headers.get('content-type')).toContain('application/problem+json');
			const problem = (await response.json()) as { status: number; detail: string };
			expect(problem.status).toBe(response.status);
			expect(problem.detail).toMatch(/\.$/);
		}
		// a page that is not there is the business of the error page
		expect((await send('/nowhere', { route: null })).response.status).toBe(200);
	});

	it('refuse a form of another site, and an address that asks too often', async () => {
		const init = { method: 'POST', headers: { cookie: 'a=b', origin: 'https://elsewhere.example' } };
		expect((await send('/', { init })).response.status).toBe(403);
		const statuses = new Set<number>();
		for (let count = 0; count < 40; count++) {
			statuses.add((await send('/api/v1/openapi.json?format=csv', { address: '10.0.0.66' })).response.status);
		}
		expect([...statuses]).toEqual([200, 429]);
		expect((await send('/api/v1/openapi.json', { address: '10.0.0.67' })).response.status).toBe(200);
	});

	it('find the store again after it died and came back at another address', async () => {
		await embedded?.kill();
		const away = await send('/?origin=real', { address: '10.0.0.1' });
		expect([200, 503]).toContain(away.response.status);
		embedded = await startEmbeddedStore({ home });
		await vi.waitFor(
			async () => {
				expect((await send('/')).locals.scope?.origin).toBe('real');
			},
			{
				timeout: 60_000,
				interval: 200,
			},
		);
	});
});
