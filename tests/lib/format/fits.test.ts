import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	FitsError,
	type FitsHeader,
	type FitsValue,
	isGzip,
	northUp,
	readImage,
	writeImage,
} from '#lib/format/fits.ts';
// astropy 5.2.1, by scripts/golden/fits.py
import golden from '../../fixtures/golden/fits.json' with { type: 'json' };

const bytesOf = (name: keyof typeof golden.files): Uint8Array =>
	gunzipSync(Buffer.from(golden.files[name].gzip, 'base64'));
const names = Object.keys(golden.files) as (keyof typeof golden.files)[];

/** FITS bytes of header cards and data as they are, right or wrong. */
function madeOf(cards: readonly string[], data = new Uint8Array(0)): Uint8Array {
	const header = cards.map((card) => card.padEnd(80)).join('');
	const padded = header.padEnd(Math.ceil(header.length / 2880) * 2880);
	const bytes = new Uint8Array(padded.length + data.length);
	bytes.set(new TextEncoder().encode(padded));
	bytes.set(data, padded.length);
	return bytes;
}

describe('reading', () => {
	it.each(names)('agrees with astropy: %s', (name) => {
		const image = readImage(bytesOf(name));
		const read = [image, ...image.extensions];
		const { images } = golden.files[name];
		expect(read).toHaveLength(images.length);
		for (const [index, wanted] of images.entries()) {
			const { name: extension, width, height, data } = read[index] ?? image;
			expect({ extension, width, height }).toEqual({
				extension: wanted.name,
				width: wanted.width,
				height: wanted.height,
			});
			expect([...data]).toEqual(wanted.data.map((value) => value ?? NaN));
		}
	});

	it('reads cards of every kind', () => {
		const { header } = readImage(bytesOf('cards'));
		expect(header.get('TEXT')).toBe("O'Brien / son");
		expect(header.get('LOGIC')).toBe(true);
		expect(header.get('EXPO')).toBe(1.5e-300);
		expect(header.get('HUGE')).toBe('170587115523932323');
		expect(header.get('LONG')).toBe('x'.repeat(150));
		expect(header.has('COMMENT')).toBe(false);
	});

	it('makes masks of infinities and of values beyond 1e30 on request, and only then', () => {
		const data = [1, -3.4e38, Infinity, NaN, 1e29, -Infinity];
		const bytes = writeImage({ width: 3, height: 2, data });
		expect([...readImage(bytes, { maskHuge: true }).data]).toEqual([1, NaN, NaN, NaN, Math.fround(1e29), NaN]);
		expect([...readImage(bytes).data]).toEqual(data.map(Math.fround));
	});

	it('reads bytes that begin anywhere in their buffer, and unpadded ends', () => {
		const bytes = writeImage({ width: 2, height: 2, data: [1, 2, 3, 4] });
		const shifted = new Uint8Array(bytes.length + 3);
		shifted.set(bytes, 3);
		expect([...readImage(shifted.subarray(3, 3 + 2880 + 16)).data]).toEqual([1, 2, 3, 4]);
	});

	it('takes a third axis of length 1 for none', () => {
		const data = new Uint8Array([0, 1, 2, 3]);
		const axes = ['NAXIS   = 3', 'NAXIS1  = 2', 'NAXIS2  = 2', 'NAXIS3  = 1'];
		const image = readImage(madeOf(['SIMPLE  = T', 'BITPIX  = 8', ...axes, 'END'], data));
		expect([...image.data]).toEqual([0, 1, 2, 3]);
	});

	it('tells gzip from FITS', () => {
		const bytes = writeImage({ width: 1, height: 1, data: [1] });
		expect(isGzip(gzipSync(bytes))).toBe(true);
		expect(isGzip(bytes)).toBe(false);
		expect(isGzip(new Uint8Array(0))).toBe(false);
		expect(() => readImage(gzipSync(bytes))).toThrow(/gzip/);
	});
});

describe('damage', () => {
	const start = ['SIMPLE  = T', 'BITPIX  = -32'];

	it.each([
		['no bytes', new Uint8Array(0), /Not a FITS file/],
		['JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...new Array<number>(200).fill(0)), /Not a FITS file/],
		['no END', madeOf([...start, 'NAXIS   = 2', 'NAXIS1  = 2', 'NAXIS2  = 2']), /no END/],
		['no BITPIX', madeOf(['SIMPLE  = T', 'NAXIS   = 2', 'END']), /BITPIX/],
		['BITPIX 12', madeOf(['SIMPLE  = T', 'BITPIX  = 12', 'NAXIS   = 0', 'END']), /BITPIX = 12/],
		['no NAXIS2', madeOf([...start, 'NAXIS   = 2', 'NAXIS1  = 2', 'END']), /NAXIS2/],
		['negative NAXIS1', madeOf([...start, 'NAXIS   = 2', 'NAXIS1  = -2', 'NAXIS2  = 2', 'END']), /NAXIS1 = -2/],
		['broken NAXIS1', madeOf([...start, 'NAXIS   = 2', 'NAXIS1  = 2.5', 'NAXIS2  = 2', 'END']), /NAXIS1 = 2.5/],
		['a billion axes', madeOf([...start, 'NAXIS   = 1000000000', 'END']), /NAXIS = 1000000000/],
		['a billion pixels', madeOf([...start, 'NAXIS   = 2', 'NAXIS1  = 31623', 'NAXIS2  = 31623', 'END']), /claims 4000/],
		[
			'more pixels than a number holds',
			madeOf([
				...start,
				'NAXIS   = 3',
				'NAXIS1  = 9007199254740991',
				'NAXIS2  = 9007199254740991',
				'NAXIS3  = 9',
				'END',
			]),
			/claims/,
		],
		['no image', madeOf([...start, 'NAXIS   = 0', 'END']), /no two-dimensional image/],
		['a spectrum', madeOf([...start, 'NAXIS   = 1', 'NAXIS1  = 1', 'END'], new Uint8Array(2880)), /no two-dimensional/],
	])('refuses %s in a sentence', (_, bytes, sentence) => {
		expect(() => readImage(bytes)).toThrow(FitsError);
		expect(() => readImage(bytes)).toThrow(sentence);
	});

	it('refuses every cut of a file that reaches its data, and never hangs or fails otherwise', () => {
		const bytes = bytesOf('three HDUs');
		for (let length = 0; length < bytes.length; length += 97) {
			try {
				const image = readImage(bytes.subarray(0, length));
				// whole HDUs before the cut are fine
				expect(image.data).toHaveLength(900);
			} catch (error) {
				expect(error).toBeInstanceOf(FitsError);
			}
		}
	});

	it('answers damaged bytes with an image or a FitsError, nothing else', () => {
		const bytes = bytesOf('three HDUs');
		const change = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }));
		// the first cards are where it hurts
		const early = fc.tuple(fc.nat({ max: 800 }), fc.integer({ min: 32, max: 126 }));
		fc.assert(
			fc.property(fc.array(fc.oneof(change, early), { minLength: 1, maxLength: 8 }), (changes) => {
				const damaged = bytes.slice();
				for (const [at, value] of changes) damaged[at] = value;
				try {
					readImage(damaged);
				} catch (error) {
					expect(error).toBeInstanceOf(FitsError);
				}
			}),
			{ numRuns: 1000 },
		);
	});
});

