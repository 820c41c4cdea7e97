import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { DecodeError, type DecodedPacket } from '#server/ingest/decode/packet.ts';
import { winterPacket } from '../../../support/otherPackets.ts';
import {
	container,
	containerBlock,
	containerHeader,
	SYNC,
	varint,
	ztfPacket,
	ztfRecord,
	ztfSchema,
	type Codec,
	type Values,
} from '../../../support/packets.ts';

const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });

function decode(bytes: Uint8Array): DecodedPacket[] {
	const out = decoder.decode({ bytes });
	if (out instanceof Promise) throw new Error('expected records at once');
	return out;
}

function failure(bytes: Uint8Array): DecodeError {
	try {
		decode(bytes);
	} catch (error) {
		if (error instanceof DecodeError) return error;
		throw error;
	}
	throw new Error('expected a DecodeError');
}

const list = (items: unknown): Values => ({
	type: 'record',
	name: 'x',
	fields: [{ name: 'a', type: { type: 'array', items } }],
});
const block = (schema: unknown, plain: Buffer, codec = 'null') =>
	Buffer.concat([containerHeader(schema, codec), containerBlock(1, plain, codec)]);

function flip(bytes: Buffer, at: number): void {
	bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
}

describe('Avro containers', () => {
	it.each<Codec>(['null', 'deflate', 'snappy'])('reads ZTF packets with illegal union defaults, codec %s', (codec) => {
		const [packet] = decode(ztfPacket({}, {}, codec));
		expect(packet?.recordName).toBe('ztf.alert');
		expect(packet?.record['objectId']).toBe('ZTF23abcdefg');
	});

	it('keeps 64-bit ids exact', () => {
		const [packet] = decode(
			ztfPacket({}, { candid: 9_007_199_254_740_993n, objectidps1: -9_223_372_036_854_775_808n }),
		);
		const candidate = packet?.record['candidate'] as Values;
		expect(candidate['candid']).toBe(9_007_199_254_740_993n);
		expect(candidate['objectidps1']).toBe(-9_223_372_036_854_775_808n);
	});

	it('reads only what is needed of long lists', () => {
		const [packet] = decode(ztfPacket());
		const [limit] = packet?.record['prv_candidates'] as Values[];
		expect(limit).toMatchObject({ fid: 2, diffmaglim: 20.5, candid: null });
		expect(limit).not.toHaveProperty('programpi');
		expect(packet?.record['candidate']).toHaveProperty('programpi', 'Kulkarni');
	});

	it('gives all records of all blocks in order', () => {
		const records = [1n, 2n, 3n, 4n, 5n].map((candid) => ztfRecord({ candid }));
		expect(decode(container(ztfSchema(), records, 'snappy', 2)).map((packet) => packet.record['candid'])).toEqual([
			1n,
			2n,
			3n,
			4n,
			5n,
		]);
	});

	it('renames a field that occurs twice (WINTER)', () => {
		const [packet] = decode(winterPacket());
		expect({ ...(packet?.record['candidate'] as Values) }).toMatchObject({ sgmag1: 18.25, sgmag1__2: 19.25 });
	});

	it('keeps null lists and null cutouts', () => {
		const [packet] = decode(
			ztfPacket({ prv_candidates: null, cutoutScience: null, cutoutTemplate: null, cutoutDifference: null }),
		);
		expect(packet?.record).toMatchObject({ prv_candidates: null, cutoutScience: null });
	});

	it('reads unions of two record types', () => {
		const branch = (name: string) => ({ type: 'record', name, fields: [{ name: 'v', type: 'int' }] });
		const schema = { type: 'record', name: 'x', fields: [{ name: 'u', type: ['null', branch('p'), branch('q')] }] };
		expect(decode(block(schema, Buffer.concat([varint(2), varint(7)])))).toHaveLength(1);
	});
});

