/** A picture as a canvas has it: red, green, blue and alpha (0 to 255, colour not multiplied by alpha) of every pixel, row by row. */
export interface Pixels {
	readonly width: number;
	readonly height: number;
	readonly data: Uint8ClampedArray;
}

/** Pixels that may be drawn on: from `left` and `top` up to, and without, `right` and `bottom`. */
export interface Bounds {
	readonly left: number;
	readonly top: number;
	readonly right: number;
	readonly bottom: number;
}

/** Puts a colour over a pixel (Porter and Duff's "over"); `at` is the place of its red, `alpha` goes from 0 to 255. */
function over(data: Uint8ClampedArray, at: number, red: number, green: number, blue: number, alpha: number): void {
	const below = data[at + 3] ?? 0;
	if (alpha === 255 || below === 0) {
		data[at] = red;
		data[at + 1] = green;
		data[at + 2] = blue;
		data[at + 3] = alpha;
		return;
	}
	const rest = (below * (255 - alpha)) / 255;
	const all = alpha + rest;
	data[at] = (red * alpha + (data[at] ?? 0) * rest) / all;
	data[at + 1] = (green * alpha + (data[at + 1] ?? 0) * rest) / all;
	data[at + 2] = (blue * alpha + (data[at + 2] ?? 0) * rest) / all;
	data[at + 3] = all;
}

/** Lays a small picture over a large one, its left upper corner at whole pixels `x`, `y`; what lies out of bounds is left out. A hot loop. */
export function layOver({ width, data }: Pixels, bounds: Bounds, stamp: Pixels, x: number, y: number): void {
	const { width: across, data: from } = stamp;
	const [first, last] = [Math.max(0, bounds.left - x), Math.min(across, bounds.right - x)];
	const end = Math.min(stamp.height, bounds.bottom - y);
	for (let row = Math.max(0, bounds.top - y); row < end; row += 1) {
		let source = 4 * (row * across + first);
		let target = 4 * ((y + row) * width + x + first);
		for (let column = first; column < last; column += 1) {
			const alpha = from[source + 3] ?? 0;
			if (alpha > 0) over(data, target, from[source] ?? 0, from[source + 1] ?? 0, from[source + 2] ?? 0, alpha);
			source += 4;
			target += 4;
		}
	}
}

/** Fills a rectangle of whole pixels with one colour (red, green, blue and alpha, 0 to 255), within bounds. */
export function fillOver(
	{ width, data }: Pixels,
	bounds: Bounds,
	rectangle: Bounds,
	[red, green, blue, alpha]: readonly [number, number, number, number],
): void {
	const [left, right] = [Math.max(bounds.left, rectangle.left), Math.min(bounds.right, rectangle.right)];
	const bottom = Math.min(bounds.bottom, rectangle.bottom);
	for (let y = Math.max(bounds.top, rectangle.top); y < bottom; y += 1) {
		for (let x = left; x < right; x += 1) over(data, 4 * (y * width + x), red, green, blue, alpha);
	}
}
