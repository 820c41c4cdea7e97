import { gunzipSync } from 'node:zlib';
import type { ImagesInput } from '#lib/alert/model.ts';
import type { CutoutKind } from '#lib/alert/cutout.ts';
import { FitsError, isGzip, readImage } from '#lib/format/fits.ts';
import { medians } from './medians.ts';

/** Pixels of one cutout, row 0 first; absent ones NaN. */
export interface Pixels {
	readonly width: number;
	readonly height: number;
	readonly data: Float32Array;
}

/** A cutout that cannot be fed to a network; the message says why. */
export class CutoutError extends Error {
	override readonly name = 'CutoutError';
}

// a stamp of 63 x 63 floats unpacks in one piece
const GUNZIP = { chunkSize: 24_576, maxOutputLength: 64 * 1024 * 1024 };
const MASK_LIMIT = 1e30;

/** Reads the bytes of a cutout as they came (gzip'd or plain FITS). Throws CutoutError. */
export function readCutoutPixels(bytes: Uint8Array): Pixels {
	try {
		const plain = isGzip(bytes) ? gunzipSync(bytes, GUNZIP) : bytes;
		return readImage(plain);
	} catch (cause) {
		const why = cause instanceof FitsError ? cause.message : 'it cannot be unpacked';
		throw new CutoutError(`a cutout cannot be read: ${why}`, { cause });
	}
}

/** A rectangle of an image and where it stands in the square of the network. */
interface Placement {
	readonly width: number;
	readonly height: number;
	readonly fromX: number;
	readonly fromY: number;
	readonly toX: number;
	readonly toY: number;
}

function place(input: ImagesInput, { width, height }: Pixels): Placement {
	const { pixels } = input;
	if (input.larger === 'refuse' && (width > pixels || height > pixels)) {
		throw new CutoutError(`a cutout has ${width} x ${height} pixels, at most ${pixels} are taken`);
	}
	if (input.smaller === 'refuse' && (width < pixels || height < pixels)) {
		throw new CutoutError(`a cutout has ${width} x ${height} pixels, ${pixels} are needed`);
	}
	const spread = (size: number) => ({
		size: Math.min(size, pixels),
		from: Math.max(0, Math.floor((size - pixels) / 2)),
		to: input.smaller === 'centre' ? Math.max(0, Math.floor((pixels - size) / 2)) : 0,
	});
	const x = spread(width);
	const y = spread(height);
	return { width: x.size, height: y.size, fromX: x.from, fromY: y.from, toX: x.to, toY: y.to };
}

// one copy of an image at a time: the search for its median moves the numbers about
let scratch = new Float64Array(0);

/** Puts the light of an image, times `sign`, into `scratch`: numbers within +-limit; returns how many. */
function takeLight(image: Pixels, at: Placement, limit: number, sign: 1 | -1): number {
	if (scratch.length <= at.width * at.height) scratch = new Float64Array(at.width * at.height + 1);
	const { data, width } = image;
	let count = 0;
	for (let y = 0; y < at.height; y += 1) {
		const row = (at.fromY + y) * width + at.fromX;
		for (let x = 0; x < at.width; x += 1) {
			const value = data[row + x] ?? Number.NaN;
			// written first and kept if it counts, so that no branch has to be guessed
			scratch[count] = sign * value;
			count += Math.abs(value) <= limit ? 1 : 0;
		}
	}
	return count;
}

/** Median and 1.4826 times the median absolute deviation of the first `count` numbers of `scratch`; 0 and 1 where there is no spread. */
function robust(count: number): { median: number; sigma: number } {
	if (count === 0) return { median: 0, sigma: 1 };
	const { median, deviation } = medians(scratch, count);
	const sigma = 1.4826 * deviation;
	return { median, sigma: sigma > 0 ? sigma : 1 };
}

/** asinh to 1e-9: pixels of the sky are near 0, where five terms of its series do and Math.asinh takes ten times as long. */
function asinh(x: number): number {
	const size = Math.abs(x);
	if (size < 0.25) {
		const q = x * x;
		return x * (1 - q * (1 / 6 - q * (3 / 40 - q * (15 / 336 - q * (105 / 3456 - q * (945 / 42_240))))));
	}
	const value = Math.log(size + Math.sqrt(size * size + 1));
	return x < 0 ? -value : value;
}

const FLOAT32_MAX = 3.402_823_466_385_288_6e38;

/** Where a channel's numbers go: every `step`-th from `first` on. */
interface Target {
	readonly out: Float32Array;
	readonly first: number;
	readonly step: number;
	/** Side of the square. */
	readonly pixels: number;
}

/**
 * An image over its Euclidean norm, as numpy does it for the published networks: NaN 0, infinities the largest float, zeros stay zeros.
 * The common case, so without copies: twice over the pixels.
 */
