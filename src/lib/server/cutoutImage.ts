import { gunzipSync } from 'node:zlib';
import type { CutoutKind } from '#lib/alert/cutout.ts';
import { FitsError, isGzip, readImage, type FitsImage } from '#lib/format/fits.ts';
import { stretched, symmetricLimits, zscale, type Stretch } from '#lib/format/stretch.ts';
import { pngOfGrey } from './png.ts';
import { ProblemError } from './problem.ts';

/** No cutout of a survey is larger; a packed one that is was made to hurt. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A PNG (grey with alpha, 8 bits) of an image: the top row first, NaN transparent. */
export function pngOf(
	{ width, height, data }: Pick<FitsImage, 'width' | 'height' | 'data'>,
	grey: (value: number) => number,
): Buffer {
	const lines = Buffer.alloc(height * (1 + 2 * width));
	for (let row = 0; row < height; row++) {
		const at = row * (1 + 2 * width) + 1;
		const from = (height - 1 - row) * width;
		for (let column = 0; column < width; column++) {
			const value = data[from + column] ?? Number.NaN;
			if (Number.isNaN(value)) continue;
			lines[at + 2 * column] = Math.round(255 * grey(value));
			lines[at + 2 * column + 1] = 255;
		}
	}
	return pngOfGrey(width, height, lines);
}

const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8;

function unpacked(bytes: Uint8Array): Uint8Array {
	if (!isGzip(bytes)) return bytes;
	try {
		return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
	} catch (cause) {
		throw unreadable(cause);
	}
}

function unreadable(cause: unknown): ProblemError {
	const error = new ProblemError(422, 'This cutout is damaged: the bytes the survey sent are not a FITS image.');
	error.cause = cause;
	return error;
}

function bodyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	return new Uint8Array(bytes);
}

/** A stored cutout as an answer: FITS as it came (gzip kept as content encoding for readers that take it), JPEG, or a PNG made here. */
export function cutoutResponse(
	bytes: Uint8Array,
	{
		kind,
		ext,
		stretch,
		name,
		request,
	}: { kind: CutoutKind; ext: 'fits' | 'png' | 'jpg'; stretch: Stretch; name: string; request: Request },
): Response {
	const headers: Record<string, string> = {
		'cache-control': 'private, max-age=86400',
		'content-disposition': `inline; filename="${name}.${ext}"`,
	};
	if (isJpeg(bytes) !== (ext === 'jpg')) {
		const came = isJpeg(bytes) ? '.jpg' : '.fits or .png';
		throw new ProblemError(404, `This cutout comes as ${came}: ask for that.`);
	}
	if (ext === 'jpg') return new Response(bodyOf(bytes), { headers: { ...headers, 'content-type': 'image/jpeg' } });
	if (ext === 'fits') {
		const takesGzip = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
		const packed = isGzip(bytes) && takesGzip;
		return new Response(bodyOf(packed ? bytes : unpacked(bytes)), {
			headers: {
				...headers,
				'content-type': 'application/fits',
				vary: 'accept-encoding',
				...(packed ? { 'content-encoding': 'gzip' } : {}),
			},
		});
	}
	try {
		const image = readImage(unpacked(bytes));
		const limits = kind === 'difference' ? symmetricLimits(image.data) : zscale(image.data);
		// a difference is linear about 0, or noise would look like light
		const curve = kind === 'difference' ? 'linear' : stretch;
		const png = pngOf(image, (value) => stretched(value, limits, curve));
		return new Response(bodyOf(png), { headers: { ...headers, 'content-type': 'image/png' } });
	} catch (error) {
		if (error instanceof FitsError) throw unreadable(error);
		throw error;
	}
}
