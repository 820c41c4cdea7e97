import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeCutout, headerPixelArcsec } from '#lib/components/cutout/decode.ts';
import { limitsFor, pixelAt, placementOf, rgbaOf, scaleBar } from '#lib/components/cutout/paint.ts';
import { writeImage } from '#lib/format/fits.ts';

const noise = (count: number): Float32Array =>
	Float32Array.from({ length: count }, (_, i) => 100 + 5 * Math.sin(i * 12.9898) * Math.cos(i * 78.233));

describe('painting a cutout', () => {
	it('turns rows over: the first FITS row is the bottom one', () => {
		const image = { width: 2, height: 2, data: Float32Array.from([0, 0, 10, 10]) };
		const rgba = rgbaOf(image, { low: 0, high: 10 }, 'linear', [1, 2, 3]);
		expect([rgba[0], rgba[8]]).toEqual([255, 0]);
	});

	it('gives pixels without a value a colour of their own', () => {
		const image = { width: 2, height: 1, data: Float32Array.from([Number.NaN, 5]) };
		expect([...rgbaOf(image, { low: 0, high: 10 }, 'asinh', [58, 31, 77]).slice(0, 4)]).toEqual([58, 31, 77, 255]);
	});

	it('keeps noise alone grey, and lets a source be white', () => {
		const data = noise(900);
		const quiet = limitsFor(data, 'asinh', 'difference');
		const most = Math.max(...data);
		expect(quiet.high).toBeGreaterThan(most);
		for (const at of [464, 465, 466]) data[at] = 5000;
		const bright = limitsFor(data, 'asinh', 'science');
		expect(bright.high).toBeGreaterThan(1000);
		expect(bright.low).toBeLessThan(100);
	});

	it('has limits for an image without any value, and for one of equal values', () => {
		expect(limitsFor(new Float32Array(4).fill(Number.NaN), 'linear', 'science')).toEqual({ low: 0, high: 1 });
		const { low, high } = limitsFor(new Float32Array(4).fill(7), 'asinh', 'science');
		expect(high).toBeGreaterThan(low);
	});

	it('is symmetric about 0 for zscale on a difference', () => {
		const data = noise(900).map((value) => value - 100);
		const { low, high } = limitsFor(data, 'zscale', 'difference');
		expect(low).toBeCloseTo(-high, 6);
	});
});

describe('laying a cutout out', () => {
	const image = { width: 30, height: 30 };

	it('counts FITS pixels from 1 at the bottom left', () => {
		const placement = placementOf(image, null, 300);
		expect(pixelAt(image, placement, 1, 299)).toMatchObject({ column: 0, row: 0 });
		expect(pixelAt(image, placement, 5, 295)?.x).toBeCloseTo(1, 9);
		expect(pixelAt(image, placement, 299, 1)).toMatchObject({ column: 29, row: 29 });
	});

	it('shows every pixel of a turned picture, and says where none is', () => {
		const placement = placementOf(image, { rotationDeg: 45, mirrored: false }, 300);
		expect(placement.scale).toBeCloseTo(300 / (30 * Math.SQRT2), 6);
		expect(pixelAt(image, placement, 2, 2)).toBeNull();
		expect(pixelAt(image, placement, 150, 150)).not.toBeNull();
	});

	it('finds the pixel that a quarter turn and a mirror moved', () => {
		const quarter = placementOf(image, { rotationDeg: 90, mirrored: false }, 300);
		// counter-clockwise: the bottom right corner comes to the top right
		expect(pixelAt(image, quarter, 299, 1)).toMatchObject({ column: 29, row: 0 });
		const mirrored = placementOf(image, { rotationDeg: 0, mirrored: true }, 300);
		expect(pixelAt(image, mirrored, 1, 299)).toMatchObject({ column: 29, row: 0 });
	});

	it('keeps odd sizes whole', () => {
		const odd = { width: 63, height: 43 };
		const placement = placementOf(odd, null, 252);
		expect(placement.scale).toBe(4);
		expect(pixelAt(odd, placement, 126, 2)).toBeNull();
		expect(pixelAt(odd, placement, 126, 126)).toMatchObject({ column: 31, row: 21 });
	});

	it('draws a bar of a round length', () => {
		const placement = placementOf({ width: 63, height: 63 }, null, 252);
		expect(scaleBar(1.01, placement, 70)).toMatchObject({ arcsec: 10 });
		expect(scaleBar(0.2, placementOf(image, null, 252), 70)).toMatchObject({ arcsec: 1 });
	});
});

describe('reading a cutout', () => {
	const fits = writeImage({
		width: 3,
		height: 2,
		data: [1, 2, 3, 4, 5, 6],
		cards: [
			['CD1_1', -0.2 / 3600],
			['CD2_2', 0.2 / 3600],
		],
	});

	it('reads plain and packed FITS', async () => {
		for (const bytes of [fits, new Uint8Array(gzipSync(fits))]) {
			const picture = await decodeCutout(bytes);
			expect(picture.kind).toBe('image');
			if (picture.kind === 'image') {
				expect([...picture.image.data]).toEqual([1, 2, 3, 4, 5, 6]);
				expect(headerPixelArcsec(picture.image.header)).toBeCloseTo(0.2, 9);
			}
		}
	});

	it('knows JPEG, and says why it cannot read the rest', async () => {
		expect((await decodeCutout(Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]))).kind).toBe('jpeg');
		expect((await decodeCutout(Uint8Array.from([1, 2, 3]))).kind).toBe('unreadable');
		expect((await decodeCutout(new Uint8Array(gzipSync(fits)).slice(0, 60))).kind).toBe('unreadable');
	});

	it('has no pixel size without a matrix', () => {
		expect(headerPixelArcsec(new Map())).toBeNull();
		expect(
			headerPixelArcsec(
				new Map([
					['CDELT1', -0.0001],
					['CDELT2', 0.0001],
				]),
			),
		).toBeCloseTo(0.36, 9);
	});
});