function writeOverNorm(image: Pixels, at: Placement, limit: number, sign: 1 | -1, target: Target): void {
	const { data, width } = image;
	const { out, step } = target;
	let sum = 0;
	for (let y = 0; y < at.height; y += 1) {
		const row = (at.fromY + y) * width + at.fromX;
		let to = target.first + ((at.toY + y) * target.pixels + at.toX) * step;
		for (let x = 0; x < at.width; x += 1) {
			let value = data[row + x] ?? 0;
			// NaN fails both comparisons
			if (!(value <= limit && value >= -limit)) {
				value = value !== value || limit < FLOAT32_MAX ? 0 : Math.sign(value) * FLOAT32_MAX;
			}
			sum += value * value;
			out[to] = value;
			to += step;
		}
	}
	const factor = sum === 0 ? sign : sign / Math.sqrt(sum);
	for (let y = 0; y < at.height; y += 1) {
		let to = target.first + ((at.toY + y) * target.pixels + at.toX) * step;
		for (let x = 0; x < at.width; x += 1) {
			out[to] = (out[to] ?? 0) * factor;
			to += step;
		}
	}
}

/** An image about its median in units of its scatter (or a tenth of that under asinh), cut at +-clip; absent pixels 0. */
function writeScaled(
	image: Pixels,
	at: Placement,
	{ limit, sign, scaling, clip }: { limit: number; sign: 1 | -1; scaling: 'mad' | 'asinhMad' | 'none'; clip: number },
	target: Target,
): void {
	const { median, sigma } = scaling === 'none' ? { median: 0, sigma: 1 } : robust(takeLight(image, at, limit, sign));
	const asinhed = scaling === 'asinhMad';
	const factor = 1 / (asinhed ? 10 * sigma : sigma);
	const { data, width } = image;
	const { out, step } = target;
	for (let y = 0; y < at.height; y += 1) {
		const row = (at.fromY + y) * width + at.fromX;
		let to = target.first + ((at.toY + y) * target.pixels + at.toX) * step;
		for (let x = 0; x < at.width; x += 1) {
			const stored = data[row + x] ?? Number.NaN;
			const value = (sign * stored - median) * factor;
			let scaled = 0;
			// NaN fails both comparisons
			if (Math.abs(stored) <= limit && Math.abs(value) < Number.POSITIVE_INFINITY) {
				scaled = asinhed ? asinh(value) : value;
				if (scaled > clip) scaled = clip;
				else if (scaled < -clip) scaled = -clip;
			}
			out[to] = scaled;
			to += step;
		}
	}
}

/** 1 where an image has light, 0 elsewhere. */
function writeValid(image: Pixels, at: Placement, limit: number, target: Target): void {
	for (let y = 0; y < at.height; y += 1) {
		const row = (at.fromY + y) * image.width + at.fromX;
		let to = target.first + ((at.toY + y) * target.pixels + at.toX) * target.step;
		for (let x = 0; x < at.width; x += 1) {
			target.out[to] = Math.abs(image.data[row + x] ?? Number.NaN) <= limit ? 1 : 0;
			to += target.step;
		}
	}
}

/**
 * Writes the images of one alert as row `row` of a tensor [N, pixels, pixels, channels] or [N, channels, pixels, pixels].
 * `negative`: the survey took this detection as fainter than its template. Throws CutoutError.
 */
export function writeImages(
	input: ImagesInput,
	cutouts: Readonly<Record<CutoutKind, Uint8Array | null>>,
	negative: boolean,
	out: Float32Array,
	row: number,
): void {
	const { pixels, channels, layout } = input;
	const area = pixels * pixels;
	const start = row * area * channels.length;
	const step = layout === 'NHWC' ? channels.length : 1;
	const read = new Map<CutoutKind, Pixels>();
	for (const [c, channel] of channels.entries()) {
		const bytes = cutouts[channel.image];
		if (bytes === null) throw new CutoutError(`there is no ${channel.image} cutout`);
		const image = read.get(channel.image) ?? readCutoutPixels(bytes);
		read.set(channel.image, image);
		const at = place(input, image);
		const target = { out, first: start + (layout === 'NHWC' ? c : c * area), step, pixels };
		const pad = channel.kind === 'valid' ? 0 : input.padValue;
		if (at.width * at.height < area) for (let i = 0; i < area; i += 1) out[target.first + i * step] = pad;
		const limit = input.maskHuge ? MASK_LIMIT : FLOAT32_MAX;
		if (channel.kind === 'valid') {
			writeValid(image, at, limit, target);
			continue;
		}
		const turned = channel.image === 'difference' && negative && input.difference === 'scienceMinusTemplate';
		const sign = turned ? -1 : 1;
		const { scaling, clip = Number.POSITIVE_INFINITY } = channel;
		if (scaling === 'l2') writeOverNorm(image, at, limit, sign, target);
		else writeScaled(image, at, { limit, sign, scaling, clip }, target);
	}
}
