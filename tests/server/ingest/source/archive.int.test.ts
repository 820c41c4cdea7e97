import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { archiveSource } from '#server/ingest/source/archive.ts';
import { memorySource } from '#server/ingest/source/memory.ts';
import {
	SourceError,
	type AlertSource,
	type BrokenPacket,
	type OffsetRange,
	type RawPacket,
} from '#server/ingest/source/source.ts';
import {
	container,
	containerHeader,
	lsstPacket,
	SYNC,
	varint,
	ztfPacket,
	ztfRecord,
	ztfSchema,
} from '../../../support/packets.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'nightjar-'));
});
afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;
const bare = { cutoutScience: null, cutoutTemplate: null, cutoutDifference: null };
const packet = (candid: bigint) => ztfPacket({ ...bare, candid }, { candid });
const path = (name: string) => join(folder, name);
const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });

async function all(source: AlertSource, ranges?: readonly OffsetRange[]): Promise<(RawPacket | BrokenPacket)[]> {
	const out = [];
	for await (const item of ranges === undefined ? source.packets(never) : source.reread(ranges)) out.push(item);
	return out;
}

const isBroken = (item: RawPacket | BrokenPacket): item is BrokenPacket => 'broken' in item;

/** candid of the first record, or the kind and reason of a broken packet. */
function told(item: RawPacket | BrokenPacket): string {
	if (isBroken(item)) return `${item.kind}: ${item.reason}`;
	const records = decoder.decode(item);
	if (records instanceof Promise) throw new Error('expected records at once');
	return records.map(({ record }) => String(record['candid'])).join(' ');
}

async function read(...names: string[]): Promise<string[]> {
	return (await all(archiveSource(names.map(path)))).map(told);
}

async function tarOf(
	entries: readonly {
		name: string;
		type?: 'file' | 'symlink' | 'link' | 'directory' | 'fifo';
		linkname?: string;
		bytes?: Buffer;
	}[],
): Promise<Buffer> {
	const out = pack();
	for (const { bytes, ...header } of entries) {
		if (bytes === undefined) out.entry(header);
		else out.entry({ ...header, size: bytes.length }, bytes);
	}
	out.finalize();
	const parts: Buffer[] = [];
	for await (const part of out) parts.push(part as Buffer);
	return Buffer.concat(parts);
}

