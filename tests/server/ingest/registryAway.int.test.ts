// A stream goes on after its schema registry was away: real packets of Rubin's schema, an HTTP server in the registry's place.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { RegistryPatience } from '#server/ingest/decode/patience.ts';
import { lsstSchema } from '#server/ingest/decode/schemas/lsst.ts';
import { type IngestTotals, runIngest } from '#server/ingest/pipeline.ts';
import { memorySource } from '#server/ingest/source/memory.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embeddedStore.ts';
import { frame, lsstPacket } from '../../support/packets.ts';

let embedded: EmbeddedStore;
let folder: string;
let server: Server;
let isAway: boolean;
let asked: number;
let said: string[];
let patience: RegistryPatience;
let stop: AbortController;
let slot = 0;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
});
afterAll(() => embedded.stop());
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'nightjar-'));
	isAway = true;
	asked = 0;
	said = [];
	patience = new RegistryPatience((line) => said.push(line), 20);
	stop = new AbortController();
	slot += 1;
	server = createServer((_, response) => {
		asked += 1;
		response.writeHead(isAway ? 503 : 200, { 'content-type': 'application/json' });
		response.end(isAway ? '' : JSON.stringify({ schema: JSON.stringify(lsstSchema('10.0')) }));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
	server.close();
	rmSync(folder, { recursive: true, force: true });
});

/** Packet 0 has a schema that is shipped, the other two one that only the registry has. */
const packets = (): Buffer[] =>
	[0, 1, 2].map((i) => {
		const packet = lsstPacket(
			'10.0',
			{ diaSourceId: BigInt(1000 * slot + i) },
			{ diaSourceId: BigInt(1000 * slot + i) },
		);
		return i === 0 ? packet : frame(1201, packet.subarray(5));
	});

function ingest(options: { patience?: RegistryPatience }): Promise<IngestTotals> {
	const registryUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/registry`;
	return runIngest({
		store: embedded.store,
		source: memorySource(packets, { partition: `registry-${slot}` }),
		slot: `registry-${slot}`,
		config: { cutoutBudgetBytes: 1e9, simulationBudgetBytes: 1e9, batchRows: 1000, batchMs: 100 },
		decoder: createDecoder({ cacheFolder: join(folder, 'schemas'), registryUrl }),
		codeVersion: 'test',
		closeNights: false,
		signal: stop.signal,
		...options,
	});
}

async function stored(): Promise<number> {
	const [row] = await embedded.store.query<{ n: string }>(
		'SELECT count() AS n FROM alerts WHERE alert_id BETWEEN {from:UInt64} AND {to:UInt64}',
		{ from: BigInt(1000 * slot), to: BigInt(1000 * slot + 2) },
	);
	return Number(row?.n);
}

describe('a schema registry that is away', () => {
	it('delays a stream and no more: what came before is stored meanwhile, the rest when it is back', async () => {
		const running = ingest({ patience });
		await expect.poll(stored, { timeout: 20_000 }).toBe(1);
		await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(6);
		expect(patience.trouble).toMatch(/^The schema registry 127\.0\.0\.1:\d+ cannot give schema 1201: it answers 503$/);
		expect(said).toEqual([`${patience.trouble}; packets wait until it does, nothing is lost.`]);
		isAway = false;
		expect(await running).toMatchObject({ received: 3, stored: 3, deadLetters: {} });
		expect(await stored()).toBe(3);
		expect(patience.trouble).toBe('');
		expect(said).toHaveLength(2);
	});

	it('does not keep a worker from ending, which reads the packet at its next start', async () => {
		const running = ingest({ patience });
		await expect.poll(() => patience.trouble, { timeout: 20_000 }).not.toBe('');
		stop.abort();
		expect(await running).toMatchObject({ received: 1, stored: 1 });
		isAway = false;
		stop = new AbortController();
		expect(await ingest({ patience })).toMatchObject({ stored: 2, redelivered: 1 });
		expect(await stored()).toBe(3);
	});

	it('ends an ingest of files with what to do', async () => {
		await expect(ingest({})).rejects.toThrow(
			/it answers 503\. Check NIGHTJAR_SCHEMA_REGISTRY and start the ingest again/,
		);
	});
});
