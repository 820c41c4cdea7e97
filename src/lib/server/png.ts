import { deflateSync } from 'node:zlib';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
	let value = index;
	for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
	return value >>> 0;
});

function crc32(bytes: Uint8Array): number {
	let crc = 0xffffffff;
	for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
	return (crc ^ 0xffffffff) >>> 0;
}

function chunk(type: string, data: Uint8Array): Buffer {
	const out = Buffer.alloc(12 + data.length);
	out.writeUInt32BE(data.length, 0);
	out.write(type, 4, 'latin1');
	out.set(data, 8);
	out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
	return out;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const GREY_ALPHA = 4;
const INDEXED = 3;
const RGB_ALPHA = 6;

function assembled(size: { width: number; height: number }, colourType: number, parts: readonly Buffer[]): Buffer {
	const head = Buffer.alloc(13);
	head.writeUInt32BE(size.width, 0);
	head.writeUInt32BE(size.height, 4);
	head.set([8, colourType, 0, 0, 0], 8);
	return Buffer.concat([SIGNATURE, chunk('IHDR', head), ...parts, chunk('IEND', Buffer.alloc(0))]);
}

/** A PNG of lines that hold a filter byte and then grey and alpha (8 bits each), the top row first. */
export function pngOfGrey(width: number, height: number, lines: Uint8Array): Buffer {
	return assembled({ width, height }, GREY_ALPHA, [chunk('IDAT', deflateSync(lines))]);
}

/** A PNG of lines that hold a filter byte and then red, green, blue and alpha (8 bits each), the top row first. */
export function pngOfColour(width: number, height: number, lines: Uint8Array): Buffer {
	return assembled({ width, height }, RGB_ALPHA, [chunk('IDAT', deflateSync(lines))]);
}

/** A PNG of indices into a palette (RGB triples), the top row first. */
export function pngOfIndices(width: number, height: number, indices: Uint8Array, palette: Uint8Array): Buffer {
	const lines = Buffer.alloc(height * (1 + width));
	for (let row = 0; row < height; row++) {
		lines.set(indices.subarray(row * width, (row + 1) * width), row * (1 + width) + 1);
	}
	return assembled({ width, height }, INDEXED, [chunk('PLTE', palette), chunk('IDAT', deflateSync(lines))]);
}
