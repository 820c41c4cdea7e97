import type { CutoutKind } from '#lib/alert/cutout.ts';
import { colourTable, type ColourMap } from '#lib/format/colourMap.ts';
import type { FitsImage } from '#lib/format/fits.ts';
import { percentileOf, stretched, symmetricLimits, zscale, type Limits, type Stretch } from '#lib/format/stretch.ts';
import { pngOfColour, pngOfGrey } from './png.ts';
import { ProblemError } from './problem.ts';

/** How a cutout is to look as a PNG; what is not given follows from the image. */
export interface CutoutLook {
	readonly stretch?: Stretch | undefined;
	readonly map: ColourMap;
	/** Values shown as the lowest and the highest, in the image's units. */
	readonly low?: number | undefined;
	readonly high?: number | undefined;
	/** The same as percentages of the finite pixels, 0 to 100. */
	readonly lowPercent?: number | undefined;
	readonly highPercent?: number | undefined;
}

function refuse(sentence: string, parameter: string, message: string): ProblemError {
	return new ProblemError(400, sentence, [{ parameter, message }]);
}

/** Refuses, with a sentence, what cannot be whatever the image holds: a look of something that is no PNG, or limits that contradict each other. */
export function checkLook({ map, low, high, lowPercent, highPercent }: CutoutLook, ext: string): void {
	const given = Object.entries({ low, high, lowPercent, highPercent }).find(([, value]) => value !== undefined);
	if (ext !== 'png' && (given !== undefined || map !== 'grey')) {
		const name = given?.[0] ?? 'map';
		throw refuse(`${name} changes the look of a PNG: ask for .png, or leave it out.`, name, 'goes with .png');
	}
	for (const [end, value, percent] of [
		['low', low, lowPercent],
		['high', high, highPercent],
	] as const) {
		if (value !== undefined && percent !== undefined) {
			throw refuse(`The limits name ${end} twice: give ${end} or ${end}Percent.`, end, `not with ${end}Percent`);
		}
	}
	if (low !== undefined && high !== undefined && low >= high) {
		throw refuse(`The limits are empty: low is ${low} and high is ${high}.`, 'low', 'must be less than high');
	}
	if (lowPercent !== undefined && highPercent !== undefined && lowPercent >= highPercent) {
		throw refuse(
			`The limits are empty: lowPercent is ${lowPercent} and highPercent is ${highPercent}.`,
			'lowPercent',
			'must be less than highPercent',
		);
	}
}

/** Limits of an image in its own units: as asked, and else by zscale, about 0 for a difference. Throws a problem where none are left between them. */
export function limitsOf(data: ArrayLike<number>, look: CutoutLook, kind: CutoutKind): Limits {
	const own = kind === 'difference' ? symmetricLimits(data) : zscale(data);
	const ask = (value: number | undefined, percent: number | undefined): number | null =>
		value ?? (percent === undefined ? null : percentileOf(data, percent));
	const [low, high] = [ask(look.low, look.lowPercent), ask(look.high, look.highPercent)];
	if (low === null && high === null) return own;
	const limits = { low: low ?? own.low, high: high ?? own.high };
	// percentiles of a flat image are equal: it is shown flat
	const isFlat = limits.low === limits.high && look.low === undefined && look.high === undefined;
	if (limits.low < limits.high || isFlat) return limits;
	throw refuse(
		`Nothing lies between the limits: low is ${limits.low} and high is ${limits.high} in this cutout. Give both.`,
		low === null ? 'high' : 'low',
		'leaves nothing between the limits',
	);
}

/** A PNG of an image, 8 bits, the top row first, NaN transparent: grey with alpha, or the colours of a map with alpha. */
export function pngOf(
	{ width, height, data }: Pick<FitsImage, 'width' | 'height' | 'data'>,
	grey: (value: number) => number,
	map: ColourMap = 'grey',
): Buffer {
	const table = map === 'grey' ? null : colourTable(map);
	const step = table === null ? 2 : 4;
	const lines = Buffer.alloc(height * (1 + step * width));
	for (let row = 0; row < height; row++) {
		const at = row * (1 + step * width) + 1;
		const from = (height - 1 - row) * width;
		for (let column = 0; column < width; column++) {
			const value = data[from + column] ?? Number.NaN;
			if (Number.isNaN(value)) continue;
			const level = Math.round(255 * grey(value));
			const pixel = at + step * column;
			if (table === null) lines[pixel] = level;
			else lines.set(table.subarray(3 * level, 3 * level + 3), pixel);
			lines[pixel + step - 1] = 255;
		}
	}
	return table === null ? pngOfGrey(width, height, lines) : pngOfColour(width, height, lines);
}

/** The look of a cutout as a PNG. */
export function lookOf(image: FitsImage, look: CutoutLook, kind: CutoutKind): Buffer {
	const limits = limitsOf(image.data, look, kind);
	// a difference is linear about 0, or noise would look like light
	const curve = look.stretch ?? (kind === 'difference' ? 'linear' : 'asinh');
	return pngOf(image, (value) => stretched(value, limits, curve), look.map);
}
