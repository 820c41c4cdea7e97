import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { lsstSchema } from '#server/ingest/decode/schemas/lsst.ts';
import { frame, lsstPacket } from '../../../support/packets.ts';

let folder: string;
let server: Server;
let asked: string[];
let answer: { status: number; body: string };
let url: string;

// the body of a v10.0 packet under an id that Nightjar does not ship
const bytes = frame(1201, lsstPacket('10.0').subarray(5));

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'nightjar-'));
	asked = [];
	answer = { status: 200, body: JSON.stringify({ schema: JSON.stringify(lsstSchema('10.0')) }) };
	server = createServer((request, response) => {
		asked.push(`${request.url ?? ''} ${request.headers.authorization ?? ''}`);
		response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	url = `http://user:pa%20ss@127.0.0.1:${(server.address() as AddressInfo).port}/registry`;
});
afterEach(() => {
	server.close();
	rmSync(folder, { recursive: true, force: true });
});

describe('the schema registry', () => {
	it('is asked once, with a login, and what it said is kept on disk', async () => {
		const decoder = createDecoder({ cacheFolder: join(folder, 'schemas'), registryUrl: url });
		const first = decoder.decode({ bytes });
		expect(first).toBeInstanceOf(Promise);
		expect((await first)[0]).toMatchObject({ recordName: 'lsst.v10_0.alert', schemaId: 1201 });
		expect(decoder.decode({ bytes })).toHaveLength(1);
		expect(asked).toEqual([`/registry/schemas/ids/1201 Basic ${Buffer.from('user:pa ss').toString('base64')}`]);
		expect(existsSync(join(folder, 'schemas/1201.avsc'))).toBe(true);
		const later = createDecoder({ cacheFolder: join(folder, 'schemas'), registryUrl: null });
		expect(later.decode({ bytes })).toHaveLength(1);
	});

	it('that does not know the id makes the packet unreadable, at once the second time', async () => {
		answer = { status: 404, body: '{"error_code":40403}' };
		const decoder = createDecoder({ cacheFolder: folder, registryUrl: url });
		await expect(Promise.resolve(decoder.decode({ bytes }))).rejects.toThrow(/registry does not have it/);
		expect(() => void decoder.decode({ bytes })).toThrow(/1201\.avsc/);
		expect(asked).toHaveLength(1);
	});

	it('that fails is an error of its own, so that the packet is not lost', async () => {
		answer = { status: 401, body: '' };
		const decoder = createDecoder({ cacheFolder: folder, registryUrl: url });
		await expect(Promise.resolve(decoder.decode({ bytes }))).rejects.toMatchObject({
			name: 'RegistryError',
			message: expect.stringMatching(/it answers 401\. Check NIGHTJAR_SCHEMA_REGISTRY/) as string,
		});
	});

	it("is not needed for ids in the operator's folder, which wins over what is shipped", () => {
		writeFileSync(join(folder, '1201.avsc'), JSON.stringify(lsstSchema('10.0')));
		writeFileSync(join(folder, '1000.avsc'), '{');
		const decoder = createDecoder({ schemaFolder: folder, cacheFolder: '/nowhere', registryUrl: null });
		expect(decoder.decode({ bytes })).toHaveLength(1);
		expect(() => void decoder.decode({ bytes: lsstPacket('10.0') })).toThrow(/1000\.avsc is not JSON/);
	});
});
