import { middleOf, tangentOffsets } from './tangent.ts';

/** Mean of positions and how well it is known. */
export interface MeanPosition {
	readonly count: number;
	/** ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
	/** Standard deviation (n − 1) along right ascension (times cos dec) and declination, arcsec; null of one position. */
	readonly scatter: readonly [number, number] | null;
	/** Standard error of the mean along the same axes, arcsec: scatter / √n; null of one position. */
	readonly error: readonly [number, number] | null;
}

/** Mean position (the direction of the sum of unit vectors) with scatter and standard error in the tangent plane there, each position weighing the same; null of none. */
export function meanPosition(positions: readonly { readonly ra: number; readonly dec: number }[]): MeanPosition | null {
	const count = positions.length;
	if (count === 0) return null;
	const { ra, dec } = middleOf(positions);
	if (count === 1) return { count, ra, dec, scatter: null, error: null };
	const offsets = positions.map((position) => tangentOffsets({ ra, dec }, position));
	const along = (axis: 0 | 1): number => {
		const mean = offsets.reduce((sum, offset) => sum + offset[axis], 0) / count;
		return 3600 * Math.sqrt(offsets.reduce((sum, offset) => sum + (offset[axis] - mean) ** 2, 0) / (count - 1));
	};
	const scatter = [along(0), along(1)] as const;
	return { count, ra, dec, scatter, error: [scatter[0] / Math.sqrt(count), scatter[1] / Math.sqrt(count)] };
}