describe('writing', () => {
	it('is read back as written, with its cards and extensions', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 40 }),
				fc.integer({ min: 1, max: 40 }),
				fc.float(),
				fc.string({ unit: 'grapheme-ascii', maxLength: 30 }),
				fc.double({ noNaN: true, noDefaultInfinity: true }),
				fc.boolean(),
				(width, height, value, text, number, flag) => {
					const data = Float32Array.from({ length: width * height }, (_, i) => value + i);
					const bytes = writeImage(
						{
							width,
							height,
							data,
							cards: [
								['TEXT', text],
								['NUMBER', number, 'a comment'],
								['FLAG', flag],
							],
						},
						[{ width: 1, height: 2, data: [number, NaN], bitpix: -64, name: 'PSFIMAGE' }],
					);
					expect(bytes.length % 2880).toBe(0);
					const image = readImage(bytes);
					expect(image).toMatchObject({ width, height });
					expect(image.data).toEqual(data);
					// FITS does not keep blanks at the end
					expect(image.header.get('TEXT')).toBe(text.trimEnd());
					expect(image.header.get('NUMBER')).toBe(number === 0 ? 0 : number);
					expect(image.header.get('FLAG')).toBe(flag);
					expect(image.extensions.map(({ name, width: w, height: h }) => [name, w, h])).toEqual([['PSFIMAGE', 1, 2]]);
					expect([...(image.extensions[0]?.data ?? [])]).toEqual([Math.fround(number), NaN]);
				},
			),
			{ numRuns: 300 },
		);
	});

	it('keeps 64-bit numbers', () => {
		const bytes = writeImage({ width: 1, height: 1, data: [0], cards: [['VISIT', 170587115523932323n]] });
		expect(readImage(bytes).header.get('VISIT')).toBe('170587115523932323');
	});

	it('refuses what no FITS file can hold', () => {
		const image = { width: 1, height: 1, data: [0] };
		expect(() => writeImage({ ...image, width: 2 })).toThrow(/needs 2 values/);
		expect(() => writeImage({ ...image, cards: [['TOO_LONG_KEY', 1]] })).toThrow(FitsError);
		expect(() => writeImage({ ...image, cards: [['TEXT', 'x'.repeat(80)]] })).toThrow(FitsError);
		expect(() => writeImage({ ...image, cards: [['TEXT', 'two\nlines']] })).toThrow(FitsError);
		expect(() => writeImage({ ...image, cards: [['SEEING', NaN]] })).toThrow(FitsError);
	});
});

describe('orientation', () => {
	it.each(golden.orientations)('turns north up as astropy sees it: $name', ({ cards, north, east }) => {
		const header: FitsHeader = new Map<string, FitsValue>(Object.entries<FitsValue>(cards));
		const orientation = northUp({ header });
		if (orientation === null) throw new Error('no orientation');
		const turn = (orientation.rotationDeg * Math.PI) / 180;
		const turned = ([x = NaN, y = NaN]: number[]): [number, number] => {
			const size = Math.hypot(x, y);
			return [(x * Math.cos(turn) - y * Math.sin(turn)) / size, (x * Math.sin(turn) + y * Math.cos(turn)) / size];
		};
		expect(turned(north)[0]).toBeCloseTo(0, 4);
		expect(turned(north)[1]).toBeCloseTo(1, 4);
		expect(orientation.mirrored).toBe(turned(east)[0] > 0);
	});

	it('is unknown without a matrix, with one that is none, and in other frames', () => {
		expect(northUp({ header: new Map() })).toBeNull();
		expect(northUp({ header: new Map<string, FitsValue>([['CROTA2', 12]]) })).toBeNull();
		expect(northUp({ header: new Map<string, FitsValue>([['CD1_1', 0]]) })).toBeNull();
		expect(
			northUp({
				header: new Map<string, FitsValue>([
					['CTYPE1', 'GLON-TAN'],
					['CD1_1', 1],
					['CD2_2', 1],
				]),
			}),
		).toBeNull();
	});
});
