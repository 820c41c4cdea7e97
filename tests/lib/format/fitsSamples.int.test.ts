import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isGzip, northUp, readImage } from '#lib/format/fits.ts';

const samples = process.env.NIGHTJAR_SAMPLES;

/** All bytes of the files of a folder, unpacked where the whole file is gzip. */
function filesIn(folder: string): Buffer[] {
	const path = `${samples ?? ''}/alerts/${folder}`;
	return readdirSync(path)
		.filter((name) => /\.avro(\.gz)?$/.test(name))
		.map((name) => readFileSync(`${path}/${name}`))
		.map((bytes) => (isGzip(bytes) ? gunzipSync(bytes) : bytes));
}

/** Offsets of a byte pattern, without the need of an Avro reader. */
function offsetsOf(bytes: Buffer, pattern: Buffer): number[] {
	const offsets: number[] = [];
	for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1)) offsets.push(at);
	return offsets;
}

describe.skipIf(samples === undefined)('cutouts of real alerts (NIGHTJAR_SAMPLES)', () => {
	it('reads every Rubin cutout: image, error and point spread function, with an orientation', () => {
		const images = filesIn('lsst/confluent').flatMap((bytes) =>
			offsetsOf(bytes, Buffer.from('SIMPLE  =')).map((at) => readImage(bytes.subarray(at))),
		);
		expect(images.length).toBeGreaterThanOrEqual(9);
		for (const image of images) {
			expect(image.width).toBe(image.height);
			expect(image.extensions.length).toBe(2);
			const [uncertainty, psf] = image.extensions;
			expect(uncertainty?.width).toBe(image.width);
			expect(psf?.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 1);
			// Rubin's own statement, where it makes one
			const stated = image.header.get('ROTPA');
			const rotation = northUp(image)?.rotationDeg;
			expect(rotation).toBeDefined();
			if (typeof stated === 'number') expect(rotation).toBeCloseTo((stated + 360) % 360, 0);
		}
	});

	it('reads every ZTF cutout, which has no orientation', () => {
		const images = filesIn('ztf/kowalski_20200202').flatMap((bytes) =>
			offsetsOf(bytes, Buffer.from([0x1f, 0x8b, 8])).flatMap((at) => {
				// Avro puts the length before the bytes: zigzag, seven bits at a time, three bytes for lengths from 8192
				const [low = 0, middle = 0, high = 0] = bytes.subarray(at - 3, at);
				const length = ((low & 0x7f) | ((middle & 0x7f) << 7) | (high << 14)) >> 1;
				// three bytes within a cutout may look like the start of another
				if (length < 8192 || at + length > bytes.length) return [];
				return [readImage(gunzipSync(bytes.subarray(at, at + length)), { maskHuge: true })];
			}),
		);
		expect(images.length).toBe(36);
		for (const image of images) {
			expect([image.width, image.height]).toEqual([63, 63]);
			expect(northUp(image)).toBeNull();
		}
	});
});
