// Pixels near positions, fast: for matching many positions at once with a small radius.

import { discPixels } from './healpixCover.ts';
import { cellOf, ipixOf, ipixOfCell } from './healpixPixel.ts';

const RAD = Math.PI / 180;

/**
 * How far x or y of a base pixel can change along an arc of one radian, in units of nside: at most 1.02 between the caps and
 * 1.50 inside them, from the derivatives of Gorski et al. 2005, eqs. 4 to 9.
 */
const STEEPEST = 1.51;

/** Finest order of `nearPixels`: below it the cells of order 29 tell the place within a pixel. */
const FINEST = 24;

/** Order at which a disc of this radius (degrees) touches about two to four pixels: 0 to 14, where an index fits 32 bits. */
export function nearOrder(radiusDeg: number): number {
	if (!(radiusDeg > 0)) return 14;
	return Math.min(14, Math.max(0, Math.floor(Math.log2(0.35 / (STEEPEST * radiusDeg * RAD)))));
}

/**
 * Nested pixels at `order` (0 to 24) of which one at least holds every point within a radius (degrees) of an ICRS position: none that the
 * disc touches is missing, a few may lie beside it. Costs about a microsecond unless the disc reaches over a base pixel's edge.
 */
export function nearPixels(order: number, ra: number, dec: number, radiusDeg: number): bigint[] {
	if (order > FINEST) throw new RangeError(`HEALPix order ${order}: near pixels are told up to order ${FINEST}.`);
	const { face, x, y } = cellOf(29, ipixOf(29, ra, dec));
	const cells = 2 ** (29 - order);
	const nside = 2 ** order;
	// the cell of order 29 is known, not the place in it: one cell more on each side
	const reach = STEEPEST * 2 ** 29 * radiusDeg * RAD + 1;
	const first = { x: Math.floor((x - reach) / cells), y: Math.floor((y - reach) / cells) };
	const last = { x: Math.floor((x + reach) / cells), y: Math.floor((y + reach) / cells) };
	if (first.x < 0 || first.y < 0 || last.x >= nside || last.y >= nside) return discPixels(order, ra, dec, radiusDeg);
	const pixels: bigint[] = [];
	for (let column = first.x; column <= last.x; column += 1) {
		for (let row = first.y; row <= last.y; row += 1) pixels.push(ipixOfCell(order, { face, x: column, y: row }));
	}
	return pixels;
}
