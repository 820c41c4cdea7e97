import { describe, expect, it } from 'vitest';
import { fillOver, layOver, type Bounds, type Pixels } from '#lib/components/lightcurve/pixels.ts';

const empty = (width: number, height: number): Pixels => ({
	width,
	height,
	data: new Uint8ClampedArray(4 * width * height),
});
const whole = ({ width, height }: Pixels): Bounds => ({ left: 0, top: 0, right: width, bottom: height });
const pixel = ({ width, data }: Pixels, x: number, y: number): number[] => [
	...data.slice(4 * (y * width + x), 4 * (y * width + x) + 4),
];
/** Of one colour, 3 by 3. */
function square(colour: readonly [number, number, number, number]): Pixels {
	const stamp = empty(3, 3);
	fillOver(stamp, whole(stamp), whole(stamp), colour);
	return stamp;
}

describe('a picture laid over another', () => {
	it('stands where it was put, and nothing else changes', () => {
		const ground = empty(8, 6);
		layOver(ground, whole(ground), square([10, 20, 30, 255]), 4, 2);
		for (let y = 0; y < 6; y += 1) {
			for (let x = 0; x < 8; x += 1) {
				const inside = x >= 4 && x < 7 && y >= 2 && y < 5;
				expect(pixel(ground, x, y), `${x} ${y}`).toEqual(inside ? [10, 20, 30, 255] : [0, 0, 0, 0]);
			}
		}
	});

	it('lets through what it does not cover', () => {
		const ground = square([200, 100, 0, 255]);
		layOver(ground, whole(ground), square([0, 100, 200, 51]), 0, 0);
		expect(pixel(ground, 1, 1)).toEqual([160, 100, 40, 255]);
		layOver(ground, whole(ground), empty(3, 3), 0, 0);
		expect(pixel(ground, 1, 1)).toEqual([160, 100, 40, 255]);
		// half over half: three quarters, of which the upper has two thirds
		const half = square([0, 0, 240, 128]);
		layOver(half, whole(half), square([240, 0, 0, 128]), 0, 0);
		const [red = 0, , blue = 0, alpha = 0] = pixel(half, 0, 0);
		expect([Math.abs(red - 160) <= 1, Math.abs(blue - 80) <= 1, Math.abs(alpha - 192) <= 1]).toEqual([
			true,
			true,
			true,
		]);
	});

	it('is cut at the bounds, on every side, also where none of it is left', () => {
		const bounds: Bounds = { left: 2, top: 2, right: 5, bottom: 5 };
		for (const [x, y] of [
			[0, 0],
			[4, 4],
			[1, 4],
			[-40, 3],
			[3, 90],
			[6, 6],
		] as const) {
			const ground = empty(7, 7);
			layOver(ground, bounds, square([255, 255, 255, 255]), x, y);
			fillOver(ground, bounds, { left: x, top: y, right: x + 3, bottom: y + 3 }, [255, 255, 255, 255]);
			for (let at = 0; at < 49; at += 1) {
				const [column, row] = [at % 7, Math.floor(at / 7)];
				const [inX, inY] = [
					column >= Math.max(2, x) && column < Math.min(5, x + 3),
					row >= Math.max(2, y) && row < Math.min(5, y + 3),
				];
				expect(pixel(ground, column, row)[3], `${x} ${y}: ${column} ${row}`).toBe(inX && inY ? 255 : 0);
			}
		}
	});
});
