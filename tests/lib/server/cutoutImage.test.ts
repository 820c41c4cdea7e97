import { gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readImage, writeImage } from '#lib/format/fits.ts';
import { cutoutResponse } from '#lib/server/cutoutImage.ts';
import { checkLook, limitsOf, pngOf, type CutoutLook } from '#lib/server/cutoutLook.ts';
import { colourTable } from '#lib/format/colourMap.ts';
import { ProblemError } from '#lib/server/problem.ts';

const data = Float32Array.from([0, 1, 2, Number.NaN, 4, 5]);
const fits = writeImage({ width: 3, height: 2, data });
const request = (encoding = ''): Request =>
	new Request('http://localhost/', { headers: { 'accept-encoding': encoding } });
const grey: CutoutLook = { map: 'grey', stretch: 'linear' };
const options = { kind: 'science', ext: 'fits', look: grey, name: 'x', request: request() } as const;
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

	it('keeps the limits and the curve that were asked for', async () => {
		const levels = async (look: Partial<CutoutLook>): Promise<(number | undefined)[]> => {
			const answer = cutoutResponse(fits, { ...options, ext: 'png', look: { ...grey, ...look } });
			return decoded(await bytesOf(answer)).pixels.map(([level]) => level);
		};
		// top row first: NaN 4 5, then 0 1 2
		expect(await levels({ low: 0, high: 5 })).toEqual([0, 204, 255, 0, 51, 102]);
		expect(await levels({ low: 1, high: 2 })).toEqual([0, 255, 255, 0, 0, 255]);
		expect(await levels({ lowPercent: 0, highPercent: 100 })).toEqual([0, 204, 255, 0, 51, 102]);
		// the middle of 0 1 2 4 5
		expect(await levels({ lowPercent: 50, high: 4 })).toEqual([0, 255, 255, 0, 0, 0]);
		expect((await levels({ low: 0, high: 4, stretch: 'sqrt' }))[4]).toBe(128);
		expect(limitsOf([3, 3, 3], { map: 'grey', lowPercent: 1, highPercent: 99 }, 'science')).toEqual({
			low: 3,
			high: 3,
		});
	});

	it('takes a colour map, NaN transparent', async () => {
		const look = { ...grey, low: 0, high: 5, map: 'viridis' } as const;
		const png = await bytesOf(cutoutResponse(fits, { ...options, ext: 'png', look }));
		expect([png.readUInt8(24), png.readUInt8(25)]).toEqual([8, 6]);
		const start = png.indexOf('IDAT');
		const lines = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
		const table = colourTable('viridis');
		expect([...lines.subarray(1, 5)]).toEqual([0, 0, 0, 0]);
		expect([...lines.subarray(9, 13)]).toEqual([...table.subarray(765, 768), 255]);
		expect([...lines.subarray(14, 18)]).toEqual([...table.subarray(0, 3), 255]);
	});

	it('comes as JSON: rows from the bottom, NaN as null, the shortest decimals', async () => {
		const answer = cutoutResponse(gzipSync(fits), { ...options, ext: 'json' });
		expect(answer.headers.get('content-type')).toContain('application/json');
		expect(await answer.json()).toEqual({
			kind: 'science',
			width: 3,
			height: 2,
			orientation: null,
			pixels: [
				[0, 1, 2],
				[null, 4, 5],
			],
		});
		const fine = writeImage({ width: 1, height: 2, data: Float32Array.from([0.1, -3.4e38]) });
		expect(await cutoutResponse(fine, { ...options, ext: 'json' }).json()).toMatchObject({ pixels: [[0.1], [null]] });
	});

	it.each<[Partial<CutoutLook>, string, RegExp]>([
		[{ low: 2, high: 1 }, 'png', /^The limits are empty: low is 2 and high is 1\.$/],
		[{ low: 1, high: 1 }, 'png', /^The limits are empty/],
		[{ lowPercent: 60, highPercent: 40 }, 'png', /^The limits are empty: lowPercent is 60/],
		[{ low: 1, lowPercent: 5 }, 'png', /^The limits name low twice/],
		[{ high: 1, highPercent: 5 }, 'png', /^The limits name high twice/],
		[{ low: 1 }, 'fits', /^low changes the look of a PNG/],
		[{ map: 'heat' }, 'json', /^map changes the look of a PNG/],
	])('refuses %j of a %s with a sentence', (look, ext, sentence) => {
		try {
			checkLook({ ...grey, ...look }, ext);
			expect.unreachable();
		} catch (error) {
			if (!(error instanceof ProblemError)) throw error;
			expect([error.problem.status, error.problem.detail]).toEqual([400, expect.stringMatching(sentence)]);
		}
	});

	it('says where nothing is left between one limit and the other end', () => {
		const look = { ...grey, low: 99 };
		expect(() => cutoutResponse(fits, { ...options, ext: 'png', look })).toThrow(/^Nothing lies between the limits/);
	});
});
