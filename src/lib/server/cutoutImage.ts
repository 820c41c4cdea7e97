import { gunzipSync } from 'node:zlib';
import type { CutoutKind } from '#lib/alert/cutout.ts';
import { FitsError, isGzip, northUp, readImage, type FitsImage, type Orientation } from '#lib/format/fits.ts';
import { lookOf, type CutoutLook } from './cutoutLook.ts';
import { ProblemError } from './problem.ts';

/** No cutout of a survey is larger; a packed one that is was made to hurt. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Pixels of an image sent as JSON at most: beyond that a FITS file serves better. */
const MOST_PIXELS = 1_000_000;

/** The shortest decimal that is the same 32-bit number; null where there is none. */
function shortest(value: number): number | null {
	if (!Number.isFinite(value)) return null;
	for (let digits = 6; digits < 9; digits += 1) {
		const short = Number(value.toPrecision(digits));
		if (Math.fround(short) === value) return short;
	}
	return Number(value.toPrecision(9));
}

/** Pixels of an image row by row, the first row the bottom one as in FITS, NaN as null, with its size and how it lies on the sky. */
export function pixelsOf(image: FitsImage): {
	width: number;
	height: number;
	orientation: Orientation | null;
	pixels: (number | null)[][];
} {
	const { width, height, data } = image;
	if (width * height > MOST_PIXELS) {
		throw new ProblemError(422, `This cutout has ${width} x ${height} pixels, too many for JSON: ask for .fits.`);
	}
	const pixels = Array.from({ length: height }, (_, row) =>
		Array.from(data.subarray(row * width, (row + 1) * width), shortest),
	);
	return { width, height, orientation: northUp(image), pixels };
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

/** Forms in which a cutout goes out. */
export const CUTOUT_FORMS = ['fits', 'png', 'jpg', 'json'] as const;
export type CutoutForm = (typeof CUTOUT_FORMS)[number];

/** A stored cutout as an answer: FITS as it came (gzip kept as content encoding for readers that take it), JPEG, or a PNG or JSON made here. */
export function cutoutResponse(
	bytes: Uint8Array,
	{
		kind,
		ext,
		look,
		name,
		request,
	}: { kind: CutoutKind; ext: CutoutForm; look: CutoutLook; name: string; request: Request },
): Response {
	const headers: Record<string, string> = {
		'cache-control': 'private, max-age=86400',
		'content-disposition': `inline; filename="${name}.${ext}"`,
	};
	if (isJpeg(bytes) !== (ext === 'jpg')) {
		const came = isJpeg(bytes) ? '.jpg' : '.fits, .png or .json';
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
		// the masks of a survey are no light
		const image = readImage(unpacked(bytes), { maskHuge: true });
		if (ext === 'json') {
			const type = 'application/json; charset=utf-8';
			return new Response(JSON.stringify({ kind, ...pixelsOf(image) }), {
				headers: { ...headers, 'content-type': type },
			});
		}
		return new Response(bodyOf(lookOf(image, look, kind)), { headers: { ...headers, 'content-type': 'image/png' } });
	} catch (error) {
		if (error instanceof FitsError) throw unreadable(error);
		throw error;
	}
}