describe('files and folders', () => {
	it('are read in the order of their names, folders included', async () => {
		mkdirSync(path('night/b'), { recursive: true });
		writeFileSync(path('night/c.avro'), packet(3n));
		writeFileSync(path('night/a.avro'), packet(1n));
		writeFileSync(path('night/b/x.avro'), packet(2n));
		const source = archiveSource([path('night')]);
		const items = await all(source);
		expect(items.map(told)).toEqual(['1', '2', '3']);
		expect(items.map(({ partition, offset, source: kind, member }) => [partition, offset, kind, member])).toEqual([
			[path('night/a.avro'), 0n, 'file', 'a.avro'],
			[path('night/b/x.avro'), 0n, 'file', 'x.avro'],
			[path('night/c.avro'), 0n, 'file', 'c.avro'],
		]);
		const { bytesTotal, bytesRead } = source.progress();
		expect(bytesRead).toBe(bytesTotal);
		expect(bytesTotal).toBeGreaterThan(9000);
	});

	it('give every record of a container its own offset', async () => {
		const records = [1n, 2n, 3n, 4n, 5n].map((candid) => ztfRecord({ ...bare, candid }));
		writeFileSync(path('many.avro'), container(ztfSchema(), records, 'deflate', 2));
		const items = await all(archiveSource([path('many.avro')]));
		expect(items.map((item) => [item.offset, told(item)])).toEqual([
			[0n, '1 2'],
			[2n, '3 4'],
			[4n, '5'],
		]);
	});

	it('may be gzipped, framed or both', async () => {
		writeFileSync(path('1.avro.gz'), gzipSync(packet(1n)));
		writeFileSync(path('2.avro'), lsstPacket('10.0'));
		writeFileSync(path('3.avro.gz'), gzipSync(lsstPacket('7.1')));
		const items = await all(archiveSource([folder]));
		expect(items.map((item) => isBroken(item))).toEqual([false, false, false]);
		expect((items[1] as RawPacket).bytes[0]).toBe(0);
	});

	it('that are no packets are set aside one by one', async () => {
		writeFileSync(path('README.md'), '# Alerts of one night\n');
		writeFileSync(path('a.json'), '{"objectId": 1}');
		writeFileSync(path('b.parquet'), Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(9)]));
		writeFileSync(path('c.fits'), 'SIMPLE  =                    T');
		writeFileSync(path('d.avro'), '');
		writeFileSync(path('e.avro'), packet(1n));
		writeFileSync(path('f.avro'), packet(2n).subarray(0, 3000));
		writeFileSync(path('g.avro'), packet(3n).subarray(0, -20));
		writeFileSync(path('h.avro.gz'), gzipSync(packet(4n)).subarray(0, 500));
		writeFileSync(path('i.bin'), Buffer.alloc(100));
		expect(await read('.')).toEqual([
			expect.stringMatching(/^unreadable: .*text file/),
			expect.stringMatching(/^unreadable: .*JSON/),
			expect.stringMatching(/^unreadable: .*Parquet/),
			expect.stringMatching(/^unreadable: .*FITS/),
			'unreadable: The file is empty.',
			'1',
			expect.stringMatching(/^unreadable: The file ends/),
			expect.stringMatching(/^unreadable: The file ends too early/),
			expect.stringMatching(/^unreadable: The gzip data end too early/),
			expect.stringMatching(/^unreadable: .*binary data/),
		]);
	});

	it('one bad packet among a thousand', async () => {
		for (let i = 0; i < 1000; i++)
			writeFileSync(path(`${String(i).padStart(4, '0')}.avro`), i === 500 ? 'x' : packet(BigInt(i + 1)));
		const items = await all(archiveSource([folder]));
		expect(items).toHaveLength(1000);
		expect(items.filter(isBroken).map(({ member }) => member)).toEqual(['0500.avro']);
	});

	it('of 100 MB are refused, the first mebibyte kept', async () => {
		const header = containerHeader({ type: 'record', name: 'x', fields: [{ name: 'b', type: 'bytes' }] }, 'null');
		writeFileSync(
			path('a.avro'),
			Buffer.concat([
				header,
				varint(1),
				varint(100e6),
				Buffer.alloc(100e6),
				SYNC,
				varint(1),
				varint(1),
				varint(0),
				SYNC,
			]),
		);
		const framed = Buffer.alloc(100e6);
		framed.writeUInt32BE(1000, 1);
		writeFileSync(path('b.avro'), framed);
		const items = await all(archiveSource([folder]));
		expect(items.map((item) => (isBroken(item) ? [item.kind, item.bytes.length, item.size] : item.offset))).toEqual([
			['tooLarge', 1_048_576, 100_000_000],
			1n,
			['tooLarge', 1_048_576, 100_000_000],
		]);
	});

	it('with a damaged block go on behind it', async () => {
		const bytes = container(
			ztfSchema(),
			[1n, 2n, 3n].map((candid) => ztfRecord({ ...bare, candid })),
			'null',
			1,
		);
		const second = bytes.indexOf(SYNC, bytes.indexOf(SYNC, bytes.indexOf(SYNC) + 16) + 16);
		bytes.writeUInt8(bytes.readUInt8(second) ^ 1, second);
		writeFileSync(path('a.avro'), bytes);
		const items = await all(archiveSource([path('a.avro')]));
		expect(items.map(({ offset }) => offset)).toEqual([0n, 1n]);
		expect(items.map(told)).toEqual(['1', expect.stringMatching(/sync marker/)]);
	});

	it('that grow without bound are refused as bombs', async () => {
		const header = containerHeader('"null"', 'null');
		const zeros = Buffer.alloc(80e6);
		writeFileSync(path('a.gz'), gzipSync(zeros));
		writeFileSync(path('b.gz'), gzipSync(Buffer.concat([header, varint(1), varint(31e6), zeros])));
		writeFileSync(path('c.gz'), gzipSync(Buffer.concat([header, varint(1), varint(80e6), zeros])));
		expect(await read('a.gz')).toEqual([expect.stringMatching(/^refused: .*gzip bomb/)]);
		expect(await read('b.gz')).toEqual([expect.stringMatching(/sync marker/)]);
		expect(await read('c.gz')).toEqual([expect.stringMatching(/^tooLarge/)]);
	}, 300_000);

	it('of the magic and a gigabyte of zeros are refused in seconds, and the next one is read', async () => {
		writeFileSync(path('a.avro'), 'Obj\x01');
		truncateSync(path('a.avro'), 1e9);
		writeFileSync(path('b.avro'), packet(2n));
		expect(await read('.')).toEqual([expect.stringMatching(/^refused: .*blocks without a record/), '2']);
	}, 30_000);

	it('behind links are read once, loops of links end', async () => {
		mkdirSync(path('a'));
		writeFileSync(path('a/1.avro'), packet(1n));
		symlinkSync(path('a'), path('a/loop'));
		symlinkSync(path('gone'), path('a/nowhere'));
		symlinkSync(path('a/1.avro'), path('a/z.avro'));
		expect(await read('a')).toEqual(['1', 'refused: This is a link that leads nowhere.', '1']);
	});

	it('that are pipes are not opened', async () => {
		execFileSync('mkfifo', [path('pipe')]);
		expect(await read('.')).toEqual(['refused: This is neither a file nor a folder.']);
	});

	it('that do not exist or may not be read stop the source with a sentence', async () => {
		await expect(read('missing')).rejects.toThrow(/does not exist/);
		mkdirSync(path('closed'));
		chmodSync(path('closed'), 0);
		if (process.getuid?.() !== 0) await expect(read('closed')).rejects.toThrow(/may not be read/);
		await expect(read('missing')).rejects.toBeInstanceOf(SourceError);
	});

	it('stop when asked to', async () => {
		for (let i = 0; i < 5; i++) writeFileSync(path(`${i}.avro`), packet(BigInt(i + 1)));
		const stop = new AbortController();
		let seen = 0;
		for await (const item of archiveSource([folder]).packets(stop.signal)) {
			expect(isBroken(item)).toBe(false);
			if (++seen === 2) stop.abort();
		}
		expect(seen).toBe(2);
	});
});

