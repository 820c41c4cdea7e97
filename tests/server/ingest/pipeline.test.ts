import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Store } from '#clickhouse/store.ts';
import type { RawPacket } from '#server/ingest/source/source.ts';
import { makeAlert } from '../../support/alerts.ts';
import { ingestAlerts } from '../../support/memoryIngest.ts';

it('ends at once when the store takes no batch, though no packet comes after it', async () => {
	const never = (): never => {
		throw new Error('not asked here');
	};
	const store: Store = {
		cluster: null,
		query: () => Promise.resolve([]),
		ask: never,
		stream: never,
		command: never,
		insert: () => Promise.reject(new Error('the disk is full')),
		ping: () => Promise.resolve(true),
		close: () => Promise.resolve(),
	};
	const packets = async function* (signal: AbortSignal): AsyncGenerator<RawPacket> {
		const place = { source: 'file', partition: '/memory/a', offset: 0n, member: '', receivedAtMs: 0 };
		yield { ...place, bytes: new Uint8Array([1]) };
		if (!signal.aborted) await once(signal, 'abort');
	};
	await expect(
		ingestAlerts({ store, alerts: [makeAlert({ alertId: 1n })], batchRows: 1, source: { packets } }),
	).rejects.toThrow('the disk is full');
});

it('puts what comes while a batch is being written into the next one, however long that takes', async () => {
	const COUNT = 20;
	const opened: number[] = [];
	const store: Store = {
		cluster: null,
		query: () => Promise.resolve([]),
		ask: () => Promise.reject(new Error('not asked here')),
		stream: () => Promise.resolve(Readable.from([])),
		command: () => Promise.reject(new Error('not asked here')),
		async insert(table, _columns, _rows, token) {
			if (table === 'ingest_log' && token.endsWith(':opened')) opened.push(Date.now());
			await pause(40);
		},
		ping: () => Promise.resolve(true),
		close: () => Promise.resolve(),
	};
	const packets = async function* (): AsyncGenerator<RawPacket> {
		for (let i = 0; i < COUNT; i += 1) {
			const place = { source: 'file', partition: '/memory/a', offset: BigInt(i), member: '', receivedAtMs: 0 };
			yield { ...place, bytes: new Uint8Array([i]) };
			await pause(20);
		}
	};
	const config = { cutoutBudgetBytes: 1e9, simulationBudgetBytes: 1e9, batchRows: 1000, batchMs: 10 };
	const alerts = Array.from({ length: COUNT }, (_, i) => makeAlert({ alertId: BigInt(i + 1) }));
	const { batches } = await ingestAlerts({ store, alerts, source: { packets }, options: { config, stages: [] } });
	// twenty packets in 0.4 s; a batch takes 0.2 s or more to write, and none holds a single packet but the first
	expect(batches).toBe(opened.length);
	expect(batches).toBeGreaterThan(1);
	expect(batches).toBeLessThan(6);
});
