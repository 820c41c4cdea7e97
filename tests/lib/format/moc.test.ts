import { describe, expect, it } from 'vitest';
import { coarser, merged, mocText, orderOf, readMoc, skyFraction } from '#lib/format/moc.ts';
import golden from '../../fixtures/golden/moc.json';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const reasonOf = async (file: Uint8Array): Promise<string> =>
	readMoc(file).then(
		() => 'read',
		(error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : 'thrown'),
	);

describe.each(golden.cases)('a MOC of mocpy: $name', (entry) => {
	const ranges = entry.ranges.map(([first, end]) => [BigInt(first ?? ''), BigInt(end ?? '')] as const);

	it.each(['json', 'ascii'] as const)('is read from %s', async (form) => {
		expect(await readMoc(bytes(entry[form]))).toEqual(ranges);
	});

	it.each(['fits', 'fitsOld'] as const)('is read from %s (ranges, and NUNIQ)', async (form) => {
		expect(await readMoc(fromBase64(entry[form]))).toEqual(ranges);
	});

	it('has its order and its share of the sky', () => {
		expect(orderOf(ranges)).toBe(entry.order);
		const own = coarser(ranges, entry.order);
		expect(skyFraction(own, entry.order)).toBeCloseTo(entry.skyFraction, 12);
	});

	it('is read back from the text that is written of it', async () => {
		expect(await readMoc(bytes(mocText(coarser(ranges, entry.order), entry.order)))).toEqual(ranges);
	});

	it('grows to whole pixels of a coarser order, and loses nothing', () => {
		const order = 3;
		const shift = 2n * BigInt(29 - order);
		const grown = coarser(ranges, order).map(([first, end]) => [BigInt(first) << shift, BigInt(end) << shift] as const);
		expect(merged([...grown, ...ranges])).toEqual(merged(grown));
	});
});

describe('what is no MOC', () => {
	it('is refused with the reason', async () => {
		expect(await reasonOf(bytes('6/1-4 x'))).toMatch(/^MocError: “x” is no part of a MOC/);
		expect(await reasonOf(bytes('5 6/1'))).toMatch(/“5” stands before any order/);
		expect(await reasonOf(bytes('1/48'))).toMatch(/Order 1 has no pixels 48 to 48: they run from 0 to 47/);
		expect(await reasonOf(bytes('30/1'))).toMatch(/Order 30 is none/);
		expect(await reasonOf(bytes('2/5-3'))).toMatch(/Order 2 has no pixels 5 to 3/);
		expect(await reasonOf(bytes('{"3": [1.5]}'))).toMatch(/Order 3 lists 1.5, which is no pixel/);
		expect(await reasonOf(bytes('{"3": '))).toMatch(/begins as JSON and is none/);
		expect(await reasonOf(bytes('t61/1 s3/4'))).toMatch(/covers time/);
		expect(await reasonOf(bytes(''))).toMatch(/covers nothing/);
		expect(await reasonOf(new Uint8Array([0xff, 0x00, 0x80]))).toMatch(/neither FITS nor text/);
		expect(await reasonOf(bytes('SIMPLE  = nothing'))).toMatch(/^MocError: /);
		const [first] = golden.cases;
		expect(await reasonOf(fromBase64(first?.fits ?? '').subarray(0, 5800))).toMatch(
			/^MocError: .*(?:ends too early|no binary table)/,
		);
	});
});
