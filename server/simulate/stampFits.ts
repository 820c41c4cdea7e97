import { gzipSync } from 'node:zlib';

const SIDE = 63;
const card = (text: string) => text.padEnd(80);
const number = (key: string, value: string | number) => card(`${key.padEnd(8)}= ${String(value).padStart(20)}`);
const headers = new Map<number, Buffer>();

function header(width: number, height: number): Buffer {
	const name = width * 100 + height;
	const known = headers.get(name);
	if (known) return known;
	const text = [
		number('SIMPLE', 'T'),
		number('BITPIX', -32),
		number('NAXIS', 2),
		number('NAXIS1', width),
		number('NAXIS2', height),
		card("BUNIT   = 'DN      '"),
		card('END'),
	].join('');
	const made = Buffer.from(text.padEnd(2880), 'latin1');
	headers.set(name, made);
	return made;
}

const plain = Buffer.alloc(2880 + Math.ceil((SIDE * SIDE * 4) / 2880) * 2880);

/** One image as gzip'd FITS. */
export function ztfFits(image: Float32Array, width: number, height: number): Buffer {
	const size = width * height * 4;
	const bytes = plain.subarray(0, 2880 + Math.ceil(size / 2880) * 2880).fill(0, 2880);
	header(width, height).copy(bytes);
	Buffer.from(image.buffer, image.byteOffset, size).copy(bytes, 2880);
	bytes.subarray(2880, 2880 + size).swap32();
	return gzipSync(bytes, { level: 1, chunkSize: 24_576 });
}
