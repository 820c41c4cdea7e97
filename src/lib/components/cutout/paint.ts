import type { FitsExtension, Orientation } from '#lib/format/fits.ts';
import { stretched, symmetricLimits, zscale, type Limits, type Stretch } from '#lib/format/stretch.ts';
import type { CutoutKind } from '#lib/alert/cutout.ts';
import { colourTable, type ColourMap } from '#lib/format/colourMap.ts';

/** What a reader picks: the four curves between limits of the data's own range, or zscale limits with a straight line. */
export type StretchChoice = Stretch | 'zscale';
export const STRETCH_CHOICES: readonly StretchChoice[] = ['linear', 'sqrt', 'log', 'asinh', 'zscale'];

/** Part of the sorted finite pixels cut off at either end. */
function percentile(sorted: Float32Array, part: number): number {
	return sorted[Math.round(part * (sorted.length - 1))] ?? 0;
}

/** Black and white of a picture: zscale's own, else from 2.5 sigma below the sky (median, robust sigma) to nearly the brightest pixel. */
export function limitsFor(data: Float32Array, choice: StretchChoice, kind: CutoutKind): Limits {
	if (choice === 'zscale') return kind === 'difference' ? symmetricLimits(data) : zscale(data);
	const finite = data.filter((value) => Number.isFinite(value)).sort();
	if (finite.length === 0) return { low: 0, high: 1 };
	const sky = percentile(finite, 0.5);
	const spread = 1.4826 * percentile(finite.map((value) => Math.abs(value - sky)).sort(), 0.5);
	const low = Math.max(percentile(finite, 0), sky - 2.5 * spread);
	// an image of noise alone stays grey: its brightest pixel is no source
	const high = Math.max(
		percentile(finite, choice === 'linear' ? 0.995 : 0.9985),
		sky + (choice === 'linear' ? 5 : 9) * spread,
	);
	return { low, high: high > low ? high : low + 1 };
}

/** RGBA of a picture with its first row at the top; pixels without a value get `nan`, which is never grey. */
export function rgbaOf(
	image: Pick<FitsExtension, 'width' | 'height' | 'data'>,
	limits: Limits,
	choice: StretchChoice,
	nan: readonly [number, number, number],
	map: ColourMap = 'grey',
): Uint8ClampedArray<ArrayBuffer> {
	const { width, height, data } = image;
	const curve: Stretch = choice === 'zscale' ? 'linear' : choice;
	const table = colourTable(map);
	const out = new Uint8ClampedArray(4 * width * height);
	for (let row = 0; row < height; row += 1) {
		for (let column = 0; column < width; column += 1) {
			// FITS counts rows from the bottom
			const value = data[(height - 1 - row) * width + column] ?? Number.NaN;
			const at = 4 * (row * width + column);
			const level = Number.isFinite(value) ? Math.round(255 * stretched(value, limits, curve)) : Number.NaN;
			const known = !Number.isNaN(level);
			out[at] = known ? (table[3 * level] ?? 0) : nan[0];
			out[at + 1] = known ? (table[3 * level + 1] ?? 0) : nan[1];
			out[at + 2] = known ? (table[3 * level + 2] ?? 0) : nan[2];
			out[at + 3] = 255;
		}
	}
	return out;
}

/** How a picture is laid into a square of `side` px: scale, rotation clockwise on the screen (rad), mirror. */
export interface Placement {
	readonly side: number;
	readonly scale: number;
	readonly turn: number;
	readonly mirrored: boolean;
}

/** Lays a picture into a square so that every pixel shows, north up and east left where the orientation is known. */
export function placementOf(
	image: { readonly width: number; readonly height: number },
	orientation: Orientation | null,
	side: number,
): Placement {
	// the header turns the picture counter-clockwise with rows upwards: on a screen with rows downwards that is a negative angle
	const turn = orientation === null ? 0 : (-orientation.rotationDeg * Math.PI) / 180;
	const across = Math.abs(Math.cos(turn)) * image.width + Math.abs(Math.sin(turn)) * image.height;
	const down = Math.abs(Math.sin(turn)) * image.width + Math.abs(Math.cos(turn)) * image.height;
	// a picture that is a degree off straight is not worth a frame
	const snug = across / image.width < 1.02 ? image.width : across;
	const snugDown = down / image.height < 1.02 ? image.height : down;
	return { side, scale: side / Math.max(snug, snugDown), turn, mirrored: orientation?.mirrored ?? false };
}

/** The FITS pixel (counted from 1, centre of the first pixel at 1) under a place of the square; null outside the picture. */
export function pixelAt(
	image: { readonly width: number; readonly height: number },
	placement: Placement,
	x: number,
	y: number,
): { readonly x: number; readonly y: number; readonly column: number; readonly row: number } | null {
	const { side, scale, turn, mirrored } = placement;
	// undo: move to the middle, mirror, turn, scale, in the reverse of the painting order
	const middleX = (mirrored ? -1 : 1) * (x - side / 2);
	const middleY = y - side / 2;
	const u = (Math.cos(turn) * middleX + Math.sin(turn) * middleY) / scale + image.width / 2;
	const v = (-Math.sin(turn) * middleX + Math.cos(turn) * middleY) / scale + image.height / 2;
	const column = Math.floor(u);
	const rowFromTop = Math.floor(v);
	if (column < 0 || rowFromTop < 0 || column >= image.width || rowFromTop >= image.height) return null;
	return { x: u + 0.5, y: image.height - v + 0.5, column, row: image.height - 1 - rowFromTop };
}

/** A round length in arcsec whose bar is at most `most` px long. */
export function scaleBar(
	arcsecPerPixel: number,
	placement: Placement,
	most: number,
): { arcsec: number; pixels: number } {
	const perArcsec = placement.scale / arcsecPerPixel;
	const arcsec = [60, 30, 20, 10, 5, 2, 1, 0.5].find((length) => length * perArcsec <= most) ?? 0.5;
	return { arcsec, pixels: arcsec * perArcsec };
}