describe('tar archives', () => {
	const night = [
		{ name: 'night/', type: 'directory' as const },
		{ name: 'night/1.avro', bytes: packet(1n) },
		{
			name: 'night/2.avro',
			bytes: container(
				ztfSchema(),
				[2n, 3n].map((candid) => ztfRecord({ ...bare, candid })),
				'null',
				1,
			),
		},
		{ name: `night/${'long'.repeat(40)}.avro`, bytes: gzipSync(packet(4n)) },
	];

	it.each(['night.tar', 'night.tar.gz'])('%s: streamed, offsets by member and record', async (name) => {
		const bytes = await tarOf(night);
		writeFileSync(path(name), name.endsWith('gz') ? gzipSync(bytes) : bytes);
		const items = await all(archiveSource([path(name)]));
		expect(items.map((item) => [item.offset, told(item), item.source, item.partition])).toEqual([
			[65_536n, '1', 'tar', path(name)],
			[131_072n, '2', 'tar', path(name)],
			[131_073n, '3', 'tar', path(name)],
			[196_608n, '4', 'tar', path(name)],
		]);
		expect(items[3]?.member).toBe(`night/${'long'.repeat(40)}.avro`);
	});

	it.each(['v7', 'oldgnu', 'gnu', 'ustar', 'pax'])('of tar --format=%s', async (format) => {
		const long = format === 'v7' || format === 'ustar' ? 'c'.repeat(90) : 'c'.repeat(180);
		mkdirSync(path('in'));
		writeFileSync(path('in/a.avro'), packet(1n));
		writeFileSync(path(`in/${long}`), packet(2n));
		execFileSync('tar', ['-C', folder, `--format=${format}`, '--sort=name', '-cf', path('x.tar'), 'in']);
		const items = await all(archiveSource([path('x.tar')]));
		expect(items.map((item) => [item.member, told(item)])).toEqual([
			['in/a.avro', '1'],
			[`in/${long}`, '2'],
		]);
	});

	it('with links, absolute names, ".." and devices: refused, the rest is read', async () => {
		const bytes = packet(7n);
		const tar = await tarOf([
			{ name: 'soft', type: 'symlink', linkname: '/etc/passwd' },
			{ name: 'hard', type: 'link', linkname: 'a' },
			{ name: '/etc/passwd', bytes },
			{ name: 'a/../../b', bytes },
			{ name: 'pipe', type: 'fifo' },
			{ name: 'good.avro', bytes },
			{ name: 'README', bytes: Buffer.from('hello') },
		]);
		writeFileSync(path('x.tar'), tar);
		expect(await read('x.tar')).toEqual([
			expect.stringMatching(/^refused: .*link/),
			expect.stringMatching(/^refused: .*link/),
			expect.stringMatching(/^refused: .*absolute/),
			expect.stringMatching(/^refused: .*"\.\."/),
			expect.stringMatching(/^refused: .*not a file/),
			'7',
			expect.stringMatching(/^unreadable: .*text/),
		]);
	});

	it('that end too early or are damaged: what came before is read', async () => {
		const tar = await tarOf(night);
		writeFileSync(path('a.tar'), tar.subarray(0, 1024 + Math.ceil(packet(1n).length / 512) * 512 + 900));
		expect(await read('a.tar')).toEqual([
			'1',
			expect.stringMatching(/file ends/),
			expect.stringMatching(/archive ends/),
		]);
		writeFileSync(path('b.tar.gz'), gzipSync(tar).subarray(0, -30));
		expect((await read('b.tar.gz')).at(-1)).toMatch(/too early/);
		const damaged = Buffer.from(tar);
		damaged.fill(
			0x41,
			1024 + Math.ceil(packet(1n).length / 512) * 512,
			1024 + Math.ceil(packet(1n).length / 512) * 512 + 512,
		);
		writeFileSync(path('c.tar'), damaged);
		expect(await read('c.tar')).toEqual(['1', expect.stringMatching(/damaged/)]);
	});

	it('with a member of more than 65,536 records', async () => {
		const schema = { type: 'record', name: 'x', fields: [{ name: 'a', type: 'int' }] };
		const many = Array.from({ length: 70_000 }, (_, a) => ({ a }));
		writeFileSync(path('a.tar'), await tarOf([{ name: 'many.avro', bytes: container(schema, many, 'null', 35_000) }]));
		const items = await all(archiveSource([path('a.tar')]));
		expect(items.map((item) => [item.offset, isBroken(item)])).toEqual([
			[0n, false],
			[35_000n, true],
		]);
		writeFileSync(path('many.avro'), container(schema, many, 'null', 35_000));
		expect((await all(archiveSource([path('many.avro')]))).map((item) => isBroken(item))).toEqual([false, false]);
	});

	it('that are empty or bombs', async () => {
		writeFileSync(path('a.tar'), Buffer.alloc(10_240));
		expect(await read('a.tar')).toEqual([expect.stringMatching(/holds no members/)]);
		const tar = await tarOf([{ name: 'big', bytes: Buffer.alloc(80e6) }]);
		writeFileSync(path('b.tar.gz'), gzipSync(tar));
		expect((await read('b.tar.gz')).join('\n')).toMatch(/gzip bomb/);
		writeFileSync(
			path('c.tar'),
			await tarOf([
				{ name: 'bomb.gz', bytes: gzipSync(Buffer.alloc(80e6)) },
				{ name: 'b.avro', bytes: packet(2n) },
			]),
		);
		expect(await read('c.tar')).toEqual([expect.stringMatching(/gzip bomb/), '2']);
	}, 300_000);
});

