import { gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readImage, writeImage } from '#lib/format/fits.ts';
import { cutoutResponse, pngOf } from '#lib/server/cutoutImage.ts';
import { ProblemError } from '#lib/server/problem.ts';

const data = Float32Array.from([0, 1, 2, Number.NaN, 4, 5]);
const fits = writeImage({ width: 3, height: 2, data });
const request = (encoding = ''): Request =>
	new Request('http://localhost/', { headers: { 'accept-encoding': encoding } });
const options = { kind: 'science', ext: 'fits', stretch: 'linear', name: 'x', request: request() } as const;
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

/** Width, height and the grey-alpha pixels of a PNG of ours, top row first. */
function decoded(png: Buffer): { width: number; height: number; pixels: number[][] } {
	expect(png.subarray(1, 4).toString()).toBe('PNG');
	const width = png.readUInt32BE(16);
	const height = png.readUInt32BE(20);
	const start = png.indexOf('IDAT');
	const lines = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
	const pixels: number[][] = [];
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const at = row * (1 + 2 * width) + 1 + 2 * column;
			pixels.push([...lines.subarray(at, at + 2)]);
		}
	}
	return { width, height, pixels };
}

describe('a cutout', () => {
	it('goes out as FITS as it came, packed only for readers that take it', async () => {
		const packed = gzipSync(fits);
		const kept = cutoutResponse(packed, { ...options, request: request('gzip, br') });
		expect(kept.headers.get('content-encoding')).toBe('gzip');
		expect(gunzipSync(await bytesOf(kept)).equals(fits)).toBe(true);
		const plain = cutoutResponse(packed, options);
		expect(plain.headers.get('content-encoding')).toBeNull();
		expect((await bytesOf(plain)).equals(fits)).toBe(true);
		expect(readImage(await bytesOf(cutoutResponse(fits, options))).width).toBe(3);
	});

	it('becomes a PNG with the top row first and NaN transparent', async () => {
		const { width, height, pixels } = decoded(pngOf({ width: 3, height: 2, data }, (value) => value / 5));
		expect([width, height]).toEqual([3, 2]);
		expect(pixels).toEqual([
			[0, 0],
			[204, 255],
			[255, 255],
			[0, 255],
			[51, 255],
			[102, 255],
		]);
		const response = cutoutResponse(fits, { ...options, ext: 'png', kind: 'difference' });
		expect(response.headers.get('content-type')).toBe('image/png');
		expect(decoded(await bytesOf(response)).width).toBe(3);
	});

	it('that is no image, or another kind of one, is a problem with a sentence', () => {
		const bomb = gzipSync(Buffer.alloc(70 * 1024 * 1024));
		const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
		expect(() => cutoutResponse(Buffer.from('nothing'), { ...options, ext: 'png' })).toThrow(ProblemError);
		expect(() => cutoutResponse(bomb, { ...options, ext: 'png' })).toThrow(ProblemError);
		expect(() => cutoutResponse(gzipSync(fits).subarray(0, 40), options)).toThrow(ProblemError);
		expect(() => cutoutResponse(jpeg, options)).toThrow(/\.jpg/);
		expect(() => cutoutResponse(fits, { ...options, ext: 'jpg' })).toThrow(/\.fits/);
		expect(cutoutResponse(jpeg, { ...options, ext: 'jpg' }).headers.get('content-type')).toBe('image/jpeg');
	});
});
