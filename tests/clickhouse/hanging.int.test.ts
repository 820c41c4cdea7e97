import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectStore } from '#clickhouse/connect.ts';
import { StoreError } from '#clickhouse/store.ts';
import { storeProblem } from '#lib/server/answer.ts';

let server: Server;
let url = '';
/** Settings of every question that came, and whether its reader is still there. */
const asked: { readonly settings: URLSearchParams; left: boolean }[] = [];
beforeAll(async () => {
	// takes every question and answers none
	server = createServer((request, response) => {
		const question = { settings: new URL(request.url ?? '/', 'http://here').searchParams, left: false };
		asked.push(question);
		response.on('close', () => (question.left = true));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});

it('gives up a store that hangs, says so as of one that is away, and tells it from a reader who left', async () => {
	const store = connectStore({ url, password: '' });
	const gone = new AbortController();
	const left = store.query('SELECT 1', {}, { signal: gone.signal }).catch((error: unknown) => error);
	const hung = store.query('SELECT 1').catch((error: unknown) => error);
	gone.abort();
	expect(await left).toMatchObject({ code: 394, retriable: false });
	const error = await hung;
	if (!(error instanceof StoreError)) throw new Error('no error of the store');
	expect(error.message).toContain('took too long');
	expect(error.retriable).toBe(true);
	expect(storeProblem(error)).toMatchObject({ status: 503, title: 'The store does not answer' });
	await store.close();
});

it('tells a server to stop what its reader no longer waits for, and leaves', async () => {
	const store = connectStore({ url, password: '' });
	const gone = new AbortController();
	asked.length = 0;
	const left = store.query('SELECT 1', {}, { signal: gone.signal }).catch((error: unknown) => error);
	await expect.poll(() => asked.length, { timeout: 30_000 }).toBe(1);
	// a server goes on with a query of a closed connection unless it is told, and stops only those that read
	expect(asked[0]?.settings.get('cancel_http_readonly_queries_on_client_close')).toBe('1');
	expect(asked[0]?.settings.get('readonly')).toBe('1');
	expect(asked[0]?.left).toBe(false);
	gone.abort();
	expect(await left).toMatchObject({ code: 394 });
	await expect.poll(() => asked[0]?.left, { timeout: 30_000 }).toBe(true);
	await store.close();
});