describe('reading again', () => {
	const range = (partition: string, first: bigint, last: bigint): OffsetRange => ({
		source: 'file',
		partition,
		first,
		last,
	});

	it('gives exactly the packets of the ranges', async () => {
		writeFileSync(path('a.avro'), packet(1n));
		writeFileSync(
			path('b.avro'),
			container(
				ztfSchema(),
				[2n, 3n, 4n, 5n].map((candid) => ztfRecord({ ...bare, candid })),
				'null',
				1,
			),
		);
		writeFileSync(
			path('c.tar'),
			await tarOf([6n, 7n, 8n].map((candid) => ({ name: `${candid}.avro`, bytes: packet(candid) }))),
		);
		const ranges = [range(path('b.avro'), 1n, 2n), range(path('c.tar'), 65_536n, 131_072n)];
		const again = await all(archiveSource([folder]), ranges);
		expect(again.map((item) => [item.offset, told(item)])).toEqual([
			[1n, '3'],
			[2n, '4'],
			[65_536n, '7'],
			[131_072n, '8'],
		]);
		const first = (await all(archiveSource([folder]))).filter(({ partition, offset }) =>
			ranges.some((one) => one.partition === partition && offset >= one.first && offset <= one.last),
		);
		expect(again.map(({ partition, offset, member }) => ({ partition, offset, member }))).toEqual(
			first.map(({ partition, offset, member }) => ({ partition, offset, member })),
		);
	});

	it('says what to bring back', async () => {
		writeFileSync(path('a.avro'), packet(1n));
		const source = archiveSource([path('a.avro')]);
		await all(source);
		await expect(all(source, [range(path('a.avro'), 0n, 1n)])).rejects.toThrow(/shorter than it was/);
		truncateSync(path('a.avro'), 10);
		await expect(all(source, [range(path('a.avro'), 0n, 0n)])).rejects.toThrow(/changed while/);
		rmSync(path('a.avro'));
		await expect(all(source, [range(path('a.avro'), 0n, 0n)])).rejects.toThrow(/is gone/);
	});
});

describe('memory', () => {
	it('is a source like any other', async () => {
		const packets = [1n, 2n, 3n].map(packet);
		const source = memorySource(() => packets, { partition: 'seed 1' });
		expect((await all(source)).map((item) => [item.offset, told(item)])).toEqual([
			[0n, '1'],
			[1n, '2'],
			[2n, '3'],
		]);
		const again = await all(source, [{ source: 'simulation', partition: 'seed 1', first: 1n, last: 2n }]);
		expect(again.map(told)).toEqual(['2', '3']);
		await expect(all(source, [{ source: 'simulation', partition: 'seed 1', first: 1n, last: 3n }])).rejects.toThrow(
			SourceError,
		);
	});
});