describe('bad containers', () => {
	it.each([
		['an array of 10^12 items', list('null'), Buffer.concat([varint(1e12), varint(0)])],
		[
			'an array of 2^31 records',
			list({ type: 'record', name: 'y', fields: [{ name: 'v', type: 'string' }] }),
			varint(2 ** 31),
		],
		['a negative count whose size leads back', list('string'), Buffer.concat([varint(-3), varint(-5), varint(-5)])],
		['a string of 2^40 bytes', list('string'), Buffer.concat([varint(1), varint(2 ** 40)])],
		[
			'a map of 10^15 entries',
			{ type: 'record', name: 'x', fields: [{ name: 'a', type: { type: 'map', values: 'null' } }] },
			varint(1e15),
		],
	])('refuses %s without allocating it', (_, schema, plain) => {
		const before = process.memoryUsage().rss;
		expect(failure(block(schema, plain)).kind).toBe('unreadable');
		expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
	});

	it('says so of a schema that is nested without end', () => {
		let schema: unknown = 'null';
		for (let depth = 0; depth < 4000; depth += 1) schema = { type: 'array', items: schema };
		const record = { type: 'record', name: 'x', fields: [{ name: 'a', type: schema }] };
		expect(failure(block(record, Buffer.alloc(1))).message).toContain('it is nested too deep');
	});

	it('refuses a deflate bomb and a snappy length of 4 GB', () => {
		const bomb = block(list('null'), Buffer.alloc(80 * 1024 * 1024), 'deflate');
		expect(bomb.length).toBeLessThan(200_000);
		expect(failure(bomb).kind).toBe('unreadable');
		const claim = Buffer.concat([
			containerHeader(list('null'), 'snappy'),
			varint(1),
			varint(9),
			Buffer.from('fffffffff0000000ff', 'hex'),
			SYNC,
		]);
		expect(failure(claim).kind).toBe('unreadable');
	});

	it('notices a wrong snappy checksum', () => {
		const packet = ztfPacket({}, {}, 'snappy');
		flip(packet, packet.length - 17);
		expect(failure(packet).message).toMatch(/checksum/);
	});

	it('notices a wrong sync marker and hands over the records before it', () => {
		const packet = container(ztfSchema(), [ztfRecord({ candid: 1n }), ztfRecord({ candid: 2n })], 'null', 1);
		flip(packet, packet.length - 1);
		const error = failure(packet);
		expect(error.message).toMatch(/sync marker/);
		expect(error.before.map(({ record }) => record['candid'])).toEqual([1n]);
	});

	it.each([
		[
			'another codec',
			Buffer.concat([containerHeader(list('null'), 'zstandard'), containerBlock(1, varint(0), 'null')]),
			/zstandard/,
		],
		[
			'a schema that is no JSON',
			Buffer.concat([containerHeader('{"type":', 'null'), containerBlock(1, varint(0), 'null')]),
			/schema/,
		],
		[
			'a schema of no record',
			Buffer.concat([containerHeader('"string"', 'null'), containerBlock(1, varint(0), 'null')]),
			/schema/,
		],
		[
			'a field name that is code',
			Buffer.concat([
				containerHeader({ type: 'record', name: 'x', fields: [{ name: 'a;process.exit()', type: 'int' }] }, 'null'),
				containerBlock(1, varint(0), 'null'),
			]),
			/schema/,
		],
		['no records', containerHeader(list('null'), 'null'), /no record/],
		['left-over bytes', block(list('null'), Buffer.concat([varint(0), Buffer.from('rest')])), /left over/],
		[
			'records of no bytes',
			Buffer.concat([containerHeader({ type: 'record', name: 'x', fields: [] }, 'null'), varint(1e9), varint(0), SYNC]),
			/no bytes/,
		],
		['neither form', Buffer.from('# README'), /neither/],
		['nothing', Buffer.alloc(0), /neither/],
	])('says what is wrong: %s', (_, bytes, sentence) => {
		expect(failure(bytes).message).toMatch(sentence);
	});

	it('never does worse than a DecodeError, wherever a packet is cut or changed', () => {
		const whole = ztfPacket({ cutoutScience: null, cutoutTemplate: null, cutoutDifference: null }, {}, 'null', true);
		fc.assert(
			fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
				const bytes = Buffer.from(cut ? whole.subarray(0, at) : whole);
				if (!cut) bytes[at] = byte;
				try {
					decode(bytes);
				} catch (error) {
					expect(error).toBeInstanceOf(DecodeError);
				}
			}),
			{ numRuns: 400 },
		);
	});
});
