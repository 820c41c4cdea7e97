import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startEmbeddedStore } from '../../support/embeddedStore.ts';

async function residentBytes(pid: number): Promise<number> {
	return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

test('connections are given back while a long query runs', async () => {
	const embedded = await startEmbeddedStore({ migrate: false });
	const burst = async () => {
		for (let i = 0; i < 40; i++) await Promise.all(Array.from({ length: 20 }, () => embedded.store.query('SELECT 1')));
	};
	await burst();
	const controller = new AbortController();
	const long = embedded.store
		.query(
			'SELECT sum(sipHash64(number)) FROM numbers(20000000000)',
			{},
			{ class: 'ingest', signal: controller.signal },
		)
		.catch((error: unknown) => error);
	// the first ones make the store take memory that it keeps, up to 30 MB each; what stays open is there after every one
	for (let warm = 0; warm < 2; warm++) await burst();
	const before = await residentBytes(embedded.pid);
	await burst();
	const grown = (await residentBytes(embedded.pid)) - before;
	controller.abort();
	expect(await long).toMatchObject({ code: 394 });
	// 800 connections that stay open would be 100 MB
	expect(grown).toBeLessThan(50_000_000);
	expect(await embedded.stop()).toBe(0);
});
